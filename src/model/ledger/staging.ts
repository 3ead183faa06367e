// The ledger as staging sees it: what reading and mapping write, and what only the whole input answers.
import type { Problem } from "../problem.ts";
import type { Phase, ResourceName } from "../resource.ts";
import type { FileInfo, RowRef } from "../row.ts";
import type { NewEntry } from "./entry.ts";
import type { NewFile, NewRow, RowsOfEntry, StagedFile, StoredGroup, StoredRow } from "./rows.ts";

/** How keys clash: they are the same, or the same but for (ASCII) case. */
export type ClashKind = "same" | "case";

/** An entry's claim of a key that others claim too. */
export interface Claim {
  readonly id: number;
  readonly entryId: number;
  readonly resource: ResourceName;
  readonly key: string;
  readonly path: string;
  /** What clashes with each other has one number. */
  readonly clash: number;
  /** Its place among those that clash, in input order, from 0. */
  readonly rank: number;
  /** How many clash. */
  readonly size: number;
  /** Where it stands, once that was said. */
  readonly place: Problem | undefined;
}

/** The claims of a run that clash. One list at a time; disposing it forgets it. */
export interface Clashes extends AsyncDisposable {
  /** All claims of an entry together, in input order; with `mostOfEach` only so many of what clashes with each other. */
  byEntry(mostOfEach?: number): AsyncIterable<readonly Claim[]>;
  /** Keeps where claims stand. */
  keepPlaces(places: readonly { readonly claim: Claim; readonly place: Problem }[]): Promise<void>;
  /** Where the first others stand that clash with a claim, at most so many. */
  others(claim: Claim, most: number): Promise<readonly Problem[]>;
}

/** A row of an entry that a newer one takes the place of. */
export interface SupersededRow {
  readonly ref: RowRef;
  readonly line: number;
  readonly file: string;
  readonly by: { readonly file: string; readonly line: number };
  readonly isSame: boolean;
}

/** So many open entries of an input have their money in one currency. */
export interface CurrencyCount {
  /** Within what there may be one currency only: `channel Main store`. */
  readonly within: string;
  readonly currency: string;
  readonly input: string;
  readonly entries: number;
}

