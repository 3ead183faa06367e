// `run --workers`, `worker` and `stop` with the built program: runs that are staged here and driven by other processes, which are killed,
// stopped and started meanwhile.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { startServer } from "../ledger/postgres/server.ts";
import { jobText, lines, openProject, type Project, productsCsv, type Started, writesOf } from "./program.ts";

const products = { products: { file: "products.csv", mapping: "products" } };
const flawed = lines("sku,name,category,price", "A,Alpha,Tools,1", "B,Beta,Tools,x", "C,Gamma,Tools,3");

const server = await startServer();

describe("workers", () => {
  if (typeof server === "string") return it.skip(`are not tested: ${server}`);
  afterAll(() => server[Symbol.asyncDispose]());
  let databases = 0;

  /** A database of its own: workers take whatever they find. */
  async function ownLedger(): Promise<Record<string, string>> {
    if (typeof server === "string") throw new Error(server);
    databases += 1;
    const name = `workers_${process.pid}_${databases}`;
    const { asTester } = await import("../ledger/postgres/server.ts");
    await asTester(server.url, `create database ${name}`);
    return { LUMINOUS_LEDGER: server.url.replace(/\/postgres$/, `/${name}`) };
  }

  it("leave the same result files as a run here", async () => {
    await using sandbox = await startSandbox();
    const files = { "import.yaml": jobText(products), "products.csv": flawed };
    await using project = await openProject(sandbox, files, await ownLedger());
    const worker = project.start(["worker"]);
    const submitted = await project.report(["run", "import.yaml", "--workers"]);
    expect([submitted.exitCode, submitted.stderr]).toEqual([3, expect.stringContaining("drives it since")]);
    worker.child.kill("SIGTERM");
    expect([(await worker.ended).exitCode, worker.stderr()]).toEqual([
      0,
      expect.stringContaining("ended with exit code 3"),
    ]);
    await using again = await startSandbox();
    await using alone = await openProject(again, files, await ownLedger());
    const plain = await alone.report(["run", "import.yaml"]);
    expect(plain.exitCode).toBe(3);
    expect(await filesOf(project, sandbox)).toEqual(await filesOf(alone, again));
    for (const command of ["audit", "status", "explain"]) {
      const words = command === "explain" ? [command, "import.yaml", "A"] : [command, "import.yaml"];
      expect([command, (await project.call(words)).exitCode]).toEqual([command, 0]);
    }
  });

  it("lose and double nothing when one is killed with -9 and another takes over", async () => {
    await using sandbox = await startSandbox({ latencyMs: 40, duplicates: "accept" });
    const files = { "import.yaml": jobText(products), "products.csv": productsCsv(120) };
    await using project = await openProject(sandbox, files, await ownLedger());
    const run = project.start(["run", "import.yaml", "--workers", "--json"]);
    const first = project.start(["worker"]);
    await first.until(() => writesOf(sandbox) > 20);
    first.child.kill("SIGKILL");
    await first.ended;
    const second = project.start(["worker"]);
    const ended = await run.ended;
    expect([ended.exitCode, ended.stderr]).toEqual([0, expect.any(String)]);
    expect(sandbox.counts()).toMatchObject({ created: { products: 120 }, duplicates: { products: 0 }, defects: 0 });
    expect(JSON.parse(ended.stdout)).toMatchObject({ outcomes: { accepted: { rows: 120 } } });
    expect((await project.call(["audit", "import.yaml"])).exitCode).toBe(0);
    await stopped(second);
  });

  it("say on --listen how the accounts of the database stand", async () => {
    await using sandbox = await startSandbox({ latencyMs: 40 });
    const files = { "import.yaml": jobText(products), "products.csv": productsCsv(120) };
    await using project = await openProject(sandbox, files, await ownLedger());
    const worker = project.start(["worker", "--listen", "127.0.0.1:0"]);
    await worker.until(() => worker.stderr().includes("Waiting for submitted runs"));
    const url = /Listening on (\S+):/.exec(worker.stderr())?.[1];
    const get = async (path: string) => {
      const response = await fetch(`${url}${path}`);
      return { status: response.status, text: await response.text() };
    };
    expect(await get("/readyz")).toEqual({ status: 200, text: '{"state":"working","driving":0}\n' });
    const run = project.start(["run", "import.yaml", "--workers", "--json"]);
    await worker.until(() => writesOf(sandbox) > 20);
    const account = `{account="${sandbox.url}"}`;
    const text = await untilSaid(async () => (await get("/metrics")).text, `account_open_entries${account}`);
    expect(text).toContain(`luminous_import_account_driven${account} 1`);
    expect(text).toContain(`luminous_import_account_submitted${account} 1`);
    expect(text).toContain("luminous_import_workers 1");
    expect(text).not.toContain("sandbox"); // the token
    expect(await get("/healthz")).toEqual({ status: 200, text: '{"state":"working","driving":1}\n' });
    expect((await run.ended).exitCode).toBe(0);
    const ended = (await get("/metrics")).text;
    expect(ended).toContain(`luminous_import_account_open_sends${account} 0`);
    expect(ended).not.toContain("account_submitted{");
    await stopped(worker);
  });

  it("hand over at once on SIGTERM, and the next one goes on", async () => {
    await using sandbox = await startSandbox({ latencyMs: 40, duplicates: "accept" });
    const files = { "import.yaml": jobText(products), "products.csv": productsCsv(120) };
    await using project = await openProject(sandbox, files, await ownLedger());
    const run = project.start(["run", "import.yaml", "--workers", "--json"]);
    const first = project.start(["worker"]);
    await first.until(() => writesOf(sandbox) > 20);
    await stopped(first);
    expect(first.stderr()).toContain("handed over");
    const sent = writesOf(sandbox);
    expect(sent).toBeLessThan(120);
    const second = project.start(["worker"]);
    expect((await run.ended).exitCode).toBe(0);
    expect(sandbox.counts()).toMatchObject({ created: { products: 120 }, duplicates: { products: 0 }, defects: 0 });
    await stopped(second);
  });

  it("go on when nobody follows; status shows it, a second run is refused, stop ends it, report writes its files", async () => {
    await using sandbox = await startSandbox({ latencyMs: 100 });
    const limits = "requests_per_second: 1000, concurrency: 1, read_lag_seconds: 0";
    const files = { "import.yaml": jobText(products, "", limits), "products.csv": productsCsv(300) };
    await using project = await openProject(sandbox, files, await ownLedger());
    const run = project.start(["run", "import.yaml", "--workers"]);
    await run.until(() => run.stderr().includes("submitted as"));
    expect(oneLine((await project.call(["status", "import.yaml"])).stdout)).toContain("waits for a worker");
    const worker = project.start(["worker"]);
    await worker.until(() => writesOf(sandbox) > 3);
    run.child.kill("SIGINT");
    const left = await run.ended;
    expect([left.exitCode, oneLine(left.stderr)]).toEqual([4, expect.stringContaining("goes on without you")]);
    expect(oneLine((await project.call(["status", "import.yaml"])).stdout)).toMatch(/driven by the worker \d+/);
    for (const more of [[], ["--workers"]]) {
      const second = await project.call(["run", "import.yaml", ...more]);
      expect([second.exitCode, oneLine(second.stderr)]).toEqual([
        2,
        expect.stringMatching(/is in use by|submitted run/),
      ]);
    }
    expect((await project.call(["stop", "import.yaml"])).exitCode).toBe(0);
    await worker.until(() => worker.stderr().includes("ended with exit code 4"));
    expect(oneLine((await project.call(["status", "import.yaml"])).stdout)).toContain("run stopped");
    expect((await project.call(["report", "import.yaml"])).exitCode).toBe(0);
    const [id = ""] = await readdir(join(project.folder, ".luminous-import/runs"));
    expect(await readdir(join(project.folder, ".luminous-import/runs", id))).toEqual(
      expect.arrayContaining(["report.html", "results.csv", "summary.json"]),
    );
    await stopped(worker);
    expect((await project.call(["audit", "import.yaml"])).exitCode).toBe(0);
  });

  it("are not needed to stop a run that waits for one", async () => {
    await using sandbox = await startSandbox();
    const files = { "import.yaml": jobText(products), "products.csv": productsCsv(3) };
    await using project = await openProject(sandbox, files, await ownLedger());
    const run = project.start(["run", "import.yaml", "--workers", "--json"]);
    await run.until(() => run.stderr().includes("submitted as"));
    const stop = await project.call(["stop", "import.yaml"]);
    expect([stop.exitCode, oneLine(stop.stdout)]).toEqual([0, expect.stringContaining("nobody drove it")]);
    const ended = await run.ended;
    expect(ended.exitCode).toBe(4);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      outcomes: { pending: { rows: 3 } },
      stopped: { code: "STOPPED" },
    });
    expect(writesOf(sandbox)).toBe(0);
    const none = await project.call(["stop", "import.yaml"]);
    expect([none.exitCode, none.stderr]).toEqual([2, expect.stringContaining("no submitted run")]);
  });

  it("wait for a database that is away when they start", async () => {
    await using project = await openProject();
    const worker = project.start(["worker", "--ledger", "postgres://me@127.0.0.1:9/imports"]);
    await worker.until(() => worker.stderr().includes("The database does not answer"));
    await stopped(worker);
  });

  it("leave an account alone whose token they do not have", async () => {
    await using sandbox = await startSandbox();
    const files = { "import.yaml": jobText(products), "products.csv": productsCsv(3) };
    await using project = await openProject(sandbox, files, await ownLedger());
    const none = { LUMINOUS_API_KEY: undefined, LUMINOUS_BASE_URL: undefined };
    const without = project.start(["worker"], { env: none });
    const run = project.start(["run", "import.yaml", "--workers"], { env: { LUMINOUS_API_KEY: undefined } });
    await without.until(() => without.stderr().includes("is left to other workers"));
    expect(writesOf(sandbox)).toBe(0);
    const host = new URL(sandbox.url).host.replaceAll(":", "_");
    await project.write(`tokens/${host}`, "sandbox\n");
    const withFile = project.start(["worker", "--secrets", "tokens"], { env: none });
    expect((await run.ended).exitCode).toBe(0);
    expect(sandbox.counts().created.products).toBe(3);
    expect(without.stderr().match(/is left to other workers/g)).toHaveLength(1);
    await stopped(without);
    await stopped(withFile);
  });

  it("drive the accounts of a database side by side, each of them one at a time", async () => {
    const env = await ownLedger();
    await using one = await startSandbox({ latencyMs: 200 });
    await using other = await startSandbox({ latencyMs: 200 });
    const files = { "import.yaml": jobText(products), "products.csv": productsCsv(200) };
    const variable = ({ url }: Sandbox): string => `LUMINOUS_API_KEY_${new URL(url).host.replace(/[.:]/g, "_")}`;
    const tokens = { ...env, [variable(one)]: "sandbox", [variable(other)]: "sandbox", LUMINOUS_API_KEY: undefined };
    await using first = await openProject(one, files, tokens);
    await using second = await openProject(other, files, tokens);
    const workers = [first, second].map((project) => project.start(["worker"]));
    for (const worker of workers) await worker.until(() => worker.stderr().includes("Waiting for submitted runs"));
    const runs = [first, second].map((project) => project.start(["run", "import.yaml", "--workers"]));
    for (const run of runs) expect((await run.ended).exitCode).toBe(0);
    for (const worker of workers) await stopped(worker);
    expect([one, other].map((sandbox) => sandbox.counts().created.products)).toEqual([200, 200]);
    const taken = workers.flatMap((worker) => worker.stderr().match(/takes the account \S+/g) ?? []);
    // Twice, where a busy machine let a lease run out.
    expect([...new Set(taken)].toSorted()).toEqual(
      [one, other].map(({ url }) => `takes the account ${url},`).toSorted(),
    );
  });
});

