// The ledger's view for `explain`: keys over runs, variants, sends with their lookups.

import { describe, expect, it } from "vitest";
import type { Ledger } from "../../src/model/ledger/ledger.ts";
import { accept, beginRun, type LedgerPlace, openEntry, stage } from "./build.ts";
import { sendOne } from "./one.ts";
import { terms } from "./terms.ts";

export function storyClaims(makePlace: () => Promise<LedgerPlace>): void {
  const withLedger = async (claim: (ledger: Ledger) => Promise<void>): Promise<void> => {
    await using place = await makePlace();
    await using ledger = await place.open();
    await claim(ledger);
  };

  describe("entries with a key", () => {
    it("come from every run, newest first", () =>
      withLedger(async (ledger) => {
        const first = await stage(ledger, "a", ["A", "B"]);
        await accept(ledger, await openEntry(ledger, first.run, "A"));
        const second = await stage(ledger, "b", ["A"]);
        const found = await ledger.history.entriesWithKey("A", 10);
        expect(found.map(({ run, outcome, action }) => [run, outcome, action])).toEqual([
          [second.run, "pending", undefined],
          [first.run, "accepted", "created"],
        ]);
        expect(await ledger.history.entriesWithKey("A", 1)).toHaveLength(1);
        expect(await ledger.history.entriesWithKey("a", 10)).toEqual([]);
      }));

    it("are found by the key of a variant too", () =>
      withLedger(async (ledger) => {
        const keys = [
          { key: "A", path: "sku" },
          { key: "A-RED", path: "variants[0].sku" },
        ];
        await stage(ledger, "a", [{ key: "A", keys }]);
        expect(await ledger.history.entriesWithKey("A-RED", 10)).toMatchObject([{ key: "A" }]);
      }));
  });

  describe("sends", () => {
    it("have the lookups after them, with time and what they found", () =>
      withLedger(async (ledger) => {
        const { run } = await stage(ledger, "a", ["A"]);
        const { id, hash } = await openEntry(ledger, run, "A");
        const sendId = await sendOne(ledger.queue, id, { plan: { kind: "create" }, hash, atMs: 10, terms });
        await ledger.queue.sent({ sendId, result: "unanswered", atMs: 20, httpStatus: 502 });
        await ledger.queue.absent(sendId, 30);
        await ledger.queue.sent({ sendId, result: "recovered", atMs: 40 });
        expect(await ledger.history.sends([id])).toMatchObject([
          {
            sentAtMs: 10,
            endedAtMs: 20,
            httpStatus: 502,
            result: "recovered",
            isOpen: false,
            lookups: [
              { atMs: 30, found: false },
              { atMs: 40, found: true },
            ],
          },
        ]);
      }));

    it("of an update that is simply repeated have none", () =>
      withLedger(async (ledger) => {
        const { run } = await stage(ledger, "a", ["A"]);
        const { id, hash } = await openEntry(ledger, run, "A");
        const plan = { kind: "update", remoteId: "7" } as const;
        const sendId = await sendOne(ledger.queue, id, { plan, hash, atMs: 10, terms });
        await ledger.queue.sent({ sendId, result: "unanswered", atMs: 20 });
        await ledger.queue.sent({ sendId, result: "absent", atMs: 30 });
        expect(await ledger.history.sends([id])).toMatchObject([{ result: "absent", lookups: [] }]);
      }));

    it("that are open belong to the key, whichever run left them", () =>
      withLedger(async (ledger) => {
        const first = await stage(ledger, "a", ["A"]);
        const { id, hash } = await openEntry(ledger, first.run, "A");
        await sendOne(ledger.queue, id, { plan: { kind: "create" }, hash, atMs: 10, terms });
        await stage(ledger, "b", ["A"]);
        const [newest] = await ledger.history.entriesWithKey("A", 1);
        expect(await ledger.history.sends([newest?.id ?? 0])).toMatchObject([{ isOpen: true, entryId: id }]);
      }));
  });

  it("a payload is told as long as it is kept", () =>
    withLedger(async (ledger) => {
      const { run } = await stage(ledger, "a", [{ key: "A", payload: { sku: "A" }, clears: { description: "" } }]);
      const { id } = await openEntry(ledger, run, "A");
      expect(await ledger.history.payload(id)).toEqual({ payload: { sku: "A" }, clears: { description: "" } });
      expect(await ledger.history.payload(id + 1)).toBeUndefined();
    }));

  it("keys near another are those around it and around its beginnings, in any case", () =>
    withLedger(async (ledger) => {
      await stage(ledger, "a", ["CUP-1", "CUP-2", "pot-9"]);
      await beginRun(ledger, "b");
      expect(await ledger.history.keysNear("cup-3")).toEqual(expect.arrayContaining(["CUP-1", "CUP-2"]));
      expect(await ledger.history.keysNear("POT-9")).toContain("pot-9");
    }));
}
