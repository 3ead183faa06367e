// Records of a delimited file, by csv-parse. Adds what csv-parse does not give: the record's own text and the line on
// which it starts (its `raw` loses bytes, and its `lines` counts CR LF inside quotes twice). Knows no header.
import { CsvError, type Options, Parser } from "csv-parse";
import { parse } from "csv-parse/sync";
import type { ImportError } from "../model/error.ts";
import type { Source } from "./source.ts";
import { maxRowBytes } from "./text/limits.ts";
import { carriageReturn, countLineEnds } from "./text/line-counter.ts";
import { rowTooLong, unreadable } from "./text/unreadable.ts";

type Quote = "none" | undefined;

/** One record, header or row. */
export interface CsvRecord {
  /** Trimmed, by position. */
  readonly cells: readonly string[];
  /** Its text as it stands in the file, without its line end. */
  readonly raw: string;
  /** The line on which it starts, from 1. */
  readonly line: number;
}

/**
 * All records in order, as they come out of one piece of the file, which begins on `firstLine`. Blank lines are no records.
 * Throws `INPUT_UNREADABLE` with the line on which the record starts for a quote that does not fit and for a record over 8 MB.
 */
export async function* readRecords(
  source: Source,
  { delimiter, quote, firstLine }: { readonly delimiter: string; readonly quote?: Quote; readonly firstLine: number },
): AsyncGenerator<readonly CsvRecord[]> {
  const pending = pendingText(source.file, delimiter, firstLine);
  let records: CsvRecord[] = [];
  const parser = new Parser({
    ...options(delimiter, quote),
    // Called within `write`; returning nothing keeps the records out of the stream, which costs more than parsing them.
    on_record: (cells: string[], { bytes }) => {
      records.push(pending.take(cells, bytes));
      return undefined;
    },
  });
  parser.on("error", () => {}); // the same error reaches the callbacks of `write` and `end`
  parser.resume();
  try {
    for (let piece = await source.read(); piece !== undefined; piece = await source.read()) {
      pending.add(piece);
      await written(parser, piece);
      pending.checkLength();
      if (records.length > 0) yield records;
      records = [];
    }
    await written(parser, undefined);
    if (records.length > 0) yield records;
  } catch (error) {
    throw error instanceof CsvError ? quoteFault(source.file, pending.line(), error) : error;
  } finally {
    parser.destroy();
  }
}

/** The cells of one record's own text, the same that `readRecords` gave. */
export function parseRecord(raw: string, delimiter: string, quote?: Quote): readonly string[] {
  const [record = []] = parse(raw, options(delimiter, quote)) as string[][];
  return record.map((cell) => cell.trim());
}

function options(delimiter: string, quote: Quote): Options {
  return {
    delimiter,
    ...(quote === "none" ? { quote: null } : {}),
    record_delimiter: ["\r\n", "\n", "\r"],
    trim: true,
    skip_empty_lines: true,
    relax_column_count: true,
  };
}

function written(parser: Parser, piece: Buffer | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error | null) => (error == null ? resolve() : reject(error));
    if (piece === undefined) parser.end(settle);
    else parser.write(piece, settle);
  });
}

// The bytes since the end of the last record, and where they stand in the file.
function pendingText(file: string, delimiter: string, firstLine: number) {
  let bytes: Buffer = Buffer.alloc(0);
  let offset = 0;
  let line = firstLine;
  // White space that is no delimiter: csv-parse trims the same set as String.prototype.trim.
  const blankLine = new RegExp(`[^\\S\\r\\n${/\s/.test(delimiter) ? delimiter : ""}]*(?:\\r\\n|\\n|\\r)`, "y");
  const withoutBlankLines = (text: string): string => {
    let start = 0;
    for (blankLine.lastIndex = 0; blankLine.test(text); line++) start = blankLine.lastIndex;
    return text.slice(start);
  };
  return {
    add(piece: Buffer): void {
      bytes = bytes.length === 0 ? piece : Buffer.concat([bytes, piece]);
    },
    take(cells: readonly string[], end: number): CsvRecord {
      const length = end - offset;
      const text = withoutBlankLines(bytes.toString("utf8", 0, length));
      const raw = withoutLineEnd(text);
      if (length > maxRowBytes && Buffer.byteLength(raw) > maxRowBytes) throw tooLong(file, line);
      const record = { cells: cells.map((cell) => cell.trim()), raw, line };
      line += countLineEnds(text);
      bytes = bytes.subarray(length);
      offset = end;
      return record;
    },
    /** The line on which the record starts that was not finished. */
    line(): number {
      withoutBlankLines(bytes.toString("utf8"));
      return line;
    },
    checkLength(): void {
      if (bytes.length <= maxRowBytes) return;
      const end = bytes.length - (bytes.at(-1) === carriageReturn ? 1 : 0); // its line feed may be still to come
      const kept = Buffer.byteLength(withoutBlankLines(bytes.toString("utf8", 0, end))) + bytes.length - end;
      if (kept > maxRowBytes) throw tooLong(file, line);
      offset += bytes.length - kept;
      bytes = bytes.subarray(bytes.length - kept);
    },
  };
}

function withoutLineEnd(text: string): string {
  if (text.endsWith("\r\n")) return text.slice(0, -2);
  return text.endsWith("\n") || text.endsWith("\r") ? text.slice(0, -1) : text;
}

function tooLong(file: string, line: number): ImportError {
  return rowTooLong(file, line, "look for a quote in this row that is opened and never closed");
}

function quoteFault(file: string, line: number, error: CsvError): ImportError {
  const cell = typeof error.column === "number" ? ` in cell ${error.column + 1}` : "";
  const never = "if this file never puts cells in quotes, say so in the mapping: source: { quote: none }";
  const doubled = `a cell that holds a quote is written in quotes with the quote doubled: "5"" pipe"; ${never}`;
  switch (error.code) {
    case "INVALID_OPENING_QUOTE":
      return unreadable(file, `a quote stands in the middle of an unquoted cell${cell}`, {
        line,
        hint: doubled,
        cause: error,
      });
    case "CSV_INVALID_CLOSING_QUOTE":
    case "CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE":
      return unreadable(file, `text follows a closing quote${cell}`, { line, hint: doubled, cause: error });
    case "CSV_QUOTE_NOT_CLOSED":
      return unreadable(file, `a quote is opened${cell} and never closed`, {
        line,
        hint: `close the quote in the row that starts at this line; ${never}`,
        cause: error,
      });
    default:
      return unreadable(file, `this row cannot be read: ${error.message}`, { line, hint: doubled, cause: error });
  }
}
