// Everything between the ledger's queue and the API: the phases in their order, and how a dispatch ends. Each phase goes
// in rounds: resolve, check references, send. A second round is needed only for what the first one made possible:
// kits of kits, and sends of a run that died and whose absence had to be proved.

import { ask } from "../api/ask.ts";
import { Halted } from "../api/halt.ts";
import { type Line, openLine } from "../api/line.ts";
import { probeRequest } from "../api/transport.ts";
import { steadyClock } from "../model/clock.ts";
import type { ImportError } from "../model/error.ts";
import type { Phase } from "../model/resource.ts";
import { phases, resources } from "../model/resources/resources.ts";
import { createAttemptStates } from "./attempt-state.ts";
import { createClaims } from "./claims.ts";
import type { DispatchContext } from "./context.ts";
import { drain } from "./drain.ts";
import { isUpdatable } from "./existing-policy.ts";
import { settleHeldBack } from "./follow-plan.ts";
import { createForbiddenJudge } from "./forbidden.ts";
import { guardOrders } from "./guard.ts";
import { createLookup } from "./lookup.ts";
import type { DispatchOptions } from "./options.ts";
import { planEntries } from "./plan-entries.ts";
import { settleRemade } from "./program-changes.ts";
import { checkReferences } from "./references.ts";
import { createSettlements } from "./settle.ts";

export type { DispatchEvent } from "./events.ts";
export type { DispatchOptions } from "./options.ts";

/** `stopped`: entries are left open; the error is one of STOPPED, OUTAGE, TOO_MANY_ERRORS, ACCOUNT_REFUSED. */
export type DispatchEnd = { readonly kind: "finished" } | { readonly kind: "stopped"; readonly error: ImportError };

/**
 * Sends what is open in the run. Nothing is in flight when it resolves; whatever is still open is for the caller to
 * settle. Throws only for defects and for errors of the ledger.
 */
export async function dispatch(outside: DispatchOptions): Promise<DispatchEnd> {
  // Waits and windows are measured by a clock that nobody can set meanwhile.
  const options = { ...outside, clock: steadyClock(outside.clock) };
  if (options.line !== undefined) return await dispatchOn(options.line, options);
  await using line = openLine(options);
  return await dispatchOn(line, options);
}

/** What the parts of a dispatch over this line share. Asks nothing yet. */
export async function createContext({ halt, transport }: Line, options: DispatchOptions): Promise<DispatchContext> {
  const attemptStates = createAttemptStates();
  return {
    options,
    halt,
    transport,
    attemptStates,
    lookup: await createLookup(options, transport, halt),
    settlements: createSettlements(options, halt, attemptStates),
    forbidden: createForbiddenJudge(options, transport, halt),
    claims: createClaims(),
    alikeWarnings: { count: 0 },
    earlierSendMs: await options.ledger.queue.lastSendMs(options.run),
    startedAtMs: options.clock.monotonicMs(),
  };
}

async function dispatchOn(line: Line, options: DispatchOptions): Promise<DispatchEnd> {
  const { halt, transport } = line;
  const { lease } = options.ledger;
  if (lease !== undefined) {
    transport.driveBy(lease);
    lease.lost.addEventListener("abort", () => halt.fail(lease.lost.reason));
  }
  const context = await createContext(line, options);
  try {
    await narrow(context);
    for (const phase of phases) await prepareLookups(context, phase);
    await guardOrders(context);
    for (const phase of phases) {
      halt.check();
      await runPhase(context, phase);
    }
    halt.check();
  } catch (error) {
    halt.rethrow();
    if (!(error instanceof Halted) || halt.reason === undefined) throw error;
    if (!(await isAnythingOpen(context))) return { kind: "finished" }; // it came with the last answer
    options.onEvent({ type: "stopping", code: halt.reason.code });
    return { kind: "stopped", error: halt.reason };
  }
  return { kind: "finished" };
}

async function runPhase(context: DispatchContext, phase: Phase): Promise<void> {
  const { options, halt } = context;
  const { ledger, run, onEvent } = options;
  const before = await ledger.queue.progress(run, phase);
  const open = entriesOf(before.filter(({ outcome }) => outcome === undefined));
  const entries = entriesOf(before);
  if (entries === 0 && !toldWhenEmpty.has(phase)) return;
  onEvent({ type: "phase.started", phase, entries, open });
  if (open > 0) {
    if (!options.force) {
      await settleMany(context, phase, "unchanged", ledger.queue.settleUnchanged(run, phase));
      await settleMany(context, phase, "unchanged", settleRemade(context, phase));
    }
    while ((await openEntries(context, phase)) > 0) {
      if (!(await runRound(context, phase))) break;
      halt.check();
    }
  }
  onEvent({ type: "phase.finished", phase });
}

