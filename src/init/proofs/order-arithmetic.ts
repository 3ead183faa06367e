// What the totals of orders are made of: whether tax and shipping come on top of the lines or are in their prices already,
// whether they stand once an order or as a part on each line, and whether a discount on the whole order is off the lines.
// Whatever adds up to the file's own total in nearly all orders.
import { amountsOf, balances } from "../columns/amounts.ts";
import type { Column } from "../columns/table.ts";

/** How an amount beside the lines counts. `within`: the lines' prices have it already; `either`: those of some orders have. */
export type AmountKind = "once" | "summed" | "within" | "either";

/** How a discount on the whole order counts: as a column says it once or in parts, or as what the lines have more than the subtotal. */
export type OrderDiscount = "once" | "summed" | "subtotal";

/** The columns of a table with a row for each line. */
export interface OrderFigures {
  readonly key: Column;
  /** What a row's line comes to, row by row; undefined for rows that are no lines. */
  readonly lines: readonly (number | undefined)[];
  readonly tax: Column | undefined;
  readonly shipping: Column | undefined;
  readonly total: Column;
  /** A discount on the whole order. */
  readonly discount?: Column | undefined;
  /** What the lines come to without any discount on the order. */
  readonly subtotal?: Column | undefined;
}

/** What was proved of an order's total. */
export interface OrderProof {
  readonly tax: AmountKind | undefined;
  readonly shipping: AmountKind | undefined;
  readonly discount: OrderDiscount | undefined;
  /** The total is the order's own, standing once or on all its rows; else each row has that of its line. */
  readonly isOfOrder: boolean;
  /** The subtotal shows that the discount of some orders was taken off their shipping, wholly or in part. */
  readonly isOffShipping?: true;
}

/** Judges the figures of all orders. Undefined where nothing balances, or several readings do on every order that could tell. */
export function proveOrder(figures: OrderFigures): OrderProof | undefined {
  const orders = ordersOf(figures);
  const levels = judged(figures, orders);
  const best = Math.max(0, ...levels.flat().map(({ count }) => count));
  if (best === 0 || best < orders.length * 0.95) return undefined;
  const [first, ...others] = (levels.find((level) => level.some(({ count }) => count === best)) ?? []).filter(
    ({ count }) => count === best,
  );
  if (first === undefined || !others.every(({ proof }) => isSame(orders, first.proof, proof))) return undefined;
  return isOffShipping(figures, orders, first.proof) ? { ...first.proof, isOffShipping: true } : first.proof;
}

/** How the orders of a sample stand to their totals, by whatever reading does best. */
export interface Agreement {
  /** Those that have a total. */
  readonly orders: number;
  readonly agreeing: number;
  /** Their lines alone come to more than the total, which no charge beside them could explain. */
  readonly above: number;
}

/** How many of the orders come to their total, and how many cannot. */
export function agreementOf(figures: OrderFigures): Agreement {
  const orders = ordersOf(figures).filter(({ total }) => total.isSaid);
  const isAbove = ({ lines, discount, total, count }: Order) =>
    lines - Math.abs(discount.sum) > Math.max(total.once, total.sum) + 0.011 + 0.015 * count;
  return {
    orders: orders.length,
    agreeing: Math.max(0, ...judged(figures, orders).flatMap((level) => level.map(({ count }) => count))),
    above: orders.filter(isAbove).length,
  };
}

/** Every reading with the number of orders that it fits, the plainest readings first. */
function judged(figures: OrderFigures, orders: readonly Order[]) {
  const discounts: readonly (OrderDiscount | undefined)[] = [
    undefined,
    ...(figures.discount === undefined ? [] : (["once", "summed"] as const)),
    ...(figures.subtotal === undefined ? [] : ["subtotal" as const]),
  ];
  // Of the readings that balance most often the plainest counts: one that tells orders apart would fit the others too.
  return [false, true].flatMap((isMixed) =>
    discounts.map((discount) =>
      readingsOf(figures, discount, isMixed).map((proof) => ({ proof, count: agreeing(orders, proof) })),
    ),
  );
}

