// Routes that lie: each endpoint wrapped in what the server gets wrong about it. What it does in truth is in the
// *-endpoints files; lies that need two requests or more time are in sandbox/exchange.ts.
import type { Json, JsonObject } from "../../model/json.ts";
import { isPlainObject } from "../../model/json.ts";
import type { Lies } from "../world/read-lies.ts";
import type { Reply } from "../world/reply.ts";
import type { Route } from "../world/route.ts";
import { lyingExport } from "./lying-exports.ts";
import { lyingList } from "./lying-lists.ts";
import { lyingWrite, nothingTold, type Told } from "./lying-writes.ts";

/** The same routes with the lies told. `nowMs` is the server's clock. */
export function lyingRoutes(routes: readonly Route[], lies: Lies, nowMs: () => number): readonly Route[] {
  const tolds = new Map<string, Told>();
  const toldOf = (path: string): Told => {
    const resource = path.split("/")[1] ?? "";
    const told = tolds.get(resource) ?? nothingTold();
    tolds.set(resource, told);
    return told;
  };
  return routes.map((route) => {
    const isRead = route.method === "GET";
    const told = isRead
      ? cached(lyingRead(route, lies, nowMs), lies, nowMs)
      : lyingWrite(route, lies, toldOf(route.path));
    const asText = isRead ? (["ids-as-strings", "ids-change-type"] as const) : (["ids-as-strings"] as const);
    return {
      ...told,
      answer: (request) => {
        const reply = told.answer(request);
        return asText.some((name) => reply.status < 300 && lies.tells(name)) ? withTextIds(reply) : reply;
      },
    };
  });
}

function lyingRead(route: Route, lies: Lies, nowMs: () => number): Route {
  if (route.path.endsWith("/export")) return lyingExport(route, lies, nowMs);
  if (!route.path.endsWith("/{id}")) return lyingList(route, lies, nowMs);
  return {
    ...route,
    answer: (request) => {
      if (lies.tells("by-id-missing")) return route.answer({ ...request, id: 0 });
      const reply = route.answer(request);
      if (reply.status !== 200 || !lies.has("by-id-foreign")) return reply;
      const other = route.answer({ ...request, id: request.id + 1 });
      return other.status === 200 && lies.tells("by-id-foreign") ? other : reply;
    },
  };
}

/** Answers to the same address, repeated for a while. */
function cached(route: Route, lies: Lies, nowMs: () => number): Route {
  const known = new Map<string, { readonly reply: Reply; readonly atMs: number }>();
  if (!lies.has("reads-cached")) return route;
  return {
    ...route,
    answer: (request) => {
      const address = `${request.id}?${request.query}`;
      const before = known.get(address);
      if (before !== undefined && nowMs() - before.atMs < lies.amount("reads-cached")) {
        lies.tells("reads-cached");
        return before.reply;
      }
      const reply = route.answer(request);
      known.set(address, { reply, atMs: nowMs() });
      return reply;
    },
  };
}

function withTextIds(reply: Reply): Reply {
  const textId = (record: Json): Json => {
    if (!isPlainObject(record)) return record;
    const ids = Object.entries(record as JsonObject).filter(([name]) => name === "id" || name === "order_id");
    return { ...(record as JsonObject), ...Object.fromEntries(ids.map(([name, id]) => [name, String(id)])) };
  };
  const each = (value: Json): Json => (Array.isArray(value) ? value.map((one: Json) => textId(one)) : textId(value));
  const { body } = reply;
  if (!isPlainObject(body)) return { ...reply, body: each(body) };
  const envelope = body as JsonObject;
  return { ...reply, body: "data" in envelope ? { ...envelope, data: each(envelope.data ?? null) } : each(envelope) };
}
