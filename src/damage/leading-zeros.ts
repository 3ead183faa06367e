// Codes of a fixed width that were taken for numbers: `00123` became `123`. What proves it is that other cells still have their
// zeros, or a check digit, or codes spread over the whole width; numbers that simply count on are none.
import type { ColumnRole, Damage } from "../model/damage.ts";
import { type DamageWatch, damageOf, type Suspects, suspects } from "./suspects.ts";

/** A watch for digits that lost zeros in front. */
export function watchLeadingZeros(role: Extract<ColumnRole, "identifier" | "gtin" | "postal_code">): DamageWatch {
  const column: Column = {
    widths: new Map(),
    digits: 0,
    others: 0,
    ascending: 0,
    descending: 0,
    zipPlus4: suspects(),
    foreign: 0,
  };
  let last: number | undefined;
  return {
    see(text, place) {
      if (!digitsOnly.test(text)) {
        column.others += 1;
        if (/^\d{4}-\d{4}$/.test(text)) column.zipPlus4.add(text, place);
        else if (!/^\d{5}-\d{4}$/.test(text)) column.foreign += 1;
        return;
      }
      column.digits += 1;
      const width = column.widths.get(text.length) ?? newWidth();
      column.widths.set(text.length, width);
      width.cells.add(text, place);
      if (text.startsWith("0")) width.withZero += 1;
      if (hasCheckDigit(text)) width.checked += 1;
      const value = Number(text);
      width.least = Math.min(width.least, value);
      width.greatest = Math.max(width.greatest, value);
      if (last !== undefined && value > last) column.ascending += 1;
      if (last !== undefined && value < last) column.descending += 1;
      last = value;
    },
    damage: () => (role === "postal_code" ? postalDamage(column) : codeDamage(column, role === "gtin")),
  };
}

interface Width {
  readonly cells: Suspects;
  withZero: number;
  checked: number;
  least: number;
  greatest: number;
}

interface Column {
  readonly widths: Map<number, Width>;
  digits: number;
  others: number;
  /** Steps from one cell to the next. */
  ascending: number;
  descending: number;
  readonly zipPlus4: Suspects;
  /** Cells that are no code of five digits, with or without four more. */
  foreign: number;
}

const digitsOnly = /^\d{1,20}$/;

function newWidth(): Width {
  return { cells: suspects(), withZero: 0, checked: 0, least: Number.POSITIVE_INFINITY, greatest: 0 };
}

function codeDamage(column: Column, isGtin: boolean): readonly Damage[] {
  const { widths, digits, others } = column;
  if (digits < Math.max(2, others)) return [];
  const ofGtins = gtinDamage(column, isGtin);
  if (ofGtins.length > 0 || isGtin) return ofGtins;
  const found = usualWidth(widths, digits);
  if (found === undefined) return [];
  const [width, usual] = found;
  const shorter = [...widths].filter(([each]) => each < width);
  const short = shorter.reduce((sum, [, { cells }]) => sum + cells.count(), 0);
  if (short === 0 || [...widths.keys()].some((each) => each > width)) return [];
  const keepsZeros = usual.withZero > 0 && shorter.every(([, each]) => each.withZero === 0);
  if (!keepsZeros && !isSpread(column, width, usual, short)) return [];
  return damageOf(
    "lost_leading_zeros",
    shorter.map(([, { cells }]) => cells),
    isShorter(width),
  );
}

function usualWidth(widths: Column["widths"], digits: number): readonly [number, Width] | undefined {
  const [usual] = [...widths].toSorted(([, a], [, b]) => b.cells.count() - a.cells.count());
  return usual !== undefined && usual[0] >= 3 && usual[1].cells.count() >= Math.max(2, digits * 0.6)
    ? usual
    : undefined;
}

// Codes without a zero left: most have the full width and they lie scattered, in no order, from its low end to its high
// one. Numbers that count on are dense or sorted, or end somewhere in the middle.
function isSpread(
  { widths, digits, ascending, descending }: Column,
  width: number,
  usual: Width,
  short: number,
): boolean {
  const least = Math.min(...[...widths.values()].map((each) => each.least));
  const isSparse = (usual.greatest - least) / digits > 50;
  const isSorted = Math.min(ascending, descending) <= digits * 0.1;
  const base = 10 ** (width - 1);
  const isWide = usual.least < 3 * base && usual.greatest > 6 * base;
  return width >= 5 && short <= digits * 0.25 && isSparse && !isSorted && isWide;
}

const gtinWidths: readonly number[] = [8, 12, 13, 14];

// Zeros in front do not change a check digit, so what is left of a code still has a right one.
function gtinDamage({ widths, digits }: Column, isGtin: boolean): readonly Damage[] {
  const proper = [...widths].filter(([width]) => gtinWidths.includes(width));
  const cut = [...widths].filter(([width]) => width < 12 && width !== 8 && width >= 5);
  const count = (of: typeof proper, part: (width: Width) => number): number =>
    of.reduce((sum, [, width]) => sum + part(width), 0);
  const cutCells = count(cut, ({ cells }) => cells.count());
  const properCells = count(proper, ({ cells }) => cells.count());
  if (cutCells === 0 || cutCells + properCells < digits) return [];
  const isCutRight = count(cut, ({ checked }) => checked) >= cutCells * 0.9;
  const isProperRight = count(proper, ({ checked }) => checked) >= properCells * 0.9;
  const isProven =
    isCutRight && isProperRight && (properCells >= cutCells || cutCells >= 3) && (isGtin || properCells > 0);
  if (!isProven) return [];
  const isDamaged = (text: string): boolean => digitsOnly.test(text) && !gtinWidths.includes(text.length);
  return damageOf(
    "lost_leading_zeros",
    cut.map(([, { cells }]) => cells),
    isDamaged,
  );
}

const zero = "0".charCodeAt(0);

/** Of digits alone. */
function hasCheckDigit(text: string): boolean {
  let sum = 0;
  for (let at = 0; at < text.length; at += 1) {
    sum += (text.charCodeAt(text.length - 1 - at) - zero) * (at % 2 === 0 ? 1 : 3);
  }
  return sum % 10 === 0;
}

// Five digits are the United States (or a country like it) when nothing else than digits stands there: codes of four
// digits among letters are other countries.
function postalDamage({ widths, digits, foreign, zipPlus4 }: Column): readonly Damage[] {
  const five = widths.get(5)?.cells.count() ?? 0;
  const short = [3, 4].flatMap((width) => widths.get(width)?.cells ?? []);
  const count = short.reduce((sum, cells) => sum + cells.count(), 0) + zipPlus4.count();
  const isNational = foreign === 0 && five + count === digits + zipPlus4.count();
  if (count === 0 || five < 2 || count > five * 0.7 || !isNational) return [];
  return damageOf("lost_leading_zeros", [...short, zipPlus4], (text) => /^(?:\d{3,4}|\d{4}-\d{4})$/.test(text));
}

function isShorter(width: number): (text: string) => boolean {
  return (text) => text.length < width && digitsOnly.test(text);
}
