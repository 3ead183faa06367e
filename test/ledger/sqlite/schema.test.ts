import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { openLedger } from "../../../src/ledger/sqlite/open-ledger.ts";
import { Database } from "../../../src/ledger/sqlite/storage/database.ts";
import { migrations } from "../../../src/ledger/sqlite/storage/schema.ts";
import { addFile, beginRun, openEntry, row, stage } from "../build.ts";
import { sendOne } from "../one.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { terms } from "../terms.ts";
import { value } from "./values.ts";

const baseUrl = "http://127.0.0.1:4010/external/api/v1";

it("the database itself refuses a second open send of a key", async () => {
  await using scratch = await scratchFolder();
  const ledger = await openLedger({ folder: scratch.folder, baseUrl, mode: "write" });
  const { run } = await stage(ledger, "r", ["A"]);
  const { id } = await openEntry(ledger, run, "A");
  await sendOne(ledger.queue, id, { plan: { kind: "create" }, hash: "h", atMs: 1, terms });
  await ledger[Symbol.asyncDispose]();

  const database = new Database(ledger.place, "write");
  const again =
    "insert into sends (run, entry, key, plan, hash, sent_at_ms) select run, entry, key, plan, hash, 2 from sends";
  expect(() => database.exec(again)).toThrow("UNIQUE");
  database.exec("update sends set open = 0");
  expect(() => database.exec(again)).not.toThrow();
  database.close();
});

it("what a killed run had staged is gone when the next one begins", async () => {
  await using scratch = await scratchFolder();
  const ledger = await openLedger({ folder: scratch.folder, baseUrl, mode: "write" });
  const { id: run } = await beginRun(ledger, "killed");
  const { id: file } = await addFile(ledger, run);
  await ledger.staging.addRows([row(file, 1, { groupKey: "k", cells: { a: "1" } })]);
  await beginRun(ledger, "next");
  await ledger[Symbol.asyncDispose]();

  const database = new Database(ledger.place, "read");
  expect(value(database, "select count(*) from staged_rows")).toBe(0);
  expect(value(database, "select count(*) from rows")).toBe(1);
  database.close();
});

it("the queue is found by its indexes, however many entries are settled", async () => {
  await using scratch = await scratchFolder();
  const ledger = await openLedger({ folder: scratch.folder, baseUrl, mode: "write" });
  await ledger[Symbol.asyncDispose]();
  const database = new Database(ledger.place, "read");
  const plan = (condition: string) =>
    database
      .prepare<{ detail: string }>(
        `explain query plan select id from entries where run = 1 and phase = 'kits' and outcome is null and ${condition}`,
      )
      .all()
      .map(({ detail }) => detail)
      .join("; ");
  expect(plan("ready = 1 and not_before_ms is null order by position, id limit 1")).toMatch(
    /^SEARCH entries USING (COVERING )?INDEX entries_ready \(run=\? AND phase=\?\)$/,
  );
  expect(plan("not_before_ms is not null and not_before_ms <= 5")).toMatch(
    /^SEARCH entries USING (COVERING )?INDEX entries_waiting \(run=\? AND phase=\? AND not_before_ms.*\)$/,
  );
  database.close();
});

/** The SHA-256 of each step that was released, in hexadecimal. A release adds the hash of its own step, once and for all. */
const released = [
  "c3bb5afcbdb145ce0f6a7226dc6cd8824517e2825a3d5f881a5313aba0e55d55",
  "247f693b9e5cb45c5f7616205745c7e6bc78e94f45260e8aa28461f72fe6d011",
  "34dbef94e308a25ae58eca35e086bdbe25487617a7b2f5555ac55abeab402b73",
  "b05650daa3ee9e4a9bdf5d0fa06bd49936d1f63116a703dba79c482f3a4d0020",
];

it("a released step is never changed: ledgers in the field have taken it as it was", () => {
  const hashes = migrations.map((step) => createHash("sha256").update(step).digest("hex"));
  expect(hashes.slice(0, released.length)).toEqual(released);
  // At most one step is being worked on; whoever adds another has released the one before.
  expect(hashes.length).toBeLessThanOrEqual(released.length + 1);
});
