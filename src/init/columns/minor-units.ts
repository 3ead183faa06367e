// Money in the smallest units of its currency, as APIs of shops and payment services write it: 1999 for 19.99. Which columns say so by
// their names, by the shop that they come from, or perhaps; and by what their amounts are divided.
import { currencyBeside, moneyNameOf } from "./money-names.ts";
import type { Column, MinorUnits, NestedList, Table } from "./table.ts";

/** The columns of a table and of its lists, those in smallest units with how they are made whole. */
export function withMinorUnits(table: Table): Table {
  const isKnown = isOfStripe(table) || isOfVendure(table);
  const says = (column: Column, names: ReadonlySet<string>) =>
    moneyNameOf(column.name, names)?.isMinor === true || (isKnown && isMoney(column));
  return changed(table, (column, names) => says(column, names) && isWhole(column), true);
}

/**
 * The same table with all of its money read as smallest units, where its figures may be that and nothing says it: JSON whose amounts are
 * all whole, and large or with the endings that prices have. Undefined where that is not so.
 */
export function inMinorUnits(table: Table): Table | undefined {
  if (table.sample.info.columns !== undefined) return undefined;
  const all = [...table.columns, ...table.lists.flatMap(({ columns }) => columns)];
  const money = all.filter(isMoney).filter(({ profile }) => profile.filled > 0);
  if (money.length === 0 || money.some(({ minor }) => minor !== undefined) || !money.every(isWhole)) return undefined;
  const amounts = [...new Set(money.flatMap(({ cells }) => cells))]
    .map(Number)
    .map(Math.abs)
    .filter((amount) => amount > 0)
    .toSorted((a, b) => a - b);
  const middle = amounts[Math.floor(amounts.length / 2)] ?? 0;
  const ending = amounts.filter((amount) => amount >= 100 && /(99|9[05]|49|50)$/.test(String(amount))).length;
  const codes = all.filter(isCurrency).flatMap(({ cells }) => cells.filter((code) => code !== ""));
  const isLikely =
    codes.length > 0
      ? codes.some((code) => digitsOf(code) > 0) && (middle >= 1000 || (middle >= 100 && ending > 1))
      : middle >= 500 && ending > 1 && ending >= amounts.length / 2;
  return isLikely ? changed(table, (column) => isMoney(column) && column.profile.filled > 0, false) : undefined;
}

function changed(
  table: Table,
  isMinor: (column: Column, names: ReadonlySet<string>) => boolean,
  isSure: boolean,
): Table {
  const made = (columns: readonly Column[], parents?: readonly number[]) => {
    const names = new Set(columns.map(({ name }) => name));
    return columns.map((column) =>
      isMinor(column, names) ? withDivisors(column, columns, isSure, table.columns, parents) : column,
    );
  };
  return {
    ...table,
    columns: made(table.columns),
    lists: table.lists.map((list) => ({ ...list, columns: made(list.columns, list.parents) })),
  };
}

function withDivisors(
  column: Column,
  beside: readonly Column[],
  isSure: boolean,
  above: readonly Column[],
  parents: NestedList["parents"] | undefined,
): Column {
  const own = decimalsOf(column, beside);
  const whole = own === undefined && parents !== undefined ? decimalsOf(column, above) : undefined;
  const said = own ?? whole;
  const of = whole === undefined ? (row: number) => row : (row: number) => parents?.[row] ?? 0;
  const digits = column.cells.map((_, row) => said?.digits[of(row)] ?? 2);
  const [first = 2, ...others] = new Set(digits.filter((_, row) => column.cells[row] !== ""));
  if (others.length === 0 && first === 0) return column;
  const plain = String(10 ** first);
  const minor: MinorUnits = {
    divisors: digits.map((each) => 10 ** each),
    divisor: (row) =>
      others.length === 0 || said === undefined ? plain : `(${said.expr(whole === undefined ? row : "parent")})`,
    isSure,
  };
  return { ...column, minor };
}

