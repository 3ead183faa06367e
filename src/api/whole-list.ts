// Reading a list until it is whole: an absence proves nothing before that. What a list says of its own pages is not
// believed: `last_page` may be 0 while rows are left, `page` may be ignored, rows may move while it is read.
import { isPlainObject, type JsonObject } from "../model/json.ts";
import { readRemoteId } from "../model/remote-id.ts";
import type { Asked } from "./ask.ts";
import type { ApiRequest } from "./client.ts";
import { parseJson, type Reads } from "./reply.ts";

/** `ask` with everything but the request bound. */
export type Asker = <T>(request: ApiRequest, reads: Reads<T>) => Promise<Asked<T>>;

/**
 * How reading a list ended. `whole`: as many distinct rows as its total says, or, where it gives none, all up to an empty
 * page. `partial`: every page was answered, and yet nothing proves that all rows were there. `stopped`: the handler had
 * seen enough.
 */
export type ListEnd =
  | { readonly kind: "whole"; readonly rows: number }
  | { readonly kind: "partial"; readonly cause: string }
  | { readonly kind: "stopped" }
  | Exclude<Asked<never>, { kind: "answer" }>;

/** Gets the rows of a page as they came; a row may come more than once. False ends the reading. */
export type OnRows = (rows: readonly unknown[]) => Promise<boolean>;

/** A page of a list: its rows and the total that it claims. */
export interface ListPage {
  readonly rows: readonly unknown[];
  readonly total: number | undefined;
}

/** The most that a list gives at once (facts §2). */
export const pageSize = 100;
const mostPages = 100_000;
/** A live account moves while it is read: rows come and go between two pages. */
const mostTries = 3;

/**
 * The list at this path, with its filter (`sku%5Bin%5D=A`) or `sort=…` in `query`. `mayBeUnpaged`: short lists of which an
 * API may give everything whatever page is asked for; a second page that repeats the first then ends it.
 */
export async function readWholeList(
  ask: Asker,
  path: string,
  query: string,
  onRows: OnRows,
  { mayBeUnpaged = false }: { readonly mayBeUnpaged?: boolean } = {},
): Promise<ListEnd> {
  const known = new Set<string>();
  for (let round = 1; ; round++) {
    const end = await readOnce(ask, { path, query, mayBeUnpaged }, onRows, known);
    if (end.kind !== "partial" || round === mostTries) return end;
  }
}

async function readOnce(
  ask: Asker,
  { path, query, mayBeUnpaged }: { readonly path: string; readonly query: string; readonly mayBeUnpaged: boolean },
  onRows: OnRows,
  known: Set<string>,
): Promise<ListEnd> {
  const seen = new Set<string>();
  let overlaps = false;
  let longest = 0;
  for (let number = 1; number <= mostPages; number++) {
    const asked = await ask({ method: "GET", path: pagePath(path, query, number) }, readListPage);
    if (asked.kind !== "answer") return asked;
    const { rows, total } = asked.value;
    if (!(await onRows(rows))) return { kind: "stopped" };
    const ids = rows.map(identityOf);
    const fresh = ids.filter((id) => !seen.has(id));
    overlaps ||= fresh.length < rows.length;
    if (rows.length > 0 && fresh.length === 0) {
      const isUnpaged = mayBeUnpaged && total === undefined && number === 2 && rows.length !== pageSize;
      if (isUnpaged && rows.length === seen.size) return { kind: "whole", rows: seen.size };
      return { kind: "partial", cause: "a page that it gave before" };
    }
    for (const id of fresh) {
      seen.add(id);
      known.add(id);
    }
    longest = Math.max(longest, rows.length);
    // A page that is shorter than others ends the list where the total agrees; otherwise only an empty one does.
    const isShort = rows.length < (number === 1 ? pageSize : longest);
    if (rows.length === 0 || (isShort && total !== undefined && seen.size >= total)) {
      return judge(known, overlaps, total);
    }
  }
  return { kind: "partial", cause: "a list without an end" };
}

function judge(known: ReadonlySet<string>, overlaps: boolean, total: number | undefined): ListEnd {
  if (total !== undefined) {
    return known.size === total
      ? { kind: "whole", rows: known.size }
      : { kind: "partial", cause: `${known.size} different rows where its total says ${total}` };
  }
  if (overlaps) return { kind: "partial", cause: "rows that came on two pages, so that others may be on none" };
  return { kind: "whole", rows: known.size };
}

/** Rows and total of a page; undefined when the text is no page of a list (facts §3, §4.7). */
export function readListPage(text: string): ListPage | undefined {
  const body = parseJson(text);
  const envelope = isPlainObject(body) ? body : {};
  const rows: unknown = Array.isArray(body) ? body : envelope.data;
  if (!Array.isArray(rows)) return undefined;
  const meta = isPlainObject(envelope.meta) ? envelope.meta : {};
  const total = [meta.total, envelope.total].find((value) => Number.isSafeInteger(value) && Number(value) >= 0);
  return { rows, total: total === undefined ? undefined : Number(total) };
}

/** The address of one page. */
export function pagePath(path: string, query: string, number: number): string {
  return `${path}?${[query, `per_page=${pageSize}`, `page=${number}`].filter((part) => part !== "").join("&")}`;
}

function identityOf(row: unknown): string {
  const { id, order_id: orderId } = isPlainObject(row) ? row : ({} as JsonObject);
  return readRemoteId(id) ?? readRemoteId(orderId) ?? JSON.stringify(row);
}

/** Rows of a list, each once. `partial`: these were there, and nothing proves that they are all. */
export type RowsEnd =
  | { readonly kind: "answer"; readonly value: readonly JsonObject[] }
  | { readonly kind: "partial"; readonly rows: readonly JsonObject[]; readonly cause: string }
  | Exclude<Asked<never>, { kind: "answer" }>;

/** Every row of a list of which more than the id and the key is wanted; one that is not whole counts as no answer. */
export async function readRows(ask: Asker, path: string): Promise<Asked<readonly JsonObject[]>> {
  const end = await readRowsSeen(ask, path);
  return end.kind === "partial" ? { kind: "silent", cause: `a list with ${end.cause}` } : end;
}

/** The same, with what there is of a list that is not whole: what was seen is there. */
export async function readRowsSeen(ask: Asker, path: string): Promise<RowsEnd> {
  const rows = new Map<string, JsonObject>();
  const onRows: OnRows = async (page) => {
    for (const row of page) if (isPlainObject(row)) rows.set(identityOf(row), row as JsonObject);
    return true;
  };
  const end = await readWholeList(ask, path, "", onRows, { mayBeUnpaged: true });
  if (end.kind === "whole") return { kind: "answer", value: [...rows.values()] };
  if (end.kind === "refused" || end.kind === "silent") return end;
  return { kind: "partial", rows: [...rows.values()], cause: end.kind === "partial" ? end.cause : "its end unread" };
}
