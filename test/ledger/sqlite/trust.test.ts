// A ledger after the worst: a process killed while it migrated or wrote, and pages that are no longer what was written.
// What cannot be used is in open-ledger.test.ts.
import { copyFile, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { lockState } from "../../../src/ledger/sqlite/lock.ts";
import { openLedger } from "../../../src/ledger/sqlite/open-ledger.ts";
import { Database } from "../../../src/ledger/sqlite/storage/database.ts";
import { ledgerPath } from "../../../src/ledger/sqlite/storage/ledger-file.ts";
import { applicationId, migrations } from "../../../src/ledger/sqlite/storage/schema.ts";
import { beginRun, openEntry, stage } from "../build.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { startChild } from "./child.ts";
import { value } from "./values.ts";

const baseUrl = "http://127.0.0.1:4010/external/api/v1";
const pageBytes = 4096;

describe("an upgrade killed in the middle", () => {
  it("leaves the file byte for byte as it was and free to read, and the next opening finishes it", async () => {
    await using scratch = await scratchFolder();
    const file = ledgerPath(scratch.folder, baseUrl);
    await mkdir(dirname(file), { recursive: true });
    firstVersion(file);
    const before = await readFile(file);

    await using child = await startChild("child-upgrading.ts", scratch.folder, baseUrl);
    await inTheMiddle(file);
    await child.kill();
    expect((await readFile(file)).equals(before)).toBe(true);
    {
      await using ledger = await openLedger({ folder: scratch.folder, baseUrl, mode: "read" });
      expect(await ledger.runs.list()).toMatchObject([{ runId: "old" }]);
    }
    expect((await readFile(file)).equals(before)).toBe(true);

    await using ledger = await openLedger({ folder: scratch.folder, baseUrl, mode: "write" });
    expect(ledger.upgraded).toMatchObject({ from: 1, to: migrations.length });
    expect(await ledger.runs.list()).toMatchObject([{ runId: "old" }]);
    const { run } = await stage(ledger, "new", ["A"]);
    await ledger.queue.settleRest(run, undefined);
    expect((await ledger.audit.invariants(run)).filter(({ breaches }) => breaches > 0)).toEqual([]);
    const database = new Database(file, "read");
    expect(value(database, "pragma user_version")).toBe(migrations.length);
    expect(database.prepare("select 1 from sqlite_schema where name = 'padding'").all()).toEqual([]);
    database.close();
  });

  it("kept others from the state folder as long as it lived, but nobody from reading", async () => {
    await using scratch = await scratchFolder();
    const file = ledgerPath(scratch.folder, baseUrl);
    await mkdir(dirname(file), { recursive: true });
    firstVersion(file);
    await using child = await startChild("child-upgrading.ts", scratch.folder, baseUrl);
    await inTheMiddle(file);
    await expect(lockState(scratch.folder)).rejects.toMatchObject({
      code: "STATE_LOCKED",
      message: expect.stringContaining(`process ${child.pid}`),
    });
    {
      await using ledger = await openLedger({ folder: scratch.folder, baseUrl, mode: "read" });
      expect(await ledger.runs.list()).toMatchObject([{ runId: "old" }]);
    }
    await child.kill();
    await using _lock = await lockState(scratch.folder);
    await using ledger = await openLedger({ folder: scratch.folder, baseUrl, mode: "write" });
    expect(await ledger.runs.list()).toMatchObject([{ runId: "old" }]);
  });
});

describe("what kill -9 leaves in the write-ahead log", () => {
  it("is there again for whoever opens it next, to read as well as to write", async () => {
    for (const mode of ["read", "write"] as const) {
      await using scratch = await scratchFolder();
      await using child = await startChild("child-sending.ts", scratch.folder, baseUrl);
      await child.kill();
      const file = ledgerPath(scratch.folder, baseUrl);
      expect((await stat(`${file}-wal`)).size).toBeGreaterThan(0);
      await using ledger = await openLedger({ folder: scratch.folder, baseUrl, mode });
      expect(await ledger.queue.openSends("products", "A")).toMatchObject([{ sendId: Number(child.said) }]);
    }
  });

  it("is believed only up to where it is whole: a torn end takes back what was not yet on disk, and no more", async () => {
    await using scratch = await scratchFolder();
    await using child = await startChild("child-sending.ts", scratch.folder, baseUrl);
    await child.kill();
    const folder = dirname(ledgerPath(scratch.folder, baseUrl));
    const torn = join(scratch.folder, "torn", "ledgers");
    await mkdir(torn, { recursive: true });
    for (const name of (await readdir(folder)).filter((each) => /\.db(-wal)?$/.test(each)))
      await copyFile(join(folder, name), join(torn, name));
    const wal = join(torn, `${ledgerPath(scratch.folder, baseUrl).slice(folder.length + 1)}-wal`);
    const bytes = await readFile(wal);
    await writeFile(wal, Buffer.concat([bytes, bytes.subarray(bytes.length - 1_000)]));
    await using ledger = await openLedger({ folder: dirname(torn), baseUrl, mode: "write" });
    expect(await ledger.queue.openSends("products", "A")).toHaveLength(1);
  });
});

describe("a page that is damaged in the middle of the file", () => {
  it("does not keep the ledger from opening, is named when it is met, and always by an audit; the file stays as it was", async () => {
    await using scratch = await scratchFolder();
    const choice = { folder: scratch.folder, baseUrl };
    const { place } = await openLedger({ ...choice, mode: "write" }).then(async (ledger) => {
      const { run } = await stage(
        ledger,
        "r",
        Array.from({ length: 500 }, (_, index) => `K${index}`),
      );
      await openEntry(ledger, run, "K1");
      await ledger[Symbol.asyncDispose]();
      return ledger;
    });
    const root = (name: string): number => {
      const database = new Database(place, "read");
      const page = Number(value(database, "select rootpage from sqlite_schema where name = ?", name));
      database.close();
      return page;
    };
    const page = root("entries");
    const bytes = await readFile(place);
    bytes.fill(0xff, (page - 1) * pageBytes, page * pageBytes);
    await writeFile(place, bytes);

    await using ledger = await openLedger({ ...choice, mode: "read" });
    expect(await ledger.runs.list()).toHaveLength(1);
    await expect(ledger.queue.progress(1, "products")).rejects.toMatchObject({
      code: "STATE_UNUSABLE",
      message: expect.stringContaining("is damaged"),
      hint: expect.stringContaining("backup"),
    });
    expect(await ledger.audit.invariants(1)).toMatchObject([{ law: "file", breaches: expect.any(Number) }]);
    expect((await ledger.audit.invariants(1))[0]?.breaches).toBeGreaterThan(0);
    expect((await readFile(place)).equals(bytes)).toBe(true);
  });
});

it("a run that ended is still there after the ledger was brought up to date twice", async () => {
  await using scratch = await scratchFolder();
  const choice = { folder: scratch.folder, baseUrl, mode: "write" } as const;
  for (const runId of ["one", "two"]) {
    await using ledger = await openLedger(choice);
    await beginRun(ledger, runId);
  }
  await using ledger = await openLedger(choice);
  expect((await ledger.runs.list()).map(({ runId }) => runId)).toEqual(["two", "one"]);
});

function firstVersion(file: string): void {
  const database = new Database(file, "create");
  database.exec("pragma journal_mode = wal");
  database.exec(`pragma application_id = ${applicationId}`);
  database.exec(migrations[0] ?? "");
  database.exec("pragma user_version = 1");
  database.prepare("insert into ledger (base_url) values (?)").run(baseUrl);
  database.exec("insert into runs (run_id, job, command, started_at_ms) values ('old', 'job.yaml', 'run', 1)");
  database.exec("pragma wal_checkpoint(truncate)");
  database.close();
}

/** Until what the upgrade has written so far has come as far as the disk. */
async function inTheMiddle(file: string): Promise<void> {
  const walBytes = () =>
    stat(`${file}-wal`).then(
      ({ size }) => size,
      () => 0,
    );
  await vi.waitUntil(async () => (await walBytes()) > 100 * pageBytes, { timeout: 10_000 });
}
