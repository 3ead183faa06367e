// Whether prices have the tax already, where no total says so: the share that tax is of the amounts tells. A tax of 19.00 on 100.00
// comes on top, at 19 %, for no country has 23.46 %; one of 15.97 on 100.00 is within, at 19 %. Where both readings give a rate that
// there may be (20 % on top is 25 % within) nothing is told.
import { amountsOf } from "../columns/amounts.ts";
import type { Column } from "../columns/table.ts";

/** Where the tax is. */
export type TaxPlace = "on top" | "within";

/**
 * What the rates say; `lines` is what each row's line comes to, and `key` names the order of a row. Undefined where they leave it
 * open, where taxes have several rates, and where fewer than three different amounts are taxed.
 */
export function taxPlaceOf(
  lines: readonly (number | undefined)[],
  tax: Column,
  key: Column | undefined,
): TaxPlace | undefined {
  const taxes = amountsOf(tax);
  const ofRows = lines.map((amount, row) => ({ amount: amount ?? 0, tax: taxes[row] ?? 0 }));
  for (const each of [ofRows, ...(key === undefined ? [] : [ofOrders(ofRows, key)])]) {
    const taxed = each.filter(({ tax: own }) => own !== 0);
    if (new Set(taxed.map(({ amount }) => amount)).size < enough) continue;
    const fits = (shares: readonly number[]) =>
      shares.some((share) => taxed.every(({ amount, tax: own }) => Math.abs(own - amount * share) < cent));
    const isOnTop = fits(sharesOnTop);
    const isWithin = fits(sharesWithin);
    if (isOnTop !== isWithin) return isOnTop ? "on top" : "within";
  }
  return undefined;
}

interface Taxed {
  readonly amount: number;
  readonly tax: number;
}

/** The lines of an order together, with the tax that stands on its first row. */
function ofOrders(rows: readonly Taxed[], { cells }: Column): readonly Taxed[] {
  const orders = new Map<string, Taxed>();
  let last = "";
  for (const [row, { amount, tax }] of rows.entries()) {
    last = (cells[row] ?? "") === "" ? last : (cells[row] ?? "");
    const known = orders.get(last);
    orders.set(last, { amount: (known?.amount ?? 0) + amount, tax: known?.tax ?? tax });
  }
  return [...orders.values()];
}

const enough = 3;
const cent = 0.011;

/** Percents from `step` on, in steps. */
const upTo = (most: number, step: number): readonly number[] =>
  Array.from({ length: Math.round(most / step) }, (_, at) => (at + 1) * step);

// Whole and half percents up to 30, and what else there is or was: in Switzerland, in France and in Ireland.
const valueAddedTaxes = [...upTo(30, 0.5), 2.1, 2.6, 3.7, 3.8, 4.8, 7.7, 8.1, 19.6];
// Taxes that are added at the till are sums of a state's, a county's and a city's.
const salesTaxes = upTo(15, 0.025);

const sharesOnTop = [...valueAddedTaxes, ...salesTaxes].map((percent) => percent / 100);
const sharesWithin = valueAddedTaxes.map((percent) => percent / (100 + percent));
