// A CSV reader of the tests' own, by the letter of RFC 4180 and independent of the program's: it says what is in a file,
// so that the program's reading can be judged. Commas and double quotes only.

/** A record by header name. */
export type TableRecord = Readonly<Record<string, string>>;

/** A record as it stands in the text. */
export interface RawRecord {
  readonly cells: readonly string[];
  /** The line on which it starts, from 1. */
  readonly line: number;
  /** Its text without the line end. */
  readonly raw: string;
}

/** All records of a text, the header among them; blank lines are none. */
export function parseRecords(text: string): readonly RawRecord[] {
  const records: RawRecord[] = [];
  let at = text.startsWith("\uFEFF") ? 1 : 0;
  let line = 1;
  while (at < text.length) {
    const start = at;
    const startLine = line;
    const cells: string[] = [];
    for (;;) {
      const cell = text[at] === '"' ? quotedCell(text, at) : plainCell(text, at);
      cells.push(cell.value);
      at = cell.end;
      if (text[at] !== ",") break;
      at += 1;
    }
    const raw = text.slice(start, at);
    line += raw.split("\n").length;
    if (text[at] === "\r") at += 1;
    if (text[at] === "\n") at += 1;
    if (raw !== "") records.push({ cells, line: startLine, raw });
  }
  return records;
}

/** The records below the header as objects. A record with another number of cells is an error. */
export function parseTable(text: string): readonly TableRecord[] {
  const [header, ...records] = parseRecords(text);
  return records.map(({ cells, line }) => {
    if (cells.length !== header?.cells.length) throw new Error(`line ${line} has ${cells.length} cells`);
    return Object.fromEntries(header.cells.map((name, index) => [name, cells[index] ?? ""]));
  });
}

/** The lines of a results.csv with their values as they were before the apostrophe that keeps a spreadsheet from running them. */
export function parseResults(text: string): readonly TableRecord[] {
  const meant = (cell: string) => (/^'+(?:[=+@\t\r]|-\D|-\d[\s\S]*[|(])/.test(cell) ? cell.slice(1) : cell);
  return parseTable(text).map((line) =>
    Object.fromEntries(Object.entries(line).map(([column, cell]) => [column, meant(cell)])),
  );
}

/** A CSV file of these records, with the columns of the first; every cell in quotes. */
export function tableText(records: readonly TableRecord[]): string {
  const columns = Object.keys(records[0] ?? {});
  const lines = [columns, ...records.map((record) => columns.map((column) => record[column] ?? ""))];
  return lines.map((cells) => `${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(",")}\n`).join("");
}

interface CellEnd {
  readonly value: string;
  readonly end: number;
}

function plainCell(text: string, from: number): CellEnd {
  let end = from;
  while (end < text.length && text[end] !== "," && text[end] !== "\n" && text[end] !== "\r") end += 1;
  return { value: text.slice(from, end), end };
}

function quotedCell(text: string, from: number): CellEnd {
  let value = "";
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] !== '"') value += text[at];
    else if (text[at + 1] === '"') {
      value += '"';
      at += 1;
    } else return { value, end: at + 1 };
  }
  throw new Error(`a quote at ${from} is never closed`);
}
