// A record of a delimited file, as its readers give it.

/** What is wrong with the quotes of a record, and in which of its cells (from 0). */
export interface QuoteFault {
  readonly cell: number;
  readonly what: string;
}

/** One record, header or row. */
export interface CsvRecord {
  /** Trimmed, by position. */
  readonly cells: readonly string[];
  /** Its text as it stands in the file, without its line end. */
  readonly raw: string;
  /** The line on which it starts, from 1. */
  readonly line: number;
  /** False when no line end stands behind it: it is the last, and may be cut off. */
  readonly isEnded?: false;
  /** Which of the cells (from 0) were written as `="00123"`, a spreadsheet's way to say text. */
  readonly formulas?: readonly number[];
  /** What is wrong with its quotes; then `cells` are those before. */
  readonly fault?: QuoteFault;
}
