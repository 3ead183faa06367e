// Reports as commands leave and write them: of runs that went through, stopped, were killed, and of checks; shown in a browser.
import { chmod, readdir, readFile, rm, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Database } from "../../src/ledger/sqlite/storage/database.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { type JobFolder, jobFolder } from "../staging/job-folder.ts";
import { command, type Ended } from "./world.ts";

const token = "s3cr3t-T0ken";
let folder: JobFolder;
let sandbox: Sandbox;
let ran: Ended;

const call = (argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  command(argv, { cwd: folder.path, env });
const withAccount = (): Readonly<Record<string, string>> => ({
  LUMINOUS_BASE_URL: sandbox.url,
  LUMINOUS_API_KEY: token,
});

beforeAll(async () => {
  sandbox = await startSandbox({ token });
  folder = await jobFolder({
    "import.yaml":
      "version: 1\nlimits: { requests_per_second: 1000, read_lag_seconds: 0 }\ninputs: [{ name: products, file: products.csv, mapping: products.yaml }]\n",
    "products.yaml":
      "version: 1\nresource: products\nfields: { sku: SKU, name: Name, retail_price: Price, category.name: { value: Kitchen } }\n",
    "products.csv": "SKU;Name;Price\nCUP-1;Blue cup;4.50\nPOT-1;Big pot;dear\n",
    "bin/xdg-open":
      '#!/bin/sh\nprintf "%s\\n" "$1" "token=$LUMINOUS_API_KEY" > "$OPENED.new" && mv "$OPENED.new" "$OPENED"\n',
  });
  await chmod(join(folder.path, "bin/xdg-open"), 0o755);
  ran = await call(["run", "import.yaml"], withAccount());
});
afterAll(async () => {
  await folder[Symbol.asyncDispose]();
  await sandbox[Symbol.asyncDispose]();
});

async function runFolder(): Promise<string> {
  const runs = join(folder.path, ".luminous-import/runs");
  return join(runs, (await readdir(runs)).sort()[0] ?? "");
}

it("a run leaves its report, the owner's alone, and its closing names it", async () => {
  expect(ran.exitCode).toBe(3);
  expect(ran.stdout).toMatch(/\n {2}report\.html +all of this as a page/);
  const path = join(await runFolder(), "report.html");
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const page = await readFile(path, "utf8");
  expect(page).toContain("&quot;dear&quot; is not a number");
  expect(page).toContain("luminous-import retry import.yaml");
  expect(page).not.toContain(token);
  const summary = JSON.parse(await readFile(join(await runFolder(), "summary.json"), "utf8"));
  const { requests } = summary.timeline;
  expect(requests.reduce((sum: number, count: number) => sum + count, 0)).toBe(summary.traffic.requests);
});

it("report writes the same page again, without an account, and --out somewhere else", async () => {
  const path = join(await runFolder(), "report.html");
  const before = await readFile(path, "utf8");
  await rm(path);
  const { exitCode, stdout } = await call(["report", "import.yaml"]);
  expect({ exitCode, stdout }).toEqual({
    exitCode: 0,
    stdout: expect.stringMatching(
      /^\.luminous-import\/runs\/\S+\/report\.html: run \S+, 1 row of 2 did not make it\n$/,
    ),
  });
  expect(await readFile(path, "utf8")).toBe(before);
  expect((await call(["report", "--no-values", "--out", "vendor.html"])).exitCode).toBe(0);
  const page = await readFile(join(folder.path, "vendor.html"), "utf8");
  expect(page).toContain("products.csv:3");
  expect(page).not.toMatch(/dear|POT-1/);
});

it("report says what there is when the run that is named is not there", async () => {
  const { exitCode, stderr } = await call(["report", "--run", "20200101-000000-0000"]);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(
    /has no run 20200101-000000-0000\nIts newest is \S+; luminous-import status import\.yaml --runs/,
  );
});

it("report tells of a run that was killed what its ledger knows", async () => {
  const ledgers = join(folder.path, ".luminous-import/ledgers");
  const name = (await readdir(ledgers)).find((file) => file.endsWith(".db")) ?? "";
  {
    using database = new Database(join(ledgers, name), "write");
    database.exec("update runs set ended_at_ms = null, exit_code = null, summary = null");
  }
  expect((await call(["report", "--out", "killed.html"])).exitCode).toBe(0);
  const page = await readFile(join(folder.path, "killed.html"), "utf8");
  expect(page).toContain(">Cut off</span>");
  expect(page).toContain('<span class="n" data-of="outcomes.accepted.rows">1</span>');
  expect(page).toContain("&quot;dear&quot; is not a number");
  expect(page).toContain("Run the same command again");
});

it("--open shows the page of a check, and gives the token to nobody", async () => {
  const opened = join(folder.path, "opened");
  const PATH = [join(folder.path, "bin"), process.env.PATH].join(delimiter);
  const env = { ...withAccount(), DISPLAY: ":7", PATH, OPENED: opened };
  expect((await call(["check", "--open"], env)).exitCode).toBe(3);
  await expect
    .poll(() => readFile(opened, "utf8").catch(() => undefined))
    .toBe(`${join(folder.path, ".luminous-import/check/report.html")}\ntoken=\n`);
});

it("--open without a display, or without a program for it, says so and changes no exit code", async () => {
  const blind = await call(["check", "--open"], { PATH: "/nonexistent" });
  expect(blind.exitCode).toBe(3);
  expect(blind.stderr).toMatch(/there is no display here\. The report is \S+\/check\/report\.html/);
  const without = await call(["check", "--open"], { PATH: "/nonexistent", DISPLAY: ":7" });
  expect(without.exitCode).toBe(3);
  expect(without.stderr).toContain("--open: xdg-open cannot be started");
});
