// Records of a delimited file, by csv-parse. Adds what csv-parse does not give: the record's own text and the line on
// which it starts (its `raw` loses bytes, and its `lines` counts CR LF inside quotes twice). Knows no header.
import { CsvError, type Options, Parser } from "csv-parse";
import { parse } from "csv-parse/sync";
import type { ImportError } from "../model/error.ts";
import type { CsvRecord } from "./csv-record.ts";
import { oddCells, readOddRecords } from "./odd-quotes.ts";
import type { Source } from "./source.ts";
import { maxRowBytes } from "./text/limits.ts";
import { carriageReturn, countLineEnds } from "./text/line-counter.ts";
import { rowTooLong } from "./text/unreadable.ts";
import { hasTextFormula, textCells } from "./text-formula.ts";

type Quote = "none" | undefined;

/** How records are cut. */
interface RecordOptions {
  readonly delimiter: string;
  readonly quote?: Quote;
  readonly firstLine: number;
  /** Whether cells fit the header; asked after the header was given. */
  readonly fits?: (cells: readonly string[]) => boolean;
}

/**
 * All records in order, as they come out of one piece of the file, which begins on `firstLine`. Blank lines are no records.
 * Throws `INPUT_UNREADABLE` with the line on which the record starts for a record over 8 MB, and for a wrong quote behind
 * which no row can be told from the next.
 */
export async function* readRecords(
  source: Source,
  { delimiter, quote, firstLine, fits = () => true }: RecordOptions,
): AsyncGenerator<readonly CsvRecord[]> {
  const pending = pendingText(source.file, delimiter, firstLine);
  let records: CsvRecord[] = [];
  const odd = () => readOddRecords(source, { delimiter, fits, ...pending.rest() });
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
      if (records.length > 0) yield records;
      records = [];
      if (!pending.isTooLong()) continue;
      if (quote === "none") throw pending.tooLong();
      // Mostly a quote that was never closed.
      yield* odd();
      return;
    }
    await written(parser, undefined);
    if (records.length > 0) yield records;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // csv-parse cannot go on behind a quote that it does not expect.
    if (records.length > 0) yield records;
    yield* odd();
  } finally {
    parser.destroy();
  }
}

/** The cells of one record's own text, the same that `readRecords` gave. */
export function parseRecord(raw: string, delimiter: string, quote?: Quote): readonly string[] {
  return textCells(cutRecord(raw, delimiter, quote).map((cell) => cell.trim())).cells;
}

function cutRecord(raw: string, delimiter: string, quote: Quote): readonly string[] {
  try {
    const [record = []] = parse(raw, options(delimiter, quote)) as string[][];
    return record;
  } catch (error) {
    if (error instanceof CsvError) return oddCells(raw, delimiter);
    throw error;
  }
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
      const trimmed = cells.map((cell) => cell.trim());
      const isPlain = raw.length < text.length && !hasTextFormula(trimmed);
      const record = isPlain ? { cells: trimmed, raw, line } : oddRecord(trimmed, raw, line, raw.length < text.length);
      line += countLineEnds(text);
      bytes = bytes.subarray(length);
      offset = end;
      return record;
    },
    /** What was not finished, and the line that it begins on. */
    rest: () => ({ begun: bytes.toString("utf8"), firstLine: line }),
    tooLong: () => tooLong(file, line),
    isTooLong(): boolean {
      if (bytes.length <= maxRowBytes) return false;
      const end = bytes.length - (bytes.at(-1) === carriageReturn ? 1 : 0); // its line feed may be still to come
      const kept = Buffer.byteLength(withoutBlankLines(bytes.toString("utf8", 0, end))) + bytes.length - end;
      offset += bytes.length - kept;
      bytes = bytes.subarray(bytes.length - kept);
      return kept > maxRowBytes;
    },
  };
}

function oddRecord(cells: readonly string[], raw: string, line: number, isEnded: boolean): CsvRecord {
  return { ...textCells(cells), raw, line, ...(isEnded ? {} : { isEnded }) };
}

function withoutLineEnd(text: string): string {
  if (text.endsWith("\r\n")) return text.slice(0, -2);
  return text.endsWith("\n") || text.endsWith("\r") ? text.slice(0, -1) : text;
}

function tooLong(file: string, line: number): ImportError {
  return rowTooLong(file, line, "look for a quote in this row that is opened and never closed");
}
