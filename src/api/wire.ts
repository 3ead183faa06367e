// The places on the wire: how many requests may be under way at once, and who may already get ready for the next place. What has
// to be on disk before a request leaves takes a while; nobody gets ready while it is not known that a place is free soon.
import type { Clock } from "../model/clock.ts";
import type { Start } from "./rate-limiter.ts";

/** The right to get ready for a place. Use it once, or cancel it. */
export interface Readiness {
  /** As `Wire.enter`. */
  enter(patienceMs: number): Promise<Start>;
  cancel(): void;
}

/** Who enters leaves. First come, first served. */
export interface Wire {
  /** Waits until a place is free, or will surely be within a tenth of a second; undefined when aborted. */
  approach(): Promise<Readiness | undefined>;
  /** Waits for a place. One that comes later than `patienceMs` is not taken: `late` is told then, and not before. */
  enter(patienceMs?: number): Promise<Start>;
  leave(): void;
}

const soonMs = 100;
/** How much the newest request counts in what one takes on average. */
const weight = 1 / 16;

/** As many places as `size`; aborting the signal sends away all who wait. */
export function createWire(size: number, clock: Clock, signal: AbortSignal): Wire {
  const underWay: number[] = []; // when each of them entered, the oldest first
  let ready = 0;
  let averageMs = 0;
  let freedAtMs = Number.NEGATIVE_INFINITY;
  const entering: { readonly settle: (entry: Start) => void; readonly deadlineMs: number }[] = [];
  const approaching: ((readiness: Readiness | undefined) => void)[] = [];

  const abort = (): void => {
    for (const { settle } of entering.splice(0)) settle("aborted");
    for (const settle of approaching.splice(0)) settle(undefined);
  };
  signal.addEventListener("abort", abort, { once: true });

  const isFreeSoon = (): boolean => {
    const before = underWay.length + entering.length + ready;
    if (before < size) return true;
    const waitMs = ((before - size + 1) * averageMs) / size;
    return waitMs <= soonMs && clock.monotonicMs() - freedAtMs <= soonMs;
  };
  const admit = (): void => {
    while (underWay.length < size) {
      const next = entering.shift();
      if (next === undefined) break;
      const nowMs = clock.monotonicMs();
      if (nowMs > next.deadlineMs) {
        next.settle("late");
        continue;
      }
      underWay.push(nowMs);
      next.settle("go");
    }
    while (approaching.length > 0 && isFreeSoon()) approaching.shift()?.(getReady());
  };
  const enter = (patienceMs = Number.POSITIVE_INFINITY): Promise<Start> =>
    new Promise((resolve) => {
      if (signal.aborted) {
        resolve("aborted");
        return;
      }
      entering.push({ settle: resolve, deadlineMs: clock.monotonicMs() + patienceMs });
      admit();
    });
  const getReady = (): Readiness => {
    ready += 1;
    let isMine = true;
    const giveBack = (): void => {
      if (isMine) ready -= 1;
      isMine = false;
    };
    return {
      enter(patienceMs) {
        giveBack();
        return enter(patienceMs);
      },
      cancel() {
        giveBack();
        admit();
      },
    };
  };

  return {
    approach() {
      if (signal.aborted) return Promise.resolve(undefined);
      if (approaching.length === 0 && isFreeSoon()) return Promise.resolve(getReady());
      return new Promise((resolve) => approaching.push(resolve));
    },
    enter,
    leave() {
      const enteredMs = underWay.shift();
      if (enteredMs === undefined) throw new Error("nothing is under way");
      freedAtMs = clock.monotonicMs();
      averageMs += (freedAtMs - enteredMs - averageMs) * (averageMs === 0 ? 1 : weight);
      admit();
    },
  };
}
