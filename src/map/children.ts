// Lists of objects in a payload: which elements a child has, and its fields for each of them.
import { styleOfColumn } from "../model/column-style.ts";
import { cellPlace, type Origin, type SourceRow } from "../model/draft.ts";
import type { Json } from "../model/json.ts";
import { isPlainObject } from "../model/json.ts";
import type { Cell, Cells } from "../model/row.ts";
import type { FieldTrace } from "../model/trace.ts";
import type { Blanks } from "./blanks.ts";
import { type CompiledField, compileField, type FieldTools, pieces } from "./compile-field.ts";
import { compileCondition } from "./condition.ts";
import type { ScopeStyles } from "./expression.ts";
import { type DraftParts, emptyObject, fillFields, type MutableObject } from "./fill.ts";
import type { ChildMapping, Mapping } from "./mapping.ts";
import { tracedCells } from "./recorder.ts";
import { type Place, type Reading, readAt, type Site } from "./site.ts";

/** The rows that make one entry, as its children see them. */
interface ChildGroup {
  readonly rows: readonly SourceRow[];
  readonly first: Site;
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
export function compileChild(child: ChildMapping, mapping: Mapping, tools: FieldTools): CompiledChild {
  const { path, where, each } = child;
  const { blanks, indexes } = tools.scope;
  const fields = child.fields.map((mapped) => compileField(mapped, tools));
  const condition = where === undefined ? undefined : compileCondition(where, "where", "child", mapping.style, indexes);
  const listOrigins = listOriginsOf(each, mapping);

  const fill = (group: ChildGroup, parts: DraftParts): void => {
    parts.origins.set(path, listOrigins(group));
    const found = elementsOf(each, group, blanks);
    if (!found.ok) {
      parts.problems.push({
        code: "not_a_list",
        message: found.message,
        path,
        ...cellPlace(found.place.source, found.column),
      });
      return;
    }
    const list: MutableObject[] = [];
    for (const element of found.elements) {
      const site = siteOf(element, group, blanks);
      const judged = condition?.judge(site.scope);
      if (judged?.ok === false) {
        const place = cellPlace(element.place.source);
        parts.problems.push({
          code: "expression_failed",
          message: judged.message,
          path: `${path}[${list.length}]`,
          ...place,
        });
        continue;
      }
      if (judged?.value === false) {
        parts.trace?.push(
          leftOut(path, where?.text ?? "", condition?.columns.map((name) => readAt(element.place, name)) ?? []),
        );
        continue;
      }
      const item = emptyObject();
      fillFields(fields, site, item, `${path}[${list.length}].`, parts);
      list.push(item);
    }
    if (list.length > 0) parts.payload[path] = list as Json;
  };
  return { path, fields, fill };
}

function leftOut(path: string, where: string, readings: readonly Reading[]): FieldTrace {
  return { path, alternatives: [], result: { kind: "left_out", where, cells: tracedCells(readings) } };
}

interface Element {
  readonly place: Place;
  readonly parent: Place;
  readonly item: Site["item"];
}

type Found =
  | { readonly ok: true; readonly elements: readonly Element[] }
  | { readonly ok: false; readonly message: string; readonly place: Place; readonly column: string };

function elementsOf(each: ChildMapping["each"], group: ChildGroup, blanks: Blanks): Found {
  const parent = group.first.place;
  switch (each.kind) {
    case "rows":
      return { ok: true, elements: group.rows.map((source) => rowElement(source, parent)) };
    case "join":
      return { ok: true, elements: (group.joined[each.join] ?? []).map((source) => rowElement(source, parent)) };
    case "split": {
      const { cell, column } = readAt(parent, each.column);
      if (cell === undefined || cell === "" || (typeof cell === "string" && blanks.isBlank(cell)))
        return { ok: true, elements: [] };
      if (typeof cell !== "string") return { ok: false, message: "only text can be split", place: parent, column };
      return {
        ok: true,
        elements: pieces(cell, each.separator).map((text) => ({ place: parent, parent, item: { text, column } })),
      };
    }
    case "nested": {
      const elements: Element[] = [];
      for (const source of group.rows) {
        const found = nestedElements(wholeRow(source), each.column, blanks);
        if (!found.ok) return found;
        elements.push(...found.elements);
      }
      return { ok: true, elements };
    }
    default:
      return each satisfies never;
  }
}

/** The elements of an array in a row; their columns are found from the row (`line_items.0.qty`). */
function nestedElements(parent: Place, column: string, blanks: Blanks): Found {
  const { cell } = readAt(parent, column);
  if (cell === undefined || (typeof cell === "string" && blanks.isBlank(cell))) return { ok: true, elements: [] };
  if (!Array.isArray(cell)) return { ok: false, message: "a list is expected here", place: parent, column };
  const elements: Element[] = [];
  for (const [index, item] of (cell as readonly Cell[]).entries()) {
    const at = `${column}.${index}`;
    const place = { source: parent.source, prefix: `${at}.` };
    if (isPlainObject(item)) elements.push({ place: { ...place, cells: item as Cells }, parent, item: undefined });
    else if (typeof item !== "string")
      return { ok: false, message: "a list of lists stands where a list is expected", place: parent, column: at };
    else if (!blanks.isBlank(item))
      elements.push({ place: { ...place, cells: noCells }, parent, item: { text: item, column: at } });
  }
  return { ok: true, elements };
}

const noCells: Cells = Object.freeze(Object.create(null));

/** A row as a place of its own. */
export function wholeRow(source: SourceRow): Place {
  return { source, cells: source.row.cells, prefix: "" };
}

function rowElement(source: SourceRow, parent: Place): Element {
  return { place: wholeRow(source), parent, item: undefined };
}

function siteOf({ place, parent, item }: Element, { first }: ChildGroup, blanks: Blanks): Site {
  const scope = {
    ...(first.scope.rows === undefined ? {} : { rows: first.scope.rows }),
    row: blanks.clean(place.cells),
    parent: blanks.clean(parent.cells),
    ...(item === undefined ? {} : { item: item.text }),
    ...stylesOf(place.source.styles, parent.source.styles, item?.column),
  };
  return { place, parent, item, joined: first.joined, scope };
}

function stylesOf(
  row: SourceRow["styles"],
  main: SourceRow["styles"],
  itemColumn: string | undefined,
): { readonly styles?: ScopeStyles } {
  if (row === undefined && main === undefined) return {};
  return { styles: { row, main, item: itemColumn === undefined ? undefined : styleOfColumn(row, itemColumn) } };
}

/** Where a list as a whole comes from: what to look at when it is empty. */
function listOriginsOf(
  each: ChildMapping["each"],
  { joins, group: grouping }: Mapping,
): (group: ChildGroup) => readonly Origin[] {
  const ours = each.kind === "join" ? joins.filter(({ name }) => name === each.join).map((join) => join.ours) : [];
  const by = grouping !== undefined && "columns" in grouping.by ? grouping.by.columns : [];
  const columns = each.kind === "rows" ? by : each.kind === "join" ? ours : [each.column];
  return ({ first }) => columns.map((column) => ({ kind: "cell", source: first.place.source, column }));
}
