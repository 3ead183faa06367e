// Lists of objects in a payload: which elements a child has, and its fields for each of them.
import { styleOfColumn } from "../model/column-style.ts";
import { cellPlace, type Origin, type SourceRow } from "../model/draft.ts";
import type { Json } from "../model/json.ts";
import type { Problem } from "../model/problem.ts";
import { atCells, locateProblem } from "../model/problem-place.ts";
import type { FieldTrace } from "../model/trace.ts";
import { compileAmounts, numberOf, type PricedElement, pricedFields } from "./amounts.ts";
import { assembleFields, type DraftParts, emptyObject, type MutableObject, noteOrigins } from "./assemble-draft.ts";
import { type CompiledField, compileField } from "./compile-field.ts";
import type { ChildMapping, Mapping } from "./definition/mapping.ts";
import { compileElements, type Element } from "./elements.ts";
import { judgeBy } from "./expression/condition.ts";
import type { ScopeStyles } from "./expression/expression.ts";
import type { FieldTools } from "./field-tools.ts";
import { type FieldScope, type Place, type Reading, readAt, readingsOf } from "./scope.ts";
import { compileLineTotal } from "./totals.ts";
import { tracedCells } from "./trace-recorder.ts";
import type { Blanks } from "./values/blanks.ts";

/** A child whose config is resolved. */
export interface CompiledChild {
  readonly path: string;
  readonly fields: readonly CompiledField[];
  /** Adds the list to the payload; without an element that `where` lets through there is none. */
  readonly fill: (entry: FieldScope, parts: DraftParts) => void;
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

  const fill = (entry: FieldScope, parts: DraftParts): void => {
    noteOrigins(parts, path, () => originsOf(list.columns, entry.place));
    const found = list.elementsOf(entry);
    if (!found.ok) {
      const { code = "not_a_list", message, place, column } = found;
      parts.problems.push({ code, message, path, ...cellPlace(place.source, column) });
      return;
    }
    const kept: { readonly element: Element; readonly scope: FieldScope }[] = [];
    for (const element of found.elements) {
      const scope = scopeOf(element, entry, blanks);
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
      entry,
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
      noteOrigins(parts, atAgain, () => [elementOrigin(element)]);
      assembleFields(fields, scope, again, `${atAgain}.`, { ...parts, problems: [], trace: undefined });
      setPrice(again, atAgain, { ...ofElement, pieces: [second] }, parts);
      parts.continued ??= new Set();
      parts.continued.add(items.length);
      items.push(again);
    }
    if (items.length > 0) parts.payload[path] = items as Json;
    // A list of rows that is there is no cell's fault as a whole.
    if (items.length > 0 && (child.each.kind === "rows" || child.each.kind === "join"))
      noteOrigins(parts, path, () => [{ kind: "row", source: entry.place.source }]);
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

/** What an element as a whole is made of: its row, or the part of a cell. */
function elementOrigin({ place: { source, prefix }, item }: Element): Origin {
  const column = item?.column ?? prefix.replace(/\.$/, "");
  return column === "" ? { kind: "row", source } : { kind: "cell", source, column };
}

function scopeOf({ place, parent, item }: Element, entry: FieldScope, blanks: Blanks): FieldScope {
  const scope = {
    ...(entry.expressionScope.rows === undefined ? {} : { rows: entry.expressionScope.rows }),
    indexes: entry.expressionScope.indexes,
    row: blanks.clean(place.cells),
    parent: blanks.clean(parent.cells),
    ...(item === undefined ? {} : { item: item.text }),
    ...stylesOf(place.source.styles, parent.source.styles, item?.column),
  };
  return { place, parent, item, joined: entry.joined, many: entry.many, rows: entry.rows, expressionScope: scope };
}

function stylesOf(
  row: SourceRow["styles"],
  main: SourceRow["styles"],
  itemColumn: string | undefined,
): { readonly styles?: ScopeStyles } {
  if (row === undefined && main === undefined) return {};
  return { styles: { row, main, item: itemColumn === undefined ? undefined : styleOfColumn(row, itemColumn) } };
}
