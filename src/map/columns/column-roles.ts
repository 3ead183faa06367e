// What the cells of each column are that a mapping uses: identifiers, barcodes, postal codes, text, or anything else. The
// payload fields that they go to say it. What may be damaged in a column depends on it.
import type { ColumnRole } from "../../model/damage.ts";
import type { Field } from "../../model/resources/field.ts";
import type { FieldMapping, Mapping } from "../definition/mapping.ts";
import { compileExpression } from "../expression/expression.ts";
import type { RowIndexes } from "../expression/language.ts";
import { childNames, entryNames, type NameContext, targetOf } from "./column-names.ts";
import type { ColumnPlace } from "./columns-to-infer.ts";

/** A column that a mapping uses. */
export interface UsedColumn extends ColumnPlace {
  readonly role: ColumnRole;
}

/** Every column that a mapping uses, once, in its strictest role. `isColumn` tells which columns there are. */
export function columnRoles(
  mapping: Mapping,
  indexes: RowIndexes,
  isColumn: (place: ColumnPlace) => boolean,
): readonly UsedColumn[] {
  const { group, joins, fields, children } = mapping;
  const top: Owner = { ...entryNames(mapping), kind: "group", indexes, isColumn };
  const keys: readonly UsedColumn[] = [
    ...(group !== undefined && "columns" in group.by ? group.by.columns : []).map(asKey),
    ...joins.flatMap(({ name, theirs, ours }) => [asKey(ours), { ...asKey(theirs), join: name }]),
  ];
  const used = [
    ...keys,
    ...fields.flatMap((field) => fieldColumns(field, top)),
    ...children.flatMap((child) => {
      const { each } = child;
      if (each.kind === "nested") return [];
      const join = each.kind === "join" ? { join: each.join } : {};
      const item = each.kind === "split" ? { itemColumn: each.column } : {};
      const owner: Owner = { ...top, ...childNames(child, mapping), kind: "child", ...join, ...item };
      return child.fields.flatMap((field) => fieldColumns(field, owner));
    }),
  ].filter(isColumn);
  const strictest = new Map<string, UsedColumn>();
  for (const column of used) {
    const key = JSON.stringify([column.join ?? null, column.column]);
    const known = strictest.get(key);
    if (known === undefined || rank(column.role) < rank(known.role)) strictest.set(key, column);
  }
  return [...strictest.values()];
}

const roles: readonly ColumnRole[] = ["gtin", "identifier", "postal_code", "text", "other"];

function rank(role: ColumnRole): number {
  return roles.indexOf(role);
}

function asKey(column: string): UsedColumn {
  return { column, role: "identifier" };
}

interface Owner extends NameContext {
  readonly kind: "group" | "child";
  readonly join?: string;
  readonly itemColumn?: string;
  readonly indexes: RowIndexes;
  readonly isColumn: (place: ColumnPlace) => boolean;
}

function fieldColumns({ field, alternatives }: FieldMapping, owner: Owner): readonly UsedColumn[] {
  const role = roleOf(field);
  // What is only part of a text, or is asked for a condition, may be anything.
  const asPart: ColumnRole = role === "other" ? "other" : "text";
  return alternatives.flatMap(({ source, style }): readonly UsedColumn[] => {
    switch (source.kind) {
      case "from":
        return source.columns.flatMap((name) => placeOf(name, role, owner));
      case "template":
        return source.parts.flatMap((part) => ("column" in part ? placeOf(part.column, asPart, owner) : []));
      case "expr": {
        const compiled = compileExpression(source.text, owner.kind, style, owner.indexes);
        return compiled.ok ? compiled.columns.flatMap((name) => placeOf(name, asPart, owner)) : [];
      }
      case "value":
        return [];
      default:
        return source satisfies never;
    }
  });
}

function roleOf({ type, holds }: Field): ColumnRole {
  if (holds !== undefined) return holds;
  return type === "text" || type === "texts" || type === "email" ? "text" : "other";
}

function placeOf(name: string, role: ColumnRole, owner: Owner): readonly UsedColumn[] {
  const { join, itemColumn, isColumn } = owner;
  const own = { column: name, ...(join === undefined ? {} : { join }) };
  if (isColumn(own)) return [{ ...own, role }];
  const target = targetOf(name, owner);
  switch (target.kind) {
    case "own":
      return [];
    case "parent":
      return [{ column: target.column, role }];
    case "joined":
      return [{ column: target.column, join: target.join, role }];
    case "item":
      // A list in one cell is no identifier itself.
      return itemColumn === undefined ? [] : [{ column: itemColumn, role: role === "other" ? "other" : "text" }];
    default:
      return target satisfies never;
  }
}
