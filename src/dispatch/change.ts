// What an update has to say. Most resources say all they have; where the API merges (channels), the record is read first
// and only the difference goes.
import { ask } from "../api/ask.ts";
import { parseJson } from "../api/reply.ts";
import type { JsonObject } from "../model/json.ts";
import type { QueuedEntry, Settlement } from "../model/ledger/entry.ts";
import { saysNothing, updateBody } from "../model/request-body.ts";
import type { Resource } from "../model/resource.ts";
import { recordOf } from "../model/resources/record-fields.ts";
import type { DispatchContext } from "./context.ts";

/** `lock`: why the API will refuse it, by the record's own word. `settle`: the record cannot become what the entry says. */
export type Change =
  | { readonly kind: "send"; readonly body: JsonObject; readonly lock?: string }
  | { readonly kind: "nothing" }
  | { readonly kind: "settle"; readonly settlement: Settlement };

/** The change that makes the record what the payload says. Throws `Halted` when the run stops while the record is read. */
export async function changeOf(
  { options, transport, halt }: Pick<DispatchContext, "options" | "transport" | "halt">,
  resource: Resource,
  remoteId: string,
  payload: JsonObject,
  clears: QueuedEntry["clears"],
): Promise<Change> {
  const body = updateBody(resource, payload, clears);
  const { merge } = resource;
  if (merge === undefined) return saysNothing(resource, body) ? { kind: "nothing" } : { kind: "send", body };

  const asked = await ask(
    transport,
    options,
    halt.signal,
    { method: "GET", path: resource.readPath(remoteId) },
    (text) => recordOf(parseJson(text)),
  );
  const name = `the ${resource.singular} with the id ${remoteId}`;
  if (asked.kind === "silent") {
    const message = `${name} could not be read before its update: ${asked.cause}`;
    return { kind: "settle", settlement: { outcome: "failed", problems: [{ code: "api_failed", message }] } };
  }
  if (asked.kind === "refused") {
    const { status, refusal } = asked;
    const gone = status === 404 ? ` (${name} is gone from Luminous)` : "";
    const message = `${name} could not be read before its update: HTTP ${status}, ${refusal.message}${gone}`;
    const problems = [{ code: "api_refused", message }] as const;
    return { kind: "settle", settlement: { outcome: "rejected", httpStatus: status, problems } };
  }
  const problems = merge.conflicts(payload, asked.value);
  if (problems.length > 0) return { kind: "settle", settlement: { outcome: "invalid", problems } };
  const difference = merge.difference(body, asked.value);
  if (Object.keys(difference).length === 0) return { kind: "nothing" };
  const lock = merge.lockOf(asked.value);
  return { kind: "send", body: difference, ...(lock === undefined ? {} : { lock }) };
}
