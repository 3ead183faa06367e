// What the cells of one column look like: counts, no conclusions. Which field a profile speaks for or against is
// plausibility.ts.

/** Figures of one column. Shares are of the filled cells, from 0 to 1, and 0 when there is none. */
export interface ColumnProfile {
  readonly rows: number;
  readonly filled: number;
  readonly distinct: number;
  /** Every filled cell once, and none blank. */
  readonly isUnique: boolean;
  readonly numbers: number;
  readonly integers: number;
  /** Numbers from 0 to 1, both included. */
  readonly fractions: number;
  readonly dates: number;
  readonly emails: number;
  readonly urls: number;
  /** 8, 12, 13 or 14 digits whose check digit is right. */
  readonly upcs: number;
  /** Numbers with a unit of length or weight behind them. */
  readonly measures: number;
  readonly flags: number;
  readonly html: number;
  /** Numbers behind or before a currency sign or code. */
  readonly currency: number;
  /** Cells that begin with the apostrophe by which spreadsheets mark text. */
  readonly apostrophes: number;
  /** The different cells, in the order in which they first stand; at most `maxWords` of them. */
  readonly words: readonly string[];
  /** The most frequent of `,`, `;` and `|` inside the cells. */
  readonly separator: "," | ";" | "|" | undefined;
}

/** As many different cells of a column are kept at most. */
export const maxWords = 60;

/** The profile of a column's cells; blank ones are `""`. */
export function profileOf(cells: readonly string[]): ColumnProfile {
  const counts = new Map<string, number>();
  for (const cell of cells) if (cell !== "") counts.set(cell, (counts.get(cell) ?? 0) + 1);
  const sums: Record<Trait, number> = { ...noTraits };
  let filled = 0;
  for (const [cell, count] of counts) {
    filled += count;
    for (const trait of traitsOf(cell)) sums[trait] += count;
  }
  const share = (trait: Trait): number => (filled === 0 ? 0 : sums[trait] / filled);
  return {
    rows: cells.length,
    filled,
    distinct: counts.size,
    isUnique: filled > 0 && counts.size === cells.length,
    numbers: share("number"),
    integers: share("integer"),
    fractions: share("fraction"),
    dates: share("date"),
    emails: share("email"),
    urls: share("url"),
    upcs: share("upc"),
    measures: share("measure"),
    flags: share("flag"),
    html: share("html"),
    currency: share("currency"),
    apostrophes: share("apostrophe"),
    words: [...counts.keys()].slice(0, maxWords),
    separator: separatorOf(sums),
  };
}

const noTraits = {
  number: 0,
  integer: 0,
  fraction: 0,
  date: 0,
  email: 0,
  url: 0,
  upc: 0,
  measure: 0,
  flag: 0,
  html: 0,
  currency: 0,
  apostrophe: 0,
  ",": 0,
  ";": 0,
  "|": 0,
};
type Trait = keyof typeof noTraits;

/** What a cell may be. A look at its characters saves most of the patterns: a file has hundreds of thousands of cells. */
function traitsOf(cell: string): readonly Trait[] {
  const traits: Trait[] = [];
  let digits = 0;
  let letters = 0;
  let hasAt = false;
  let hasMarkup = false;
  for (let at = 0; at < cell.length; at += 1) {
    const code = cell.charCodeAt(at);
    if (code >= 48 && code <= 57) digits += 1;
    else if ((code >= 97 && code <= 122) || (code >= 65 && code <= 90)) letters += 1;
    else if (code === 64) hasAt = true;
    else if (code === 60 || code === 38) hasMarkup = true;
  }
  for (const sign of separators) if (cell.includes(sign)) traits.push(sign);
  if (cell.startsWith("'")) traits.push("apostrophe");
  if (hasMarkup && /<\/?[a-z][^>]*>|&[a-z]+;/i.test(cell)) traits.push("html");
  if (hasAt && /^[^\s@,;]+@[^\s@,;]+\.[^\s@,;]+$/.test(cell)) traits.push("email");
  if (cell.startsWith("http") && /^https?:\/\/\S/.test(cell)) traits.push("url");
  if (cell.length <= 5 && flagWords.has(cell.toLowerCase())) traits.push("flag");
  if (digits === 0) return traits;
  if (letters === 0) {
    if (/^[-+]?\d+$/.test(cell)) traits.push("integer");
    if (/^(0|1|0?[.,]\d+|[01][.,]0+)$/.test(cell)) traits.push("fraction");
    if (digits >= 8 && isUpc(bare(cell))) traits.push("upc");
  }
  if (cell.length <= 20 && isMeasure(cell)) traits.push("measure");
  if (letters <= 6 && isNumber(cell)) {
    traits.push("number");
    if (hasCurrency(cell)) traits.push("currency");
  } else if (isDate(cell)) traits.push("date");
  return traits;
}

const separators = [",", ";", "|"] as const;

/** True for a number in any of the usual styles, a currency sign or a code such as USD allowed. */
export function isNumber(cell: string): boolean {
  const digits = cell.replace(/^(-?)\s*(?:[$€£¥]|[A-Z]{3} )\s*|\s*(?:[$€£¥]| [A-Z]{3})$/gu, "$1");
  return /^[-+]?(\d+|\d{1,3}([.,'\u2019 \u00a0\u202f]\d{3})+)?([.,]\d+)?$/.test(digits) && /\d/.test(digits);
}

/** True for a number from 8 to 14 digits whose last digit checks the others (GS1). */
export function isUpc(cell: string): boolean {
  if (!/^(\d{8}|\d{12,14})$/.test(cell)) return false;
  const sum = [...cell].toReversed().reduce((total, digit, at) => total + Number(digit) * (at % 2 === 0 ? 1 : 3), 0);
  return sum % 10 === 0;
}

function isMeasure(cell: string): boolean {
  return /^\d+([.,]\d+)?\s*(mm|cm|m|in|inch|inches|ft|feet|yd|"|″|”|'|′|g|gr|gram|grams|kg|kgs|kilos?|lbs?|pounds?|oz|ounces?)\.?$/i.test(
    cell,
  );
}

const flagWords = new Set(["true", "false", "yes", "no", "y", "n", "t", "f", "on", "off", "1", "0"]);

function isDate(cell: string): boolean {
  return (
    /^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ].*)?$/.test(cell) ||
    /^\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})([T ,].*)?$/.test(cell) ||
    /^[a-z]{3,9}-\d{1,2}-\d{2,4}\b/i.test(cell) ||
    /^\d{1,2}[ -][a-z]{3,9}\.?,?[ -]\d{2,4}\b/i.test(cell) ||
    /^[a-z]{3}-\d{1,2}-(\d{4}|\d{2})$/i.test(cell) ||
    /^(\w{3},? )?[a-z]{3,9}\.? \d{1,2},? \d{4}\b/i.test(cell)
  );
}

function hasCurrency(cell: string): boolean {
  return /[$€£¥]|^-?[A-Z]{3} | [A-Z]{3}$/u.test(cell);
}

function bare(cell: string): string {
  return cell.replace(/^'/, "");
}

function separatorOf(sums: Readonly<Record<Trait, number>>): ColumnProfile["separator"] {
  const [best] = separators.toSorted((one, other) => sums[other] - sums[one]);
  return best === undefined || sums[best] === 0 ? undefined : best;
}
