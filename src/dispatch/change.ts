// What an update has to say. Most resources say all they have; where the API merges (channels, orders), the record is read
// first and only the difference goes.
import { ask } from "../api/ask.ts";
import type { ApiRequest } from "../api/client.ts";
import { parseJson } from "../api/reply.ts";
import type { JsonObject } from "../model/json.ts";
import type { QueuedEntry, Settlement } from "../model/ledger/entry.ts";
import { parentPath, parsePath, valueAt, withValueAt } from "../model/payload-path.ts";
import type { Problem } from "../model/problem.ts";
import { saysNothing, updateBody } from "../model/request-body.ts";
import type { Endpoint, Merge, Resource } from "../model/resource.ts";
import { recordOf, sameFields } from "../model/resources/record-fields.ts";
import { resources } from "../model/resources/resources.ts";
import type { DispatchContext } from "./context.ts";
import type { DispatchOptions } from "./options.ts";

/**
 * `send`: all of these make the change, in this order. `notes`: warnings of what is left out. `lock`: why the API will refuse
 * it, by the record's own word. `settle`: the record cannot become what the entry says.
 */
export type Change =
  | { readonly kind: "send"; readonly requests: Requests; readonly notes: readonly Problem[]; readonly lock?: string }
  | { readonly kind: "nothing"; readonly notes: readonly Problem[] }
  | { readonly kind: "settle"; readonly settlement: Settlement };

/** At least one. */
export type Requests = readonly [ApiRequest, ...ApiRequest[]];

/**
 * The change that makes the record what the payload says. A field that Luminous moves on by itself (an order's status) counts
 * only where the source says something else than last time, or with --force: else it has not heard of the move. What this
 * run has just made (`isNew`) may not be readable yet, and lacks what creation does not take. Throws `Halted` when the run
 * stops while the record is read.
 */
export async function changeOf(
  { options, transport, halt }: Pick<DispatchContext, "options" | "transport" | "halt">,
  { id, resource: name, clears }: Pick<QueuedEntry, "id" | "resource" | "clears">,
  remoteId: string,
  payload: JsonObject,
  isNew: boolean,
): Promise<Change> {
  const resource = resources[name];
  const endpoint = resource.updateEndpoint?.(remoteId);
  if (endpoint === undefined) throw new Error(`an update was planned for a ${resource.singular}, which has none`);
  const body = updateBody(resource, payload, clears);
  const { merge } = resource;
  if (merge === undefined) {
    if (saysNothing(resource, body)) return { kind: "nothing", notes: [] };
    return { kind: "send", requests: [{ ...endpoint, body: JSON.stringify(body) }], notes: [] };
  }
  if (isNew) {
    const owed = sameFields(body, resource.updateOnly);
    return { kind: "send", requests: [{ ...endpoint, body: JSON.stringify(owed) }], notes: [] };
  }

  const asked = await ask(
    transport,
    options,
    halt.signal,
    { method: "GET", path: resource.readPath(remoteId) },
    (text) => recordOf(parseJson(text)),
  );
  const that = `the ${resource.singular} with the id ${remoteId}`;
  if (asked.kind === "silent") {
    const message = `${that} could not be read before its update: ${asked.cause}`;
    return { kind: "settle", settlement: { outcome: "failed", problems: [{ code: "api_failed", message }] } };
  }
  if (asked.kind === "refused") {
    const { status, refusal } = asked;
    const gone = status === 404 ? ` (${that} is gone from Luminous)` : "";
    const message = `${that} could not be read before its update: HTTP ${status}, ${refusal.message}${gone}`;
    const problems = [{ code: "api_refused", message }] as const;
    return { kind: "settle", settlement: { outcome: "rejected", httpStatus: status, problems } };
  }
  const problems = merge.conflicts(await withOwnIds(options, resource, { ...payload, ...body }), asked.value);
  if (problems.length > 0) return { kind: "settle", settlement: { outcome: "invalid", remoteId, problems } };
  const said = options.force ? {} : await options.ledger.queue.lastSaid(id);
  const news = Object.fromEntries(Object.entries(body).filter(([field, value]) => said[field] !== value));
  const [first, ...others] = requestsOf(merge, endpoint, remoteId, merge.difference(news, asked.value));
  const notes = merge.kept(news, asked.value);
  if (first === undefined) return { kind: "nothing", notes };
  const lock = merge.lockOf(asked.value);
  return { kind: "send", requests: [first, ...others], notes, ...(lock === undefined ? {} : { lock }) };
}

/** What has an endpoint of its own goes first: the rest may be what sets the record going (an order that is released). */
function requestsOf(
  { apart }: Merge,
  endpoint: Endpoint,
  remoteId: string,
  difference: JsonObject,
): readonly ApiRequest[] {
  const parts = Object.entries(difference).filter(([field]) => field === apart?.field);
  const rest = Object.entries(difference).filter(([field]) => field !== apart?.field);
  return [
    ...parts.map(([, value]) => ({ ...(apart?.endpoint(remoteId) ?? endpoint), body: JSON.stringify(value) })),
    ...(rest.length === 0 ? [] : [{ ...endpoint, body: JSON.stringify(Object.fromEntries(rest)) }]),
  ];
}

/** A record shows the SKU of the product itself where an alternate was sent: what a lookup saw of that says which it is. */
async function withOwnIds({ ledger, run }: DispatchOptions, resource: Resource, body: JsonObject): Promise<JsonObject> {
  const references = resource.references(body).filter(({ fill }) => !fill);
  let own = body;
  for (const { path, resource: name, key } of references) {
    const [known] = await ledger.queue.recall(run, name, [key]);
    if (known?.role !== "alternate") continue;
    const line = parentPath(path);
    const { sku: _, ...rest } = valueAt(own, parsePath(line)) as JsonObject;
    own = withValueAt(own, parsePath(line), { ...rest, product_id: Number(known.remoteId) }) as JsonObject;
  }
  return own;
}
