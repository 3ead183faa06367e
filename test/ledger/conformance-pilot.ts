// What `--limit` takes and leaves, in every implementation of the ledger.
import fc from "fast-check";
import { expect, it } from "vitest";
import type { NewEntry } from "../../src/model/ledger/entry.ts";
import type { Ledger } from "../../src/model/ledger/ledger.ts";
import type { Phase, Reference, ResourceName } from "../../src/model/resource.ts";
import { phases } from "../../src/model/resources/resources.ts";
import { accept, error, flat, type LedgerPlace, openEntry, stage } from "./build.ts";
import { sendOne, settleOne } from "./one.ts";
import { terms } from "./terms.ts";

type Item = { readonly key: string } & Partial<NewEntry>;

const to = (resource: ResourceName, ...keys: readonly string[]): readonly Reference[] =>
  keys.map((key, at) => ({ path: `${resource}[${at}]`, resource, key, fill: false }));
const order = (key: string, ...skus: readonly string[]): Item => ({
  key,
  resource: "sales_orders",
  phase: "sales_orders",
  references: to("products", ...skus),
});
const kit = (key: string, ...skus: readonly string[]): Item => ({
  key,
  phase: "kits",
  references: to("products", ...skus),
});
const product = (key: string): Item => ({ key });
const invalid = (item: Item): Item => ({ ...item, problems: [error] });
const channel = (key: string): Item => ({ key, resource: "channels", phase: "channels", keys: [] });

async function choose(ledger: Ledger, run: number, limit: number): Promise<void> {
  await ledger.queue.choosePilot(run, { phases, limit, unchangeable: ["sales_orders"] });
}

/** Keys by what became of them; `open` before anything was sent. */
async function fates(ledger: Ledger, run: number): Promise<Readonly<Record<string, string>>> {
  const rows = await flat(ledger.results.rows(run));
  const open = new Set<string>();
  for (const phase of phases) for (const { key } of await flat(ledger.queue.unplanned(run, phase, 100))) open.add(key);
  return Object.fromEntries(
    rows.flatMap(({ entry }) => {
      const key = entry?.key ?? "";
      return entry === undefined ? [] : [[key, open.has(key) ? "open" : entry.outcome]];
    }),
  );
}

