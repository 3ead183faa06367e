// What goes over the wire for an entry: the payload as mapped, without what is ours and what the endpoint does not take.
import type { Json, JsonObject } from "./json.ts";
import { isPlainObject } from "./json.ts";
import { parsePath, withValueAt } from "./payload-path.ts";
import type { Resource } from "./resource.ts";

/** The body of a creation: fields that only an update takes are left out, `clears` too. */
export function creationBody(resource: Resource, payload: JsonObject): JsonObject {
  return resource.updateOnly.reduce(
    (body, field) => {
      const path = field.split(".");
      return has(body, path) ? without(body, path) : body;
    },
    ours(resource, payload),
  );
}

/** The body of an update: everything (arrays replace, so never a part of one), with what it clears. */
export function updateBody(
  resource: Resource,
  payload: JsonObject,
  clears: Readonly<Record<string, null | "" | readonly []>>,
): JsonObject {
  const full = Object.entries(clears).reduce<Json>(
    (body, [path, empty]) => withValueAt(body, parsePath(path), empty),
    payload,
  );
  const taken = Object.entries(ours(resource, full as JsonObject)).filter(
    ([field]) => field in resource.updateSchema.shape,
  );
  return Object.fromEntries(taken);
}

/** True when a creation has to be followed by an update. */
export function needsUpdate(resource: Resource, payload: JsonObject): boolean {
  return resource.updateOnly.some((field) => has(payload, field.split(".")));
}

/** True when an update would say nothing but the key. */
export function saysNothing(resource: Resource, body: JsonObject): boolean {
  return Object.keys(body).every((field) => field === resource.keyPath);
}

/** The payload with the ids that its references stand for; ids of digits become numbers, as the API takes them. */
export function withFills(payload: JsonObject, fills: Readonly<Record<string, string>>): JsonObject {
  return Object.entries(fills).reduce<Json>(
    (body, [path, id]) => withValueAt(body, parsePath(path), asJsonId(id)),
    payload,
  ) as JsonObject;
}

function asJsonId(id: string): number | string {
  const number = Number(id);
  return /^\d+$/.test(id) && Number.isSafeInteger(number) ? number : id;
}

function ours(resource: Resource, payload: JsonObject): JsonObject {
  if (!resource.neverSent.some((field) => Object.hasOwn(payload, field))) return payload;
  return Object.fromEntries(Object.entries(payload).filter(([field]) => !resource.neverSent.includes(field)));
}

// Field paths of the resource table go through lists without an index: `variants.qty_minimum`.
function without(value: JsonObject, [field, ...rest]: readonly string[]): JsonObject {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]): [string, Json][] => {
      if (name !== field) return [[name, inner]];
      if (rest.length === 0) return [];
      return [
        [name, Array.isArray(inner) ? inner.map((item: Json) => (isObject(item) ? without(item, rest) : item)) : inner],
      ];
    }),
  );
}

function has(value: JsonObject, [field, ...rest]: readonly string[]): boolean {
  const inner = field === undefined || !Object.hasOwn(value, field) ? undefined : value[field];
  if (inner === undefined) return false;
  return rest.length === 0 || (Array.isArray(inner) && inner.some((item: Json) => isObject(item) && has(item, rest)));
}

function isObject(value: Json): value is JsonObject {
  return isPlainObject(value);
}
