// The columns of a run, and the record that they are.
import type { RunRecord } from "../../model/ledger/runs.ts";
import { decode } from "./codec.ts";

/** The columns of `selectRun`. */
export interface RunColumns {
  readonly id: number;
  readonly run_id: string;
  readonly job: string;
  readonly command: string;
  readonly started_at_ms: number;
  readonly ended_at_ms: number | null;
  readonly exit_code: number | null;
  readonly summary: string | null;
  readonly program: string | null;
  readonly retry_of: number | null;
  readonly plan_id: string | null;
}

/** Every column of runs; a `where` may follow. */
export const selectRun =
  "select id, run_id, job, command, started_at_ms, ended_at_ms, exit_code, summary, program, retry_of, plan_id from runs";

/** A run as others see it. */
export function runOf(columns: RunColumns): RunRecord {
  return {
    id: columns.id,
    runId: columns.run_id,
    job: columns.job,
    command: columns.command,
    startedAtMs: columns.started_at_ms,
    ...(columns.ended_at_ms === null ? {} : { endedAtMs: columns.ended_at_ms }),
    ...(columns.exit_code === null ? {} : { exitCode: columns.exit_code }),
    ...(columns.summary === null ? {} : { summary: decode<unknown>(columns.summary) }),
    ...(columns.program === null ? {} : { program: columns.program }),
    ...(columns.retry_of === null ? {} : { retryOf: columns.retry_of }),
    ...(columns.plan_id === null ? {} : { planId: columns.plan_id }),
  };
}
