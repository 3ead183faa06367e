// The lines of `children.items`. The API knows a price for each piece and no discount on a line: both are calculated.
import { cell } from "../columns/find-column.ts";
import type { Link } from "../columns/links.ts";
import type { Match } from "../columns/match.ts";
import type { Line } from "../proposal/proposal.ts";
import { linesOf, missing } from "./lines.ts";

/** Where order lines come from. */
export interface ItemSource {
  /** `rows`, a nested list, or the name of a join. */
  readonly each: string;
  /** The link of the join. */
  readonly link?: Link;
  readonly matches: readonly Match[];
}

/** The fields of an order line. */
export function itemLines({ matches }: ItemSource): readonly Line[] {
  const of = (path: string) => matches.find((match) => match.path === `items.${path}`);
  const plain = (path: string) => {
    const match = of(path);
    return match === undefined ? [] : linesOf({ ...match, path }, "sales_orders", { list: "items" });
  };
  return [
    ...(of("sku") === undefined ? [missing("sku", "which column is the SKU of the line?")] : plain("sku")),
    ...(of("quantity") === undefined ? [missing("quantity", "which column is the quantity?")] : plain("quantity")),
    ...priceLines(of, plain),
  ];
}

type Of = (path: string) => Match | undefined;

function priceLines(of: Of, plain: (path: string) => readonly Line[]): readonly Line[] {
  const [price, total, quantity] = [of("unit_price"), of("line_total"), of("quantity")];
  const discount = of("discount");
  const off = of("line_discount");
  if (price !== undefined && off !== undefined && quantity !== undefined) {
    const less = `number(${cell(price.column)}) - abs(${orNothing(off)}) / number(${cell(quantity.column)})`;
    return made([price, off, quantity], less, price, "the discount of the line is taken off the price of each piece");
  }
  if (price !== undefined && discount === undefined) return plain("unit_price");
  if (price !== undefined && discount !== undefined) {
    const isPercent = discount.column.profile.fractions < 0.9 || discount.column.heading.text.includes("percent");
    const share = `${orNothing(discount)}${isPercent ? " / 100" : ""}`;
    return made(
      [price, discount],
      `number(${cell(price.column)}) * (1 - ${share})`,
      price,
      "the API has no discount on a line: it is taken off the price",
    );
  }
  if (total === undefined || quantity === undefined)
    return [missing("unit_price", "which column is the price of one piece?")];
  const number = `number(${cell(total.column)})`;
  if (off === undefined)
    return made(
      [total, quantity],
      `${number} / number(${cell(quantity.column)})`,
      total,
      "the line's total divided by its quantity",
    );
  const less = `(${number} - abs(${orNothing(off)})) / number(${cell(quantity.column)})`;
  return made([total, off, quantity], less, total, "the line's total less its discount, divided by its quantity");
}

/** A blank discount is none. */
function orNothing({ column }: Match): string {
  const number = `number(${cell(column)})`;
  return column.profile.filled === column.profile.rows ? number : `(${cell(column)} == "" ? 0.0 : ${number})`;
}

function made(parts: readonly Match[], expr: string, first: Match, why: string): readonly Line[] {
  const when = first.column.profile.filled === first.column.profile.rows ? {} : { when: `${cell(first.column)} != ""` };
  const columns = parts.map(({ column }) => column.name);
  return [{ kind: "guess", path: "unit_price", spec: { ...when, expr, round: 4 }, columns, confidence: "medium", why }];
}
