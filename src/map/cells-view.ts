// A row as expressions see it: cells are text, and what is not there is "" rather than an error.
import { cellAt } from "../model/cells.ts";
import type { Cell, Cells } from "../model/row.ts";

/**
 * A read-only view in the shape that the expression engine knows, a `Map`; nothing is copied. `get` gives a cell's
 * text, a view of a nested object, or a list; a name that is no column is tried as a dotted path (`customer.city`).
 */
export class CellsView extends Map<string, unknown> {
  readonly #cells: Cells;

  constructor(cells: Cells) {
    super();
    this.#cells = cells;
  }

  override get(column: string): unknown {
    return viewOf(cellAt(this.#cells, column) ?? "");
  }
}

function viewOf(cell: Cell): unknown {
  if (typeof cell === "string") return cell;
  return isCells(cell) ? new CellsView(cell) : cell.map(viewOf);
}

function isCells(cell: Cell | undefined): cell is Cells {
  return typeof cell === "object" && !Array.isArray(cell);
}
