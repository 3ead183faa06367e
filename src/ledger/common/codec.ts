// JSON columns: how their text becomes values again. How values become text is each ledger's own; which column holds what is not here.
import type { Problem } from "../../model/problem.ts";
import type { Cell, Cells } from "../../model/row.ts";
import { parseJson } from "../../model/text/parse-json.ts";

/**
 * The value that a text was made of. The caller names the type: only this program writes ledgers. Databases give NUL bare in texts
 * that they built or keep in another way.
 */
export function decode<T>(text: string): T {
  return parseJson(text.includes("\0") ? text.replaceAll("\0", "\\u0000") : text) as T;
}

/** The same for a column that may be empty; undefined for null. */
export function decodeMaybe<T>(text: string | null): T | undefined {
  return text === null ? undefined : decode<T>(text);
}

/** A list, which is empty for null. */
export function decodeList<T>(text: string | null): readonly T[] {
  return decodeMaybe<readonly T[]>(text) ?? [];
}

/** The problems of a row or an entry; none for null. */
export function decodeProblems(text: string | null): readonly Problem[] {
  return decodeList<Problem>(text);
}

/** Cells come back as reading made them: objects without a prototype, so that no column is found that is not there. */
export function decodeCells(text: string): Cells {
  return bare(decode<Cells>(text));
}

function bare(cells: Cells): Cells {
  const result: Record<string, Cell> = Object.create(null);
  for (const column of Object.keys(cells)) {
    const cell = cells[column];
    if (cell !== undefined) result[column] = bareCell(cell);
  }
  return result;
}

function bareCell(cell: Cell): Cell {
  if (typeof cell === "string") return cell;
  return isList(cell) ? cell.map(bareCell) : bare(cell);
}

function isList(cell: readonly Cell[] | Cells): cell is readonly Cell[] {
  return Array.isArray(cell);
}
