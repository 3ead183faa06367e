// Finding columns by their headings.
import type { Column } from "./table.ts";

/** The column with the first of these headings that there is. */
export function named(columns: readonly Column[], names: readonly string[]): Column | undefined {
  return allNamed(columns, names)[0];
}

/** The columns with these headings, in the order of the names. */
export function allNamed(columns: readonly Column[], names: readonly string[]): readonly Column[] {
  return names.flatMap((name) => columns.filter(({ heading }) => heading.text === name));
}

/** A column as an expression names it. */
export function cell(column: Column | string, of = "row"): string {
  return `${of}[${JSON.stringify(typeof column === "string" ? column : column.name)}]`;
}
