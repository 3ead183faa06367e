// Decimal numbers as digits: parsing by a source's style, exact arithmetic, and the step to a JSON number, which is
// exact or does not happen. No binary rounding anywhere. Units are in units.ts.
import { quote } from "../../model/text/quote.ts";
import { moneyText } from "./money.ts";
import { isEitherWay } from "./number-evidence.ts";
import type { ValueStyle } from "./style.ts";

/** `unscaled / 10^scale`; the scale keeps trailing zeros (`1.50` is 150 and 2). There is no negative zero. */
export interface Decimal {
  readonly unscaled: bigint;
  readonly scale: number;
}

/** Digits, or why there are none. */
export type ParsedDecimal =
  | { readonly ok: true; readonly decimal: Decimal }
  | { readonly ok: false; readonly message: string };

type DecimalStyle = Pick<ValueStyle, "decimal" | "thousands" | "unsaid">;

const maxLength = 400; // more digits than any double has; bounds the arithmetic on a hostile cell

/**
 * Reads digits by the style: a sign, groups of three (or two, two and three) where `thousands` is set, one decimal sign. Anything else
 * (currency, scientific notation, the other style's signs) is refused with a message that says what to do about it.
 */
export function parseDecimal(text: string, style: DecimalStyle): ParsedDecimal {
  const trimmed = text.trim();
  // What found out the signs did not see this text (it is looked up, or made by an expression): no guess.
  if (style.unsaid?.numbers === true && style.thousands === undefined && isEitherWay(trimmed))
    return {
      ok: false,
      message: `${quote(trimmed)} may be read in two ways, and nothing shows which: say decimal: "." or ","`,
    };
  const match = trimmed.length > maxLength ? null : patternOf(style).exec(trimmed);
  if (match === null) return { ok: false, message: faultOf(trimmed, style) };
  const whole = (match[2] ?? "").replace(/\D/g, "");
  const fraction = match[3] ?? "";
  const magnitude = BigInt(`${whole}${fraction}`);
  return { ok: true, decimal: { unscaled: match[1] === "-" ? -magnitude : magnitude, scale: fraction.length } };
}

/** The decimal that a finite double's shortest text, or an integer, stands for. */
export function decimalOf(value: number | bigint): Decimal {
  if (typeof value === "bigint") return { unscaled: value, scale: 0 };
  const [mantissa = "0", exponent = "0"] = String(value).split("e");
  const [whole = "0", fraction = ""] = mantissa.split(".");
  const unscaled = BigInt(`${whole}${fraction}`);
  const scale = fraction.length - Number(exponent);
  return scale >= 0 ? { unscaled, scale } : { unscaled: unscaled * 10n ** BigInt(-scale), scale: 0 };
}

/** Plain digits with `sign` between whole and fraction, all of the scale's places: never scientific notation. */
export function decimalText({ unscaled, scale }: Decimal, sign: "." | "," = "."): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  return `${unscaled < 0n ? "-" : ""}${whole}${scale === 0 ? "" : `${sign}${digits.slice(-scale)}`}`;
}

/** The double that prints back to the same digits, or undefined when there is none. */
export function exactNumber(decimal: Decimal): number | undefined {
  const { unscaled, scale } = decimal;
  // Fifteen digits always come back; both sides of the division are exact, so its result is the nearest double.
  const power = powersOfTen[scale];
  if (power !== undefined && unscaled < fifteenDigits && unscaled > -fifteenDigits) return Number(unscaled) / power;
  const number = Number(decimalText(decimal));
  if (!Number.isFinite(number)) return undefined;
  return isEqual(decimalOf(number), decimal) ? number : undefined;
}

const fifteenDigits = 10n ** 15n;
const powersOfTen = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/** At most `places` decimals; halves go away from zero. Fewer decimals stay as they are. */
export function roundDecimal(decimal: Decimal, places: number): Decimal {
  return decimal.scale <= places ? decimal : multiply(decimal, 1n, 1n, places);
}

/**
 * A calculated double, rounded as a person with a pencil would: 20.7 × 0.75 is 15.525 and becomes 15.53, although the
 * double is 15.524999999999999. What is beyond 15 digits is the machine's noise, as it is to every spreadsheet.
 */
