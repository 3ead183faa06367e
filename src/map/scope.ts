// Where values are read while one entry is mapped: the row or list element in hand, what encloses it, the joins; and the
// reader that finds the cell of a column name there. What a name means is columns/column-names.ts.

import { cellAt } from "../model/cells.ts";
import type { KnownFilling } from "../model/column-style.ts";
import type { SourceRow } from "../model/draft.ts";
import type { Cell, Cells } from "../model/row.ts";
import { type NameContext, targetOf } from "./columns/column-names.ts";
import type { CellRead } from "./expression/cell-reads.ts";
import type { Scope } from "./expression/expression.ts";
import type { RowIndexes } from "./expression/language.ts";
import type { Blanks } from "./values/blanks.ts";

/** Cells with their place in a source row: the row itself, or an element nested in it. */
export interface Place {
  readonly source: SourceRow;
  readonly cells: Cells;
  /** Before column names, so that they are found from the row: `line_items.0.`, or nothing. */
  readonly prefix: string;
}

/** Everything that the fields of one entry or one list element can see. */
export interface FieldScope {
  readonly place: Place;
  /** In children: the group's first row, or the element that encloses this one. */
  readonly parent: Place | undefined;
  /** In children of a split cell or a list of texts: the piece, and the column it stands in. */
  readonly item: { readonly text: string; readonly column: string } | undefined;
  /** By the names of `one: true` joins. */
  readonly joined: ReadonlyMap<string, JoinedOne>;
  /** The rows of the other joins, by their names. */
  readonly many: Readonly<Record<string, readonly SourceRow[]>>;
  /** The group's rows, as `rows` has them. */
  readonly rows: readonly SourceRow[];
  /** The same for expressions, with cells that mean nothing already blank. */
  readonly expressionScope: Scope;
}

/** What expressions see rows with: cells that mean nothing as blanks, and the indexes over all rows. */
export interface RowsSeen {
  readonly blanks: Blanks;
  readonly indexes: RowIndexes;
}

/** What an expression on a single row sees. */
export function rowScope({ row, styles }: SourceRow, { blanks, indexes }: RowsSeen): Scope {
  const own = styles === undefined ? {} : { styles: { row: styles, main: styles } };
  return { row: blanks.clean(row.cells), indexes, ...own };
}

/** What a `one: true` join found. */
interface JoinedOne {
  /** Undefined when no row has the key. */
  readonly match: Place | undefined;
  /** The cell that names the row. */
  readonly key: { readonly source: SourceRow; readonly column: string };
}

/** A cell that was looked at. */
export interface Reading {
  readonly source: SourceRow;
  /** From the row: `Title`, `line_items.0.qty`. */
  readonly column: string;
  /** Undefined when there is no such column. */
  readonly cell: Cell | undefined;
  /** Set where a join found no row that could have the column: the cell that should have named one. */
  readonly unmatched?: JoinedOne["key"];
  /** Set where the cell itself is blank, and `cell` is what fills it. */
  readonly filled?: KnownFilling;
}

/** A row as a place of its own. */
export function wholeRow(source: SourceRow): Place {
  return { source, cells: source.row.cells, prefix: "" };
}

/** A reader for a column name. A column called exactly that wins over every other meaning of the name. */
export function compileColumn(name: string, context: NameContext): (scope: FieldScope) => Reading {
  const target = targetOf(name, context);
  const readOwn = ({ place }: FieldScope) => readAt(place, name);
  if (target.kind === "own") return readOwn;
  const readElsewhere = (scope: FieldScope): Reading => {
    switch (target.kind) {
      case "item":
        if (scope.item === undefined) return readAt(scope.place, name);
        return { source: scope.place.source, column: scope.item.column, cell: scope.item.text };
      case "parent":
        return readAt(scope.parent ?? scope.place, target.column);
      case "joined": {
        const joined = scope.joined.get(target.join);
        if (joined?.match !== undefined) return readAt(joined.match, target.column);
        const nothing = { source: scope.place.source, column: name, cell: undefined };
        return joined === undefined ? nothing : { ...nothing, unmatched: joined.key };
      }
      default:
        return target satisfies never;
    }
  };
  return (scope) => (Object.hasOwn(scope.place.cells, name) ? readOwn(scope) : readElsewhere(scope));
}

/** What an expression read, as cells of the scope. */
export function readingsOf(reads: readonly CellRead[], { place, parent, item, rows }: FieldScope): readonly Reading[] {
  return reads.flatMap(({ owner, column }): Reading[] => {
    switch (owner) {
      case "row":
        return [readAt(place, column)];
      case "parent":
        return [readAt(parent ?? place, column)];
      case "item":
        return item === undefined ? [] : [{ source: place.source, column: item.column, cell: item.text }];
      default: {
        const source = rows[owner];
        return source === undefined ? [] : [readAt(wholeRow(source), column)];
      }
    }
  });
}

/** The cell of a place by its column name or dotted path. */
export function readAt(place: Place, name: string): Reading {
  return { source: place.source, column: place.prefix + name, cell: cellAt(place.cells, name) };
}
