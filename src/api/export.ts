// The cursor export of a resource, from a moment to its end (facts §4.8, §5.6). It shows active records only.
import { isPlainObject } from "../model/json.ts";
import { parseJson } from "./reply.ts";
import type { Asker, ListEnd, OnRows } from "./whole-list.ts";

const exportSize = 1000; // the most that an export gives (facts §2)
const mostPages = 100_000;

/** Reads what changed since `sinceMs` (by the server's clock, inclusive) to the last page. */
export async function readExport(ask: Asker, path: string, sinceMs: number, onRows: OnRows): Promise<ListEnd> {
  const since = new Date(Math.max(0, sinceMs)).toISOString().replace(/\.\d+Z$/, "Z");
  let position = `since=${encodeURIComponent(since)}`;
  let rows = 0;
  for (let number = 1; number <= mostPages; number++) {
    const asked = await ask({ method: "GET", path: `${path}?${position}&limit=${exportSize}` }, readExportPage);
    if (asked.kind !== "answer") return asked;
    const page = asked.value;
    rows += page.rows.length;
    if (!(await onRows(page.rows))) return { kind: "stopped" };
    if (page.nextCursor === undefined) {
      return page.hasMore ? { kind: "partial", cause: "more rows but no cursor to them" } : { kind: "whole", rows };
    }
    const next = `cursor=${encodeURIComponent(page.nextCursor)}`;
    if (next === position) return { kind: "partial", cause: "a cursor that it gave before" };
    position = next;
  }
  return { kind: "partial", cause: "no end" };
}

interface ExportPage {
  readonly rows: readonly unknown[];
  readonly nextCursor: string | undefined;
  readonly hasMore: boolean;
}

function readExportPage(text: string): ExportPage | undefined {
  const body = parseJson(text);
  const envelope = isPlainObject(body) ? body : {};
  const rows: unknown = Array.isArray(body) ? body : envelope.data;
  if (!Array.isArray(rows)) return undefined;
  const meta = isPlainObject(envelope.meta) ? envelope.meta : {};
  return {
    rows,
    nextCursor: cursorOf(envelope.next_cursor) ?? cursorOf(meta.next_cursor),
    hasMore: envelope.has_more === true && rows.length > 0 && envelope.next_cursor !== null,
  };
}

function cursorOf(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}
