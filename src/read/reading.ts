// What the reader of each format gives to open.ts.
import type { FileInfo, Row } from "../model/row.ts";

/** One file in one format: the facts that its format adds, and its rows, to be asked for once. */
export interface FormatRows {
  readonly facts: Pick<
    FileInfo,
    | "newline"
    | "delimiter"
    | "quote"
    | "separatorLine"
    | "headerLine"
    | "headerRaw"
    | "columns"
    | "renamed"
    | "padding"
    | "records"
  >;
  readonly detected: readonly string[];
  /** What is known after the last row only. */
  readonly detectedLate?: () => readonly string[];
  readonly rows: () => AsyncGenerator<readonly Row[]>;
}
