// Which cells mean nothing: the empty one, and the words of `source.blank`.
import { isPlainObject } from "../../model/json.ts";
import type { Cell, Cells } from "../../model/row.ts";
import type { Value } from "./coerce.ts";

/** The blanks of a mapping. */
export interface Blanks {
  /** True for text that means nothing. */
  isBlank(text: string): boolean;
  /** The cells as expressions see them: what means nothing is `""`. The same object when there is nothing to change. */
  clean(cells: Cells): Cells;
}

/** Blanks for these words, beside the empty cell. */
export function compileBlanks(words: readonly string[]): Blanks {
  const blank = new Set(words.map((word) => word.trim()).filter((word) => word !== ""));
  const hasWords = blank.size > 0;
  const isBlank = (text: string) => text === "" || (hasWords && blank.has(text)) || isSpace(text);
  if (blank.size === 0) return { isBlank, clean: (cells) => cells };

  const cleaned = new WeakMap<Cells, Cells>();
  const cleanCell = (cell: Cell): Cell => {
    if (typeof cell === "string") return blank.has(cell) ? "" : cell;
    if (Array.isArray(cell)) return (cell as readonly Cell[]).map(cleanCell);
    return clean(cell as Cells);
  };
  const clean = (cells: Cells): Cells => {
    const known = cleaned.get(cells);
    if (known !== undefined) return known;
    const copy: Record<string, Cell> = Object.create(null);
    for (const [column, cell] of Object.entries(cells)) copy[column] = cleanCell(cell);
    cleaned.set(cells, copy);
    return copy;
  };
  return { isBlank, clean };
}

/** True for text of nothing but spaces. A visible sign of ASCII at its start, which most cells have, says at once that it is not. */
function isSpace(text: string): boolean {
  const code = text.charCodeAt(0);
  return !(code > 0x20 && code < 0x7f) && text.trim() === "";
}

/** True for a cell that holds objects, at any depth of lists. */
export function holdsObjects(cell: Cell): boolean {
  return Array.isArray(cell) ? (cell as readonly Cell[]).some(holdsObjects) : isPlainObject(cell);
}

/** True for text without a character to see, and for lists of nothing else. */
export function isBlankValue(value: Value): boolean {
  if (typeof value === "string") return value.trim() === "";
  return Array.isArray(value) && value.every(isBlankValue);
}
