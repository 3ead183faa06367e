// The lines of `children.items`. The API knows a price for each piece and no discount on a line: both are calculated.
import { cell } from "./find.ts";
import { linesOf, missing } from "./lines.ts";
import type { Link } from "./links.ts";
import type { Match } from "./match.ts";
import type { Line } from "./plan.ts";

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
    ...priceLines(of("unit_price"), of("line_total"), of("quantity"), of("discount"), plain),
  ];
}

function priceLines(
  price: Match | undefined,
  total: Match | undefined,
  quantity: Match | undefined,
  discount: Match | undefined,
  plain: (path: string) => readonly Line[],
): readonly Line[] {
  const path = "unit_price";
  if (price !== undefined && discount !== undefined) {
    const expr = `number(${cell(price.column)}) * (1 - number(${cell(discount.column)}))`;
    const columns = [price.column.name, discount.column.name];
    return [
      {
        kind: "guess",
        path,
        spec: { expr, round: 2 },
        columns,
        confidence: "medium",
        why: "the API has no discount on a line: it is taken off the price",
      },
    ];
  }
  if (price !== undefined) return plain(path);
  if (total !== undefined && quantity !== undefined) {
    const expr = `number(${cell(total.column)}) / number(${cell(quantity.column)})`;
    const columns = [total.column.name, quantity.column.name];
    return [
      {
        kind: "guess",
        path,
        spec: { expr, round: 2 },
        columns,
        confidence: "medium",
        why: "the line's total divided by its quantity",
      },
    ];
  }
  return [missing(path, "which column is the price of one piece?")];
}
