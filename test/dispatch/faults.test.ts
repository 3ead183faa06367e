import { describe, expect, it } from "vitest";
import { faultNames } from "../../src/sandbox/world/faults.ts";
import { sendOne } from "../ledger/one.ts";
import { many, order, product, type Rehearsal, rehearse, tally, writesOf } from "./rehearsal.ts";

// Each waits more than it works, and has a server and a ledger of its own.
describe.concurrent("with a server that takes every duplicate", () => {
  it.each(faultNames)("%s makes nothing twice and loses nothing", async (fault) => {
    await using rehearsal = await rehearse({
      duplicates: "accept",
      faults: { [fault]: fault === "throttle" ? 0.05 : 0.3 },
      seed: 7,
    });
    const items = [...many(15, (n) => product(`P-${n}`)), ...many(15, (n) => order(`O-${n}`, [`P-${n}`]))];
    const { end, results } = await rehearsal.dispatch(await rehearsal.stage(items), { limits: { attempts: 12 } });
    expect(end.kind).toBe("finished");
    expect(tally(results)).toEqual({ accepted: 30 });
    expectNothingTwice(rehearsal, { products: 15, sales_orders: 15 });
    expect(rehearsal.sandbox.counts().faults[fault]).toBeGreaterThan(0);
  });

  it("all faults at once, filters that do nothing, reads that lag: still nothing twice", async () => {
    const each = Object.fromEntries(faultNames.map((name) => [name, 0.04]));
    await using rehearsal = await rehearse({
      duplicates: "accept",
      faults: each,
      ignoreFilters: true,
      readLagMs: 300,
      seed: 3,
    });
    const items = [...many(20, (n) => product(`P-${n}`)), ...many(20, (n) => order(`O-${n}`, [`P-${n}`]))];
    const { results } = await rehearsal.dispatch(await rehearsal.stage(items), {
      limits: { attempts: 12, readLagMs: 600, concurrency: 6 },
    });
    expect(tally(results)).toEqual({ accepted: 40 });
    expectNothingTwice(rehearsal, { products: 20, sales_orders: 20 });
  });

  it("recovers what was stored before the answer was lost", async () => {
    await using rehearsal = await rehearse({ duplicates: "accept", faults: { "hang-after": 1 } });
    const { results } = await rehearsal.dispatch(
      await rehearsal.stage([product("A"), product("B", { qty_minimum: 1 })]),
    );
    expect(results.A).toMatchObject({ outcome: "accepted", action: "recovered", attempts: 1 });
    // B was recovered too; the update it still needed was never answered, but its creation is known for ever.
    expect(results.B).toMatchObject({ outcome: "failed", problems: [{ code: "api_failed" }] });
    expectNothingTwice(rehearsal, { products: 2 });
  });

  it("gives up an entry after its attempts, each of them looked up", async () => {
    await using rehearsal = await rehearse({ duplicates: "accept", faults: { "error-before": 1 } });
    const { results } = await rehearsal.dispatch(await rehearsal.stage([product("A")]), { limits: { attempts: 3 } });
    expect(results.A).toMatchObject({ outcome: "failed", attempts: 3 });
    expect(results.A?.problems[0]?.message).toBe("no usable answer after 3 attempts: HTTP 500");
    expect(writesOf(rehearsal.sandbox)).toBe(3);
  });

  it("never counts an absence while the server may still be working", async () => {
    await using rehearsal = await rehearse({ duplicates: "accept", faults: { "error-before": 1 } });
    const run = await rehearsal.stage([product("A")]);
    const startedMs = performance.now();
    await rehearsal.dispatch(run, { limits: { attempts: 2, timeoutMs: 300, readLagMs: 200 } });
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(2 * 500);
  });
});

