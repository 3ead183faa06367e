// What the orders' own totals say of a file's prices: which reading of its columns adds up to them, what a known export needs no
// proof for, and where they contradict every reading.
import type { Match } from "../columns/match.ts";
import { type Column, cellsAt } from "../columns/table.ts";
import type { Platform } from "../names/name-table.ts";
import { type DiscountKind, provePrice } from "../proofs/line-arithmetic.ts";
import { agreementOf, type OrderProof, proveOrder } from "../proofs/order-arithmetic.ts";
import { isTaxedPair } from "../proofs/price-pairs.ts";
import { type TaxPlace, taxPlaceOf } from "../proofs/tax-rate.ts";
import { discountOf, type ItemSource, lineAmounts } from "./item-lines.ts";
import type { OrderColumns } from "./order-sums.ts";
import type { Against } from "./refuted-prices.ts";

/** What was proved of an order's total, and what a discount on its lines is by that. */
export interface Proof {
  readonly order: OrderProof;
  readonly discount?: DiscountKind;
}

/** How the columns of a file with a row for each line are read, and what the orders' totals say of it. */
export interface Reading {
  readonly items: ItemSource;
  readonly figures: OrderColumns;
  readonly proof?: Proof;
  /** The orders' totals contradict it, and prove no other. */
  readonly against?: Against;
}

/**
 * The reading that the orders' totals prove: as the columns are called, or else with a column that was taken for a line's total as the
 * order's, with a column that was taken for a price as what the line comes to, or with another price of `columns`, where they stand. As
 * they are called where nothing is proved. Lines outside the orders' rows, with their orders' rows in `parents`, are read as they are
 * called, and only what contradicts that is told.
 */
export function readingOf(
  key: Column | undefined,
  items: ItemSource,
  matches: readonly Match[],
  figures: OrderColumns,
  columns: readonly Column[],
  parents?: readonly number[],
): Reading {
  const { plain, other } = taxedReadings({ items, figures }, columns);
  if (key === undefined) {
    const against = parents === undefined || items.isKnown === true ? undefined : againstAbove(plain, matches, parents);
    return { ...plain, ...(against === undefined ? {} : { against }) };
  }
  const all = [plain, ...other, ...withOrderTotal(plain), ...withLineAmount(plain)];
  for (const [at, reading] of all.entries()) {
    const proof = proofOf(key, reading.items, matches, reading.figures);
    // As what the line comes to a price is not shared out over: only sums without a discount on the order prove it.
    const isEnough = at === 0 || (proof?.order.isOfOrder === true && proof.order.discount === undefined);
    const isOther = reading.figures.total !== figures.total || other.includes(reading);
    if (proof !== undefined && (isEnough || isOther)) {
      const { taxed: _, ...settled } = reading.items;
      return { ...reading, items: settled, proof };
    }
  }
  const against = items.isKnown === true ? undefined : againstOf(key, plain, matches);
  return { ...withoutOrderTotal(key, plain), ...(against === undefined ? {} : { against }) };
}

/**
 * Of two prices with and without a tax the one that comes to the line's total; where there is none both are read, and asked about as long
 * as no order's total proves one of them.
 */
function taxedReadings(
  { items, figures }: Reading,
  columns: readonly Column[],
): { readonly plain: Reading; readonly other: readonly Reading[] } {
  const of = columnsOf(items);
  const [price, quantity, total] = [of("unit_price"), of("quantity"), of("line_total")];
  const isFree = (column: Column) => !items.matches.some((match) => match.column === column);
  const pair =
    items.isKnown === true || price === undefined
      ? undefined
      : columns.find((column) => isFree(column) && isTaxedPair(price, column));
  if (price === undefined || pair === undefined) return { plain: { items, figures }, other: [] };
  const matches = items.matches.map((match) => (match.column === price ? { ...match, column: pair } : match));
  const other = { items: { ...items, matches }, figures };
  if (total === undefined || quantity === undefined)
    return { plain: { items: { ...items, taxed: [price, pair] }, figures }, other: [other] };
  const fits = (each: Column) => provePrice({ quantity, price: each, total, discount: undefined }) === "none";
  return { plain: !fits(price) && fits(pair) ? other : { items, figures }, other: [] };
}

/** A total of the line that its price does not come to may be the order's, where no other column is. */
function withOrderTotal({ items, figures }: Reading): readonly Reading[] {
  const total = refutedTotal({ items, figures });
  return total === undefined ? [] : [{ items: without(items, "line_total"), figures: { ...figures, total } }];
}

/** The same where nothing proves it: what several rows of an order all have alike is no line's, if their prices differ. */
function withoutOrderTotal(key: Column, reading: Reading): Reading {
  const total = refutedTotal(reading);
  return total !== undefined && isOfOrders(total, key)
    ? { ...reading, items: without(reading.items, "line_total") }
    : reading;
}

function refutedTotal({ items, figures }: Reading): Column | undefined {
  const of = columnsOf(items);
  const [price, quantity, total] = [of("unit_price"), of("quantity"), of("line_total")];
  if (figures.total !== undefined || total === undefined || price === undefined || quantity === undefined)
    return undefined;
  const discount = discountOf(items, undefined)?.column;
  return provePrice({ quantity, price, total, discount }) === undefined ? total : undefined;
}

