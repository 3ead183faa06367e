// Rows of CSV and TSV files: the header, and records turned into rows by it. How records are found is in csv-records.ts,
// where their columns stand in table-layout.ts, what is no row of the table in left-out-rows.ts.
import type { ImportError } from "../model/error.ts";
import { rowOfLabel } from "../model/failure-notes.ts";
import type { Problem } from "../model/problem.ts";
import { fitsHeader, notesBehind } from "../model/record-shape.ts";
import type { Cells, FileInfo, RenamedHeading, Row, SourceSettings } from "../model/row.ts";
import { countText } from "../model/text/count-text.ts";
import type { CsvRecord } from "./csv-record.ts";
import { parseRecord, readRecords } from "./csv-records.ts";
import { chooseDelimiter, delimiterName } from "./delimiter.ts";
import { takeTitleLines } from "./header-line.ts";
import { type FittedHeadings, fitHeadings } from "./headings.ts";
import { watchLeftOut } from "./left-out-rows.ts";
import { lookAtHeaderEnd } from "./newline.ts";
import { dataFault, wideSeparator, wideSeparatorFault } from "./no-header.ts";
import type { FormatRows } from "./reading.ts";
import { sampleOf } from "./sample.ts";
import { takeSeparatorLine } from "./separator-line.ts";
import type { Source } from "./source.ts";
import { cellsOf, type Layout, layoutOf, noted } from "./table-layout.ts";
import { peek } from "./text/byte-reader.ts";
import { batchRows, sampleBytes } from "./text/limits.ts";
import { unreadable } from "./text/unreadable.ts";

/**
 * Reads the header at once and gives the rows. A file with nothing but a header has no rows; records whose cells are all
 * blank are none, only counted.
 * Throws `INPUT_UNREADABLE` for a missing header and for headings that stand twice and are asked for by `settings.names`.
 */
export async function readCsv(source: Source, format: "csv" | "tsv", settings: SourceSettings): Promise<FormatRows> {
  const { file } = source;
  const separator = await takeSeparatorLine(source);
  const { quote } = settings;
  const titles = await takeTitleLines(source, {
    firstLine: separator === undefined ? 1 : 2,
    said: settings.headerLine,
    names: namesOf(settings),
    delimiters: settings.delimiter === undefined ? [",", ";", "\t", "|"] : [settings.delimiter],
  });
  const newline = (await lookAtHeaderEnd(source, quote)) ?? separator?.newline ?? "\n";
  const head = await peek(source, sampleBytes);
  const sample = { text: head.toString("utf8"), isAll: head.length < sampleBytes };
  const choice = chooseDelimiter({ file, format, settings, separator: separator?.delimiter, ...sample });
  const { delimiter } = choice;
  const blank = blankRecords();
  let layout: Layout | undefined;
  const records = blank.leftOutOf(
    readRecords(source, {
      delimiter,
      quote,
      firstLine: titles.firstLine,
      fits: (cells) => layout === undefined || fitsHeader(cells, layout.shape, layout.padding),
    }),
  );
  const first = await records.next();
  const [header, ...early] = first.done === true ? [] : first.value;
  if (header === undefined) {
    throw unreadable(source.file, "there is no header: the file holds nothing but blank lines", {
      hint: "export again, with column names in the first line",
    });
  }
  if (header.fault !== undefined) throw brokenHeader(file, header);
  const fitted =
    settings.renamed === undefined
      ? fitHeadings(header.cells, settings.names ?? [], settings.otherHeadings)
      : undefined;
  if (fitted !== undefined) refuseHeader(fitted, header, settings, { file, delimiter, text: sample.text });
  const renamed = fitted?.renamed ?? settings.renamed ?? [];
  layout = layoutOf(header.cells, renamed, sampleOf(sample.text, { ...sample, delimiter, quote }).records);
  const { padding, columns, twice } = layout;
  const told = watchLeftOut(header.cells, layout);
  return {
    facts: {
      delimiter,
      ...(quote === undefined ? {} : { quote }),
      newline,
      ...(separator === undefined ? {} : { separatorLine: separator.raw }),
      ...(titles.headerLine === undefined ? {} : { headerLine: titles.headerLine }),
      headerRaw: header.raw,
      columns: columns.map(({ name }) => name),
      ...(renamed.length === 0 ? {} : { renamed }),
      ...(padding === 0 ? {} : { padding }),
    },
    detected: [
      ...choice.detected,
      ...titles.detected,
      ...(padding === 0 ? [] : [`${cellsText(padding, "blank ")} at the end of every row`]),
      ...renamedText(renamed),
      ...twice.map((name) => `heading ${JSON.stringify(name)} occurs more than once; these columns are not read`),
    ],
    rows: () =>
      rowsOf(early, records, layout ?? layoutOf(header.cells), { file, delimiter, told, header: header.cells }),
    detectedLate: () => [...blank.inWords(), ...told.inWords()],
  };
}

/** One line for each of a few headings; one for all of a file whose headings are in another language. */
function renamedText(renamed: readonly RenamedHeading[]): readonly string[] {
  const each = renamed.map(({ heading, name }) => `${JSON.stringify(heading)} read as ${JSON.stringify(name)}`);
  return each.length > 3 ? [`${each.length} headings: ${each.join(", ")}`] : each.map((text) => `heading ${text}`);
}

/** Everything that a heading may be called. */
function namesOf({ names, otherHeadings }: SourceSettings): readonly string[] | undefined {
  return names === undefined ? undefined : [...names, ...Object.values(otherHeadings ?? {}).flat()];
}

