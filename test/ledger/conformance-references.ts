import { describe, expect, it } from "vitest";
import type { Reference } from "../../src/model/resource.ts";
import { accept, all, error, flat, type LedgerPlace, openEntries, openEntry, stage } from "./build.ts";
import { settleOne } from "./one.ts";

const sku = (key: string, index = 0): Reference => ({
  path: `items[${index}].sku`,
  resource: "products",
  key,
  fill: false,
});
const order = (key: string, ...references: readonly Reference[]) => ({
  key,
  resource: "sales_orders" as const,
  phase: "sales_orders" as const,
  references,
});

export function referenceClaims(makePlace: () => Promise<LedgerPlace>): void {
  describe("recall", () => {
    it("gives what the run remembers, before what earlier runs had accepted", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const keys = [
        { key: "A", path: "sku" },
        { key: "A-red", path: "variants[0].sku" },
      ];
      const first = await stage(ledger, "1", [{ key: "A", keys }]);
      await accept(ledger, await openEntry(ledger, first.run, "A"), "1");
      const { run } = await stage(ledger, "2", []);

      expect(await ledger.queue.recall(run, "products", ["A-red", "A", "none"])).toEqual([]);
      await ledger.queue.remember(run, "products", [
        { remoteId: "5", keys: [{ key: "A", role: "alternate" }] },
        {
          remoteId: "6",
          keys: [
            { key: "A", role: "own" },
            { key: "C", role: "own" },
          ],
        },
      ]);
      expect(await ledger.queue.recall(run, "products", ["A", "C"])).toEqual([
        { key: "A", role: "own", remoteId: "6" },
        { key: "A", role: "alternate", remoteId: "5" },
        { key: "C", role: "own", remoteId: "6" },
      ]);
      expect(await ledger.queue.recall(run, "channels", ["A"])).toEqual([]);
    });

    it("forgets with the run what was seen", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const first = await stage(ledger, "1", ["A"]);
      await accept(ledger, await openEntry(ledger, first.run, "A"), "1");
      await ledger.queue.remember(first.run, "products", [{ remoteId: "9", keys: [{ key: "seen", role: "own" }] }]);
      const { run } = await stage(ledger, "2", []);
      expect(await ledger.queue.recall(run, "products", ["A", "seen"])).toEqual([]);
    });
  });

  it.each([
    { name: "nothing", open: true },
    { name: "a remembered record", remembered: true, open: false },
    { name: "an acceptance of an earlier run", earlier: true, open: false },
    { name: "an accepted entry of the run", outcome: "accepted", open: false },
    { name: "an unchanged entry", outcome: "unchanged", open: false },
    { name: "a skipped entry", outcome: "skipped", open: false },
    { name: "an entry that is still open", outcome: "open", open: true, inRun: "open" },
    { name: "a rejected entry", outcome: "rejected", open: true, inRun: "failed" },
    { name: "a pending entry", outcome: "pending", open: true, inRun: "failed" },
    { name: "an entry in doubt", outcome: "in_doubt", open: true, inRun: "failed" },
  ] as const)("a reference is open or satisfied with $name behind it", async (its) => {
    await using place = await makePlace();
    await using ledger = await place.open();
    if ("earlier" in its) {
      const first = await stage(ledger, "0", ["P"]);
      await accept(ledger, await openEntry(ledger, first.run, "P"));
    }
    const { run } = await stage(ledger, "1", ["outcome" in its ? "P" : "unrelated", order("O", sku("P"))]);
    if ("remembered" in its) {
      await ledger.queue.remember(run, "products", [{ remoteId: "1", keys: [{ key: "P", role: "alternate" }] }]);
    }
    if ("outcome" in its && its.outcome !== "open") {
      const { id } = await openEntry(ledger, run, "P");
      await settleOne(ledger.queue, id, {
        outcome: its.outcome,
        ...(its.outcome === "accepted" ? { remoteId: "1" } : {}),
      });
    }
    const unknown = await all(ledger.queue.unknownReferences(run, "sales_orders", 10));
    const open = await flat(ledger.queue.openReferences(run, "sales_orders"));

    expect(unknown).toEqual(its.open ? [{ resource: "products", keys: ["P"] }] : []);
    const state = "inRun" in its ? { state: its.inRun, line: 2, file: "products.csv" } : { state: "absent" };
    expect(open).toMatchObject(its.open ? [{ entry: { key: "O" }, references: [{ ...sku("P"), inRun: state }] }] : []);
  });

  it("an entry satisfies references to its own keys, and others' to its variants once it is made", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const keys = [
      { key: "kit", path: "sku" },
      { key: "kit-red", path: "variants[0].sku" },
    ];
    const { run } = await stage(ledger, "r", [
      { key: "kit", keys, references: [sku("kit-red"), sku("kit", 1)] },
      { key: "other", references: [sku("kit-red")] },
    ]);
    expect((await flat(ledger.queue.openReferences(run, "products"))).map(({ entry }) => entry.key)).toEqual(["other"]);
    await accept(ledger, await openEntry(ledger, run, "kit"));
    expect(await flat(ledger.queue.openReferences(run, "products"))).toEqual([]);
  });

  it("an entry does not satisfy a reference that needs its own id before it has one", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const own: Reference = { path: "parent", resource: "products", key: "P", fill: true };
    const { run } = await stage(ledger, "r", [{ key: "P", references: [own] }]);
    const [found] = await flat(ledger.queue.openReferences(run, "products"));
    expect(found?.references).toMatchObject([{ path: "parent", key: "P", inRun: { state: "open" } }]);
  });

  it("unknown references are distinct, of open entries of the phase, and batched by resource", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const channel: Reference = { path: "channel_id", resource: "channels", key: "A", fill: true };
    const { run } = await stage(ledger, "r", [
      order("O1", sku("A"), sku("B", 1), channel),
      order("O2", sku("B"), sku("C", 1), channel),
      { ...order("O3", sku("ignored")), problems: [error] },
      { key: "P", references: [sku("other phase")] },
    ]);
    const batches = await all(ledger.queue.unknownReferences(run, "sales_orders", 2));
    const keys = batches.map(({ resource, keys }) => `${resource}: ${[...keys].sort().join(" ")}`);
    expect(keys.sort()).toEqual(["channels: A", "products: A B", "products: C"]);
  });

  it("unknown references may be remembered while they are read, and reading may end early", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const { run } = await stage(ledger, "r", [order("O", sku("A"), sku("B", 1), sku("C", 2))]);
    for await (const { keys } of ledger.queue.unknownReferences(run, "sales_orders", 1)) {
      await ledger.queue.remember(
        run,
        "products",
        keys.map((key) => ({ remoteId: "1", keys: [{ key, role: "own" as const }] })),
      );
      if (keys.includes("B")) break;
    }
    expect(await all(ledger.queue.unknownReferences(run, "sales_orders", 9))).toEqual([
      { resource: "products", keys: ["C"] },
    ]);
  });

  it("only the open references of an entry are named", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const { run } = await stage(ledger, "r", [order("O", sku("A"), sku("B", 1), sku("C", 2))]);
    await ledger.queue.remember(run, "products", [{ remoteId: "1", keys: [{ key: "B", role: "own" }] }]);
    const [found] = await flat(ledger.queue.openReferences(run, "sales_orders"));
    expect(found?.references.map(({ path }) => path)).toEqual(["items[0].sku", "items[2].sku"]);
  });

  it("fills come from what was accepted, remembered or skipped; one that is missing is a defect", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const fill = (key: string, path: string): Reference => ({ path, resource: "channels", key, fill: true });
    const channel = (key: string) => ({ key, resource: "channels" as const, phase: "channels" as const });
    const { run } = await stage(ledger, "r", [
      channel("made"),
      channel("skipped"),
      order("O", fill("made", "a"), fill("seen", "b"), fill("skipped", "c"), sku("not filled")),
      order("bad", fill("nobody", "a")),
    ]);
    const channels = await openEntries(ledger, run, "channels");
    await settleOne(ledger.queue, channels.get("made")?.id ?? 0, {
      outcome: "accepted",
      action: "created",
      remoteId: "1",
    });
    await settleOne(ledger.queue, channels.get("skipped")?.id ?? 0, { outcome: "skipped", remoteId: "3" });
    await ledger.queue.remember(run, "channels", [{ remoteId: "2", keys: [{ key: "seen", role: "own" }] }]);

    const orders = await openEntries(ledger, run, "sales_orders");
    expect(await ledger.queue.fills(orders.get("O")?.id ?? 0)).toEqual({ a: "1", b: "2", c: "3" });
    await expect(ledger.queue.fills(orders.get("bad")?.id ?? 0)).rejects.toThrow('"nobody" at a');
  });

  it("a skipped key is not accepted: a later run does not know it", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const first = await stage(ledger, "1", ["A"]);
    await settleOne(ledger.queue, (await openEntry(ledger, first.run, "A")).id, { outcome: "skipped", remoteId: "1" });
    const { run } = await stage(ledger, "2", ["A"]);
    expect(await ledger.queue.settleUnchanged(run, "products")).toBe(0);
    expect(await flat(ledger.queue.known(run, "products"))).toEqual([]);
  });
}
