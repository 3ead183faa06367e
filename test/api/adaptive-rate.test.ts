import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AdaptiveRate, createAdaptiveRate } from "../../src/api/adaptive-rate.ts";
import { type FakeClock, fakeClock } from "./fake-clock.ts";
import {
  concurrent,
  fixedWindow,
  type Limit,
  simulate,
  slidingWindow,
  stepped,
  tokenBucket,
} from "./simulated-account.ts";

describe("the learned rate", () => {
  it("starts low, grows with what is accepted, and never passes its maximum", () => {
    const clock = fakeClock();
    const rate = createAdaptiveRate(5, clock);
    expect(rate.requestsPerSecond).toBe(2);
    rate.succeeded(0);
    expect(rate.requestsPerSecond).toBe(3.5);
    for (let n = 0; n < 100; n++) rate.succeeded(0);
    expect(rate.requestsPerSecond).toBe(5);
    expect(createAdaptiveRate(1, clock).requestsPerSecond).toBe(1);
  });

  it("falls on a 429 to a little below what was let in, once for those in flight together, and stays there for a while", async () => {
    const { clock, rate } = await refusedAt(40, 1000);
    expect(rate.requestsPerSecond).toBeCloseTo(0.975 * 40);
    rate.throttled(450, 1000); // was in flight together with the first
    rate.succeeded(450); // so was this
    expect(rate.requestsPerSecond).toBeCloseTo(0.975 * 40);
    await clock.advance(110_000);
    rate.succeeded(clock.monotonicMs());
    expect(rate.requestsPerSecond).toBeCloseTo(0.975 * 40);
    await clock.advance(5000);
    rate.succeeded(clock.monotonicMs());
    expect(rate.requestsPerSecond).toBeCloseTo(0.975 * 40 + 0.05);
  });

  it("holds longer after each try in vain", async () => {
    const { clock, rate } = await refusedAt(40, 1000);
    const holds: number[] = [];
    for (let round = 0; round < 3; round++) {
      const { heldMs } = await whenItGrows(rate, clock);
      holds.push(heldMs);
      refuse(rate, clock);
    }
    const [first = 0, second = 0, third = 0] = holds;
    expect(second).toBeGreaterThan(1.1 * first);
    expect(third).toBeGreaterThan(1.1 * second);
  });

  it("is soon back at what it had, and stops there", async () => {
    const { clock, rate } = await refusedAt(40, 1000);
    for (let n = 0; n < 3; n++) {
      await clock.advance(1000);
      refuse(rate, clock); // lets in nothing but one: the limit has fallen
      rate.succeeded(clock.monotonicMs());
    }
    expect(rate.requestsPerSecond).toBeLessThan(15);
    const { heldMs } = await whenItGrows(rate, clock);
    expect(heldMs).toBeLessThan(10_000);
    for (let n = 0; n < 200; n++) rate.succeeded(clock.monotonicMs());
    expect(rate.requestsPerSecond).toBeCloseTo(0.975 * 40);
  });

  it("falls by much, and never below its minimum, when nothing was accepted at all", async () => {
    const clock = fakeClock();
    const rate = createAdaptiveRate(20, clock);
    rate.throttled(0, 1000);
    expect(rate.requestsPerSecond).toBeCloseTo(1.2);
    for (let n = 1; n < 20; n++) {
      await clock.advance(1000);
      rate.throttled(clock.monotonicMs(), 1000);
    }
    expect(rate.requestsPerSecond).toBe(0.2);
    await clock.advance(301_000); // no hold is longer than five minutes
    rate.succeeded(clock.monotonicMs());
    expect(rate.requestsPerSecond).toBeGreaterThan(0.2);
  });

  it("takes the average of a long window, its pause included", async () => {
    const { rate } = await refusedAt(600, 40_000, 20_000);
    expect(rate.requestsPerSecond).toBeCloseTo((600 / 60) * 1.1);
  });

  it("does not take a pause that was too short for a rate that is too high, unless it happens again", async () => {
    const { clock, rate } = await refusedAt(300, 1000, 10_000);
    const fellTo = rate.requestsPerSecond;
    await clock.advance(1000);
    rate.throttled(clock.monotonicMs(), 1000);
    expect(rate.requestsPerSecond).toBe(fellTo);
    await clock.advance(1000);
    rate.throttled(clock.monotonicMs(), 1000);
    expect(rate.requestsPerSecond).toBeLessThan(fellTo);
    expect(rate.requestsPerSecond).toBeCloseTo((300 / 13) * 1.1);
  });
});

/** A rate after so many were accepted, one after the other within `forMs`, and the next was refused. */
async function refusedAt(accepted: number, pauseMs: number, forMs = 999) {
  const clock = fakeClock();
  const rate = createAdaptiveRate(60, clock);
  for (let n = 0; n < accepted; n++) {
    rate.started(clock.monotonicMs());
    rate.succeeded(clock.monotonicMs());
    await clock.advance(forMs / accepted);
  }
  refuse(rate, clock, pauseMs);
  return { clock, rate };
}

