// Records of a delimited file: cells, their own text, and the line on which it starts. They are those that csv-parse cuts
// (test/read/csv-records.test.ts holds them against it), in a tenth of its time. Knows no header; wrong quotes are
// odd-quotes.ts's business.
import type { ImportError } from "../model/error.ts";
import type { CsvRecord } from "./csv-record.ts";
import { oddCells, readOddRecords } from "./odd-quotes.ts";
import type { Source } from "./source.ts";
import { maxRowBytes } from "./text/limits.ts";
import { carriageReturn, countLineEnds, lineFeed } from "./text/line-counter.ts";
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
  const cutAt = recordCutter(delimiter, quote);
  let text = "";
  let line = firstLine;
  for (let isWhole = false; !isWhole; ) {
    const read = await readOn(source, text);
    text = read.text;
    isWhole = read.isWhole;
    const records: CsvRecord[] = [];
    let at = 0;
    let cut: Cut | Uncut = "unfinished";
    while (at < text.length) {
      cut = cutAt(text, at, isWhole);
      if (cut === "unfinished" || cut === "odd") break;
      if (cut.cells.length > 0) {
        if (isTooLong(cut.raw)) throw tooLong(source.file, line);
        records.push(recordOf(cut, line));
      }
      line += cut.lineEnds;
      at = cut.end;
    }
    if (records.length > 0) yield records;
    text = text.slice(at);
    if (text === "") continue;
    if (cut !== "odd" && !isTooLong(withoutReturn(text))) continue;
    if (quote === "none") throw tooLong(source.file, line);
    // A row that is too long mostly has a quote that was never closed.
    yield* readOddRecords(source, { delimiter, fits, begun: text, firstLine: line });
    return;
  }
}

/** The cells of one record's own text, the same that `readRecords` gave. */
export function parseRecord(raw: string, delimiter: string, quote?: Quote): readonly string[] {
  const cutAt = recordCutter(delimiter, quote);
  for (let at = 0; at < raw.length; ) {
    const cut = cutAt(raw, at, true);
    if (cut === "unfinished" || cut === "odd") return textCells(oddCells(raw.slice(at), delimiter)).cells;
    if (cut.cells.length > 0) return textCells(cut.cells).cells;
    at = cut.end;
  }
  return [];
}

// About as much again as is there, so that a long row is not looked through for every piece.
async function readOn(source: Source, begun: string): Promise<{ readonly text: string; readonly isWhole: boolean }> {
  const pieces = [begun];
  for (let missing = Math.max(1, Math.min(begun.length, maxRowBytes - begun.length)); missing > 0; ) {
    const piece = await source.read();
    if (piece === undefined) return { text: pieces.join(""), isWhole: true };
    pieces.push(piece.toString("utf8"));
    missing -= piece.length;
  }
  return { text: pieces.join(""), isWhole: false };
}

/** What stands between two places of a text: a record, or a blank line, which has no cells. */
interface Cut {
  /** Trimmed. */
  readonly cells: readonly string[];
  /** Without its line end. */
  readonly raw: string;
  /** Behind its line end. */
  readonly end: number;
  /** How many lines end in it. */
  readonly lineEnds: number;
  readonly isEnded: boolean;
}

/** Why nothing can be cut: more text has to come, or a quote stands where it should not. */
type Uncut = "unfinished" | "odd";

/** Cuts what begins at a place of a text; `isWhole` says that the file ends with the text. */
type Cutter = (text: string, start: number, isWhole: boolean) => Cut | Uncut;