export function pilotClaims(makePlace: () => Promise<LedgerPlace>): void {
  it("takes the first orders with what they need, kits with their parts, and nothing else", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const web: Reference = { path: "channel_id", resource: "channels", key: "web", fill: true };
    const { run } = await stage(ledger, "r", [
      product("A"),
      product("B"),
      {
        key: "C",
        keys: [
          { key: "C", path: "sku" },
          { key: "C-red", path: "variants[0].sku" },
        ],
      },
      product("D"),
      kit("K", "B", "elsewhere"),
      kit("L", "A"),
      { ...channel("web"), keys: [{ key: "web", path: "label" }] },
      channel("shop"),
      { ...order("1", "K"), references: [web, ...to("products", "K")] },
      order("2", "C-red"),
      order("3", "D"),
    ]);
    await choose(ledger, run, 2);
    expect(await fates(ledger, run)).toEqual({
      A: "pending",
      B: "open",
      C: "open",
      D: "pending",
      K: "open",
      L: "pending",
      web: "open",
      shop: "pending",
      1: "open",
      2: "open",
      3: "pending",
    });
    expect(await ledger.queue.pilot(run)).toEqual([
      { phase: "products", taken: "needed", outcome: undefined, entries: 2 },
      { phase: "kits", taken: "needed", outcome: undefined, entries: 1 },
      { phase: "channels", taken: "needed", outcome: undefined, entries: 1 },
      { phase: "sales_orders", taken: "first", outcome: undefined, entries: 2 },
    ]);
  });

  it("takes the first of each phase from which nothing chosen needs anything", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const { run } = await stage(ledger, "r", [
      ...["A", "B", "C"].map(product),
      kit("K", "C"),
      kit("L", "B"),
      channel("web"),
      channel("shop"),
      order("1", "in Luminous"),
      order("2"),
    ]);
    await choose(ledger, run, 1);
    const expected = { A: "pending", B: "pending", C: "open", K: "open", L: "pending" };
    expect(await fates(ledger, run)).toEqual({ ...expected, web: "open", shop: "pending", 1: "open", 2: "pending" });
  });

  it("takes no more products when all that its orders need is settled already", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const { run } = await stage(ledger, "r", [product("A"), product("B"), order("1", "A")]);
    await settleOne(ledger.queue, (await openEntry(ledger, run, "A")).id, { outcome: "skipped", remoteId: "1" });
    await choose(ledger, run, 1);
    expect(await fates(ledger, run)).toEqual({ A: "skipped", B: "pending", 1: "open" });
  });

  it("does not count what is sure to be blocked, and leaves it open before the last that counts", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const { run } = await stage(ledger, "r", [
      invalid(product("bad")),
      product("A"),
      kit("K", "A", "bad"),
      kit("KK", "K"),
      order("1", "bad"),
      order("2", "KK"),
      order("3", "A"),
      order("4", "bad"),
      order("5", "A"),
    ]);
    await choose(ledger, run, 1);
    const first = { bad: "invalid", A: "open", K: "open", KK: "open", 1: "open", 2: "open", 3: "open" };
    expect(await fates(ledger, run)).toEqual({ ...first, 4: "pending", 5: "pending" });
    expect((await ledger.queue.pilot(run)).map(({ phase, entries }) => `${entries} ${phase}`)).toEqual([
      "1 products",
      "1 sales_orders",
    ]);
    // Nothing is known of "bad" but that this run cannot make it: dispatch blocks the orders, or finds it in Luminous.
    expect(await ledger.queue.settleBeyondPilot(run, "sales_orders")).toBe(0);
    await ledger.queue.remember(run, "products", [{ remoteId: "7", keys: [{ key: "bad", role: "own" }] }]);
    expect(await ledger.queue.settleBeyondPilot(run, "sales_orders")).toBe(1);
    expect(await fates(ledger, run)).toMatchObject({ 1: "pending", 2: "open", 3: "open" });
  });

  it("counts an order whose invalid product an earlier run had accepted, and none that was accepted with other content", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const first = await stage(ledger, "1", [product("A"), order("1")]);
    await accept(ledger, await openEntry(ledger, first.run, "A"));
    await accept(ledger, await openEntry(ledger, first.run, "1", "sales_orders"));
    const { run } = await stage(ledger, "2", [
      invalid(product("A")),
      { ...order("1"), hash: "other" },
      order("2", "A"),
      order("3"),
    ]);
    await choose(ledger, run, 1);
    expect(await fates(ledger, run)).toEqual({ A: "invalid", 1: "open", 2: "open", 3: "pending" });
    expect(await ledger.queue.pilot(run)).toMatchObject([{ phase: "sales_orders", entries: 1 }]);
  });

  it("does not call pending what it leaves while an earlier run left it in doubt", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const first = await stage(ledger, "r1", ["A", "B"]);
    const sent = await openEntry(ledger, first.run, "B");
    await sendOne(ledger.queue, sent.id, { plan: { kind: "create" }, hash: sent.hash, atMs: 1, terms });
    const { run } = await stage(ledger, "r2", ["A", "B", "C"]);
    await choose(ledger, run, 1);
    expect(await fates(ledger, run)).toEqual({ A: "open", B: "in_doubt", C: "pending" });
  });

  it("leaves everything for later when it may take nothing, and knows of no pilot where none was chosen", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const { run } = await stage(ledger, "r", ["A", order("1", "A")]);
    expect(await ledger.queue.pilot(run)).toEqual([]);
    await choose(ledger, run, 0);
    expect(await fates(ledger, run)).toEqual({ A: "pending", 1: "pending" });
    expect(await ledger.queue.pilot(run)).toEqual([]);
  });

  it("chooses with every entry what it refers to inside the run, whatever the job", async () => {
    const keyed = (letter: string, size: number) => fc.nat(size - 1).map((at) => `${letter}${at}`);
    const job = fc.record({
      products: fc.array(fc.boolean(), { maxLength: 6 }),
      kits: fc.array(fc.array(fc.oneof(keyed("P", 8), keyed("K", 5)), { minLength: 1, maxLength: 3 }), {
        maxLength: 5,
      }),
      orders: fc.array(fc.array(fc.oneof(keyed("P", 8), keyed("K", 5)), { maxLength: 3 }), { maxLength: 8 }),
      limit: fc.integer({ min: 1, max: 4 }),
    });
    await using place = await makePlace();
    await using ledger = await place.open();
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(job, async ({ products, kits, orders, limit }) => {
        const items: readonly Item[] = [
          ...orders.map((skus, at) => order(`O${at}`, ...skus)),
          ...kits.map((skus, at) => kit(`K${at}`, ...skus)),
          ...products.map((isValid, at) => (isValid ? product(`P${at}`) : invalid(product(`P${at}`)))),
        ];
        runs += 1;
        const { run } = await stage(ledger, `run ${runs}`, items);
        const byKey = new Map(items.map((item) => [item.key, item]));
        const isDead = (key: string, above: readonly string[] = []): boolean => {
          const item = byKey.get(key);
          if (item === undefined || above.includes(key)) return false;
          if (item.problems !== undefined) return true;
          return (item.references ?? []).some((reference) => isDead(reference.key, [...above, key]));
        };
        await choose(ledger, run, limit);
        const after = await fates(ledger, run);
        const isChosen = (key: string) => after[key] === "open" && !isDead(key);

        const alive = orders.map((_, at) => `O${at}`).filter((key) => !isDead(key));
        expect(alive.filter(isChosen)).toEqual(alive.slice(0, limit));
        for (const { key, references = [] } of items.filter((item) => isChosen(item.key)))
          for (const reference of references)
            if (byKey.has(reference.key)) expect([key, reference.key, isChosen(reference.key)]).toContain(true);
        const counted = await ledger.queue.pilot(run);
        expect(counted.reduce((sum, { entries }) => sum + entries, 0)).toBe(
          items.filter(({ key }) => isChosen(key)).length,
        );
        const isFirst = (phase: Phase) => counted.every((count) => count.phase !== phase || count.taken === "first");
        if (!kits.some((_, at) => isChosen(`K${at}`))) expect(isFirst("kits")).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
}
