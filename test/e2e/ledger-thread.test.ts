// A run whose ledger is in a thread of its own, by the built library: what it leaves, and what a kill -9 leaves.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { crashInput, writeCrashJob } from "./crash-input.ts";
import { openProject, outcomesOf, type Project, type Reported, readReport, repository, writesOf } from "./program.ts";

const library = pathToFileURL(join(repository, "dist/index.js")).href;

describe.concurrent("a ledger in a thread of its own", () => {
  it("gives the results, the failures and the audit that a ledger beside everything else gives", async () => {
    const found = await Promise.all([true, false].map(ranOnce));
    const [threaded, plain] = found;
    expect(threaded?.rows.length).toBeGreaterThan(10);
    expect(threaded).toEqual(plain);
  });

  it("is left sound by kill -9 in the middle of sending: the next run ends what it began, and nothing is doubled", async () => {
    await using sandbox = await startSandbox({ latencyMs: 20, duplicates: "accept" });
    await using project = await openProject(sandbox);
    const input = await crashJob(project, false);
    let rounds = 0;
    for (const writes of [3, 9, 20]) {
      const { child, ended } = startRun(project, sandbox, true);
      const before = writesOf(sandbox);
      while (child.exitCode === null && writesOf(sandbox) - before < writes) await new Promise(setImmediate);
      if (child.kill("SIGKILL")) rounds += 1;
      await ended;
    }
    expect(rounds).toBe(3);
    const last = await ranToItsEnd(project, sandbox);
    const { accepted = 0, unchanged = 0 } = outcomesOf(last.rows);
    expect(accepted + unchanged).toBe(input.rows);
    const counts = sandbox.counts();
    expect(counts).toMatchObject({ defects: 0, duplicates: { products: 0, sales_orders: 0 } });
    expect(counts.created).toMatchObject({
      products: input.wanted.products.size,
      sales_orders: input.wanted.sales_orders.size,
    });
    expect((await project.call(["audit", "import.yaml"])).exitCode).toBe(0);
  });
});

async function crashJob(project: Project, flawed: boolean): Promise<ReturnType<typeof crashInput>> {
  const input = crashInput(0, flawed);
  await writeCrashJob(project, 0);
  for (const [name, text] of Object.entries(input.files)) await project.write(name, text);
  return input;
}

/** What one run leaves, without the ids that the account gave. */
async function ranOnce(thread: boolean) {
  await using sandbox = await startSandbox();
  await using project = await openProject(sandbox);
  await crashJob(project, true);
  const { child, ended } = startRun(project, sandbox, thread);
  const { rows, failures, summary } = await readReport(await ended);
  expect(child.exitCode).toBe(0);
  const audit = await project.call(["audit", "import.yaml", "--json"]);
  const { laws, exitCode } = JSON.parse(audit.stdout) as {
    readonly laws: readonly { readonly law: string; readonly numbers: string }[];
    readonly exitCode: number;
  };
  // How many pages a file has depends on when what was committed.
  const counted = laws.map((law) => (law.law === "file" ? { ...law, numbers: "" } : law));
  const told = rows.map(({ remote_id, ...row }) => ({ ...row, hasId: remote_id !== "" }));
  return { rows: told, failures, outcomes: summary.outcomes, laws: counted, exitCode };
}

/** The same run until it leaves nothing open: what it killed on its way has to be looked up. */
async function ranToItsEnd(project: Project, sandbox: Sandbox): Promise<Reported> {
  for (let round = 1; ; round++) {
    const report = await readReport(await startRun(project, sandbox, true).ended);
    const { accepted = 0, unchanged = 0 } = outcomesOf(report.rows);
    if (accepted + unchanged === report.rows.length || round === 8) return report;
  }
}

function startRun(
  { folder }: Project,
  { url }: Sandbox,
  thread: boolean,
): { readonly child: ChildProcess; readonly ended: ReturnType<Project["call"]> } {
  const account = { baseUrl: url, baseUrlFrom: "the test", token: "sandbox" };
  const program = `
    import { loadJob, run } from ${JSON.stringify(library)};
    const { summary } = await run(await loadJob("import.yaml"), { account: ${JSON.stringify(account)}, ledgerThread: ${thread} });
    process.stdout.write(JSON.stringify(summary));`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, "close").then(([code]) => ({
    exitCode: (code as number | null) ?? undefined,
    stdout,
    stderr,
  }));
  return { child, ended };
}
