// Records read one by one, by their ids, on the same terms as a run: one limiter, one pause, one circuit. For an audit
// that compares; what is compared is decided there.

import type { JsonObject } from "../model/json.ts";
import { recordOf } from "../model/resources/record-fields.ts";
import { ask } from "./ask.ts";
import { createHalt, Halted } from "./halt.ts";
import { forEachAtMost } from "./in-parallel.ts";
import type { ApiOptions } from "./options.ts";
import { parseJson } from "./reply.ts";
import { createTransport } from "./transport.ts";

/** What reading a record came to. */
export type ReadRecord =
  | { readonly kind: "record"; readonly record: JsonObject }
  | { readonly kind: "gone" }
  | { readonly kind: "unreadable"; readonly cause: string };

/**
 * Reads the record of each item and hands it over; items are pulled as there is room. Throws the `ImportError` that ended
 * it early: `STOPPED`, `OUTAGE` or `ACCOUNT_REFUSED`.
 */
export async function readRecords<T extends { readonly path: string }>(
  options: ApiOptions,
  items: AsyncIterable<T>,
  onRecord: (item: T, read: ReadRecord) => Promise<void>,
): Promise<void> {
  using halt = createHalt(options.stop, options.abort);
  await using transport = createTransport(options, halt);
  try {
    await forEachAtMost(options.limits.concurrency, items, halt, async (item) => {
      const asked = await ask(transport, options, halt.signal, { method: "GET", path: item.path }, (text) =>
        recordOf(parseJson(text)),
      );
      if (asked.kind === "answer") return onRecord(item, { kind: "record", record: asked.value });
      if (asked.kind === "silent") return onRecord(item, { kind: "unreadable", cause: asked.cause });
      if (asked.status === 404) return onRecord(item, { kind: "gone" });
      return onRecord(item, { kind: "unreadable", cause: `HTTP ${asked.status}, ${asked.refusal.message}` });
    });
  } catch (error) {
    halt.rethrow();
    if (error instanceof Halted && halt.reason !== undefined) throw halt.reason;
    throw error;
  }
}