describe("a run after one that died", () => {
  it.each([
    { stored: true, outcome: "recovered" },
    { stored: false, outcome: "created" },
  ])("an open send whose record is there ($stored) ends $outcome, with one record", async ({ stored, outcome }) => {
    await using rehearsal = await rehearse({ duplicates: "accept" });
    const item = order("O-1");
    await post(rehearsal, "/products", product("P").payload);
    await sendAndDie(rehearsal, "O-1", item);
    if (stored) await post(rehearsal, "/sales-orders", item.payload);
    const { results } = await rehearsal.dispatch(await rehearsal.stage([item]));
    expect(results["O-1"]).toMatchObject({ outcome: "accepted", action: outcome });
    expectNothingTwice(rehearsal, { sales_orders: 1 });
  });

  it("says that an order which went through with other content cannot be changed", async () => {
    await using rehearsal = await rehearse({ duplicates: "accept" });
    await post(rehearsal, "/products", product("P").payload);
    await sendAndDie(rehearsal, "O-1", order("O-1"));
    await post(rehearsal, "/sales-orders", order("O-1").payload);
    const changed = order("O-1", [], { order_status: "pending" });
    for (const _run of ["the one that finds out", "a later one"]) {
      const { results } = await rehearsal.dispatch(await rehearsal.stage([changed]));
      expect(results["O-1"]).toMatchObject({ outcome: "invalid", problems: [{ code: "order_immutable" }] });
    }
    const { results } = await rehearsal.dispatch(await rehearsal.stage([order("O-1")]));
    expect(results["O-1"]).toMatchObject({ outcome: "unchanged" });
    expectNothingTwice(rehearsal, { sales_orders: 1 });
  });

  it("updates a product which went through with other content", async () => {
    await using rehearsal = await rehearse({ duplicates: "accept" });
    await sendAndDie(rehearsal, "A", product("A"));
    await post(rehearsal, "/products", product("A").payload);
    const { results } = await rehearsal.dispatch(await rehearsal.stage([product("A", { retail_price: 4 })]));
    expect(results.A?.outcome).toBe("accepted");
    expect(rehearsal.sandbox.records("products", "A")[0]?.content.retail_price).toBe(4);
    expectNothingTwice(rehearsal, { products: 1 });
  });

  it("still refuses to send an order in doubt whose reference is gone, once its absence is proved", async () => {
    await using rehearsal = await rehearse({ duplicates: "accept" });
    await sendAndDie(rehearsal, "O-1", order("O-1", ["NOWHERE"]));
    const { results } = await rehearsal.dispatch(await rehearsal.stage([order("O-1", ["NOWHERE"])]));
    expect(results["O-1"]).toMatchObject({ outcome: "blocked", problems: [{ code: "missing_reference" }] });
  });
});

const shortTerms = { timeoutMs: 300, readLagMs: 300, secondSendMs: 300 };

/** What a killed process leaves: a run with a send that is on disk and has no end. */
async function sendAndDie({ ledger, stage }: Rehearsal, key: string, item: ReturnType<typeof product>): Promise<void> {
  const run = await stage([item]);
  for await (const [entry] of ledger.queue.unplanned(
    run,
    item.resource === "products" ? "products" : "sales_orders",
    1,
  )) {
    expect(entry?.key).toBe(key);
    if (entry !== undefined)
      await sendOne(ledger.queue, entry.id, {
        plan: { kind: "create" },
        hash: entry.hash,
        atMs: Date.now(),
        terms: shortTerms,
      });
  }
}

function expectNothingTwice({ sandbox }: Rehearsal, records: Readonly<Record<string, number>>): void {
  const counts = sandbox.counts();
  expect(counts.duplicates).toMatchObject({ products: 0, sales_orders: 0 });
  expect(counts.records).toMatchObject(records);
}

async function post({ sandbox }: Rehearsal, path: string, body: object): Promise<void> {
  const headers = { authorization: "Bearer sandbox", "content-type": "application/json" };
  const response = await fetch(`${sandbox.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  expect(response.status).toBe(201);
}
