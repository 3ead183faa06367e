// A run over an account that is only read: the dispatch of a run, with its questions asked and its writes pretended. The ledger
// is a scratch one, and what the run would have made of every entry is in it afterwards.
import { dispatch } from "../dispatch/dispatcher.ts";
import type { Job } from "../job/job.ts";
import { ImportError } from "../model/error.ts";
import { phases } from "../model/resources/resources.ts";
import type { PlanContent, PlanRequests } from "../report/plan/plan-content.ts";
import { askAgain, impatient, type StagedCheck } from "../run/ask-ahead.ts";
import { type PretendedAccount, pretendAccount } from "./pretend-account.ts";

/** What a rehearsal came to, beside what it left in the ledger. */
export interface Rehearsed extends Pick<PlanContent, "guard" | "requests"> {
  readonly fieldsSent: PretendedAccount["fieldsSent"];
}

/** Rehearses, in a ledger that is thrown away. Throws the `ImportError` that ends a run which is refused, gets no answer, or is stopped. */
export async function rehearse(staged: StagedCheck): Promise<Rehearsed> {
  const { job, account, asked, ledger, run, locate, stop, onWarning } = staged;
  const { halt, transport } = asked.line;
  if (halt.reason !== undefined) throw halt.reason;
  if (!transport.everAnswered) await askAgain(asked, account);
  const pretended = pretendAccount(asked.line, (resource, remoteId) => ledger.queue.seenRecord(resource, remoteId));
  const rereads = countRereads(pretended);
  let guard: PlanContent["guard"] = null;
  const { limits } = impatient(job);
  const end = await dispatch({
    line: pretended.line,
    ledger,
    run,
    api: account,
    limits,
    existing: job.existing,
    missingReferences: job.missingReferences,
    guard: job,
    force: false,
    rereads: true,
    onReread: rereads.see,
    onRefused({ message, hint = "" }) {
      guard = { message, hint };
    },
    locate,
    onEvent: (event) => {
      if (event.type === "phase.started") pretended.begin(event.phase);
      if (event.type === "warning") onWarning(event.message);
    },
    clock: asked.clock,
    random: Math.random,
    stop,
    abort: stop,
  });
  if (end.kind === "finished")
    return { guard, requests: requestsOf(pretended, rereads, job), fieldsSent: pretended.fieldsSent };
  if (!stop.aborted) throw end.error;
  throw new ImportError("STOPPED", "stopped while the account was asked; nothing was sent, and no plan was made", {
    hint: "The same command begins again.",
  });
}

interface Rereads {
  readonly see: (reread: { readonly isOver: boolean; readonly spared: number }) => void;
  /** Requests that a run without the plan has less: questions that it does not ask, less the updates that they spared. */
  saved(): number;
}

function countRereads(pretended: PretendedAccount): Rereads {
  let before = 0;
  let saved = 0;
  return {
    see({ isOver, spared }) {
      if (!isOver) before = pretended.requests().reads;
      else saved += pretended.requests().reads - before - spared;
    },
    saved: () => saved,
  };
}

function requestsOf(pretended: PretendedAccount, rereads: Rereads, { limits }: Job): PlanRequests {
  const { reads, writes } = pretended.requests();
  const first = 1;
  const ofPhases = phases.flatMap((phase) => {
    const requests = writes.get(phase) ?? 0;
    return requests === 0 ? [] : [{ phase, requests }];
  });
  const total = first + reads + ofPhases.reduce((sum, { requests }) => sum + requests, 0);
  const rate = limits.requestsPerSecond === "auto" ? limits.maxRequestsPerSecond : limits.requestsPerSecond;
  return {
    total,
    first,
    reads,
    writes: ofPhases,
    requests_per_second: limits.requestsPerSecond,
    seconds: Math.ceil((total - 1) / rate),
    without_plan: total - rereads.saved(),
  };
}
