// What a discount on a line is, and whether the price has it already: whatever makes quantity × price the line's own total in
// nearly all rows. What the file's figures leave open is not guessed.
import { amountsOf, balances } from "../columns/amounts.ts";
import type { Column } from "../columns/table.ts";

/** How a column of discounts counts: off the line or off each piece as money, as a share (0.1) or as a percentage (10). */
export type DiscountKind = "line" | "piece" | "share" | "percent";

/** The columns of a line's figures. */
export interface LineFigures {
  readonly quantity: Column;
  readonly price: Column;
  readonly total: Column;
  readonly discount: Column | undefined;
}

/** What was proved: the discount's kind; `none` where the price times the quantity is the total as it is. */
export type PriceProof = DiscountKind | "none" | undefined;

/** Judges the figures of all rows. Undefined where no reading balances, or several do on every row that could tell. */
export function provePrice({ quantity, price, total, discount }: LineFigures): PriceProof {
  const [quantities, prices, totals] = [amountsOf(quantity), amountsOf(price), amountsOf(total)];
  const discounts = discount === undefined ? [] : amountsOf(discount);
  const rows = totals.flatMap((sum, at): readonly Row[] => {
    const [count, each] = [quantities[at], prices[at]];
    return sum === undefined || count === undefined || each === undefined
      ? []
      : [{ sum, count, each, off: Math.abs(discounts[at] ?? 0) }];
  });
  const balanced = readings.filter(([, read]) => isProved(rows, read)).map(([kind]) => kind);
  if (balanced.includes("none")) return "none";
  const [only, ...others] = balanced;
  return others.length === 0 ? only : undefined;
}

interface Row {
  readonly sum: number;
  readonly count: number;
  readonly each: number;
  readonly off: number;
}

/** What a line comes to, by what its discount is. */
export const discountReadings: readonly (readonly [
  DiscountKind,
  (figures: Pick<Row, "count" | "each" | "off">) => number,
])[] = [
  ["line", ({ count, each, off }) => count * each - off],
  ["piece", ({ count, each, off }) => count * (each - off)],
  ["share", ({ count, each, off }) => count * each * (1 - off)],
  ["percent", ({ count, each, off }) => count * each * (1 - off / 100)],
];

const readings: readonly (readonly [NonNullable<PriceProof>, (row: Row) => number])[] = [
  ["none", ({ count, each }) => count * each],
  ...discountReadings,
];

/** Nearly all rows: one in twenty may be a row of another kind. */
function isProved(rows: readonly Row[], read: (row: Row) => number): boolean {
  const agreeing = rows.filter((row) => balances(read(row), row.sum, row.count)).length;
  return rows.length > 0 && agreeing >= rows.length * 0.95;
}
