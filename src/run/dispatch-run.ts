// The part of a run that sends: the same for a run that was staged here and for one that another machine has staged.
import { type DispatchEnd, dispatch } from "../dispatch/dispatcher.ts";
import type { Job } from "../job/job.ts";
import type { Ledger } from "../model/ledger/ledger.ts";
import type { Locate } from "../staging/locate-cells.ts";
import type { AdmittedPlan } from "./admit-plan.ts";
import type { BegunRun } from "./begin-run.ts";
import { judgeFirstAnswer } from "./first-answer.ts";
import type { AskedAccount } from "./first-question.ts";
import type { World } from "./run-options.ts";

/** What the job says of sending. */
export type SendingTerms = Pick<
  Job,
  "limits" | "existing" | "missingReferences" | "channel" | "orderPush" | "openOrderDays"
>;

/** A run that is staged. */
export interface RunToDispatch {
  readonly job: SendingTerms;
  readonly asked: AskedAccount;
  readonly ledger: Ledger;
  readonly locate: Locate;
  /** The plan that is done. */
  readonly plan?: Pick<AdmittedPlan, "id">;
}

/** Sends what is open in the run. Throws as `dispatch` does. */
export async function dispatchRun(
  { record, tell, warn }: Pick<BegunRun, "record" | "tell" | "warn">,
  { job, asked, ledger, locate, plan }: RunToDispatch,
  settings: World,
): Promise<DispatchEnd> {
  asked.onFirstAnswer(await judgeFirstAnswer(ledger.account, job.limits.requestsPerSecond, warn));
  return await dispatch({
    line: asked.line,
    ledger,
    run: record.id,
    api: settings.account,
    limits: job.limits,
    existing: job.existing,
    missingReferences: job.missingReferences,
    guard: job,
    force: settings.force ?? false,
    ...(plan === undefined ? {} : { plan: plan.id, rereads: true }),
    ...(settings.limit === undefined ? {} : { limit: settings.limit }),
    ...(settings.maxErrors === undefined ? {} : { maxErrors: settings.maxErrors }),
    locate,
    onEvent: (event) => {
      asked.traffic.see(event);
      if (event.type === "warning") return warn(event.message);
      tell({ kind: "dispatch", event });
    },
    clock: asked.clock,
    random: settings.random,
    stop: settings.stop,
    abort: settings.abort,
  });
}
