// What the server takes for the time, and what it says the time is.
import type { Lies } from "./read-lies.ts";

/** The clock behind created_at, updated_at and Date: shifted where the lie `clock` is told. */
export function shiftedClock(nowMs: () => number, lies: Lies): () => number {
  const shiftMs = lies.amount("clock") * 1000;
  return () => nowMs() + shiftMs;
}

/** The `Date` of the next answer; undefined for none. */
export function dateHeader(lies: Lies): (nowMs: number) => string | undefined {
  let frozenMs: number | undefined;
  return (nowMs) => {
    if (lies.tells("no-date")) return undefined;
    lies.tells("clock"); // counted where it shows
    frozenMs ??= nowMs;
    const spreadMs = lies.amount("clock-varies") * 1000;
    const drawnMs = lies.tells("clock-varies") ? (lies.random() * 2 - 1) * spreadMs : 0;
    return new Date((lies.tells("date-frozen") ? frozenMs : nowMs) + drawnMs).toUTCString();
  };
}
