// What a run would meet in the account, found out by asking alone: the questions of a dispatch in its order, over a ledger
// that is thrown away. Nothing is written to the account. What would be sent is put down as accepted instead, so that
// what refers to it finds it. Not foreseen: what the API itself refuses, and what earlier runs brought in.
import { Halted } from "../api/halt.ts";
import type { Line } from "../api/line.ts";
import type { Forecast, ForecastFate, PhaseForecast } from "../model/forecast.ts";
import type { QueuedEntry, Settlement } from "../model/ledger/entry.ts";
import { type Problem, problemSignature } from "../model/problem.ts";
import type { Phase } from "../model/resource.ts";
import { phases } from "../model/resources/resources.ts";
import type { DispatchContext } from "./context.ts";
import { createContext, openEntries, prepareLookups } from "./dispatcher.ts";
import { judgeChannels } from "./guard.ts";
import type { Lookup } from "./lookup.ts";
import { countOpenOrders } from "./open-orders.ts";
import type { DispatchOptions } from "./options.ts";
import { planEntries } from "./plan-entries.ts";
import { checkReferences } from "./references.ts";
import type { Settlements } from "./settle.ts";

/** The ledger of the options is a scratch one: every open entry of the run is settled in it as it would end. */
export type LookAheadOptions = DispatchOptions & { readonly line: Line };

/**
 * Asks the account what the run would ask it, and counts what would follow. Throws the `ImportError` that ends a run which
 * is refused, gets no answer, or is stopped.
 */
export async function lookAhead(options: LookAheadOptions): Promise<Omit<Forecast, "earlier_runs">> {
  const { halt } = options.line;
  const shared = await createContext(options.line, options);
  const context = { ...shared, lookup: believingEmptiness(shared.lookup) };
  try {
    for (const phase of phases) await prepareLookups(context, phase);
    const guard = await foreseeGuard(context);
    const forecasts: PhaseForecast[] = [];
    for (const phase of phases) {
      halt.check();
      const entries = await openEntries(context, phase);
      if (entries > 0) forecasts.push(await foreseePhase(context, phase, entries));
    }
    halt.check();
    return { phases: forecasts, guard };
  } catch (error) {
    halt.rethrow();
    throw error instanceof Halted && halt.reason !== undefined ? halt.reason : error;
  }
}

/** A dispatch makes one record of an empty account before it goes on. That the account is empty is proven before that. */
function believingEmptiness(lookup: Lookup): Lookup {
  return {
    ...lookup,
    find: async (...question) => ({ ...(await lookup.find(...question)), isEmpty: false }),
  };
}

async function foreseeGuard(context: DispatchContext): Promise<Forecast["guard"]> {
  const { ledger, run, guard, clock, onEvent } = context.options;
  const counts = await countOpenOrders(ledger.queue, run, { nowMs: clock.nowMs(), days: guard.openOrderDays });
  if (counts.length === 0) return null;
  const { refused, warnings, toMake } = await judgeChannels(context, counts);
  for (const message of warnings) onEvent({ type: "warning", message });
  if (toMake !== undefined) {
    const keys = [{ key: toMake.label, role: "own" as const }];
    await ledger.queue.remember(run, "channels", [{ remoteId: notYetMade("channel"), keys }]);
  }
  return refused === undefined ? null : { message: refused.message, hint: refused.hint ?? "" };
}

/** Goes in the rounds of a dispatch: see `runRound` there. */
async function foreseePhase(shared: DispatchContext, phase: Phase, entries: number): Promise<PhaseForecast> {
  const tally = createPhaseTally(shared);
  const context: DispatchContext = { ...shared, settlements: tally.settlements };
  const { queue } = shared.options.ledger;
  for (let open = entries; open > 0; ) {
    shared.halt.check();
    await planEntries(context, phase);
    const { parked } = await checkReferences(context, phase, false);
    await acceptPlanned(context, phase);
    const left = await openEntries(context, phase);
    if (left === open) await checkReferences(context, phase, true);
    for (const entryId of parked) await queue.postpone(entryId, 0);
    if (left === open && (await openEntries(context, phase)) === open)
      throw new Error(`nobody can tell what would become of ${open} entries of phase ${phase}`);
    open = await openEntries(context, phase);
  }
  return { phase, entries, ...tally.forecast() };
}

