// Which columns of which files a mapping reads, and who reads them: the one answer for the check of headers, the look
// through the files, near misses, doctor and init. What a single name can mean is column-names.ts.
import type { Position } from "../../model/config/yaml-syntax.ts";
import type { Alternative, ChildMapping, FieldMapping, Mapping, ValueSource } from "../definition/mapping.ts";
import { fieldsOfChild, fieldsOfEntry } from "../definition/read-fields.ts";
import type { Expr } from "../expression/condition.ts";
import type { CellUse } from "../expression/syntax.ts";
import { type ColumnTarget, childNames, entryNames, type NameContext, targetOf } from "./column-names.ts";

/** A column of one of an input's files. */
export interface ColumnPlace {
  /** The join whose file it is; absent for the main files. */
  readonly join?: string;
  /** In JSON: the nested list whose items have it; absent for the elements themselves. */
  readonly list?: string;
  readonly column: string;
}

/** Whose cells are read: the entry's, or those of an element of one of its children. */
export interface Reader extends NameContext {
  /** Undefined for the entry itself. */
  readonly child: ChildMapping | undefined;
  /** Where the columns of its own row stand. */
  readonly own: Omit<ColumnPlace, "column">;
  /** The column that `item` is a piece of, and what separates the pieces. */
  readonly item: { readonly column: string; readonly separator: string } | undefined;
}

/** One column that a mapping names, and who reads it. */
export interface ColumnUse {
  /** As the mapping names it. */
  readonly name: string;
  /**
   * What for: the key of groups or of a join, the list of a child, the source of a field (`from`, `template`, `expr`, `sum`),
   * its `when`, or a condition or calculation of no field.
   */
  readonly use: "group" | "join" | "list" | "from" | "template" | "expr" | "sum" | "when" | "condition";
  readonly reader: Reader;
  readonly position: Position;
  /** The field, and which of its alternatives; undefined where no field reads it. */
  readonly of: { readonly field: FieldMapping; readonly alternative: Alternative } | undefined;
}

/** Every column that a mapping names. */
export interface ColumnUses {
  /** Keys first, then conditions and the fields of the entry, then child by child. */
  readonly all: readonly ColumnUse[];
  /** Those of one alternative of a field. */
  of(alternative: Alternative): readonly ColumnUse[];
}

/** The columns that a mapping reads. */
export function columnUses(mapping: Mapping): ColumnUses {
  const entry = entryReader(mapping);
  const ofIndexes = Object.values(mapping.indexes).flatMap(({ key, value, where }) => [key, value, where ?? []].flat());
  const all = [
    ...keyUses(mapping, entry),
    ...[...entryConditions(mapping), ...ofIndexes].flatMap((expr) => conditionUses(expr, entry)),
    ...fieldsOfEntry(mapping).flatMap((field) => fieldUses(field, entry)),
    ...mapping.children.flatMap((child) => childUses(child, mapping, entry)),
  ];
  const known = new Map<Alternative, ColumnUse[]>();
  for (const use of all) {
    const alternative = use.of?.alternative;
    if (alternative !== undefined) known.set(alternative, [...(known.get(alternative) ?? []), use]);
  }
  return { all, of: (alternative) => known.get(alternative) ?? [] };
}

/** The conditions and keys that are expressions on the entry's rows. */
export function entryConditions({ where, group }: Mapping): readonly Expr[] {
  const by = group !== undefined && "expr" in group.by ? group.by.expr : undefined;
  return [where, group?.head, group?.where, by].filter((expr) => expr !== undefined);
}

/** The reader of the entry's own fields. */
export function entryReader(mapping: Mapping): Reader {
  return { ...entryNames(mapping), child: undefined, own: {}, item: undefined };
}

/** The reader of the fields of a child. */
export function childReader(child: ChildMapping, mapping: Mapping): Reader {
  const { each } = child;
  return {
    ...childNames(child, mapping),
    child,
    own: placeOfElements(each),
    item: each.kind === "split" ? each : undefined,
  };
}

function placeOfElements(each: ChildMapping["each"]): Reader["own"] {
  if (each.kind === "join") return { join: each.join };
  return each.kind === "nested" ? { list: each.column } : {};
}

