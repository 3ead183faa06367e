// A mapping as the tool works with it: every form spelled out, every default in place, every field with its type and its
// place in the file, every expression compiled. map/compile.ts makes functions of it.
import type { Position } from "../../model/config/yaml-syntax.ts";
import type { DamageKind } from "../../model/damage.ts";
import type { Json } from "../../model/json.ts";
import type { ReferableName, ResourceName } from "../../model/resource.ts";
import type { Field } from "../../model/resources/field.ts";
import type { ValueJudge } from "../../model/resources/schema-issue.ts";
import type { SourceSettings } from "../../model/row.ts";
import type { Expr } from "../expression/condition.ts";
import type { ReadyExpression } from "../expression/expression.ts";
import type { ReadKind, ValueStyle } from "../values/style.ts";
import type { TransformSpec } from "../values/transforms.ts";
import type { Unit } from "../values/units.ts";

/** One mapping file. */
export interface Mapping {
  /** As it was named: messages and origins show it. */
  readonly file: string;
  readonly resource: ResourceName;
  /** Tells what is written in it from other mappings; comments and layout do not count. */
  readonly hash: string;
  /** What the readers need to know. */
  readonly source: SourceSettings;
  /** A glob on file names, for file drops. */
  readonly match: string | undefined;
  /** By column: its other headings in the main files, the first that is there counts. */
  readonly headings: Readonly<Record<string, readonly string[]>>;
  /** Cells that mean nothing beside the empty one. */
  readonly blank: readonly string[];
  /** Damage of columns that is as it should be, by column. */
  readonly accept: Readonly<Record<string, readonly DamageKind[]>>;
  /** Columns that the files need not have. */
  readonly optional: readonly string[];
  readonly style: ValueStyle;
  readonly where: Expr | undefined;
  readonly indexes: Readonly<Record<string, RowIndexSpec>>;
  readonly group: Grouping | undefined;
  readonly joins: readonly Join[];
  /** The payload path that is the key. */
  readonly key: string;
  readonly fields: readonly FieldMapping[];
  readonly children: readonly ChildMapping[];
  /** The source's own sums, where the mapping names them. */
  readonly totals: Totals | undefined;
  /** Every file that `lookup` names, each combination once, relative to the mapping's folder. */
  readonly lookups: readonly LookupSpec[];
}

/** What the source says that its entries come to. Compared with the payload, never part of it. */
export interface Totals {
  readonly order: FieldMapping | undefined;
  readonly items: FieldMapping | undefined;
  /** Of one element of the list that is summed: read as its fields are. */
  readonly line: FieldMapping | undefined;
  readonly currency: FieldMapping | undefined;
  /** Currencies that may stand together, in capitals. */
  readonly currencies: readonly string[];
  readonly tolerance: number;
  readonly mismatch: "error" | "warn";
}

/** What expressions find among all rows of the input, by calling it: `name(key)`. */
export interface RowIndexSpec {
  readonly key: Expr;
  readonly value: Expr;
  readonly where: Expr | undefined;
}

/** How rows become one entry. */
export interface Grouping {
  readonly by: GroupColumns | { readonly expr: Expr };
  readonly position: Position;
  readonly rows: "adjacent" | "anywhere" | "continued";
  readonly head: Expr | undefined;
  /** True where several rows may be the head by their cells: the first of them is. */
  readonly headMayRepeat: boolean;
  readonly where: Expr | undefined;
  readonly conflict: "warn" | "error" | "ignore";
}

/** Columns that are a group's key: all of them together, or the first that is not blank. */
export interface GroupColumns {
  readonly columns: readonly string[];
  readonly take: "all" | "first";
  /** As of a field. */
  readonly fill: boolean;
}

/** Rows of another input, found where their column `theirs` equals the first row's column `ours`. */
export interface Join {
  readonly name: string;
  readonly theirs: string;
  readonly ours: string;
  readonly one: boolean;
  readonly position: Position;
}

