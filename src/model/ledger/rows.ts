// Files and rows as the ledger keeps them. Part of the ledger's interface.
import type { Problem } from "../problem.ts";
import type { Cells, FileInfo, RowRef } from "../row.ts";

/** A file of an input of a run. Rows of `one: true` joins are `reference`: staged for look-up, without result lines. */
export interface NewFile {
  readonly run: number;
  readonly input: string;
  readonly join?: string;
  readonly kind: "input" | "join" | "reference";
  /** As people know it: the path as the job names it. */
  readonly file: string;
  readonly info: FileInfo;
  /** Tells the mapping that its rows go through from others, with all that it looks things up in. */
  readonly mappingHash?: string;
}

/** A file with the id that its rows carry. */
export interface StagedFile extends NewFile {
  readonly id: number;
}

/** A row on its way into the ledger. */
export interface NewRow {
  readonly ref: RowRef;
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
  /** Of a row of a retry: the row that it was in the retried run. It may name a row that never was. */
  readonly source?: RowRef;
}

/** A row as staging reads it again. */
export interface StoredRow {
  readonly ref: RowRef;
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