function refuse(rate: AdaptiveRate, clock: FakeClock, pauseMs = 1000): void {
  rate.started(clock.monotonicMs());
  rate.throttled(clock.monotonicMs(), pauseMs);
}

/** Lets one request after the other succeed until the rate is clearly higher. */
async function whenItGrows(rate: AdaptiveRate, clock: FakeClock) {
  const fromMs = clock.monotonicMs();
  const before = rate.requestsPerSecond;
  for (;;) {
    await clock.advance(1000 / rate.requestsPerSecond);
    rate.started(clock.monotonicMs());
    rate.succeeded(clock.monotonicMs());
    if (rate.requestsPerSecond > before) return { heldMs: clock.monotonicMs() - fromMs };
  }
}

const steps = (limit: (perSecond: number) => Limit) =>
  stepped([
    [0, limit(50)],
    [60, limit(10)],
    [90, limit(50)],
  ]);

describe("the learned rate at an account whose limit steps 50, 10, 50", () => {
  const shapes: Readonly<Record<string, (perSecond: number) => Limit>> = {
    "sliding window": (perSecond) => slidingWindow(perSecond),
    "token bucket": (perSecond) => tokenBucket(perSecond, perSecond),
  };
  const accounts = Object.keys(shapes).flatMap((shape) =>
    [
      { latencyMs: 5, saysWhen: true },
      { latencyMs: 20, saysWhen: false },
      { latencyMs: 60, saysWhen: true },
    ].map((account) => ({ shape, ...account })),
  );
  it.each(accounts)(
    "$shape, $latencyMs ms, says when: $saysWhen: delivers nine tenths, with hardly a 429, and is soon back",
    async ({ shape, latencyMs, saysWhen }) => {
      const { starts, accepted, refused } = await simulate({
        limit: steps(shapes[shape] ?? slidingWindow),
        seconds: 180,
        maxRate: 60,
        saysWhen,
        latencyMs: (random) => latencyMs + 3 * random,
        latenessMs: (random) => 1.5 * random,
      });
      expect(accepted.length / (60 * 50 + 30 * 10 + 90 * 50)).toBeGreaterThan(0.9);
      expect(refused.length / starts.length).toBeLessThan(0.02);
      const after = accepted.filter((at) => at >= 105 && at < 115).length;
      expect(after).toBeGreaterThan(440);
    },
  );
});

describe("the learned rate at limits of other kinds", () => {
  const limits: readonly {
    readonly title: string;
    readonly limit: () => Limit;
    readonly maxRate: number;
    readonly atLeast: number;
    readonly refused: number;
  }[] = [
    { title: "4 a second", limit: () => slidingWindow(4), maxRate: 20, atLeast: 4 * 180 * 0.88, refused: 0.03 },
    { title: "one in 2 s", limit: () => slidingWindow(1, 2000), maxRate: 20, atLeast: 90 * 0.8, refused: 0.35 },
    { title: "600 a minute", limit: () => fixedWindow(600, 60_000), maxRate: 60, atLeast: 1750, refused: 0.02 },
    { title: "60 a minute", limit: () => fixedWindow(60, 60_000), maxRate: 20, atLeast: 175, refused: 0.05 },
    { title: "5 at a time", limit: () => concurrent(5), maxRate: 60, atLeast: 180 * 60 * 0.85, refused: 0.01 },
    { title: "no limit", limit: () => () => 0, maxRate: 20, atLeast: 180 * 20 * 0.97, refused: 0 },
  ];
  it.each(limits)("$title: uses what is there, and is refused little", async ({ limit, maxRate, atLeast, refused }) => {
    const sent = await simulate({ limit: limit(), seconds: 180, maxRate, latenessMs: (random) => 1.5 * random });
    expect(sent.accepted.length).toBeGreaterThanOrEqual(atLeast);
    expect(sent.refused.length / sent.starts.length).toBeLessThanOrEqual(refused);
  });

  it("never starts more in a rolling second than the rate that it has then", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 80 }), async (seed, perSecond) => {
        const { starts } = await simulate({
          limit: tokenBucket(perSecond, 5),
          seconds: 40,
          maxRate: 60,
          seed,
          latencyMs: (random) => 10 + 300 * random,
          latenessMs: (random) => 20 * random,
        });
        let first = 0;
        for (const [index, { at, rate }] of starts.entries()) {
          while ((starts[first]?.at ?? at) <= at - 1) first += 1;
          expect(index - first + 1).toBeLessThanOrEqual(Math.ceil(rate));
        }
      }),
      { numRuns: 20 },
    );
  });
});
