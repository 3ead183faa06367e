// On which line the header of a delimited file stands. Reports have titles above their tables; the mapping says how many,
// or its columns tell. Where there is no mapping yet, the widths of the lines do.

import { parseRecord } from "./csv-records.ts";
import { delimiters } from "./delimiter.ts";
import { chooseFormat } from "./format.ts";
import { countNames, foldHeading } from "./headings.ts";
import { openSource, type Source } from "./source.ts";
import { peek } from "./text/byte-reader.ts";
import { sampleBytes } from "./text/limits.ts";
import { unreadable } from "./text/unreadable.ts";

/** What the search goes by. */
interface HeaderClues {
  /** The line that the next byte of the file is on, from 1. */
  readonly firstLine: number;
  /** The line that the mapping says. */
  readonly said: number | undefined;
  /** The names that the mapping reads. */
  readonly names: readonly string[] | undefined;
  readonly delimiters: readonly string[];
}

/** Where the header stands, and what was found out about it. */
interface FoundHeader {
  /** Absent where nothing stands above it. */
  readonly headerLine?: number;
  readonly firstLine: number;
  readonly detected: readonly string[];
}

/**
 * Reads away what stands above the header: what `said` says, else the lines above that one of the first 20 which names
 * clearly more of the mapping's columns than the first line does. Throws `INPUT_UNREADABLE` for a said line beyond the end.
 */
export async function takeTitleLines(source: Source, clues: HeaderClues): Promise<FoundHeader> {
  const { firstLine, said, names } = clues;
  const none = { firstLine, detected: [] };
  if (said === undefined && (names === undefined || names.length === 0)) return none;
  const head = await peek(source, sampleBytes);
  const lines = linesOf(head.toString("utf8"), said === undefined ? linesSearched : said - firstLine + 1);
  const at = said === undefined ? bestLine(lines, names ?? [], clues.delimiters) : Math.max(0, said - firstLine);
  if (at === 0) return none;
  const header = lines[at];
  if (header === undefined) {
    throw unreadable(source.file, `source.header_line: ${said}, but the file has no such line near its beginning`, {
      hint: "name the line that has the column names; the first line of the file is 1",
    });
  }
  const bytes = (await source.read()) ?? head;
  source.unread(bytes.subarray(Buffer.byteLength(lines.slice(0, at).join(""))));
  const headerLine = firstLine + at;
  return {
    headerLine,
    firstLine: headerLine,
    detected: said === undefined ? [foundText(headerLine, lines.slice(0, at))] : [],
  };
}

const linesSearched = 20;

// With their line ends.
function linesOf(text: string, most: number): readonly string[] {
  const lines: string[] = [];
  const line = /[^\r\n]*(?:\r\n|\n|\r|$)/y;
  while (lines.length < most && line.lastIndex < text.length) lines.push(line.exec(text)?.[0] ?? "");
  return lines;
}

function bestLine(lines: readonly string[], names: readonly string[], delimiters: readonly string[]): number {
  const folded = new Set(names.map(foldHeading));
  const scores = lines.map((line) =>
    Math.max(...delimiters.map((delimiter) => countNames(cellsOf(line, delimiter), folded))),
  );
  const first = scores[lines.findIndex((line) => line.trim() !== "")] ?? 0;
  const best = Math.max(...scores);
  const isClear = best > 2 * first && best >= Math.min(2, folded.size);
  return isClear ? scores.indexOf(best) : 0;
}

// Good enough to recognise names: a delimiter within quotes cuts a cell that is no name.
function cellsOf(line: string, delimiter: string): readonly string[] {
  return line.split(delimiter).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
}

function foundText(headerLine: number, above: readonly string[]): string {
  const filled = above.map((line) => line.trim()).filter((line) => line !== "");
  const [first = ""] = filled;
  if (filled.length === 0) return `header on line ${headerLine}`;
  const shown = first.length > 40 ? `${first.slice(0, 39)}…` : first;
  const what =
    filled.length === 1
      ? `the line above it is left out: "${shown}"`
      : `${filled.length} lines above it are left out, first "${shown}"`;
  return `header on line ${headerLine}; ${what}`;
}

/** A header below other lines: its line, from 1, and how many lines that are not blank stand above it. */
export interface FoundHeaderLine {
  readonly line: number;
  readonly above: number;
  /** The first of the lines above. */
  readonly title: string;
}

/**
 * The first line that is as wide as the table, where it holds short texts; undefined where that is the first line that is not
 * blank, or where it may be a row of data.
 */
export async function findHeaderLine(path: string, shown: string): Promise<FoundHeaderLine | undefined> {
  await using source = await openSource(path, shown, undefined);
  const { format } = await chooseFormat(path, source, {});
  if (format !== "csv" && format !== "tsv") return undefined;
  const lines = (await peek(source, sampleBytes))
    .toString("utf8")
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\n|\r/, linesWithTitles);
  if (/^sep=.$/i.test(lines[0]?.trim() ?? "")) return undefined;
  // Line by line is good enough to tell a header: a line break within quotes makes two lines of one, which are none.
  const cuts = delimiters.map((delimiter) => lines.map((line) => parseRecord(line, delimiter)));
  const [records = []] = cuts.toSorted((a, b) => tableWidth(b) - tableWidth(a));
  const width = tableWidth(records);
  const first = records.findIndex((cells) => filledIn(cells) > 0);
  const at = records.findIndex((cells) => filledIn(cells) >= Math.max(2, width * 0.6));
  const isWide = filledIn(records[first] ?? []) > width / 2;
  if (at <= first || isWide || width < 3 || !isHeader(records[at] ?? [])) return undefined;
  const above = records.slice(0, at).filter((cells) => filledIn(cells) > 0);
  return { line: at + 1, above: above.length, title: above[0]?.find((cell) => cell !== "") ?? "" };
}

const linesWithTitles = 60;

/** As many cells as the widest lines have filled; a single line that is wider than all others is no table. */
function tableWidth(records: readonly (readonly string[])[]): number {
  const [, second = 0] = records.map(filledIn).toSorted((a, b) => b - a);
  return second;
}

function filledIn(cells: readonly string[]): number {
  return cells.filter((cell) => cell !== "").length;
}

// Letters come first in a heading; a year may be one too.
function isHeader(cells: readonly string[]): boolean {
  const filled = cells.filter((cell) => cell !== "");
  const headings = filled.filter((cell) => cell.length <= 60 && /^\P{N}*\p{L}/u.test(cell));
  return new Set(headings).size >= filled.length * 0.75;
}
