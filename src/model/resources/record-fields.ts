// Records of the API in the shape of the payloads that made them: the pieces that resources share. What a reply does not
// have is left out, so that "not readable" is never taken for "empty". Which fields a resource has is its own business.
import { isPlainObject, type Json, type JsonObject } from "../json.ts";

/** The fields of a record that a reply shows as a payload has them. */
export function sameFields(record: JsonObject, names: Iterable<string>): JsonObject {
  return Object.fromEntries([...names].flatMap((name) => (record[name] === undefined ? [] : [[name, record[name]]])));
}

/** Weights are a list of parts in replies and one object in exports (facts §4.5); as a payload, pounds. */
export function weightFields(record: JsonObject, names: Iterable<string>): JsonObject {
  return Object.fromEntries(
    [...names].flatMap((name): [string, Json][] => {
      const shown = record[name];
      if (shown === undefined) return [];
      if (shown === null || (Array.isArray(shown) && shown.length === 0)) return [[name, null]];
      const parts = (Array.isArray(shown) ? shown : [shown]) as readonly Json[];
      const pounds = parts.map(inPounds);
      const known = pounds.every((part) => part !== undefined);
      return [
        [name, known ? { unit: "lb", value: pounds.reduce<number>((sum, part) => sum + (part ?? 0), 0) } : shown],
      ];
    }),
  );
}

const ouncesPerPound = 16;

function inPounds(part: Json): number | undefined {
  if (!isPlainObject(part)) return undefined;
  const value = Number(part.value);
  if (part.unit === "lb") return value;
  return part.unit === "oz" ? value / ouncesPerPound : undefined;
}

/** What a reply shows as `{ id, name }` and a payload names by either; null where the record has none. */
export function namedFields(record: JsonObject, shown: string, id: string): JsonObject {
  const value = record[shown];
  if (value === undefined) return sameFields(record, [id]);
  if (!isPlainObject(value)) return { [shown]: null, [id]: null };
  return { [shown]: { name: asJson(value.name) }, [id]: asJson(value.id) };
}

/** Tags are objects in replies and names in payloads. */
export function tagFields(record: JsonObject): JsonObject {
  return listField(record, "tags", (tag) => (isPlainObject(tag) ? asJson(tag.name) : tag));
}

/** Custom fields are an object on a record and a list on its variants (facts §4.3); in payloads an object. */
export function customFields(record: JsonObject): JsonObject {
  const shown = record.custom_fields;
  if (!Array.isArray(shown)) return sameFields(record, ["custom_fields"]);
  const labelled = shown.flatMap((field: Json) =>
    isPlainObject(field) ? [[String(field.label ?? field.name), asJson(field.value)] as const] : [],
  );
  return { custom_fields: Object.fromEntries(labelled) };
}

/** Days come back as they went, or with a time of day behind them. */
export function dayFields(record: JsonObject, names: Iterable<string>): JsonObject {
  return Object.fromEntries(
    Object.entries(sameFields(record, names)).map(([name, day]) => [
      name,
      typeof day === "string" && /^\d{4}-\d{2}-\d{2}[T ]/.test(day) ? day.slice(0, "YYYY-MM-DD".length) : day,
    ]),
  );
}

/** A list with each item read, when the reply has it. */
export function listField(record: JsonObject, name: string, read: (item: Json) => Json): JsonObject {
  const shown = record[name];
  return Array.isArray(shown) ? { [name]: shown.map((item: Json) => read(item)) } : sameFields(record, [name]);
}

/** The record inside `{ data: … }`, or the bare one (facts §3); undefined for anything else. */
export function recordOf(body: unknown): JsonObject | undefined {
  if (!isPlainObject(body)) return undefined;
  return (isPlainObject(body.data) ? body.data : body) as JsonObject;
}

function asJson(value: unknown): Json {
  return value === undefined ? null : (value as Json);
}
