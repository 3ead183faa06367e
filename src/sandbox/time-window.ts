// Moments of the last so many milliseconds: the measure behind the rate limit and behind the peak that tests read.

/** A rolling window of moments, which must be given in order. */
export interface TimeWindow {
  /** How many moments lie in the window that ends at `nowMs`; one exactly as old as the window is outside. */
  countAt(nowMs: number): number;
  /** The oldest moment still inside at the last count. */
  oldest(): number | undefined;
  add(momentMs: number): void;
}

/** An empty window. Memory is bounded by the moments inside it. */
export function createTimeWindow(widthMs: number): TimeWindow {
  let moments: number[] = [];
  let first = 0;
  return {
    countAt(nowMs) {
      while (first < moments.length && (moments[first] ?? 0) <= nowMs - widthMs) first += 1;
      if (first > 1024 && first * 2 > moments.length) {
        moments = moments.slice(first);
        first = 0;
      }
      return moments.length - first;
    },
    oldest: () => moments[first],
    add: (momentMs) => void moments.push(momentMs),
  };
}

/** The answer of a rate limit to one request. */
export interface Admission {
  readonly admitted: boolean;
  readonly limit: number;
  /** The window that the limit is for. */
  readonly windowMs: number;
  readonly remaining: number;
  /** Until the next request would be let in; 0 when this one was. */
  readonly retryAfterMs: number;
}

/**
 * A sliding-window limit. 2.5 a second means 2 in any 800 ms, 0.5 a second 1 in any 2 s; refused requests do not count
 * against it, as in the throttle that Laravel ships.
 */
export function createRateLimit(perSecond: number): (nowMs: number) => Admission {
  const limit = Math.max(1, Math.floor(perSecond));
  const widthMs = (1000 * limit) / perSecond;
  const window = createTimeWindow(widthMs);
  return (nowMs) => {
    const count = window.countAt(nowMs);
    if (count >= limit) {
      return {
        admitted: false,
        limit,
        windowMs: widthMs,
        remaining: 0,
        retryAfterMs: (window.oldest() ?? nowMs) + widthMs - nowMs,
      };
    }
    window.add(nowMs);
    return { admitted: true, limit, windowMs: widthMs, remaining: limit - count - 1, retryAfterMs: 0 };
  };
}
