// When an absence proves that a creation made nothing. Times are those of a clock that cannot jump within the process;
// a process that finds another's open sends waits the whole window from its own start, because no clock of that other
// process can be relied on.
//
//   no answer                 not before time-out + read lag: the server may still be working on it, reads may lag
//                             then twice: at growing distance, and for what nobody can delete `second_send_seconds` apart
//   "later" (429, 503)        not before the read lag, once: some gateways say so after passing the request on
import type { SendTerms } from "../model/ledger/entry.ts";
import type { Limits } from "../model/limits.ts";
import { resources } from "../model/resources/resources.ts";
import type { DispatchContext } from "./context.ts";
import type { DoubtfulEntry } from "./doubtful-entry.ts";

/** What is left to wait before an absence proves anything, in ms; 0 or less when it does now. */
export function untilProvenMs({ options, attemptStates, startedAtMs }: DispatchContext, entry: DoubtfulEntry): number {
  const { timeoutMs, readLagMs } = termsOf(entry, options.limits);
  const windowMs = entry.doubt.wasPutOff ? readLagMs : timeoutMs + readLagMs;
  const leftAtMs = attemptStates.of(entry.id).leftAtMonotonicMs ?? startedAtMs;
  return windowMs - (options.clock.monotonicMs() - leftAtMs);
}

/** What one more absence, seen now and after the window, means. `again`: another is needed, not before so many ms. */
export type AbsenceVerdict = { readonly kind: "proven" } | { readonly kind: "again"; readonly afterMs: number };

/** Counts an absence that was seen after the window. */
export function judgeAbsence({ options, attemptStates }: DispatchContext, entry: DoubtfulEntry): AbsenceVerdict {
  if (entry.doubt.wasPutOff) return { kind: "proven" };
  const state = attemptStates.of(entry.id);
  const nowMs = options.clock.monotonicMs();
  const { secondSendMs } = termsOf(entry, options.limits);
  const apartMs = resources[entry.resource].isIrrevocable ? secondSendMs : shortestApartMs;
  if (state.firstAbsenceAtMs === undefined) {
    state.firstAbsenceAtMs = nowMs;
    return { kind: "again", afterMs: apartMs };
  }
  const leftMs = apartMs - (nowMs - state.firstAbsenceAtMs);
  return leftMs > 0 ? { kind: "again", afterMs: leftMs } : { kind: "proven" };
}

const shortestApartMs = 500;

/** Those under which it left, and no shorter ones: a job may have been edited since. */
function termsOf({ doubt }: DoubtfulEntry, { timeoutMs, readLagMs, secondSendMs }: Limits): SendTerms {
  const then = doubt.terms;
  return {
    timeoutMs: Math.max(timeoutMs, then?.timeoutMs ?? 0),
    readLagMs: Math.max(readLagMs, then?.readLagMs ?? 0),
    secondSendMs: Math.max(secondSendMs, then?.secondSendMs ?? 0),
  };
}
