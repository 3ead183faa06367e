// Records of a delimited file that are no rows of its table: a header that stands again where exports were put together,
// and lines of a report below its table («3 record(s) downloaded»). They become rows that are left out, each for a reason.
// Not here: rows of blank cells, which are none at all (csv.ts).
import type { Problem } from "../model/problem.ts";
import { countText } from "../model/text/count-text.ts";
import type { CsvRecord } from "./csv-record.ts";
import { foldHeading } from "./headings.ts";
import type { Layout } from "./table-layout.ts";

type Reason = Pick<Problem, "code" | "message">;

/** Watches the records of one file pass by, in their order. */
export interface LeftOutWatch {
  /** The records again, in batches, with those held back at the end that are judged together. */
  withoutEnd(
    early: readonly CsvRecord[],
    later: AsyncIterable<readonly CsvRecord[]>,
  ): AsyncGenerator<readonly CsvRecord[]>;
  /** Why a record is no row of the table; to be asked of each once, in their order. */
  reasonFor(record: CsvRecord): Reason | undefined;
  /** What was left out and unwrapped, in words, once everything was read. */
  inWords(): readonly string[];
}

/** A watch for the records below a header with these trimmed cells. */
export function watchLeftOut(header: readonly string[], { columns, shape }: Layout): LeftOutWatch {
  const own = header.slice(0, shape.own);
  const firstOfHeader = own.findIndex((cell) => cell !== "");
  const formulas = new Map<number, number>();
  const footers = new Map<CsvRecord, Reason>();
  const linesOfFooters: number[] = [];
  const linesOfHeaders: number[] = []; // the first few
  let headers = 0;
  let firstFooter = "";
  let unreadable = 0;
  const seen: TableSeen = {
    rows: 0,
    hasLoneCell: false,
    hasSpaceInFirst: false,
    hasSparseRow: false,
  };

  const isHeaderAgain = ({ cells }: CsvRecord): boolean =>
    columns.length > 1 &&
    cells[firstOfHeader] === own[firstOfHeader] &&
    own.every((cell, at) => cell === (cells[at] ?? "")) &&
    isNoData(own);
  const note = (record: CsvRecord): void => {
    const { cells } = record;
    const first = cells[0] ?? "";
    seen.rows += 1;
    if (record.fault !== undefined) {
      unreadable += 1;
      return;
    }
    if (cells.length === 1) seen.hasLoneCell = true;
    else {
      if (!seen.hasSpaceInFirst && first.includes(" ")) seen.hasSpaceInFirst = true;
      if (!seen.hasSparseRow && isSparse(cells)) seen.hasSparseRow = true;
    }
    for (const at of record.formulas ?? []) formulas.set(at, (formulas.get(at) ?? 0) + 1);
  };
  const judgeEnd = (held: readonly CsvRecord[]): void => {
    for (const record of held.toReversed()) {
      if (!isFooter(record, seen)) break;
      const text = record.cells.find((cell) => cell !== "") ?? "";
      footers.set(record, { code: "footer_row", message: `a line below the table, not a row of it: "${cut(text)}"` });
      linesOfFooters.unshift(record.line);
      firstFooter = text;
    }
  };

  return {
    async *withoutEnd(early, later) {
      let held: CsvRecord[] = [];
      const pass = (records: readonly CsvRecord[]): readonly CsvRecord[] => {
        const given: CsvRecord[] = [];
        for (const record of records) {
          if (mayBeFooter(record, columns.length) && held.length < mostFooters) {
            held.push(record);
            continue;
          }
          given.push(...held);
          for (const before of held) note(before);
          held = [];
          given.push(record);
          note(record);
        }
        return given;
      };
      const atOnce = pass(early);
      if (atOnce.length > 0) yield atOnce;
      for await (const records of later) {
        const given = pass(records);
        if (given.length > 0) yield given;
      }
      judgeEnd(held);
      if (held.length > 0) yield held;
    },
    reasonFor(record) {
      const footer = footers.get(record);
      if (footer !== undefined) return footer;
      if (!isHeaderAgain(record)) return undefined;
      headers += 1;
      if (headers <= mostLines) linesOfHeaders.push(record.line);
      return {
        code: "repeated_header",
        message: "the header comes again here: several exports were put into one file",
      };
    },
    inWords: () => [
      ...(unreadable < 2
        ? []
        : [
            `${countText(unreadable)} rows with wrong quotes; if this file never puts cells in quotes, say so in the mapping: source: { quote: none }`,
          ]),
      ...(linesOfHeaders.length === 0
        ? []
        : [`the header comes again on ${linesText(linesOfHeaders, headers)}, left out`]),
      ...(linesOfFooters.length === 0
        ? []
        : [
            `no rows of the table at its end, left out: ${linesText(linesOfFooters, linesOfFooters.length)} ("${cut(firstFooter)}")`,
          ]),
      ...[...formulas].map(
        ([at, count]) =>
          `column ${JSON.stringify(header[at] ?? "")}: ${countText(count)} cell${count === 1 ? "" : "s"} written as ="…", read as the text in the quotes`,
      ),
    ],
  };
}

/** What is known of the table above its last lines. */
interface TableSeen {
  rows: number;
  /** A record has a single cell: lines are broken in two, so that one at the end may be such a piece. */
  hasLoneCell: boolean;
  /** Texts with a space stand in the first column. */
  hasSpaceInFirst: boolean;
  /** A record has one filled cell and no more. */
  hasSparseRow: boolean;
}

const mostFooters = 50;
const mostLines = 5;

/** Quick and often asked: a single filled cell in a table of several columns, without a fault of its own. */
function mayBeFooter({ cells, fault }: CsvRecord, columns: number): boolean {
  if (fault !== undefined || columns < 2) return false;
  if (cells.length === 1) return true;
  return columns > 2 && isSparse(cells);
}

// A line with fewer cells than the table may be cut off, or the rest of a broken one: it is a footer only when it reads
// like a sentence, and not like what stands in that place.
function isFooter({ cells, isEnded }: CsvRecord, seen: TableSeen): boolean {
  if (seen.rows === 0) return false;
  const text = cells.find((cell) => cell !== "") ?? "";
  if (!isSentence.test(text) && !isRule.test(text) && !endWords.has(text.toLowerCase())) return false;
  if (cells.length === 1) return !seen.hasLoneCell && (isEnded !== false || !seen.hasSpaceInFirst);
  return !seen.hasSparseRow && (cells[0] === "" || !seen.hasSpaceInFirst);
}

const isSentence = /\S\s+\S|[:=]/;
const isRule = /^[^\p{L}\p{N}]{3,}$/u;
const endWords: ReadonlySet<string> = new Set(["end", "eof", "ende", "fin", "total", "totals"]);

// A header of numbers would stand again wherever a row has the same.
function isNoData(header: readonly string[]): boolean {
  return header.some((cell) => /\p{L}/u.test(foldHeading(cell)));
}

function isSparse(cells: readonly string[]): boolean {
  let filled = 0;
  for (const cell of cells) {
    if (cell !== "") filled += 1;
    if (filled > 1) return false;
  }
  return true;
}

function linesText(lines: readonly number[], count: number): string {
  const shown = lines.slice(0, mostLines).join(", ");
  if (count > mostLines) return `${countText(count)} lines (${shown} …)`;
  return count === 1 ? `line ${shown}` : `lines ${shown}`;
}

function cut(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
