// How far a guessed mapping agrees with one that people wrote: the same payload field out of the same columns. How a value
// is calculated from them is not compared.
import type { Alternative, FieldMapping, Mapping } from "../../src/map/definition/mapping.ts";

/** One field of the written mapping, and what was guessed for it. */
export interface Compared {
  readonly path: string;
  readonly wanted: readonly string[];
  /** Undefined where the guess leaves the field out. */
  readonly guessed: readonly string[] | undefined;
  readonly isRequired: boolean;
  /** Made of the same columns; where the written one calculates, of some of them: totals are checked against many. */
  readonly agrees: boolean;
  /**
   * Made of no other columns, or of those by which the written one chooses between alternatives; a guess may know fewer
   * stand-ins for blank cells than a person.
   */
  readonly isRight: boolean;
}

/** What of a written mapping is looked at. */
export interface Comparison {
  readonly wanted: Mapping;
  readonly guessed: Mapping;
  /** The columns that the export has, as the mapping names them. */
  readonly has: (column: string) => boolean;
  /** Names of joins in the guessed mapping by those in the wanted one. */
  readonly joins: ReadonlyMap<string, string>;
}

/** Every field of the written mapping that this export can fill; constants count as well, made of no column. */
export function compare({ wanted, guessed, has, joins }: Comparison): readonly Compared[] {
  const known = columnsByPath(guessed);
  const conditions = columnsByPath(wanted, conditionsOf);
  const calculated = new Set(
    wanted.fields
      .filter(({ alternatives }) => alternatives.every(({ source }) => source.kind === "expr"))
      .map(({ path }) => path),
  );
  return [...columnsByPath(wanted)].flatMap(([path, columns]) => {
    const there = columns.map((column) => renamed(column, joins)).filter(has);
    if (columns.length > 0 && there.length === 0) return [];
    const found = known.get(path)?.filter(has);
    const isRequired = required.includes(path);
    // What no column says is the user's: a guess that leaves it to them (a marked line) is right.
    const isPart = calculated.has(path) && (found ?? []).length > 0 && found?.every((name) => there.includes(name));
    const agrees =
      there.length === 0 ? (found ?? []).length === 0 : found !== undefined && (same(there, found) || isPart === true);
    const isRight =
      agrees ||
      (found !== undefined &&
        found.length > 0 &&
        found.every((name) => there.includes(name) || conditions.get(path)?.includes(name) === true));
    return [{ path, wanted: there, guessed: found, isRequired, agrees, isRight }];
  });
}

const required = [
  "sku",
  "name",
  "category.name",
  "variants.sku",
  "variants.name",
  "kit_items.sku",
  "kit_items.quantity",
  "channel_id",
  "order_number",
  "order_date",
  "order_status",
  "company_id",
  "bill_to.name",
  "ship_to.name",
  "items.sku",
  "items.quantity",
  "items.unit_price",
];

function same(a: readonly string[], b: readonly string[]): boolean {
  return [...new Set(a)].sort().join("\n") === [...new Set(b)].sort().join("\n");
}

function renamed(column: string, joins: ReadonlyMap<string, string>): string {
  const dot = column.indexOf(".");
  const join = dot === -1 ? undefined : joins.get(column.slice(0, dot));
  return join === undefined ? column : `${join}${column.slice(dot)}`;
}

function columnsByPath(
  { fields, children }: Mapping,
  of: (field: FieldMapping) => readonly string[] = columnsOf,
): ReadonlyMap<string, readonly string[]> {
  const inner = children.flatMap((child) =>
    child.fields.map((field) => [`${child.path}.${field.path}`, of(field)] as const),
  );
  return new Map([...fields.map((field) => [field.path, of(field)] as const), ...inner]);
}

/** The columns of its rows that decide which alternative has its turn. */
function conditionsOf({ alternatives }: FieldMapping): readonly string[] {
  return alternatives.flatMap(({ when }) => columnsIn(when?.text ?? ""));
}

function columnsIn(expression: string): readonly string[] {
  return [...expression.matchAll(/\[\s*(?:"([^"]*)"|'([^']*)')\s*\]/g)].map(
    ([, double, single]) => double ?? single ?? "",
  );
}

function columnsOf({ alternatives }: FieldMapping): readonly string[] {
  return [...new Set(alternatives.flatMap(columnsOfAlternative).map((name) => name.replace(/^parent\./, "")))];
}

function columnsOfAlternative({ source }: Alternative): readonly string[] {
  switch (source.kind) {
    case "from":
      return source.columns;
    case "template":
      return source.parts.flatMap((part) => ("column" in part ? [part.column] : []));
    case "expr":
      return columnsIn(source.text);
    case "sum":
      return [source.column];
    case "value":
      return [];
    default:
      return source satisfies never;
  }
}
