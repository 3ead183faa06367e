// The promise as a property: real dispatch and a real ledger against a modelled API, over any schedule of faults, kills and
// edits. No key is created while the fate of an earlier creation is unknown, and in the end the API has what was asked for.

import { cpSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { dispatch } from "../../src/dispatch/dispatcher.ts";
import { writtenJob } from "../../src/job/job-schema.ts";
import { openLedger } from "../../src/ledger/sqlite/open-ledger.ts";
import type { ResultEntry } from "../../src/model/ledger/results.ts";
import { type FakeClock, fakeClock } from "../api/fake-clock.ts";
import { type Fault, type ModelledApi, modelledApi, type Nature } from "./modelled-api.ts";
import { order, product, resultsOf, stageItems } from "./rehearsal.ts";

const baseUrl = "http://127.0.0.1:4010/external/api/v1";
const timeoutMs = 2000;
const readLagMs = 1500;
const secondSendMs = 4000;

/** After so long nothing is under way, and every read shows what was written. */
const settledMs = 20_000;

/** The server may still store an order so long after its time-out: less than the two proofs are apart. */
const afterTimeoutMs = secondSendMs - 500;

/** One process: what its input holds (content by key), what befalls its writes, in order, and its surroundings. */
interface Step {
  readonly products: Readonly<Record<string, number>>;
  readonly orders: Readonly<Record<string, number>>;
  readonly faults: readonly Fault[];
  /** How far the machine's clock is set, before the process starts. */
  readonly jumpMs: number;
  /** The state folder was lost before, and the ledger with it, when nothing was under way any more. */
  readonly isFresh?: boolean;
  /** The job's time-out in this process is shorter. */
  readonly isHasty: boolean;
}

const natures: readonly Nature[] = [
  "honest",
  "in is one key",
  "in sees two keys",
  "filters find nothing",
  "filters filter nothing",
  "pages of two",
  "total too large",
  "lists hide Y",
  "keys in lower case",
  "keys cut",
];
const long = "order number of more than twenty-four characters";
const orderKeys = ["X", "Y", `${long} 1`];

const contents = (...keys: readonly string[]) =>
  fc.dictionary(fc.constantFrom(...keys), fc.integer({ min: 1, max: 2 }), { noNullPrototype: true });
const faults = fc.constantFrom<Fault>(
  "none",
  "none",
  "refused",
  "throttled",
  "throttled after",
  "unavailable after",
  "undelivered",
  "lost before",
  "lost after",
  "late",
  "very late",
  "hangs",
  "crossed",
  "crossed bare",
  "foreign",
  "killed before",
  "killed after",
);
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    products: contents("A", "B"),
    orders: contents(...orderKeys),
    faults: fc.array(faults, { maxLength: 8 }),
    jumpMs: fc.constantFrom(0, 0, 3_600_000, -3_600_000),
    isHasty: fc.boolean(),
    isFresh: fc.constantFrom(false, false, false, true),
  }),
  { minLength: 1, maxLength: 4 },
);

const plain = { jumpMs: 0, isHasty: false, products: {} } as const;
/** Rare by chance, and each the reason for one mechanism. */
const examples: readonly (readonly [Nature, readonly Step[]])[] = [
  [
    "honest",
    [
      { ...plain, orders: { X: 1 }, faults: ["killed after"] },
      { ...plain, orders: { X: 2 }, faults: [] },
    ],
  ],
  // A time-out that was lowered after a kill, and a server that works on for as long as it may.
  [
    "honest",
    [
      { ...plain, orders: { Y: 1 }, faults: [] },
      { ...plain, orders: { X: 1, [`${long} 1`]: 1 }, faults: ["very late", "killed before"] },
      { ...plain, orders: { X: 1 }, faults: [], isHasty: true },
    ],
  ],
  [
    "honest",
    [
      { ...plain, orders: { Y: 1 }, faults: [] },
      { ...plain, orders: { X: 1 }, faults: ["very late"] },
    ],
  ],
  [
    "honest",
    [
      { ...plain, orders: { Y: 1 }, faults: [] },
      { ...plain, orders: { X: 1, Y: 1 }, faults: ["throttled after"] },
    ],
  ],
  [
    "honest",
    [
      { ...plain, orders: { Y: 1 }, faults: [] },
      { ...plain, orders: { X: 1 }, faults: ["killed after"] },
      { ...plain, orders: { X: 1 }, faults: [], jumpMs: 3_600_000 },
    ],
  ],
  ["honest", [{ ...plain, orders: { X: 1, Y: 1 }, faults: ["none", "crossed"] }]],
  ["honest", [{ ...plain, orders: { X: 1, Y: 1 }, faults: ["none", "crossed bare"] }]],
  // A ledger that is gone: only what the lists show keeps its orders from being made again.
  ...natures.map((nature): readonly [Nature, readonly Step[]] => [
    nature,
    [
      { ...plain, orders: { X: 1, Y: 1, [`${long} 1`]: 1 }, faults: [] },
      { ...plain, orders: { X: 1, Y: 1, [`${long} 1`]: 1 }, faults: [], isFresh: true },
    ],
  ]),
  // A clock that was set forward after a kill, and a server that works on for as long as it may.
  [
    "honest",
    [
      { ...plain, orders: { Y: 1 }, faults: [] },
      { ...plain, orders: { X: 1, [`${long} 1`]: 1 }, faults: ["very late", "killed before"] },
      { ...plain, orders: { X: 1 }, faults: [], jumpMs: 3_600_000 },
    ],
  ],
  ["honest", [{ ...plain, orders: { X: 1, Y: 1 }, faults: ["none", "foreign"] }]],
  ...natures.flatMap((nature): (readonly [Nature, readonly Step[]])[] => [
    [nature, [{ ...plain, orders: { X: 1, Y: 1, [`${long} 1`]: 1 }, faults: ["none", "lost after", "lost after"] }]],
    [nature, [{ ...plain, orders: { X: 1, Y: 1 }, faults: ["none", "killed after"] }]],
  ]),
];