async function stopped(worker: Started): Promise<void> {
  worker.child.kill("SIGTERM");
  expect((await worker.ended).exitCode).toBe(0);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}

/** The result files of the only run, without times, ids and places. How the traffic went over time is in the report too, so that stays out. */
async function filesOf({ folder }: Project, { url }: Sandbox): Promise<Readonly<Record<string, unknown>>> {
  const runs = join(folder, ".luminous-import/runs");
  const [run = ""] = await readdir(runs);
  const entries = await readdir(join(runs, run), { recursive: true, withFileTypes: true });
  const texts = entries.flatMap((entry) => {
    if (!entry.isFile()) return [];
    const path = join(entry.parentPath, entry.name);
    return [readFile(path, "utf8").then((text) => [path.slice(join(runs, run).length), text] as const)];
  });
  const files = Object.fromEntries(await Promise.all(texts));
  const { "/report.html": report = "", "/summary.json": summary = "", ...results } = files;
  expect(report).toContain("Finished");
  const { started_at, ended_at, duration_seconds, timeline, ...counts } = JSON.parse(summary) as Record<
    string,
    unknown
  >;
  expect([started_at, ended_at, duration_seconds, timeline].every((each) => each !== null)).toBe(true);
  const masked = JSON.stringify({ ...results, counts }, undefined, 1)
    .replaceAll(folder, "FOLDER")
    .replaceAll(url, "ACCOUNT")
    .replaceAll(run, "RUN")
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "TIME")
    .replace(/"fingerprint": "[^"]*"/g, '"fingerprint": …');
  return { names: Object.keys(files).toSorted(), masked };
}

async function untilSaid(ask: () => Promise<string>, what: string): Promise<string> {
  for (;;) {
    const text = await ask();
    if (text.includes(what)) return text;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
