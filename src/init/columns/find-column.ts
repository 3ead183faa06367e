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

/** A column's cell as a number, as an expression reads it: a currency is taken off first, and cents are made whole. */
export function numberIn(column: Column, of = "row"): string {
  const text = cell(column, of);
  const number = column.profile.currency > 0 ? `number(money(${text}))` : `number(${text})`;
  return column.minor === undefined ? number : `(${number} / ${column.minor.divisor(of)})`;
}

/** The same where a blank cell is nothing. */
export function numberOrNothing(column: Column, of = "row"): string {
  const number = numberIn(column, of);
  return column.profile.filled === column.profile.rows ? number : `(${cell(column, of)} == "" ? 0.0 : ${number})`;
}
