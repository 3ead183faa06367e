// A row as expressions see it: cells are text, and what is not there is "" rather than an error.
import { cellAt } from "../../model/cells.ts";
import type { Cell, Cells } from "../../model/row.ts";

/** Is told of every cell that is asked for: the name that was asked, and the column as it is found from the row. */
export type ReadListener = (name: string, column: string) => void;

/**
 * A read-only view in the shape that the expression engine knows, a `Map`; nothing is copied. `get` gives a cell's
 * text, a view of a nested object, or a list; a name that is no column is tried as a dotted path (`customer.city`).
 */
export class CellsView extends Map<string, unknown> {
  readonly #cells: Cells;
  readonly #onRead: ReadListener;
  readonly #prefix: string;

  constructor(cells: Cells, onRead: ReadListener, prefix = "") {
    super();
    this.#cells = cells;
    this.#onRead = onRead;
    this.#prefix = prefix;
  }

  override get(name: string): unknown {
    const column = this.#prefix + name;
    this.#onRead(name, column);
    return viewOf(cellAt(this.#cells, name) ?? "", this.#onRead, column);
  }
}

function viewOf(cell: Cell, onRead: ReadListener, column: string): unknown {
  if (typeof cell === "string") return cell;
  return isCells(cell)
    ? new CellsView(cell, onRead, `${column}.`)
    : cell.map((item, index) => viewOf(item, onRead, `${column}.${index}`));
}

function isCells(cell: Cell | undefined): cell is Cells {
  return typeof cell === "object" && !Array.isArray(cell);
}
