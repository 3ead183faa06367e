// Cursor exports (facts §4.8, §5.6): every record once, in the order of its last write, up to a cutoff that the first
// page fixes. What is written after the cutoff is in no page of that pass.
import type { JsonObject } from "../../model/json.ts";
import { isoSeconds } from "../world/content.ts";
import { invalid, type Reply } from "../world/reply.ts";
import type { RecordStore, Seen } from "../world/store.ts";
import { positiveInteger } from "./listing.ts";

/** What a cursor export goes over, and how a row of it looks. */
export interface Exported {
  readonly store: RecordStore;
  readonly row: (seen: Seen) => JsonObject;
  readonly defaultLimit: number;
}

const maxLimit = 1000;

interface Cursor {
  readonly from: number;
  readonly until: number;
  readonly cutoff: string;
}

/**
 * One page: `{ data, meta: { rows, cutoff }, next_cursor, has_more }`. As documented, `has_more` is true whenever a page
 * is full, so a pass may end with an empty page.
 */
export function exportReply({ store, row, defaultLimit }: Exported, query: URLSearchParams, nowMs: number): Reply {
  const limit = positiveInteger(query, "limit", defaultLimit, maxLimit);
  const start = readStart(store, query, nowMs);
  if ("path" in start) return invalid([start]);
  if (limit.errors.length > 0) return invalid(limit.errors);

  const rows: JsonObject[] = [];
  let next = start.until;
  for (const seen of store.writes(start.from, start.until)) {
    if (rows.length === limit.value) break;
    rows.push(row(seen));
    next = seen.version.position + 1;
  }
  const isFull = rows.length === limit.value;
  return {
    status: 200,
    body: {
      data: rows,
      meta: { rows: rows.length, cutoff: start.cutoff },
      next_cursor: isFull ? writeCursor({ ...start, from: next }) : null,
      has_more: isFull,
    },
  };
}

function readStart(
  store: RecordStore,
  query: URLSearchParams,
  nowMs: number,
): Cursor | { readonly path: string; readonly message: string } {
  const since = query.get("since");
  const cursor = query.get("cursor");
  if (since !== null && cursor !== null) {
    return { path: "cursor", message: "The cursor field prohibits since from being present." };
  }
  if (cursor !== null) return readCursor(cursor) ?? { path: "cursor", message: "The selected cursor is invalid." };
  if (since === null) return { path: "since", message: "The since field is required when cursor is not present." };
  const sinceMs = Date.parse(since);
  if (Number.isNaN(sinceMs)) return { path: "since", message: "The since field must be a valid date." };
  return { from: store.positionAt(sinceMs), until: store.visibleEnd(), cutoff: isoSeconds(nowMs) };
}

function writeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify([cursor.from, cursor.until, cursor.cutoff])).toString("base64url");
}

function readCursor(text: string): Cursor | undefined {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    if (!Array.isArray(parts)) return undefined;
    const [from, until, cutoff]: readonly unknown[] = parts;
    if (typeof from !== "number" || typeof until !== "number" || typeof cutoff !== "string") return undefined;
    return { from, until, cutoff };
  } catch {
    return undefined;
  }
}
