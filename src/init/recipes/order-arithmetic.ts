// What the totals of orders are made of: whether tax and shipping come on top of the lines or are in their prices already, and
// whether they stand once an order or as a part on each line. Whatever adds up to the file's own total in nearly all orders.
import { amountsOf, balances } from "../columns/amounts.ts";
import type { Column } from "../columns/table.ts";

/** How an amount beside the lines counts. `within`: the lines' prices have it already. */
export type AmountKind = "once" | "summed" | "within";

/** The columns of a table with a row for each line. */
export interface OrderFigures {
  readonly key: Column;
  /** What a row's line comes to, row by row; undefined for rows that are no lines. */
  readonly lines: readonly (number | undefined)[];
  readonly tax: Column | undefined;
  readonly shipping: Column | undefined;
  readonly total: Column;
}

/** What was proved of an order's total. */
export interface OrderProof {
  readonly tax: AmountKind | undefined;
  readonly shipping: AmountKind | undefined;
  /** The total is the order's own, standing once or on all its rows; else each row has that of its line. */
  readonly isOfOrder: boolean;
}

/** Judges the figures of all orders. Undefined where nothing balances, or several readings do on every order that could tell. */
export function proveOrder(figures: OrderFigures): OrderProof | undefined {
  const orders = ordersOf(figures);
  const kinds = (column: Column | undefined): readonly (AmountKind | undefined)[] =>
    column === undefined ? [undefined] : ["once", "summed", "within"];
  const proofs = [true, false].flatMap((isOfOrder) =>
    kinds(figures.tax).flatMap((tax) =>
      kinds(figures.shipping).flatMap((shipping) => {
        const proof = { tax, shipping, isOfOrder };
        return isProved(orders, proof) ? [proof] : [];
      }),
    ),
  );
  // Readings that say the same of every order of the sample differ in nothing that it could tell.
  const [first, ...others] = proofs;
  if (first === undefined) return undefined;
  const isSame = others.every((other) =>
    orders.every(
      (order) =>
        partOf(order.tax, other.tax) === partOf(order.tax, first.tax) &&
        partOf(order.shipping, other.shipping) === partOf(order.shipping, first.shipping),
    ),
  );
  return isSame ? first : undefined;
}

interface Amount {
  readonly once: number;
  readonly sum: number;
}

interface Order {
  readonly lines: number;
  readonly count: number;
  readonly tax: Amount;
  readonly shipping: Amount;
  readonly total: Amount;
}

function ordersOf({ key, lines, tax, shipping, total }: OrderFigures): readonly Order[] {
  const rowsOf = new Map<string, number[]>();
  let last = "";
  for (const [row, name] of key.cells.entries()) {
    if (name !== "") last = name;
    rowsOf.set(last, [...(rowsOf.get(last) ?? []), row]);
  }
  const [taxes, freights, totals] = [tax, shipping, total].map((column) =>
    column === undefined ? [] : amountsOf(column),
  );
  return [...rowsOf.values()].map((rows) => ({
    lines: rows.reduce((sum, row) => sum + (lines[row] ?? 0), 0),
    count: rows.length,
    tax: amountIn(taxes ?? [], rows),
    shipping: amountIn(freights ?? [], rows),
    total: amountIn(totals ?? [], rows),
  }));
}

function amountIn(amounts: readonly (number | undefined)[], rows: readonly number[]): Amount {
  const there = rows.flatMap((row) => amounts[row] ?? []);
  return { once: there[0] ?? 0, sum: there.reduce((sum, each) => sum + each, 0) };
}

function partOf({ once, sum }: Amount, kind: AmountKind | undefined): number {
  return kind === "once" ? once : kind === "summed" ? sum : 0;
}

function isProved(orders: readonly Order[], { tax, shipping, isOfOrder }: OrderProof): boolean {
  const agreeing = orders.filter((order) => {
    const made = order.lines + partOf(order.tax, tax) + partOf(order.shipping, shipping);
    return balances(made, isOfOrder ? order.total.once : order.total.sum, order.count * 3);
  }).length;
  return orders.length > 0 && agreeing >= orders.length * 0.95;
}
