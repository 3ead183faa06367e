// What a purge leaves in the tables and in the file of a ledger on SQLite.

import { stat } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { openLedger } from "../../../src/ledger/sqlite/open-ledger.ts";
import { Database } from "../../../src/ledger/sqlite/storage/database.ts";
import type { Ledger } from "../../../src/model/ledger/ledger.ts";
import { accept, beginRun, noise, openEntry, row, stage } from "../build.ts";
import { sendOne } from "../one.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { terms } from "../terms.ts";
import { value } from "./values.ts";

const baseUrl = "http://127.0.0.1:4010/external/api/v1";

const end = (ledger: Ledger, run: number) =>
  ledger.runs.end(run, { endedAtMs: 2_000, exitCode: 0, summary: { version: 1 } });

describe("purging", () => {
  it("leaves nothing of a run in any table, but the sends of keys whose fate is open", async () => {
    await using scratch = await scratchFolder();
    await using ledger = await openLedger({ folder: scratch.folder, baseUrl, mode: "write" });
    const { run: first } = await stage(ledger, "first", ["A", "B", "C"]);
    await accept(ledger, await openEntry(ledger, first, "A"), "1");
    const b = await openEntry(ledger, first, "B");
    const doubt = await sendOne(ledger.queue, b.id, { plan: { kind: "create" }, hash: b.hash, atMs: 10, terms });
    await ledger.queue.absent(doubt, 11);
    const c = await openEntry(ledger, first, "C");
    const refused = await sendOne(ledger.queue, c.id, { plan: { kind: "create" }, hash: c.hash, atMs: 10, terms });
    await ledger.queue.sent({ sendId: refused, result: "refused", atMs: 11 });
    await ledger.queue.remember(first, "products", [{ remoteId: "9", keys: [{ key: "A", role: "own" }] }]);
    await ledger.queue.settleRest(first, undefined);
    await end(ledger, first);
    const kept = await stage(ledger, "kept", ["A"]);
    await ledger.queue.settleUnchanged(kept.run, "products");
    await end(ledger, kept.run);
    await beginRun(ledger, "newest");
    await ledger.upkeep.purge(1_001, "do");

    const database = new Database(ledger.place, "read");
    const count = (query: string) => value(database, `select count(*) from ${query}`);
    expect(count(`entries where run in (${first})`)).toBe(0);
    for (const table of ["files", "rows", "row_blocks", "payload_blocks", "entry_rows", "entry_keys"])
      expect([table, count(table)]).toEqual([table, 1]);
    expect([count("remembered"), count("sends"), count("doubt_lookups")]).toEqual([0, 2, 1]);
    database.close();
  });

  it("gives the space back when it is worth it, and the ledger is sound afterwards", async () => {
    await using scratch = await scratchFolder();
    await using ledger = await openLedger({ folder: scratch.folder, baseUrl, mode: "write" });
    const { file } = await stage(ledger, "old", ["A"]);
    await ledger.staging.addRows(
      Array.from({ length: 3_000 }, (_, index) => row(file, index + 2, { raw: noise(500, index) })),
    );
    const { run } = await stage(ledger, "kept", ["B"]);
    await ledger.queue.settleRest(run, undefined);
    await end(ledger, run);
    expect(await ledger.upkeep.shrink()).toBe(0);
    await ledger.upkeep.purge(9_999, "do");
    const freed = await ledger.upkeep.shrink();
    expect(freed).toBeGreaterThan(1_000_000);
    expect((await stat(ledger.place)).size).toBeLessThan(1_000_000);
    expect((await ledger.audit.invariants(run)).filter(({ breaches }) => breaches > 0)).toEqual([]);
    await stage(ledger, "after", ["C"]);
  });
});
