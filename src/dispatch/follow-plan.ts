// What is decided about an entry, once more: a record that shows all of it already needs no update, and what a plan says of
// the entry counts before what a lookup says now. Not here: how a decision comes about (plan-entries.ts).

import type { JsonObject } from "../model/json.ts";
import type { Plan, QueuedEntry, Settlement } from "../model/ledger/entry.ts";
import type { PlannedEntry } from "../model/ledger/plans.ts";
import type { Queue } from "../model/ledger/queue.ts";
import { saysNothing, updateBody, withFills } from "../model/request-body.ts";
import type { Phase } from "../model/resource.ts";
import { compareRow, type RowComparison } from "../model/resources/compare-row.ts";
import { resources } from "../model/resources/resources.ts";
import type { DispatchContext } from "./context.ts";
import { isDoubtful } from "./doubtful-entry.ts";

/** What is to be done with an entry before it is sent. `leave`: nothing now. */
export type Decision =
  | { readonly kind: "plan"; readonly plan: Plan }
  | { readonly kind: "settle"; readonly settlement: Settlement }
  | { readonly kind: "leave" };

/**
 * An update, unless the record is proven to be as the entry says: `unchanged` then, without a request. Only where every field
 * was shown and compared; not for what is in doubt, not for what can be changed only in part (orders), and not within the read
 * lag of a write of ours, which the row may not show yet.
 */
export async function unlessSame(context: DispatchContext, entry: QueuedEntry, remoteId: string): Promise<Decision> {
  const update: Decision = { kind: "plan", plan: { kind: "update", remoteId } };
  const { isIrrevocable, merge } = resources[entry.resource];
  if (entry.doubt !== undefined || isIrrevocable) return update;
  const seen = await seenOf(context, entry, remoteId);
  if (seen?.isSame !== true || seen.saysNothing) return update;
  if ((merge?.conflicts(entry.payload, seen.row) ?? []).length > 0) return update;
  if (isFresh(context)) return update;
  return { kind: "settle", settlement: { outcome: "unchanged", remoteId } };
}

/** The decision as the plan allows it; without a plan as it is. */
export async function followed(context: DispatchContext, entry: QueuedEntry, decision: Decision): Promise<Decision> {
  const { plan, ledger } = context.options;
  if (plan === undefined) return decision;
  // What became of a creation is found out first. Of an update in doubt nobody asks, so the plan still has its say.
  if (decision.kind === "leave" || isDoubtful(entry)) return decision;
  const planned = (await ledger.plans.of(plan, [entry.id])).get(entry.id);
  if (planned === undefined) throw new Error(`the plan does not know the entry "${entry.key}"`);
  if (entry.doubt !== undefined && planned.decision !== "update" && planned.decision !== "unchanged") return decision;
  switch (planned.decision) {
    case "create":
      if (
        decision.kind === "plan" &&
        (decision.plan.kind === "create" || (await isOurs(context, entry, decision.plan)))
      )
        return decision;
      return outdated(entry, `the plan would create it, and ${nowText(decision)}`);
    case "update":
    case "unchanged":
      return (await whyOutdated(context, entry, planned, decision)) ?? decision;
    // Its references are looked up first, as they were for the plan: see `settleHeldBack`.
    case "blocked":
      return decision.kind === "plan" ? decision : heldBack(planned);
    case "skipped":
    case "invalid":
    case "unknown":
      return heldBack(planned);
    default:
      return planned.decision satisfies never;
  }
}

/** Nobody else made it since: an earlier run of this plan did, which was stopped before the update that belongs to it. */
async function isOurs({ options }: DispatchContext, { resource, key }: QueuedEntry, plan: Plan): Promise<boolean> {
  return plan.kind === "update" && (await options.ledger.queue.holder(resource, plan.remoteId)) === key;
}

/** Settles what the plan says is not sent, after its references were looked up. Gives how many. */
export async function settleHeldBack({ options, settlements, halt }: DispatchContext, phase: Phase): Promise<number> {
  const { plan, ledger, run } = options;
  if (plan === undefined) return 0;
  let settled = 0;
  for await (const batch of ledger.plans.heldBack(plan, run, phase)) {
    halt.check();
    const verdicts = batch
      .filter(({ entry }) => entry.doubt === undefined)
      .map(({ entry, planned }) => ({ entry, settlement: heldBack(planned).settlement }));
    settled += verdicts.length;
    if (verdicts.length > 0) await settlements.settleAll(verdicts);
  }
  return settled;
}

/** A record as a lookup showed it, and what an update would change of it. */
export interface SeenRecord extends RowComparison {
  readonly row: JsonObject;
  /** Top-level fields that an update would send. */
  readonly sent: readonly string[];
  readonly saysNothing: boolean;
  /** No id of the update is still unknown. */
  readonly isWhole: boolean;
}

