// What failed and that no run has made good since: part of the ledger's interface. A row fails in a run and fails again in
// the next; the ledger knows that it is one row, and which run's failures file is the newest to hold it.
import type { RowRef } from "../row.ts";
import type { StagedFile } from "./rows.ts";
import type { RunRecord } from "./runs.ts";

/** A file of an ended run whose failures file is still wanted. */
export interface OpenFile {
  readonly run: RunRecord;
  readonly file: StagedFile;
  /** Rows of it that are open, and whose newest failures file is that of this run. */
  readonly open: number;
  /** Rows of it that are open, but that a newer run has in its failures file with the same content. */
  readonly older: number;
}

/**
 * What a row of an ended run means to a retry.
 * - `open`: it is to be made good. `unit` names its entry, or the row itself where it has none.
 * - `older`: so it is, but a newer run has the same rows; `unit` is that of the newer ones.
 * - `made`: it was made good, but another row of its entry was not; the entry needs all of them.
 */
export interface OpenRow {
  readonly state: "open" | "older" | "made";
  readonly unit: string;
  /** The file of the newest run that has it. */
  readonly home: number;
  /** Of an `older` row: the row of the newest run that it is the same as. */
  readonly twin?: RowRef;
  /** The row that a retry read it as and did not leave pending, the newest one: what was edited before is in that. */
  readonly reader?: RowRef;
}

/** Rows of one file that somebody took out of its failures file. */
export interface GivenUp {
  readonly file: number;
  readonly rows: number;
  /** The first three: their numbers, and the keys of their entries where they had one. */
  readonly first: readonly { readonly number: number; readonly key: string | undefined }[];
}

/**
 * A file whose open rows a later pass takes along: the newest that has them, `home`, and the one that brought them first, by
 * its id `root` and as people know it, with the id of its run and when that began.
 */
export interface CarriedFrom {
  readonly home: StagedFile;
  readonly root: number;
  readonly file: string;
  readonly run: string;
  /** Ms since the epoch. */
  readonly sinceMs: number;
  readonly rows: number;
}

/** One of its rows: where it stood in the file that brought it, its number at home, and its text there. */
export interface CarriedRow {
  readonly number: number;
  readonly line: number;
  readonly was: number;
  readonly raw: string;
}

/** Rows that were open in a run and that the run called `runId` made good, where it took them along. */
export interface MadeGoodLater {
  readonly run: number;
  readonly runId: string;
  readonly rows: number;
}

/** How many rows are open, and in how many of them an earlier run than the given one failed last. */
export interface OpenCount {
  readonly rows: number;
  readonly earlierRows: number;
}

/**
 * Rows of a job that ended invalid, blocked, rejected, failed or in doubt, and that nothing has made good since: no retry of
 * them, no run that brought their key or the very rows in, none whose mapping leaves the row of the same file out. Rows of
 * several runs are one by the row that they come from, else by their content. A key that a later run had from other rows
 * counts with those. What is only pending has not failed, and what was given up is open only when it fails again. Only
 * `giveUp` writes.
 */
export interface OpenFailures {
  /** Also counts the failures of a run that is about to end, `ofRun`. */
  count(job: string, ofRun?: number): Promise<OpenCount>;
  /** Newest run first, in its input order. */
  files(job: string): Promise<readonly OpenFile[]>;
  /** What the rows mean, after `files`; undefined for what is not open. */
  statesOf(rows: readonly RowRef[]): Promise<readonly (OpenRow | undefined)[]>;
  /** The rows as they were read. Rows that are not there any more are left out. */
  rawOf(rows: readonly RowRef[]): Promise<ReadonlyMap<string, string>>;
  /**
   * Of entries that are blocked, failed or in doubt, and that a run which began at `sinceMs` or later brought first: the files
   * that their rows are in, in input order. Not of a run that stopped, whose files come again, unless it was a retry or had
   * them from an earlier run. Without the entries that `except` names, as `OpenRow` does.
   */
  carriedFrom(job: string, sinceMs: number, except?: readonly string[]): Promise<readonly CarriedFrom[]>;
  /** The rows, in batches, after `carriedFrom`, as long as this opening of the ledger is not asked that again. */
  carriedRows(from: Pick<CarriedFrom, "home" | "root">): AsyncIterable<readonly CarriedRow[]>;
  /** By run, and by the run that made them good. */
  madeGoodLater(job: string): Promise<readonly MadeGoodLater[]>;
  /** True for the text of a row that an earlier retry read from the failures file of this one, and that was not left pending. */
  wasTaken(fileId: number, raw: string): Promise<boolean>;
  /**
   * Gives up what was open at `files` and is not in the failures files that a retry read: to be called once all its rows are
   * staged, and it holds once that run has its results. `present` are rows that are there and were left out. Where a failures
   * file has rows that do not say which they were, what they may be is kept.
   */
  giveUp(run: number, present: readonly RowRef[]): Promise<readonly GivenUp[]>;
}

/** The name of a row in maps. */
export function rowName({ file, number }: RowRef): string {
  return `${file}:${number}`;
}
