// Rows of CSV and TSV files: the header, and records turned into rows by it. How records are found is in csv-records.ts.
import { isNoteColumn, lostOnlyNotes, type noteColumns, rowOfLabel } from "../model/failure-notes.ts";
import type { Problem } from "../model/problem.ts";
import type { Cells, FileInfo, Row, SourceSettings } from "../model/row.ts";
import { type CsvRecord, parseRecord, readRecords } from "./csv-records.ts";
import { chooseDelimiter, delimiterName, lookAtHeader } from "./delimiter.ts";
import { batchRows } from "./limits.ts";
import type { Reading } from "./reading.ts";
import type { Source } from "./source.ts";
import { unreadable } from "./unreadable.ts";

/**
 * Reads the header at once and gives the rows. A file with nothing but a header has no rows.
 * Throws `INPUT_UNREADABLE` for a missing header and for column names that stand twice.
 */
export async function readCsv(source: Source, format: "csv" | "tsv", settings: SourceSettings): Promise<Reading> {
  const look = await lookAtHeader(source);
  const { delimiter, detected } = chooseDelimiter(format, settings, look.text);
  const { quote } = settings;
  const batches = readRecords(source, delimiter, quote);
  const first = await batches.next();
  const [header, ...early] = first.done === true ? [] : first.value;
  if (header === undefined) {
    throw unreadable(source.file, "there is no header: the file holds nothing but blank lines", {
      hint: "export again, with column names in the first line",
    });
  }
  const layout = layoutOf(header.cells);
  refuseDuplicates(layout, source.file, header.line);
  return {
    facts: {
      delimiter,
      ...(quote === undefined ? {} : { quote }),
      newline: look.newline,
      headerRaw: header.raw,
      columns: layout.columns.map(({ name }) => name),
    },
    detected,
    rows: () => rowsOf(early, batches, layout, { file: source.file, delimiter }),
  };
}

/** The cells of one row's own text, the same that reading gave. `info` is that of its file. */
export function parseCsvRow(info: FileInfo, raw: string): Cells {
  const { delimiter = ",", quote, headerRaw = "" } = info;
  const layout = layouts.get(info) ?? layoutOf(parseRecord(headerRaw, delimiter, quote));
  layouts.set(info, layout);
  return cellsOf(parseRecord(raw, delimiter, quote), layout);
}

// Parsing the header again for every row of a long failures file would double the work.
const layouts = new WeakMap<FileInfo, Layout>();

/** Where the columns stand. Blank header cells and the columns that a failures file adds are no columns, but have a place. */
interface Layout {
  readonly width: number;
  readonly columns: readonly { readonly name: string; readonly index: number }[];
  /** By position, for a file that has columns of a failures file. */
  readonly isNote?: readonly boolean[];
  /** From the end, so that it is found in a ragged row too; negative. */
  readonly problemFromEnd?: number;
}

function layoutOf(header: readonly string[]): Layout {
  const columns = header.map((name, index) => ({ name, index }));
  const own = columns.filter(({ name }) => name !== "" && !isNoteColumn(name));
  const layout = { width: header.length, columns: own };
  const isNote = header.map(isNoteColumn);
  if (!isNote.includes(true)) return layout;
  const problem = header.indexOf("_import_problem" satisfies (typeof noteColumns)[number]);
  return { ...layout, isNote, ...(problem === -1 ? {} : { problemFromEnd: problem - header.length }) };
}

function refuseDuplicates({ columns }: Layout, file: string, line: number): void {
  const places = new Map<string, number[]>();
  for (const { name, index } of columns) places.set(name, [...(places.get(name) ?? []), index + 1]);
  const twice = [...places].filter(([, at]) => at.length > 1);
  if (twice.length === 0) return;
  const named = twice.map(([name, at]) => `"${name}" (columns ${at.slice(0, -1).join(", ")} and ${at.at(-1)})`);
  throw unreadable(file, `the header names a column more than once: ${named.join(", ")}`, {
    line,
    hint: "give each column a name of its own in the file's header",
  });
}

async function* rowsOf(
  early: readonly CsvRecord[],
  later: AsyncIterable<readonly CsvRecord[]>,
  layout: Layout,
  place: { readonly file: string; readonly delimiter: string },
): AsyncGenerator<readonly Row[]> {
  let number = 0;
  const toRow = ({ cells, raw, line }: CsvRecord): Row => {
    number++;
    const row = { number, line, raw, cells: cellsOf(cells, layout), ...noted(cells, layout) };
    if (cells.length === layout.width || lostOnlyNotes(cells, layout.isNote ?? [])) return row;
    return { ...row, fault: raggedRow(cells.length, layout.width, row, place) };
  };
  for (let at = 0; at < early.length; at += batchRows) yield early.slice(at, at + batchRows).map(toRow);
  for await (const records of later) {
    for (let at = 0; at < records.length; at += batchRows) yield records.slice(at, at + batchRows).map(toRow);
  }
}

function cellsOf(cells: readonly string[], { columns }: Layout): Cells {
  const named: Record<string, string> = Object.create(null);
  for (const { name, index } of columns) {
    const cell = cells[index];
    if (cell !== undefined) named[name] = cell;
  }
  return named;
}

/** Which row of another file a failures file says it is. */
function noted(
  cells: readonly string[],
  { width, isNote, problemFromEnd }: Layout,
): Pick<Row, "retryOf"> | Record<string, never> {
  if (isNote === undefined || problemFromEnd === undefined) return {};
  const inPlace = cells.length === width || lostOnlyNotes(cells, isNote);
  const retryOf = rowOfLabel((inPlace ? cells[width + problemFromEnd] : cells.at(problemFromEnd)) ?? "");
  return retryOf === undefined ? {} : { retryOf };
}

function raggedRow(
  found: number,
  expected: number,
  { line, number }: Pick<Row, "line" | "number">,
  { file, delimiter }: { readonly file: string; readonly delimiter: string },
): Problem {
  const guess =
    found > expected
      ? `is there an unquoted ${delimiterName(delimiter)} in it?`
      : "is a cell missing, or a line broken in two?";
  const cells = `${expected} cell${expected === 1 ? "" : "s"}`;
  return { code: "ragged_row", message: `${cells} expected, ${found} found: ${guess}`, file, line, row: number };
}