/** Where a name finds its cells; `place` is undefined for pieces that stand in no column of their own. */
export interface Located {
  readonly kind: ColumnTarget["kind"];
  readonly place: ColumnPlace | undefined;
}

/** Where a use finds its cells. A column called exactly that wins over every other meaning; only a field's names have others. */
export function locate({ name, use, reader }: ColumnUse, isColumn: (place: ColumnPlace) => boolean): Located {
  const own = { ...reader.own, column: name };
  const target = !isByName(use) || isColumn(own) ? undefined : targetOf(name, reader);
  switch (target?.kind) {
    case undefined:
    case "own":
      return { kind: "own", place: own };
    case "parent":
      return { kind: "parent", place: { column: target.column } };
    case "joined":
      return { kind: "joined", place: { join: target.join, column: target.column } };
    case "item":
      return { kind: "item", place: reader.item && { column: reader.item.column } };
    default:
      return target satisfies never;
  }
}

/** True where a field takes the cell of a column by its name, not an expression. */
export function isByName(use: ColumnUse["use"]): boolean {
  return use === "from" || use === "template";
}

/** Where a cell stands that an expression turns into a number or a date. */
export function placeOfCell(cell: CellUse, { own, item }: Reader): ColumnPlace | undefined {
  if (cell.owner === "item") return item && { column: item.column };
  return cell.owner === "row" ? { ...own, column: cell.column } : { column: cell.column };
}

function named(names: readonly string[], read: Omit<ColumnUse, "name">): readonly ColumnUse[] {
  return names.map((name) => ({ ...read, name }));
}

function keyUses({ group, joins }: Mapping, reader: Reader): readonly ColumnUse[] {
  const columns = group !== undefined && "columns" in group.by ? group.by.columns : [];
  const ofGroup =
    group === undefined ? [] : named(columns, { use: "group", reader, position: group.position, of: undefined });
  return [
    ...ofGroup,
    ...joins.flatMap(({ name: join, ours, theirs, position }) => [
      ...named([ours], { use: "join", reader, position, of: undefined }),
      ...named([theirs], { use: "join", reader: { ...reader, own: { join } }, position, of: undefined }),
    ]),
  ];
}

function conditionUses({ compiled, position }: Expr, reader: Reader): readonly ColumnUse[] {
  return named(compiled.columns, { use: "condition", reader, position, of: undefined });
}

function childUses(child: ChildMapping, mapping: Mapping, entry: Reader): readonly ColumnUse[] {
  const { each, position, where } = child;
  const reader = childReader(child, mapping);
  const isList = each.kind === "split" || each.kind === "nested";
  return [
    ...(isList ? named([each.column], { use: "list", reader: entry, position, of: undefined }) : []),
    ...(each.kind === "expr" ? conditionUses(each.expr, entry) : []),
    ...(where === undefined ? [] : conditionUses(where, reader)),
    ...fieldsOfChild(child, mapping).flatMap((field) => fieldUses(field, reader)),
  ];
}

function fieldUses(field: FieldMapping, reader: Reader): readonly ColumnUse[] {
  return field.alternatives.flatMap((alternative) => {
    const { source, when, position } = alternative;
    const of = { field, alternative };
    return [
      ...(when === undefined ? [] : named(when.compiled.columns, { use: "when", reader, position: when.position, of })),
      ...sourceUses(source, { reader, position, of }),
    ];
  });
}

function sourceUses(source: ValueSource, read: Omit<ColumnUse, "name" | "use">): readonly ColumnUse[] {
  const { kind } = source;
  switch (kind) {
    case "from":
      return named(source.columns, { ...read, use: kind });
    case "template":
      return named(
        source.parts.flatMap((part) => ("column" in part ? [part.column] : [])),
        { ...read, use: kind },
      );
    case "expr":
      return named(source.compiled.columns, { ...read, use: kind });
    case "value":
      return [];
    case "sum":
      return named([source.column], {
        ...read,
        use: kind,
        reader: { ...read.reader, own: placeOfElements(source.each) },
      });
    default:
      return source satisfies never;
  }
}
