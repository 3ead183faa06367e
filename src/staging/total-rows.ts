// Rows at the end of a table that sum up the rows above them: people and reports write them, and they are no order and no
// product. Not here: lines of a single cell below a table (read/left-out-rows.ts).
import type { CompiledMapping } from "../map/compile.ts";
import type { Problem } from "../model/problem.ts";
import type { Row } from "../model/row.ts";
import { quote } from "../model/text/quote.ts";
import { isTotalWord } from "../model/text/total-word.ts";

type Batches = AsyncIterable<readonly Row[]>;

/** Where totals may stand: a table of a mapping's main files. */
export interface TableEnd {
  readonly compiled: CompiledMapping;
  /** As people know it. */
  readonly file: string;
  /** Reads the table once more: asked only where a row may be the sum of the others. */
  readonly again: () => Batches;
}

/**
 * The rows as they come, the last few held back until it is known that they are the last. Of these a row is left out that
 * begins with a word for a total and has nothing but numbers behind it, without a key or with that word for one; and one of
 * numbers alone, without a key, that are the sums of their columns. Where a blank key continues the row above, a word is not
 * enough (one where the key stands is, under `fill: down`), and a row with a number for a SKU is an item. An order whose
 * number is «Total» stays one: it has a customer, a date or a SKU beside its numbers.
 */
export async function* withoutTotals(batches: Batches, end: TableEnd): AsyncGenerator<readonly Row[]> {
  let held: readonly Row[] = [];
  for await (const batch of batches) {
    const all = held.length === 0 ? batch : [...held, ...batch];
    held = all.slice(-mostTotals);
    const given = all.slice(0, all.length - held.length);
    if (given.length > 0) yield given;
  }
  if (held.length > 0) yield await judged(held, end);
}

const mostTotals = 5;

async function judged(last: readonly Row[], end: TableEnd): Promise<readonly Row[]> {
  const rows = [...last];
  for (let at = rows.length - 1; at >= 0; at -= 1) {
    const row = rows[at];
    if (row === undefined || row.fault !== undefined) break;
    if (row.leftOut !== undefined) continue;
    const reason = await reasonOf(row, end);
    if (reason === undefined) break;
    const { file } = end;
    const leftOut: Problem = {
      code: "total_row",
      severity: "warning",
      message: reason,
      file,
      line: row.line,
      row: row.number,
    };
    rows[at] = { ...row, leftOut };
  }
  return rows;
}

/** Why a last row is a total; undefined for a row like any other. */
async function reasonOf(row: Row, end: TableEnd): Promise<string | undefined> {
  const { mapping, isBlank } = end.compiled;
  if (row.number === 1) return undefined;
  const filled = Object.entries(row.cells).flatMap(([column, text]) =>
    typeof text === "string" && !isBlank(text) ? [{ column, text }] : [],
  );
  const [first] = filled;
  if (first === undefined) return undefined;
  const hasWord = isTotalWord(first.text);
  const numbers = hasWord ? filled.slice(1) : filled;
  if (numbers.length === 0 || !numbers.every(({ text }) => isNumber.test(text))) return undefined;
  const keys = keyColumns(end.compiled);
  if (filled.some(({ column }) => keys.includes(column) && !(hasWord && column === first.column))) return undefined;
  if (hasWord && !mayContinue(mapping, keys.includes(first.column)))
    return `a total of the rows above, not a row of its own: ${quote(first.text)}`;
  if (!hasWord && (keys.length === 0 || filled.some(({ column }) => isSku(column, end.compiled)))) return undefined;
  const sums = await columnsThatAdd(row, numbers, end);
  const isSum = hasWord ? sums.length > 0 : sums.length === numbers.length;
  return isSum ? `the sum of the rows above in ${sums.map(quote).join(" and ")}, not a row of its own` : undefined;
}

/** True where a row may be one more of the entry above it, though it begins with a word for a total. */
function mayContinue({ group }: CompiledMapping["mapping"], isWordTheKey: boolean): boolean {
  if (group?.rows === "continued") return true;
  return group !== undefined && "columns" in group.by && group.by.fill && !isWordTheKey;
}

/** True for a column that an item's SKU is read from: its number is a name, whatever the numbers above it add up to. */
function isSku(column: string, { uses }: CompiledMapping): boolean {
  return uses.all.some(({ name, use, of }) => use === "from" && name === column && of?.field.path === "sku");
}

/** The columns that say which entry a row is of; none where an expression says it. */
function keyColumns({ mapping, uses }: CompiledMapping): readonly string[] {
  const { group, fields, key } = mapping;
  if (group !== undefined) return "columns" in group.by ? group.by.columns : [];
  const alternatives = fields.find(({ path }) => path === key)?.alternatives ?? [];
  return alternatives.flatMap((alternative) =>
    uses.of(alternative).flatMap(({ name, use }) => (use === "from" ? [name] : [])),
  );
}

interface Cell {
  readonly column: string;
  readonly text: string;
}

const signs = [".", ","] as const;

/** Those of a row's cells that are the sum of at least two others above them, in the better of two ways to read them. */
async function columnsThatAdd(row: Row, cells: readonly Cell[], { again }: TableEnd): Promise<readonly string[]> {
  const sums = signs.map((sign) => ({
    sign,
    columns: cells.map(({ column, text }) => ({ column, text, sum: 0, count: 0 })),
  }));
  for await (const batch of again()) {
    for (const { number, fault, leftOut, cells: own } of batch) {
      if (number >= row.number || fault !== undefined || leftOut !== undefined) continue;
      for (const { sign, columns } of sums) {
        for (const of of columns) {
          const value = numberIn(own[of.column], sign);
          if (value === undefined) continue;
          of.sum += value;
          of.count += 1;
        }
      }
    }
  }
  const found = sums.map(({ sign, columns }) =>
    columns.flatMap(({ column, text, sum, count }) => {
      const total = numberIn(text, sign);
      const isSame = total !== undefined && Math.abs(total - sum) < 0.005 + Math.abs(sum) * 1e-9;
      return isSame && count > 1 && total !== 0 ? [column] : [];
    }),
  );
  return found.reduce((best, other) => (other.length > best.length ? other : best), []);
}

const isNumber = /^(?:[A-Z]{3}\s?)?[-+(]?\s?\p{Sc}?\s?\d[\d.,'\u2019\s\u00a0\u202f]*\)?\s?(?:\p{Sc}|%|[A-Z]{3})?$/u;

function numberIn(cell: Row["cells"][string] | undefined, sign: "." | ","): number | undefined {
  if (typeof cell !== "string" || !isNumber.test(cell)) return undefined;
  const digits = cell.replace(sign === "." ? /[^\d.-]/g : /[^\d,-]/g, "").replace(",", ".");
  const value = Number(digits);
  return digits === "" || Number.isNaN(value) ? undefined : value;
}
