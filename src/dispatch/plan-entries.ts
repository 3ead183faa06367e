// Before anything of a phase is sent: what is there already, and so what is to be done with each entry. Entries whose
// last send is in doubt are left alone (reconcile.ts), references come after this (references.ts).
import { ownKeyOf } from "../api/answers.ts";
import { forEachAtMost } from "../api/in-parallel.ts";
import { mostKeys } from "../api/questions.ts";
import type { Plan, QueuedEntry } from "../model/ledger/entry.ts";
import type { KnownEntry } from "../model/ledger/queue.ts";
import { needsUpdate } from "../model/request-body.ts";
import type { Phase } from "../model/resource.ts";
import { resources } from "../model/resources/resources.ts";
import type { DispatchContext } from "./context.ts";
import { isDoubtful } from "./doubtful-entry.ts";
import { foundSettlement, isUpdatable } from "./existing-policy.ts";
import type { Answers } from "./lookup.ts";
import { settleRemade } from "./program-changes.ts";
import { immutable } from "./reconcile.ts";
import { likenessOf } from "./recover.ts";
import type { Verdict } from "./settle.ts";

/** What resolving a phase came to, in entries. */
export interface PlannedEntries {
  readonly creates: number;
  readonly updates: number;
  /** Entries that this settled. */
  readonly settled: number;
  /** One entry was planned ahead of the others, which wait for it. */
  readonly isOneAhead: boolean;
}

/** Gives every open entry of the phase a plan, or its end. Throws `Halted` when the run stops first. */
export async function planEntries(context: DispatchContext, phase: Phase): Promise<PlannedEntries> {
  const { options, halt } = context;
  const { ledger, run, force, limits } = options;
  const tally = { creates: 0, updates: 0, settled: 0 };
  if (force) await askForKnown(context, tally, phase);
  else {
    for await (const known of ledger.queue.known(run, phase)) {
      halt.check();
      await planAll(context, tally, known, (item) => knownDecision(context, item));
    }
  }
  const open = await openCount(context, phase);
  // Of an empty account one record is made, and is the control of every further question: the others wait for it.
  // Nothing more is asked until then: where all are refused, one after the other, each would have all of them asked again.
  let isOneAhead = false;
  const unplanned = until(() => isOneAhead, ledger.queue.unplanned(run, phase, mostKeys));
  await forEachAtMost(limits.concurrency, unplanned, halt, async (batch) => {
    const entries = batch.filter((entry) => !isDoubtful(entry));
    const resource = entries[0]?.resource;
    if (resource === undefined) return;
    const answers = await context.lookup.find(resource, entries.map(keyOf), open);
    warnOfAlike(context, resource, answers);
    await planAll(
      context,
      tally,
      entries.map((entry) => ({ entry })),
      ({ entry }) => {
        const decision = lookedUpDecision(context, entry, answers);
        if (!answers.isEmpty || decision.kind !== "plan") return decision;
        if (isOneAhead) return { kind: "leave" };
        isOneAhead = true;
        return decision;
      },
    );
  });
  return { ...tally, isOneAhead };
}

async function* until<T>(isOver: () => boolean, items: AsyncIterable<T>): AsyncGenerator<T> {
  for await (const item of items) {
    if (isOver()) return;
    yield item;
  }
}

async function openCount({ options }: DispatchContext, phase: Phase): Promise<number> {
  const progress = await options.ledger.queue.progress(options.run, phase);
  return progress.reduce((sum, { outcome, entries }) => (outcome === undefined ? sum + entries : sum), 0);
}

function keyOf({ key }: QueuedEntry): string {
  return key;
}

const mostWarnings = 20;

/** Keys that differ in case are legal; that a server may take them for one is worth a look. */
function warnOfAlike(context: DispatchContext, name: QueuedEntry["resource"], { alike, found }: Answers): void {
  const { singular } = resources[name];
  for (const [key, [record]] of alike) {
    if (record === undefined || found.has(key) || context.alikeWarnings.count >= mostWarnings) continue;
    context.alikeWarnings.count += 1;
    const message = `Luminous has the ${singular} "${ownKeyOf(record)}" (id ${record.remoteId}), which differs from "${key}" only in case, spaces, invisible characters or length; they count as two`;
    context.options.onEvent({ type: "warning", message });
  }
}

/**
 * With --force what was accepted before is asked for again. One absence may be a read that lags, so that such a key is
 * never created again: an update goes to the id that the ledger knows, and an order goes nowhere.
 */
