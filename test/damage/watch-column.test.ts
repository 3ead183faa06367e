import { describe, expect, it, test } from "vitest";
import { inspectColumn } from "../../src/damage/watch-column.ts";
import type { ColumnRole, DamageKind } from "../../src/model/damage.ts";

const counting = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => String(from + index));
/** Numbers that look drawn by lot, always the same ones. */
const scattered = (count: number, below: number): readonly number[] => {
  let state = 12_345;
  return Array.from({ length: count }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  });
};
const text = (length: number, end = "x"): string => `${"word ".repeat(7000).slice(0, length - 1)}${end}`;
const upc = (digits: string): string => {
  const sum = [...digits].reduce((total, digit, at) => total + Number(digit) * (at % 2 === 0 ? 3 : 1), 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
};
const upcs = scattered(20, 100_000_000_000).map((number) => upc(String(number).padStart(11, "0")));

interface Column {
  readonly what: string;
  readonly role?: ColumnRole;
  readonly cells: readonly string[];
}

const damaged: readonly (Column & { readonly kind: DamageKind; readonly count: number })[] = [
  {
    kind: "scientific_notation",
    what: "an EAN",
    cells: ["4.00638E+12", "AB-1", "4,00638E+12", "1E+05", "4.01E12"],
    count: 3,
  },
  {
    kind: "html_entities",
    what: "names of a shop",
    role: "text",
    cells: ["Pots &amp; pans", "R&D", "Children&#039;s", "AT&T;", "<b>Fish &amp; chips</b>", "6&quot; pan"],
    count: 3,
  },
  {
    kind: "lost_leading_zeros",
    what: "codes that partly kept them",
    cells: ["00123", "00456", "10234", "789", "4567"],
    count: 2,
  },
  {
    kind: "lost_leading_zeros",
    what: "codes of six digits without one left",
    cells: scattered(100, 1_000_000).map(String),
    count: 5,
  },
  {
    kind: "lost_leading_zeros",
    what: "barcodes",
    role: "gtin",
    cells: [...upcs, upc("01234567890").slice(1), upc("00123456789").slice(2)],
    count: 2,
  },
  {
    kind: "lost_leading_zeros",
    what: "barcodes that all began with it",
    role: "gtin",
    cells: ["12345678905", "36000291452", "42100005264"],
    count: 3,
  },
  {
    kind: "lost_leading_zeros",
    what: "zip codes",
    role: "postal_code",
    cells: ["10001", "2134", "90210", "501", "60601-1234", "2134-1234", "30303", "73301", "98101"],
    count: 3,
  },
  {
    kind: "lost_trailing_zeros",
    what: "numbers of parts",
    cells: ["10.10", "10.25", "10.1", "11.05", "12.75", "11.2"],
    count: 2,
  },
  { kind: "date_in_identifier", what: "months", cells: ["Sep-01", "AB-12", "09-Jan", "C4", "MARK-2"], count: 2 },
  { kind: "date_in_identifier", what: "whole dates", cells: ["9/1/2024", "AB-12", "C-4", "2024-09-01"], count: 2 },
  {
    kind: "mojibake",
    what: "accents",
    role: "text",
    cells: ["CafÃ© crÃ¨me", "SÃO PAULO", "Donâ€™t", "20 â‚¬", "MÃ¼ller"],
    count: 4,
  },
  { kind: "mojibake", what: "lost characters", role: "text", cells: ["Caf\ufffd", "Tea"], count: 1 },
  { kind: "odd_spaces", what: "in a key", cells: ["AB\u00a012", "AB\u200b-13", "AB-14"], count: 2 },
  { kind: "odd_spaces", what: "in a name", role: "text", cells: ["Blue\u00a0cup", "Red\u200b cup", "Cup"], count: 2 },
  {
    kind: "formula_error",
    what: "in a number",
    role: "other",
    cells: ["12.50", "#REF!", "#N/A", "#DIV/0!", "#####"],
    count: 4,
  },
  {
    kind: "stand_in_word",
    what: "in any column",
    role: "other",
    cells: ["NULL", "1", "N/A", "n/a", "\\N", "-", "-1", "Nulle"],
    count: 5,
  },
  { kind: "point_zero", what: "ids", cells: ["1001.0", "1002.0", "AB-1"], count: 2 },
  { kind: "point_zero", what: "small ids", cells: ["1.0", "2.0", "3.0"], count: 3 },
  { kind: "cut_text", what: "a cell of a spreadsheet", role: "text", cells: [text(32_767), "short"], count: 1 },
  {
    kind: "cut_text",
    what: "descriptions",
    role: "text",
    cells: [text(255), text(255, "y"), text(120), text(40)],
    count: 2,
  },
];

describe("is found, with its cells:", () => {
  test.each(damaged)("$kind in $what", ({ kind, role = "identifier", cells, count }) => {
    const [found, ...more] = inspectColumn(cells, role);
    expect(more).toEqual([]);
    expect(found).toMatchObject({ kind, count });
    const said = found?.cells.map(({ text: cell, line }) => [cell, cells[line - 1]]) ?? [];
    expect(said.every(([told, stands]) => told === stands)).toBe(true);
    expect(cells.filter((cell) => found?.isDamaged(cell))).toHaveLength(count);
  });
});

const undamaged: readonly Column[] = [
  { what: "ids that count from 1", cells: counting(1, 1500) },
  { what: "ids that cross a power of ten", cells: counting(9950, 10_400) },
  {
    what: "ids that cross one, in another order",
    cells: counting(9950, 10_400).toSorted((a, b) => (`${a}7`.slice(2) < `${b}7`.slice(2) ? -1 : 1)),
  },
  { what: "sorted ids with gaps", cells: counting(1, 600).map((id) => String(Number(id) * 163)) },
  { what: "ids scattered over part of a decade", cells: scattered(80, 30_000).map(String) },
  { what: "codes with their zeros", cells: scattered(100, 1_000_000).map((code) => String(code).padStart(6, "0")) },
  { what: "genuine names with an E", cells: ["1E5", "2E10", "12E3", "5E+X"] },
  { what: "model names", cells: ["MAR-12", "SEP-01", "JAN-7", "DEC-3"] },
  { what: "model names among words of the same shape", cells: ["Mar-12", "Fox-12", "Jan-07"] },
  { what: "numbers by the day", cells: ["2024-09-01", "2024-09-02", "2024-09-03"] },
  { what: "sections", cells: [...counting(1, 9), ...counting(10, 40)].map((part) => `10.${part}`) },
  { what: "versions", cells: ["1.0", "1.1", "2.0", "2.1", "3.0"] },
  { what: "sizes", cells: ["10.5", "11", "11.5", "9"] },
  { what: "whole barcodes", role: "gtin", cells: [...upcs, "4006381333931", "96385074"] },
  { what: "short numbers of a shop in a barcode column", role: "gtin", cells: ["20001", "20002", "20003", ...upcs] },
  {
    what: "postal codes of the world",
    role: "postal_code",
    cells: ["12209", "5021", "WA1 1DP", "S-958 22", "68306", "1010"],
  },
  { what: "postal codes of five digits", role: "postal_code", cells: ["01067", "10115", "80331"] },
  { what: "prices", role: "other", cells: ["12.5", "12.50", "13.0"] },
  { what: "capitals", role: "text", cells: ["SÃO PAULO", "CORAÇÃO", "Ångström", "À LA CARTE", "IRMÃ®", "Â", "50 Â"] },
  { what: "French spaces", role: "text", cells: ["Prix\u00a0: 10\u00a0€", "«\u00a0Bon\u00a0»", "10\u00a0kg"] },
  { what: "text of a web page", role: "text", cells: ["<p>Blue\u00a0cup</p>"] },
  { what: "joined signs", role: "text", cells: ["👩\u200d👩\u200d👧", "می\u200cخواهم", "สวัสดี\u200bครับ"] },
  { what: "one text of just that length", role: "text", cells: [text(255), text(250), text(120)] },
  {
    what: "texts of all lengths",
    role: "text",
    cells: counting(200, 300).flatMap((length) => [text(Number(length)), text(Number(length), "y")]),
  },
  { what: "texts that end", role: "text", cells: [text(255, "."), text(255, "!"), text(20)] },
  { what: "a number sign", role: "text", cells: ["#1 choice", "use #N/A here", "##"] },
];

describe("nothing is found in", () => {
  test.each(undamaged)("$what", ({ role = "identifier", cells }) => {
    expect(inspectColumn(cells, role)).toEqual([]);
  });
});

it("keeps the first cells and counts the others", () => {
  const [found] = inspectColumn(
    Array.from({ length: 1000 }, () => "#REF!"),
    "text",
  );
  expect(found?.count).toBe(1000);
  expect(found?.cells.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5]);
});
