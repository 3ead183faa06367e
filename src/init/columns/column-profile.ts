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
  const filled = cells.filter((cell) => cell !== "");
  const distinct = new Set(filled);
  const share = (is: (cell: string) => boolean): number =>
    filled.length === 0 ? 0 : filled.filter(is).length / filled.length;
  return {
    rows: cells.length,
    filled: filled.length,
    distinct: distinct.size,
    isUnique: filled.length > 0 && distinct.size === cells.length,
    numbers: share(isNumber),
    integers: share((cell) => /^[-+]?\d+$/.test(cell)),
    fractions: share((cell) => /^(0|1|0?[.,]\d+|[01][.,]0+)$/.test(cell)),
    dates: share(isDate),
    emails: share((cell) => /^[^\s@,;]+@[^\s@,;]+\.[^\s@,;]+$/.test(cell)),
    urls: share((cell) => /^https?:\/\/\S/.test(cell)),
    upcs: share((cell) => isUpc(bare(cell))),
    flags: share((cell) => flagWords.has(cell.toLowerCase())),
    html: share((cell) => /<\/?[a-z][^>]*>|&[a-z]+;/i.test(cell)),
    currency: share((cell) => hasCurrency(cell) && isNumber(cell)),
    apostrophes: share((cell) => cell.startsWith("'")),
    words: [...distinct].slice(0, maxWords),
    separator: separatorOf(filled),
  };
}

/** True for a number in any of the usual styles, a currency sign or a code such as USD allowed. */
export function isNumber(cell: string): boolean {
  const digits = cell.replace(/^(-?)\s*(?:[$€£¥]|[A-Z]{3} )\s*|\s*(?:[$€£¥]| [A-Z]{3})$/gu, "$1");
  return /^[-+]?(\d+|\d{1,3}([.,' \u00a0]\d{3})+)?([.,]\d+)?$/.test(digits) && /\d/.test(digits);
}

/** True for a number from 8 to 14 digits whose last digit checks the others (GS1). */
export function isUpc(cell: string): boolean {
  if (!/^(\d{8}|\d{12,14})$/.test(cell)) return false;
  const sum = [...cell].toReversed().reduce((total, digit, at) => total + Number(digit) * (at % 2 === 0 ? 1 : 3), 0);
  return sum % 10 === 0;
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

function separatorOf(cells: readonly string[]): ColumnProfile["separator"] {
  const counts = ([",", ";", "|"] as const).map((sign) => ({
    sign,
    count: cells.filter((cell) => cell.includes(sign)).length,
  }));
  const [best] = counts.toSorted((a, b) => b.count - a.count);
  return best === undefined || best.count === 0 ? undefined : best.sign;
}