async function askForKnown(context: DispatchContext, tally: Tally, phase: Phase): Promise<void> {
  const { options, halt } = context;
  const { queue } = options.ledger;
  let hidden = 0;
  for await (const known of queue.known(options.run, phase)) {
    halt.check();
    for (const batch of batchesOf(known.filter(({ entry }) => !isDoubtful(entry)))) {
      const resource = batch[0]?.entry.resource;
      if (resource === undefined) continue;
      const keys = batch.map(({ entry }) => entry.key);
      const answers = await context.lookup.find(resource, keys, keys.length);
      await planAll(context, tally, batch, ({ entry, remoteId }) => {
        if (answers.found.has(entry.key)) return lookedUpDecision(context, entry, answers);
        if (isUpdatable(resources[resource], options.existing[resource]))
          return { kind: "plan", plan: { kind: "update", remoteId } };
        hidden += 1;
        return { kind: "leave" };
      });
    }
  }
  if (hidden === 0) return;
  // Left are those that cannot be updated and are not seen: whatever of them says the same as before is done.
  const entries = (await queue.settleUnchanged(options.run, phase)) + (await settleRemade(context, phase));
  tally.settled += entries;
  if (entries > 0) options.onEvent({ type: "entries.settled", phase, outcome: "unchanged", entries });
  for await (const known of queue.known(options.run, phase)) {
    await planAll(context, tally, known, ({ entry, remoteId }) => {
      if (isDoubtful(entry)) return { kind: "leave" };
      const { singular, keyPath } = resources[entry.resource];
      const message = `the ${singular} "${entry.key}" was accepted before with id ${remoteId}, and a lookup does not show it now: not sent again`;
      const problems = [{ code: "order_immutable", message, path: keyPath }] as const;
      return { kind: "settle", settlement: { outcome: "invalid", remoteId, problems } };
    });
  }
}

function batchesOf<T>(items: readonly T[]): readonly (readonly T[])[] {
  const count = Math.ceil(items.length / mostKeys);
  return Array.from({ length: count }, (_, index) => items.slice(index * mostKeys, (index + 1) * mostKeys));
}

interface Tally {
  creates: number;
  updates: number;
  settled: number;
}

type Decision = { readonly kind: "plan"; readonly plan: Plan } | Settle | { readonly kind: "leave" };
type Settle = Extract<ReturnType<typeof foundSettlement>, { kind: "settle" }>;

async function planAll<T extends { readonly entry: QueuedEntry }>(
  { options, settlements }: DispatchContext,
  tally: Tally,
  items: readonly T[],
  decide: (item: T) => Decision | Promise<Decision>,
): Promise<void> {
  const { queue } = options.ledger;
  const plans: { entryId: number; plan: Plan }[] = [];
  const ends: Verdict[] = [];
  for (const item of items) {
    const { entry } = item;
    const decision = await decide(item);
    if (decision.kind === "leave") continue;
    // Nobody has to find out what became of an unanswered update: whatever follows says it again.
    const closing = entry.doubt === undefined ? undefined : ({ sendId: entry.doubt.sendId, result: "absent" } as const);
    if (decision.kind === "settle") {
      tally.settled += 1;
      ends.push({ entry, settlement: decision.settlement, ...(closing === undefined ? {} : { closedSend: closing }) });
    } else {
      if (closing !== undefined) await queue.sent({ ...closing, atMs: options.clock.nowMs() });
      tally[decision.plan.kind === "create" ? "creates" : "updates"] += 1;
      plans.push({ entryId: entry.id, plan: decision.plan });
    }
  }
  if (ends.length > 0) await settlements.settleAll(ends);
  if (plans.length > 0) await queue.plan(plans);
}

/** An earlier run made it; this one has other content, or owes it an update. */
async function knownDecision(
  context: DispatchContext,
  { entry, remoteId, partial, areRowsKnown }: KnownEntry,
): Promise<Decision> {
  const { options } = context;
  if (isDoubtful(entry)) return { kind: "leave" };
  const resource = resources[entry.resource];
  if (partial && needsUpdate(resource, entry.payload)) return { kind: "plan", plan: { kind: "update", remoteId } };
  if (!isUpdatable(resource, options.existing[entry.resource])) {
    // Of an old ledger it may not be known which rows made the record: it may be what the rows say now all the same.
    if (!areRowsKnown && (await likenessOf(context, entry, remoteId, "exact")).kind === "same")
      return { kind: "settle", settlement: { outcome: "unchanged", remoteId } };
    const problems = [immutable(resource.singular, entry.key, remoteId, resource.keyPath)];
    return { kind: "settle", settlement: { outcome: "invalid", remoteId, problems } };
  }
  if (partial) return { kind: "plan", plan: { kind: "update", remoteId } };
  const found = { remoteId, role: "own", ownKey: entry.key, others: [] } as const;
  const decision = foundSettlement(resource, entry.key, found, options.existing[entry.resource]);
  return decision.kind === "settle" ? decision : { kind: "plan", plan: { kind: "update", remoteId } };
}

function lookedUpDecision({ options }: DispatchContext, entry: QueuedEntry, answers: Answers): Decision {
  const found = answers.found.get(entry.key);
  if (found !== undefined) {
    const decision = foundSettlement(resources[entry.resource], entry.key, found, options.existing[entry.resource]);
    return decision.kind === "settle" ? decision : { kind: "plan", plan: { kind: "update", remoteId: found.remoteId } };
  }
  if (answers.unproven !== undefined) {
    const { singular, keyPath } = resources[entry.resource];
    const message = `whether Luminous has the ${singular} "${entry.key}" is not known, so it was not sent: ${answers.unproven}`;
    const problems = [{ code: "existence_unknown", message, path: keyPath }] as const;
    return { kind: "settle", settlement: { outcome: "failed", problems } };
  }
  if (entry.creationProblems.length > 0) {
    return { kind: "settle", settlement: { outcome: "invalid", problems: entry.creationProblems } };
  }
  return { kind: "plan", plan: { kind: "create" } };
}
