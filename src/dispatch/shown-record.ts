// What a 2xx shows of the record that was written. A status alone is no success: a cache repeats the answer to somebody
// else, two answers cross, an error comes with 200. It counts when it shows our key, or no key at all, and an id.
import { parseJson } from "../api/reply.ts";
import { isPlainObject, type JsonObject } from "../model/json.ts";
import { readKey, readRemoteId } from "../model/remote-id.ts";
import type { Resource } from "../model/resource.ts";
import { resources } from "../model/resources/resources.ts";
import { createAlike } from "../model/text/fold-key.ts";

/** `other`: it answers something else, so that the write counts as unanswered. `likeId`: shown with a key that ours may have become. */
export type Shown =
  | { readonly kind: "written"; readonly remoteId: string }
  | { readonly kind: "other"; readonly cause: string; readonly likeId?: string };

/** The answer to a creation: `{ data: { id, … } }`, or a bare object (facts §3). */
export function readCreated(text: string, resource: Resource, key: string): Shown {
  const body = parseJson(text);
  if (!isPlainObject(body)) return { kind: "other", cause: "no JSON object in it" };
  const objection = objectionIn(body as JsonObject);
  if (objection !== undefined) return { kind: "other", cause: objection };
  const record = recordIn(body as JsonObject);
  const remoteId = readRemoteId(record.id);
  const shownKey = readKey(record[resource.keyPath]);
  if (remoteId === undefined) return { kind: "other", cause: "no id in it" };
  if (shownKey === undefined) {
    const stranger = recognisable.find(({ keyPath }) => readKey(record[keyPath]) !== undefined);
    if (stranger !== undefined) return { kind: "other", cause: `it shows a ${stranger.singular}` };
  }
  if (shownKey !== undefined && shownKey !== key) {
    const isAlike = createAlike([key])(shownKey).length > 0;
    const cause = `it shows the ${resource.singular} "${shownKey}"`;
    return isAlike ? { kind: "other", cause, likeId: remoteId } : { kind: "other", cause };
  }
  return { kind: "written", remoteId };
}

/** Resources whose key no other has as a field: a record that shows such a key is one of them. */
const recognisable = Object.values(resources).filter(({ name, keyPath }) =>
  Object.values(resources).every((other) => other.name === name || !Object.hasOwn(other.schema.shape, keyPath)),
);

/** The answer to an update by id may be empty or any JSON (the vendor's client takes any 2xx), unless it is about something else. */
export function readUpdated(text: string, resource: Resource, key: string, remoteId: string): Shown {
  const written: Shown = { kind: "written", remoteId };
  if (text.trim() === "") return written;
  const body = parseJson(text);
  if (body === undefined) return { kind: "other", cause: "no JSON in it" };
  if (!isPlainObject(body)) return written;
  const objection = objectionIn(body as JsonObject);
  if (objection !== undefined) return { kind: "other", cause: objection };
  const record = recordIn(body as JsonObject);
  const shownId = readRemoteId(record.id);
  if (shownId !== undefined && shownId !== remoteId) return { kind: "other", cause: `it shows the id ${shownId}` };
  const shownKey = readKey(record[resource.keyPath]);
  if (shownKey !== undefined && shownKey !== key)
    return { kind: "other", cause: `it shows the ${resource.singular} "${shownKey}"` };
  return written;
}

function recordIn(body: JsonObject): JsonObject {
  return isPlainObject(body.data) ? (body.data as JsonObject) : body;
}

/** What an answer says against itself: `error`, `errors`, `success: false`. */
function objectionIn(body: JsonObject): string | undefined {
  const { success, error, errors } = body;
  if (success === false) return "it says success: false";
  const [name, said] = isSomething(error) ? ["error", error] : ["errors", errors];
  return isSomething(said) ? `it has \`${name}\`` : undefined;
}

function isSomething(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === "") return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}
