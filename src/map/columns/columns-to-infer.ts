// Which cells of which files become numbers and dates in a way that the mapping does not say: what has to be found out from
// the cells themselves before a row is mapped. What they prove is values/number-evidence.ts and values/date-evidence.ts.
import type { Position } from "../../model/config/yaml-syntax.ts";
import type { Cells } from "../../model/row.ts";
import type { Alternative, ChildMapping, FieldMapping, Mapping } from "../definition/mapping.ts";
import { compileExpression } from "../expression/expression.ts";
import type { RowIndexes } from "../expression/language.ts";
import type { CellUse, TextUse } from "../expression/syntax.ts";
import { type Blanks, compileBlanks } from "../values/blanks.ts";
import type { ReadKind, ValueStyle } from "../values/style.ts";
import { compileTransform } from "../values/transforms.ts";
import { splitUnit } from "../values/units.ts";
import { pieces, scalarText } from "../values/value-text.ts";
import { childNames, entryNames, type NameContext, targetOf } from "./column-names.ts";
import { readKindOf, textSteps } from "./read-kind.ts";

/** A column of one of an input's files. */
export interface ColumnPlace {
  /** The join whose file it is; absent for the main files. */
  readonly join?: string;
  readonly column: string;
}

/** A column whose cells become numbers or dates by their own style. */
export interface ColumnToInfer extends ColumnPlace {
  readonly reads: ReadKind;
  /** The field or expression. */
  readonly position: Position;
  /** Where the mapping can say how to read it: in the field that takes the column, in one that calculates, or for all of a source only. */
  readonly sayable: "column" | "field" | "source";
  /** The `thousands` that the mapping says. */
  readonly thousands: string | undefined;
  /** Gives every text of a row that is read so; never throws. */
  readonly each: (cells: Cells, take: (text: string) => void) => void;
}

/** Columns that one expression reads in the same way, and so must be written alike. */
export interface SharedStyle {
  readonly position: Position;
  readonly columns: readonly (ColumnPlace & { readonly reads: ReadKind })[];
}

/** What a mapping leaves to the cells. */
export interface ColumnsToInfer {
  readonly columns: readonly ColumnToInfer[];
  readonly shared: readonly SharedStyle[];
}

/** What a mapping leaves to the cells. `isColumn` tells the columns of the main files and of joins. */
export function columnsToInfer(
  mapping: Mapping,
  indexes: RowIndexes,
  isColumn: (place: ColumnPlace) => boolean,
): ColumnsToInfer {
  const blanks = compileBlanks(mapping.blank);
  const { where, group, style } = mapping;
  const top: Owner = {
    ...entryNames(mapping),
    kind: "group",
    join: undefined,
    itemColumn: undefined,
    blanks,
    indexes,
    isColumn,
  };
  const conditions = [
    { expr: where, kind: "row" as const },
    { expr: group?.head, kind: "row" as const },
    { expr: group?.where, kind: "group" as const },
    { expr: group !== undefined && "expr" in group.by ? group.by.expr : undefined, kind: "row" as const },
  ];
  const found: ColumnsToInfer[] = [
    ...conditions.map(({ expr, kind }) => ofExpression(expr, style, undefined, { ...top, kind })),
    ...mapping.fields.map((field) => ofField(field, top)),
    ...mapping.children.flatMap((child) => ofChild(child, mapping, top)),
  ];
  return { columns: found.flatMap(({ columns: toInfer }) => toInfer), shared: found.flatMap(({ shared }) => shared) };
}

/** Whose cells a field or an expression reads. */
interface Owner extends NameContext {
  readonly kind: "row" | "group" | "child";
  /** The join whose rows are its own. */
  readonly join: string | undefined;
  /** The column that `item` is a piece of, and what separates the pieces. */
  readonly itemColumn: { readonly column: string; readonly separator: string } | undefined;
  readonly blanks: Blanks;
  readonly indexes: RowIndexes;
  readonly isColumn: (place: ColumnPlace) => boolean;
}

const none: ColumnsToInfer = { columns: [], shared: [] };

function ofChild(child: ChildMapping, mapping: Mapping, top: Owner): readonly ColumnsToInfer[] {
  const { each, where, fields } = child;
  if (each.kind === "nested") return []; // JSON, whose values have one style
  const owner: Owner = {
    ...top,
    ...childNames(child, mapping),
    kind: "child",
    join: each.kind === "join" ? each.join : undefined,
    itemColumn: each.kind === "split" ? each : undefined,
  };
  return [ofExpression(where, mapping.style, undefined, owner), ...fields.map((field) => ofField(field, owner))];
}

