import { expect, it, test } from "vitest";
import type { ErrorCode } from "../../src/model/error.ts";
import { exitCodeOf, exitCodeOfOutcomes, exitCodes } from "../../src/model/exit-codes.ts";
import { type Outcome, outcomes } from "../../src/model/outcome.ts";

// Design §3, written out: scripts rely on these numbers.
const codes: Readonly<Record<ErrorCode, number>> = {
  USAGE: 2,
  JOB_INVALID: 2,
  MAPPING_INVALID: 2,
  INPUT_UNREADABLE: 2,
  INPUT_CHANGED: 2,
  NO_TOKEN: 2,
  STATE_LOCKED: 2,
  STATE_UNUSABLE: 2,
  PLAN_OUTDATED: 2,
  GUARD: 2,
  NOTHING_SENT: 2,
  STATE_FULL: 4,
  STATE_LOST: 4,
  RESULTS_UNWRITTEN: 4,
  STOPPED: 4,
  OUTAGE: 4,
  TOO_MANY_ERRORS: 4,
  ACCOUNT_REFUSED: 5,
};

test.each(Object.entries(codes) as [ErrorCode, number][])("%s ends with %i", (code, exitCode) => {
  expect(exitCodeOf(code)).toBe(exitCode);
});

it("has six exit codes", () => {
  expect(exitCodes).toEqual({ done: 0, defect: 1, notStarted: 2, someFailed: 3, stopped: 4, accountRefused: 5 });
});

const alone: Readonly<Record<Outcome, number>> = {
  accepted: 0,
  unchanged: 0,
  skipped: 0,
  excluded: 0,
  invalid: 3,
  blocked: 3,
  rejected: 3,
  failed: 3,
  in_doubt: 3,
  pending: 4,
};

test.each(outcomes)("a run that came to its end with %s rows", (outcome) => {
  expect(exitCodeOfOutcomes([outcome])).toBe(alone[outcome]);
  expect(exitCodeOfOutcomes(["accepted", outcome, "excluded"])).toBe(alone[outcome]);
});

it("counts nothing as everything done", () => {
  expect(exitCodeOfOutcomes([])).toBe(0);
});

it("says that a pilot can be continued before it says that rows failed", () => {
  expect(exitCodeOfOutcomes(["rejected", "pending", "accepted"])).toBe(4);
});
