import { setMaxListeners } from "node:events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createAdaptiveRate } from "../../src/api/adaptive-rate.ts";
import { createRateLimiter, type RateLimiter } from "../../src/api/rate-limiter.ts";
import { type FakeClock, fakeClock } from "./fake-clock.ts";

const never = new AbortController().signal;
setMaxListeners(0, never);

describe("the rate limiter", () => {
  it("never lets more than the rate into a rolling second, and reaches it with late timers and any pauses", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(0.2, 0.7, 1, 2.5, 4, 10, 33, 100),
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 5, maxLength: 50 }),
        async (rate, workers, jitter) => {
          // As late as half an interval, but no later than a busy machine's 8 ms.
          const mostMs = Math.min(8, 500 / rate);
          let at = 0;
          const clock = fakeClock(() => (jitter[at++ % jitter.length] ?? 0) * mostMs);
          const limiter = createRateLimiter(rate, clock);
          const starts = keepBusy(limiter, clock, workers);
          const seconds = Math.max(10, 50 / rate);
          await clock.advance(seconds * 1000);
          expect(mostInRollingSecond(starts)).toBeLessThanOrEqual(Math.ceil(rate));
          expect(starts.length).toBeGreaterThanOrEqual(Math.floor(0.97 * rate * seconds));
        },
      ),
      { numRuns: 40 },
    );
  });

  it("starts nothing during a pause, those that wait already included, and no burst after it", async () => {
    const clock = fakeClock();
    const limiter = createRateLimiter(10, clock);
    const starts = keepBusy(limiter, clock, 4);
    await clock.advance(1050);
    const before = starts.length;
    limiter.pause(5000);
    limiter.pause(100); // a shorter one changes nothing
    await clock.advance(4990);
    expect(starts).toHaveLength(before);
    expect(limiter.pausedMs).toBeCloseTo(10);
    await clock.advance(110);
    expect(starts.length - before).toBeLessThanOrEqual(2);
  });

  it("says at once that a pause outlasts the patience", async () => {
    const clock = fakeClock();
    const limiter = createRateLimiter(1, clock);
    await limiter.acquire(never);
    const waits = limiter.acquire(never, 2000);
    limiter.pause(3000);
    expect(await waits).toBe("late");
    expect(await limiter.acquire(never, 1000)).toBe("late");
  });

  it("gives turns only to those who can start soon", async () => {
    const clock = fakeClock();
    const limiter = createRateLimiter(0.5, clock);
    const first = await limiter.approach(never);
    expect(await first?.acquire(never, 1000)).toBe("go");
    let second: unknown;
    void limiter.approach(never).then((turn) => {
      second = turn;
    });
    await clock.advance(400);
    expect(second).toBeUndefined(); // 2 s less the half interval that may be caught up: due at 1 s, a turn from 0.5 s on
    await clock.advance(200);
    expect(second).toBeDefined();
  });

  it("lets go of those who are aborted, and keeps no timer for them", async () => {
    const clock = fakeClock();
    const limiter = createRateLimiter(1, clock);
    const abort = new AbortController();
    await limiter.acquire(never);
    const waits = [limiter.acquire(abort.signal), limiter.acquire(abort.signal)];
    abort.abort();
    expect(await Promise.all(waits)).toEqual(["aborted", "aborted"]);
    expect(await limiter.acquire(abort.signal)).toBe("aborted");
    expect(await limiter.approach(abort.signal)).toBeUndefined();
  });
});

describe("the learned rate", () => {
  it("starts low, rises by one a second for each second of success, falls on a 429, and never passes its maximum", async () => {
    const clock = fakeClock();
    const rate = createAdaptiveRate(5, clock);
    expect(rate.requestsPerSecond).toBe(2);
    for (let n = 0; n < 2; n++) rate.succeeded();
    expect(rate.requestsPerSecond).toBeCloseTo(2.9, 1);
    for (let n = 0; n < 100; n++) rate.succeeded();
    expect(rate.requestsPerSecond).toBe(5);
    rate.throttled();
    rate.throttled(); // was in flight together with the first
    expect(rate.requestsPerSecond).toBe(3);
    rate.succeeded(); // so was this
    expect(rate.requestsPerSecond).toBe(3);
    await clock.advance(1001);
    rate.succeeded();
    expect(rate.requestsPerSecond).toBeGreaterThan(3);
  });
});

/** Workers that start again as soon as they may. */
function keepBusy(limiter: RateLimiter, clock: FakeClock, workers: number): readonly number[] {
  const starts: number[] = [];
  for (let n = 0; n < workers; n++) {
    void (async () => {
      while ((await limiter.acquire(never)) === "go") starts.push(clock.monotonicMs());
    })();
  }
  return starts;
}

function mostInRollingSecond(starts: readonly number[]): number {
  return Math.max(
    0,
    ...starts.map((start, index) => starts.slice(index).filter((later) => later < start + 1000).length),
  );
}
