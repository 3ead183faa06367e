// Whole commands with a job that has `notify:`: who is told of which end, and that nothing else depends on it.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { ledgersIn } from "../../src/ledger/host.ts";
import type { Notification } from "../../src/notify/notification.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { type Receiver, type ReceiverAnswer, startReceiver } from "../notify/receiver.ts";
import { jobFolder } from "../staging/job-folder.ts";
import { command, type Ended, type WorldParts } from "./world.ts";

const token = "s3cr3t-T0ken-of-the-account";
const path = "T0123-B4567-hook-secret";

interface Setting extends AsyncDisposable {
  readonly folder: string;
  readonly sandbox: Sandbox;
  readonly receiver: Receiver;
  readonly call: (argv: readonly string[], parts?: WorldParts) => Promise<Ended>;
  /** What the receiver was told, in order. */
  told(): readonly Notification[];
}

interface SettingParts {
  readonly notify?: string;
  readonly answers?: readonly ReceiverAnswer[];
  readonly products?: string;
}

const bad = "SKU,Name,Price\nCUP-1,CANARY-NAME,4.50\nPOT-1,CANARY-POT,CANARY-PRICE\n";
const good = "SKU,Name,Price\nCUP-1,Blue cup,4.50\n";

async function setting({ notify = "", answers, products = bad }: SettingParts = {}): Promise<Setting> {
  const receiver = await startReceiver(answers);
  const folder = await jobFolder({
    "import.yaml": `version: 1
limits: { requests_per_second: 1000, read_lag_seconds: 0 }
inputs: [{ name: products, file: products.csv, mapping: products.yaml }]
notify: { url: ${receiver.url}/hooks/${path}, ${notify} }
`,
    "products.yaml":
      "version: 1\nresource: products\nfields: { sku: SKU, name: Name, retail_price: Price, category.name: { value: Kitchen } }\n",
    "products.csv": products,
  });
  const sandbox = await startSandbox({ token });
  const env = { LUMINOUS_BASE_URL: sandbox.url, LUMINOUS_API_KEY: token };
  return {
    folder: folder.path,
    sandbox,
    receiver,
    call: (argv, parts = {}) => command(argv, { cwd: folder.path, env, ...parts }),
    told: () => receiver.received.map(({ body }) => JSON.parse(body) as Notification),
    async [Symbol.asyncDispose]() {
      await receiver[Symbol.asyncDispose]();
      await sandbox[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

describe("a run", () => {
  it("that fails is told with its numbers, and without a cell, a key or the token", async () => {
    await using at = await setting();
    const { exitCode, stdout, stderr } = await at.call(["run", "import.yaml", "--json"]);
    expect(exitCode).toBe(3);
    const summary = JSON.parse(stdout) as { readonly run_id: string; readonly results: { readonly folder: string } };
    expect(stderr).not.toContain("warning");
    expect(at.told()).toMatchObject([
      {
        event: "run.finished",
        run_id: summary.run_id,
        exit_code: 3,
        account: at.sandbox.url,
        outcomes: { accepted: { rows: 1 }, invalid: { rows: 1 } },
        problems: [
          { code: "not_a_number", count: 1, path: "retail_price", column: "Price", file: "products.csv", lines: [3] },
        ],
        failures: [{ name: "failures/products.csv", rows: 1 }],
        failed_rows: 1,
        folder: summary.results.folder,
        next: "fix failures/products.csv and run: luminous-import retry import.yaml --json",
      },
    ]);
    const [{ body } = { body: "" }] = at.receiver.received;
    expect(body).not.toMatch(/CANARY|CUP-1|POT-1|s3cr3t/);
  });

  it("that fails is told with its cells where the job says so", async () => {
    await using at = await setting({ notify: "values: true" });
    await at.call(["run", "import.yaml"]);
    expect(at.told()).toMatchObject([{ problems: [{ value: "CANARY-PRICE" }] }]);
  });

  test.each([
    { on: "failure", events: [] },
    { on: "success", events: ["run.finished", "run.finished"] },
    { on: "always", events: ["run.finished", "run.finished", "run.nothing_to_do"] },
  ])(
    "that makes everything, the same again, and a retry of nothing are told on $on: $events",
    async ({ on, events }) => {
      await using at = await setting({ notify: `on: [${on}]`, products: good });
      for (const name of ["run", "run", "retry"]) expect((await at.call([name, "import.yaml"])).exitCode).toBe(0);
      expect(at.told().map(({ event }) => event)).toEqual(events);
    },
  );

  test.each([
    {
      what: "an input that is not there",
      argv: ["run", "import.yaml", "--input", "products=gone.csv"],
      exitCode: 2,
      error: "INPUT_UNREADABLE",
    },
    { what: "no token", env: { LUMINOUS_API_KEY: "" }, exitCode: 2, error: "NO_TOKEN" },
    { what: "a refused token", env: { LUMINOUS_API_KEY: "1|another-token" }, exitCode: 5, error: "ACCOUNT_REFUSED" },
    {
      what: "a log that cannot be written",
      argv: ["run", "import.yaml", "--log-file", "."],
      exitCode: 2,
      error: "USAGE",
    },
    { what: "a retry before any run", argv: ["retry", "import.yaml"], exitCode: 2, error: "USAGE" },
  ])("that $what keeps from starting is told, after the terminal was", async ({ argv, env, exitCode, error }) => {
    await using at = await setting();
    const account = { LUMINOUS_BASE_URL: at.sandbox.url, LUMINOUS_API_KEY: token, ...env };
    const ended = await at.call(argv ?? ["run", "import.yaml"], { env: account });
    expect(ended.exitCode).toBe(exitCode);
    expect(ended.stderr).not.toBe("");
    expect(at.told()).toMatchObject([
      { event: "run.not_started", exit_code: exitCode, run_id: null, error: { code: error } },
    ]);
  });

  it("that finds the state folder held is told who holds it", async () => {
    await using at = await setting();
    await using _lock = await ledgersIn({ state: join(at.folder, ".luminous-import") }).lock();
    expect((await at.call(["run", "import.yaml"])).exitCode).toBe(2);
    const pid = expect.stringContaining(String(process.pid));
    expect(at.told()).toMatchObject([{ event: "run.not_started", error: { code: "STATE_LOCKED", message: pid } }]);
  });

  it("tells nobody of a check", async () => {
    await using at = await setting({ notify: "on: [always]" });
    await at.call(["check", "import.yaml"]);
    await at.call(["run", "import.yaml", "--dry-run"]);
    expect(at.told()).toEqual([]);
  });
});

describe("a notification that fails", () => {
  it("is a warning and an event, and the exit code is that of the run", async () => {
    await using at = await setting({ answers: [{ status: 404, body: `no hook at ${path}` }] });
    const log = join(at.folder, "run.log");
    const { exitCode, stderr, stdout } = await at.call(["run", "import.yaml", "--quiet", "--log-file", log]);
    expect(exitCode).toBe(3);
    expect(stderr).toBe(
      `warning: ${at.receiver.url} was not told how it ended (HTTP 404). The exit code and the results are not touched by that. It said: no hook at ***\n`,
    );
    const [{ run_id } = { run_id: "" }] = at.told();
    const lines = (await readFile(log, "utf8")).trimEnd().split("\n");
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({
      level: "warn",
      event: "notify.failed",
      run_id,
      to: at.receiver.url,
      why: "HTTP 404",
      tries: 1,
    });
    expect(stdout + stderr + lines.join("\n")).not.toContain(path);
  });

  it("holds nobody up who presses Ctrl-C", async () => {
    await using at = await setting({ answers: ["hang"] });
    const listeners: (() => void)[] = [];
    const running = at.call(["run", "import.yaml"], { onListening: (interrupt) => listeners.push(interrupt) });
    await expect.poll(() => at.receiver.received.length, { timeout: 20_000 }).toBe(1);
    listeners.at(-1)?.();
    const { exitCode, stderr } = await running;
    expect(exitCode).toBe(3);
    expect(stderr).toContain("was not told how it ended (interrupted)");
  });
});

describe("doctor", () => {
  test.each([
    {
      notify: "on: [failure, success]",
      says: /^ok +notify +http:\/\/127\.0\.0\.1:\d+ is told by POST on failure, success, without/m,
    },
    { notify: "secret_env: HOOK_KEY", says: /^problem +notify +HOOK_KEY is not set/m },
  ])("says of $notify what would happen, and tells nobody", async ({ notify, says }) => {
    await using at = await setting({ notify });
    const { stdout } = await at.call(["doctor", "import.yaml"]);
    expect(stdout).toMatch(says);
    expect(stdout).not.toContain(path);
    expect(at.receiver.received).toEqual([]);
  });

  it("says of a program whether it is there", async () => {
    await using at = await setting();
    const job = join(at.folder, "import.yaml");
    const text = await readFile(job, "utf8");
    await writeFile(job, text.replace(/notify:.*/, "notify: [{ command: [./gone] }, { command: [sh, -c, 'exit 0'] }]"));
    const env = { LUMINOUS_BASE_URL: at.sandbox.url, LUMINOUS_API_KEY: token, PATH: "/bin:/usr/bin" };
    const { stdout } = await at.call(["doctor", "import.yaml"], { env });
    expect(stdout).toMatch(/^problem +notify +\.\/gone is not there/m);
    expect(stdout).toMatch(/^ok +notify +sh is run on failure/m);
  });
});