const toldWhenEmpty = new Set(
  Object.values(resources).flatMap(({ tellsEmptyPhases, phases: own }) => (tellsEmptyPhases === true ? own : [])),
);

/** True when another round may get further. */
async function runRound(context: DispatchContext, phase: Phase): Promise<boolean> {
  const { options, halt, transport } = context;
  const { ledger, run, onEvent, clock } = options;
  const resolved = { ...(await planEntries(context, phase)) };
  let { parked } = await checkReferences(context, phase, false);
  resolved.settled += await settleHeldBack(context, phase);
  // A lookup may have found in Luminous what this run cannot make: what needs it could go now, and is not of the pilot.
  if (options.limit !== undefined)
    await settleMany(context, phase, "pending", ledger.queue.settleBeyondPilot(run, phase));
  onEvent({ type: "phase.resolved", phase, creates: resolved.creates, updates: resolved.updates });
  // Whether the account is the right one shows at the first read; a write must never be the first thing it sees.
  if (!transport.everAnswered && (await openEntries(context, phase)) > 0) {
    await ask(transport, options, halt.signal, probeRequest, (text) => text);
  }
  halt.check();
  const handled = await drain(context, phase);
  // While entries go one by one, a 403 waits for the next ones to be judged with them.
  if (!resolved.isOneAhead) await context.forbidden.finish();
  halt.check();
  const openAfter = await openEntries(context, phase);
  if (openAfter === 0) return false;
  const isStuck = handled + resolved.settled + resolved.creates + resolved.updates === 0;
  if (isStuck) ({ parked } = await checkReferences(context, phase, true));
  for (const entryId of parked) await ledger.queue.postpone(entryId, clock.nowMs());
  if (isStuck && (await openEntries(context, phase)) === openAfter) {
    throw new Error(`${openAfter} entries of phase ${phase} in run ${run} can neither be sent nor settled`);
  }
  return true;
}

/**
 * What a run will not send is settled before anybody looks at what it will: of orders always, of all phases for a pilot.
 * What is unchanged goes first, so that the same pilot again goes on with the next ones.
 */
async function narrow(context: DispatchContext): Promise<void> {
  const { ledger, run, force, limit } = context.options;
  for (const phase of limit === undefined ? (["sales_orders"] as const) : phases) {
    if (force) break;
    await settleMany(context, phase, "unchanged", ledger.queue.settleUnchanged(run, phase));
    await settleMany(context, phase, "unchanged", settleRemade(context, phase));
  }
  if (limit === undefined) return;
  const unchangeable = Object.values(resources)
    .filter((resource) => !isUpdatable(resource, context.options.existing[resource.name]))
    .map(({ name }) => name);
  await ledger.queue.choosePilot(run, { phases, limit, unchangeable });
  for (const phase of phases) {
    const heldBack = (await ledger.queue.progress(run, phase)).filter(({ outcome }) => outcome === "pending");
    await settleMany(context, phase, "pending", entriesOf(heldBack));
  }
}

async function settleMany(
  { options }: DispatchContext,
  phase: Phase,
  outcome: "pending" | "unchanged",
  settled: Promise<number> | number,
): Promise<void> {
  const entries = await settled;
  if (entries > 0) options.onEvent({ type: "entries.settled", phase, outcome, entries });
}

/** The slowest part of knowing an empty account is a wait: it begins before anything else is asked. */
export async function prepareLookups(context: DispatchContext, phase: Phase): Promise<void> {
  const { lookup, options } = context;
  for await (const [entry] of options.ledger.queue.unplanned(options.run, phase, 1)) {
    if (entry === undefined) return;
    lookup.prepare(entry.resource);
    for (const { resource } of resources[entry.resource].references(entry.payload)) lookup.prepare(resource);
    return;
  }
}

async function isAnythingOpen(context: DispatchContext): Promise<boolean> {
  for (const phase of phases) if ((await openEntries(context, phase)) > 0) return true;
  return false;
}

/** How many entries of the phase have no outcome yet. */
export async function openEntries({ options }: DispatchContext, phase: Phase): Promise<number> {
  const progress = await options.ledger.queue.progress(options.run, phase);
  return entriesOf(progress.filter(({ outcome }) => outcome === undefined));
}

function entriesOf(counts: readonly { readonly entries: number }[]): number {
  return counts.reduce((sum, { entries }) => sum + entries, 0);
}
