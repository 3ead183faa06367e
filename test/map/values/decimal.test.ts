import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import {
  type Decimal,
  decimalOf,
  decimalText,
  exactNumber,
  multiply,
  parseDecimal,
  roundDecimal,
  roundDouble,
} from "../../../src/map/values/decimal.ts";

const point = { decimal: "." } as const;
const comma = { decimal: "," } as const;
const german = { decimal: ",", thousands: "." } as const;
const english = { decimal: ".", thousands: "," } as const;
const french = { decimal: ",", thousands: " " } as const;
const swiss = { decimal: ".", thousands: "'" } as const;

describe("parseDecimal", () => {
  test.each([
    { text: "12.50", style: point, is: "12.50" },
    { text: "0012", style: point, is: "12" },
    { text: ".5", style: point, is: "0.5" },
    { text: "-.5", style: point, is: "-0.5" },
    { text: "+7", style: point, is: "7" },
    { text: "-0", style: point, is: "0" },
    { text: " 3 ", style: point, is: "3" },
    { text: "1234,50", style: comma, is: "1234.50" },
    { text: "1.234,50", style: german, is: "1234.50" },
    { text: "1234,50", style: german, is: "1234.50" },
    { text: "1,234,567", style: english, is: "1234567" },
    { text: "-1,234.5", style: english, is: "-1234.5" },
    { text: "1 234,5", style: french, is: "1234.5" },
    { text: "1\u202f234,5", style: french, is: "1234.5" },
    { text: "1\u00a0234,5", style: french, is: "1234.5" },
    { text: "1’234.5", style: swiss, is: "1234.5" },
    { text: "1,23,456.50", style: english, is: "123456.50" },
    { text: "12,34,567", style: english, is: "1234567" },
  ])("reads $text as $is", ({ text, style, is }) => {
    const parsed = parseDecimal(text, style);
    expect(parsed.ok && decimalText(parsed.decimal)).toBe(is);
  });

  test.each([
    { text: "1,234", style: point, says: 'decimal "." and nothing between thousands' },
    { text: "1.234,50", style: comma, says: "say decimal: and thousands:" },
    { text: "12,34", style: english, says: 'decimal "." and "," between thousands' },
    { text: "1,2345", style: english, says: "between thousands" },
    { text: "1234,567", style: english, says: "between thousands" },
    { text: ",123", style: english, says: "is not a number" },
    { text: "1,234,56.7", style: english, says: "between thousands" },
    { text: "1.2.3", style: point, says: "is not a number" },
    { text: "5.", style: point, says: "is not a number" },
    { text: "1 000", style: point, says: "nothing between thousands" },
    { text: "1E5", style: point, says: "scientific notation" },
    { text: "1,2e+10", style: comma, says: "scientific notation" },
    { text: "$12.50", style: point, says: "has a currency, $; apply: [money] takes it off" },
    { text: "-$5", style: point, says: "apply: [money]" },
    { text: "($5.00)", style: point, says: "apply: [money]" },
    { text: "CHF 1'234.50", style: point, says: "apply: [money] takes it off, and [{ money: CHF }] refuses any other" },
    { text: "12,50 €", style: comma, says: "[{ money: EUR }]" },
    { text: "12,50 EUR", style: comma, says: "[{ money: EUR }]" },
    { text: "$twelve", style: point, says: "has a currency sign, and is not an amount" },
    { text: "(12.50)", style: point, says: 'apply: [money] reads it as "-12.50"' },
    { text: "12 XXL", style: point, says: "is not a number" },
    { text: "1,23,456", style: point, says: "say decimal: and thousands:" },
    { text: "1,2,345,678", style: english, says: "between thousands" },
    { text: "12.50-", style: point, says: "is not a number" },
    { text: "NaN", style: point, says: "is not a number" },
    { text: "Infinity", style: point, says: "is not a number" },
    { text: "0x10", style: point, says: "is not a number" },
    { text: "-", style: point, says: "is not a number" },
    { text: ".", style: point, says: "is not a number" },
    { text: "", style: point, says: "is not a number" },
    { text: "١٢", style: point, says: "is not a number" },
    { text: "9".repeat(401), style: point, says: "too long" },
  ])("refuses $text and says why", ({ text, style, says }) => {
    const parsed = parseDecimal(text, style);
    expect(parsed.ok ? "a number" : parsed.message).toContain(says);
  });
});

