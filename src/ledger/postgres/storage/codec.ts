// JSON columns: how values become text and come back. Their type is text, because `jsonb` changes what it is given and neither
// kind of JSON can hold NUL; the server's JSON functions can read them all the same. Not here: which column holds what.
import type { Problem } from "../../../model/problem.ts";
import type { Cell, Cells } from "../../../model/row.ts";
import { parseJson } from "../../../model/text/parse-json.ts";

/** The text of a value. */
export function encode(value: unknown): string {
  return bareEscapes(JSON.stringify(value));
}

/** The text of a column that may be empty. */
export function encodeMaybe(value: unknown): string | null {
  return value === undefined ? null : encode(value);
}

/** The text of a list; an empty one is no text. */
export function encodeList(values: readonly unknown[] | undefined): string | null {
  return values === undefined || values.length === 0 ? null : encode(values);
}

/** What `encode` made the text of. The caller names the type: only this program writes ledgers. */
export function decode<T>(text: string): T {
  return parseJson(text.includes("\0") ? text.replaceAll("\0", "\\u0000") : text) as T;
}

/** What `encodeMaybe` made the text of; undefined for null. */
export function decodeMaybe<T>(text: string | null): T | undefined {
  return text === null ? undefined : decode<T>(text);
}

/** The problems of a row or an entry; none for null. */
export function decodeProblems(text: string | null): readonly Problem[] {
  return text === null ? [] : decode<readonly Problem[]>(text);
}

/** Cells come back as reading made them: objects without a prototype, so that no column is found that is not there. */
export function decodeCells(text: string): Cells {
  return bare(decode<Cells>(text));
}

// The escapes that the server's JSON functions refuse become the characters themselves, which are kept in another way (kept-text.ts).
function bareEscapes(json: string): string {
  return json.includes("\\u")
    ? json.replace(/\\(?:u(0000|d[89a-f][0-9a-f]{2})|.)/gs, (found: string, code: string | undefined) =>
        code === undefined ? found : String.fromCharCode(Number.parseInt(code, 16)),
      )
    : json;
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
