// Runs: when each began, how it ended. Not here: what a run imported.

import type { Runs } from "../../model/ledger/runs.ts";
import { type RunColumns, runOf, selectRun } from "../common/run-columns.ts";
import type { StagedRows } from "./staging/staged-rows.ts";
import { encode } from "./storage/codec.ts";
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