/** A list of objects in the payload, and what each of them is made of. */
export interface ChildMapping {
  /** The payload field that holds the list. */
  readonly path: string;
  readonly position: Position;
  readonly each:
    | RowList
    | { readonly kind: "split"; readonly column: string; readonly separator: string; readonly optional: boolean }
    | { readonly kind: "expr"; readonly expr: Expr };
  readonly where: Expr | undefined;
  readonly fields: readonly FieldMapping[];
  /** What prices are made of, where the mapping gives amounts instead. */
  readonly amounts: Amounts | undefined;
}

/** A list whose elements have cells of their own: the entry's rows, those of a join of many, or a nested array. */
export type RowList =
  | { readonly kind: "rows" }
  | { readonly kind: "join"; readonly join: string }
  | { readonly kind: "nested"; readonly column: string; readonly optional: boolean };

/** Money of the list that is summed, as the source has it. */
export interface Amounts {
  /** What an element comes to: read as its fields are. */
  readonly line: FieldMapping;
  /** What is taken off the whole: read as the entry's fields are, and shared out over the elements. */
  readonly orderDiscount: FieldMapping | undefined;
}

/** One payload field and the ways to fill it. */
export interface FieldMapping {
  /** In a child: relative to the list item. */
  readonly path: string;
  readonly field: Field;
  readonly position: Position;
  /** Whole alternatives; mostly one. */
  readonly alternatives: readonly [Alternative, ...Alternative[]];
}

/** One way to fill a field. */
export interface Alternative {
  readonly position: Position;
  /** The file in which it stands, when that is not the mapping: what the job adds. */
  readonly file?: string;
  readonly source: ValueSource;
  /** As what the text of the source is read, if anything: its style decides how. */
  readonly reads: ReadKind | undefined;
  readonly optional: boolean;
  readonly when: Expr | undefined;
  readonly split: string | undefined;
  readonly apply: readonly TransformSpec[];
  readonly lookup: (LookupSpec & { readonly otherwise: Otherwise }) | undefined;
  readonly map: ReadonlyMap<string, Constant> | undefined;
  readonly otherwise: Otherwise;
  readonly round: number | undefined;
  readonly unit: Unit | undefined;
  readonly default: Constant | undefined;
  /** `invalid: omit`: what the payload's field has against a value; such a value counts as none. */
  readonly omitWhere: ValueJudge | undefined;
  /** `blank: clear` */
  readonly clear: boolean;
  readonly ref: { readonly resource: ReferableName; readonly by: string } | undefined;
  readonly style: ValueStyle;
}

/** Where an alternative gets its value. */
export type ValueSource =
  | {
      readonly kind: "from";
      readonly columns: readonly [string, ...string[]];
      /** `fill: down`: a blank cell takes what the last filled one above it holds. */
      readonly fill: boolean;
    }
  | { readonly kind: "template"; readonly parts: readonly TemplatePart[] }
  | { readonly kind: "expr"; readonly text: string; readonly compiled: ReadyExpression }
  | { readonly kind: "value"; readonly value: Constant }
  /** The numbers of a column, added up over the elements of a list. */
  | { readonly kind: "sum"; readonly column: string; readonly each: RowList };

/** Literal text, or the column whose cell stands there. */
export type TemplatePart = { readonly text: string } | { readonly column: string };

/** A value out of the mapping itself. Numbers that a JSON number cannot show as they are written are text (`007`, `1.10`). */
export type Constant = Json;

/** What happens to a value that `map` or `lookup` has no answer for. */
export type Otherwise =
  | { readonly kind: "error" }
  | { readonly kind: "omit" }
  | { readonly kind: "keep" }
  | { readonly kind: "value"; readonly value: Constant };

/** Which column of which file answers a lookup, and by which column. */
export interface LookupSpec {
  readonly file: string;
  readonly key: string;
  readonly value: string;
}

/** The loaded table of a lookup: trimmed key cell → value cell. */
export type LookupTables = (spec: LookupSpec) => ReadonlyMap<string, string>;
