// `requests_per_second: auto`: finds the account's rate by what it answers. It more than doubles every second until the first 429,
// then stays a little below what was accepted, and tries more now and then: the sooner, the more it once had.
import type { Clock } from "../model/clock.ts";

/** What the answers say about the rate. `startedMs` is when the request left, by the monotonic clock. */
export interface AdaptiveRate {
  readonly requestsPerSecond: number;
  /** A request leaves. */
  started(startedMs: number): void;
  /** A request succeeded that was never answered 429. */
  succeeded(startedMs: number): void;
  /** A 429, and how long nothing is sent now. Those that were in flight together count once. */
  throttled(startedMs: number, pauseMs: number): void;
}

const startRate = 2;
const slowestRate = 0.2;
/** Of what was accepted in a second: at the very limit, one request arrives too many now and then and costs a pause. */
const keptShare = 0.975;
/** When hardly anything was accepted since the last fall, there is nothing to go by; a slow rate is soon too slow. */
const decrease = 0.6;
const slowDecrease = 0.85;
const fewAccepted = 3;
/** A pause this long ends a window much longer than a second: what it lets through on average is the rate, and a little more. */
const longPauseMs = 4000;
const aboveAverage = 1.1;
const averageHoldMs = 60_000;
/** How long a rate is kept before more is tried: a 429 costs a pause, so not often, but soon where much was lost. */
const usualHoldMs = 120_000;
const shortestHoldMs = 3000;
/** The hold grows by this with every try in vain, up to the longest. */
const holdGrowth = 1.2;
const longestHoldMs = 300_000;
/** What each success adds, and so the growth in each second as a share: careful up to about what was refused, then as at the start. */
const carefulGrowth = 0.05;
const fastGrowth = 1.5;
const clearlyAbove = 1.04;

/** Starts at 2 a second (or `maxRate`) and never goes above `maxRate`. */
export function createAdaptiveRate(maxRate: number, clock: Clock): AdaptiveRate {
  const createdAtMs = clock.monotonicMs();
  let rate = Math.min(startRate, maxRate);
  /** The rate that is kept until the end of the hold, and then left with care; 0 before the first fall. */
  let kept = 0;
  let heldUntilMs = Number.NEGATIVE_INFINITY;
  let triesInVain = 0;
  /** The most that was accepted in a second when something was refused; unknown before the first fall. */
  let best: number | undefined;
  /** Requests of the last second, without those that were answered 429. */
  let starts: readonly number[] = [];
  // Since the last 429:
  let refusedAtMs = Number.NEGATIVE_INFINITY;
  let accepted = 0;
  /** 429s in a row after which not even the first request was accepted. */
  let timesClosed = 0;
  /** The last time between two 429s in which something was accepted, and what that was. */
  let spell = { fromMs: createdAtMs, accepted: 0 };

  const hold = (holdMs: number): void => {
    kept = rate;
    heldUntilMs = clock.monotonicMs() + holdMs;
  };

  const grow = (): void => {
    if (rate < kept * clearlyAbove) {
      rate = Math.min(maxRate, rate + carefulGrowth);
      return;
    }
    triesInVain = 0;
    const known = (best ?? Number.POSITIVE_INFINITY) * keptShare;
    const wasBelowKnown = rate < known;
    rate = Math.min(maxRate, rate + Math.min(fastGrowth, rate));
    if (!wasBelowKnown || rate < known) return;
    rate = Math.min(maxRate, known); // further than this it was refused once
    hold(usualHoldMs);
  };

  /** `average`: what was accepted in each second of the last spell, the pause that follows included. */
  const fall = (startedMs: number, average: number, pauseMs: number): void => {
    const inSecond = starts.filter((otherMs) => otherMs > startedMs - 1000 && otherMs <= startedMs).length;
    const wasFine = rate < kept * clearlyAbove && accepted >= rate; // for a second and longer: it is hardly too high
    const level = wasFine ? rate : Math.min(rate, Math.max(1, inSecond));
    best = Math.max(best ?? 0, level);
    if (kept > 0 && rate > kept) triesInVain += 1;
    const isClosed = timesClosed > 0;
    const isLong = isClosed || pauseMs >= longPauseMs;
    const guessed = rate * (rate > 1 ? decrease : slowDecrease);
    const next = isClosed ? rate : accepted < fewAccepted ? guessed : level * keptShare;
    rate = Math.min(maxRate, Math.max(slowestRate, isLong ? Math.min(next, average * aboveAverage) : next));
    const holdMs = isLong ? averageHoldMs : Math.max(shortestHoldMs, usualHoldMs * Math.min(1, rate / best) ** 3);
    hold(Math.min(longestHoldMs, holdMs * holdGrowth ** triesInVain));
  };

  return {
    get requestsPerSecond() {
      return rate;
    },
    started(startedMs) {
      starts = [...starts.filter((otherMs) => otherMs > startedMs - 1000), startedMs];
    },
    succeeded(startedMs) {
      if (startedMs < refusedAtMs) return; // in flight when the rate fell: says nothing about the new one
      accepted += 1;
      if (clock.monotonicMs() >= heldUntilMs) grow();
    },
    throttled(startedMs, pauseMs) {
      const refused = starts.lastIndexOf(startedMs);
      starts = starts.filter((_, at) => at !== refused);
      if (startedMs < refusedAtMs) return;
      const nowMs = clock.monotonicMs();
      if (accepted > 0) spell = { fromMs: Math.max(createdAtMs, refusedAtMs), accepted };
      timesClosed = accepted === 0 && spell.accepted >= fewAccepted ? timesClosed + 1 : 0;
      // Once, a pause was a little too short, which has nothing to do with the rate; twice, the window is longer than pauses say.
      if (timesClosed !== 1) fall(startedMs, (1000 * spell.accepted) / (nowMs + pauseMs - spell.fromMs), pauseMs);
      refusedAtMs = nowMs;
      accepted = 0;
    },
  };
}
