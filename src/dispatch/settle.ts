// The one place where dispatch settles an entry, and the rules that stop a run because too many ended badly.
import type { Halt } from "../api/halt.ts";
import { ImportError } from "../model/error.ts";
import type { EntryEnd, QueuedEntry, SendEnd, SendResult, Settlement } from "../model/ledger/entry.ts";
import type { Outcome } from "../model/outcome.ts";
import { type Problem, problemSignature } from "../model/problem.ts";
import { sameFields } from "../model/resources/record-fields.ts";
import { resources } from "../model/resources/resources.ts";
import type { AttemptStates } from "./attempt-state.ts";
import type { DispatchOptions } from "./options.ts";

/** The send whose end comes with the settlement. */
export interface ClosedSend {
  readonly sendId: number;
  readonly result: SendResult;
  readonly status?: number;
}

/** How an entry ended, and the send with it. */
export interface Verdict {
  readonly entry: QueuedEntry;
  readonly settlement: Settlement;
  readonly closedSend?: ClosedSend;
}

/** Settles entries, and stops the run when too many ended badly. */
export interface Settlements {
  /** Settles it, with its problems translated to cells. The end of its send goes into the same commit. */
  settle(entry: QueuedEntry, settlement: Settlement, closedSend?: ClosedSend): Promise<void>;
  /** The same for many, in one commit. */
  settleAll(verdicts: readonly Verdict[]): Promise<void>;
}

/** So many answered entries that all ended the same way, and none accepted, are enough to know. */
const earlyStopEntries = 20;

/** `rejected` and `failed` count against `maxErrors` and for the early stop; what was never sent does not. */
export function createSettlements(options: DispatchOptions, halt: Halt, attemptStates: AttemptStates): Settlements {
  const { ledger, clock, locate, onEvent, maxErrors } = options;
  let errors = 0;
  let accepted = 0;
  let firstSignature: string | undefined;
  let alike = true;

  const count = (outcome: Outcome, problem: Problem | undefined): void => {
    if (outcome === "accepted") accepted += 1;
    if (outcome !== "rejected" && outcome !== "failed") return;
    if (problem?.code === "existence_unknown") return; // the API refused nothing: it was not asked to take it
    errors += 1;
    const signature = problem === undefined ? outcome : problemSignature(problem);
    firstSignature ??= signature;
    alike &&= signature === firstSignature;
    if (maxErrors !== undefined && errors > maxErrors) {
      halt.now(tooMany(`${errors} entries were refused or not answered, more than --max-errors ${maxErrors}`, problem));
    } else if (errors === earlyStopEntries && accepted === 0 && alike) {
      halt.now(tooMany(`the first ${errors} answered entries all ended alike (${signature})`, problem));
    }
  };

  const told = ({ entry, settlement, closedSend }: Verdict): void => {
    const status = settlement.httpStatus ?? closedSend?.status;
    attemptStates.forget(entry.id);
    onEvent({
      type: "entry.settled",
      entryId: entry.id,
      resource: entry.resource,
      key: entry.key,
      outcome: settlement.outcome,
      attempts: entry.attempts,
      ...(settlement.action === undefined ? {} : { action: settlement.action }),
      ...(status === undefined ? {} : { status }),
    });
  };

  const settleAll = async (verdicts: readonly Verdict[]): Promise<void> => {
    const ends: EntryEnd[] = [];
    for (const { entry, settlement, closedSend } of verdicts) {
      const problems = settlement.problems === undefined ? [] : await locate(entry.id, settlement.problems);
      const status = settlement.httpStatus ?? closedSend?.status;
      ends.push({
        entryId: entry.id,
        settlement: {
          ...settlement,
          ...(status === undefined ? {} : { httpStatus: status }),
          ...(problems.length === 0 ? {} : { problems }),
          ...saysOf(entry, settlement),
        },
        ...(closedSend === undefined ? {} : { send: sendEnd(closedSend, clock.nowMs()) }),
      });
    }
    await ledger.queue.settle(ends);
    for (const [index, verdict] of verdicts.entries()) {
      count(verdict.settlement.outcome, ends[index]?.settlement.problems?.[0]);
      told(verdict);
    }
  };

  return {
    settle: (entry, settlement, closedSend) =>
      settleAll([{ entry, settlement, ...(closedSend === undefined ? {} : { closedSend }) }]),
    settleAll,
  };
}

function saysOf({ resource, payload }: QueuedEntry, { outcome }: Settlement): Pick<Settlement, "says"> {
  const { changedByServer } = resources[resource];
  const isKnown = outcome === "accepted" || outcome === "unchanged";
  return isKnown && changedByServer.length > 0 ? { says: sameFields(payload, changedByServer) } : {};
}

/** The same for the journal. */
export function sendEnd({ sendId, result, status }: ClosedSend, atMs: number): SendEnd {
  return { sendId, result, atMs, ...(status === undefined ? {} : { httpStatus: status }) };
}

function tooMany(what: string, problem: Problem | undefined): ImportError {
  const path = problem?.path === undefined ? "" : `${problem.path}: `;
  return new ImportError("TOO_MANY_ERRORS", problem === undefined ? what : `${what}: ${path}${problem.message}`, {
    hint: "the failures files name the cells; fix what they share and run the same command again",
  });
}