function ofField({ alternatives, field }: FieldMapping, owner: Owner): ColumnsToInfer {
  const found = alternatives.map((alternative) => {
    const { source, style, when, position } = alternative;
    if (style.unsaid === undefined) return none;
    const reads = readKindOf(alternative, field);
    const ofGate = ofExpression(when && { ...when, isInField: true }, style, undefined, owner);
    const steps = stepsOf(alternative, field.type === "weight" || field.type === "length", owner.blanks);
    if (source.kind === "expr") {
      return both(ofGate, ofExpression({ text: source.text, position, isInField: true }, style, reads, owner, steps));
    }
    if (reads === undefined || !isOpen(style, reads)) return ofGate;
    const about = {
      reads,
      position,
      thousands: style.thousands,
      sayable: source.kind === "from" ? "column" : "field",
    } as const;
    if (source.kind === "from") {
      const toInfer = source.columns.flatMap((name): ColumnToInfer[] => {
        const cell = cellOf(name, owner);
        return cell === undefined ? [] : [{ ...cell.place, ...about, each: throughSteps(cell.each, steps) }];
      });
      return both(ofGate, { columns: toInfer, shared: [] });
    }
    if (source.kind !== "template") return ofGate;
    const cells = source.parts.flatMap((part) => ("column" in part ? (cellOf(part.column, owner) ?? []) : []));
    const toInfer = cells.slice(0, 1).map(({ place }): ColumnToInfer => {
      const each: ColumnToInfer["each"] = (row, take) => {
        const texts = source.parts.map((part) => ("text" in part ? part.text : textOf(row, part.column, owner.blanks)));
        take(texts.join("").trim());
      };
      return { ...place, ...about, each: throughSteps(each, steps) };
    });
    return both(ofGate, { columns: toInfer, shared: [] });
  });
  return both(...found);
}

function both(...found: readonly ColumnsToInfer[]): ColumnsToInfer {
  return { columns: found.flatMap(({ columns: toInfer }) => toInfer), shared: found.flatMap(({ shared }) => shared) };
}

function isOpen({ unsaid }: ValueStyle, reads: ReadKind): boolean {
  return reads === "number" ? unsaid?.numbers === true : unsaid?.dates === true;
}

interface Cell {
  readonly place: ColumnPlace;
  readonly each: ColumnToInfer["each"];
}

/** Where a column name of a mapping finds its cells. */
function cellOf(name: string, owner: Owner): Cell | undefined {
  const { join, itemColumn, blanks, isColumn } = owner;
  const own = { column: name, ...(join === undefined ? {} : { join }) };
  const target = isColumn(own) ? ({ kind: "own", column: name } as const) : targetOf(name, owner);
  switch (target.kind) {
    case "own":
      return isColumn(own) ? plainCell(own, blanks) : undefined;
    case "parent":
      return plainCell({ column: target.column }, blanks);
    case "joined":
      return plainCell({ column: target.column, join: target.join }, blanks);
    case "item":
      return itemColumn === undefined ? undefined : itemCell(itemColumn, blanks);
    default:
      return target satisfies never;
  }
}

function plainCell(place: ColumnPlace, blanks: Blanks): Cell {
  const each: ColumnToInfer["each"] = (cells, take) => {
    const text = textOf(cells, place.column, blanks);
    if (text !== "") take(text);
  };
  return { place, each };
}

function itemCell({ column, separator }: NonNullable<Owner["itemColumn"]>, blanks: Blanks): Cell {
  const each: ColumnToInfer["each"] = (cells, take) => {
    for (const piece of pieces(textOf(cells, column, blanks), separator)) take(piece);
  };
  return { place: { column }, each };
}

function textOf(cells: Cells, column: string, blanks: Blanks): string {
  const cell = cells[column];
  return typeof cell !== "string" || blanks.isBlank(cell) ? "" : cell;
}

type Steps = (text: string, take: (text: string) => void) => void;

/** What happens to a text before it is read: pieces, transforms of text, and what a map or a look-up answers is none of the cells'. */
function stepsOf(
  { split, apply, lookup, map, otherwise, style }: Alternative,
  isMeasure: boolean,
  blanks: Blanks,
): Steps {
  const transforms = textSteps(apply).flatMap((spec) => {
    const compiled = compileTransform(spec, style);
    return compiled.ok ? [compiled.transform] : [];
  });
  const isAnswered = lookup !== undefined || (map !== undefined && otherwise.kind !== "keep");
  const isKept = transforms.length === 0 && split === undefined && map === undefined && !isMeasure;
  if (isKept && !isAnswered) return (text, take) => take(text);
  const one = (piece: string, take: (text: string) => void): void => {
    let text = piece;
    for (const transform of transforms) {
      const made = transform(text);
      if (!made.ok || typeof made.value === "object") return;
      text = scalarText(made.value).trim();
    }
    if (map?.has(text) === true || blanks.isBlank(text)) return;
    take(isMeasure ? splitUnit(text).number : text);
  };
  return (text, take) => {
    if (isAnswered) return;
    if (split === undefined) one(text, take);
    else for (const piece of pieces(text, split)) one(piece, take);
  };
}

