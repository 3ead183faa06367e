// The columns of an entry that somebody looks back at, and the record that they are.
import type { HistoryEntry } from "../../model/ledger/entry-history.ts";
import { decodeProblems } from "./codec.ts";

/** Starts a query over entries (`e`) with their keys. */
export const selectEntry = `select e.id, e.run, e.resource, e.phase, k.key, e.hash, e.outcome, e.action, e.remote_id, e.attempts,
    e.http_status, e.not_before_ms, e.problems
  from entries e left join keys k on k.id = e.key`;

/** The columns of `selectEntry`. */
export interface EntryColumns {
  readonly id: number;
  readonly run: number;
  readonly resource: HistoryEntry["resource"];
  readonly phase: HistoryEntry["phase"];
  readonly key: string | null;
  readonly hash: string;
  readonly outcome: HistoryEntry["outcome"] | null;
  readonly action: NonNullable<HistoryEntry["action"]> | null;
  readonly remote_id: string | null;
  readonly attempts: number;
  readonly http_status: number | null;
  readonly not_before_ms: number | null;
  readonly problems: string | null;
}

/** The entry in these columns. */
export function entryOf(columns: EntryColumns): HistoryEntry {
  return {
    id: columns.id,
    run: columns.run,
    resource: columns.resource,
    phase: columns.phase,
    key: columns.key ?? undefined,
    hash: columns.hash,
    outcome: columns.outcome ?? "pending",
    action: columns.action ?? undefined,
    remoteId: columns.remote_id ?? undefined,
    attempts: columns.attempts,
    httpStatus: columns.http_status ?? undefined,
    notBeforeMs: columns.not_before_ms ?? undefined,
    problems: decodeProblems(columns.problems),
  };
}
