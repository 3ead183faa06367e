// Runs: when each began, how it ended. Not here: what a run imported.

import type { Runs } from "../../model/ledger/runs.ts";
import { type RunColumns, runOf, selectRun } from "../common/run-columns.ts";
import { encodeMaybe } from "./storage/codec.ts";
import type { Connection } from "./storage/connection.ts";

/** The runs of a ledger. */
export function openRuns(connection: Connection): Runs {
  return {
    begin: (run) =>
      connection.write(async (db) => {
        await db.script("delete from staged_rows; delete from row_texts"); // what a run that was killed left behind
        const made = await db.one<{ id: number }>(
          `insert into runs (run_id, job, command, started_at_ms, program, retry_of, plan_id) values (?, ?, ?, ?, ?, ?, ?)
             returning id`,
          run.runId,
          run.job,
          run.command,
          run.startedAtMs,
          run.program ?? null,
          run.retryOf ?? null,
          run.planId ?? null,
        );
        if (made === undefined) throw new Error("a run was not kept");
        await db.run(nameRun, run.runId);
        return { ...run, id: made.id };
      }),
    async end(id, { endedAtMs, exitCode, summary }) {
      await connection.write((db) =>
        db.run(
          "update runs set ended_at_ms = ?, exit_code = ?, summary = ?, has_results = ? where id = ?",
          endedAtMs,
          exitCode,
          encodeMaybe(summary),
          hasVersion(summary),
          id,
        ),
      );
    },
    list: () => connection.read(async (db) => (await db.all<RunColumns>(`${selectRun} order by id desc`)).map(runOf)),
    find: (runId) =>
      connection.read(async (db) => {
        const found = await db.one<RunColumns>(`${selectRun} where run_id = ?`, runId);
        return found === undefined ? undefined : runOf(found);
      }),
  };
}

// For others, who ask who drives the account.
const nameRun = `update luminous_import.accounts set owner_run = ?
   where id = current_setting('luminous_import.account')::bigint and epoch = current_setting('luminous_import.epoch')::bigint`;

/** A summary with a version is written beside results and failures. */
function hasVersion(summary: unknown): boolean {
  return typeof summary === "object" && summary !== null && "version" in summary && summary.version != null;
}
