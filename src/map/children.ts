// Lists of objects in a payload: which elements a child has, and its fields for each of them.
import { styleOfColumn } from "../model/column-style.ts";
import { cellPlace, type Origin, type SourceRow } from "../model/draft.ts";
import type { Json } from "../model/json.ts";
import { isPlainObject } from "../model/json.ts";
import type { Problem } from "../model/problem.ts";
import { atCells, locateProblem } from "../model/problem-place.ts";
import type { Cell, Cells } from "../model/row.ts";
import type { FieldTrace } from "../model/trace.ts";
import { compileAmounts, numberOf, type PricedElement, pricedFields } from "./amounts.ts";
import {
  assembleFields,
  type DraftParts,
  emptyObject,
  emptyParts,
  type MutableObject,
  noteOrigins,
} from "./assemble-draft.ts";
import { type CompiledField, compileField } from "./compile-field.ts";
import type { ChildMapping, Mapping } from "./definition/mapping.ts";
import { type Expr, judgeBy } from "./expression/condition.ts";
import type { ScopeStyles } from "./expression/expression.ts";
import type { FieldContext, FieldTools } from "./field-tools.ts";
import { type FieldScope, type Place, type Reading, readAt, readingsOf, wholeRow } from "./scope.ts";
import { compileLineTotal } from "./totals.ts";
import { tracedCells } from "./trace-recorder.ts";
import type { Blanks } from "./values/blanks.ts";
import type { Value } from "./values/coerce.ts";
import { pieces, scalarText } from "./values/value-text.ts";

/** The rows that make one entry, as its children see them. */
interface ChildGroup {
  readonly rows: readonly SourceRow[];
  readonly first: FieldScope;
  readonly joined: Readonly<Record<string, readonly SourceRow[]>>;
}

/** A child whose config is resolved. */
export interface CompiledChild {
  readonly path: string;
  readonly fields: readonly CompiledField[];
  /** Adds the list to the payload; without an element that `where` lets through there is none. */
  readonly fill: (group: ChildGroup, parts: DraftParts) => void;
}

/** A child ready for groups. */
export function compileChild(
  child: ChildMapping,
  mapping: Mapping,
  tools: FieldTools,
  ofEntry: FieldTools,
): CompiledChild {
  const { path, where, each } = child;
  const { blanks } = tools.context;
  const fields = child.fields.map((mapped) => compileField(mapped, tools));
  const readTotal = compileLineTotal(child, mapping, tools);
  const priceElements = compileAmounts(child, fields, { ofElement: tools, ofEntry });
  const judge = where === undefined ? undefined : judgeBy(where, "where");
  const list = compileElements(each, mapping, tools.context);

  const fill = (group: ChildGroup, parts: DraftParts): void => {
    noteOrigins(parts, path, () => originsOf(list.columns, group.first.place));
    const found = list.elementsOf(group);
    if (!found.ok) {
      const { code = "not_a_list", message, place, column } = found;
      parts.problems.push({ code, message, path, ...cellPlace(place.source, column) });
      return;
    }
    const kept: { readonly element: Element; readonly scope: FieldScope }[] = [];
    for (const element of found.elements) {
      const scope = scopeOf(element, group, blanks);
      const judged = judge?.(scope.expressionScope);
      if (judged?.ok === false) {
        const place = cellPlace(element.place.source);
        const problem: Problem = {
          code: "expression_failed",
          message: judged.message,
          path: `${path}[${kept.length}]`,
          ...place,
        };
        parts.problems.push(atCells(problem, readingsOf(judged.reads, scope)));
        continue;
      }
      if (judged?.value === false) {
        parts.trace?.push(
          leftOut(path, where?.text ?? "", where?.compiled.columns.map((name) => readAt(element.place, name)) ?? []),
        );
        continue;
      }
      kept.push({ element, scope });
    }
    const priced = priceElements?.(
      kept.map(({ scope }) => scope),
      group.first,
      parts,
    );
    const items: MutableObject[] = [];
    for (const [index, { element, scope }] of kept.entries()) {
      if (parts.quick?.isSlow === true) return;
      const at = `${path}[${items.length}]`;
      const item = emptyObject();
      noteOrigins(parts, at, () => [elementOrigin(element)]);
      assembleFields(fields, scope, item, `${at}.`, parts);
      readTotal?.(scope, `${at}.`, parts);
      items.push(item);
      const ofElement = priced?.[index];
      if (ofElement === undefined) continue;
      setPrice(item, at, ofElement, parts);
      if (ofElement.share !== undefined) {
        parts.shares ??= new Map();
        parts.shares.set(items.length - 1, ofElement.share);
      }
      const [, second] = ofElement.pieces;
      if (second === undefined) continue;
      // The same element once more, with the pieces that have the other price. What is wrong with it has been said.
      const again = emptyObject();
      const atAgain = `${path}[${items.length}]`;
      const { problems: _, trace: __, ...rest } = parts;
      noteOrigins(parts, atAgain, () => [elementOrigin(element)]);
      assembleFields(fields, scope, again, `${atAgain}.`, { ...rest, problems: emptyParts().problems });
      setPrice(again, atAgain, { ...ofElement, pieces: [second] }, parts);
      parts.continued ??= new Set();
      parts.continued.add(items.length);
      items.push(again);
    }
    if (items.length > 0) parts.payload[path] = items as Json;
    // A list of rows that is there is no cell's fault as a whole.
    if (items.length > 0 && (child.each.kind === "rows" || child.each.kind === "join"))
      noteOrigins(parts, path, () => [{ kind: "row", source: group.first.place.source }]);
  };
  return { path, fields, fill };
}

