// What an update would change of a record, as a row of a list shows it, and the hash by which a plan knows the record again.
import { compare, type Difference } from "../compare-records.ts";
import { contentHash, isPlainObject, type Json, type JsonObject } from "../json.ts";
import type { Resource } from "../resource.ts";

/** How an update's body and the record stand to each other. */
export interface RowComparison {
  /** What the update would change; the fields that it empties are among them. */
  readonly differences: readonly Difference[];
  /** Fields without indexes that the update says and the row does not show. */
  readonly notCompared: readonly string[];
  /** True where every field of the update was compared and none differs. */
  readonly isSame: boolean;
  /** Hash of what the row shows in the named fields: the same as long as nobody changed those. */
  readonly state: string;
}

/** Compares as an audit does. `body` is that of an update, with what it clears; `named` are the fields of it that the state is of. */
export function compareRow(
  resource: Resource,
  body: JsonObject,
  row: JsonObject,
  named: readonly string[],
): RowComparison {
  const shown = resource.readBack(row);
  const { differences, unreadable } = compare(body, shown);
  const fields = named.filter((field) => Object.hasOwn(shown, field));
  return {
    differences,
    notCompared: unreadable,
    isSame: differences.length === 0 && unreadable.length === 0,
    state: contentHash(Object.fromEntries(fields.map((field) => [field, plain(shown[field] ?? null)]))),
  };
}

/** One spelling for one meaning: a number as text, nothing as null, and lists of words in one order. */
function plain(value: Json): Json {
  if (value === null || value === "" || (Array.isArray(value) && value.length === 0)) return null;
  if (typeof value === "number") return numberText(value);
  if (typeof value === "string") {
    const text = value.trim();
    return /^-?\d+(\.\d+)?$/.test(text) && text.length < 16 ? numberText(Number(text)) : text;
  }
  if (Array.isArray(value)) {
    const items = value.map((item: Json) => plain(item));
    return items.some((item) => isPlainObject(item)) ? items : items.map(String).sort();
  }
  if (isPlainObject(value))
    return Object.fromEntries(Object.entries(value as JsonObject).map(([name, inner]) => [name, plain(inner)]));
  return value;
}

// Ounces to pounds and back are not exact.
function numberText(value: number): string {
  return String(Number(value.toPrecision(12)));
}
