// The elements of a list: the entry's rows, those of a join, what is nested in a cell, or its pieces. What fields make of them is
// children.ts.

import type { SourceRow } from "../model/draft.ts";
import { isPlainObject } from "../model/json.ts";
import type { Cell, Cells } from "../model/row.ts";
import type { ChildMapping, Mapping, RowList } from "./definition/mapping.ts";
import type { Expr } from "./expression/condition.ts";
import type { FieldContext } from "./field-tools.ts";
import { type FieldScope, type Place, readAt, wholeRow } from "./scope.ts";
import type { Blanks } from "./values/blanks.ts";
import type { Value } from "./values/coerce.ts";
import { pieces, scalarText } from "./values/value-text.ts";

/** One element: its cells, what encloses it, and the piece of text that it is, if it is one. */
export interface Element {
  readonly place: Place;
  readonly parent: Place;
  readonly item: FieldScope["item"];
}

/** The elements, or why a list cannot be read. */
type Found =
  | { readonly ok: true; readonly elements: readonly Element[] }
  | {
      readonly ok: false;
      readonly code?: "expression_failed";
      readonly message: string;
      readonly place: Place;
      readonly column: string | undefined;
    };

/** The elements of a list of an entry. */
type ElementsOf = (entry: FieldScope) => Found;

/** Where a list comes from: the columns to look at when it is empty, and its elements. */
export interface Elements {
  readonly columns: readonly string[];
  readonly elementsOf: ElementsOf;
}

/** The elements of a list, ready for entries. */
export function compileElements(each: ChildMapping["each"], mapping: Mapping, { blanks }: FieldContext): Elements {
  switch (each.kind) {
    case "rows":
    case "join":
    case "nested":
      return { columns: columnsOf(each, mapping), elementsOf: elementsIn(each, blanks) };
    case "split":
      return {
        columns: [each.column],
        elementsOf: ({ place }) => splitElements(place, each.column, each.separator, blanks),
      };
    case "expr":
      return piecesOf(each.expr);
    default:
      return each satisfies never;
  }
}

function columnsOf(each: RowList, { group, joins }: Mapping): readonly string[] {
  if (each.kind === "nested") return [each.column];
  if (each.kind === "join") return joins.filter(({ name }) => name === each.join).map(({ ours }) => ours);
  return group !== undefined && "columns" in group.by ? group.by.columns : [];
}

/** The elements of a list whose elements have cells of their own. */
export function elementsIn(each: RowList, blanks: Blanks): ElementsOf {
  switch (each.kind) {
    case "rows":
      return ({ rows, place }) => rowElements(rows, place);
    case "join":
      return ({ many, place }) => rowElements(many[each.join] ?? [], place);
    case "nested":
      return ({ rows }) => {
        const elements: Element[] = [];
        for (const source of rows) {
          const found = nestedElements(wholeRow(source), each.column, blanks);
          if (!found.ok) return found;
          elements.push(...found.elements);
        }
        return { ok: true, elements };
      };
    default:
      return each satisfies never;
  }
}

function rowElements(rows: readonly SourceRow[], parent: Place): Found {
  return { ok: true, elements: rows.map((source) => ({ place: wholeRow(source), parent, item: undefined })) };
}

function splitElements(parent: Place, name: string, separator: string, blanks: Blanks): Found {
  const { cell, column } = readAt(parent, name);
  if (cell === undefined || cell === "" || (typeof cell === "string" && blanks.isBlank(cell)))
    return { ok: true, elements: [] };
  if (typeof cell !== "string") return { ok: false, message: "only text can be split", place: parent, column };
  return { ok: true, elements: textElements(pieces(cell, separator), parent, column) };
}

/** The texts that an expression gives. They are said to stand in the first cell that it reads and that is not blank. */
function piecesOf({ compiled: { columns, expression } }: Expr): Elements {
  const elementsOf = ({ place, expressionScope: scope }: FieldScope): Found => {
    const column = columns.find((name) => (readAt(place, name).cell ?? "") !== "");
    const result = expression(scope);
    if (!result.ok) return { ok: false, code: "expression_failed", message: `each: ${result.message}`, place, column };
    if (!Array.isArray(result.value)) return { ok: false, message: "each: the expression gave no list", place, column };
    const texts = result.value.flatMap((piece: Value) => (typeof piece === "object" ? [] : [scalarText(piece).trim()]));
    return {
      ok: true,
      elements: textElements(
        texts.filter((found) => found !== ""),
        place,
        column ?? "",
      ),
    };
  };
  return { columns, elementsOf };
}

function textElements(texts: readonly string[], place: Place, column: string): readonly Element[] {
  return texts.map((text) => ({ place, parent: place, item: { text, column } }));
}

/** The elements of an array in a row; their columns are found from the row (`line_items.0.qty`). */
function nestedElements(parent: Place, column: string, blanks: Blanks): Found {
  const { cell } = readAt(parent, column);
  if (cell === undefined || (typeof cell === "string" && blanks.isBlank(cell))) return { ok: true, elements: [] };
  if (!Array.isArray(cell)) return { ok: false, message: "a list is expected here", place: parent, column };
  const elements: Element[] = [];
  const items = cell as readonly Cell[];
  const hasObjects = items.some(isPlainObject);
  for (const [index, item] of items.entries()) {
    const at = `${column}.${index}`;
    const place = { source: parent.source, prefix: `${at}.` };
    if (isPlainObject(item)) elements.push({ place: { ...place, cells: item as Cells }, parent, item: undefined });
    // A null among order lines is a line that was lost, not one that may be left out.
    else if (hasObjects)
      return { ok: false, message: "an object is expected here, as beside it", place: parent, column: at };
    else if (typeof item !== "string")
      return { ok: false, message: "there is a list of lists where a list is expected", place: parent, column: at };
    else if (!blanks.isBlank(item))
      elements.push({ place: { ...place, cells: noCells }, parent, item: { text: item, column: at } });
  }
  return { ok: true, elements };
}

const noCells: Cells = Object.freeze(Object.create(null));
