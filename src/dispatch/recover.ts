// A creation without a usable answer, and a record that may be what it made. It is ours when both sides' content agrees;
// a record of that key with other content is somebody else's.
import type { Found } from "../api/answers.ts";
import { ask } from "../api/ask.ts";
import { parseJson } from "../api/reply.ts";
import { compare, type Difference } from "../model/compare-records.ts";
import type { QueuedEntry, Settlement } from "../model/ledger/entry.ts";
import type { Problem } from "../model/problem.ts";
import { readKey } from "../model/remote-id.ts";
import { creationBody, needsUpdate, withFills } from "../model/request-body.ts";
import type { ResourceName } from "../model/resource.ts";
import { recordOf } from "../model/resources/record-fields.ts";
import { resources } from "../model/resources/resources.ts";
import { createAlike } from "../model/text/fold-key.ts";
import type { DispatchContext, Next } from "./context.ts";
import { foundSettlement, isUpdatable } from "./existing-policy.ts";

/** How a record compares with what was sent. `unknown`: it could not be read. */
export type Likeness =
  | { readonly kind: "same" }
  | { readonly kind: "differs"; readonly differences: readonly Difference[] }
  | { readonly kind: "gone" }
  | { readonly kind: "unknown"; readonly cause: string };

/**
 * Reads the record and compares what both sides show. A key that a server only wrote otherwise counts as the same, and so
 * does a field that it may have changed since, unless all have to be `exact`.
 */
export async function likenessOf(
  { options, transport, halt }: DispatchContext,
  entry: QueuedEntry,
  remoteId: string,
  exact: "exact" | "as sent" = "as sent",
): Promise<Likeness> {
  const resource = resources[entry.resource];
  const asked = await ask(
    transport,
    options,
    halt.signal,
    { method: "GET", path: resource.readPath(remoteId) },
    (text) => recordOf(parseJson(text)),
  );
  if (asked.kind === "silent") return { kind: "unknown", cause: asked.cause };
  if (asked.kind === "refused") {
    if (asked.status === 404 || asked.status === 410) return { kind: "gone" };
    return { kind: "unknown", cause: `HTTP ${asked.status}, ${asked.refusal.message}` };
  }
  // An id that is not known any more was part of what was sent, and is compared by nobody.
  const fills = await options.ledger.queue.fills(entry.id).catch(() => ({}));
  const sent = creationBody(resource, withFills(entry.payload, fills));
  const { differences } = compare(sent, resource.readBack(asked.value));
  const that = differences.filter(
    ({ path, sent: ours, have }) =>
      (exact === "exact" || !resource.changedByServer.includes(path)) && !isSameIdentifier(path, ours, have),
  );
  return that.length === 0 ? { kind: "same" } : { kind: "differs", differences: that };
}

/** A server that writes its keys otherwise does so wherever it shows one: the SKU of an order's line too. */
function isSameIdentifier(path: string, ours: unknown, shown: unknown): boolean {
  if (!/(?:^|\.)(?:sku|order_number|label)$/.test(path) || typeof ours !== "string") return false;
  const text = readKey(shown);
  return text !== undefined && createAlike([ours])(text).length > 0;
}

/** What `found` under the entry's own key means after a creation without a usable answer. Undefined when it could not be read. */
export async function afterSend(
  context: DispatchContext,
  entry: QueuedEntry,
  found: Found,
  sendId?: number,
): Promise<Next | undefined> {
  const { options, settlements } = context;
  const resource = resources[entry.resource];
  let differing: { readonly remoteId: string; readonly differences: readonly Difference[] } | undefined;
  for (const remoteId of [found.remoteId, ...found.others]) {
    const likeness = await likenessOf(context, entry, remoteId);
    switch (likeness.kind) {
      case "same":
        return recover(context, entry, remoteId, sendId);
      case "differs":
        differing ??= { remoteId, differences: likeness.differences };
        break;
      case "gone":
        break;
      case "unknown":
        return undefined;
      default:
        likeness satisfies never;
    }
  }
  if (differing === undefined) return undefined;
  const closing = sendId === undefined ? undefined : ({ sendId, result: "absent" } as const);
  const settle = async (settlement: Settlement): Promise<Next> => {
    await settlements.settle(entry, settlement, closing);
    return { kind: "done" };
  };
  const cannotBecome =
    !isUpdatable(resource, options.existing[entry.resource]) ||
    differing.differences.some(({ path }) => resource.merge?.isFixed(path));
  if (cannotBecome)
    return settle({ outcome: "rejected", problems: [takenBy(entry, differing.remoteId, differing.differences)] });
  const decision = foundSettlement(resource, entry.key, found, options.existing[entry.resource]);
  if (decision.kind === "settle") return settle(decision.settlement);
  if (!(await takeId(context, entry, differing.remoteId))) return { kind: "done" };
  await makeUpdate(context, entry, differing.remoteId, sendId);
  return { kind: "update", remoteId: differing.remoteId };
}

