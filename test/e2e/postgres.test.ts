// The built program with its ledgers in PostgreSQL: everything that it does with SQLite, and the same results. How the ledger
// itself behaves is in test/ledger/postgres.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { leaseMs } from "../../src/ledger/postgres/accounts/taking.ts";
import { schemaName } from "../../src/ledger/postgres/storage/account-schema.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { asTester, startServer } from "../ledger/postgres/server.ts";
import { crashAndContinue } from "./crashes.ts";
import { jobText, lines, openProject, type Project, productsCsv, writesOf } from "./program.ts";

const products = { products: { file: "products.csv", mapping: "products" } };
const flawed = lines("sku,name,category,price", "A,Alpha,Tools,1", "B,Beta,Tools,x");
const password = "Canary-password-4711";

const server = await startServer();

it("says what to install where pg is missing, and starts nothing", async () => {
  await using sandbox = await startSandbox();
  const ledger = "ledger: postgres://127.0.0.1:9/imports";
  const files = { "import.yaml": jobText(products, ledger), "products.csv": flawed };
  await using project = await openProject(sandbox, files);
  const withoutPg = `export const resolve = (name, context, next) => {
    if (name === "pg") throw Object.assign(new Error("Cannot find package 'pg'"), { code: "ERR_MODULE_NOT_FOUND" });
    return next(name, context);
  };`;
  const hooks = `data:text/javascript,${encodeURIComponent(withoutPg)}`;
  const register = `import { register } from "node:module"; register(${JSON.stringify(hooks)});`;
  const node = ["--import", `data:text/javascript,${encodeURIComponent(register)}`];
  const run = await project.call(["run", "import.yaml"], { node });
  expect([run.exitCode, run.stderr.replace(/\s+/g, " ")]).toEqual([
    2,
    expect.stringContaining("needs the package pg, which is not installed"),
  ]);
  expect(run.stderr.replace(/\s+/g, " ")).toContain("npm install pg");
  expect(writesOf(sandbox)).toBe(0);
});

it("takes no password in a job, and shows none of an address that does not answer", async () => {
  await using project = await openProject(undefined, { "products.csv": flawed });
  const address = `postgres://me:${password}@127.0.0.1:9/imports`;
  await project.write("import.yaml", jobText(products, `ledger: ${address}`));
  for (const command of ["run", "check", "status", "doctor"]) {
    const { exitCode, stdout, stderr } = await project.call([command, "import.yaml"]);
    expect([exitCode, stderr.replace(/\s+/g, " ")]).toEqual([2, expect.stringContaining("holds a password")]);
    expect(stderr).toContain("LUMINOUS_LEDGER");
    expect(stdout + stderr).not.toContain(password);
  }
  await project.write("import.yaml", jobText(products));
  const env = { LUMINOUS_LEDGER: address };
  const status = await project.call(["status", "import.yaml"], { env });
  expect([status.exitCode, status.stderr.replace(/\s+/g, " ")]).toEqual([
    2,
    expect.stringContaining("postgres://127.0.0.1:9/imports: the connection to the database server failed"),
  ]);
  const wrong = await project.call(["status", "import.yaml"], {
    env: { LUMINOUS_LEDGER: `postgres://me:1#${password}@db/x` },
  });
  expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining("LUMINOUS_LEDGER is no address")]);
  expect(status.stdout + status.stderr + wrong.stdout + wrong.stderr).not.toContain(password);
});

