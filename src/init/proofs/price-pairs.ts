// Two columns of prices of which one has a tax and the other has not: every row's are apart by a rate that taxes may have.
import { amountsOf } from "../columns/amounts.ts";
import type { Column } from "../columns/table.ts";

/** True for two columns of prices of which one has the tax of the other's, where a heading speaks of taxes. */
export function isTaxedPair(one: Column, other: Column): boolean {
  if (!taxWords.test(`${one.name} ${other.name}`) || other.profile.numbers < 0.9) return false;
  return taxRatesBetween(one, other) !== undefined || taxRatesBetween(other, one) !== undefined;
}

const taxWords =
  /brutt?o|nett?o|gross|\bnet\b|\b[ie]xcl|\b[ie]ncl|inkl|exkl|\b(ttc|ht|iva|vat|gst|tax|taxes|btw|mwst|ust)\b|ндс/iu;

/** The higher price for each 1.00 of the lower one, of all rates that occur; undefined where the two are no such pair. */
function taxRatesBetween(net: Column, gross: Column): readonly number[] | undefined {
  const grosses = amountsOf(gross);
  const rows = amountsOf(net).flatMap((low, row) => {
    const high = grosses[row];
    return low === undefined || high === undefined || low === 0 ? [] : [{ low, high }];
  });
  // A coarse price has many rates that it may be of: those that can be told count.
  const isRate = (rate: number) => rows.filter(({ low, high }) => Math.abs(low * rate - high) < 0.006 * rate);
  const rates = rows
    .toSorted((a, b) => b.low - a.low)
    .flatMap(({ low, high }) => [Math.round((high / low) * 200) / 200])
    .filter((rate, at, all) => rate >= 1.03 && rate <= 1.3 && all.indexOf(rate) === at)
    .slice(0, most);
  const taxed = new Set(rates.flatMap(isRate));
  return rows.length > 1 && taxed.size >= rows.length * 0.95 ? rates : undefined;
}

/** A shop's goods are taxed at a few rates. */
const most = 3;