/** Puts the first price of an element into its item, with the quantity where another part of it has another price. */
function setPrice(
  item: MutableObject,
  at: string,
  { pieces, origins, problem, trace }: PricedElement,
  parts: DraftParts,
) {
  const { quantity, price } = pricedFields;
  const path = `${at}.${price}`;
  noteOrigins(parts, path, () => origins);
  const [first] = pieces;
  if (problem !== undefined) parts.problems.push(locateProblem({ ...problem, path }, parts.origins));
  if (first !== undefined) {
    item[quantity] = numberOf(first.quantity);
    item[price] = numberOf(first.price);
  }
  parts.trace?.push({
    path,
    alternatives: trace,
    result:
      first !== undefined
        ? { kind: "value", value: numberOf(first.price) }
        : problem === undefined
          ? { kind: "absent" }
          : { kind: "failed", code: problem.code, message: problem.message },
  });
}

/** The cells of a list as a whole, those with something in them first. */
function originsOf(columns: readonly string[], place: Place): readonly Origin[] {
  const isBlank = (column: string) => Number((readAt(place, column).cell ?? "") === "");
  const sorted = columns.toSorted((a, b) => isBlank(a) - isBlank(b));
  return sorted.map((column) => ({ kind: "cell", source: place.source, column }));
}

function leftOut(path: string, where: string, readings: readonly Reading[]): FieldTrace {
  return { path, alternatives: [], result: { kind: "left_out", where, cells: tracedCells(readings) } };
}

interface Element {
  readonly place: Place;
  readonly parent: Place;
  readonly item: FieldScope["item"];
}

type Found =
  | { readonly ok: true; readonly elements: readonly Element[] }
  | {
      readonly ok: false;
      readonly code?: "expression_failed";
      readonly message: string;
      readonly place: Place;
      readonly column: string | undefined;
    };

/** Where a list comes from: the columns to look at when it is empty, and its elements. */
interface Elements {
  readonly columns: readonly string[];
  readonly elementsOf: (group: ChildGroup) => Found;
}

function compileElements(each: ChildMapping["each"], mapping: Mapping, context: FieldContext): Elements {
  const { group: grouping, joins } = mapping;
  switch (each.kind) {
    case "rows":
      return {
        columns: grouping !== undefined && "columns" in grouping.by ? grouping.by.columns : [],
        elementsOf: ({ rows, first }) => rowElements(rows, first.place),
      };
    case "join":
      return {
        columns: joins.filter(({ name }) => name === each.join).map(({ ours }) => ours),
        elementsOf: ({ joined, first }) => rowElements(joined[each.join] ?? [], first.place),
      };
    case "split":
      return {
        columns: [each.column],
        elementsOf: ({ first }) => splitElements(first.place, each.column, each.separator, context.blanks),
      };
    case "expr":
      return piecesOf(each.expr);
    case "nested":
      return {
        columns: [each.column],
        elementsOf: ({ rows }) => {
          const elements: Element[] = [];
          for (const source of rows) {
            const found = nestedElements(wholeRow(source), each.column, context.blanks);
            if (!found.ok) return found;
            elements.push(...found.elements);
          }
          return { ok: true, elements };
        },
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
  const elementsOf = ({ first: { place, expressionScope: scope } }: ChildGroup): Found => {
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

/** What an element as a whole is made of: its row, or the part of a cell. */
function elementOrigin({ place: { source, prefix }, item }: Element): Origin {
  const column = item?.column ?? prefix.replace(/\.$/, "");
  return column === "" ? { kind: "row", source } : { kind: "cell", source, column };
}

function scopeOf({ place, parent, item }: Element, { first }: ChildGroup, blanks: Blanks): FieldScope {
  const scope = {
    ...(first.expressionScope.rows === undefined ? {} : { rows: first.expressionScope.rows }),
    indexes: first.expressionScope.indexes,
    row: blanks.clean(place.cells),
    parent: blanks.clean(parent.cells),
    ...(item === undefined ? {} : { item: item.text }),
    ...stylesOf(place.source.styles, parent.source.styles, item?.column),
  };
  return { place, parent, item, joined: first.joined, rows: first.rows, expressionScope: scope };
}

function stylesOf(
  row: SourceRow["styles"],
  main: SourceRow["styles"],
  itemColumn: string | undefined,
): { readonly styles?: ScopeStyles } {
  if (row === undefined && main === undefined) return {};
  return { styles: { row, main, item: itemColumn === undefined ? undefined : styleOfColumn(row, itemColumn) } };
}
