// What mapping makes of rows, and where each value came from.
import { cellAt } from "./cells.ts";
import type { ColumnStyles } from "./column-style.ts";
import type { Fills, KnownFilling } from "./fills.ts";
import type { JsonObject } from "./json.ts";
import type { Problem, ProblemCell } from "./problem.ts";
import type { Reference, ResourceName } from "./resource.ts";
import type { FileInfo, RenamedHeading, Row, RowRef } from "./row.ts";

/** A row together with its place in the run. */
export interface SourceRow {
  readonly ref: RowRef;
  /** The file as people know it: the path as the job names it. */
  readonly file: string;
  readonly row: Row;
  /** How the columns of its file write numbers and dates, where that was found out. */
  readonly styles?: ColumnStyles;
  /** Headings of its file that are read under another name: problems name the heading, which people find in their file. */
  readonly renamed?: readonly RenamedHeading[];
  /** What blank cells of its file are filled with, where the mapping fills any. */
  readonly fills?: Fills;
}

/** What rows of a file have from the file as a whole. */
export function fromFile({
  styles,
  renamed,
  fills,
}: Pick<FileInfo, "styles" | "renamed" | "fills">): Pick<SourceRow, "styles" | "renamed" | "fills"> {
  return {
    ...(styles === undefined ? {} : { styles }),
    ...(renamed === undefined ? {} : { renamed }),
    ...(fills === undefined ? {} : { fills }),
  };
}

/**
 * The rows that make one entry: one row, or a group in input order, with the rows that joins attach to it.
 * `damage` says which rows that may belong to it could not be read; such a group makes an invalid draft.
 */
export interface RowGroup {
  readonly rows: readonly SourceRow[];
  /** By join name: all matching rows in input order; of a `one: true` join at most one. */
  readonly joined: Readonly<Record<string, readonly SourceRow[]>>;
  readonly damage: readonly Problem[];
  /**
   * Said of a group with more rows than an entry can have, which comes in parts: its `start`, with a `group_too_large`
   * among its damage, then the `rest` of its rows, of which the entry gets no more than their places and their damage.
   */
  readonly part?: "start" | "rest";
}

/**
 * Where a value of the payload came from: a cell, the row that an element of a list is made of, or a place in the mapping.
 * `part` says what the cell had to do with the value, where it is not simply the value.
 */
export type Origin =
  | {
      readonly kind: "cell";
      readonly source: SourceRow;
      readonly column: string;
      readonly part?: OriginPart;
      /** The cell itself is blank, and this fills it. */
      readonly filled?: KnownFilling;
    }
  | { readonly kind: "row"; readonly source: SourceRow }
  | { readonly kind: "mapping"; readonly file: string; readonly line: number };

/**
 * `made`: the value was made of the cell (an expression, a lookup, a map …). `refused`: what the cell says leaves the
 * field out (`when`, `otherwise: omit`). `unmatched`: the cell names a row of another file that is not there.
 */
export type OriginPart = "made" | "refused" | "unmatched";

/**
 * By payload path: every field that the mapping maps, also where its cell was blank (`items[1].quantity`), every element
 * of a list (`items[1]`), and under `""` the row that counts as the first of the entry.
 */
export type Origins = ReadonlyMap<string, readonly Origin[]>;

/** A date with an offset: the day that it was taken for, and the day that it is when `source.timezone` is said or not. */
export interface OffsetDay {
  readonly text: string;
  readonly day: string;
  readonly otherwise: string;
}

/** What mapping makes of a row or a group, before any check. Problems that mapping found are in it. */
export interface Draft {
  readonly resource: ResourceName;
  /** Trimmed; undefined when it could not be had. */
  readonly key: string | undefined;
  readonly payload: JsonObject;
  /** Paths that an update empties explicitly (`blank: clear`), with the empty value; creation leaves them out. */
  readonly clears: Readonly<Record<string, null | "" | readonly []>>;
  /** From `ref:`; what the payload itself refers to (item SKUs) is found by the resource. */
  readonly references: readonly Reference[];
  readonly origins: Origins;
  readonly problems: readonly Problem[];
  /** Every date with an offset that is in the payload. */
  readonly offsetDays: readonly OffsetDay[];
  /** Every row that makes it, joined ones included (`one: true` joins are reference data and not in it). */
  readonly rows: readonly SourceRow[];
}

/** The part of a problem that names a row, or a cell of it. */
export function cellPlace(
  source: SourceRow,
  column?: string,
): Required<Pick<Problem, "file" | "line" | "row">> & Pick<Problem, "column" | "value"> {
  if (column !== undefined) return problemCell(source, column);
  return { file: source.file, line: source.row.line, row: source.row.number };
}

/** A cell of a row, as problems list it. */
export function problemCell(source: SourceRow, column: string): ProblemCell {
  const cell = cellAt(source.row.cells, column);
  return {
    ...cellPlace(source),
    column: headingOf(source, column),
    ...(typeof cell === "string" ? { value: cell } : {}),
  };
}

/** A column as its file heads it. */
export function headingOf({ renamed }: Pick<SourceRow, "renamed">, column: string): string {
  return renamed?.find(({ name }) => name === column)?.heading ?? column;
}
