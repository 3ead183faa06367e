// Sharing a discount out and pricing lines by the piece: to the cent, whatever the amounts.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { add, type Decimal, decimalText, product, roundDecimal } from "../../../src/map/values/decimal.ts";
import { pricesOf, shareOut } from "../../../src/map/values/line-prices.ts";

const cents = fc.bigInt({ min: 0n, max: 5_000_000n });
const money = (unscaled: bigint): Decimal => ({ unscaled, scale: 2 });
const whole = (pieces: number): Decimal => ({ unscaled: BigInt(pieces), scale: 0 });
const sum = (amounts: readonly bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);

describe("a discount on the whole order", () => {
  it("is shared out by amount, the cents that are left by the largest remainder, of equal ones the first", () => {
    expect(shareOut([10000n, 5000n, 5000n], 1000n)).toEqual([500n, 250n, 250n]);
    expect(shareOut([1000n, 1000n, 1000n], 100n)).toEqual([34n, 33n, 33n]);
    expect(shareOut([999n, 1n], 500n)).toEqual([500n, 0n]);
    expect(shareOut([3333n, 6667n], 1n)).toEqual([0n, 1n]);
  });

  it("takes all of it and no more than a line has, whatever the lines", () => {
    fc.assert(
      fc.property(fc.array(cents, { minLength: 1, maxLength: 12 }), fc.nat(1000), (lines, thousandths) => {
        const discount = (sum(lines) * BigInt(thousandths)) / 1000n;
        const shares = shareOut(lines, discount) ?? [];
        expect(sum(shares)).toBe(discount);
        for (const [index, share] of shares.entries()) {
          expect(share >= 0n && share <= (lines[index] ?? 0n)).toBe(true);
          const exact = (discount * (lines[index] ?? 0n)) / (sum(lines) === 0n ? 1n : sum(lines));
          expect(share - exact <= 1n && share >= exact).toBe(true);
        }
      }),
    );
  });

  it("is none where it is larger than the lines, and takes nothing off lines below 0", () => {
    expect(shareOut([500n, 500n], 1001n)).toBeUndefined();
    expect(shareOut([-200n, 1000n], 300n)).toEqual([0n, 300n]);
    expect(shareOut([0n], 0n)).toEqual([0n]);
  });
});

describe("the price of a line", () => {
  it("is one price where four decimals meet the amount, and two a hundredth of a cent apart where they do not", () => {
    expect(shown(3, 1000n)).toEqual(["3 × 3.3333"]);
    expect(shown(700, 10000n)).toEqual(["300 × 0.1428", "400 × 0.1429"]);
    expect(shown(1, 0n)).toEqual(["1 × 0.0000"]);
    expect(shown(3, -1000n)).toEqual(["3 × -3.3333"]);
  });

  it("meets the amount to the cent with as many pieces as there are, in at most two parts", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200_000 }), cents, fc.boolean(), (pieces, amount, isBelow) => {
        const wanted = isBelow ? -amount : amount;
        const parts = pricesOf(whole(pieces), money(wanted)) ?? [];
        expect([1, 2]).toContain(parts.length);
        const met = parts.map(({ quantity, price }) => roundDecimal(product(quantity, price), 2));
        expect(decimalText(met.reduce(add, money(0n)))).toBe(decimalText(money(wanted)));
        expect(parts.reduce((all, { quantity }) => all + Number(decimalText(quantity)), 0)).toBe(pieces);
        for (const { quantity, price } of parts) {
          expect(price.scale).toBeLessThanOrEqual(4);
          expect(quantity.unscaled > 0n).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("keeps a price that the source has to the fourth decimal", () => {
    const parts = pricesOf(whole(3), { unscaled: 375n, scale: 3 }); // 3 × 0.125 is 0.38 on the invoice
    expect(parts?.map(({ price }) => decimalText(price))).toEqual(["0.1250"]);
  });

  it("meets what is weighed as well", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 90_000n }), cents, (weighed, amount) => {
        const parts = pricesOf({ unscaled: weighed, scale: 3 }, money(amount)) ?? [];
        const met = parts.map(({ quantity, price }) => roundDecimal(product(quantity, price), 2));
        expect(decimalText(met.reduce(add, money(0n)))).toBe(decimalText(money(amount)));
      }),
    );
  });
});

function shown(pieces: number, amount: bigint): readonly string[] {
  return (pricesOf(whole(pieces), money(amount)) ?? []).map(
    ({ quantity, price }) => `${decimalText(quantity)} × ${decimalText(price)}`,
  );
}
