// The ledger's interface: what the stages may ask of the embedded database, and what it promises. Implementations live
// in ledger/ and pass one conformance suite. All methods are asynchronous so that a server database fits behind them.
//
// Durability: `sending` resolves only when its record is on disk (one sync may serve many callers). Everything else is
// durable in order, at the latest with the next `sending`, `flush` or disposal: losing an outcome costs one lookup.
// Writes that fail because the disk is full throw `ImportError("STATE_FULL")` and change nothing.

import type { Action, Outcome } from "../outcome.ts";
import type { Problem } from "../problem.ts";
import type { Phase, ReferableName, RemoteKey, ResourceName } from "../resource.ts";
import type { Cells, FileInfo } from "../row.ts";
import type { AccountMemory } from "./account-memory.ts";
import type { AuditView } from "./audit.ts";
import type { EntryEnd, NewEntry, NewSend, OpenSend, Plan, QueuedEntry, SendEnd, SendResult } from "./entry.ts";
import type { Stories } from "./entry-history.ts";
import type { Upkeep } from "./upkeep.ts";

/** The database of one account. Disposing writes what waits and closes it. */
export interface Ledger extends AsyncDisposable {
  /** Where it is, for messages. */
  readonly place: string;
  /** What was done to it when it was opened; undefined when it was up to date, or is only read. */
  readonly upgraded: Upgrade | undefined;
  readonly runs: Runs;
  readonly staging: Staging;
  readonly queue: Queue;
  readonly account: AccountMemory;
  readonly results: Results;
  readonly stories: Stories;
  readonly audit: AuditView;
  readonly upkeep: Upkeep;
  /** Waits until everything written so far is on disk. */
  flush(): Promise<void>;
}

/** A ledger of an older version was brought up to date. */
export interface Upgrade {
  readonly from: number;
  readonly to: number;
  /** The file that holds it as it was. */
  readonly copy: string;
}

// ---- runs

/** A run as the ledger remembers it. */
export interface RunRecord {
  readonly id: number;
  /** What people see: sortable by time, and the name of the run's folder. */
  readonly runId: string;
  readonly job: string;
  readonly command: string;
  readonly startedAtMs: number;
  /** Absent for a run that is under way or was killed. */
  readonly endedAtMs?: number;
  readonly exitCode?: number;
  readonly summary?: unknown;
  /** Of a retry: the id of the run whose failures it reads. */
  readonly retryOf?: number;
}

/** The runs of the account, over all jobs. */
export interface Runs {
  begin(run: Pick<RunRecord, "runId" | "job" | "command" | "startedAtMs" | "retryOf">): Promise<RunRecord>;
  end(
    id: number,
    end: { readonly endedAtMs: number; readonly exitCode: number; readonly summary: unknown },
  ): Promise<void>;
  /** Newest first. */
  list(): Promise<readonly RunRecord[]>;
  find(runId: string): Promise<RunRecord | undefined>;
}

// ---- staging

/** A file of an input of a run. Rows of `one: true` joins are `reference`: staged for look-up, without result lines. */
export interface NewFile {
  readonly run: number;
  readonly input: string;
  readonly join?: string;
  readonly kind: "input" | "join" | "reference";
  /** As people know it: the path as the job names it. */
  readonly file: string;
  readonly info: FileInfo;
}

/** A file with the id that its rows carry. */
export interface StagedFile extends NewFile {
  readonly id: number;
}

/** A row on its way into the ledger. `id` is made by `rowId(fileId, number)`. */
export interface NewRow {
  readonly id: number;
  readonly line: number;
  readonly raw: string;
  /** Set when the row is staged to be read again by its key: scattered groups and joins. */
  readonly groupKey?: string;
  readonly cells?: Cells;
  readonly fault?: Problem;
  /** A row that ends without an entry. */
  readonly outcome?: "excluded" | "invalid";
  readonly problems?: readonly Problem[];
  /** Of an invalid row without an entry: what a repair is known by. */
  readonly rowsHash?: string;
  /** Of a row of a retry: the id of the row that it was in the retried run. It may name a row that never was. */
  readonly source?: number;
}