/** True where what the lines have more than the subtotal is not always the discount, and the shipping has room for the rest. */
function isOffShipping(
  { subtotal }: OrderFigures,
  orders: readonly Order[],
  { discount, shipping }: OrderProof,
): boolean {
  if (subtotal === undefined || discount !== "once" || shipping !== "once") return false;
  const rest = orders.map((order) => Math.abs(order.discount.once) - (order.lines - order.subtotal.once));
  const isRoom = orders.every((order, at) => {
    const off = order.lines - order.subtotal.once;
    return off > -0.02 && (rest[at] ?? 0) > -0.02 && (rest[at] ?? 0) < order.shipping.once + 0.02;
  });
  return isRoom && rest.some((each) => each > 0.02);
}

function readingsOf(
  figures: OrderFigures,
  discount: OrderDiscount | undefined,
  isMixed: boolean,
): readonly OrderProof[] {
  const kinds = (column: Column | undefined): readonly (AmountKind | undefined)[] =>
    column === undefined ? [undefined] : ["once", "summed", "within"];
  const taxes: readonly (AmountKind | undefined)[] = isMixed
    ? figures.tax === undefined
      ? []
      : ["either"]
    : kinds(figures.tax);
  return (isMixed ? [true] : [true, false]).flatMap((isOfOrder) =>
    taxes.flatMap((tax) => kinds(figures.shipping).map((shipping) => ({ tax, shipping, discount, isOfOrder }))),
  );
}

/** Readings that say the same of every order of the sample differ in nothing that it could tell. */
function isSame(orders: readonly Order[], one: OrderProof, other: OrderProof): boolean {
  return orders.every(
    (order) =>
      partOf(order.tax, other.tax) === partOf(order.tax, one.tax) &&
      partOf(order.shipping, other.shipping) === partOf(order.shipping, one.shipping),
  );
}

interface Amount {
  readonly once: number;
  readonly sum: number;
  /** Some row has it. */
  readonly isSaid: boolean;
}

interface Order {
  readonly lines: number;
  readonly count: number;
  readonly tax: Amount;
  readonly shipping: Amount;
  readonly total: Amount;
  readonly discount: Amount;
  readonly subtotal: Amount;
}

function ordersOf({ key, lines, tax, shipping, total, discount, subtotal }: OrderFigures): readonly Order[] {
  const rowsOf = new Map<string, number[]>();
  let last = "";
  for (const [row, name] of key.cells.entries()) {
    if (name !== "") last = name;
    rowsOf.set(last, [...(rowsOf.get(last) ?? []), row]);
  }
  const [taxes, freights, totals, discounts, subtotals] = [tax, shipping, total, discount, subtotal].map((column) =>
    column === undefined ? [] : amountsOf(column),
  );
  return [...rowsOf.values()].map((rows) => ({
    lines: rows.reduce((sum, row) => sum + (lines[row] ?? 0), 0),
    count: rows.length,
    tax: amountIn(taxes ?? [], rows),
    shipping: amountIn(freights ?? [], rows),
    total: amountIn(totals ?? [], rows),
    discount: amountIn(discounts ?? [], rows),
    subtotal: amountIn(subtotals ?? [], rows),
  }));
}

function amountIn(amounts: readonly (number | undefined)[], rows: readonly number[]): Amount {
  const there = rows.flatMap((row) => amounts[row] ?? []);
  return { once: there[0] ?? 0, sum: there.reduce((sum, each) => sum + each, 0), isSaid: there.length > 0 };
}

function partOf({ once, sum }: Amount, kind: AmountKind | undefined): number {
  return kind === "once" ? once : kind === "summed" ? sum : 0;
}

/** How many orders come to their totals by this reading. */
function agreeing(orders: readonly Order[], { tax, shipping, discount, isOfOrder }: OrderProof): number {
  return orders.filter((order) => {
    const off = discount === "subtotal" ? 0 : Math.abs(partOf(order.discount, discount));
    const lines = discount === "subtotal" ? order.subtotal.once : order.lines - off;
    const total = isOfOrder ? order.total.once : order.total.sum;
    const made = lines + partOf(order.tax, tax) + partOf(order.shipping, shipping);
    const fits = (sum: number) => balances(sum, total, order.count * 3);
    const isOff = discount === "subtotal" && order.subtotal.once > order.lines + 0.02;
    return !isOff && (fits(made) || (tax === "either" && fits(made + order.tax.once)));
  }).length;
}
