// The limiter as the server sees it, while sends fail in every way: whatever leaves counts, and a pause holds everything.
import { expect, it } from "vitest";
import type { DispatchEvent } from "../../src/dispatch/dispatcher.ts";
import { many, order, product, rehearse, tally } from "./rehearsal.ts";

const rate = 20;
const concurrency = 4;

interface Arrival {
  readonly atMs: number;
  readonly status: number | undefined;
}

it("keeps the rate over sends, retries, lookups and probes together", async () => {
  await using rehearsal = await rehearse({
    seed: 5,
    duplicates: "accept",
    faultReads: true,
    faults: { "error-after": 0.1, "error-before": 0.1, "reset-after": 0.1, "hang-after": 0.03, truncated: 0.05 },
  });
  const starts: number[] = [];
  const items = [...many(25, (n) => product(`P-${n}`)), ...many(10, (n) => order(`O-${n}`, ["P-1"]))];
  const lookups: DispatchEvent[] = [];
  const { results } = await rehearsal.dispatch(await rehearsal.stage(items), {
    limits: { requestsPerSecond: rate, concurrency, attempts: 20 },
    onEvent: (event) => {
      if (event.type !== "request") return;
      starts.push(performance.now() - event.durationMs);
      if (event.purpose === "lookup") lookups.push(event);
    },
  });
  expect(tally(results)).toEqual({ accepted: 35 });
  const counts = rehearsal.sandbox.counts();
  expect(starts.length).toBe(counts.started);
  // By our clock; the tenth is for a machine that lets us wait between the limiter and the socket.
  expect(mostWithin(900, starts)).toBeLessThanOrEqual(rate);
  // By the server's, what was under way when its second began comes on top; `npm run bench -- rate` measures that it is one at most.
  expect(counts.peakPerSecond).toBeLessThanOrEqual(rate + 1 + concurrency);
  expect(counts.maxInFlight).toBeLessThanOrEqual(concurrency + 1); // and the probe of an outage
  // Enough of each kind for the claim to mean something.
  expect(counts.started).toBeGreaterThan(2 * rate);
  expect(lookups.length).toBeGreaterThan(5);
  expect(counts.duplicates).toMatchObject({ products: 0, sales_orders: 0 });
});

it("sends nothing new while a Retry-After lasts, at most what was in flight", async () => {
  const arrivals: Arrival[] = [];
  await using rehearsal = await rehearse({
    seed: 3,
    duplicates: "accept",
    faults: { throttle: 0.08, "error-after": 0.1, "reset-after": 0.1 },
    onRequest: ({ durationMs, status }) => arrivals.push({ atMs: performance.now() - durationMs, status }),
  });
  const items = many(40, (n) => product(`P-${n}`));
  const { results } = await rehearsal.dispatch(await rehearsal.stage(items), {
    limits: { requestsPerSecond: 100, concurrency, attempts: 20 },
  });
  expect(tally(results)).toEqual({ accepted: 40 });
  const refused = arrivals.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  for (const { atMs } of refused) {
    // The sandbox asks for one second. Its beginning is for what was on its way, its end for clocks that differ.
    const during = arrivals.filter((other) => other.atMs > atMs && other.atMs < atMs + 900);
    expect(during.length).toBeLessThan(concurrency);
  }
});

function mostWithin(ms: number, moments: readonly number[]): number {
  return Math.max(...moments.map((from) => moments.filter((atMs) => atMs >= from && atMs < from + ms).length));
}
