// Finding a cell by the name that people give it: a column, or a dotted path into nested values. One rule for mapping,
// joins and problems.
import type { Cell, Cells } from "./row.ts";

/** The cell under a column name or dotted path: at every level a key with the dots in it wins. Own keys only. */
export function cellAt(cells: Cell, path: string): Cell | undefined {
  if (typeof cells === "string") return undefined;
  // A list owns its `length` too.
  if (Array.isArray(cells) && !/^\d/.test(path)) return undefined;
  if (Object.hasOwn(cells, path)) return (cells as Cells)[path];
  for (let dot = path.indexOf("."); dot !== -1; dot = path.indexOf(".", dot + 1)) {
    const step = path.slice(0, dot);
    if (!Object.hasOwn(cells, step)) continue;
    const inner = (cells as Cells)[step];
    const found = inner === undefined ? undefined : cellAt(inner, path.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}