describe("exactNumber", () => {
  test.each([
    { text: "12.50", is: 12.5 },
    { text: "0.1", is: 0.1 },
    { text: "-0.00", is: 0 },
    { text: "0.0000001", is: 1e-7 },
    { text: `1${"0".repeat(21)}`, is: 1e21 },
    { text: "9007199254740993", is: undefined },
    { text: "12345678901234567890", is: undefined },
    { text: "0.1234567890123456789", is: undefined },
    { text: "9".repeat(400), is: undefined },
    { text: `0.${"0".repeat(330)}1`, is: undefined },
  ])("carries $text exactly or not at all", ({ text, is }) => {
    const parsed = parseDecimal(text, point);
    expect(parsed.ok).toBe(true);
    expect(parsed.ok && exactNumber(parsed.decimal)).toBe(is);
  });

  it("has no negative zero", () => {
    const parsed = parseDecimal("-0.0", point);
    expect(parsed.ok && Object.is(exactNumber(parsed.decimal), 0)).toBe(true);
  });
});

describe("rounding", () => {
  test.each([
    { text: "1.005", places: 2, is: "1.01" },
    { text: "1.004", places: 2, is: "1.00" },
    { text: "-1.005", places: 2, is: "-1.01" },
    { text: "2.675", places: 2, is: "2.68" },
    { text: "9.995", places: 2, is: "10.00" },
    { text: "12.5", places: 2, is: "12.5" },
    { text: "0.4", places: 0, is: "0" },
    { text: "-0.4", places: 0, is: "0" },
    { text: "0.5", places: 0, is: "1" },
  ])("rounds $text to $places decimals as $is", ({ text, places, is }) => {
    const parsed = parseDecimal(text, point);
    expect(parsed.ok && decimalText(roundDecimal(parsed.decimal, places))).toBe(is);
  });

  it("is never off by more than half of the last place", () => {
    fc.assert(
      fc.property(anyDecimal, fc.nat({ max: 8 }), (decimal, places) => {
        const rounded = roundDecimal(decimal, places);
        const scale = Math.max(decimal.scale, rounded.scale, places);
        const distance = at(decimal, scale) - at(rounded, scale);
        expect(2n * (distance < 0n ? -distance : distance) <= 10n ** BigInt(scale - places)).toBe(true);
      }),
    );
  });

  it("undoes a multiplication", () => {
    fc.assert(
      fc.property(anyDecimal, fc.bigInt({ min: 1n, max: 10n ** 9n }), (decimal, factor) => {
        const there = multiply(decimal, factor, 1n, decimal.scale);
        expect(multiply(there, 1n, factor, decimal.scale)).toEqual(decimal);
      }),
    );
  });
});

const anyDecimal = fc.record({
  unscaled: fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n }),
  scale: fc.nat({ max: 10 }),
});

function at({ unscaled, scale }: Decimal, wanted: number): bigint {
  return unscaled * 10n ** BigInt(wanted - scale);
}

describe("digits", () => {
  it("come back unchanged from a number of up to 15 of them, in every style", () => {
    fc.assert(
      fc.property(anyDecimal, fc.constantFrom(point, comma, german, english, french, swiss), (decimal, style) => {
        const text = decimalText(decimal, style.decimal);
        const parsed = parseDecimal(text, style);
        expect(parsed).toEqual({ ok: true, decimal });
        const number = exactNumber(decimal);
        expect(number).toBeDefined();
        expect(at(decimalOf(number ?? Number.NaN), 400)).toBe(at(decimal, 400));
      }),
    );
  });

  it("of any finite double are the double again", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (double) => {
        const number = Number(decimalText(decimalOf(double)));
        expect(number === double).toBe(true);
        expect(exactNumber(decimalOf(double)) === double).toBe(true);
      }),
    );
  });

  it("are never invented: a text is read as what it says, or refused", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."0123456789.,+- e'") }), (text) => {
        const parsed = parseDecimal(text, point);
        if (parsed.ok) expect(text.trim()).toMatch(/^[+-]?\d*(\.\d+)?$/);
      }),
    );
  });
});

describe("roundDouble", () => {
  test.each([
    { value: 20.7 * 0.75, places: 2, is: 15.53 }, // the double is 15.524999999999999
    { value: 14.5 * (1 - 0.15), places: 2, is: 12.33 },
    { value: 1.005 * 100, places: 0, is: 101 },
    { value: -(20.7 * 0.75), places: 2, is: -15.53 },
    { value: 0.1 + 0.2, places: 12, is: 0.3 },
    { value: 1.004999, places: 2, is: 1 },
    { value: 9007199254740991, places: 2, is: 9007199254740991 }, // 16 digits, none of them a decimal
    { value: 0.5, places: 2, is: 0.5 },
  ])("$value to $places places is $is", ({ value, places, is }) => {
    expect(roundDouble(value, places)).toBe(is);
  });
});
