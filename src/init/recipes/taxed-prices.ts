// Retail prices with and without a tax beside each other: the figures show that they are two sides of one price, and nothing in a file
// of goods tells which of them the account's prices are.
import type { Column } from "../columns/table.ts";
import { isTaxedPair } from "../proofs/price-pairs.ts";
import type { Line } from "../proposal/proposal.ts";

/** What is asked about two prices. */
export function taxedQuestion(prices: readonly [Column, Column]): string {
  const names = prices.map(({ name }) => JSON.stringify(name)).join(" and ");
  return `${names} are one price with and without its tax: which one do prices in Luminous have?`;
}

/** The line of the retail price, not sure where one of `columns` is the same price with or without its tax. */
export function unsureOfTax(line: Line, columns: readonly Column[]): Line {
  if (line.kind === "todo" || line.path !== "retail_price" || line.columns.length !== 1 || line.confidence === "low")
    return line;
  const own = columns.find(({ name }) => name === line.columns[0]);
  if (own === undefined) return line;
  const other = columns.find((column) => column !== own && isTaxedPair(own, column));
  if (other === undefined) return line;
  const why = `${line.why}; ${JSON.stringify(other.name)} is the same price on the other side of its tax: take that one if prices in Luminous are so`;
  return { ...line, confidence: "medium", why };
}
