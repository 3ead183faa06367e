import { copyFileSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { expect, it } from "vitest";
import { openLedger } from "../../../src/ledger/sqlite/open-ledger.ts";
import { beginRun, flat, noise, openEntries, row, stage } from "../build.ts";
import { sendOne, settleOne } from "../one.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { terms } from "../terms.ts";

const baseUrl = "http://127.0.0.1:4010/external/api/v1";
const create = { kind: "create" } as const;

it("sends that are recorded together share one commit", async () => {
  await using scratch = await scratchFolder();
  await using ledger = await openLedger({ folder: scratch.folder, baseUrl, mode: "write" });
  const { run } = await stage(ledger, "r", ["A", "B", "C", "D"]);
  const entries = [...(await openEntries(ledger, run)).values()];
  await ledger.flush();
  const before = commits(ledger.place);
  await Promise.all(
    entries.slice(0, 3).map(({ id }) => sendOne(ledger.queue, id, { plan: create, hash: "h", atMs: 1, terms })),
  );
  expect(commits(ledger.place) - before).toBe(1);
  await sendOne(ledger.queue, entries[3]?.id ?? 0, { plan: create, hash: "h", atMs: 1, terms });
  expect(commits(ledger.place) - before).toBe(2);
});

it("a send is committed when it is said to be, and not before what was written earlier", async () => {
  await using scratch = await scratchFolder();
  const choice = { folder: scratch.folder, baseUrl };
  await using ledger = await openLedger({ ...choice, mode: "write" });
  const { run } = await stage(ledger, "r", ["A", "B"]);
  await ledger.flush();
  await using other = await openLedger({ ...choice, mode: "read" });
  const [a, b] = [...(await openEntries(ledger, run)).values()];
  await settleOne(ledger.queue, b?.id ?? 0, { outcome: "failed" });
  const seen = async () => [
    await other.results.sends(run),
    (await flat(other.results.rows(run))).map(({ outcome }) => outcome),
  ];
  expect(await seen()).toEqual([[], ["pending", "pending"]]);
  await sendOne(ledger.queue, a?.id ?? 0, { plan: create, hash: "h", atMs: 1, terms });
  expect(await seen()).toEqual([[{ result: undefined, sends: 1 }], ["pending", "failed"]]);
});

it("what is flushed is committed", async () => {
  await using scratch = await scratchFolder();
  const choice = { folder: scratch.folder, baseUrl };
  await using ledger = await openLedger({ ...choice, mode: "write" });
  await beginRun(ledger, "r");
  await ledger.flush();
  await using other = await openLedger({ ...choice, mode: "read" });
  expect(await other.runs.list()).toHaveLength(1);
});

it("a ledger opened for reading cannot be written", async () => {
  await using scratch = await scratchFolder();
  const choice = { folder: scratch.folder, baseUrl };
  await (await openLedger({ ...choice, mode: "write" }))[Symbol.asyncDispose]();
  await using ledger = await openLedger({ ...choice, mode: "read" });
  await expect(beginRun(ledger, "r")).rejects.toMatchObject({ code: "STATE_UNUSABLE" });
});

it("a full disk fails the write, keeps what was committed, and leaves the ledger readable", async () => {
  await using scratch = await scratchFolder();
  const choice = { folder: scratch.folder, baseUrl };
  const fault = { code: "STATE_FULL", hint: expect.stringContaining("make room") };
  {
    await using ledger = await openLedger({ ...choice, mode: "write", maxPages: 120 });
    const { run, file } = await stage(ledger, "r", ["A"]);
    const entry = (await openEntries(ledger, run)).get("A");
    await sendOne(ledger.queue, entry?.id ?? 0, { plan: create, hash: "h", atMs: 1, terms });
    const batch = (from: number) =>
      Array.from({ length: 50 }, (_, index) => row(file, from + index, { raw: "x".repeat(1_000) }));
    await ledger.staging.addRows(batch(100));
    await ledger.flush();
    await expect(
      (async () => {
        for (let from = 200; ; from += 100) await ledger.staging.addRows(batch(from));
      })(),
    ).rejects.toMatchObject(fault);

    const lines = (await flat(ledger.results.rows(run))).length;
    expect(lines).toBeGreaterThanOrEqual(51);
    expect((lines - 1) % 50).toBe(0);
    expect(await ledger.queue.openSends("products", "A")).toHaveLength(1);
    expect(await ledger.results.tallies(run)).not.toEqual([]);
  }
  await using ledger = await openLedger({ ...choice, mode: "write" });
  const { run } = await stage(ledger, "with room again", ["A"]);
  expect(await ledger.queue.take(run, "products", 0, 9)).toMatchObject([{ key: "A", doubt: { hash: "h" } }]);
});

it("after writes were lost nothing is written any more, and no send is recorded", async () => {
  await using scratch = await scratchFolder();
  const ledger = await openLedger({ folder: scratch.folder, baseUrl, mode: "write", maxPages: 120 });
  const { run, file } = await stage(ledger, "r", ["A"]);
  const entry = (await openEntries(ledger, run)).get("A");
  await ledger.flush();
  const rows = Array.from({ length: 30 }, (_, index) => row(file, 10 + index, { raw: noise(30_000, index) }));
  const fault = { code: "STATE_FULL" };
  await beginRun(ledger, "written but not committed");
  await expect(ledger.staging.addRows(rows)).rejects.toMatchObject(fault);
  expect(await ledger.runs.find("written but not committed")).toBeUndefined();
  await expect(
    sendOne(ledger.queue, entry?.id ?? 0, { plan: create, hash: "h", atMs: 1, terms }),
  ).rejects.toMatchObject(fault);
  await expect(ledger.flush()).rejects.toMatchObject(fault);
  expect(await flat(ledger.results.rows(run))).toHaveLength(1);
  await ledger[Symbol.asyncDispose]();
});

/** Frames of the write-ahead log that end a transaction (https://sqlite.org/fileformat2.html#walformat). */
function commits(file: string): number {
  const log = readFileSync(`${file}-wal`);
  const frameBytes = 24 + log.readUInt32BE(8);
  const salt = log.subarray(16, 24);
  let found = 0;
  for (let at = 32; at + frameBytes <= log.length; at += frameBytes) {
    if (log.subarray(at + 8, at + 16).equals(salt) && log.readUInt32BE(at + 4) > 0) found += 1;
  }
  return found;
}

it.each<{ readonly what: string; readonly change: (file: string) => void; readonly says: string }>([
  { what: "its folder was deleted", change: (file) => rmSync(dirname(file), { recursive: true }), says: "removed" },
  { what: "it was deleted", change: (file) => rmSync(file), says: "removed" },
  { what: "it was moved", change: (file) => renameSync(file, `${file}.old`), says: "removed" },
  {
    what: "another file has its name",
    change: (file) => {
      copyFileSync(file, `${file}.copy`);
      renameSync(`${file}.copy`, file);
    },
    says: "replaced",
  },
  { what: "what waits beside it was deleted", change: (file) => rmSync(`${file}-wal`), says: "removed" },
])("nothing may be sent once $what: what is recorded would be nowhere", async ({ change, says }) => {
  await using scratch = await scratchFolder();
  await using ledger = await openLedger({ folder: scratch.folder, baseUrl, mode: "write" });
  const { run } = await stage(ledger, "r", ["A", "B"]);
  const [a, b] = [...(await openEntries(ledger, run)).values()];
  const send = (id = 0) => sendOne(ledger.queue, id, { plan: create, hash: "h", atMs: 1, terms });
  await send(a?.id);
  change(ledger.place);
  const fault = { code: "STATE_LOST", message: expect.stringContaining(`the ledger was ${says} while`) };
  await expect(send(b?.id)).rejects.toMatchObject(fault);
  await expect(ledger.flush()).rejects.toMatchObject(fault);
});

it("a flush with nothing to write notices that the ledger is gone", async () => {
  await using scratch = await scratchFolder();
  await using ledger = await openLedger({ folder: scratch.folder, baseUrl, mode: "write" });
  await ledger.flush();
  rmSync(ledger.place);
  await expect(ledger.flush()).rejects.toMatchObject({ code: "STATE_LOST" });
});