/** The cells of one row's own text, the same that reading gave. `info` is that of its file. */
export function parseCsvRow(info: FileInfo, raw: string): Cells {
  const { delimiter = ",", quote, headerRaw = "", renamed } = info;
  const layout = layouts.get(info) ?? layoutOf(parseRecord(headerRaw, delimiter, quote), renamed);
  layouts.set(info, layout);
  return cellsOf(parseRecord(raw, delimiter, quote), layout);
}

// Parsing the header again for every row of a long failures file would double the work.
const layouts = new WeakMap<FileInfo, Layout>();

function brokenHeader(file: string, { line, fault }: CsvRecord): ImportError {
  return unreadable(file, `the header cannot be read: ${fault?.what ?? ""}, in cell ${(fault?.cell ?? 0) + 1}`, {
    line,
    hint: 'a quote inside a quoted cell is written twice, "5"" pipe"; if this file never puts cells in quotes, say so in the mapping: source: { quote: none }',
  });
}

/** Throws for what is no header, and for headings that the mapping reads and that stand more than once. */
function refuseHeader(
  { found, twice }: FittedHeadings,
  { cells, line }: CsvRecord,
  { names, delimiter: said }: SourceSettings,
  { file, delimiter, text }: { readonly file: string; readonly delimiter: string; readonly text: string },
): void {
  const wide = said === undefined ? wideSeparator(text, cells.length > 1) : undefined;
  if (wide !== undefined) throw wideSeparatorFault(file, wide);
  const isExpected = names !== undefined && names.length > 0;
  const data = found > 0 ? undefined : dataFault(file, line, cells, isExpected);
  if (data !== undefined) throw data;
  if (twice.length === 0) return;
  const named = twice.map(({ heading, at }) => `"${heading}" (columns ${at.slice(0, -1).join(", ")} and ${at.at(-1)})`);
  throw unreadable(file, `the header names a column more than once that the mapping reads: ${named.join(", ")}`, {
    line,
    hint: `give each of these columns a name of its own in the file's header (cells are separated by ${delimiterName(delimiter)})`,
  });
}

/** Leaves records out whose cells are all blank: a spreadsheet may have thousands of them below its table. */
function blankRecords() {
  let count = 0;
  let firstLine = 0;
  const isFilled = ({ cells, line, fault }: CsvRecord): boolean => {
    if (fault !== undefined || cells.some((cell) => cell !== "")) return true;
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

interface RowPlace {
  readonly file: string;
  readonly delimiter: string;
  readonly told: ReturnType<typeof watchLeftOut>;
  /** Trimmed. */
  readonly header: readonly string[];
}

async function* rowsOf(
  early: readonly CsvRecord[],
  later: AsyncIterable<readonly CsvRecord[]>,
  layout: Layout,
  place: RowPlace,
): AsyncGenerator<readonly Row[]> {
  const { file, told } = place;
  let number = 0;
  const toRow = (record: CsvRecord): Row => {
    const { cells, raw, line } = record;
    number++;
    if (record.fault === undefined) {
      const row = { number, line, raw, cells: cellsOf(cells, layout), ...noted(cells, layout) };
      const reason = told.reasonFor(record);
      if (reason !== undefined) return { ...row, leftOut: { ...reason, severity: "warning", file, line, row: number } };
      if (fitsHeader(cells, layout.shape, layout.padding)) return row;
      return { ...row, fault: { ...raggedRow(cells, layout, place), file, line, row: number } };
    }
    const notes = layout.shape.hasNotes ? notesBehind(raw, place.delimiter) : undefined;
    const retryOf = notes === undefined ? undefined : rowOfLabel(notes.problem);
    return {
      number,
      line,
      raw,
      cells: cellsOf(cells, layout),
      fault: { ...unreadableRow(record, place), file, line, row: number },
      ...(retryOf === undefined ? {} : { retryOf }),
    };
  };
  for await (const records of told.withoutEnd(early, later)) {
    for (let at = 0; at < records.length; at += batchRows) yield records.slice(at, at + batchRows).map(toRow);
  }
}

function unreadableRow({ fault }: CsvRecord, { header }: RowPlace): Problem {
  const { cell = 0, what = "" } = fault ?? {};
  const column = header[cell] ?? "";
  const where = column === "" ? ` in cell ${cell + 1}` : "";
  const remedy = 'a quote inside a cell is written twice, in quotes: "5"" pipe"';
  return {
    code: "unreadable_row",
    message: `this row cannot be read: ${what}${where}; ${remedy}`,
    ...(column === "" ? {} : { column }),
  };
}

function raggedRow(
  cells: readonly string[],
  { shape: { width, named } }: Layout,
  { delimiter }: RowPlace,
): Pick<Problem, "code" | "message"> {
  const nameless = cells.findIndex((cell, at) => at >= named && cell !== "");
  const what =
    cells.length !== width || nameless === -1
      ? `${cellsText(cells.length < named ? named : width)} expected, ${cells.length} found`
      : `cell ${nameless + 1} is "${cells[nameless]}", where the header has no name`;
  const guess =
    cells.length >= width
      ? `is there an unquoted ${delimiterName(delimiter)} in it?`
      : "is a cell missing, or a line broken in two?";
  return { code: "ragged_row", message: `${what}: ${guess}` };
}

function cellsText(count: number, kind = ""): string {
  return `${count} ${kind}cell${count === 1 ? "" : "s"}`;
}
