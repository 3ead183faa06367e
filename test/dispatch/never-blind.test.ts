// The promise as a property: real dispatch and a real ledger against a modelled API, over any schedule of faults, kills and
// edits. No key is created while the fate of an earlier creation is unknown, and in the end the API has what was asked for.

import { cpSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { dispatch } from "../../src/dispatch/dispatcher.ts";
import { openLedger } from "../../src/ledger/open-ledger.ts";
import type { ResultEntry } from "../../src/model/ledger.ts";
import { type FakeClock, fakeClock } from "./fake-clock.ts";
import { type Fault, type ModelledApi, modelledApi } from "./modelled-api.ts";
import { order, product, resultsOf, stageItems } from "./rehearsal.ts";

const baseUrl = "http://127.0.0.1:4010/external/api/v1";
const timeoutMs = 2000;
const readLagMs = 1500;

/** One process: what its input holds (content by key) and what befalls its writes, in order. */
interface Step {
  readonly products: Readonly<Record<string, number>>;
  readonly orders: Readonly<Record<string, number>>;
  readonly faults: readonly Fault[];
}

const contents = (...keys: readonly string[]) =>
  fc.dictionary(fc.constantFrom(...keys), fc.integer({ min: 1, max: 2 }), { noNullPrototype: true });
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    products: contents("A", "B"),
    orders: contents("X", "Y"),
    faults: fc.array(
      fc.constantFrom<Fault>(
        "none",
        "none",
        "refused",
        "throttled",
        "undelivered",
        "lost before",
        "lost after",
        "late",
        "hangs",
        "killed before",
        "killed after",
      ),
      { maxLength: 8 },
    ),
  }),
  { minLength: 1, maxLength: 4 },
);

/** Rare by chance: an order that went through unseen, and a file that says something else since. */
const orderChangedInDoubt: readonly Step[] = [
  { products: {}, orders: { X: 1 }, faults: ["killed after"] },
  { products: {}, orders: { X: 2 }, faults: [] },
];

it("never creates a key whose fate is unknown, and ends with what was asked for", { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (schedule) => {
      const scratch = await mkdtemp(join(tmpdir(), "never-blind-"));
      const clock = fakeClock();
      const api = modelledApi(clock, timeoutMs, readLagMs);
      try {
        let folder = join(scratch, "0");
        const last: Step = { products: { A: 2, B: 1 }, orders: { X: 2, Y: 1 }, faults: [] };
        for (const [index, step] of [...schedule, last].entries()) {
          const after = join(scratch, `${index + 1}`);
          const { results, wasKilled } = await live(step, { folder, after, clock, api, runId: `run-${index}` });
          if (wasKilled) folder = after;
          expect(api.breaches).toEqual([]);
          if (!wasKilled) expectTruth(step, results, api);
          if (step === last) expectAll(last, results, api);
        }
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    }),
    { numRuns: 60, examples: [[orderChangedInDoubt]] },
  );
});

interface Life {
  readonly folder: string;
  /** Where the files go as they are at the moment of the kill: without what was still to be committed. */
  readonly after: string;
  readonly clock: FakeClock;
  readonly api: ModelledApi;
  readonly runId: string;
}

async function live({ products, orders, faults }: Step, { folder, after, clock, api, runId }: Life) {
  await mkdir(folder, { recursive: true });
  await using ledger = await openLedger({ folder, baseUrl, mode: "write" });
  const kill = new AbortController();
  api.start(faults, () => {
    cpSync(dirname(ledger.place), join(after, "ledgers"), {
      recursive: true,
      filter: (name) => !name.endsWith("-shm"),
    });
    kill.abort();
  });
  const run = await stageItems(ledger, runId, [
    ...Object.entries(products).map(([sku, content]) => product(sku, { retail_price: content })),
    ...Object.entries(orders).map(([number, content]) => order(number, [], { total_tax: content })),
  ]);
  await ledger.flush();
  let hasEnded = false;
  const ended = dispatch({
    ledger,
    run,
    missingReferences: "block",
    force: false,
    locate: async (_entryId, problems) => problems,
    onEvent: () => {},
    clock,
    random: () => 0.5,
    stop: kill.signal,
    abort: kill.signal,
    openClient: () => api.client,
    api: { baseUrl, baseUrlFrom: "the test", token: "secret" },
    existing: { products: "update", sales_orders: "skip", channels: "update" },
    guard: { channel: undefined, orderPush: "refuse", openOrderDays: 30 },
    limits: {
      requestsPerSecond: 100,
      maxRequestsPerSecond: 100,
      concurrency: 3,
      attempts: 4,
      timeoutMs,
      readLagMs,
      outagePatienceMs: 60_000,
    },
  }).finally(() => {
    hasEnded = true;
  });
  ended.catch(() => undefined);
  while (!hasEnded) await clock.advance(50);
  await ended;
  await ledger.queue.settleRest(run, undefined);
  return { results: await resultsOf(ledger, run), wasKilled: kill.signal.aborted };
}

type Results = Readonly<Record<string, ResultEntry>>;

/** What is reported as made is what the API has. */
function expectTruth({ products, orders }: Step, results: Results, api: ModelledApi): void {
  for (const [key, { outcome }] of Object.entries(results)) {
    if (outcome !== "accepted" && outcome !== "unchanged") continue;
    const is = api.content("products").get(key)?.retail_price ?? api.content("sales_orders").get(key)?.total_tax;
    expect({ key, outcome, content: is }).toEqual({ key, outcome, content: products[key] ?? orders[key] });
  }
}

/** Without faults everything arrives: products as the file says; orders too, or it is said that they cannot be changed. */
function expectAll({ products, orders }: Step, results: Results, api: ModelledApi): void {
  for (const key of Object.keys(products)) expect(["accepted", "unchanged"]).toContain(results[key]?.outcome);
  for (const [key, content] of Object.entries(orders)) {
    const isSame = api.content("sales_orders").get(key)?.total_tax === content;
    expect({ key, outcome: results[key]?.outcome, code: results[key]?.problems[0]?.code }).toEqual(
      isSame
        ? { key, outcome: expect.stringMatching(/accepted|unchanged/), code: undefined }
        : { key, outcome: "invalid", code: "order_immutable" },
    );
  }
}
