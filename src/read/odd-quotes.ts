// Records of a delimited file in which quotes stand where they should not. A quote inside an unquoted cell is text. A
// quoted cell that is not closed as it should be is its own row's fault, and the next row is read right, as long as the
// text shows where that begins. csv-records.ts reads all that is sound.
import type { CsvRecord, QuoteFault } from "./csv-record.ts";
import type { Source } from "./source.ts";
import { maxRowBytes } from "./text/limits.ts";
import { countLineEnds } from "./text/line-counter.ts";
import { rowTooLong, unreadable } from "./text/unreadable.ts";
import { textCells } from "./text-formula.ts";

/** What reading goes by. */
interface OddOptions {
  readonly delimiter: string;
  /** What was read of the file and is not yet a record, and the line that it begins on. */
  readonly begun: string;
  readonly firstLine: number;
  /** Whether trimmed cells fit the header; it is asked for the first time after the header was given. */
  readonly fits: (cells: readonly string[]) => boolean;
}

/**
 * The records from here on, those that came out of one piece of the file together. Throws `INPUT_UNREADABLE` where a
 * quote is wrong and nothing shows where the next row begins.
 */
export async function* readOddRecords(source: Source, options: OddOptions): AsyncGenerator<readonly CsvRecord[]> {
  const { delimiter, fits } = options;
  let text = options.begun;
  let line = options.firstLine;
  let at = 0;
  let isWhole = false;
  let records: CsvRecord[] = [];
  // Twice as much each time, so that a long row is not looked through for every piece.
  const readOn = async (): Promise<void> => {
    const pieces = [text.slice(at)];
    let missing = Math.max(1, text.length - at);
    for (; missing > 0 && !isWhole; ) {
      const piece = await source.read();
      if (piece === undefined) isWhole = true;
      else pieces.push(piece.toString("utf8"));
      missing -= piece?.length ?? 0;
    }
    text = pieces.join("");
    at = 0;
  };
  for (;;) {
    const found = recordAt(text, at, delimiter);
    const isInSight = text.length - at > maxRowBytes || isWhole;
    if (!isInSight && (found === undefined || neededFor(found) > text.length)) {
      if (records.length > 0) yield records;
      records = [];
      await readOn();
      continue;
    }
    if (found === undefined) break;
    if (found.end - found.start > maxRowBytes) throw rowTooLong(source.file, line, openQuote);
    line += countLineEnds(text.slice(at, found.start));
    const end = found.fault === undefined ? found.end : endOfFaulty(text, found, delimiter, fits);
    if (end === undefined) throw inDoubt(source.file, line, text.slice(found.start), found.fault);
    const whole = text.slice(found.start, end);
    const { cells, fault } = found;
    const raw = whole.replace(lineEnd, "");
    records.push({
      ...textCells(cells),
      raw,
      line,
      ...(raw.length === whole.length ? { isEnded: false as const } : {}),
      ...(fault === undefined ? {} : { fault }),
    });
    line += countLineEnds(whole);
    at = end;
  }
  if (records.length > 0) yield records;
}

/** The trimmed cells of one record's own text, up to the one whose quotes are wrong. */
export function oddCells(raw: string, delimiter: string): readonly string[] {
  return recordAt(raw, 0, delimiter)?.cells ?? [];
}

/** So many characters below a row in doubt are looked at. */
const sight = 64 * 1024;
const lineEnd = /(?:\r\n|\n|\r)$/;
const openQuote = "look for a quote in this row that is opened and never closed";
const neverClosed = "a quote is opened and never closed";

/** How much of the text has to be there: a row that reaches its end may go on, and one in doubt is judged by those below. */
function neededFor({ end, fault, isClosed }: FoundRecord): number {
  if (!isClosed) return Number.POSITIVE_INFINITY;
  return fault === undefined ? end + 1 : end + sight;
}

interface FoundRecord {
  /** Behind blank lines. */
  readonly start: number;
  /** Behind the line end; of a faulty record behind that of the line on which the faulty cell begins. */
  readonly end: number;
  /** Trimmed; of a faulty record those before the fault. */
  readonly cells: readonly string[];
  readonly fault?: QuoteFault;
  /** Where the faulty cell's quote stands. */
  readonly opening: number;
  /** A quote that may close the faulty cell stands somewhere in the text. */
  readonly isClosed: boolean;
  /** The quote that should close the faulty cell stands on the same line. */
  readonly isClosedOnLine: boolean;
  /** A quote stands inside an unquoted cell. */
  readonly hasStray: boolean;
}

/** The next record that is not blank; undefined at the end of the text. */
function recordAt(text: string, from: number, delimiter: string): FoundRecord | undefined {
  for (let start = from; start < text.length; ) {
    const cells: string[] = [];
    let hasStray = false;
    for (let at = start; ; at += 1) {
      const opening = afterSpace(text, at, delimiter);
      if (text[opening] !== '"') {
        const end = endOfPlain(text, opening, delimiter);
        const cell = text.slice(opening, end).trim();
        hasStray ||= cell.includes('"');
        cells.push(cell);
        at = end;
      } else {
        const closing = closingQuote(text, opening);
        const end = closing === -1 ? -1 : afterSpace(text, closing + 1, delimiter);
        if (end === -1 || !isEndOfCell(text, end, delimiter)) {
          const line = afterLine(text, opening);
          const isClosedOnLine = closing !== -1 && closing < line;
          const what = isClosedOnLine ? "text follows the quote that closes the cell" : neverClosed;
          const fault = { cell: cells.length, what };
          return { start, end: line, cells, fault, opening, isClosed: closing !== -1, isClosedOnLine, hasStray };
        }
        cells.push(
          text
            .slice(opening + 1, closing)
            .replaceAll('""', '"')
            .trim(),
        );
        at = end;
      }
      if (text[at] === delimiter) continue;
      const end = afterLine(text, at);
      if (cells.length === 1 && text.slice(start, at).trim() === "") {
        start = end;
        break;
      }
      return { start, end, cells, opening: -1, isClosed: true, isClosedOnLine: true, hasStray };
    }
  }
  return undefined;
}

