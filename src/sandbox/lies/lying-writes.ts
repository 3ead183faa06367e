// Writes that lie: success that is none, and success that says something else. What a write leaves behind is the truth
// that records() shows.
import { isPlainObject, type Json, type JsonObject } from "../../model/json.ts";
import type { Lies } from "../world/read-lies.ts";
import { type Reply, refusal } from "../world/reply.ts";
import type { Route } from "../world/route.ts";
import { loginPage } from "./lying-lists.ts";

/** What the lies remember of a resource's writes, across its endpoints. */
export interface Told {
  firstCreate: Reply | undefined;
  before: Reply | undefined;
  /** The last of the ids that nothing will ever have. */
  forgottenId: number;
}

/** Nothing told yet. */
export function nothingTold(): Told {
  return { firstCreate: undefined, before: undefined, forgottenId: 900_000_000 };
}

/** The write route with the lies about success told. */
export function lyingWrite(route: Route, lies: Lies, told: Told): Route {
  const isCreate = !route.path.includes("{id}");
  return {
    ...route,
    answer: (request) => {
      const unstored = unstoredAnswer(isCreate, lies);
      if (unstored !== undefined) return unstored;
      if (isCreate && lies.tells("forgotten")) {
        told.forgottenId += 1;
        return { status: 201, body: { data: { id: told.forgottenId, ...request.body } } };
      }
      if (isCreate && told.firstCreate !== undefined && lies.tells("cached-create")) return told.firstCreate;
      const reply = route.answer(request);
      if (reply.status >= 300) return reply;
      const { firstCreate, before } = told;
      if (isCreate) told.firstCreate ??= reply;
      told.before = reply;
      if (isCreate && firstCreate !== undefined && lies.tells("cached-answer")) return firstCreate;
      return misreported(reply, before, isCreate, lies);
    },
  };
}

function unstoredAnswer(isCreate: boolean, lies: Lies): Reply | undefined {
  if (!isCreate && lies.tells("success-false")) {
    return { status: 200, body: { success: false, message: "Nothing was changed." } };
  }
  if (lies.tells("error-in-200")) return { status: 200, body: { error: "Something went wrong." } };
  if (lies.tells("html-in-200")) return { status: 200, body: null, text: loginPage };
  return undefined;
}

function misreported(reply: Reply, before: Reply | undefined, isCreate: boolean, lies: Lies): Reply {
  const body = reply.body as JsonObject;
  const record = recordOf(reply);
  const previous = before === undefined ? undefined : recordOf(before);
  if (lies.tells("throttle-after")) {
    return { ...refusal(429, "Too Many Attempts."), headers: { "retry-after": "1" } };
  }
  if (lies.tells("unavailable-after")) return refusal(503, "Service Unavailable");
  if (before !== undefined && lies.tells("foreign-record")) return { ...before, status: reply.status };
  if (lies.tells("empty-success")) return { ...reply, text: "" };
  if (lies.tells("bare-record")) return { ...reply, body: record };
  if (lies.tells("key-missing"))
    return { ...reply, body: { ...body, data: without(record, ["sku", "order_number", "label"]) } };
  if (lies.tells("id-missing"))
    return { ...reply, body: { ...body, data: without(record, ["id", "order_id", "uuid"]) } };
  if (isCreate && previous !== undefined && lies.tells("id-reused")) {
    const ids = Object.fromEntries(Object.entries(previous).filter(([name]) => name === "id" || name === "order_id"));
    return { ...reply, body: { ...body, data: { ...record, ...ids } } };
  }
  return reply;
}

function recordOf({ body }: Reply): JsonObject {
  const record: Json = isPlainObject(body) ? ((body as JsonObject).data ?? null) : null;
  return isPlainObject(record) ? (record as JsonObject) : {};
}

function without(record: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}