/** Compares an entry with the record. An id that is not known yet is compared with nothing, so that all is never the same then. */
export async function compareSeen(
  queue: Pick<Queue, "fills" | "lastSaid">,
  { id, resource: name, payload, clears }: Pick<QueuedEntry, "id" | "resource" | "payload" | "clears">,
  row: JsonObject,
): Promise<SeenRecord> {
  const resource = resources[name];
  const fills = await queue.fills(id).catch(() => undefined);
  const named = updateBody(resource, payload, clears);
  const body = fills === undefined ? named : updateBody(resource, withFills(payload, fills), clears);
  const comparison = compareRow(resource, body, row, Object.keys(named));
  const said = await queue.lastSaid(id);
  const news = Object.fromEntries(Object.entries(body).filter(([field, value]) => said[field] !== value));
  return {
    ...comparison,
    isSame: comparison.isSame && fills !== undefined,
    isWhole: fills !== undefined,
    row,
    sent: Object.keys(resource.merge?.difference(news, row) ?? body),
    saysNothing: saysNothing(resource, body),
  };
}

async function seenOf({ options }: DispatchContext, entry: QueuedEntry, remoteId: string) {
  const { queue } = options.ledger;
  const rows = await queue.seenRows(entry.resource, [entry.key]);
  const row = rows.find((seen) => seen.remoteId === remoteId)?.row;
  return row === undefined ? undefined : await compareSeen(queue, entry, row);
}

function isFresh({ options, earlierSendMs }: DispatchContext): boolean {
  const { clock, limits } = options;
  return earlierSendMs !== undefined && clock.nowMs() - earlierSendMs < limits.readLagMs;
}

async function whyOutdated(
  context: DispatchContext,
  entry: QueuedEntry,
  { remoteId, state, decision: planned }: PlannedEntry,
  decision: Decision,
): Promise<Decision | undefined> {
  const wanted = planned === "update" ? "the plan would update it" : "the plan found nothing to change";
  const now =
    decision.kind === "plan"
      ? decision.plan.kind === "update"
        ? decision.plan.remoteId
        : undefined
      : decision.kind === "settle"
        ? decision.settlement.remoteId
        : undefined;
  if (remoteId === undefined || now !== remoteId) {
    const which = remoteId === undefined ? "" : ` (id ${remoteId})`;
    return outdated(entry, `${wanted}${which}, and ${nowText(decision)}`);
  }
  const seen = await seenOf(context, entry, remoteId);
  if (seen?.state === state || isAsSent(entry, seen)) return undefined;
  const why =
    state === undefined
      ? "no lookup showed it then"
      : seen === undefined
        ? "no lookup shows it now"
        : `its fields are no longer what they were${differingText(seen)}`;
  return outdated(entry, `${wanted} (id ${remoteId}), and ${why}`);
}

/** The update of this content that is in doubt went through, and the record shows all of it that it shows at all. */
function isAsSent({ doubt, hash }: QueuedEntry, seen: SeenRecord | undefined): boolean {
  return doubt?.hash === hash && seen?.isWhole === true && seen.differences.length === 0;
}

function differingText({ differences }: RowComparison): string {
  const [first] = differences;
  return first === undefined ? "" : `; ${first.path} is ${JSON.stringify(first.have ?? null)} now`;
}

function nowText(decision: Decision): string {
  if (decision.kind === "plan")
    return decision.plan.kind === "create"
      ? "Luminous does not have it now"
      : `Luminous has it now (id ${decision.plan.remoteId})`;
  if (decision.kind === "leave") return "nothing is known of it now";
  const { remoteId, problems } = decision.settlement;
  return (
    problems?.[0]?.message ?? (remoteId === undefined ? "it is another now" : `Luminous has it now (id ${remoteId})`)
  );
}

function outdated({ resource, key }: QueuedEntry, why: string): Decision {
  const { singular, keyPath } = resources[resource];
  const message = `the ${singular} "${key}" is not what the plan saw: ${why}. It was not sent; make a new plan for it`;
  return {
    kind: "settle",
    settlement: { outcome: "failed", problems: [{ code: "plan_outdated", message, path: keyPath }] },
  };
}

/** The end that the plan foresaw. */
function heldBack({ decision, remoteId, problems }: PlannedEntry): Extract<Decision, { kind: "settle" }> {
  const outcome =
    decision === "skipped" || decision === "blocked" || decision === "invalid" ? decision : ("failed" as const);
  return {
    kind: "settle",
    settlement: {
      outcome,
      ...(remoteId === undefined ? {} : { remoteId }),
      ...(problems.length === 0 ? {} : { problems }),
    },
  };
}
