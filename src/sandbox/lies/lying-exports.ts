// Cursor exports that lie: rows that are missing, late or hidden, cursors that lead nowhere.
import type { JsonObject } from "../../model/json.ts";
import { objectsAt, textAt } from "../world/content.ts";
import type { Lies } from "../world/read-lies.ts";
import { type Reply, refusal } from "../world/reply.ts";
import type { Route } from "../world/route.ts";

/** The export route with the lies about exports told. */
export function lyingExport(route: Route, lies: Lies, nowMs: () => number): Route {
  let firstPage: Reply | undefined;
  return {
    ...route,
    answer: (request) => {
      if (lies.tells("export-refused")) return refusal(lies.amount("export-refused"), "There is no export here.");
      const isFurther = request.query.has("cursor");
      if (isFurther && firstPage !== undefined && lies.tells("export-loops")) return firstPage;
      const reply = route.answer(request);
      if (reply.status !== 200) return reply;
      const told = misreported(reply, isFurther, lies, nowMs());
      if (!isFurther) firstPage = told;
      return told;
    },
  };
}

function misreported(reply: Reply, isFurther: boolean, lies: Lies, nowMs: number): Reply {
  const body = reply.body as JsonObject;
  const all = objectsAt(body, "data");
  const staleMs = lies.amount("export-stale");
  const isTold = (row: JsonObject, index: number): boolean => {
    const writtenAtMs = Date.parse(textAt(row, "updated_at") ?? "");
    return !(
      (isFurther && index === 0 && lies.tells("export-skips")) ||
      (lies.has("export-stale") && writtenAtMs > nowMs - staleMs && lies.tells("export-stale")) ||
      (row.order_status === "cancelled" && lies.tells("export-active-only")) ||
      lies.tells("export-empty")
    );
  };
  const rows = all.filter(isTold);
  const meta = { ...(body.meta as JsonObject), rows: rows.length };
  const isOver = lies.has("export-empty") || (body.has_more === true && lies.tells("export-stops"));
  return { ...reply, body: { ...body, data: rows, meta, ...(isOver ? { next_cursor: null, has_more: false } : {}) } };
}
