import { describe, expect, it } from "vitest";
import type { Ledger } from "../../src/model/ledger/ledger.ts";
import type { MadeBy } from "../../src/model/ledger/queue.ts";
import {
  accept,
  entry,
  error,
  flat,
  info,
  type LedgerPlace,
  openEntries,
  openEntry,
  row,
  stage,
  warning,
} from "./build.ts";
import { sendOne, settleOne } from "./one.ts";
import { terms } from "./terms.ts";

const create = { kind: "create" } as const;

export function queueClaims(makePlace: () => Promise<LedgerPlace>): void {
  describe("planning", () => {
    it("gives open entries without a plan once, by position, in batches", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const { run } = await stage(ledger, "r", ["A", { key: "bad", problems: [error] }, "B", "C", "D"]);
      const batches: string[][] = [];
      for await (const batch of ledger.queue.unplanned(run, "products", 3)) {
        batches.push(batch.map(({ key }) => key));
        await planAll(ledger, batch.slice(0, 2));
      }
      expect(batches).toEqual([["A", "B", "C"], ["D"]]);
      expect([...(await openEntries(ledger, run)).keys()]).toEqual(["C"]);
    });

    it("hands an entry over as it was staged", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const payload = { sku: "A", price: 1.1, "é\u2028": [null, true], variants: [] };
      const clears = { note: null, tags: [], name: "" } as const;
      const { run } = await stage(ledger, "r", [{ key: "A", payload, clears, hash: "h", creationProblems: [error] }]);
      expect(await openEntry(ledger, run, "A")).toEqual({
        id: 1,
        resource: "products",
        key: "A",
        payload,
        clears,
        hash: "h",
        creationProblems: [error],
        plan: undefined,
        attempts: 0,
        needsFills: false,
        doubt: undefined,
      });
    });

    it("leaves what another version of the program made of the same rows by the same mapping", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const stageBy = async (program: string, mappingHash: string, hash: string, rowsHash = "rows of A") => {
        const { id: run } = await ledger.runs.begin({
          runId: `${program} ${mappingHash} ${hash} ${rowsHash}`,
          job: "j",
          command: "run",
          startedAtMs: 1,
          program,
        });
        const named = { run, input: "products", kind: "input", file: "p.csv", info, mappingHash } as const;
        const { id: file } = await ledger.staging.addFile(named);
        await ledger.staging.addRows([row(file, 1)]);
        await ledger.staging.addEntries(run, [entry(file, 1, "A", { hash, rowsHash })]);
        return run;
      };
      const notes: unknown[] = [];
      const remade = async (run: number, orUnknown = false) => {
        const note = (made: MadeBy) => {
          notes.push(made);
          return warning;
        };
        const entries = await ledger.queue.settleRemade(run, "products", { orUnknown, note });
        await ledger.queue.settleRest(run, undefined);
        return entries;
      };
      await accept(ledger, await openEntry(ledger, await stageBy("1.0", "m", "first"), "A"), "7");

      const run = await stageBy("2.0", "m", "second");
      expect(await remade(run)).toBe(1);
      const [line] = await flat(ledger.results.rows(run));
      expect(line?.entry).toMatchObject({ outcome: "unchanged", remoteId: "7", problems: [warning] });
      expect(notes).toEqual([{ program: "1.0", isMappingKnown: true }]);
      expect(await remade(await stageBy("1.0", "m", "second"))).toBe(0);
      expect(await remade(await stageBy("2.0", "other", "second"))).toBe(0);
      expect(await remade(await stageBy("2.0", "m", "second", "other rows"))).toBe(0);
      // The same content is unchanged by itself, and what made it now is what is remembered.
      expect(await ledger.queue.settleUnchanged(await stageBy("2.0", "newer", "first", "newer rows"), "products")).toBe(
        1,
      );
      expect(await remade(await stageBy("3.0", "m", "second"))).toBe(0);
      expect(await remade(await stageBy("3.0", "newer", "second", "newer rows"))).toBe(1);
    });

    it("counts what is open by where it points and what it says", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const to = (key: string) => [{ path: "channel", resource: "channels" as const, key, fill: true }];
      const { run } = await stage(ledger, "r", [
        { key: "A", payload: { channel: 7, status: "open", day: "2020-01-01" } },
        { key: "B", payload: { channel: 7, status: "open", day: "2024-01-01" } },
        { key: "C", payload: { channel: 7, status: "shut" } },
        { key: "D", payload: { status: "open", day: "2020-01-01" }, references: to("Web") },
        { key: "E", payload: { channel: 7, status: "open", day: "2020-01-01" }, problems: [error] },
      ]);
      const fields = { target: "channel", says: "status", day: "day", before: "2021-01-01" };
      expect(await ledger.queue.openBy(run, "products", fields)).toEqual([
        { targetKey: undefined, targetValue: "7", says: "open", entries: 2, earlier: 1 },
        { targetKey: undefined, targetValue: "7", says: "shut", entries: 1, earlier: 0 },
        { targetKey: "Web", targetValue: undefined, says: "open", entries: 1, earlier: 1 },
      ]);
      const keysBefore = (limit: number) =>
        ledger.queue.openBefore(run, "products", { ...fields, among: ["open"] }, limit);
      expect([await keysBefore(9), await keysBefore(1)]).toEqual([["A", "D"], ["A"]]);
    });

    it("counts what is open and lacks what creation takes, by what is missing", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const need = (path: string, line: number) => ({
        code: "missing_value" as const,
        message: "is required",
        path,
        line,
      });
      const { run } = await stage(ledger, "r", [
        "complete",
        { key: "A", creationProblems: [need("name", 2), need("category", 2)] },
        { key: "B", creationProblems: [need("category", 3)] },
        { key: "invalid", creationProblems: [need("name", 4)], problems: [error] },
        { key: "W", resource: "channels", phase: "channels", keys: [] },
      ]);
      expect(await ledger.queue.creationNeeds(run)).toEqual([
        {
          resource: "products",
          entries: 3,
          lacking: 2,
          needs: [
            { entries: 2, first: need("category", 2) },
            { entries: 1, first: need("name", 2) },
          ],
        },
      ]);
    });
  });

  describe("what earlier runs had accepted", () => {
    it("is unchanged when the content is the same, and known when it is not", async () => {
      await using place = await makePlace();
      {
        await using ledger = await place.open();
        const { run } = await stage(ledger, "first", ["same", "changed", "rejected"]);
        await accept(ledger, await openEntry(ledger, run, "same"), "1");
        await accept(ledger, await openEntry(ledger, run, "changed"), "2");
        await settleOne(ledger.queue, (await openEntry(ledger, run, "rejected")).id, { outcome: "rejected" });
      }
      await using ledger = await place.open();
      const { run } = await stage(ledger, "second", ["new", "same", { key: "changed", hash: "other" }, "rejected"]);
      expect(await ledger.queue.settleUnchanged(run, "kits")).toBe(0);
      expect(await ledger.queue.settleUnchanged(run, "products")).toBe(1);

      const rows = await flat(ledger.results.rows(run));
      expect(rows[1]?.entry).toMatchObject({ outcome: "unchanged", remoteId: "1", attempts: 0 });
      expect(await flat(ledger.queue.known(run, "products"))).toMatchObject([
        { entry: { key: "changed", hash: "other" }, remoteId: "2", partial: false },
      ]);
    });

    it("is compared with the content accepted last", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      for (const [runId, hash] of [
        ["1", "old"],
        ["2", "new"],
      ] as const) {
        const { run } = await stage(ledger, runId, [{ key: "A", hash }]);
        await accept(ledger, await openEntry(ledger, run, "A"));
      }
      const { run } = await stage(ledger, "3", [{ key: "A", hash: "old" }]);
      expect(await ledger.queue.settleUnchanged(run, "products")).toBe(0);
    });

    it("is known by what it said where Luminous may change it, until an update may have gone through", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const says = { order_status: "on_hold" };
      const end = { outcome: "accepted", action: "created", remoteId: "1", says } as const;
      const first = await stage(ledger, "1", ["A", "B"]);
      for (const key of ["A", "B"]) {
        const { id } = await openEntry(ledger, first.run, key);
        expect(await ledger.queue.lastSaid(id)).toEqual({});
        await settleOne(ledger.queue, id, { ...end, remoteId: key });
      }
      const second = await stage(ledger, "2", [
        { key: "A", hash: "other" },
        { key: "B", hash: "other" },
      ]);
      const [a, b] = [await openEntry(ledger, second.run, "A"), await openEntry(ledger, second.run, "B")];
      expect([await ledger.queue.lastSaid(a.id), await ledger.queue.lastSaid(b.id)]).toEqual([says, says]);
      const sendId = await sendOne(ledger.queue, a.id, {
        plan: { kind: "update", remoteId: "A" },
        hash: a.hash,
        atMs: 1,
        terms,
      });
      await ledger.queue.sent({ sendId, result: "absent", atMs: 2 });
      expect([await ledger.queue.lastSaid(a.id), await ledger.queue.lastSaid(b.id)]).toEqual([{}, says]);
      await settleOne(ledger.queue, b.id, { outcome: "unchanged", remoteId: "B", says: { order_status: "shipped" } });
      const third = await stage(ledger, "3", ["B"]);
      expect(await ledger.queue.lastSaid((await openEntry(ledger, third.run, "B")).id)).toEqual({
        order_status: "shipped",
      });
    });

    it("counts as created only in part until its update went through", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const first = await stage(ledger, "1", ["A"]);
      const entry = await openEntry(ledger, first.run, "A");
      const sendId = await sendOne(ledger.queue, entry.id, { plan: create, hash: entry.hash, atMs: 1, terms });
      await ledger.queue.sent({ sendId, result: "accepted", atMs: 2, httpStatus: 201 });
      await ledger.queue.created(entry.id, "77");
      expect(await ledger.queue.openSends("products", "A")).toEqual([]);
      await ledger.queue.settleRest(first.run, undefined);

      const second = await stage(ledger, "2", ["A"]);
      expect(await ledger.queue.settleUnchanged(second.run, "products")).toBe(0);
      const [known] = await flat(ledger.queue.known(second.run, "products"));
      expect(known).toMatchObject({ entry: { key: "A", doubt: undefined }, remoteId: "77", partial: true });
      await settleOne(ledger.queue, known?.entry.id ?? 0, { outcome: "accepted", action: "updated", remoteId: "77" });

      const third = await stage(ledger, "3", ["A"]);
      expect(await ledger.queue.settleUnchanged(third.run, "products")).toBe(1);
    });

    it("comes in batches by position, each entry once", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const keys = Array.from({ length: 450 }, (_, index) => `K${index}`);
      const first = await stage(ledger, "1", keys);
      for (const entry of (await openEntries(ledger, first.run)).values()) {
        await settleOne(ledger.queue, entry.id, { outcome: "accepted", action: "created", remoteId: entry.key });
      }
      const second = await stage(
        ledger,
        "2",
        keys.map((key) => ({ key, hash: "changed" })),
      );
      const found: string[] = [];
      for await (const batch of ledger.queue.known(second.run, "products")) {
        found.push(...batch.map(({ entry }) => entry.key));
        await planAll(
          ledger,
          batch.map(({ entry }) => entry),
        );
      }
      expect(found).toEqual(keys);
    });
  });

  describe("take", () => {
    it("hands out planned entries by position, each once", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const { run } = await stage(ledger, "r", ["A", "B", "C", "D"]);
      const entries = await openEntries(ledger, run);
      await planAll(
        ledger,
        ["D", "A", "C"].flatMap((key) => entries.get(key) ?? []),
      );
      expect(await takeKeys(ledger, run, 0, 2)).toEqual(["A", "C"]);
      expect(await takeKeys(ledger, run, 0, 9)).toEqual(["D"]);
      expect(await takeKeys(ledger, run, 0, 9)).toEqual([]);
    });

    it("hands out again what was postponed, when its time has come, by position", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const { run } = await stage(ledger, "r", ["A", "B", "C"]);
      const entries = [...(await openEntries(ledger, run)).values()];
      await planAll(ledger, entries);
      const [a, b] = await ledger.queue.take(run, "products", 0, 2);
      await ledger.queue.postpone(a?.id ?? 0, 499.2); // jitter has fractions: never early, never refused
      await ledger.queue.postpone(b?.id ?? 0, 200);

      expect(await ledger.queue.nextDueMs(run, "products")).toBe(200);
      expect(await takeKeys(ledger, run, 199, 9)).toEqual(["C"]);
      expect(await takeKeys(ledger, run, 200, 9)).toEqual(["B"]);
      expect(await ledger.queue.nextDueMs(run, "products")).toBe(500);
      await ledger.queue.postpone(b?.id ?? 0, 400);
      expect(await takeKeys(ledger, run, 500, 1)).toEqual(["A"]);
      expect(await takeKeys(ledger, run, 500, 1)).toEqual(["B"]);
      expect(await ledger.queue.nextDueMs(run, "products")).toBeUndefined();
    });

    it("never hands out what is settled", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const { run } = await stage(ledger, "r", ["A", "B"]);
      const entries = [...(await openEntries(ledger, run)).values()];
      await planAll(ledger, entries);
      const [a] = await ledger.queue.take(run, "products", 0, 1);
      await ledger.queue.postpone(a?.id ?? 0, 100);
      for (const { id } of entries) await settleOne(ledger.queue, id, { outcome: "blocked", problems: [error] });
      expect(await takeKeys(ledger, run, 1_000, 9)).toEqual([]);
      expect(await ledger.queue.nextDueMs(run, "products")).toBeUndefined();
    });

    it("leases what it hands out to one opening: nobody gets it twice, and the next opening gets all of it", async () => {
      await using place = await makePlace();
      let run: number;
      {
        await using ledger = await place.open();
        ({ run } = await stage(ledger, "r", ["A", "B", "C"]));
        await planAll(ledger, [...(await openEntries(ledger, run)).values()]);
        const taken = await Promise.all([1, 2].map(() => ledger.queue.take(run, "products", 0, 2)));
        expect(taken.flat().map(({ key }) => key)).toEqual(["A", "B", "C"]);
        await ledger.queue.postpone(taken[0]?.[1]?.id ?? 0, 100);
        expect(await ledger.queue.nextDueMs(run, "products")).toBe(100);
      }
      await using next = await place.open();
      expect(await takeKeys(next, run, 100, 9)).toEqual(["A", "B", "C"]);
    });

    it("forgets hand-outs with the process", async () => {
      await using place = await makePlace();
      let run: number;
      {
        await using ledger = await place.open();
        ({ run } = await stage(ledger, "r", ["A"]));
        await planAll(ledger, [await openEntry(ledger, run, "A")]);
        expect(await takeKeys(ledger, run, 0, 9)).toEqual(["A"]);
      }
      await using ledger = await place.open();
      expect(await takeKeys(ledger, run, 0, 9)).toEqual(["A"]);
    });

    it("keeps phases and runs apart", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const first = await stage(ledger, "1", ["A"]);
      await planAll(ledger, [await openEntry(ledger, first.run, "A")]);
      const { run } = await stage(ledger, "2", ["B", { key: "kit", phase: "kits" }]);
      await planAll(ledger, [await openEntry(ledger, run, "B"), await openEntry(ledger, run, "kit", "kits")]);
      expect(await takeKeys(ledger, run, 0, 9)).toEqual(["B"]);
    });
  });

  describe("settling", () => {
    it("keeps outcome, action, remote id, status and problems", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const { run, file } = await stage(ledger, "r", ["A", "B"]);
      await accept(ledger, await openEntry(ledger, run, "A"), "9");
      const b = await openEntry(ledger, run, "B");
      await settleOne(ledger.queue, b.id, { outcome: "rejected", httpStatus: 422, problems: [error] });
      expect((await flat(ledger.results.rows(run))).map((each) => each.entry)).toMatchObject([
        { key: "A", outcome: "accepted", action: "created", remoteId: "9", attempts: 1, httpStatus: 201, problems: [] },
        { key: "B", outcome: "rejected", action: undefined, remoteId: undefined, httpStatus: 422, problems: [error] },
      ]);
      expect((await flat(ledger.results.rows(run)))[0]?.ref).toEqual(row(file, 1).ref);
    });

    it("changes no fate that is final", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const { run } = await stage(ledger, "r", ["A"]);
      const a = await openEntry(ledger, run, "A");
      await accept(ledger, a);
      await expect(settleOne(ledger.queue, a.id, { outcome: "failed" })).rejects.toThrow("accepted already");
      await expect(settleOne(ledger.queue, 999, { outcome: "failed" })).rejects.toThrow("not in the ledger");
    });

    it("accepts nothing without a remote id, and leaves the entry open", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const { run } = await stage(ledger, "r", ["A"]);
      const a = await openEntry(ledger, run, "A");
      await expect(settleOne(ledger.queue, a.id, { outcome: "accepted", problems: [error] })).rejects.toThrow(
        "remote id",
      );
      expect(await openEntry(ledger, run, "A")).toEqual(a);
    });

    it("of the rest makes it pending, or in doubt where a send is open", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const { run } = await stage(ledger, "r", ["open", "sent", "done", { key: "kit", phase: "kits" }]);
      const entries = await openEntries(ledger, run);
      const sent = entries.get("sent");
      await sendOne(ledger.queue, sent?.id ?? 0, { plan: create, hash: "h", atMs: 1, terms });
      await settleOne(ledger.queue, entries.get("done")?.id ?? 0, { outcome: "failed" });
      await ledger.queue.settleRest(run, error);
      expect((await flat(ledger.results.rows(run))).map((each) => [each.outcome, each.entry?.problems.length])).toEqual(
        [
          ["pending", 1],
          ["in_doubt", 1],
          ["failed", 0],
          ["pending", 1],
        ],
      );
    });

    it("lets an answer that comes late still count", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const { run } = await stage(ledger, "r", ["A"]);
      const a = await openEntry(ledger, run, "A");
      const sendId = await sendOne(ledger.queue, a.id, { plan: create, hash: a.hash, atMs: 1, terms });
      await ledger.queue.settleRest(run, undefined);
      await ledger.queue.sent({ sendId, result: "accepted", atMs: 2 });
      await settleOne(ledger.queue, a.id, { outcome: "accepted", action: "created", remoteId: "1" });
      expect((await flat(ledger.results.rows(run)))[0]?.outcome).toBe("accepted");
      expect(await ledger.queue.openSends("products", "A")).toEqual([]);
    });
  });
}

function planAll(ledger: Ledger, entries: readonly { readonly id: number }[]): Promise<void> {
  return ledger.queue.plan(entries.map(({ id }) => ({ entryId: id, plan: create })));
}

async function takeKeys(ledger: Ledger, run: number, nowMs: number, count: number): Promise<string[]> {
  return (await ledger.queue.take(run, "products", nowMs, count)).map(({ key }) => key);
}
