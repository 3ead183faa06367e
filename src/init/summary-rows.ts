// Rows of a table that sum it up: a total below it, subtotals between. They are no goods and no orders, so nothing is guessed
// by their cells, and a condition of the mapping leaves them out.
import type { Cell, Cells } from "../model/row.ts";
import { isTotalWord, totalWordIn } from "../model/text/total-word.ts";
import { amountsOf, balances } from "./columns/amounts.ts";
import type { Sample } from "./columns/table.ts";

/** What sums up a table: the column that names it and its words there. */
export interface SummaryRows {
  readonly column: string;
  readonly words: readonly string[];
  /** What rows that were not looked at will begin with, where each names its own month or group. */
  readonly beginnings: readonly string[];
}

/** The sample without its summary rows, and how they are told; the same sample where there are none. */
export function withoutSummaries(sample: Sample): { readonly sample: Sample; readonly summaries?: SummaryRows } {
  const columns = sample.info.columns ?? [];
  if (columns.length < 3) return { sample };
  const summed = sample.rows.flatMap((row, at) => {
    const label = labelOf(row, columns);
    return label === undefined || !isSum(row, sample.rows.slice(0, at), columns, label.word) ? [] : [{ row, ...label }];
  });
  const [first] = summed;
  // A shop may sell a thing called Total: what sums up a table is rare, and names itself in one place.
  if (first === undefined || summed.length > sample.rows.length / 2) return { sample };
  if (summed.some(({ column }) => column !== first.column)) return { sample };
  const rows = new Set(summed.map(({ row }) => row));
  const others = sample.rows.filter((row) => !rows.has(row));
  const words = [...new Set(summed.map(({ word }) => word))];
  const beginnings = sample.isWhole ? [] : [...new Set(words.flatMap(beginningOf))];
  const isTaken = (beginning: string) => others.some((row) => textIn(row[first.column]).startsWith(beginning));
  return {
    sample: { ...sample, rows: others },
    summaries: { column: first.column, words, beginnings: beginnings.filter((beginning) => !isTaken(beginning)) },
  };
}

/** The condition that leaves them out. */
export function isNoSummary({ column, words, beginnings }: SummaryRows): string {
  const cell = `row[${JSON.stringify(column)}]`;
  const left = words.filter((word) => !beginnings.some((beginning) => word.startsWith(beginning)));
  const [word] = left;
  const named = left.length === 1 ? `${cell} != ${JSON.stringify(word)}` : `!(${cell} in ${JSON.stringify(left)})`;
  return [
    ...(left.length === 0 ? [] : [named]),
    ...beginnings.map((beginning) => `!${cell}.startsWith(${JSON.stringify(beginning)})`),
  ].join(" && ");
}

function beginningOf(text: string): readonly string[] {
  const found = isTotalWord(text) ? undefined : totalWordIn(text);
  return found?.isFirst === true ? [`${found.word} `] : [];
}

/** The cell that says so: all others of the row are blank or numbers, and there is a number among them. */
function labelOf(
  row: Cells,
  columns: readonly string[],
): { readonly column: string; readonly word: string } | undefined {
  let label: { readonly column: string; readonly word: string } | undefined;
  let numbers = 0;
  for (const column of columns) {
    const text = textIn(row[column]);
    if (text === "") continue;
    if (/^[^\p{L}]*\d[^\p{L}]*$/u.test(text.replace(/\b[A-Z]{3}\b/, ""))) numbers += 1;
    else if (label === undefined && isTotalWord(text)) label = { column, word: text };
    else if (label === undefined && numbers === 0 && totalWordIn(text) !== undefined) label = { column, word: text };
    else return undefined;
  }
  return numbers > 0 ? label : undefined;
}

function textIn(cell: Cell | undefined): string {
  return typeof cell === "string" ? cell.trim() : "";
}

function amountIn(cell: Cell | undefined): number | undefined {
  const text = textIn(cell);
  const [amount] = text === "" ? [] : amountsOf({ cells: [text] });
  return amount;
}

/**
 * One of its numbers is the sum of those above it, or it has far fewer cells than the row above. What names more than a total, as
 * "Subtotal January" does and a thing called "Total Care" may, has to be such a sum and to lack cells.
 */
function isSum(row: Cells, above: readonly Cells[], columns: readonly string[], label: string): boolean {
  const filled = (of: Cells | undefined) => columns.filter((column) => textIn(of?.[column]) !== "").length;
  if (isTotalWord(label)) {
    if (filled(row) * 2 <= filled(above.at(-1))) return true;
  } else if (!above.some((each) => filled(each) > filled(row))) return false;
  return columns.some((column) => {
    const sum = amountIn(row[column]);
    if (sum === undefined || sum === 0) return false;
    let made = 0;
    for (const each of above.toReversed()) {
      made += amountIn(each[column]) ?? 0;
      if (balances(made, sum)) return true;
    }
    return false;
  });
}