const entriesAtOnce = 200;

/** What can be sent, counts as accepted. */
async function acceptPlanned({ options, settlements, halt }: DispatchContext, phase: Phase): Promise<void> {
  const { ledger, run, clock } = options;
  for (;;) {
    halt.check();
    const taken = await ledger.queue.take(run, phase, clock.nowMs(), entriesAtOnce);
    if (taken.length === 0) return;
    await settlements.settleAll(taken.map((entry) => ({ entry, settlement: acceptance(entry) })));
  }
}

function acceptance({ id, plan }: QueuedEntry): Settlement {
  return plan?.kind === "update"
    ? { outcome: "accepted", action: "updated", remoteId: plan.remoteId }
    : { outcome: "accepted", action: "created", remoteId: notYetMade(id) };
}

/** Stands where an id would be that only the account can give. */
function notYetMade(what: number | string): string {
  return `not made: ${what}`;
}

/** Settles in the ledger, counts, and keeps why entries would not be sent. */
interface PhaseTally {
  readonly settlements: Settlements;
  forecast(): Omit<PhaseForecast, "phase" | "entries">;
}

/** So many different reasons are told apart, and so many are given. */
const mostReasons = 1000;
const shownReasons = 20;

function createPhaseTally({ options }: DispatchContext): PhaseTally {
  const { ledger, locate } = options;
  const counts: Record<ForecastFate, number> = {
    updated: 0,
    unchanged: 0,
    skipped: 0,
    created: 0,
    refused: 0,
    blocked: 0,
    unknown: 0,
  };
  const reasons = new Map<string, { fate: ForecastFate; entries: number; first: Problem }>();

  const see = async ({ id }: QueuedEntry, settlement: Settlement): Promise<void> => {
    const fate = fateOf(settlement);
    counts[fate] += 1;
    const seen = new Set<string>();
    for (const problem of settlement.problems ?? []) {
      const signature = `${fate} ${problemSignature(problem)}`;
      const known = reasons.get(signature);
      if (seen.has(signature) || (known === undefined && reasons.size >= mostReasons)) continue;
      seen.add(signature);
      if (known !== undefined) known.entries += 1;
      else reasons.set(signature, { fate, entries: 1, first: (await locate(id, [problem]))[0] ?? problem });
    }
  };

  const settleAll: Settlements["settleAll"] = async (verdicts) => {
    for (const { entry, settlement } of verdicts) await see(entry, settlement);
    // The reasons are kept here: the ledger is thrown away.
    await ledger.queue.settle(
      verdicts.map(({ entry, settlement: { problems: _, ...settlement } }) => ({ entryId: entry.id, settlement })),
    );
  };

  return {
    settlements: { settleAll, settle: (entry, settlement) => settleAll([{ entry, settlement }]) },
    forecast: () => ({
      ...counts,
      reasons: [...reasons.values()].sort((a, b) => b.entries - a.entries).slice(0, shownReasons),
    }),
  };
}

function fateOf({ outcome, action }: Settlement): ForecastFate {
  switch (outcome) {
    case "accepted":
      return action === "created" ? "created" : "updated";
    case "unchanged":
    case "skipped":
    case "blocked":
      return outcome;
    case "invalid":
      return "refused";
    case "failed":
      return "unknown";
    // What is never sent is neither rejected nor in doubt.
    case "rejected":
    case "in_doubt":
    case "pending":
      throw new Error(`an entry that was never sent cannot be ${outcome}`);
    default:
      return outcome satisfies never;
  }
}