interface Decimals {
  readonly digits: readonly number[];
  readonly expr: (of: string) => string;
}

/** How many decimals the currency of each row has, by the column that names it. */
function decimalsOf({ name }: Column, columns: readonly Column[]): Decimals | undefined {
  const holder = name.includes(".") ? name.slice(0, name.lastIndexOf(".") + 1) : "";
  const digits = columns.find((column) => /^fraction_?digits$/i.test(column.name.slice(holder.length)));
  if (digits?.name.startsWith(holder) === true) {
    const cell = (of: string) => `${of}[${JSON.stringify(digits.name)}]`;
    return {
      digits: digits.cells.map((text) => (text === "" ? 2 : Number(text))),
      expr: (of) => `${cell(of)} == "0" ? 1 : ${cell(of)} == "3" ? 1000 : 100`,
    };
  }
  const beside = currencyBeside(holder.slice(0, -1), new Set(columns.map((column) => column.name)));
  const currency = columns.find((column) => column.name === beside) ?? columns.find(isCurrency);
  if (currency === undefined) return undefined;
  const isLower = currency.cells.every((code) => code === code.toLowerCase());
  const list = (codes: readonly string[]) =>
    JSON.stringify(isLower ? codes.map((code) => code.toLowerCase()) : codes).replaceAll(",", ", ");
  const cell = (of: string) => `${of}[${JSON.stringify(currency.name)}]`;
  return {
    digits: currency.cells.map(digitsOf),
    expr: (of) =>
      `${cell(of)} in ${list(withoutDecimals)} ? 1 : ${cell(of)} in ${list(withThreeDecimals)} ? 1000 : 100`,
  };
}

const withoutDecimals = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(" ");
const withThreeDecimals = "BHD IQD JOD KWD LYD OMR TND".split(" ");

function digitsOf(currency: string): number {
  const code = currency.toUpperCase();
  if (withoutDecimals.includes(code)) return 0;
  return withThreeDecimals.includes(code) ? 3 : 2;
}

function isCurrency({ heading, profile, cells }: Column): boolean {
  return (
    profile.filled > 0 &&
    /\bcurrency( code| iso( code)?)?$/.test(heading.text) &&
    cells.every((code) => code === "" || /^[a-z]{3}$/i.test(code))
  );
}

/** A heading that speaks of money, and not of its rate, its kind or its count. */
export function namesMoney({ heading }: Pick<Column, "heading">): boolean {
  return (
    moneyWords.test(heading.text) &&
    !/\b(rate|percent|percentage|id|number|code|method|name|date|type|weight|quantity|count|digits)$/.test(heading.text)
  );
}

const moneyWords =
  /\b(amount|prices?|sum|value|net|gross|paid|payable|due|fees?|charges?|surcharge|tips?|gratuity|discounts?|shipping|freight|postage|handling|insurance|dut(y|ies)|tax(es)?|vat|gift (card|wrap)|wrapping|credit|deposit|commission|total|totals|subtotal)\b/;

function isMoney(column: Column): boolean {
  return (namesMoney(column) || /\bcosts?\b/.test(column.heading.text)) && column.profile.numbers === 1;
}

function isWhole({ profile }: Column): boolean {
  return profile.filled > 0 && profile.integers === 1;
}

/** Only Stripe's objects say whether they are real. */
function isOfStripe({ columns }: Table): boolean {
  return ["livemode", "object", "currency"].every((name) => columns.some((column) => column.name === name));
}

/** Only Vendure's orders and products have such prices. */
function isOfVendure({ columns, lists }: Table): boolean {
  const all = [...columns, ...lists.flatMap((list) => list.columns)];
  const has = (name: RegExp) => all.some((column) => name.test(column.name));
  return has(/(^|\.)currencyCode$/) && has(/(^|\.)(unitPriceWithTax|linePriceWithTax|priceWithTax)$/);
}
