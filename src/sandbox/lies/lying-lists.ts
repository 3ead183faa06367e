// Lists that lie: the question is heard wrong, or the answer is spoilt afterwards. What concerns single records inside
// (their order, letter case, staleness) is in endpoints/listing.ts, where the records are.
import type { Json, JsonObject } from "../../model/json.ts";
import { isFilterName, listed } from "../endpoints/filter.ts";
import { objectAt } from "../world/content.ts";
import type { Lies } from "../world/read-lies.ts";
import { invalid, type Reply, refusal } from "../world/reply.ts";
import type { Route } from "../world/route.ts";

/** The list route with the lies about lists told. */
export function lyingList(route: Route, lies: Lies, nowMs: () => number): Route {
  let asked = 0;
  let last: { readonly reply: Reply; readonly atMs: number } | undefined;
  return {
    ...route,
    answer: (request) => {
      asked += 1;
      if (last !== undefined && nowMs() - last.atMs < lies.amount("list-cached") && lies.tells("list-cached")) {
        return last.reply;
      }
      const refused = refusedQuestion(request.query, lies);
      if (refused !== undefined) return refused;
      if (isEmptyAnswer(request.query, asked, lies)) return emptyList(request.query);
      const reply = route.answer({ ...request, query: misheard(request.query, lies) });
      const told = reply.status === 200 ? misreported(reply, request.query, lies) : reply;
      if (lies.has("list-cached")) last = { reply: told, atMs: nowMs() };
      return told;
    },
  };
}

function refusedQuestion(query: URLSearchParams, lies: Lies): Reply | undefined {
  const filters = filtersOf(query);
  if (filters.length > 0 && lies.tells("filters-forbidden")) {
    return refusal(lies.amount("filters-forbidden"), "Filters are not allowed here.");
  }
  const [inFilter] = filters.filter((name) => name.endsWith("[in]"));
  return inFilter !== undefined && lies.tells("in-refused")
    ? invalid([{ path: inFilter, message: `The ${inFilter} filter has no operator that is known.` }])
    : undefined;
}

function isEmptyAnswer(query: URLSearchParams, asked: number, lies: Lies): boolean {
  const filters = filtersOf(query);
  const hasEq = filters.some((name) => !name.includes("[") || name.endsWith("[eq]"));
  return (
    (filters.length > 0 && lies.tells("filter-unknown-empty")) ||
    (hasEq && lies.tells("eq-empty")) ||
    (lies.has("first-list-empty") && asked <= lies.amount("first-list-empty") && lies.tells("first-list-empty")) ||
    (lies.has("every-nth-list-empty") &&
      asked % lies.amount("every-nth-list-empty") === 0 &&
      lies.tells("every-nth-list-empty"))
  );
}

/** The query as the server takes it. */
function misheard(query: URLSearchParams, lies: Lies): URLSearchParams {
  const heard = new URLSearchParams();
  for (const [name, value] of query) {
    const filter = isFilterName(name) ? misheardFilter(name, value, lies) : [name, value];
    if (filter !== undefined) heard.append(filter[0] ?? name, filter[1] ?? value);
  }
  const page = Number(query.get("page") ?? 1);
  if (page > 1 && lies.tells("page-ignored")) heard.delete("page");
  if (page % 2 === 0 && lies.tells("page-repeats")) heard.set("page", String(page - 1));
  if (query.has("sort") && lies.tells("sort-ignored")) heard.delete("sort");
  const cap = lies.amount("per-page-capped");
  if (lies.has("per-page-capped") && Number(query.get("per_page")) > cap && lies.tells("per-page-capped")) {
    heard.set("per_page", String(cap));
  }
  if (lies.tells("list-hides-archived")) {
    heard.append("order_status[neq]", "cancelled");
    heard.append("sellable[neq]", "false");
  }
  return heard;
}

/** A filter as the server takes it; undefined when it does not see it. */
function misheardFilter(name: string, value: string, lies: Lies): readonly [string, string] | undefined {
  if (lies.tells("filter-ignored")) return undefined;
  const field = name.replace(/\[.*$/, "");
  if (name.endsWith("[in]")) {
    const keys = listed(value);
    if (lies.tells("in-literal")) return [`${field}[eq]`, value];
    if (keys.length > lies.amount("in-first") && lies.has("in-first") && lies.tells("in-first")) {
      return [name, keys.slice(0, lies.amount("in-first")).join(",")];
    }
    if (keys.length > 1 && lies.tells("in-last-ignored")) return [name, keys.slice(0, -1).join(",")];
    if (lies.has("in-cut") && value.length > lies.amount("in-cut") && lies.tells("in-cut")) {
      return [name, value.slice(0, lies.amount("in-cut"))];
    }
  }
  const isEq = name === field || name.endsWith("[eq]");
  return isEq && lies.tells("eq-contains") ? [`${field}[contains]`, value] : [name, value];
}

function misreported(reply: Reply, query: URLSearchParams, lies: Lies): Reply {
  if (lies.tells("list-blank")) return { ...reply, text: "" };
  if (lies.tells("list-page-of-html")) return { ...reply, text: loginPage };
  const body = reply.body as JsonObject;
  const rows = misreportedRows(Array.isArray(body.data) ? (body.data as readonly Json[]) : [], lies);
  if (lies.tells("list-bare")) return { ...reply, body: rows };
  if (lies.tells("no-meta")) return { ...reply, body: { data: rows } };
  const meta = misreportedMeta(objectAt(body, "meta") ?? {}, rows.length, lies);
  const repeated = lies.has("page-repeats") ? { current_page: Number(query.get("page") ?? 1) } : {};
  return { ...reply, body: { ...body, data: rows, meta: { ...meta, ...repeated } } };
}

function misreportedRows(rows: readonly Json[], lies: Lies): readonly Json[] {
  const cut = lies.has("per-page-cut") ? lies.amount("per-page-cut") : rows.length;
  const kept = rows.length > cut && lies.tells("per-page-cut") ? rows.slice(0, cut) : rows;
  const left = lies.has("rows-missing") ? kept.filter(() => !lies.tells("rows-missing")) : kept;
  const [first] = left;
  return first !== undefined && left.length > 1 && lies.tells("row-twice") ? [...left.slice(0, -1), first] : left;
}

function misreportedMeta(meta: JsonObject, rowCount: number, lies: Lies): JsonObject {
  const total = Number(meta.total);
  const changed: Record<string, Json> = { ...meta };
  if (lies.tells("last-page-zero")) changed.last_page = 0;
  if (lies.tells("last-page-one")) changed.last_page = 1;
  if (lies.tells("total-of-page")) changed.total = rowCount;
  if (lies.tells("total-too-large")) changed.total = total + lies.amount("total-too-large");
  if (lies.tells("total-too-small")) changed.total = Math.max(0, total - lies.amount("total-too-small"));
  if (lies.tells("no-total")) delete changed.total;
  if (!lies.tells("meta-as-text")) return changed;
  return Object.fromEntries(Object.entries(changed).map(([name, value]) => [name, value === null ? null : `${value}`]));
}

function emptyList(query: URLSearchParams): Reply {
  const current_page = Number(query.get("page") ?? 1);
  const per_page = Number(query.get("per_page") ?? 10);
  const meta = { current_page, from: null, last_page: 1, per_page, to: null, total: 0 };
  return { status: 200, body: { data: [], meta } };
}

function filtersOf(query: URLSearchParams): readonly string[] {
  return [...query.keys()].filter(isFilterName);
}

/** What a session that has ended, or a hotel's network, answers to everything. */
export const loginPage = "<!doctype html><html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>";
