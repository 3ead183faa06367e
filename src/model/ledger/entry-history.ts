// The ledger as `explain` sees it: single entries and rows with all that is known of them. Part of the ledger's interface.
import type { JsonObject } from "../json.ts";
import type { Outcome } from "../outcome.ts";
import type { Problem } from "../problem.ts";
import type { RowRef } from "../row.ts";
import type { Plan, SendResult } from "./entry.ts";
import type { ResultEntry } from "./results.ts";
import type { StagedFile, StoredRow } from "./rows.ts";

/** An entry of any run. One that is still open is `pending`. */
export interface HistoryEntry extends ResultEntry {
  readonly run: number;
  readonly hash: string;
  /** Set while a wait is under way. */
  readonly notBeforeMs: number | undefined;
}

/** A row of a file, with the fate that it has where no entry claims it. */
export interface HistoryRow extends StoredRow {
  readonly outcome: Outcome | undefined;
  readonly problems: readonly Problem[];
}

/** A send of an entry, with the lookups that tried to find out what became of it. */
export interface HistorySend {
  readonly id: number;
  readonly run: number;
  readonly entryId: number;
  readonly plan: Plan;
  readonly hash: string;
  readonly sentAtMs: number;
  /** When its end was written down; absent for a send of a process that died. */
  readonly endedAtMs: number | undefined;
  readonly result: SendResult | undefined;
  readonly httpStatus: number | undefined;
  readonly isOpen: boolean;
  readonly lookups: readonly HistoryLookup[];
}

/** A lookup by key after a send without an answer. */
export interface HistoryLookup {
  readonly atMs: number;
  readonly found: boolean;
}

/** Reads only, for any run however it ended; none of it takes longer the more the ledger holds. */
export interface EntryHistory {
  /** Entries with this key, their own or a variant's, of any resource: newest run first, at most `limit`. */
  entriesWithKey(key: string, limit: number): Promise<readonly HistoryEntry[]>;
  /** Entries that a row belongs to, by position, at most `limit`. */
  entriesOfRow(row: RowRef, limit: number): Promise<readonly HistoryEntry[]>;
  /** The files, of the newest run that has any, that the job calls so, that stand at `path`, or else whose name ends so. */
  filesCalled(name: string, path: string): Promise<readonly StagedFile[]>;
  /** The row that this line belongs to: the last one that starts on it or above. Undefined above the first row. */
  rowAtLine(fileId: number, line: number): Promise<HistoryRow | undefined>;
  /** Rows of these files whose text has `part` in it, in input order, at most `limit`. */
  rowsContaining(fileIds: readonly number[], part: string, limit: number): Promise<readonly StoredRow[]>;
  /** The sends of these entries, oldest first, and those of their keys whose fate is open, also of runs that are gone. */
  sends(entryIds: readonly number[]): Promise<readonly HistorySend[]>;
  /** What was or would be sent, as long as it is kept. */
  payload(entryId: number): Promise<HistoryPayload | undefined>;
  /** Keys in the alphabetical neighbourhood of one that is not known. */
  keysNear(key: string): Promise<readonly string[]>;
}

/** A payload as it was mapped, with what an update clears. */
export interface HistoryPayload {
  readonly payload: JsonObject;
  readonly clears: Readonly<Record<string, null | "" | readonly []>>;
}