describe("ledgers in PostgreSQL", () => {
  if (typeof server === "string") return it.skip(`are not tested: ${server}`);
  afterAll(() => server[Symbol.asyncDispose]());
  const withPassword = server.url.replace("tester@", `tester:${password}@`);
  const env = { LUMINOUS_LEDGER: withPassword };

  it("lose and double nothing when the run is killed with -9 again and again", async () => {
    const report = await crashAndContinue({ seed: 121, kills: 2, env });
    expect(report.breaches).toEqual([]);
    expect(report.kills).toBe(2);
  });

  it("serve every command, and the password is nowhere", async () => {
    await using sandbox = await startSandbox();
    const files = { "import.yaml": jobText(products), "products.csv": flawed };
    await using project = await openProject(sandbox, files, env);
    const said: string[] = [];
    const call = async (...args: readonly string[]): Promise<{ exitCode: number | undefined; stdout: string }> => {
      const ended = await project.call(args);
      said.push(ended.stdout, ended.stderr);
      return ended;
    };
    const done = async (exitCode: number, part: string | RegExp, ...args: readonly string[]): Promise<void> => {
      const ended = await call(...args);
      const text = ended.stdout.replace(/\s+/g, " ");
      expect([args[0], ended.exitCode, text]).toEqual([args[0], exitCode, expect.stringMatching(part)]);
    };
    await done(0, /answers, with no ledger of this job/, "doctor", "import.yaml");
    await done(3, /1 row/, "check", "import.yaml", "--account");
    await done(3, /Next: fix failures\/products.csv/, "run", "import.yaml", "--log-file", "log.ndjson");
    await done(0, /answers, with 1 ledger of this job/, "doctor", "import.yaml");
    await done(0, /run finished/, "status", "import.yaml");
    await done(0, /accepted/, "explain", "import.yaml", "A");
    await done(0, /run \d/, "report", "import.yaml");
    await done(0, /holds|law/, "audit", "import.yaml");
    await done(3, /1 product exists already as it is in the files/, "check", "import.yaml", "--account");
    const [run = ""] = await readdir(join(project.folder, ".luminous-import/runs"));
    const failures = join(project.folder, ".luminous-import/runs", run, "failures/products.csv");
    await writeFile(failures, (await readFile(failures, "utf8")).replace("Tools,x", "Tools,2"));
    await done(0, /retry finished/, "retry", "import.yaml");
    await done(0, /^Nothing to retry/, "retry", "import.yaml");
    await project.write("products.csv", lines("sku,name,category,price", "A,Alpha,Tools,1", "C,Gamma,Tools,3"));
    await done(0, /1/, "plan", "import.yaml", "--out", "plan.json");
    expect(JSON.parse(await readFile(join(project.folder, "plan.json"), "utf8"))).toMatchObject({
      resources: [{ resource: "products", create: 1 }],
    });
    await done(0, /finished/, "run", "import.yaml", "--plan", "plan.json");
    await done(0, /holds|law/, "audit", "import.yaml");
    await done(0, /removed|would remove/, "state", "purge", "import.yaml", "--before", "2099-01-01");
    await done(0, /finished/, "run", "import.yaml");
    const alone = await project.call(["state", "purge", "--state", ".luminous-import", "--before", "2099-01-01"]);
    expect([alone.exitCode, alone.stderr]).toEqual([2, expect.stringContaining("no job is named")]);

    expect(sandbox.counts()).toMatchObject({ created: { products: 3 }, duplicates: { products: 0 }, defects: 0 });
    expect(await readdir(join(project.folder, ".luminous-import"))).not.toContain("ledgers");
    for (const text of [...said, ...(await allTexts(project)), await everythingIn(sandbox)])
      expect(text).not.toContain(password);
  });

  it("serve a drop folder", async () => {
    await using sandbox = await startSandbox();
    const job = jobText(products, "drop: { inbox: in, quiet_seconds: 0 }").replace(
      'file: "products.csv"',
      'match: "*.csv"',
    );
    await using project = await openProject(sandbox, { "import.yaml": job, "in/one.csv": productsCsv(3) }, env);
    const first = await project.call(["drop", "import.yaml"]);
    expect([first.exitCode, sandbox.counts().created.products, first.stderr]).toEqual([0, 3, expect.any(String)]);
    await project.write("in/two.csv", productsCsv(4));
    expect((await project.call(["drop", "import.yaml"])).exitCode).toBe(0);
    expect(sandbox.counts().created.products).toBe(4);
    expect((await project.call(["audit", "import.yaml"])).exitCode).toBe(0);
  });

  it("are written by one run at a time, wherever its state folder is", async () => {
    await using sandbox = await startSandbox({ latencyMs: 400 });
    const limits = "requests_per_second: 1000, concurrency: 1, read_lag_seconds: 0";
    const files = {
      "import.yaml": jobText(products, `ledger: ${server.url}`, limits),
      "products.csv": productsCsv(40),
    };
    await using project = await openProject(sandbox, files);
    const first = project.start(["run", "import.yaml", "--quiet"]);
    await first.until(() => writesOf(sandbox) > 0);
    const second = await project.call(["run", "import.yaml", "--state", "other"]);
    const message = /is in use by process \d+ \(run \S+\) since/;
    expect([second.exitCode, second.stderr.replace(/\s+/g, " ")]).toEqual([2, expect.stringMatching(message)]);
    // As from another machine.
    const status = await project.call(["status", "import.yaml", "--state", "other"]);
    expect([status.exitCode, status.stdout]).toEqual([0, expect.stringContaining("is under way")]);
    await asTester(server.url, `update luminous_import.accounts set owner_host = 'not-${hostname()}'`);
    const away = await project.call(["status", "import.yaml", "--state", "other"]);
    expect(away.stdout.replace(/\s+/g, " ")).toContain(`on not-${hostname()}`);
    first.child.kill("SIGKILL");
    await first.ended;
    // Its lease runs for a while.
    await new Promise((resolve) => setTimeout(resolve, leaseMs));
    const killed = await project.call(["status", "import.yaml", "--state", "other"]);
    expect(killed.stdout).toContain("was killed");
  });

  it.skipIf(server.crash === undefined)(
    "that are lost in a run stop it, and the same command goes on where it was",
    async () => {
      await using sandbox = await startSandbox({ latencyMs: 60, duplicates: "accept" });
      const files = { "import.yaml": jobText(products), "products.csv": productsCsv(60) };
      await using project = await openProject(sandbox, files, env);
      const run = project.start(["run", "import.yaml"]);
      await run.until(() => writesOf(sandbox) > 8);
      await server.crash?.();
      const ended = await run.ended;
      expect([ended.exitCode, ended.stderr.replace(/\s+/g, " ")]).toEqual([
        4,
        expect.stringContaining("the connection to the database server failed"),
      ]);
      const again = await project.report(["run", "import.yaml"]);
      expect([again.exitCode, again.rows.length]).toEqual([0, 60]);
      expect(sandbox.counts()).toMatchObject({ created: { products: 60 }, duplicates: { products: 0 }, defects: 0 });
      expect((await project.call(["audit", "import.yaml"])).exitCode).toBe(0);
    },
  );

  it("go on elsewhere when the process that drives them is killed, and nothing is doubled", async () => {
    await using sandbox = await startSandbox({ latencyMs: 60, duplicates: "accept" });
    const files = { "import.yaml": jobText(products), "products.csv": productsCsv(60) };
    await using project = await openProject(sandbox, files, env);
    const first = project.start(["run", "import.yaml"]);
    await first.until(() => writesOf(sandbox) > 8);
    first.child.kill("SIGKILL");
    await first.ended;
    const second = await project.report(["run", "import.yaml", "--state", "other"]);
    expect([second.exitCode, second.rows.length]).toEqual([0, 60]);
    expect(sandbox.counts()).toMatchObject({ created: { products: 60 }, duplicates: { products: 0 }, defects: 0 });
    expect((await project.call(["audit", "import.yaml", "--state", "other"])).exitCode).toBe(0);
  });

  it("go on elsewhere when the process that drives them is stopped, which sends nothing more when it goes on itself", async () => {
    await using sandbox = await startSandbox({ latencyMs: 60, duplicates: "accept" });
    const files = { "import.yaml": jobText(products), "products.csv": productsCsv(200) };
    await using project = await openProject(sandbox, files, env);
    const first = project.start(["run", "import.yaml"]);
    await first.until(() => writesOf(sandbox) > 8);
    first.child.kill("SIGSTOP");
    const second = await project.report(["run", "import.yaml", "--state", "other"]);
    expect([second.exitCode, second.rows.length]).toEqual([0, 200]);
    const { started } = sandbox.counts();
    first.child.kill("SIGCONT");
    const ended = await first.ended;
    expect([ended.exitCode, ended.stderr.replace(/\s+/g, " ")]).toEqual([
      4,
      expect.stringMatching(/the lease of the account ran out|another process has taken the account/),
    ]);
    expect(sandbox.counts()).toMatchObject({
      started,
      created: { products: 200 },
      duplicates: { products: 0 },
      defects: 0,
    });
    expect((await project.call(["audit", "import.yaml", "--state", "other"])).exitCode).toBe(0);
  });

  it.skipIf(server.away === undefined).each(["in order", "at once"] as const)(
    "lose nothing when the server is away for ten seconds, ended %s: a run goes on, or continues with the same command",
    async (how) => {
      await using sandbox = await startSandbox({ latencyMs: 60, duplicates: "accept" });
      const files = { "import.yaml": jobText(products), "products.csv": productsCsv(60) };
      await using project = await openProject(sandbox, files, env);
      const run = project.start(["run", "import.yaml"]);
      await run.until(() => writesOf(sandbox) > 8);
      await server.away?.(10_000, how);
      const { exitCode, stderr } = await run.ended;
      expect([exitCode, stderr]).toEqual([how === "in order" ? 0 : 4, expect.any(String)]);
      const again = await project.report(["run", "import.yaml"]);
      expect([again.exitCode, again.rows.length]).toEqual([0, 60]);
      expect(sandbox.counts()).toMatchObject({ created: { products: 60 }, duplicates: { products: 0 }, defects: 0 });
      expect((await project.call(["audit", "import.yaml"])).exitCode).toBe(0);
    },
  );

  /** Every text of the account's schema, as XML. */
  async function everythingIn(sandbox: Sandbox): Promise<string> {
    const name = `everything_${process.pid}`;
    if (typeof server === "string") return "";
    const { default: pg } = await import("pg");
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    try {
      const { rows } = await client.query<Record<string, string>>(
        `select schema_to_xml('${schemaName(sandbox.url)}', true, false, '')::text ${name}`,
      );
      expect(rows[0]?.[name]).toContain("import.yaml");
      return rows[0]?.[name] ?? "";
    } finally {
      await client.end();
    }
  }
});

async function allTexts({ folder }: Project): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name), "latin1")));
}
