// What a column name of a mapping means: a column of its own row, of the parent, of a join, or the piece in hand.
import type { ChildMapping, Mapping } from "../definition/mapping.ts";

/** Where a column name of a mapping points. */
export type ColumnTarget =
  | { readonly kind: "own" }
  | { readonly kind: "item" }
  | { readonly kind: "parent"; readonly column: string }
  | { readonly kind: "joined"; readonly join: string; readonly column: string };

/** What a name could mean beside a column of its own. */
export interface NameContext {
  readonly isChild: boolean;
  /** True where elements are pieces of text. */
  readonly hasItems: boolean;
  readonly oneJoins: ReadonlySet<string>;
}

/** What names can mean in fields of the entry itself. */
export function entryNames({ joins }: Mapping): NameContext {
  const oneJoins = new Set(joins.filter(({ one }) => one).map(({ name }) => name));
  return { isChild: false, hasItems: false, oneJoins };
}

/** What names can mean in fields of a child. */
export function childNames({ each }: ChildMapping, mapping: Mapping): NameContext {
  return { ...entryNames(mapping), isChild: true, hasItems: ["split", "expr", "nested"].includes(each.kind) };
}

/** What a name means where no column is called exactly that. */
export function targetOf(name: string, { isChild, hasItems, oneJoins }: NameContext): ColumnTarget {
  const dot = name.indexOf(".");
  const first = name.slice(0, Math.max(0, dot));
  const column = name.slice(dot + 1);
  if (hasItems && name === "item") return { kind: "item" };
  if (isChild && first === "parent") return { kind: "parent", column };
  return oneJoins.has(first) ? { kind: "joined", join: first, column } : { kind: "own" };
}