export function roundDouble(value: number, places: number): number {
  if (decimalOf(value).scale <= places) return value;
  return Number(decimalText(roundDecimal(decimalOf(Number(value.toPrecision(15))), places)));
}

/** `decimal × numerator ÷ denominator`, to `places` decimals; halves go away from zero. */
export function multiply(decimal: Decimal, numerator: bigint, denominator: bigint, places: number): Decimal {
  const dividend = decimal.unscaled * numerator * 10n ** BigInt(places);
  const divisor = denominator * 10n ** BigInt(decimal.scale);
  const half = dividend < 0n ? -divisor : divisor;
  return { unscaled: (2n * dividend + half) / (2n * divisor), scale: places };
}

/** The exact sum. */
export function add(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { unscaled: atScale(a, scale) + atScale(b, scale), scale };
}

/** The exact product. */
export function product(a: Decimal, b: Decimal): Decimal {
  return { unscaled: a.unscaled * b.unscaled, scale: a.scale + b.scale };
}

/** Below 0 when `a` is less than `b`, 0 when they are the same number. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  const difference = atScale(a, scale) - atScale(b, scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** What to say of a decimal that no JSON number carries. */
export function inexactMessage(text: string): string {
  return `${quote(text)} has more digits than a JSON number can carry exactly`;
}

function isEqual(a: Decimal, b: Decimal): boolean {
  return compareDecimals(a, b) === 0;
}

function atScale({ unscaled, scale }: Decimal, wanted: number): bigint {
  return unscaled * 10n ** BigInt(wanted - scale);
}

const patterns = new WeakMap<DecimalStyle, RegExp>();

function patternOf(style: DecimalStyle): RegExp {
  const known = patterns.get(style);
  if (known !== undefined) return known;
  const fraction = `(?:\\${style.decimal}(\\d+))?`;
  const grouped = style.thousands === undefined ? "" : groupsOf(separatorClass(style.thousands));
  const pattern = new RegExp(`^([+-]?)(?=\\D?\\d)(\\d*${grouped})${fraction}$`);
  patterns.set(style, pattern);
  return pattern;
}

// Of three digits, or as in India: `1,23,456`.
function groupsOf(separator: string): string {
  return `|\\d{1,3}(?:${separator}\\d{3})+|\\d{1,2}(?:${separator}\\d{2})+${separator}\\d{3}`;
}

// What people type as a space or an apostrophe, exports write as one of its typographic kin.
function separatorClass(thousands: string): string {
  if (thousands === " ") return "[ \u00a0\u202f]";
  if (thousands === "'") return "['\u2019]";
  return thousands.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

function demand([only, ...others]: readonly string[]): string {
  return only === undefined || others.length > 0 ? "" : `, and [{ money: ${only} }] refuses any other`;
}

function faultOf(text: string, { decimal, thousands }: DecimalStyle): string {
  const shown = quote(text);
  if (text.length > maxLength) return `${shown} is too long for a number`;
  const money = moneyText(text);
  if (money !== undefined && money.written !== "")
    return `${shown} has a currency, ${money.written}; apply: [money] takes it off${demand(money.currencies)}`;
  if (money !== undefined && text.startsWith("("))
    return `${shown} is in brackets, as amounts below nothing are; apply: [money] reads it as ${quote(money.number)}`;
  if (/\p{Sc}/u.test(text)) return `${shown} has a currency sign, and is not an amount without it either`;
  if (/^[+-]?[\d.,]+e[+-]?\d+$/i.test(text)) {
    return `${shown} is in scientific notation, in which spreadsheets lose digits; export the column as plain numbers`;
  }
  if (/^[+-]?\d[\d.,'\u2019\s]*$/.test(text)) {
    const groups = thousands === undefined ? "nothing between thousands" : `"${thousands}" between thousands`;
    return `${shown} is not a number with decimal "${decimal}" and ${groups}; fix this cell, or, if the whole column is written so, say decimal: and thousands: in the mapping`;
  }
  return `${shown} is not a number`;
}