function recordCutter(delimiter: string, quote: Quote): Cutter {
  const delimiterCode = delimiter.charCodeAt(0);
  const quoteCode = quote === "none" ? noQuote : quotation;
  const isSpace = (code: number): boolean => isBlank(code) && code !== delimiterCode;
  const endsCell = (code: number): boolean =>
    code === delimiterCode || code === lineFeed || code === carriageReturn || code === noCode;
  const afterSpace = (text: string, from: number): number => {
    let at = from;
    while (isSpace(codeAt(text, at))) at += 1;
    return at;
  };
  const bounds: number[] = []; // of the cells of the record at hand: start and end of each

  return (text, start, isWhole) => {
    if (!isWhole && !text.includes("\n", start) && !text.includes("\r", start)) return "unfinished";
    let hasQuotes = false;
    let at = start;
    bounds.length = 0;
    for (; ; at += 1) {
      const first = afterSpace(text, at);
      let code = codeAt(text, first);
      if (code === quoteCode) {
        const closing = closingQuote(text, first);
        at = closing === -1 ? text.length : afterSpace(text, closing + 1);
        if (at === text.length && !isWhole) return "unfinished";
        code = codeAt(text, at);
        if (closing === -1 || !endsCell(code)) return "odd";
        bounds.push(first + 1, closing);
        hasQuotes = true;
      } else {
        at = first;
        while (!endsCell(code)) {
          if (code === quoteCode) return "odd";
          at += 1;
          code = codeAt(text, at);
        }
        let last = at;
        while (last > first && isSpace(text.charCodeAt(last - 1))) last -= 1;
        bounds.push(first, last);
      }
      if (code !== delimiterCode) break;
    }
    const isEnded = at < text.length;
    const isReturn = isEnded && text.charCodeAt(at) === carriageReturn;
    if (!isWhole && at + (isReturn ? 1 : 0) >= text.length) return "unfinished";
    const end = isReturn && codeAt(text, at + 1) === lineFeed ? at + 2 : at + 1;
    const lineEnd = isEnded ? 1 : 0;
    if (!hasQuotes && bounds.length === 2 && bounds[0] === bounds[1]) {
      return { cells: [], raw: "", end, lineEnds: lineEnd, isEnded };
    }
    const raw = ownText(text, start, at);
    const cells: string[] = [];
    for (let cell = 0; cell < bounds.length; cell += 2) {
      const from = (bounds[cell] ?? 0) - start;
      const written = raw.slice(from, (bounds[cell + 1] ?? 0) - start);
      const isQuoted = hasQuotes && from > 0 && raw.charCodeAt(from - 1) === quotation;
      cells.push(isQuoted ? written.replaceAll('""', '"').trim() : written);
    }
    return { cells, raw, end, lineEnds: lineEnd + (hasQuotes ? countLineEnds(raw) : 0), isEnded };
  };
}

const quotation = 0x22;
const space = 0x20;
const lastAscii = 0x7f;
/** What stands behind the end of a text: no character. */
const noCode = -1;
const noQuote = -2;

function codeAt(text: string, at: number): number {
  return at < text.length ? text.charCodeAt(at) : noCode;
}

// White space that ends no line.
function isBlank(code: number): boolean {
  if (code > space && code <= lastAscii) return false;
  if (code === space) return true;
  return code !== lineFeed && code !== carriageReturn && code !== noCode && String.fromCharCode(code).trim() === "";
}

// The place of the quote that closes; -1 when none does.
function closingQuote(text: string, opening: number): number {
  for (let at = text.indexOf('"', opening + 1); at !== -1; at = text.indexOf('"', at + 2)) {
    if (text.charCodeAt(at + 1) !== quotation) return at;
  }
  return -1;
}

// V8 gives a part of a text as a view of it, which keeps all of it in memory for as long as the part is kept. Of a text that
// was put together anew, however, nothing but that is kept.
function ownText(text: string, start: number, end: number): string {
  return ` ${text.slice(start, end)}`.slice(1);
}

function recordOf({ cells, raw, isEnded }: Cut, line: number): CsvRecord {
  if (isEnded && !hasTextFormula(cells)) return { cells, raw, line };
  return { ...textCells(cells), raw, line, ...(isEnded ? {} : { isEnded }) };
}

function isTooLong(text: string): boolean {
  return text.length > maxRowBytes / mostBytes && Buffer.byteLength(text) > maxRowBytes;
}

const mostBytes = 3; // of a UTF-16 code unit in UTF-8

function withoutReturn(text: string): string {
  return text.endsWith("\r") ? text.slice(0, -1) : text;
}

function tooLong(file: string, line: number): ImportError {
  return rowTooLong(file, line, "look for a quote in this row that is opened and never closed");
}
