// Prices that the orders' own totals contradict: none of them is sure, and one that next to no order comes to its total by is asked about.
import { numberIn } from "../columns/find-column.ts";
import type { Column } from "../columns/table.ts";
import type { Agreement } from "../proofs/order-arithmetic.ts";
import type { Line } from "../proposal/proposal.ts";
import { missing } from "./lines.ts";

/** By how many orders a reading of the prices is contradicted. */
export interface Against extends Agreement {
  /** The column of their totals. */
  readonly total: string;
}

/** Lines of money that the orders' totals contradict are not sure. */
export function unsureOfMoney(lines: readonly Line[], against: Against | undefined): readonly Line[] {
  if (against === undefined) return lines;
  const { total, orders, agreeing } = against;
  return lines.map((line) =>
    line.kind === "todo" || line.confidence === "low"
      ? line
      : {
          ...line,
          confidence: "medium",
          why: `${line.why}; ${orders - agreeing} of ${orders} orders do not come to "${total}"`,
        },
  );
}

/**
 * The question for the price of one piece, where nearly all orders come to less than their lines alone: something may always be charged
 * beside the lines, but nothing that is charged makes an order cheaper.
 */
export function refutedPrice(
  { total, orders, above }: Against,
  price: Column,
  quantity: Column | undefined,
): Line | undefined {
  if (orders === 0 || above < orders * 0.8) return undefined;
  const times = quantity === undefined ? "" : ` times "${quantity.name}"`;
  const line = quantity === undefined ? "" : ` ({ expr: '${numberIn(price)} / ${numberIn(quantity)}' })`;
  return missing(
    "unit_price",
    `by "${price.name}"${times} ${above} of ${orders} orders come to more than "${total}": is it the price of one piece (${price.name}), with a discount that no column says, or what the line comes to${line}?`,
  );
}
