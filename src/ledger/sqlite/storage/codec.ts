// JSON columns: how values become text and come back. Not here: which column holds what.
import type { Problem } from "../../../model/problem.ts";
import type { Cell, Cells } from "../../../model/row.ts";
import { parseJson } from "../../../model/text/parse-json.ts";

/** The text of a column that may be empty. */
export function encode(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

/** The text of a list; an empty one is no text. */
export function encodeList(values: readonly unknown[] | undefined): string | null {
  return values === undefined || values.length === 0 ? null : JSON.stringify(values);
}

/** What `encode` made the text of. The caller names the type: only this program writes ledgers. */
export function decode<T>(text: string): T {
  return parseJson(text) as T;
}

/** What SQLite made a JSON text of. It writes NUL in its texts as they are kept (nul.ts), so reading them puts it there bare. */
export function decodeBuilt<T>(text: string): T {
  return decode<T>(text.includes("\0") ? text.replaceAll("\0", "\\u0000") : text);
}

/** What `encodeList` made the text of. */
export function decodeList<T>(text: string | null): readonly T[] {
  return text === null ? [] : decode<readonly T[]>(text);
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
