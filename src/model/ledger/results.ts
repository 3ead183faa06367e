// The ledger as reporting sees it: every row with its fate, and sums over a run.
import type { Agreement } from "../draft.ts";
import type { Action, Outcome } from "../outcome.ts";
import type { Problem } from "../problem.ts";
import type { Phase, ResourceName } from "../resource.ts";
import type { RowRef } from "../row.ts";
import type { SendResult } from "./entry.ts";
import type { StagedFile, StoredRow } from "./rows.ts";

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
  readonly ref: RowRef;
  readonly line: number;
  readonly outcome: Outcome;
  readonly entry: ResultEntry | undefined;
  /** Problems of the row itself: a fault, an orphan. */
  readonly problems: readonly Problem[];
}

/** The reporter's view: reads only, for any run however it ended. */
export interface Results {
  files(run: number): Promise<readonly StagedFile[]>;
  /** Those of these that are kept, of whatever run. */
  filesById(ids: readonly number[]): Promise<readonly StagedFile[]>;
  /** Every row of the run's `input` and `join` files, in input order, in batches. */
  rows(run: number): AsyncIterable<readonly ResultRow[]>;
  /** Raw text of the rows of a file whose outcome is invalid, blocked, rejected, failed or in_doubt; with the fate. */
  unmade(fileId: number): AsyncIterable<readonly (ResultRow & { readonly raw: string })[]>;
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
  /** By input: how many entries stand how to their source's own sums. Inputs whose mapping names none are not there. */
  agreements(run: number): Promise<
    readonly {
      readonly input: string;
      readonly resource: ResourceName;
      readonly agreement: Agreement;
      readonly entries: number;
    }[]
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
