// Money of order lines, exactly: a discount on the whole order shared out over its lines, and the price per piece that
// meets what a line comes to. The API has no discounts, and a price has at most four decimals.
import { add, compareDecimals, type Decimal, decimalOf, multiply, product, roundDecimal } from "./decimal.ts";

/** So many pieces at this price. */
export interface PricedPieces {
  readonly quantity: Decimal;
  readonly price: Decimal;
}

/**
 * Each line's share of a discount, in cents: by amount, what is left over by the largest remainder, of equal ones the first.
 * Lines of 0 and below have no share. Undefined where the discount is larger than the lines that could share it.
 */
export function shareOut(lines: readonly bigint[], discount: bigint): readonly bigint[] | undefined {
  const whole = lines.reduce((sum, line) => (line > 0n ? sum + line : sum), 0n);
  if (discount > whole) return undefined;
  if (whole === 0n || discount === 0n) return lines.map(() => 0n);
  const parts = lines.map((line, index) => {
    const exact = line > 0n ? discount * line : 0n;
    return { index, share: exact / whole, remainder: exact % whole };
  });
  const left = parts.reduce((rest, { share }) => rest - share, discount);
  const rounded = parts
    .toSorted((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1))
    .slice(0, Number(left))
    .map(({ index }) => index);
  const roundedUp = new Set(rounded);
  return parts.map(({ index, share }) => (roundedUp.has(index) ? share + 1n : share));
}

/**
 * The pieces of a line by price: quantity × price, each rounded to cents, adds up to the amount, rounded to cents. Mostly
 * one price; where none of four decimals meets the amount, some pieces cost 0.0001 more. Undefined where that does not do
 * either, which takes a quantity that is no whole number. The quantity has to be above 0.
 */
export function pricesOf(quantity: Decimal, amount: Decimal): readonly PricedPieces[] | undefined {
  const wanted = roundDecimal(amount, 2);
  const price = dividedBy(amount, quantity);
  if (compareDecimals(cents(quantity, price), wanted) === 0) return [{ quantity, price }];
  const isNegative = wanted.unscaled < 0n;
  const found = splitPieces(quantity, isNegative ? negated(wanted) : wanted);
  return isNegative
    ? found?.map(({ quantity: pieces, price: each }) => ({ quantity: pieces, price: negated(each) }))
    : found;
}

function splitPieces(quantity: Decimal, wanted: Decimal): readonly PricedPieces[] | undefined {
  const steps = wanted.unscaled * 10n ** BigInt(4 - wanted.scale);
  const lower: Decimal = { unscaled: (steps * 10n ** BigInt(quantity.scale)) / quantity.unscaled, scale: 4 };
  const upper: Decimal = { unscaled: lower.unscaled + 1n, scale: 4 };
  const rest = add({ unscaled: steps, scale: 0 }, negated(product(quantity, { ...lower, scale: 0 })));
  const nearest = roundDecimal(rest, 0).unscaled;
  for (const shift of [0n, 1n, -1n, 2n, -2n]) {
    const dearer: Decimal = { unscaled: nearest + shift, scale: 0 };
    const others = add(quantity, negated(dearer));
    if (dearer.unscaled <= 0n || others.unscaled <= 0n) continue;
    const sum = add(cents(others, lower), cents(dearer, upper));
    if (compareDecimals(sum, wanted) === 0)
      return [
        { quantity: others, price: lower },
        { quantity: dearer, price: upper },
      ];
  }
  return undefined;
}

function dividedBy(amount: Decimal, quantity: Decimal): Decimal {
  return multiply(amount, 10n ** BigInt(quantity.scale), quantity.unscaled, 4);
}

function cents(quantity: Decimal, price: Decimal): Decimal {
  return roundDecimal(product(quantity, price), 2);
}

function negated({ unscaled, scale }: Decimal): Decimal {
  return { unscaled: -unscaled, scale };
}

/** A calculated double without the machine's noise: what is beyond 15 digits is none of the source's. */
export function decimalOfCalculated(value: number): Decimal {
  return decimalOf(Number(value.toPrecision(15)));
}
