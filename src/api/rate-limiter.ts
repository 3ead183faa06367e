// When the next request may start: a schedule that does not drift, one pause for everybody, and a ring of when the last ones left that
// makes "never more than N in any rolling second" true rather than likely. What the rate should be is adaptive-rate.ts.
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
   * Waits in line. After `go` the request has to leave without another wait, and `left` is told when it did.
   * `late` comes as soon as it is known that `patienceMs` does not suffice.
   */
  acquire(signal: AbortSignal, patienceMs?: number): Promise<Start>;
  /** A request that was let go is on the wire, or never will be. Its rolling second begins now, however long it had to connect. */
  left(): void;
  /** Waits until a start is at most half a second away; undefined when aborted. Keeps what is written before a send fresh. */
  approach(signal: AbortSignal): Promise<Turn | undefined>;
}

interface Waiter {
  readonly settle: (start: Start) => void;
  readonly deadlineMs: number;
}

const leadMs = 500;
/** A little more than the second: what is late on its way must not meet the next second's first. */
const rollingMs = 1003;
/**
 * Starts that are closer together than this are spaced a little further apart: then as many as may start in a second take some
 * milliseconds more than the second, and one that was late does not make the one that waits for its second to pass late as well, and
 * so on for ever. What the network bunches up finds room there too. At 500 a second it costs 0.8 %, up to 100 a second nothing.
 */
const closeMs = 10;
const leastCatchUpMs = 100;
/** How soon to look again when as many as may start in a second have not left yet. */
const lookAgainMs = 50;
/** How coarse timers are: starts that are due within this time may leave together. */
const timerMs = 5;

/**
 * Starts are spaced evenly, by a schedule that does not drift: what is up to half an interval (at least 100 ms) behind it is
 * caught up at twice the rate, as far as the rolling second allows.
 */
export function createRateLimiter(initialRate: number, clock: Clock): RateLimiter {
  let rate = initialRate;
  /** When the next request is due, were every timer exact. */
  let dueMs = clock.monotonicMs();
  /** When it may start at the soonest while the schedule is caught up with: bursts would meet in the other's second. */
  let spacedMs = dueMs;
  let pausedUntilMs = Number.NEGATIVE_INFINITY;
  let turns = 0;
  let sleeper: AbortController | undefined;
  let isFirst = true;
  /** Let go, and not known to have left. */
  let leaving = 0;
  /** When the last ones left. */
  const leftAtMs: number[] = [];
  const waiting: Waiter[] = [];

  const intervalMs = () => (1000 + Math.max(0, closeMs - 1000 / rate)) / rate;
  const nextStartMs = (nowMs: number): number => {
    const room = Math.ceil(rate) - leaving;
    const ring = leftAtMs[leftAtMs.length - room];
    const roomMs = room <= 0 ? nowMs + lookAgainMs : ring === undefined ? Number.NEGATIVE_INFINITY : ring + rollingMs;
    return Math.max(pausedUntilMs, dueMs, spacedMs, roomMs);
  };

  const start = (nowMs: number): void => {
    // Nothing is behind schedule before the first.
    const catchUpMs = isFirst ? 0 : Math.max(intervalMs() / 2, leastCatchUpMs);
    isFirst = false;
    dueMs = Math.max(dueMs, pausedUntilMs, nowMs - catchUpMs) + intervalMs();
    spacedMs = Math.max(spacedMs, nowMs - timerMs) + intervalMs() / 2;
    leaving += 1;
    while (leftAtMs.length > Math.ceil(rate) && (leftAtMs[0] ?? nowMs) <= nowMs - rollingMs) leftAtMs.shift();
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
      const atMs = nextStartMs(nowMs);
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
    left() {
      leaving -= 1;
      leftAtMs.push(clock.monotonicMs());
    },
    async approach(signal) {
      while (!signal.aborted) {
        const aheadMs = (waiting.length + turns) * intervalMs();
        const nowMs = clock.monotonicMs();
        const waitMs = Math.max(nowMs, nextStartMs(nowMs)) + aheadMs - leadMs - nowMs;
        if (!(waitMs > 0)) return takeTurn();
        await clock.sleep(waitMs, signal);
      }
      return undefined;
    },
  };
}