/** A row as staging reads it again. */
export interface StoredRow {
  readonly id: number;
  readonly line: number;
  readonly raw: string;
  readonly groupKey: string | undefined;
  /** Only for rows that were staged with them. */
  readonly cells: Cells | undefined;
  readonly fault: Problem | undefined;
}

/** Staged rows of one key. `part` is said where there are more than were asked for at a time. */
export interface StoredGroup {
  readonly rows: readonly StoredRow[];
  readonly part?: "start" | "rest";
}

/** The rows of an entry as far as they were asked for, how many more there are, and the files they are in. */
export interface RowsOfEntry {
  readonly files: readonly StagedFile[];
  readonly rows: readonly StoredRow[];
  readonly more: number;
}

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
  /** Rows that no entry claimed and that have no outcome, in batches. */
  unclaimed(fileId: number): AsyncIterable<readonly StoredRow[]>;
  /** Gives rows without an entry their outcome and problems. */
  settleRows(
    rows: readonly {
      readonly id: number;
      readonly outcome: "excluded" | "invalid";
      readonly problems: readonly Problem[];
      readonly rowsHash?: string;
    }[],
  ): Promise<void>;
  /** Entries of the run with the same own key and the same hash, and no errors, become one (the first); gives how many went. */
  collapseIdentical(run: number): Promise<number>;
  /** Claims of keys that more than one entry of the run claims, invalid entries included; or of several keys, but for case. */
  clashes(run: number, kind: ClashKind): Promise<Clashes>;
  /**
   * Open and invalid entries, and invalid rows without an entry, whose rows a retry repaired since become `unchanged` (or
   * `skipped`), with a warning instead of their problems: where what was accepted for them is still what was accepted last.
   * An entry repairs its sources when it ends well. Gives how many.
   */
  settleMended(run: number): Promise<number>;
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
      readonly from: { readonly key: string | null; readonly row: number };
    }[]
  >;
  /** Rows of a retry that were one row of the first run of its chain: that row, and the rows that it comes as, in input order. */
  comeTwice(run: number): AsyncIterable<{
    readonly source: number;
    readonly rows: readonly { readonly id: number; readonly line: number; readonly file: string }[];
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

// ---- queue: dispatch's view

/** An open entry whose key an earlier run (or an earlier phase) had accepted. */
export interface KnownEntry {
  readonly entry: QueuedEntry;
  readonly remoteId: string;
  /** Its own creation went through but not the update that belonged to it. */
  readonly partial: boolean;
}

/** A reference that nothing known satisfies, or one to fill that several records satisfy. */
export interface OpenReference {
  readonly path: string;
  readonly resource: ReferableName;
  readonly key: string;
  readonly fill: boolean;
  /** The remote ids, when several records have this key and one would have to be chosen. */
  readonly several?: readonly string[];
  /** What the run itself has under this key: nothing, an entry that did not make it, or one still open. */
  readonly inRun:
    | { readonly state: "absent" }
    | {
        readonly state: "failed" | "open";
        readonly outcome: Outcome | undefined;
        readonly line: number;
        readonly file: string;
      };
}

/** Top-level payload fields to count open entries by. */
export interface OpenFields {
  /** A field that holds an id or has a reference to fill: `channel_id`. */
  readonly target: string;
  /** A field with one of a few words: `order_status`. */
  readonly says: string;
  /** A field with a day, YYYY-MM-DD, and the day before which an entry counts as `earlier`. */
  readonly day: string;
  readonly before: string;
}

/** So many open entries point at the same and say the same. */
export interface OpenCount {
  /** The key that the reference names; undefined where the payload has the value itself. */
  readonly targetKey: string | undefined;
  readonly targetValue: string | undefined;
  readonly says: string;
  readonly entries: number;
  readonly earlier: number;
}

/** Dispatch's view: what is open, what is known, what was sent. The only way to change the state of an entry after staging. */
export interface Queue {
  /** Open entries of the phase beyond the first `limit` open ones (by position) are settled pending, or in_doubt where a send is open. Gives how many. */
  limitTo(run: number, phase: Phase, limit: number): Promise<number>;
  /** Open entries with the hash under which their key was accepted before become `unchanged`. Gives how many. */
  settleUnchanged(run: number, phase: Phase): Promise<number>;
  /** Open entries without a plan whose key was accepted before, in batches by position. */
  known(run: number, phase: Phase): AsyncIterable<readonly KnownEntry[]>;
  /** Open entries without a plan, in batches of at most `size` by position; each is given once per call. */
  unplanned(run: number, phase: Phase, size: number): AsyncIterable<readonly QueuedEntry[]>;
  /** Open entries of the phase, counted by what one field points at and by what another says. */
  openBy(run: number, phase: Phase, fields: OpenFields): Promise<readonly OpenCount[]>;
  /** Keys of open entries of the phase whose field says one of these and whose day is before another, by position, at most `limit`. */
  openBefore(
    run: number,
    phase: Phase,
    fields: Pick<OpenFields, "says" | "day" | "before"> & { readonly among: readonly string[] },
    limit: number,
  ): Promise<readonly string[]>;
  plan(plans: readonly { readonly entryId: number; readonly plan: Plan }[]): Promise<void>;
  /** Remembers remote records for the run: what lookups and export passes saw. */
  remember(
    run: number,
    resource: ReferableName,
    records: readonly { readonly remoteId: string; readonly keys: readonly RemoteKey[] }[],
  ): Promise<void>;
  /** What the run remembers for these keys. What earlier runs had accepted is not among it: it may be gone. */
  recall(
    run: number,
    resource: ReferableName,
    keys: readonly string[],
  ): Promise<readonly { readonly key: string; readonly role: RemoteKey["role"]; readonly remoteId: string }[]>;
  /** Distinct keys that open entries of the phase refer to and that are neither remembered, nor accepted before, nor made by this run; in batches of one resource. */
  unknownReferences(
    run: number,
    phase: Phase,
    size: number,
  ): AsyncIterable<{ readonly resource: ReferableName; readonly keys: readonly string[] }>;
  /** Open entries of the phase with references that are still not satisfied, or that several records satisfy where one id is to be filled in. */
  openReferences(
    run: number,
    phase: Phase,
  ): AsyncIterable<readonly { readonly entry: QueuedEntry; readonly references: readonly OpenReference[] }[]>;
  /** Remote ids for the entry's `fill` references, by payload path. All must be satisfied. */
  fills(entryId: number): Promise<Readonly<Record<string, string>>>;

  /**
   * The next planned (or doubtful) entries by position whose *not before* has passed, at most `count`. They are leased to this
   * opening of the ledger: they come again only after `postpone`, or to an opening after this one.
   */
  take(run: number, phase: Phase, nowMs: number, count: number): Promise<readonly QueuedEntry[]>;
  /** The earliest *not before* of all, or undefined when none waits. */
  nextDueMs(run: number, phase: Phase): Promise<number | undefined>;
  /** Gives an entry back, to be taken again at `notBeforeMs`. */
  postpone(entryId: number, notBeforeMs: number): Promise<void>;
  /**
   * The write-ahead records; when it resolves, the sends are on disk and may leave. Gives their ids in the same order. All
   * or none are written. Counts an attempt of each.
   */
  sending(sends: readonly NewSend[]): Promise<readonly number[]>;
  /** How a send ended: see `SendResult`. `throttled` and `held` take the attempt back. */
  sent(end: SendEnd): Promise<void>;
  /** A lookup after an unanswered send found nothing: counted, for the growing waits. */
  absent(sendId: number, atMs: number): Promise<void>;
  /** Open sends of this key from any run, newest first. */
  openSends(resource: ResourceName, key: string): Promise<readonly OpenSend[]>;
  /**
   * The ends of entries with those of their sends, all or none. `accepted` also records key, variants, remote id and hash for later runs and closes its open sends.
   * `invalid` with a remote id does so for an open creation of other content, which is what the API has.
   */
  settle(ends: readonly EntryEnd[]): Promise<void>;
  /** The own key of the resource that was accepted with this id before; undefined when there is none. */
  holder(resource: ResourceName, remoteId: string): Promise<string | undefined>;
  /** The record of this key has another id than its answer said: for later runs, and for the run that was told so. */
  correctId(resource: ResourceName, key: string, remoteId: string): Promise<void>;
  /** The creation went through (its send ends with it), an update has to follow: remembered so that no later run creates again. */
  created(entryId: number, remoteId: string, send?: SendEnd): Promise<void>;
  /** Settles everything still open in the run as pending (or in_doubt where a send is open). */
  settleRest(run: number, problem: Problem | undefined): Promise<void>;
  /** Entries of the phase by outcome; open ones under undefined. */
  progress(
    run: number,
    phase: Phase,
  ): Promise<readonly { readonly outcome: Outcome | undefined; readonly entries: number }[]>;
}

// ---- results: the reporter's view

/** An entry with its fate. */
export interface ResultEntry {
  readonly id: number;
  readonly resource: ResourceName;
  readonly phase: Phase;
  readonly key: string | undefined;
  readonly outcome: Outcome;
  readonly action: Action | undefined;
  readonly remoteId: string | undefined;
  readonly attempts: number;
  readonly httpStatus: number | undefined;
  readonly problems: readonly Problem[];
}

/** One input row with its fate. A row of an entry that is still open is `pending`. */
export interface ResultRow {
  readonly rowId: number;
  readonly fileId: number;
  readonly line: number;
  readonly outcome: Outcome;
  readonly entry: ResultEntry | undefined;
  /** Problems of the row itself: a fault, an orphan. */
  readonly problems: readonly Problem[];
}

/** The reporter's view: reads only, for any run however it ended. */
export interface Results {
  files(run: number): Promise<readonly StagedFile[]>;
  /** Every row of the run's `input` and `join` files, in input order, in batches. */
  rows(run: number): AsyncIterable<readonly ResultRow[]>;
  /** Raw text of the rows of a file whose outcome is one of invalid, blocked, rejected, failed, in_doubt, pending and none of `omit`; with the fate. */
  unmade(fileId: number, omit?: readonly Outcome[]): AsyncIterable<readonly (ResultRow & { readonly raw: string })[]>;
  /** Every row of a file as it was read, in input order, in batches. */
  rowsOf(fileId: number): AsyncIterable<readonly StoredRow[]>;
  tallies(run: number): Promise<
    readonly {
      readonly input: string;
      readonly phase: Phase | undefined;
      readonly outcome: Outcome;
      readonly rows: number;
      readonly entries: number;
    }[]
  >;
  /** Entries against the newest earlier run that ended: by key. Undefined when there was none, and of a retry; retries do not count. */
  changes(run: number): Promise<
    | {
        readonly since: string;
        readonly new: number;
        readonly changed: number;
        readonly gone: number;
        readonly same: number;
      }
    | undefined
  >;
  /** Rows of the reference files that were faulty, by input and join. */
  referenceFaults(run: number): Promise<
    readonly {
      readonly input: string;
      readonly join: string;
      readonly file: string;
      readonly rows: number;
      readonly first_line: number;
    }[]
  >;
  /** Sends of the run by result; open ones under undefined. */
  sends(run: number): Promise<readonly { readonly result: SendResult | undefined; readonly sends: number }[]>;
}
