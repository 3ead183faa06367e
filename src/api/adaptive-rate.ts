// `requests_per_second: auto`: finds the account's rate by what it answers. Additive increase, multiplicative decrease.
import type { Clock } from "../model/clock.ts";

/** What the answers say about the rate. */
export interface AdaptiveRate {
  readonly requestsPerSecond: number;
  /** A request succeeded that was never answered 429: one more request per second for each second of these. */
  succeeded(): void;
  /** A 429. Those that were in flight together count once. */
  throttled(): void;
}

const startRate = 2;
const slowestRate = 0.2;
const decrease = 0.6;
/** Answers to requests that were in flight when the rate fell say nothing about the new rate. */
const settleMs = 1000;

/** Starts at 2 a second (or `maxRate`) and never goes above `maxRate`. */
export function createAdaptiveRate(maxRate: number, clock: Clock): AdaptiveRate {
  let rate = Math.min(startRate, maxRate);
  let fellAtMs = Number.NEGATIVE_INFINITY;
  const isSettling = () => clock.monotonicMs() - fellAtMs < settleMs;
  return {
    get requestsPerSecond() {
      return rate;
    },
    succeeded() {
      if (!isSettling()) rate = Math.min(maxRate, rate + 1 / rate);
    },
    throttled() {
      if (isSettling()) return;
      fellAtMs = clock.monotonicMs();
      rate = Math.min(maxRate, Math.max(slowestRate, rate * decrease));
    },
  };
}
