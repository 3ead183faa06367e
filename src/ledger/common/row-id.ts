// A row as one number: its file's id and its own number, so that rows sort in input order.
import type { RowRef } from "../../model/row.ts";

/** A row's id divided by this is that of its file, also in SQL. */
export const rowsPerFile = 2 ** 32;

/** The id under which a row is kept. */
export function rowId({ file, number }: RowRef): number {
  return file * rowsPerFile + number;
}

/** The row that is kept under an id. */
export function rowRef(id: number): RowRef {
  return { file: Math.floor(id / rowsPerFile), number: id % rowsPerFile };
}

/** The ids that rows of a file can have: from the first, up to but not with the second. */
export function rowRange(file: number): readonly [number, number] {
  return [file * rowsPerFile, (file + 1) * rowsPerFile];
}
