// Runs: when each began, how it ended. Not here: what a run imported.
import type { RunRecord, Runs } from "../../model/ledger/runs.ts";
import type { StagedRows } from "./staging/staged-rows.ts";
import { decode, encode } from "./storage/codec.ts";
import type { Connection } from "./storage/connection.ts";
import { failedEntriesIndex } from "./storage/schema.ts";

/** The runs of a ledger. */
export function openRuns(connection: Connection, staged: StagedRows): Runs {
  return {
    async begin(run) {
      const { runId, job, command, startedAtMs, program, retryOf, planId } = run;
      staged.clear(); // what a run that was killed left behind
      connection.write(() => connection.script(failedEntriesIndex));
      const { id } = connection.write(() =>
        connection.run(
          "insert into runs (run_id, job, command, started_at_ms, program, retry_of, plan_id) values (?, ?, ?, ?, ?, ?, ?)",
          runId,
          job,
          command,
          startedAtMs,
          program ?? null,
          retryOf ?? null,
          planId ?? null,
        ),
      );
      return { ...run, id };
    },
    async end(id, { endedAtMs, exitCode, summary }) {
      connection.write(() =>
        connection.run(
          "update runs set ended_at_ms = ?, exit_code = ?, summary = ? where id = ?",
          endedAtMs,
          exitCode,
          encode(summary),
          id,
        ),
      );
    },
    async list() {
      return connection.read(() => connection.all<RunColumns>(`${selectRun} order by id desc`).map(runOf));
    },
    async find(runId) {
      const found = connection.read(() => connection.one<RunColumns>(`${selectRun} where run_id = ?`, runId));
      return found === undefined ? undefined : runOf(found);
    },
  };
}

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
