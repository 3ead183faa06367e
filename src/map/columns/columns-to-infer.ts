// Which cells of which files become numbers and dates in a way that the mapping does not say: what has to be found out from
// the cells themselves before a row is mapped. What they prove is values/number-evidence.ts and values/date-evidence.ts.
import type { Position } from "../../model/config/yaml-syntax.ts";
import type { Cells } from "../../model/row.ts";
import type { Alternative, ChildMapping, FieldMapping, Mapping } from "../definition/mapping.ts";
import { fieldsOfChild, fieldsOfEntry } from "../definition/read-fields.ts";
import { textSteps } from "../definition/read-kind.ts";
import type { ReadyExpression, Scope } from "../expression/expression.ts";
import type { CellUse, TextUse } from "../expression/syntax.ts";
import { type Blanks, compileBlanks } from "../values/blanks.ts";
import type { ReadKind, ValueStyle } from "../values/style.ts";
import { compileTransform } from "../values/transforms.ts";
import { splitUnit } from "../values/units.ts";
import { pieces, scalarText } from "../values/value-text.ts";
import {
  type ColumnPlace,
  type ColumnUse,
  type ColumnUses,
  childReader,
  entryConditions,
  entryReader,
  isByName,
  locate,
  placeOfCell,
  type Reader,
} from "./column-uses.ts";

