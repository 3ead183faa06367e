// Amounts of money as exports write them: `CHF 1'234.50`, `12,50 EUR`, `US $5.00`, `-$5`, `($5.00)`. Takes the currency off
// and says which it is; the number stays as the source writes it, to be read by its style.

import type { ProblemCode } from "../../model/problem.ts";
import { quote } from "../../model/text/quote.ts";

/** The number in an amount, and its currencies: none for a plain number, several for a sign that several use (`$`). */
export interface MoneyText {
  /** With a minus where the amount is below nothing. */
  readonly number: string;
  /** The currency as it is written; `""` when there is none. */
  readonly written: string;
  /** ISO 4217 codes that may be meant. */
  readonly currencies: readonly string[];
}

/** What an amount is made of; undefined for what is no amount of money. */
export function moneyText(text: string): MoneyText | undefined {
  const trimmed = text.trim();
  if (trimmed.length > maxLength) return undefined;
  const bracketed = /^\((.*)\)$/s.exec(trimmed)?.[1];
  const [, sign = "", before = "", inner = "", number = "", after = "", behind = ""] =
    amount.exec(bracketed ?? trimmed) ?? [];
  const signs = [sign, inner, behind].filter((found) => found !== "");
  if (number === "" || signs.length > (bracketed === undefined ? 1 : 0)) return undefined;
  const written = [before, after].map((part) => part.trim()).filter((part) => part !== "");
  const meant = written.map(currenciesOf);
  const [first = [], second = first] = meant;
  const currencies = first.filter((code) => second.includes(code));
  if (written.length > 0 && currencies.length === 0) return undefined;
  const isNegative = bracketed !== undefined || isMinus(signs[0]);
  return { number: `${isNegative ? "-" : ""}${number}`, written: written.join(" "), currencies };
}

/** The number of an amount, or why it is none. With `wanted`, a plain number passes and any other currency is refused. */
export function takeMoney(
  text: string,
  wanted: string | undefined,
):
  | { readonly ok: true; readonly number: string }
  | { readonly ok: false; readonly code: ProblemCode; readonly message: string } {
  if (text.trim() === "") return { ok: true, number: "" };
  const money = moneyText(text);
  if (money === undefined)
    return { ok: false, code: "not_a_number", message: `${quote(text)} is not an amount of money` };
  const { number, written, currencies } = money;
  if (wanted === undefined || written === "" || currencies.includes(wanted)) return { ok: true, number };
  return { ok: false, code: "not_allowed", message: `${quote(text)} is in ${written}, and ${wanted} is expected here` };
}

/** True for the code of a currency (`CHF`). */
export function isCurrency(code: string): boolean {
  return codes.has(code);
}

/** The currency that a cell names, one spelling for each: `€`, `eur` and `EUR` are EUR, and what several currencies use stays (`$`). */
export function currencyNamed(text: string): string {
  const meant = currenciesOf(text);
  const [only] = meant;
  return only !== undefined && meant.length === 1 ? only : text.trim().toUpperCase();
}

const maxLength = 100;
const signClass = "[-+\\u2212]?";
const word = "[\\p{L}\\p{Sc}. \\u00a0\\u202f]*";
const amount = new RegExp(
  `^(${signClass})(${word})(${signClass})\\s*((?:\\d|[.,]\\d)[\\d.,'\\u2019 \\u00a0\\u202f]*?)(${word})(${signClass})$`,
  "u",
);
const codes: ReadonlySet<string> = new Set(Intl.supportedValuesOf("currency"));

/** What people write for a currency beside its code, without spaces and dots. */
const signs: Readonly<Record<string, readonly string[]>> = {
  $: ["USD", "CAD", "AUD", "NZD", "HKD", "SGD", "TWD", "MXN", "ARS", "CLP", "COP", "BRL"],
  US$: ["USD"],
  C$: ["CAD"],
  CA$: ["CAD"],
  A$: ["AUD"],
  AU$: ["AUD"],
  NZ$: ["NZD"],
  HK$: ["HKD"],
  S$: ["SGD"],
  NT$: ["TWD"],
  MX$: ["MXN"],
  R$: ["BRL"],
  "€": ["EUR"],
  EURO: ["EUR"],
  "£": ["GBP", "EGP"],
  "¥": ["JPY", "CNY"],
  "￥": ["JPY", "CNY"],
  "JP¥": ["JPY"],
  "CN¥": ["CNY"],
  KR: ["SEK", "NOK", "DKK", "ISK"],
  FR: ["CHF"],
  SFR: ["CHF"],
  ZŁ: ["PLN"],
  KČ: ["CZK"],
  FT: ["HUF"],
  LEI: ["RON"],
  RS: ["INR", "PKR"],
  "₹": ["INR"],
  "₩": ["KRW"],
  "₽": ["RUB"],
  "₺": ["TRY"],
  "₴": ["UAH"],
  "₪": ["ILS"],
  "₫": ["VND"],
  "฿": ["THB"],
  "₱": ["PHP"],
  "₦": ["NGN"],
};

function currenciesOf(written: string): readonly string[] {
  const plain = written.replace(/[\s.]/g, "").toUpperCase();
  if (codes.has(plain)) return [plain];
  const bySign = Object.hasOwn(signs, plain) ? signs[plain] : undefined;
  if (bySign !== undefined) return bySign;
  // A code beside a sign: `USD$`, `EUR €`.
  const [code, sign] = [plain.slice(0, 3), plain.slice(3)];
  return codes.has(code) && Object.hasOwn(signs, sign) && signs[sign]?.includes(code) === true ? [code] : [];
}

function isMinus(sign: string | undefined): boolean {
  return sign === "-" || sign === "\u2212";
}