/** All rows of each order say the same, in two orders with several rows at least. */
function isOfOrders({ cells }: Column, key: Column): boolean {
  const rows = new Map<string, string[]>();
  for (const [row, order] of key.cells.entries()) rows.set(order, [...(rows.get(order) ?? []), cells[row] ?? ""]);
  const several = [...rows.values()].filter((own) => own.length > 1);
  return several.length > 1 && several.every((own) => new Set(own).size === 1);
}

/** A price may be that of all pieces, where some line has several. */
function withLineAmount({ items, figures }: Reading): readonly Reading[] {
  const of = columnsOf(items);
  const [price, quantity] = [of("unit_price"), of("quantity")];
  if (figures.total === undefined || price === undefined || quantity === undefined || of("line_total") !== undefined)
    return [];
  const matches = items.matches.map((match) =>
    match.path === "items.unit_price" ? { ...match, path: "items.line_total" } : match,
  );
  const lineTotalWhy = `"${figures.total.name}" proves that "${price.name}" is what the line comes to: divided by its quantity`;
  return [{ items: { ...items, matches, lineTotalWhy }, figures }];
}

function columnsOf({ matches }: ItemSource): (path: string) => Column | undefined {
  return (path) => matches.find((match) => match.path === `items.${path}`)?.column;
}

function without(items: ItemSource, path: string): ItemSource {
  return { ...items, matches: items.matches.filter((match) => match.path !== `items.${path}`) };
}

/** What the orders' own totals prove, in a file with a row for each line; nothing where two meanings of a discount add up. */
function proofOf(key: Column, items: ItemSource, matches: readonly Match[], figures: OrderColumns): Proof | undefined {
  const { total, discount } = figures;
  if (total === undefined) return undefined;
  const proved = lineAmounts(items, discount).flatMap(({ amounts, ...meaning }) => {
    const order = proveOrder({ key, lines: amounts, total, ...besideLines(matches, figures) });
    return order === undefined ? [] : [{ order, ...meaning }];
  });
  const plain = proved.filter(({ order }) => order.discount === undefined && order.tax !== "either");
  const [only, ...others] = plain.length > 0 ? plain : proved;
  return others.length === 0 ? only : undefined;
}

/** How many orders come to their total by whatever reading does best; nothing where enough of them do. */
function againstOf(key: Column, { items, figures }: Reading, matches: readonly Match[]): Against | undefined {
  const { total, discount } = figures;
  const amounts = lineAmounts(items, discount);
  if (total === undefined || amounts.length === 0) return undefined;
  const counts = amounts.map(({ amounts: lines }) =>
    agreementOf({ key, lines, total, ...besideLines(matches, figures) }),
  );
  const agreeing = Math.max(...counts.map((count) => count.agreeing));
  const above = Math.min(...counts.map((count) => count.above));
  const orders = counts[0]?.orders ?? 0;
  return agreeing >= orders * 0.95 ? undefined : { total: total.name, orders, agreeing, above };
}

/** The same for lines that do not stand in the rows of their orders: what an order says is said on its first line. */
function againstAbove({ items, figures }: Reading, matches: readonly Match[], parents: readonly number[]) {
  const { total, subtotal, discount } = figures;
  if (total === undefined) return undefined;
  const seen = new Set<number>();
  const firsts = parents.map((row) => (seen.has(row) ? -1 : seen.add(row) && row));
  const own = (column: Column | undefined) => (column === undefined ? undefined : cellsAt(column, firsts));
  const key = { ...total, cells: parents.map(String) };
  const above = matches.map((match) => ({ ...match, column: cellsAt(match.column, firsts) }));
  const said = { total: own(total), subtotal: own(subtotal), discount: own(discount) };
  return againstOf(key, { items, figures: said }, above);
}

function besideLines(matches: readonly Match[], { discount, subtotal }: OrderColumns) {
  const of = (path: string) => matches.find((match) => match.path === path)?.column;
  return { tax: of("total_tax"), shipping: of("total_shipping"), discount, subtotal };
}

/** What the rates of the tax say, in a file whose rows are lines. */
export function taxPlaceIn(
  items: ItemSource | undefined,
  matches: readonly Match[],
  { discount }: OrderColumns,
  key: Column | undefined,
): TaxPlace | undefined {
  const tax = matches.find(({ path }) => path === "total_tax")?.column;
  if (items?.each !== "rows" || tax === undefined) return undefined;
  const [places = [], ...others] = lineAmounts(items, discount).map(
    ({ amounts }) => taxPlaceOf(amounts, tax, key) ?? [],
  );
  const told = new Set([places, ...others].flat());
  return told.size === 1 ? [...told][0] : undefined;
}

/** What is known of a platform's sums; orders that do not meet their own total are refused then. */
export function knownProof(
  platform: Platform | undefined,
  key: Column | undefined,
  items: ItemSource | undefined,
  { total, discount, subtotal }: OrderColumns,
): Proof | undefined {
  const sums = platform?.sums;
  if (sums === undefined || key === undefined || items === undefined) return undefined;
  if (total === undefined && sums.isTotal) return undefined;
  const whole = sums.discount === undefined ? undefined : sums.discount === "subtotal" ? subtotal : discount;
  const order: OrderProof = {
    tax: sums.tax,
    shipping: "once",
    discount: whole === undefined ? undefined : sums.discount,
    isOfOrder: sums.isTotal,
  };
  return discountOf(items, discount) === undefined ? { order } : { order, discount: "line" };
}
