// What a failures file adds to a row, and how that is known again when the file is read: written by report/, read by read/.

/** The columns that a failures file adds to the end of a CSV row; they are no columns of the input. */
export const noteColumns = ["_import_outcome", "_import_problem", "_import_column"] as const;

/** The member that it adds to a JSON element; its members are named like the columns, without their beginning. */
export const noteMember = "_import";

/** How a note says which row of its file the row is, counted as results.csv does. The problem's text begins with it. */
export function rowLabel(rowNumber: number): string {
  return `row ${rowNumber}`;
}

/** The number that a problem's text begins with; undefined when it does not begin with one. */
export function rowOfLabel(problem: string): number | undefined {
  const digits = /^row ([1-9]\d{0,8})(?![^:])/.exec(problem.trim())?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** True for the name of a column that a failures file added. */
export function isNoteColumn(name: string): boolean {
  return noteColumns.some((column) => column === name);
}
