// Orders whose money is known, in the rows or elements that a source would write, and what a draft has of it.
import type { Cell } from "../../src/model/row.ts";
import type { Random } from "./random.ts";

/** One order as its source has it. Money is in cents. */
export interface KnownOrder {
  readonly number: string;
  /** The day that the source shows. */
  readonly day: string;
  readonly items: number;
  readonly tax: number;
  readonly shipping: number;
  /** Pieces by SKU. */
  readonly pieces: Readonly<Record<string, number>>;
  /** Whether the source's own sums agree with its parts; where they do not, the order has to be refused. */
  readonly isConsistent: boolean;
  /** Its rows, as cells; of JSON one element. */
  readonly rows: readonly Readonly<Record<string, Cell>>[];
}

/** A kind of export. */
export interface Source {
  /** The shipped mapping: `shopify-orders`. */
  readonly name: string;
  readonly order: (random: Random, index: number) => KnownOrder;
  /** The joins of the mapping: the rows of an order whose cells begin with `name:` are theirs. */
  readonly joins?: readonly string[];
}

/** A line of an order, as shops begin with it. */
export interface Line {
  readonly sku: string;
  readonly quantity: number;
  /** Of one piece. */
  readonly price: number;
}

/** One to six lines of pieces that cost something; now and then nothing, or next to it in great numbers. */
export function someLines(random: Random): readonly Line[] {
  return Array.from({ length: random.whole(1, 6) }, (_, index) => ({
    sku: `SKU-${index}`,
    quantity: random.chance(0.1) ? random.whole(100, 5000) : random.whole(1, 12),
    price: random.chance(0.05) ? 0 : random.chance(0.1) ? random.whole(1, 9) : random.whole(50, 25_000),
  }));
}

/** The pieces of lines by SKU. */
export function piecesOf(
  lines: readonly { readonly sku: string; readonly quantity: number }[],
): Record<string, number> {
  const pieces: Record<string, number> = {};
  for (const { sku, quantity } of lines) pieces[sku] = (pieces[sku] ?? 0) + quantity;
  return pieces;
}

/** A day, and a moment of it near midnight, in the shop's own zone. */
export function someMoment(random: Random): { readonly day: string; readonly time: string; readonly offset: string } {
  const two = (number: number) => String(number).padStart(2, "0");
  const day = `20${two(random.whole(19, 25))}-${two(random.whole(1, 12))}-${two(random.whole(1, 28))}`;
  const hour = random.chance(0.5) ? random.pick([0, 23]) : random.whole(0, 23);
  return {
    day,
    time: `${two(hour)}:${two(random.whole(0, 59))}:${two(random.whole(0, 59))}`,
    offset: random.pick(["-05:00", "+02:00", "+09:30", "-08:00", "+00:00"]),
  };
}