/** A column whose cells become numbers or dates by their own style. */
export interface ColumnToInfer extends ColumnPlace {
  readonly reads: ReadKind;
  /** The field or expression. */
  readonly position: Position;
  /** Where the mapping can say how to read it: in the field that takes the column, in one that calculates, or for all of a source only. */
  readonly sayable: "column" | "field" | "source";
  /** The `thousands` that the mapping says. */
  readonly thousands: string | undefined;
  /** What the mapping says of numbers and dates. */
  readonly said: ValueStyle;
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

/**
 * What a mapping leaves to the cells. `isColumn` tells the columns of the main files and of joins. With `all` also what it says
 * itself: every column that becomes numbers or dates.
 */
export function columnsToInfer(
  mapping: Mapping,
  uses: ColumnUses,
  isColumn: (place: ColumnPlace) => boolean,
  all = false,
): ColumnsToInfer {
  const top: Owner = { reader: entryReader(mapping), uses, blanks: compileBlanks(mapping.blank), isColumn, all };
  return both(
    ...entryConditions(mapping).map((expr) => ofExpression(expr, mapping.style, "source", top)),
    ...fieldsOfEntry(mapping).map((field) => ofField(field, top)),
    ...mapping.children.flatMap((child) => ofChild(child, mapping, top)),
  );
}

/** Whose cells a field or an expression reads. */
interface Owner {
  readonly reader: Reader;
  readonly uses: ColumnUses;
  readonly blanks: Blanks;
  readonly isColumn: (place: ColumnPlace) => boolean;
  readonly all: boolean;
}

const none: ColumnsToInfer = { columns: [], shared: [] };

function ofChild(child: ChildMapping, mapping: Mapping, top: Owner): readonly ColumnsToInfer[] {
  const { each, where } = child;
  if (each.kind === "nested") return []; // JSON, whose values have one style
  const owner: Owner = { ...top, reader: childReader(child, mapping) };
  const ofWhere = where === undefined ? none : ofExpression(where, mapping.style, "source", owner);
  return [ofWhere, ...fieldsOfChild(child, mapping).map((field) => ofField(field, owner))];
}

function ofField({ alternatives, field }: FieldMapping, owner: Owner): ColumnsToInfer {
  const isMeasure = field.type === "weight" || field.type === "length";
  return both(...alternatives.map((alternative) => ofAlternative(alternative, isMeasure, owner)));
}

function ofAlternative(alternative: Alternative, isMeasure: boolean, owner: Owner): ColumnsToInfer {
  const { source, style, when, position, reads } = alternative;
  if (style.unsaid === undefined && !owner.all) return none;
  const ofGate = when === undefined ? none : ofExpression(when, style, "field", owner);
  const steps = stepsOf(alternative, isMeasure, owner.blanks);
  if (source.kind === "expr")
    return both(ofGate, ofExpression({ compiled: source.compiled, position }, style, "field", owner, reads && steps));
  if (reads === undefined || !isOpen(style, reads, owner)) return ofGate;
  const cells = owner.uses.of(alternative).flatMap((use) => cellOf(use, owner) ?? []);
  const about = {
    reads,
    position,
    thousands: style.thousands,
    said: style,
    sayable: source.kind === "from" || source.kind === "sum" ? "column" : "field",
  } as const;
  if (source.kind === "sum") {
    const added = owner.uses
      .of(alternative)
      .filter(({ use, reader }) => use === "sum" && reader.own.list === undefined);
    const toInfer = added.flatMap(({ name, reader }): readonly ColumnToInfer[] => {
      const place = { ...reader.own, column: name };
      if (!owner.isColumn(place)) return [];
      return [{ ...place, ...about, each: throughSteps(plainCell(place, owner.blanks).each, steps) }];
    });
    return both(ofGate, { columns: toInfer, shared: [] });
  }
  if (source.kind === "from") {
    const toInfer = cells.map(({ place, each }) => ({ ...place, ...about, each: throughSteps(each, steps) }));
    return both(ofGate, { columns: toInfer, shared: [] });
  }
  if (source.kind !== "template") return ofGate;
  const toInfer = cells.slice(0, 1).map(({ place }): ColumnToInfer => {
    const each: ColumnToInfer["each"] = (row, take) => {
      const texts = source.parts.map((part) => ("text" in part ? part.text : textOf(row, part.column, owner.blanks)));
      take(texts.join("").trim());
    };
    return { ...place, ...about, each: throughSteps(each, steps) };
  });
  return both(ofGate, { columns: toInfer, shared: [] });
}

function both(...found: readonly ColumnsToInfer[]): ColumnsToInfer {
  return { columns: found.flatMap(({ columns: toInfer }) => toInfer), shared: found.flatMap(({ shared }) => shared) };
}

function isOpen({ unsaid }: ValueStyle, reads: ReadKind, { all }: Owner): boolean {
  if (all) return true;
  return reads === "number" ? unsaid?.numbers === true : unsaid?.dates === true;
}

interface Cell {
  readonly place: ColumnPlace;
  readonly each: ColumnToInfer["each"];
}

/** Where a field that takes cells by name finds them. */
function cellOf(use: ColumnUse, { blanks, isColumn }: Owner): Cell | undefined {
  if (!isByName(use.use)) return undefined;
  const { kind, place } = locate(use, isColumn);
  const { item } = use.reader;
  if (kind === "item") return item && itemCell(item, blanks);
  return place === undefined || (kind === "own" && !isColumn(place)) ? undefined : plainCell(place, blanks);
}

function plainCell(place: ColumnPlace, blanks: Blanks): Cell {
  const each: ColumnToInfer["each"] = (cells, take) => {
    const text = textOf(cells, place.column, blanks);
    if (text !== "") take(text);
  };
  return { place, each };
}

function itemCell({ column, separator }: NonNullable<Reader["item"]>, blanks: Blanks): Cell {
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

/** What the calls in an expression leave to the cells; with `ofResult`, the steps of its field, its result as well. */
function ofExpression(
  { compiled, position }: { readonly compiled: ReadyExpression; readonly position: Position },
  style: ValueStyle,
  sayable: "field" | "source",
  owner: Owner,
  ofResult?: Steps,
): ColumnsToInfer {
  if (style.unsaid === undefined && !owner.all) return none;
  const uses = compiled.uses.filter(({ reads }) => isOpen(style, reads, owner));
  const about = { position, thousands: style.thousands, said: style, sayable };
  const toInfer = uses.flatMap((use) => {
    // The last use is the whole result, and only that goes through the field's steps.
    const steps = ofResult !== undefined && use === compiled.uses.at(-1) ? ofResult : asItIs;
    return cellsOfUse(use, compiled, owner).map(({ place, each }): ColumnToInfer => {
      return { ...place, ...about, reads: use.reads, each: throughSteps(each, steps) };
    });
  });
  const columns = uses.flatMap(({ cells, reads }) =>
    cells.flatMap((use) => {
      const place = placeOf(use, owner);
      return place === undefined ? [] : [{ ...place, reads }];
    }),
  );
  return { columns: toInfer, shared: columns.length < 2 ? [] : [{ position, columns }] };
}

const asItIs: Steps = (text, take) => take(text);

/** The cells that a text comes from; where it is made of cells of one row, the text as the expression makes it. */
function cellsOfUse(use: TextUse, compiled: ReadyExpression, owner: Owner): readonly Cell[] {
  const plain = use.cells.flatMap((cell) => cellOfUse(cell, owner) ?? []);
  const [first] = plain;
  const [only, ...others] = new Set(use.cells.map((cell) => cell.owner));
  if (use.isCell || first === undefined || others.length > 0 || /\brows\b/.test(use.text)) return plain;
  const made = compiled.partOf(use);
  if (made === undefined) return plain; // it needs a variable of the expression around it
  const give = (scope: Scope, take: (text: string) => void): void => {
    const result = made(scope);
    if (result.ok && typeof result.value === "string" && result.value.trim() !== "") take(result.value.trim());
  };
  const { blanks, reader } = owner;
  if (only === "item") {
    if (reader.item === undefined) return [];
    const ofItem = itemCell(reader.item, blanks);
    return [
      { ...ofItem, each: (row, take) => ofItem.each(row, (item) => give({ row, parent: row, rows: [], item }, take)) },
    ];
  }
  if (only === "row")
    return [{ ...first, each: (row, take) => give({ row: blanks.clean(row), parent: noCells, rows: [] }, take) }];
  return [{ ...first, each: (row, take) => give({ row: noCells, parent: blanks.clean(row), rows: [] }, take) }];
}

const noCells: Cells = Object.freeze(Object.create(null));

function cellOfUse(cell: CellUse, owner: Owner): Cell | undefined {
  const place = placeOf(cell, owner);
  if (place === undefined) return undefined;
  const { item } = owner.reader;
  return cell.owner === "item" && item !== undefined ? itemCell(item, owner.blanks) : plainCell(place, owner.blanks);
}

function placeOf(cell: CellUse, { reader, isColumn }: Owner): ColumnPlace | undefined {
  const place = placeOfCell(cell, reader);
  return place !== undefined && (cell.owner === "item" || isColumn(place)) ? place : undefined;
}
