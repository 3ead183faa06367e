// Reading lists and exports page by page, to the last one: an absence proves nothing before that.
import { isPlainObject, type JsonObject } from "../model/json.ts";
import type { Referable, RemoteRecord } from "../model/resource.ts";
import type { Asked } from "./ask.ts";
import type { ApiRequest } from "./client.ts";
import { parseJson, type Reads } from "./reply.ts";

/** `ask` with everything but the request bound. */
export type Asker = <T>(request: ApiRequest, reads: Reads<T>) => Promise<Asked<T>>;

/** How reading ended. `stopped`: the page handler had seen enough. */
export type PagesEnd =
  | { readonly kind: "complete" }
  | { readonly kind: "stopped" }
  | Exclude<Asked<never>, { kind: "answer" }>;

/**
 * Gets each page's records; false ends the reading. Rows that are no record of the resource are counted in `foreign`;
 * those of them that may hide a key (all but the ones whose key is there and empty) in `unreadable` too.
 */
export type OnPage = (records: readonly RemoteRecord[], foreign: number, unreadable: number) => Promise<boolean>;

interface Page {
  readonly records: readonly RemoteRecord[];
  readonly foreign: number;
  readonly unreadable: number;
  readonly size: number;
  readonly lastPage: number | undefined;
  readonly nextCursor: string | undefined;
  readonly hasMore: boolean;
}

/** The most that a list gives at once, and so the most keys that one filter may hold (facts §2). */
export const pageSize = 100;
const exportSize = 1000; // the most that an export gives (facts §2)
const mostPages = 100_000;

/** Every row of a paged list, as it comes: small lists of which more than the id and the key is wanted. */
export async function readRows(ask: Asker, path: string): Promise<Asked<readonly JsonObject[]>> {
  const rows: JsonObject[] = [];
  const seen = new Set<string>();
  for (let number = 1; number <= mostPages; number++) {
    const asked = await ask({ method: "GET", path: `${path}?per_page=${pageSize}&page=${number}` }, rowsOf);
    if (asked.kind !== "answer") return asked;
    const { items, lastPage } = asked.value;
    const fresh = items.filter(isPlainObject).filter((row) => !seen.has(JSON.stringify(row))) as JsonObject[];
    rows.push(...fresh);
    if (items.length === 0 || fresh.length === 0 || (lastPage !== undefined && number >= lastPage))
      return { kind: "answer", value: rows };
    for (const row of fresh) seen.add(JSON.stringify(row));
  }
  return { kind: "silent", cause: "a list without an end" };
}

/** A paged list. Without `meta.last_page` it ends at an empty page or one that brings nothing new. */
export async function readList(ask: Asker, resource: Referable, query: string, onPage: OnPage): Promise<PagesEnd> {
  const seen = new Set<string>();
  for (let number = 1; number <= mostPages; number++) {
    const path = `${resource.list.path}?${[query, `per_page=${pageSize}`, `page=${number}`].filter((part) => part !== "").join("&")}`;
    const asked = await ask({ method: "GET", path }, (text) => readPage(resource, text));
    if (asked.kind !== "answer") return asked;
    const { records, foreign, unreadable, size, lastPage } = asked.value;
    if (!(await onPage(records, foreign, unreadable))) return { kind: "stopped" };
    if (size === 0 || (lastPage !== undefined && number >= lastPage)) return { kind: "complete" };
    if (lastPage === undefined) {
      if (records.length === 0)
        return { kind: "silent", cause: "a page without a readable row, and no word of the last page" };
      if (records.every(({ remoteId }) => seen.has(remoteId))) return { kind: "complete" };
      for (const { remoteId } of records) seen.add(remoteId);
    }
  }
  return { kind: "silent", cause: "a list without an end" };
}

/** The cursor export from `sinceMs` (by the server's clock, inclusive on the time of change) to its end (facts §4.8, §5.6). */
export async function readExport(
  ask: Asker,
  resource: Referable,
  path: string,
  sinceMs: number,
  onPage: OnPage,
): Promise<PagesEnd> {
  const since = `since=${encodeURIComponent(new Date(sinceMs).toISOString().replace(/\.\d+Z$/, "Z"))}`;
  let position = since;
  for (let number = 1; number <= mostPages; number++) {
    const asked = await ask({ method: "GET", path: `${path}?${position}&limit=${exportSize}` }, (text) =>
      readPage(resource, text),
    );
    if (asked.kind !== "answer") return asked;
    const { records, foreign, unreadable, nextCursor, hasMore } = asked.value;
    if (!(await onPage(records, foreign, unreadable))) return { kind: "stopped" };
    if (nextCursor === undefined) {
      return hasMore
        ? { kind: "silent", cause: "an export that breaks off: more rows but no cursor" }
        : { kind: "complete" };
    }
    const next = `cursor=${encodeURIComponent(nextCursor)}`;
    if (next === position) return { kind: "silent", cause: "an export that repeats its cursor" };
    position = next;
  }
  return { kind: "silent", cause: "an export without an end" };
}

/** The rows of a page and what its envelope says; undefined when it is no page of a list. */
function rowsOf(text: string):
  | {
      readonly items: readonly unknown[];
      readonly lastPage: number | undefined;
      readonly envelope: Readonly<Record<string, unknown>>;
      readonly meta: Readonly<Record<string, unknown>>;
    }
  | undefined {
  const body = parseJson(text);
  const envelope = isPlainObject(body) ? body : {};
  const items: unknown = Array.isArray(body) ? body : envelope.data;
  if (!Array.isArray(items)) return undefined;
  const meta = isPlainObject(envelope.meta) ? envelope.meta : {};
  return { items, lastPage: typeof meta.last_page === "number" ? meta.last_page : undefined, envelope, meta };
}

function readPage(resource: Referable, text: string): Page | undefined {
  const page = rowsOf(text);
  if (page === undefined) return undefined;
  const { items, lastPage, envelope, meta } = page;
  const records: RemoteRecord[] = [];
  let unreadable = 0;
  for (const item of items) {
    const record = resource.remoteRecord(item);
    if (record !== undefined) records.push(record);
    else if (!hasNoKey(resource, item)) unreadable += 1;
  }
  return {
    records,
    foreign: items.length - records.length,
    unreadable,
    size: items.length,
    lastPage,
    nextCursor: cursorOf(envelope.next_cursor) ?? cursorOf(meta.next_cursor),
    hasMore: envelope.has_more === true && items.length > 0 && envelope.next_cursor !== null,
  };
}

/** A channel without a label, say: it is not what anybody asks for by key. */
function hasNoKey({ keyPath }: Referable, item: unknown): boolean {
  const key = isPlainObject(item) ? item[keyPath] : undefined;
  return key === null || (typeof key === "string" && key.trim() === "");
}

function cursorOf(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}