/**
 * Where a faulty record ends: with the line on which its wrong quote stands, when the rows below are whole by themselves;
 * else where a quote before a delimiter or a line end closes the cell. Undefined when neither can be told.
 */
function endOfFaulty(
  text: string,
  faulty: FoundRecord,
  delimiter: string,
  fits: OddOptions["fits"],
): number | undefined {
  const closed = endIfClosed(text, faulty, delimiter);
  if (closed?.end === faulty.end) return faulty.end;
  const longer = closed !== undefined && fits(closed.cells) ? closed.end : undefined;
  const isWholeLine = fits(lineCells(text, faulty, delimiter));
  if (standByThemselves(text, faulty.end, isWholeLine ? undefined : longer, delimiter, fits)) return faulty.end;
  if (longer !== undefined && standByThemselves(text, longer, undefined, delimiter, fits)) return longer;
  // A cell that is closed on its line, though not as it should be, hardly goes on below it.
  return faulty.isClosedOnLine ? faulty.end : undefined;
}

/** The record when a quote closes its faulty cells only before a delimiter or a line end. */
function endIfClosed(
  text: string,
  { cells: before, opening }: FoundRecord,
  delimiter: string,
): { readonly end: number; readonly cells: readonly string[] } | undefined {
  const cells = [...before];
  for (let at = opening; ; at += 1) {
    const start = afterSpace(text, at, delimiter);
    const end = text[start] === '"' ? looseEnd(text, start, delimiter) : endOfPlain(text, start, delimiter);
    if (end === undefined) return undefined;
    cells.push(text.slice(start, end));
    if (text[end] !== delimiter) return { end: afterLine(text, end), cells };
    at = end;
  }
}

function looseEnd(text: string, opening: number, delimiter: string): number | undefined {
  const last = Math.min(text.length, opening + sight);
  for (let quote = text.indexOf('"', opening + 1); quote !== -1 && quote < last; quote = text.indexOf('"', quote + 1)) {
    const after = afterSpace(text, quote + 1, delimiter);
    if (isEndOfCell(text, after, delimiter)) return after;
  }
  return undefined;
}

/** Whether the next few rows, up to an end, are rows for themselves: sound, or wrong in a line with the right number of cells. */
function standByThemselves(
  text: string,
  from: number,
  until: number | undefined,
  delimiter: string,
  fits: OddOptions["fits"],
): boolean {
  let at = from;
  for (let count = 0; count < rowsBelow; count += 1) {
    const next = recordAt(text, at, delimiter);
    if (next === undefined) return true;
    if (next.fault === undefined ? next.hasStray && until !== undefined : !fits(lineCells(text, next, delimiter)))
      return false;
    if (next.fault === undefined && !fits(next.cells)) return false;
    at = next.end;
    if (at >= (until ?? 0)) return true;
  }
  return true;
}

const rowsBelow = 3;

function lineCells(text: string, { start, end }: FoundRecord, delimiter: string): readonly string[] {
  return text.slice(start, end).split(delimiter);
}

// The place of the quote that closes; -1 when none does.
function closingQuote(text: string, opening: number): number {
  for (let at = text.indexOf('"', opening + 1); at !== -1; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at;
  }
  return -1;
}

function endOfPlain(text: string, from: number, delimiter: string): number {
  let at = from;
  while (!isEndOfCell(text, at, delimiter)) at += 1;
  return at;
}

function isEndOfCell(text: string, at: number, delimiter: string): boolean {
  const character = text[at];
  return character === undefined || character === delimiter || character === "\n" || character === "\r";
}

function afterSpace(text: string, from: number, delimiter: string): number {
  let at = from;
  while (!isEndOfCell(text, at, delimiter) && (text[at] === " " || text[at]?.trim() === "")) at += 1;
  return at;
}

function afterLine(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== "\n" && text[at] !== "\r") at += 1;
  return text[at] === "\r" && text[at + 1] === "\n" ? at + 2 : Math.min(at + 1, text.length);
}

function inDoubt(file: string, line: number, rest: string, fault: QuoteFault | undefined) {
  const [first = ""] = rest.split(/\r\n|\n|\r/, 1);
  const shown = first.length > 100 ? `${first.slice(0, 99)}…` : first;
  const where = fault === undefined ? "" : ` in cell ${fault.cell + 1}`;
  return unreadable(
    file,
    `${fault?.what ?? "a quote is wrong"}${where}, and it is not clear where the next row begins: ${shown}`,
    {
      line,
      hint: `correct this row: a quote inside a quoted cell is written twice, "5"" pipe"; if this file never puts cells in quotes, say so in the mapping: source: { quote: none }`,
    },
  );
}
