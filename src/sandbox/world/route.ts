// What a route is, how a request finds its own, and the two answers that every resource gives the same way.
import type { JsonObject } from "../../model/json.ts";
import { notFound, ok, type Reply } from "./reply.ts";
import type { RecordStore, Seen } from "./store.ts";

/** A request that has been read, let in and matched. */
export interface ApiRequest {
  /** The number in the path; 0, which no record has, when the path has none or it is no number. */
  readonly id: number;
  readonly query: URLSearchParams;
  /** Empty for reads. */
  readonly body: JsonObject;
  /** The body exactly as it came. */
  readonly bodyText: string;
}

/** One endpoint. */
export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Relative to the API's base, `{id}` standing for one segment. */
  readonly path: string;
  readonly answer: (request: ApiRequest) => Reply;
}

/** The route of a request, and the id in its path (0 where the path has none). */
export interface Match {
  readonly route: Route;
  readonly id: number;
}

/** Finds the route of a method and path; a literal segment goes before `{id}`. `otherMethods` tells 405 from 404. */
export function matchRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { readonly match: Match | undefined; readonly otherMethods: boolean } {
  const segments = path.split("/");
  const fitting = routes
    .filter((route) => fits(route.path.split("/"), segments))
    .sort((a, b) => Number(a.path.includes("{id}")) - Number(b.path.includes("{id}")));
  const route = fitting.find((candidate) => candidate.method === method);
  if (route === undefined) return { match: undefined, otherMethods: fitting.length > 0 };
  const at = route.path.split("/").indexOf("{id}");
  const text = segments[at] ?? "";
  return { match: { route, id: /^\d+$/.test(text) ? Number(text) : 0 }, otherMethods: false };
}

/** GET by id: the record as its view shows it, or 404. */
export function recordAt(store: RecordStore, id: number, what: string, view: (seen: Seen) => JsonObject): Reply {
  const record = store.get(id);
  const version = record === undefined ? undefined : store.visible(record);
  return record === undefined || version === undefined ? notFound(what) : ok(view({ record, version }));
}

/** Filter fields that are simply fields of the content. */
export function only(names: readonly string[]): Readonly<Record<string, (content: JsonObject) => readonly unknown[]>> {
  return Object.fromEntries(names.map((name) => [name, (content: JsonObject) => [content[name]]]));
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  return (
    pattern.length === segments.length && pattern.every((part, index) => part === "{id}" || part === segments[index])
  );
}
