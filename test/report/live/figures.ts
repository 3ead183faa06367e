// Figures of a run in the middle of its orders, for tests; times are of the local clock, as people read them.
import type { RunFigures } from "../../../src/report/live/run-figures.ts";

/** 10:16:12 on the wall. */
export const nowMs = at("10:16:12");

/** A moment of that day. */
export function at(time: string): number {
  return new Date(`2026-11-27T${time}`).getTime();
}

/** The figures, with what a test changes. */
export function runFigures(change: Partial<RunFigures> = {}): RunFigures & Required<Pick<RunFigures, "run">> {
  const run = { runId: "20261127-101500-1a2f", command: "run", job: "import.yaml", startedAtMs: at("10:15:00") };
  return {
    run,
    step: { kind: "sending" },
    phases: [
      { phase: "products", entries: 1204, done: 1204 },
      { phase: "sales_orders", entries: 9120, done: 2310, leftMs: 28 * 60_000 },
    ],
    outcomes: { accepted: 3402, rejected: 11, failed: 1 },
    throttled: 3,
    requestsPerSecond: 3.94,
    limitPerSecond: 4,
    inFlight: 4,
    ...change,
  };
}