const shownDifferences = 3;

function takenBy(entry: QueuedEntry, remoteId: string, differences: readonly Difference[]): Problem {
  const { singular, keyPath } = resources[entry.resource];
  return {
    code: "already_exists",
    message: `Luminous has another ${singular} "${entry.key}" (id ${remoteId}): ${differencesText(differences)}`,
    path: keyPath,
  };
}

/** `items[0].unit_price sent 5, Luminous has 6`, the first few. */
export function differencesText(differences: readonly Difference[]): string {
  const shown = differences.slice(0, shownDifferences).map(({ path, sent, have }) => {
    const there = have === undefined ? "nothing there" : JSON.stringify(have);
    return `${path} sent ${JSON.stringify(sent)}, Luminous has ${there}`;
  });
  const more = differences.length - shown.length;
  return more > 0 ? `${shown.join("; ")}; and ${more} more` : shown.join("; ");
}

/** Settles it as recovered, or, when fields are left that only an update takes, says so. Closes its open send `sendId`. */
export async function recover(
  context: DispatchContext,
  entry: QueuedEntry,
  remoteId: string,
  sendId?: number,
  problems: readonly Problem[] = [],
): Promise<Next> {
  const { options, settlements, attemptStates } = context;
  if (!(await takeId(context, entry, remoteId))) return { kind: "done" };
  if (!needsUpdate(resources[entry.resource], entry.payload)) {
    const settlement = { outcome: "accepted", action: "recovered", remoteId, problems } as const;
    await settlements.settle(entry, settlement, sendId === undefined ? undefined : { sendId, result: "recovered" });
    return { kind: "done" };
  }
  await makeUpdate({ options, attemptStates }, entry, remoteId, sendId);
  return { kind: "update", remoteId };
}

/**
 * Makes sure that this id, which a lookup proved to be the entry's, is nobody else's in the ledger. Where that cannot be
 * done the entry is settled as in doubt, and it gives false.
 */
export async function takeId(context: DispatchContext, entry: QueuedEntry, remoteId: string): Promise<boolean> {
  const holder = await freeId(context, entry.resource, entry.key, remoteId, new Set());
  if (holder === undefined) return true;
  const { singular } = resources[entry.resource];
  const message = `the ${singular} with the id ${remoteId} is what was sent, but "${holder}" was accepted with that id`;
  await context.settlements.settle(entry, { outcome: "in_doubt", problems: [{ code: "in_doubt", message }] });
  return false;
}

/**
 * An answer may have shown this id for another key, before a lookup proved whose it is: that other record is looked up by its
 * own key, and its id put right. That one may be held by a third in the same way, and so on. Gives the key that keeps the
 * id where that cannot be done.
 */
async function freeId(
  context: DispatchContext,
  resource: ResourceName,
  key: string,
  remoteId: string,
  freed: Set<string>,
): Promise<string | undefined> {
  const { options, lookup, transport } = context;
  const { queue } = options.ledger;
  const holder = await queue.holder(resource, remoteId);
  if (holder === undefined || holder === key) return undefined;
  freed.add(remoteId);
  const since = { atMs: options.clock.nowMs(), serverAtMs: transport.serverNowMs };
  const found = (await lookup.fresh(resource, [holder], since)).found.get(holder);
  const its = found?.role === "own" ? [found.remoteId, ...found.others].find((id) => !freed.has(id)) : undefined;
  if (its === undefined || (await freeId(context, resource, holder, its, freed)) !== undefined) return holder;
  await queue.correctId(resource, holder, its);
  return undefined;
}

/** The record is there but not as the entry has it: an update follows, also after a crash. */
export async function makeUpdate(
  { options, attemptStates }: Pick<DispatchContext, "options" | "attemptStates">,
  entry: QueuedEntry,
  remoteId: string,
  sendId?: number,
): Promise<void> {
  const { queue } = options.ledger;
  const state = attemptStates.of(entry.id);
  state.made = "recovered";
  state.excused = entry.attempts; // the creation is over; the update has attempts of its own
  const send =
    sendId === undefined ? undefined : ({ sendId, result: "recovered", atMs: options.clock.nowMs() } as const);
  await queue.created(entry.id, remoteId, send);
}
