// When the next request may start: GCRA with burst 1, one pause for everybody, and a ring of the last starts that makes
// "never more than N in any rolling second" true rather than likely. What the rate should be is adaptive-rate.ts.
import type { Clock } from "../model/clock.ts";

/** A place near the head of the queue, for whoever has to write something down first. Use it once, or cancel it. */
export interface Turn {
  /** As `acquire`, and gives the place back. */
  acquire(signal: AbortSignal, patienceMs: number): Promise<Start>;
  cancel(): void;
}

/** `go`: start now, at once. `late`: it cannot start within the patience, because a pause began or the rate fell. */
export type Start = "go" | "late" | "aborted";

/** Says when the next request may start. First come, first served. */
export interface RateLimiter {
  readonly requestsPerSecond: number;
  setRate(requestsPerSecond: number): void;
  /** Nothing starts for this long, those that wait already included. A shorter pause never shortens a longer one. */
  pause(ms: number): void;
  /** How long the pause under way still lasts; 0 when there is none. */
  readonly pausedMs: number;
  /**
   * Waits in line. After `go` the request has to leave without another wait: its start is counted.
   * `late` comes as soon as it is known that `patienceMs` does not suffice.
   */
  acquire(signal: AbortSignal, patienceMs?: number): Promise<Start>;
  /** Waits until a start is at most half a second away; undefined when aborted. Keeps what is written before a send fresh. */
  approach(signal: AbortSignal): Promise<Turn | undefined>;
}

interface Waiter {
  readonly settle: (start: Start) => void;
  readonly deadlineMs: number;
}

const leadMs = 500;
const rollingMs = 1000;

/** Starts are spaced by 1/rate; lateness of a timer up to half an interval (at least 5 ms) is caught up. */
export function createRateLimiter(initialRate: number, clock: Clock): RateLimiter {
  let rate = initialRate;
  /** The theoretical start of the next request, were every timer exact. */
  let theoreticalMs = Number.NEGATIVE_INFINITY;
  let pausedUntilMs = Number.NEGATIVE_INFINITY;
  let turns = 0;
  let sleeper: AbortController | undefined;
  const starts: number[] = [];
  const waiting: Waiter[] = [];

  const intervalMs = () => 1000 / rate;
  const nextStartMs = (): number => {
    const credit = Math.max(intervalMs() / 2, 5);
    const ring = starts[starts.length - Math.ceil(rate)];
    return Math.max(
      pausedUntilMs,
      theoreticalMs - credit,
      ring === undefined ? Number.NEGATIVE_INFINITY : ring + rollingMs,
    );
  };

  const start = (nowMs: number): void => {
    theoreticalMs = Math.max(nowMs, theoreticalMs) + intervalMs();
    starts.push(nowMs);
    while (starts.length > Math.ceil(rate) && (starts[0] ?? nowMs) <= nowMs - rollingMs) starts.shift();
  };

  const drop = (waiter: Waiter, reason: Start): void => {
    const index = waiting.indexOf(waiter);
    if (index === -1) return;
    waiting.splice(index, 1);
    waiter.settle(reason);
    if (waiting.length === 0) sleeper?.abort(); // no timer outlives the last one who waits
  };

  const pump = async (): Promise<void> => {
    if (sleeper !== undefined) return;
    for (let head = waiting[0]; head !== undefined; head = waiting[0]) {
      const nowMs = clock.monotonicMs();
      const atMs = nextStartMs();
      if (head.deadlineMs < Math.max(nowMs, atMs)) {
        drop(head, "late");
      } else if (nowMs >= atMs) {
        start(nowMs);
        drop(head, "go");
      } else {
        sleeper = new AbortController();
        await clock.sleep(atMs - nowMs, sleeper.signal);
        sleeper = undefined;
      }
    }
  };

  const acquire = (signal: AbortSignal, patienceMs = Number.POSITIVE_INFINITY): Promise<Start> =>
    new Promise((resolve) => {
      if (signal.aborted) {
        resolve("aborted");
        return;
      }
      const abort = () => drop(waiter, "aborted");
      const waiter: Waiter = {
        settle: (reason) => {
          signal.removeEventListener("abort", abort);
          resolve(reason);
        },
        deadlineMs: clock.monotonicMs() + patienceMs,
      };
      signal.addEventListener("abort", abort, { once: true });
      waiting.push(waiter);
      if (pausedUntilMs > waiter.deadlineMs) drop(waiter, "late");
      void pump();
    });

  const takeTurn = (): Turn => {
    turns += 1;
    let mine = true;
    const cancel = () => {
      if (mine) turns -= 1;
      mine = false;
    };
    return {
      cancel,
      acquire: (signal, patienceMs) => {
        cancel(); // from here on it counts as one who waits
        return acquire(signal, patienceMs);
      },
    };
  };

  return {
    get requestsPerSecond() {
      return rate;
    },
    get pausedMs() {
      return Math.max(0, pausedUntilMs - clock.monotonicMs());
    },
    setRate(requestsPerSecond) {
      rate = requestsPerSecond;
    },
    pause(ms) {
      pausedUntilMs = Math.max(pausedUntilMs, clock.monotonicMs() + ms);
      for (const waiter of [...waiting]) if (pausedUntilMs > waiter.deadlineMs) drop(waiter, "late");
    },
    acquire,
    async approach(signal) {
      while (!signal.aborted) {
        const aheadMs = (waiting.length + turns) * intervalMs();
        const waitMs = nextStartMs() + aheadMs - leadMs - clock.monotonicMs();
        if (!(waitMs > 0)) return takeTurn();
        await clock.sleep(waitMs, signal);
      }
      return undefined;
    },
  };
}