it("never creates a key whose fate is unknown, and ends with what was asked for", async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...natures), steps, async (nature, schedule) => {
      const scratch = await mkdtemp(join(tmpdir(), "never-blind-"));
      const clock = fakeClock();
      const api = modelledApi({ clock, readLagMs, afterTimeoutMs, nature });
      try {
        let folder = join(scratch, "0");
        let wasLost = false;
        const last: Step = { ...plain, products: { A: 2, B: 1 }, orders: { X: 2, Y: 1 }, faults: [] };
        for (const [index, step] of [...schedule, last].entries()) {
          const after = join(scratch, `${index + 1}`);
          clock.jump(step.jumpMs);
          // Without a ledger nobody knows what a key had become.
          const isFresh = step.isFresh === true && !nature.startsWith("keys") && nature !== "lists hide Y";
          if (isFresh) {
            for (let waitedMs = 0; waitedMs < settledMs; waitedMs += 500) await clock.advance(500);
            folder = join(scratch, `fresh-${index}`);
            api.forgetAnswers();
          }
          wasLost ||= isFresh;
          const { results, wasKilled } = await live(step, { folder, after, clock, api, runId: `run-${index}` });
          if (wasKilled) folder = after;
          // What a server does after it was given up on comes, if it comes, before the next process has waited it out.
          expect(api.breaches).toEqual([]);
          if (!wasKilled) expectTruth(step, results, api);
          const unclear = [...unclearOutcomes(nature), ...(wasLost ? ["skipped"] : [])];
          if (step === last) expectAll(last, results, api, unclear);
        }
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    }),
    { numRuns: 60, examples: examples.map(([nature, schedule]) => [nature, schedule]) },
  );
});

/**
 * How an entry may end that a server kept from being told: where nothing proves an absence, and where a key came back changed
 * with content that is not what the file says by now.
 */
function unclearOutcomes(nature: Nature): readonly string[] {
  if (nature === "pages of two" || nature === "total too large") return ["failed", "in_doubt"];
  if (nature === "lists hide Y") return ["failed", "in_doubt"]; // Y may be all that could be a control
  return nature.startsWith("keys") ? ["in_doubt"] : [];
}

interface Life {
  readonly folder: string;
  /** Where the files go as they are at the moment of the kill: without what was still to be committed. */
  readonly after: string;
  readonly clock: FakeClock;
  readonly api: ModelledApi;
  readonly runId: string;
}

async function live({ products, orders, faults, isHasty }: Step, { folder, after, clock, api, runId }: Life) {
  await mkdir(folder, { recursive: true });
  await using ledger = await openLedger({ folder, baseUrl, mode: "write" });
  const kill = new AbortController();
  const itsTimeoutMs = isHasty ? timeoutMs / 4 : timeoutMs;
  api.start({ faults, timeoutMs: itsTimeoutMs }, () => {
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
    existing: writtenJob.shape.existing.parse({}),
    guard: { channel: undefined, orderPush: "refuse", openOrderDays: 30 },
    limits: {
      requestsPerSecond: 100,
      maxRequestsPerSecond: 100,
      concurrency: 3,
      attempts: 4,
      timeoutMs: itsTimeoutMs,
      readLagMs,
      secondSendMs,
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
  for (const [key, { resource, outcome, remoteId }] of Object.entries(results)) {
    if (outcome !== "accepted" && outcome !== "unchanged") continue;
    if (remoteId !== undefined) expect({ key, remoteId }).toEqual({ key, remoteId: api.id(resource, key) });
    const is = api.content("products").get(key)?.retail_price ?? api.content("sales_orders").get(key)?.total_tax;
    expect({ key, outcome, content: is }).toEqual({ key, outcome, content: products[key] ?? orders[key] });
  }
}

/**
 * Without faults everything arrives: products as the file says; orders too, or it is said that they cannot be changed. A
 * server of which nothing can be told gets nothing on a guess.
 */
function expectAll({ products, orders }: Step, results: Results, api: ModelledApi, unclear: readonly string[]): void {
  for (const key of Object.keys(products)) {
    expect(["accepted", "unchanged", ...unclear]).toContain(results[key]?.outcome);
  }
  for (const [key, content] of Object.entries(orders)) {
    const { outcome, problems = [] } = results[key] ?? {};
    if (unclear.includes(outcome ?? "")) continue;
    const isSame = api.content("sales_orders").get(key)?.total_tax === content;
    expect({ key, outcome, code: problems.find(({ severity }) => severity === undefined)?.code }).toEqual(
      isSame
        ? { key, outcome: expect.stringMatching(/accepted|unchanged/), code: undefined }
        : { key, outcome: expect.stringMatching(/invalid|rejected/), code: expect.anything() },
    );
  }
}
