// Rows of CSV and TSV files: the header, and records turned into rows by it. How records are found is in csv-records.ts.
import { isNoteColumn, type noteColumns, rowOfLabel } from "../model/failure-notes.ts";
import type { Problem } from "../model/problem.ts";
import { fitsHeader, notesInPlace, type RecordShape, recordShape } from "../model/record-shape.ts";
import type { Cells, FileInfo, Row, SourceSettings } from "../model/row.ts";
import { countText } from "../model/text/count-text.ts";
import { type CsvRecord, parseRecord, readRecords } from "./csv-records.ts";
import { chooseDelimiter, delimiterName } from "./delimiter.ts";
import { lookAtHeaderEnd } from "./newline.ts";
import type { FormatRows } from "./reading.ts";
import { type SampledRecord, sampleOf } from "./sample.ts";
import { takeSeparatorLine } from "./separator-line.ts";
import type { Source } from "./source.ts";
import { peek } from "./text/byte-reader.ts";
import { batchRows, sampleBytes } from "./text/limits.ts";
import { unreadable } from "./text/unreadable.ts";

/**
 * Reads the header at once and gives the rows. A file with nothing but a header has no rows; records whose cells are all
 * blank are none, only counted.
 * Throws `INPUT_UNREADABLE` for a missing header and for column names that stand twice.
 */
export async function readCsv(source: Source, format: "csv" | "tsv", settings: SourceSettings): Promise<FormatRows> {
  const separator = await takeSeparatorLine(source);
  const { quote } = settings;
  const newline = (await lookAtHeaderEnd(source, quote)) ?? separator?.newline ?? "\n";
  const head = await peek(source, sampleBytes);
  const sample = { text: head.toString("utf8"), isAll: head.length < sampleBytes };
  const { file } = source;
  const choice = chooseDelimiter({ file, format, settings, separator: separator?.delimiter, ...sample });
  const { delimiter } = choice;
  const blank = blankRecords();
  const records = blank.leftOutOf(
    readRecords(source, { delimiter, quote, firstLine: separator === undefined ? 1 : 2 }),
  );
  const first = await records.next();
  const [header, ...early] = first.done === true ? [] : first.value;
  if (header === undefined) {
    throw unreadable(source.file, "there is no header: the file holds nothing but blank lines", {
      hint: "export again, with column names in the first line",
    });
  }
  const layout = layoutOf(header.cells, sampleOf(sample.text, { ...sample, delimiter, quote }).records);
  const { padding } = layout;
  refuseDuplicates(layout, file, header.line);
  return {
    facts: {
      delimiter,
      ...(quote === undefined ? {} : { quote }),
      newline,
      ...(separator === undefined ? {} : { separatorLine: separator.raw }),
      headerRaw: header.raw,
      columns: layout.columns.map(({ name }) => name),
      ...(padding === 0 ? {} : { padding }),
    },
    detected: [
      ...choice.detected,
      ...(padding === 0 ? [] : [`${cellsText(padding, "blank ")} at the end of every row`]),
    ],
    rows: () => rowsOf(early, records, layout, { file, delimiter }),
    detectedLate: blank.inWords,
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
  readonly shape: RecordShape;
  /** See `fitsHeader`. */
  readonly padding: number;
  readonly columns: readonly { readonly name: string; readonly index: number }[];
  /** From the end, so that it is found in a ragged row too; negative. Absent where there are no notes. */
  readonly problemFromEnd?: number;
}

function layoutOf(header: readonly string[], sample: readonly SampledRecord[] = []): Layout {
  const columns = header.map((name, index) => ({ name, index }));
  const own = columns.filter(({ name }) => name !== "" && !isNoteColumn(name));
  const problem = header.indexOf("_import_problem" satisfies (typeof noteColumns)[number]);
  const shape = recordShape(header);
  return {
    shape,
    padding: shape.hasNotes ? 0 : paddingOf(sample), // rows of a failures file were brought to the width of their header
    columns: own,
    ...(problem === -1 ? {} : { problemFromEnd: problem - header.length }),
  };
}

// How many blank cells more than the header all rows have; 0 when they do not all have as many, or there is only one.
function paddingOf([header, ...rows]: readonly SampledRecord[]): number {
  const surplus = (rows[0]?.cells ?? 0) - (header?.cells ?? 0);
  const isPadded = ({ cells, filled }: SampledRecord) => cells - surplus === header?.cells && filled <= header.cells;
  return surplus > 0 && rows.length > 1 && rows.every(isPadded) ? surplus : 0;
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

/** Leaves records out whose cells are all blank: a spreadsheet may have thousands of them below its table. */
function blankRecords() {
  let count = 0;
  let firstLine = 0;
  const isFilled = ({ cells, line }: CsvRecord): boolean => {
    if (cells.some((cell) => cell !== "")) return true;
    count++;
    if (count === 1) firstLine = line;
    return false;
  };
  return {
    async *leftOutOf(batches: AsyncIterable<readonly CsvRecord[]>): AsyncGenerator<readonly CsvRecord[]> {
      for await (const records of batches) {
        const filled = records.filter(isFilled);
        if (filled.length > 0) yield filled;
      }
    },
    /** Once everything is read. */
    inWords: (): readonly string[] => {
      if (count === 0) return [];
      if (count === 1) return [`a row of blank cells on line ${firstLine}, left out`];
      return [`${countText(count)} rows of blank cells, left out (the first on line ${firstLine})`];
    },
  };
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
    if (fitsHeader(cells, layout.shape, layout.padding)) return row;
    return { ...row, fault: raggedRow(cells, layout, row, place) };
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
  { shape, problemFromEnd }: Layout,
): Pick<Row, "retryOf"> | Record<string, never> {
  if (problemFromEnd === undefined) return {};
  const at = notesInPlace(cells, shape) ? shape.width + problemFromEnd : cells.length + problemFromEnd;
  const retryOf = rowOfLabel(cells[at] ?? "");
  return retryOf === undefined ? {} : { retryOf };
}

function raggedRow(
  cells: readonly string[],
  { shape: { width, named } }: Layout,
  { line, number }: Pick<Row, "line" | "number">,
  { file, delimiter }: { readonly file: string; readonly delimiter: string },
): Problem {
  const nameless = cells.findIndex((cell, at) => at >= named && cell !== "");
  const what =
    cells.length !== width || nameless === -1
      ? `${cellsText(cells.length < named ? named : width)} expected, ${cells.length} found`
      : `cell ${nameless + 1} is "${cells[nameless]}", where the header has no name`;
  const guess =
    cells.length >= width
      ? `is there an unquoted ${delimiterName(delimiter)} in it?`
      : "is a cell missing, or a line broken in two?";
  return { code: "ragged_row", message: `${what}: ${guess}`, file, line, row: number };
}

function cellsText(count: number, kind = ""): string {
  return `${count} ${kind}cell${count === 1 ? "" : "s"}`;
}
