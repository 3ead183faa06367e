import { setMaxListeners } from "node:events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
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

  it("loses nothing to a process that stands still for up to 50 ms now and then", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(20, 100, 500),
        fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 3, maxLength: 8 }),
        async (rate, stalls) => {
          let timers = 0;
          // One timer in as many as a third of a second has is that late.
          const every = Math.ceil(rate / 3);
          const clock = fakeClock(() =>
            ++timers % every === 0 ? (stalls[(timers / every) % stalls.length] ?? 0) : 0.5,
          );
          const starts = keepBusy(createRateLimiter(rate, clock), clock, 32);
          await clock.advance(5000);
          expect(mostInRollingSecond(starts)).toBeLessThanOrEqual(rate);
          expect(starts.length).toBeGreaterThanOrEqual(0.96 * 5 * rate);
        },
      ),
      { numRuns: 20 },
    );
  });

  it("makes good what a process lost that stands still for up to 90 ms, at 500 a second too", async () => {
    let timers = 0;
    const stalls = [20, 60, 90, 35];
    const clock = fakeClock(() =>
      ++timers % 200 === 0 ? (stalls[(timers / 200) % stalls.length] ?? 0) : (timers % 7) / 6,
    );
    const starts = keepBusy(createRateLimiter(500, clock), clock, 32);
    await clock.advance(6000);
    expect(mostInRollingSecond(starts)).toBeLessThanOrEqual(500);
    expect(starts.length).toBeGreaterThanOrEqual(0.985 * 6 * 500);
  });

  it("leaves room between close starts for a server that sees some of them 8 ms late", async () => {
    let timers = 0;
    const clock = fakeClock(() => (++timers % 450 === 0 ? 30 : (timers % 7) / 6));
    const starts = keepBusy(createRateLimiter(500, clock), clock, 32);
    await clock.advance(5000);
    const arrivals = starts.map((atMs) => (atMs % 170 < 8 ? atMs - (atMs % 170) + 8 : atMs));
    expect(mostInRollingSecond(arrivals)).toBeLessThanOrEqual(501);
    expect(starts.length).toBeGreaterThanOrEqual(0.99 * 5 * 500);
  });

  it("starts one by one after it had nothing to do", async () => {
    const clock = fakeClock();
    const limiter = createRateLimiter(4, clock);
    expect(await limiter.acquire(never)).toBe("go");
    limiter.left();
    await clock.advance(60_000);
    const starts = keepBusy(limiter, clock, 4);
    await clock.advance(240);
    expect(starts.length).toBeLessThanOrEqual(2); // the second is half an interval early
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
    await clock.advance(1400);
    expect(second).toBeUndefined(); // due at 2 s, a turn from 1.5 s on
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

/** Workers that start again as soon as they may. */
function keepBusy(limiter: RateLimiter, clock: FakeClock, workers: number): readonly number[] {
  const starts: number[] = [];
  for (let n = 0; n < workers; n++) {
    void (async () => {
      while ((await limiter.acquire(never)) === "go") {
        starts.push(clock.monotonicMs());
        limiter.left();
      }
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
