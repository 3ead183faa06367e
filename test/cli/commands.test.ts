// Whole commands in one process, against a real sandbox: what goes to which stream, and what is left behind.
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Summary } from "../../src/report/summary.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { faultNames } from "../../src/sandbox/world/faults.ts";
import { lieNames } from "../../src/sandbox/world/lies.ts";
import { type Files, jobFolder } from "../staging/job-folder.ts";
import { command, type Ended, type WorldParts } from "./world.ts";

const files: Files = {
  "import.yaml":
    "version: 1\nlimits: { requests_per_second: 1000, read_lag_seconds: 0 }\ninputs: [{ name: products, file: products.csv, mapping: products.yaml }]\n",
  "products.yaml":
    "version: 1\nresource: products\nfields: { sku: SKU, name: Name, retail_price: Price, category.name: { value: Kitchen } }\n",
  "products.csv": "SKU;Name;Price\nCUP-1;Blue cup;4.50\nPOT-1;Big pot;dear\n",
};
const token = "s3cr3t-T0ken";

interface Setting extends AsyncDisposable {
  readonly folder: string;
  readonly sandbox: Sandbox;
  /** Of the sandbox. */
  readonly url: string;
  readonly call: (argv: readonly string[], parts?: WorldParts) => Promise<Ended>;
}

