// The English words that headings are made of: which headings are known, and where words that are written together part.
import { accounting } from "../names/accounting.ts";
import { addressNames, bareAddressNames } from "../names/addresses.ts";
import { type NameTable, namesIn } from "../names/name-table.ts";
import { itemNames, orderNames } from "../names/orders.ts";
import { kitNames, productNames } from "../names/products.ts";
import { shopOrders } from "../names/shop-orders.ts";
import { shopProducts } from "../names/shop-products.ts";
import { shops } from "../names/shops.ts";

/** Whether a normalised heading has a meaning somewhere. */
export function isKnownHeading(text: string): boolean {
  return headings.has(text);
}

/**
 * The parts of a word that is several: `ordernumber` is `order number`. Only known words of three letters or more, and as few as
 * possible; any other word is its own only part.
 */
export function splitRunTogether(word: string): readonly string[] {
  if (word.length < 7 || words.has(word) || !/^[a-z]+$/.test(word)) return [word];
  const best: (readonly string[] | undefined)[] = [[]];
  for (let end = 1; end <= word.length; end += 1) {
    for (let start = 0; start <= end - 3; start += 1) {
      const before = best[start];
      const part = word.slice(start, end);
      if (before === undefined || !words.has(part)) continue;
      const known = best[end];
      if (known === undefined || before.length + 1 < known.length) best[end] = [...before, part];
    }
  }
  return best[word.length] ?? [word];
}

const tables: readonly NameTable[] = [
  productNames,
  kitNames,
  orderNames,
  itemNames,
  addressNames,
  bareAddressNames,
  ...[...shops, ...shopOrders, ...shopProducts, ...accounting].map(({ names }) => names),
];

const headings: ReadonlySet<string> = new Set(
  tables.flatMap((table) =>
    Object.values(table).flatMap(({ surely, mostly, perhaps }) => [surely, mostly, perhaps].flatMap(namesIn)),
  ),
);

const words: ReadonlySet<string> = new Set([
  ...[...headings].flatMap((heading) => heading.split(" ")).filter((word) => word.length > 2),
  ...["key", "line", "each", "contact", "class", "net", "gross", "uom", "incl", "excl"],
]);
