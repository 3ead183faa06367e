// Rows and the files they come from, as reading hands them on.

import type { ColumnStyles, Fills } from "./column-style.ts";
import type { Problem } from "./problem.ts";

/**
 * A cell as text, or for JSON input a nested value whose leaves are all text: numbers keep their digits exactly
 * (`1.10`, 19 digits), booleans are `true`/`false`, null is `""`. Objects have no prototype, so a column named
 * `__proto__` is a column like any other.
 */
export type Cell = string | readonly Cell[] | Cells;
/** Cells by column name. Without a prototype: only own keys are columns. */
export interface Cells {
  readonly [column: string]: Cell;
}

/** One entry of an input, untouched: a CSV record or a JSON element. */
export interface Row {
  /** Counts from 1 in its file, without the header. */
  readonly number: number;
  /** The line on which the row starts, from 1. */
  readonly line: number;
  /** The row's own text exactly as it stands in the file (decoded), without its line end. */
  readonly raw: string;
  /** CSV: header → trimmed cell. A faulty row still has what could be read. */
  readonly cells: Cells;
  /** Set when the row itself could not be read properly: its entry must not be sent. */
  readonly fault?: Problem;
  /** Set when the row is none of the table, for this reason: it is left out, and nothing is lost with it. */
  readonly leftOut?: Problem;
  /** The number that a failures file says the row had in the file it came from; absent in all other files. */
  readonly retryOf?: number;
}

/** Which row of which file of the ledger: file ids ascend in input order, and so do the numbers in a file. */
export interface RowRef {
  /** The id of its file. */
  readonly file: number;
  /** As `Row.number`. */
  readonly number: number;
}

/** True for the same row of the same file. */
export function isSameRow(one: RowRef, other: RowRef): boolean {
  return one.file === other.file && one.number === other.number;
}

/** Below 0 when the first row comes before the second, in input order. */
export function compareRows(one: RowRef, other: RowRef): number {
  return one.file - other.file || one.number - other.number;
}

/** The formats that can be read; `tsv` is CSV with tabs. */
export type Format = "csv" | "tsv" | "json" | "ndjson";

/** How a file was read; enough to write rows of it again byte for byte. */
export interface FileInfo {
  readonly path: string;
  readonly format: Format;
  /** An encoding name that iconv-lite knows. */
  readonly encoding: string;
  readonly bom: boolean;
  readonly gzip: boolean;
  /** CSV and TSV: one character. */
  readonly delimiter?: string;
  /** CSV and TSV: cells are never in quotes, and a quote is a character like others. Absent: a cell may be in quotes. */
  readonly quote?: "none";
  /** What ends a line; the first one seen. */
  readonly newline: "\n" | "\r\n" | "\r";
  /** CSV and TSV: Excel's first line `sep=;` as it stands there, without its line end; absent where there is none. */
  readonly separatorLine?: string;
  /** CSV and TSV: the line on which the header stands, where lines above it were left out. */
  readonly headerLine?: number;
  /** CSV and TSV: the header record's own text, without its line end. */
  readonly headerRaw?: string;
  /**
   * CSV and TSV: the names of the columns, in order: the trimmed headings, or what `renamed` says. Without the `_import*`
   * columns of a failures file, and without headings that stand more than once.
   */
  readonly columns?: readonly string[];
  /** CSV and TSV: headings that are read under the name that the mapping has for them; absent when none. */
  readonly renamed?: readonly RenamedHeading[];
  /** CSV and TSV: how many blank cells every row has more than the header; absent when none. */
  readonly padding?: number;
  /** JSON: the dotted path to the array; absent at the top. */
  readonly records?: string;
  /** Whether a line end stands behind its last line, known once it was read to its end; never of JSON, whose end is a bracket. */
  readonly lastLineEnds?: boolean;
  /** Tells this state of the file from others, where there is one to tell: device, inode, bytes and time of the last change. */
  readonly fingerprint?: string;
  /** Of a failures file that a retry read: the id of the staged file whose rows it holds. */
  readonly retryOf?: number;
  /**
   * Of rows that a pass took along from an earlier run: the run that brought them first, when it began (ms since the epoch),
   * and how many they are; a reference file comes whole.
   */
  readonly carried?: { readonly run: string; readonly sinceMs: number; readonly rows?: number };
  /** Of a file of a join: of the files of that join the newest that has a key counts for it. */
  readonly newerWins?: true;
  /** What was detected rather than said, in words for the summary (`delimiter ";"`). */
  readonly detected: readonly string[];
  /** How its columns write numbers and dates, where the mapping does not say; rows read again later need it. */
  readonly styles?: ColumnStyles;
  /** What its blank cells are filled with, where the mapping fills any; rows read again later need it. */
  readonly fills?: Fills;
}

/** A heading as it stands in a file, and the name that the mapping has for it, which rows carry. */
export interface RenamedHeading {
  readonly heading: string;
  readonly name: string;
}

/** CSV and TSV: files with a header, whose cells are all text. */
export function isTable({ format }: Pick<FileInfo, "format">): boolean {
  return format === "csv" || format === "tsv";
}

/** What the mapping's `source:` says about a file; everything left out is detected. */
export interface SourceSettings {
  readonly format?: Format;
  readonly delimiter?: string;
  readonly quote?: "none";
  readonly encoding?: string;
  readonly records?: string;
  /** CSV and TSV: the line on which the header stands, from 1. */
  readonly headerLine?: number;
  /** CSV and TSV: the names of columns that a mapping reads. Headings that are almost the same are read under them. */
  readonly names?: readonly string[];
  /** CSV and TSV, by name: other headings of the column, such as those of other languages; the first that is there is taken. */
  readonly otherHeadings?: Readonly<Record<string, readonly string[]>>;
  /** CSV and TSV: what comparing with `names` gave when the file was opened before. */
  readonly renamed?: readonly RenamedHeading[];
}

/** An open input file: its facts first, then its rows once, in order. Disposing closes the file. */
export interface OpenInput extends AsyncDisposable {
  readonly info: FileInfo;
  /**
   * Rows in file order in flat memory, in batches. Throws `ImportError("INPUT_UNREADABLE")` for what no row can be blamed for.
   * Can be iterated once.
   */
  batches(): AsyncIterable<readonly Row[]>;
  /** As in `info`, complete after the last row. */
  lastLineEnds(): boolean | undefined;
  /** What only reading could detect, in words as `info.detected`: complete after the last row. */
  detectedLate(): readonly string[];
}