/** What reading and mapping write, and the questions that only the whole input answers. */
export interface Staging {
  /** File ids ascend in the order of the calls: main files before their joins gives results in input order. */
  addFile(file: NewFile): Promise<StagedFile>;
  /** Replaces what is known of the file: some of it shows only when the file was read to its end. */
  updateFile(fileId: number, info: FileInfo): Promise<void>;
  addRows(rows: readonly NewRow[]): Promise<void>;
  /** Adds entries, claims their rows for them (rows exist already) and gives their ids. Entries with an error among their problems are settled invalid. */
  addEntries(run: number, entries: readonly NewEntry[]): Promise<readonly number[]>;
  /** Further rows, problems, or the hash over all its rows for an entry that is too large to be added at once. */
  extendEntry(entryId: number, more: Partial<Pick<NewEntry, "rows" | "problems" | "rowsHash">>): Promise<void>;
  /** Adds all staged rows of these files with this key to an entry. */
  claimRows(entryId: number, fileIds: readonly number[], key: string): Promise<void>;
  /**
   * Staged rows over these files by key: keys in the order of their first row is NOT promised, rows of a key are in input
   * order. Rows without a key are left out. A key with more than `most` rows comes in parts of at most so many, one after
   * the other.
   */
  groups(fileIds: readonly number[], most: number): AsyncIterable<StoredGroup>;
  /** Staged rows of these files with this key, in input order, at most `limit`. */
  rowsWithKey(fileIds: readonly number[], key: string, limit: number): Promise<readonly StoredRow[]>;
  /**
   * Rows of a file, file after file and each in its order, by what tells their text from others: for each the first row
   * with its text, where one of the files before has that text as often as this one up to here; undefined for the others.
   */
  sameRows(
    rows: readonly { readonly ref: RowRef; readonly line: number; readonly text: string }[],
  ): Promise<readonly ((RowRef & { readonly line: number }) | undefined)[]>;
  /** Rows that no entry claimed and that have no outcome, in batches. */
  unclaimed(fileId: number): AsyncIterable<readonly StoredRow[]>;
  /** Gives rows without an entry their outcome and problems. */
  settleRows(
    rows: readonly {
      readonly ref: RowRef;
      readonly outcome: "excluded" | "invalid";
      readonly problems: readonly Problem[];
      readonly rowsHash?: string;
    }[],
  ): Promise<void>;
  /** Entries of the run with the same own key and the same hash, and no errors, become one (the first); gives how many went. */
  collapseIdentical(run: number): Promise<number>;
  /**
   * Where a later file of the same input has an entry with the same own key: the rows of the entries of the files before it that
   * no other entry has, in batches, with the first row of the newest and whether that has the same content.
   */
  superseded(run: number): AsyncIterable<readonly SupersededRow[]>;
  /** Takes these entries out of the run. */
  dropSuperseded(run: number): Promise<void>;
  /** Claims of keys that more than one entry of the run claims, invalid entries included; or of several keys, but for case. */
  clashes(run: number, kind: ClashKind): Promise<Clashes>;
  /** The currencies of the run's open entries: by what they have to be alike in, currency and input, in a fixed order. */
  currencies(run: number): Promise<readonly CurrencyCount[]>;
  /** The open entries of one of these, by position, in batches. */
  ofCurrency(run: number, of: Pick<CurrencyCount, "within" | "currency" | "input">): AsyncIterable<readonly number[]>;
  /**
   * Open and invalid entries, and invalid rows without an entry, whose rows a retry repaired since become `unchanged` (or
   * `skipped`), with a warning instead of their problems: where what was accepted for them is still what was accepted last.
   * An entry repairs its sources when it ends well. Gives how many.
   */
  settleRepaired(run: number): Promise<number>;
  /** Keys of a retry's entries, own and inner ones, under which the retried run or those before it made another entry. */
  madeBefore(run: number): Promise<
    readonly {
      readonly entryId: number;
      readonly resource: ResourceName;
      readonly key: string;
      readonly path: string;
      readonly runId: string;
    }[]
  >;
  /** Entries of a retry with rows in these files that were of several entries with one key in the retried run. */
  keptApart(
    run: number,
    fileIds: readonly number[],
  ): Promise<readonly { readonly entryId: number; readonly key: string }[]>;
  /**
   * Entries of a retry with rows in these files that were of several entries in the retried run: for each of those its key
   * and the first of its rows, as they were there, in input order.
   */
  joinedApart(
    run: number,
    fileIds: readonly number[],
  ): Promise<
    readonly {
      readonly entryId: number;
      readonly key: string | null;
      readonly from: { readonly key: string | null; readonly row: RowRef };
    }[]
  >;
  /** Rows of a retry that were one row of the first run of its chain: that row, and the rows that it comes as, in input order. */
  comeTwice(run: number): AsyncIterable<{
    readonly source: RowRef;
    readonly rows: readonly { readonly ref: RowRef; readonly line: number; readonly file: string }[];
  }>;
  /** Adds problems to a staged entry; an error settles it invalid. Of too many, the first are kept and the others counted. */
  addProblems(entryId: number, problems: readonly Problem[]): Promise<void>;
  /** Counts of entries of the run by phase: all and still open. */
  counts(run: number): Promise<readonly { readonly phase: Phase; readonly entries: number; readonly open: number }[]>;
  /** The rows of an entry in input order, at most so many of them, and the files they are in: enough to map it again. */
  rowsOfEntry(entryId: number, most?: number): Promise<RowsOfEntry>;
  /** Drops what only staging needed (cells and keys of staged rows of `join` and `input` files). Reference rows stay. */
  finish(run: number): Promise<void>;
}
