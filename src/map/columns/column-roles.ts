// What the cells of each column are that a mapping uses: identifiers, barcodes, postal codes, text, or anything else. The
// payload fields that they go to say it. What may be damaged in a column depends on it.
import type { ColumnRole } from "../../model/damage.ts";
import type { Field } from "../../model/resources/field.ts";
import type { TransformSpec } from "../values/transforms.ts";
import { type ColumnPlace, type ColumnUse, type ColumnUses, locate } from "./column-uses.ts";

/** A column that a mapping uses. */
export interface UsedColumn extends ColumnPlace {
  readonly role: ColumnRole;
  /** Every field that takes its text decodes what HTML would write as `&amp;`. */
  readonly decoded: boolean;
}

/** Every column that a mapping uses, once, in its strictest role. `isColumn` tells which columns there are. */
export function columnRoles(uses: ColumnUses, isColumn: (place: ColumnPlace) => boolean): readonly UsedColumn[] {
  const used = uses.all.flatMap((use): readonly UsedColumn[] => {
    const { kind, place } = locate(use, isColumn);
    const role = roleIn(use);
    // What an element of a nested list reads is JSON, which no spreadsheet had.
    if (role === undefined || use.reader.own.list !== undefined) return [];
    if (place === undefined || !isColumn(place)) return [];
    // A list in one cell is no identifier itself.
    const decoded = use.of?.alternative.apply.some(isDecoding) === true;
    return [{ ...place, role: kind === "item" ? partOf(role) : role, decoded }];
  });
  const strictest = new Map<string, UsedColumn>();
  for (const column of used) {
    const key = JSON.stringify([column.join ?? null, column.column]);
    const known = strictest.get(key);
    const decoded = column.decoded && known?.decoded !== false;
    const isStricter = known === undefined || rank(column.role) < rank(known.role);
    strictest.set(key, { ...(isStricter ? column : known), decoded });
  }
  return [...strictest.values()];
}

function isDecoding(transform: TransformSpec): boolean {
  return transform === "strip_html" || transform === "decode_entities";
}

const roles: readonly ColumnRole[] = ["gtin", "identifier", "postal_code", "text", "other"];

function rank(role: ColumnRole): number {
  return roles.indexOf(role);
}

/** What a use says of its column; nothing where it only asks for it. */
function roleIn({ use, of }: ColumnUse): ColumnRole | undefined {
  const role = of === undefined ? "identifier" : roleOf(of.field.field);
  switch (use) {
    case "group":
    case "join":
    case "from":
      return role;
    case "template":
    case "expr":
    case "sum":
      return partOf(role);
    case "list":
    case "when":
    case "condition":
      return undefined;
    default:
      return use satisfies never;
  }
}

/** What is only part of a text, or is calculated with, may be anything. */
function partOf(role: ColumnRole): ColumnRole {
  return role === "other" ? "other" : "text";
}

function roleOf({ type, holds }: Field): ColumnRole {
  if (holds !== undefined) return holds;
  return type === "text" || type === "texts" || type === "email" ? "text" : "other";
}
