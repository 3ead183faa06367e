// What the proof of an order's total means for its mapping: a discount on the whole order as `amounts:` of the items, and the
// tax only of those orders whose prices do not have it already.
import { cell, named, numberIn } from "../columns/find-column.ts";
import type { Match } from "../columns/match.ts";
import type { Column, Table } from "../columns/table.ts";
import type { DiscountKind } from "../proofs/line-arithmetic.ts";
import type { OrderProof } from "../proofs/order-arithmetic.ts";
import type { ProposedChild } from "../proposal/proposal.ts";
import { discountOf, type ItemSource, isSomething, lessDiscount } from "./item-lines.ts";
import type { TotalParts } from "./totals.ts";

/** The columns of an order's own sums. */
export interface OrderColumns {
  readonly total: Column | undefined;
  readonly subtotal: Column | undefined;
  /** A discount on the whole order. */
  readonly discount: Column | undefined;
}

/** The columns of a table that say what its orders come to. */
export function orderColumns({ columns }: Table): OrderColumns {
  const filled = columns.filter((column) => column.profile.numbers >= 0.5);
  return {
    total: named(filled, totalNames),
    subtotal: named(filled, ["subtotal", "sub total", "order subtotal", "items subtotal", "product subtotal"]),
    discount: named(filled.filter(isSomething), discountNames),
  };
}

const totalNames = [
  "order total",
  "grand total",
  "order total amount",
  "total price",
  "total amount",
  "amount paid",
  "order amount",
  "invoice total",
  "amount order total",
  "total paid",
  "total",
];

const discountNames = [
  "order discount",
  "order discount amount",
  "discount amount",
  "discount total",
  "total discount",
  "total discounts",
  "cart discount",
  "coupon amount",
  "discount",
];

/** What a mapping needs for the sums of its orders. */
export interface OrderSums {
  /** In place of the items' price, where the order has a discount of its own. */
  readonly amounts?: NonNullable<ProposedChild["amounts"]>;
  /** True for the orders whose tax is not in their prices. */
  readonly taxWhen?: string;
  /** The shipping, less what was taken off it. */
  readonly shipping?: NonNullable<TotalParts["shipping"]>;
}

/** The sums by what was proved; nothing where quantities and prices are not both columns. */
export function orderSums(
  items: ItemSource,
  matches: readonly Match[],
  { total, subtotal, discount }: OrderColumns,
  { order, discount: kind }: { readonly order: OrderProof; readonly discount?: DiscountKind },
): OrderSums {
  const of = (path: string) => items.matches.find((match) => match.path === `items.${path}`)?.column;
  const [price, quantity] = [of("unit_price"), of("quantity")];
  if (price === undefined || quantity === undefined) return {};
  const off = kind === undefined ? undefined : discountOf(items, discount)?.column;
  const lineOf = (row: string) => lessDiscount({ price, quantity, off, kind }, row);
  const lines = `rows.filter(r, ${cell(quantity, "r")} != "" && ${cell(price, "r")} != "").map(r, ${lineOf("r")}).sum()`;
  const counted = order.isOffShipping === true ? "subtotal" : order.discount;
  const whole = counted === undefined ? undefined : wholeDiscount(counted, lines, subtotal, discount);
  const shipping = matches.find(({ path }) => path === "total_shipping")?.column;
  const tax = matches.find(({ path }) => path === "total_tax")?.column;
  const beside = shipping === undefined || order.shipping === "within" ? "" : ` - ${blankIsNothing(shipping)}`;
  const made = order.discount === "subtotal" && subtotal !== undefined ? numberIn(subtotal) : lines;
  const parts =
    discount === undefined
      ? ""
      : `rows.filter(r, ${cell(discount, "r")} != "").map(r, abs(${numberIn(discount, "r")})).sum()`;
  const less =
    discount === undefined || order.discount === undefined || order.discount === "subtotal"
      ? ""
      : ` + ${order.discount === "once" ? `abs(${blankIsNothing(discount)})` : parts}`;
  const taxWhen =
    total === undefined
      ? undefined
      : `${cell(tax ?? total)} != "" && (${tax === undefined ? "" : `${numberIn(tax)} == 0.0 || `}abs(${numberIn(total)}${beside} - ${made}${less}) > 0.005)`;
  const proves = total === undefined ? "the export is known" : `"${total.name}" proves it`;
  return {
    ...(whole === undefined
      ? {}
      : {
          amounts: {
            spec: { line: { expr: lineOf("row"), round: 4 }, order_discount: whole.spec },
            columns: [price, quantity, ...(off === undefined ? [] : [off]), ...whole.columns].map(({ name }) => name),
            why: `high: a discount on the order is shared out over its lines; ${proves}`,
          },
        }),
    ...(order.tax === "either" && tax !== undefined && taxWhen !== undefined ? { taxWhen } : {}),
    ...(order.isOffShipping === true && shipping !== undefined && subtotal !== undefined && discount !== undefined
      ? { shipping: lessRest(shipping, lines, subtotal, discount) }
      : {}),
  };
}

/** What the discount says more than was taken off the lines was taken off the shipping. */
function lessRest(
  shipping: Column,
  lines: string,
  subtotal: Column,
  discount: Column,
): NonNullable<TotalParts["shipping"]> {
  const own = blankIsNothing(shipping);
  const off = `cel.bind(off, ${lines} - ${numberIn(subtotal)}, off > 0.005 ? off : 0.0)`;
  return {
    expr: `${cell(subtotal)} == "" ? ${own} : ${own} - (abs(${blankIsNothing(discount)}) - ${off})`,
    columns: [shipping, discount, subtotal].map(({ name }) => name),
    why: `"${subtotal.name}" shows which discounts were for the shipping`,
  };
}

function wholeDiscount(
  kind: NonNullable<OrderProof["discount"]>,
  lines: string,
  subtotal: Column | undefined,
  discount: Column | undefined,
) {
  if (kind === "subtotal" && subtotal !== undefined) {
    const off = `${lines} - ${numberIn(subtotal)}`;
    const spec = { when: `${cell(subtotal)} != ""`, expr: `cel.bind(off, ${off}, off > 0.005 ? off : 0.0)`, round: 2 };
    return { spec, columns: [subtotal] };
  }
  if (discount === undefined) return undefined;
  if (kind === "summed") {
    const expr = `rows.filter(r, ${cell(discount, "r")} != "").map(r, abs(${numberIn(discount, "r")})).sum()`;
    return { spec: { expr, round: 2 }, columns: [discount] };
  }
  const spec = { when: `${cell(discount)} != ""`, expr: `abs(${numberIn(discount)})`, round: 2 };
  return { spec, columns: [discount] };
}

/** The figures of an order need not be on its every row, so they may always be blank. */
function blankIsNothing(column: Column): string {
  return `(${cell(column)} == "" ? 0.0 : ${numberIn(column)})`;
}
