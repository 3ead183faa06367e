// The exit codes of design §3: a contract that people's scripts rely on.
import type { ErrorCode } from "./error.ts";
import { isSettledWell, type Outcome } from "./outcome.ts";

/** Every exit code there is. */
export const exitCodes = {
  /** Every row accepted, unchanged, skipped or excluded. */
  done: 0,
  /** A defect of ours. */
  defect: 1,
  /** Nothing was started. */
  notStarted: 2,
  /** Finished, some rows did not make it. */
  someFailed: 3,
  /** Stopped before the end; the same command continues. */
  stopped: 4,
  /** The account was refused. */
  accountRefused: 5,
} as const;

/** The exit code of an error that ended a command. */
export function exitCodeOf(code: ErrorCode): number {
  switch (code) {
    case "USAGE":
    case "JOB_INVALID":
    case "MAPPING_INVALID":
    case "INPUT_UNREADABLE":
    case "INPUT_CHANGED":
    case "NO_TOKEN":
    case "STATE_LOCKED":
    case "STATE_UNUSABLE":
    case "PLAN_OUTDATED":
    case "GUARD":
    case "NOTHING_SENT":
      return exitCodes.notStarted;
    case "STATE_FULL":
    case "STATE_LOST":
    case "RESULTS_UNWRITTEN":
    case "STOPPED":
    case "OUTAGE":
    case "TOO_MANY_ERRORS":
      return exitCodes.stopped;
    case "ACCOUNT_REFUSED":
      return exitCodes.accountRefused;
    default:
      code satisfies never;
      return exitCodes.defect;
  }
}

/** The exit code of a run that came to its end with these outcomes. Pending rows mean that `--limit` held them back. */
export function exitCodeOfOutcomes(outcomes: Iterable<Outcome>): number {
  const all = new Set(outcomes);
  if (all.has("pending")) return exitCodes.stopped;
  return [...all].every(isSettledWell) ? exitCodes.done : exitCodes.someFailed;
}
