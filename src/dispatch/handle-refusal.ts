// What a refusal means for the entry. Most are final; 401 and 403 may be about the account, and a conflict on the key
// says that the record exists: then `existing:` decides, or it turns out to be ours.
import type { Found } from "../api/answers.ts";
import { Halted } from "../api/halt.ts";
import type { Reply } from "../api/reply.ts";
import type { Plan, QueuedEntry } from "../model/ledger/entry.ts";
import { resources } from "../model/resources/resources.ts";
import type { DispatchContext, Next } from "./context.ts";
import { foundSettlement } from "./existing-policy.ts";
import { afterSend } from "./recover.ts";

/** Settles the entry, or says that an update has to follow. Throws `Halted` when the account itself is refused. */
export async function handleRefusal(
  context: DispatchContext,
  entry: QueuedEntry,
  plan: Plan,
  sendId: number,
  { status, refusal }: Extract<Reply<unknown>, { kind: "refused" }>,
  lock?: string,
): Promise<Next> {
  const { options, settlements, forbidden } = context;
  const { queue } = options.ledger;
  const sent = { sendId, result: "refused", atMs: options.clock.nowMs(), httpStatus: status } as const;
  const rejected = { outcome: "rejected", httpStatus: status, problems: refusal.problems } as const;

  if (status === 401) {
    await queue.sent(sent);
    throw new Halted(); // the run is halted: the entry stays open
  }
  if (status === 403 && lock !== undefined) {
    // About this record and nobody else's: no word on the account.
    const problems = [{ code: "api_refused", message: `HTTP 403: ${lock} (${refusal.message})` }] as const;
    await settlements.settle(entry, { ...rejected, problems }, { sendId, result: "refused", status });
    return { kind: "done" };
  }
  if (status === 403) {
    await queue.sent(sent);
    await forbidden.forbidden(refusal.message, () => settlements.settle(entry, rejected));
    return { kind: "done" };
  }
  await forbidden.otherAnswer();
  const { keyPath } = resources[entry.resource];
  const isAboutKey = status === 409 || (status === 422 && refusal.problems.some(({ path }) => path === keyPath));
  if (plan.kind === "update" || !isAboutKey) {
    await settlements.settle(
      entry,
      plan.kind === "update" && status === 404 ? gone(rejected, plan.remoteId) : rejected,
      {
        sendId,
        result: "refused",
        status,
      },
    );
    return { kind: "done" };
  }
  await queue.sent(sent);
  const found = await lookUp(context, entry);
  if (found === undefined) {
    await settlements.settle(entry, rejected);
    return { kind: "done" };
  }
  return existing(context, entry, found);
}

function gone<T extends { readonly problems: readonly { readonly message: string }[] }>(
  rejected: T,
  remoteId: string,
): T {
  const hint = `(id ${remoteId} is gone from Luminous)`;
  return {
    ...rejected,
    problems: rejected.problems.map((problem) => ({ ...problem, message: `${problem.message} ${hint}` })),
  };
}

/** Reads may lag behind writes: what may be our own, and what surely is there, is asked for twice. */
async function lookUp(context: DispatchContext, entry: QueuedEntry): Promise<Found | undefined> {
  const { options, lookup, attemptStates, halt, transport } = context;
  const since = { atMs: options.clock.nowMs(), serverAtMs: transport.serverNowMs };
  for (let round = 1; ; round++) {
    const found = (await lookup.fresh(entry.resource, [entry.key], since)).found.get(entry.key);
    const isThere = resources[entry.resource].isKeyUnique;
    if (found !== undefined || round === 2 || !(isThere || attemptStates.of(entry.id).wasUnanswered)) return found;
    await options.clock.sleep(isThere ? Math.max(1000, options.limits.readLagMs) : 1000, halt.signal);
    halt.check();
  }
}

async function existing(context: DispatchContext, entry: QueuedEntry, found: Found): Promise<Next> {
  const { options, settlements, attemptStates } = context;
  if (found.role === "own" && attemptStates.of(entry.id).wasUnanswered) {
    const next = await afterSend(context, entry, found);
    if (next !== undefined) return next;
  }
  const resource = resources[entry.resource];
  const decision = foundSettlement(resource, entry.key, found, options.existing[entry.resource]);
  if (decision.kind === "settle") {
    await settlements.settle(entry, decision.settlement);
    return { kind: "done" };
  }
  await options.ledger.queue.plan([{ entryId: entry.id, plan: { kind: "update", remoteId: found.remoteId } }]);
  return { kind: "update", remoteId: found.remoteId };
}
