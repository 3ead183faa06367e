// What keeps a ledger small never touches what keeps anything from being sent twice.

import { describe, expect, it } from "vitest";
import type { Ledger } from "../../src/model/ledger/ledger.ts";
import { accept, beginRun, error, type LedgerPlace, openEntry, stage } from "./build.ts";
import { sendOne, settleOne } from "./one.ts";
import { terms } from "./terms.ts";

const summary = { version: 1 };

const end = (ledger: Ledger, run: number) => ledger.runs.end(run, { endedAtMs: 2_000, exitCode: 0, summary });

export function upkeepClaims(makePlace: () => Promise<LedgerPlace>): void {
  describe("payloads", () => {
    it("of what made it are dropped once the run has ended, the others stay, and so do rows and hashes", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const { run } = await stage(ledger, "r", ["made", "refused", { key: "wrong", problems: [error] }]);
      const made = await openEntry(ledger, run, "made");
      await accept(ledger, made);
      const refused = await openEntry(ledger, run, "refused");
      await settleOne(ledger.queue, refused.id, { outcome: "rejected" });
      expect(await ledger.upkeep.dropPayloads()).toBe(0);
      await end(ledger, run);
      expect(await ledger.upkeep.dropPayloads()).toBe(1);
      expect(await ledger.audit.content(made.id)).toBeUndefined();
      expect(await ledger.audit.content(refused.id)).toEqual({ payload: { sku: "refused" }, clears: {} });
      expect((await ledger.staging.rowsOfEntry(made.id)).rows).toMatchObject([{ raw: "row 1" }]);

      const next = await stage(ledger, "next", ["made"]);
      expect(await ledger.queue.settleUnchanged(next.run, "products")).toBe(1);
    });

    it("of thousands go in one call, also when nothing is to be kept", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const keys = Array.from({ length: 4_500 }, (_, index) => `K${index}`);
      for (const [runId, more] of [
        ["mixed", [{ key: "wrong", problems: [error] }]],
        ["clean", []],
      ] as const) {
        const { run } = await stage(ledger, runId, [...more, ...keys]);
        for await (const batch of ledger.queue.unplanned(run, "products", 500))
          for (const { id } of batch) await settleOne(ledger.queue, id, { outcome: "skipped" });
        await end(ledger, run);
        expect(await ledger.upkeep.dropPayloads()).toBe(4_500);
        expect(await ledger.upkeep.dropPayloads()).toBe(0);
      }
    });
  });

  describe("purging", () => {
    it("removes old runs with everything of theirs, and no run that somebody may still ask for", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
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
      await stage(ledger, "killed", ["D"]);
      const kept = await stage(ledger, "kept", ["A"]);
      await ledger.queue.settleUnchanged(kept.run, "products");
      await end(ledger, kept.run);
      await ledger.runs.end((await beginRun(ledger, "nothing sent")).id, { endedAtMs: 3, exitCode: 2, summary: {} });
      await end(ledger, (await beginRun(ledger, "other", "other.yaml")).id);
      await beginRun(ledger, "newest");

      expect(await ledger.upkeep.purge(1_000, "dry run")).toMatchObject({ runs: [] }); // they began at 1,000
      const planned = await ledger.upkeep.purge(1_001, "dry run");
      expect(await ledger.runs.list()).toHaveLength(6);
      const purged = await ledger.upkeep.purge(1_001, "do");
      expect(purged).toEqual(planned);
      expect(purged).toMatchObject({ runs: [{ runId: "first" }, { runId: "killed" }], rows: 4, entries: 4 });
      expect((await ledger.runs.list()).map(({ runId }) => runId)).toEqual(["newest", "other", "nothing sent", "kept"]);
      expect((await ledger.audit.invariants(kept.run)).filter(({ breaches }) => breaches > 0)).toEqual([]);

      expect(await ledger.queue.openSends("products", "B")).toMatchObject([{ sendId: doubt, absences: 1 }]);
      const next = await stage(ledger, "next", ["A", "B"]);
      expect(await ledger.queue.settleUnchanged(next.run, "products")).toBe(1);
      const inDoubt = await openEntry(ledger, next.run, "B");
      await expect(
        sendOne(ledger.queue, inDoubt.id, { plan: { kind: "create" }, hash: "h", atMs: 20, terms }),
      ).rejects.toThrow("in doubt");
    });

    it("keeps the run whose failures the newest one retried", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const { id: retryOf } = await beginRun(ledger, "retried");
      await end(ledger, retryOf);
      const retry = await ledger.runs.begin({
        runId: "retry",
        job: "job.yaml",
        command: "retry",
        startedAtMs: 1_000,
        retryOf,
      });
      await end(ledger, retry.id);
      expect(await ledger.upkeep.purge(9_999, "dry run")).toMatchObject({ runs: [] });
    });

    it("never gives an entry the number of one that is gone: the journal still names it", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      await end(ledger, (await beginRun(ledger, "kept")).id);
      const { run } = await stage(ledger, "killed", ["A"]);
      const { id } = await openEntry(ledger, run, "A");
      await beginRun(ledger, "killed too");
      await ledger.upkeep.purge(9_999, "do");
      const next = await stage(ledger, "next", ["B"]);
      expect((await openEntry(ledger, next.run, "B")).id).toBeGreaterThan(id);
    });
  });
}
