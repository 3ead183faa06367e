// `drop` at the terminal: what it says of files, on which stream, and with which exit code.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { startSandbox } from "../../src/sandbox/server.ts";
import { dropFiles, goods, orders } from "../drop/drop-folder.ts";
import { type Files, jobFolder } from "../staging/job-folder.ts";
import { command, type Ended } from "./world.ts";

async function setting() {
  const folder = await jobFolder(dropFiles);
  const sandbox = await startSandbox();
  await mkdir(join(folder.path, "in"));
  return {
    async call(files: Files, ...argv: readonly string[]): Promise<Ended> {
      for (const [name, text] of Object.entries(files)) await writeFile(join(folder.path, "in", name), text);
      const env = { LUMINOUS_BASE_URL: sandbox.url, LUMINOUS_API_KEY: "sandbox" };
      const ended = await command(argv, { cwd: folder.path, env });
      const plain = (text: string): string => text.replaceAll(/\d{4}-\d\d-\d\d\/\d{8}-\d{6}-[0-9a-f]{4}/g, "DAY/PASS");
      return { ...ended, stdout: plain(ended.stdout), stderr: plain(ended.stderr) };
    },
    async [Symbol.asyncDispose]() {
      await folder[Symbol.asyncDispose]();
      await sandbox[Symbol.asyncDispose]();
    },
  };
}

it("says one line on stderr where there is nothing to do, and what waits", async () => {
  await using at = await setting();
  const empty = await at.call({}, "drop");
  expect([empty.exitCode, empty.stdout, empty.stderr]).toEqual([0, "", "Nothing to do: in is empty.\n"]);
  const waits = await at.call({ "goods.csv.part": "" }, "drop");
  expect([waits.exitCode, waits.stdout]).toEqual([0, ""]);
  expect(waits.stderr).toBe(
    "Nothing to do: 1 file waits in in, still being written, without what belongs to it, or not to be taken as it is.\n",
  );
});

it("closes with what was taken, archived, quarantined and why, and what waits", async () => {
  await using at = await setting();
  const files = { "goods.csv": goods("A"), "orders-1.csv": orders("O1"), "x.txt": "", "orders-2.csv.part": "" };
  const ended = await at.call(files, "drop");
  expect(ended.exitCode).toBe(3);
  expect(ended.stdout.split("\n").slice(-4)).toEqual([
    "3 files taken from in: 2 archived in done/DAY/PASS, 1 quarantined, 1 file waits there.",
    "  failed/DAY/PASS/x.txt: no input takes a file of this name (goods: goods*.csv, orders: orders*.csv*, sales: sales*.csv, sales.lines: lines*.csv)",
    "What to do with a quarantined file stands in the .txt beside it.",
    "",
  ]);
});

it("tells programs the same, with --json", async () => {
  await using at = await setting();
  const { stdout, exitCode } = await at.call({ "goods.csv": goods("A") }, "drop", "--json");
  const told = JSON.parse(stdout);
  expect([exitCode, told.command, told.drop.taken, told.drop.archived.length, told.drop.waiting]).toEqual([
    0,
    "drop",
    1,
    1,
    0,
  ]);
  const none = JSON.parse((await at.call({}, "drop", "--json")).stdout);
  expect(none).toEqual({
    version: 1,
    nothing_to_do: true,
    drop: { pass: null, taken: 0, archived: [], quarantined: [], returned: 0, waiting: 0 },
  });
});

it("names retry for rows that failed, and retry takes them although their file is archived", async () => {
  await using at = await setting();
  const bad = await at.call({ "goods.csv": "SKU,Name,Price\nA,Cup,many\n" }, "drop");
  expect(bad.stdout).toMatch(/run: luminous-import retry\n/);
  const status = await at.call({}, "status");
  expect(status.stdout).toContain("drop finished");
  expect((await at.call({}, "retry")).exitCode).toBe(3);
  expect((await at.call({}, "explain", "A")).exitCode).toBe(0);
  expect((await at.call({}, "audit")).exitCode).toBe(0);
  expect((await at.call({}, "doctor")).exitCode).toBe(0);
  const run = await at.call({}, "run");
  expect([run.exitCode, run.stderr.includes("luminous-import drop import.yaml")]).toEqual([2, true]);
});

it("check shows the problems of the inbox, in place, and what a pass would quarantine", async () => {
  await using at = await setting();
  const { exitCode, stdout, stderr } = await at.call({ "goods.csv": goods("A"), "x.txt": "" }, "check");
  expect(exitCode).toBe(3);
  expect(stderr).toContain("warning: a pass would quarantine this file: x.txt: no input takes a file of this name");
  expect(stdout).toContain("check finished");
  const after = await at.call({}, "drop");
  expect(after.stdout).toContain("2 files taken from in");
  const none = await at.call({}, "check");
  expect([none.exitCode, none.stdout]).toEqual([0, ""]);
  expect(none.stderr).toMatch(/^Nothing to check: no complete file lies in .*\/in\.\n$/);
});
