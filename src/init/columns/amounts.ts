// Cells as numbers, for arithmetic over a sample: which formula the file's own totals prove. Nothing here goes into a payload.
import type { Column } from "./table.ts";

/** A column's cells as numbers, row by row; undefined where a cell is blank or none. Cents are made whole. */
export function amountsOf({ cells, minor }: Pick<Column, "cells" | "minor">): readonly (number | undefined)[] {
  const decimal = cells.some((cell) => /\d,\d{1,2}(?!\d)|\d,\d{4,}/.test(cell)) ? "," : ".";
  return cells.map((cell, row) => {
    const amount = amountOf(cell, decimal);
    return amount === undefined || minor === undefined ? amount : amount / (minor.divisors[row] ?? 1);
  });
}

/** True for a cell that says nought: `0`, `0.00`, `0,0`. */
export function isZero(cell: string): boolean {
  return /^0+([.,]0*)?$/.test(cell);
}

/** Equal as money is: to a cent, and half a cent more for each of `parts` that may have been rounded. */
export function balances(one: number, other: number, parts = 1): boolean {
  return Math.abs(one - other) < 0.011 + 0.005 * parts;
}

function amountOf(cell: string, decimal: "." | ","): number | undefined {
  const digits = cell.replace(/[^\d.,-]/g, "");
  if (!/\d/.test(digits)) return undefined;
  const plain = decimal === "," ? digits.replaceAll(".", "").replace(",", ".") : digits.replaceAll(",", "");
  const number = Number(plain);
  return Number.isFinite(number) ? number : undefined;
}
