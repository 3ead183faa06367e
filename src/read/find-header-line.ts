// On which line the header of a delimited file stands, for those who have no mapping yet that names its columns: reports have
// titles above their tables. Where the mapping is known, header-line.ts looks for its columns.
import { chooseFormat } from "./format.ts";
import { openSource } from "./source.ts";
import { peek } from "./text/byte-reader.ts";
import { sampleBytes } from "./text/limits.ts";

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
  const lines = (await peek(source, sampleBytes)).toString("utf8").split(/\r\n|\n|\r/, linesSearched);
  if (/^sep=.$/i.test(lines[0]?.trim() ?? "")) return undefined;
  const cuts = delimiters.map((delimiter) => lines.map((line) => cellsOf(line, delimiter)));
  const [records = []] = cuts.toSorted((a, b) => tableWidth(b) - tableWidth(a));
  const width = tableWidth(records);
  const first = records.findIndex((cells) => filledIn(cells) > 0);
  const at = records.findIndex((cells) => filledIn(cells) >= Math.max(2, width * 0.6));
  const isWide = filledIn(records[first] ?? []) > width / 2;
  if (at <= first || isWide || width < 3 || !isHeader(records[at] ?? [])) return undefined;
  const above = records.slice(0, at).filter((cells) => filledIn(cells) > 0);
  return { line: at + 1, above: above.length, title: above[0]?.find((cell) => cell !== "") ?? "" };
}

const linesSearched = 60;
const delimiters = [",", ";", "\t", "|"];

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

// Good enough to tell a header: a line break within quotes makes two lines of one, which are none.
function cellsOf(line: string, delimiter: string): readonly string[] {
  const cells: string[] = [];
  let cell = "";
  let isQuoted = false;
  for (const character of line.replace(/^\uFEFF/, "")) {
    if (character === '"') isQuoted = !isQuoted;
    else if (character === delimiter && !isQuoted) {
      cells.push(cell.trim());
      cell = "";
    } else cell += character;
  }
  return [...cells, cell.trim()];
}