function throughSteps(each: ColumnToInfer["each"], steps: Steps): ColumnToInfer["each"] {
  return (cells, take) => each(cells, (text) => steps(text, take));
}

function ofExpression(
  expr: { readonly text: string; readonly position: Position; readonly isInField?: true } | undefined,
  style: ValueStyle,
  result: ReadKind | undefined,
  owner: Owner,
  steps: Steps = (text, take) => take(text),
): ColumnsToInfer {
  if (expr === undefined || style.unsaid === undefined) return none;
  const compiled = compileExpression(expr.text, owner.kind, style, owner.indexes, result);
  if (!compiled.ok) return none;
  const uses = compiled.uses.filter(({ reads }) => isOpen(style, reads));
  const about = {
    position: expr.position,
    thousands: style.thousands,
    sayable: expr.isInField === true ? "field" : "source",
  } as const;
  const toInfer = uses.flatMap((use) => {
    // The last use is the whole result, and only that goes through the field's steps.
    const isResult = result !== undefined && use === compiled.uses.at(-1);
    const own = isResult ? steps : (text: string, take: (text: string) => void) => take(text);
    return cellsOfUse(use, style, owner).map(({ place, each }): ColumnToInfer => {
      return { ...place, ...about, reads: use.reads, each: throughSteps(each, own) };
    });
  });
  const columns = uses.flatMap(({ cells, reads }) =>
    cells.flatMap((use) => {
      const place = placeOf(use, owner);
      return place === undefined ? [] : [{ ...place, reads }];
    }),
  );
  return { columns: toInfer, shared: columns.length < 2 ? [] : [{ position: expr.position, columns }] };
}

/** The cells that a text comes from; where it is made of cells of one row, the text as the expression makes it. */
function cellsOfUse({ text, cells, isCell }: TextUse, style: ValueStyle, owner: Owner): readonly Cell[] {
  const plain = cells.flatMap((use) => cellOfUse(use, owner) ?? []);
  const [first] = plain;
  const owners = new Set(cells.map((use) => use.owner));
  const [only] = owners;
  if (isCell || first === undefined || owners.size > 1 || /\brows\b/.test(text)) return plain;
  const kind = owner.kind === "row" ? "row" : owner.kind;
  const compiled = compileExpression(text, kind, style, owner.indexes);
  if (!compiled.ok) return plain; // it needs a variable of the expression around it
  const give = (scope: Parameters<typeof compiled.expression>[0], take: (text: string) => void): void => {
    const result = compiled.expression(scope);
    if (result.ok && typeof result.value === "string" && result.value.trim() !== "") take(result.value.trim());
  };
  const { blanks, itemColumn } = owner;
  if (only === "item") {
    if (itemColumn === undefined) return [];
    const ofItem = itemCell(itemColumn, blanks);
    return [
      { ...ofItem, each: (row, take) => ofItem.each(row, (item) => give({ row, parent: row, rows: [], item }, take)) },
    ];
  }
  if (only === "row")
    return [{ ...first, each: (row, take) => give({ row: blanks.clean(row), parent: noCells, rows: [] }, take) }];
  return [{ ...first, each: (row, take) => give({ row: noCells, parent: blanks.clean(row), rows: [] }, take) }];
}

const noCells: Cells = Object.freeze(Object.create(null));

function cellOfUse(use: CellUse, owner: Owner): Cell | undefined {
  const place = placeOf(use, owner);
  if (place === undefined) return undefined;
  if (use.owner === "item" && owner.itemColumn !== undefined) return itemCell(owner.itemColumn, owner.blanks);
  return plainCell(place, owner.blanks);
}

function placeOf(use: CellUse, { join, itemColumn, isColumn }: Owner): ColumnPlace | undefined {
  if (use.owner === "item") return itemColumn === undefined ? undefined : { column: itemColumn.column };
  const { column } = use;
  const place = use.owner === "row" && join !== undefined ? { column, join } : { column };
  return isColumn(place) ? place : undefined;
}
