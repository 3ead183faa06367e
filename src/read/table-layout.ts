// Where the columns of a delimited file stand, and records turned into the cells of rows by it.

import { isNoteColumn, type noteColumns, rowOfLabel } from "../model/failure-notes.ts";
import { bareObjectMaker } from "../model/json.ts";
import { notesInPlace, type RecordShape, recordShape } from "../model/record-shape.ts";
import type { Cells, RenamedHeading, Row } from "../model/row.ts";
import type { SampledRecord } from "./sample.ts";

/** Blank header cells, headings that stand twice and the columns that a failures file adds are no columns, but have a place. */
export interface Layout {
  readonly shape: RecordShape;
  /** See `fitsHeader`. */
  readonly padding: number;
  readonly columns: readonly { readonly name: string; readonly index: number }[];
  /** Makes the cells of a row, which are filled in the order of `columns`. */
  readonly newCells: () => Record<string, string>;
  /** Headings that stand more than once, each once: their columns cannot be told apart, so nobody reads them. */
  readonly twice: readonly string[];
  /** From the end, so that it is found in a ragged row too; negative. Absent where there are no notes. */
  readonly problemFromEnd?: number;
}

/** The layout that trimmed header cells ask for; `sample` is the beginning of the file, from the header on. */
export function layoutOf(
  header: readonly string[],
  renamed: readonly RenamedHeading[] = [],
  sample: readonly SampledRecord[] = [],
): Layout {
  const names = new Map(renamed.map(({ heading, name }) => [heading, name]));
  const own = header
    .map((heading, index) => ({ name: names.get(heading) ?? heading, index }))
    .filter(({ name }) => name !== "" && !isNoteColumn(name));
  const counts = new Map<string, number>();
  for (const { name } of own) counts.set(name, (counts.get(name) ?? 0) + 1);
  const problem = header.indexOf("_import_problem" satisfies (typeof noteColumns)[number]);
  const shape = recordShape(header);
  const columns = own.filter(({ name }) => counts.get(name) === 1);
  return {
    shape,
    padding: shape.hasNotes ? 0 : paddingOf(sample), // rows of a failures file were brought to the width of their header
    columns,
    newCells: bareObjectMaker(columns.map(({ name }) => name)),
    twice: [...counts].flatMap(([name, count]) => (count > 1 ? [name] : [])),
    ...(problem === -1 ? {} : { problemFromEnd: problem - header.length }),
  };
}

// How many blank cells more than the header all rows have; 0 when they do not all have as many, or there is only one.
function paddingOf([header, ...rows]: readonly SampledRecord[]): number {
  const surplus = (rows[0]?.cells ?? 0) - (header?.cells ?? 0);
  const isPadded = ({ cells, filled }: SampledRecord) => cells - surplus === header?.cells && filled <= header.cells;
  return surplus > 0 && rows.length > 1 && rows.every(isPadded) ? surplus : 0;
}

/** The cells of a row by the names of their columns. */
export function cellsOf(cells: readonly string[], { columns, newCells }: Layout): Cells {
  const named = newCells();
  for (const { name, index } of columns) {
    const cell = cells[index];
    if (cell !== undefined) named[name] = cell;
  }
  return named;
}

/** Which row of another file a failures file says it is. */
export function noted(
  cells: readonly string[],
  { shape, problemFromEnd }: Layout,
): Pick<Row, "retryOf"> | Record<string, never> {
  if (problemFromEnd === undefined) return {};
  const at = notesInPlace(cells, shape) ? shape.width + problemFromEnd : cells.length + problemFromEnd;
  const retryOf = rowOfLabel(cells[at] ?? "");
  return retryOf === undefined ? {} : { retryOf };
}