/** A folder with a job, and a sandbox that its commands find. */
async function setting(given: Files = files, env: Readonly<Record<string, string>> = {}): Promise<Setting> {
  const folder = await jobFolder(given);
  const sandbox = await startSandbox({ token });
  const account = { LUMINOUS_BASE_URL: sandbox.url, LUMINOUS_API_KEY: token, ...env };
  return {
    folder: folder.path,
    sandbox,
    url: sandbox.url,
    call: (argv, parts = {}) => command(argv, { cwd: folder.path, env: account, ...parts }),
    async [Symbol.asyncDispose]() {
      await sandbox[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

describe("channels", () => {
  it("lists what each would do with orders, and shows one without its credentials", async () => {
    await using at = await setting();
    const seed = { channelType: "sales_channel", warehouseGroupId: 1, credentials: { apiKey: "hush" } };
    at.sandbox.seed("channels", "Web", { ...seed, label: "Web", autoPushMode: "on_posting" });
    at.sandbox.seed("channels", "Old", { ...seed, label: "Old", enabled: false, apiLocked: true });
    const list = await at.call(["channels", "list"]);
    expect(list.stdout.trimEnd().split("\n")).toEqual([
      "label    id  type           warehouse group  locked  orders",
      "Default  1   sales_channel  Default          no      stay in Luminous",
      'Web      2   sales_channel  Default          no      pushed to an OMS: autoPushMode is "on_posting"',
      "Old      3   sales_channel  Default          yes     refused: it is disabled (enabled is false)",
    ]);
    const show = await at.call(["channels", "show", "Old"]);
    expect(show.stdout).toContain("locked: the API may not change it (apiLocked); only the app can unlock it");
    const json = await at.call(["channels", "show", "Web", "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject([
      { label: "Web", id: "2", pushes: ['autoPushMode is "on_posting"'] },
    ]);
    for (const { stdout, stderr } of [list, show, json]) expect(`${stdout}${stderr}`).not.toMatch(/hush|credentials/);
  });

  it("names the nearest label where there is none", async () => {
    await using at = await setting();
    const { exitCode, stderr } = await at.call(["channels", "show", "default"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Did you mean "Default"?');
  });
});

describe("check", () => {
  it("needs no account, and says every problem down to the cell", async () => {
    await using at = await setting();
    const { exitCode, stdout } = await at.call(["check", "import.yaml"], { env: {} });
    expect(exitCode).toBe(3);
    expect(stdout).toContain('products.csv:3 column "Price" = "dear" → retail_price:');
  });

  it("ends with 0 when nothing stands in the way", async () => {
    await using at = await setting({ ...files, "products.csv": "SKU,Name,Price\nCUP-1,Cup,4.50\n" });
    expect((await at.call(["check", "import.yaml"], { env: {} })).exitCode).toBe(0);
  });

  it("is what run --dry-run does: nothing is sent, and no run is remembered", async () => {
    await using at = await setting();
    const dry = await at.call(["run", "import.yaml", "--dry-run"]);
    expect(dry.exitCode).toBe(3);
    expect(dry.stdout).toMatch(/^check finished/);
    expect((await at.call(["status", "import.yaml"])).exitCode).toBe(2);
  });

  it("asks the account with --account, writes nothing, and names the run without it as the next step", async () => {
    await using at = await setting({ ...files, "products.csv": "SKU,Name,Price\nCUP-1,Cup,4.50\n" });
    at.sandbox.seed("products", "CUP-1", { sku: "CUP-1", name: "Cup" });
    const asked = await at.call(["check", "--account", "import.yaml", "--strict"]);
    expect(asked.stdout).toContain("  1 product exists already and would be updated");
    expect(asked.stdout.replace(/\s+/g, " ")).toContain("To send it: luminous-import run import.yaml --strict");
    const json = await at.call(["check", "import.yaml", "--account", "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      exit_code: 0,
      forecast: { phases: [{ updated: 1 }], guard: null },
    });
    expect(Object.keys(at.sandbox.counts().requests).filter((route) => !route.startsWith("GET "))).toEqual([]);

    const refused = await at.call(["check", "import.yaml", "--account"], {
      env: { LUMINOUS_BASE_URL: at.url, LUMINOUS_API_KEY: "x" },
    });
    expect([refused.exitCode, refused.stdout]).toEqual([5, ""]);
  });

  it.each(["--profile", "--token-file"])(
    "refuses %s without --account, rather than let it seem to be asked",
    async (option) => {
      await using at = await setting();
      const { exitCode, stderr } = await at.call(["check", "import.yaml", option, "x"]);
      expect(exitCode).toBe(2);
      expect(stderr).toContain(`${option} is for --account`);
    },
  );

  it("ends with 2 when it is interrupted: there is nothing to continue", async () => {
    await using at = await setting();
    const { exitCode, stdout, stderr } = await at.call(["check", "import.yaml"], {
      onListening: (interrupt) => interrupt(),
    });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain("stopped while reading; nothing was sent");
  });

  it("tells what was detected in a file by the name that the job gives it", async () => {
    await using at = await setting();
    const { stderr } = await at.call(["check", "import.yaml"]);
    expect(stderr).toContain('products.csv: detected delimiter ";"');
    expect(stderr).not.toContain(join(at.folder, "products.csv"));
  });

  it.each([
    { from: "a file", argv: ["check", "import.yaml"], file: "products.csv", format: [] },
    {
      from: "standard input",
      argv: ["check", "import.yaml", "--input", "products=-"],
      file: "-",
      format: ["format csv"],
    },
  ])("tells every detection once, and keeps it in the summary: $from", async ({ argv, file, format }) => {
    const text = "sep=;\nSKU;Name;Price\nCUP-1;Blue cup;4\n;;\n;;\n";
    await using at = await setting({ ...files, "products.csv": text });
    const { stderr, exitCode } = await at.call(argv, { stdin: text });
    const detected = [
      ...format,
      'delimiter ";" (its first line is sep=)',
      "2 rows of blank cells, left out (the first on line 4)",
    ];
    expect(stderr.split("\n").filter((line) => line.includes("detected"))).toEqual(
      detected.map((what) => `${file}: detected ${what}`),
    );
    expect(exitCode).toBe(0);
    const summary = await readFile(join(at.folder, ".luminous-import/check/summary.json"), "utf8");
    expect((JSON.parse(summary) as Summary).files).toMatchObject([{ rows: 1, detected }]);
  });

  it("says nothing but the result when it is to be quiet", async () => {
    await using at = await setting();
    const { stdout, stderr } = await at.call(["check", "import.yaml", "--quiet"]);
    expect(stderr).toBe("");
    expect(stdout).not.toBe("");
  });

  it("reads standard input where the job or the command line says so", async () => {
    await using at = await setting();
    const { exitCode, stdout } = await at.call(["check", "import.yaml", "--input", "products=-", "--json"], {
      stdin: "SKU,Name,Price\nJUG-1,Jug,3\n",
    });
    expect(exitCode).toBe(0);
    expect((JSON.parse(stdout) as Summary).files).toMatchObject([{ file: "-", format: "csv", rows: 1 }]);
  });
});

describe("run", () => {
  it("sends what is valid, and the same command again sends nothing", async () => {
    await using at = await setting();
    const first = await at.call(["run", "import.yaml"]);
    expect(first.exitCode).toBe(3);
    expect(first.stdout).toMatch(/^run finished/);
    const again = JSON.parse((await at.call(["run", "import.yaml", "--json"])).stdout) as Summary;
    expect(again.outcomes).toMatchObject({ accepted: { rows: 0 }, unchanged: { rows: 1 }, invalid: { rows: 1 } });
    expect(again.sends).toEqual({});
  });

  it("with --json puts the summary on stdout and nothing else", async () => {
    await using at = await setting();
    const { stdout, exitCode } = await at.call(["run", "import.yaml", "--json"]);
    const summary = JSON.parse(stdout) as Summary;
    expect(summary).toMatchObject({
      version: 1,
      command: "run",
      exit_code: exitCode,
      outcomes: { accepted: { rows: 1 } },
    });
    expect(JSON.parse(await readFile(join(summary.results.folder, "summary.json"), "utf8"))).toEqual(summary);
  });

  it("with --all-or-nothing sends nothing when a row is invalid, and says so", async () => {
    await using at = await setting();
    const { exitCode, stdout } = await at.call(["run", "import.yaml", "--all-or-nothing"]);
    expect(exitCode).toBe(2);
    expect(stdout).toContain("1 row is invalid, so nothing was sent (--all-or-nothing)");
  });

  it("with --limit ends with 4: the rest can be continued", async () => {
    await using at = await setting({ ...files, "products.csv": "SKU,Name,Price\nA,Cup,1\nB,Pot,2\n" });
    const { exitCode, stdout } = await at.call(["run", "import.yaml", "--limit", "1", "--json"]);
    expect(exitCode).toBe(4);
    expect((JSON.parse(stdout) as Summary).outcomes).toMatchObject({ accepted: { rows: 1 }, pending: { rows: 1 } });
  });

  it("ends with 5 when the account is refused", async () => {
    await using at = await setting(files, { LUMINOUS_API_KEY: "another" });
    expect((await at.call(["run", "import.yaml"])).exitCode).toBe(5);
  });

  it("starts nothing without an account", async () => {
    await using at = await setting();
    const { exitCode, stderr } = await at.call(["run", "import.yaml"], { env: {} });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("LUMINOUS_COMPANY");
    expect((await at.call(["status", "import.yaml"])).exitCode).toBe(2);
  });

  it("stops at Ctrl-C before anything is sent while it reads, and ends with 4", async () => {
    await using at = await setting();
    const { exitCode, stderr } = await at.call(["run", "import.yaml"], { onListening: (interrupt) => interrupt() });
    expect(exitCode).toBe(4);
    expect(stderr).toContain("Ctrl-C again to cut them off");
    expect(stderr).toContain("Run the same command again.");
    expect((await at.call(["status", "import.yaml"])).stdout).toContain("nothing was sent: stopped while reading");
  });
});

describe("status", () => {
  it("before the first run says how to start one", async () => {
    await using at = await setting();
    const { exitCode, stdout, stderr } = await at.call(["status", "import.yaml"]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toBe("no run of import.yaml yet\nStart one: luminous-import run import.yaml\n");
  });

  it("says the last run's closing again, and needs no token for it", async () => {
    await using at = await setting();
    const ran = await at.call(["run", "import.yaml"]);
    const env = { LUMINOUS_BASE_URL: at.url };
    const { exitCode, stdout } = await at.call(["status", "import.yaml"], { env });
    expect(exitCode).toBe(0);
    expect(stdout).toBe(`${stdout.split("\n")[0]}\n${ran.stdout}`);
    expect(stdout).toMatch(/^\d{8}-\d{6}-[0-9a-f]{4}\n/);
  });

  it("with --json gives the summary, and with --runs all runs, newest first", async () => {
    await using at = await setting();
    const ran = await at.call(["run", "import.yaml", "--json"]);
    await at.call(["run", "import.yaml", "--limit", "1"]);
    const last = JSON.parse((await at.call(["status", "import.yaml", "--json"])).stdout) as Summary;
    const runs = JSON.parse((await at.call(["status", "import.yaml", "--runs", "--json"])).stdout) as Record<
      string,
      unknown
    >[];
    expect(runs.map(({ run_id }) => run_id)).toEqual([last.run_id, (JSON.parse(ran.stdout) as Summary).run_id]);
    expect(runs[1]).toMatchObject({
      command: "run",
      exit_code: 3,
      state: "ended",
      account: at.url,
      rows: { accepted: 1, invalid: 1 },
    });
    const { stdout } = await at.call(["status", "import.yaml", "--runs"]);
    expect(
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => line.split(/ {2,}/).at(-1)),
    ).toEqual(["exit", "3", "3"]);
  });

  it("has nothing to watch when nothing is under way, and says the closing at once", async () => {
    await using at = await setting();
    await at.call(["run", "import.yaml"]);
    const { stdout } = await at.call(["status", "import.yaml"]);
    expect(await at.call(["status", "import.yaml", "--watch"])).toEqual({ exitCode: 0, stdout, stderr: "" });
  });

  it("needs neither the job's files nor a whole job, and keeps to the state folder in what it proposes", async () => {
    await using at = await setting();
    await at.call(["run", "import.yaml", "--state", "elsewhere"]);
    await rm(join(at.folder, "products.csv"));
    await writeFile(join(at.folder, "import.yaml"), "version: 1\ninputs: broken\n");
    const { exitCode, stdout, stderr } = await at.call(["status", "import.yaml", "--state", "elsewhere"]);
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("retry import.yaml --state elsewhere");
  });

  it("looks into the state folder that it is told", async () => {
    await using at = await setting();
    await at.call(["run", "import.yaml", "--state", "elsewhere"]);
    expect((await at.call(["status", "import.yaml"])).exitCode).toBe(2);
    expect((await at.call(["status", "import.yaml", "--state", "elsewhere"])).exitCode).toBe(0);
  });
});

describe("the log file", () => {
  it("has events, one a line, and neither the token nor what was sent", async () => {
    await using at = await setting();
    const log = join(at.folder, "logs/run.log");
    const { stderr, stdout } = await at.call(["run", "import.yaml", "--log-file", log]);
    const text = await readFile(log, "utf8");
    const events = text
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { readonly event: string }).event);
    for (const event of [
      "run.detected",
      "run.reading",
      "run.staged",
      "phase.started",
      "request",
      "entry.settled",
      "run.reporting",
    ])
      expect(events).toContain(event);
    expect(text).toContain("CUP-1");
    for (const secret of [token, "Blue cup", "Kitchen", "4.5"]) expect(text).not.toContain(secret);
    expect(stderr + stdout).not.toContain(token);
  });

  it("can be stderr", async () => {
    await using at = await setting();
    const { stderr } = await at.call(["check", "import.yaml", "--quiet", "--log-file", "-"]);
    const lines = stderr
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { readonly event: string });
    expect(lines.map(({ event }) => event)).toContain("run.reading");
  });

  it("that cannot be written starts nothing", async () => {
    await using at = await setting();
    const { exitCode, stderr } = await at.call(["run", "import.yaml", "--log-file", at.folder]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`--log-file: ${at.folder} cannot be written`);
    expect((await at.call(["status", "import.yaml"])).exitCode).toBe(2);
  });

  it.runIf(process.platform === "linux")("on a full disk ends the log and not the run", async () => {
    await using at = await setting();
    const { exitCode, stderr } = await at.call(["run", "import.yaml", "--log-file", "/dev/full"]);
    expect(exitCode).toBe(3);
    expect(stderr.match(/the log \/dev\/full cannot be written any more: ENOSPC/g)).toHaveLength(1);
  });
});

describe("sandbox", () => {
  it("says where it listens and how to point a job at it, until Ctrl-C", async () => {
    const { exitCode, stdout } = await command(["sandbox", "--port", "0", "--token", "t1"], {
      onListening: queueMicrotask,
    });
    expect(exitCode).toBe(0);
    const url = /^The sandbox listens on (http:\/\/127\.0\.0\.1:\d+\S*)$/m.exec(stdout)?.[1];
    expect(stdout).toContain(`export LUMINOUS_BASE_URL=${url} LUMINOUS_API_KEY=t1`);
  });

  it.each([
    ["--fault", "gremlins=0.5"],
    ["--lie", "gremlins"],
    ["--lie", "in-first=many"],
  ])("refuses %s %s", async (flag, value) => {
    const { exitCode, stderr } = await command(["sandbox", "--port", "0", flag, value], {
      onListening: queueMicrotask,
    });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/gremlins|takes a number, not "many"/);
  });

  it("lists every fault and every lie in its help, a line each", async () => {
    const { stdout } = await command(["sandbox", "--help"]);
    for (const name of [...faultNames, ...lieNames]) expect(stdout).toMatch(new RegExp(`^  ${name}\\S* +\\S.*$`, "m"));
  });
});
