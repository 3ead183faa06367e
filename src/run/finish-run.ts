// How a run ends: before the first request by an error, and afterwards with its results, whatever stopped it.
import { join } from "node:path";
import type { DispatchEnd } from "../dispatch/dispatcher.ts";
import type { Job } from "../job/job.ts";
import { ImportError } from "../model/error.ts";
import { exitCodeOf, exitCodeOfOutcomes } from "../model/exit-codes.ts";
import type { Ledger } from "../model/ledger/ledger.ts";
import type { RunRecord } from "../model/ledger/runs.ts";
import { writeReports } from "../report/html/write-reports.ts";
import type { StopReason, Summary } from "../report/summary.ts";
import { damageList, resourceOf } from "../staging/prepare.ts";
import type { AdmittedPlan } from "./admit-plan.ts";
import type { EndingWorld, RunResult, Staging, World } from "./run-options.ts";
import type { TrafficCount } from "./traffic.ts";

/** An error before the first request ends the run as one in which nothing was sent. */
export async function beforeSending(
  ledger: Ledger,
  { id }: RunRecord,
  { clock, onEvent }: Pick<World, "clock" | "onEvent">,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const exitCode = error instanceof ImportError ? exitCodeOf(error.code) : 1;
    const message = error instanceof Error ? error.message : String(error);
    // The error that is under way matters more than a ledger that cannot note it.
    await ledger.runs
      .end(id, { endedAtMs: clock.nowMs(), exitCode, summary: { stopped: { message } } })
      .catch(() => undefined);
    onEvent?.({ kind: "ended", exitCode, ended: "stopped", rows: 0 });
    throw error;
  }
}

/** What dispatch came to. */
export interface Ending {
  readonly end: DispatchEnd;
  readonly warnings: readonly string[];
  readonly traffic: Pick<TrafficCount, "total" | "timeline">;
  readonly options: EndingWorld;
}

/** A run as far as its end needs it. */
export interface RunToFinish {
  readonly job: { readonly file: Pick<Job["file"], "path" | "shown"> };
  readonly ledger: Ledger;
  readonly damage: Summary["damage"];
  readonly resourceOf: ReturnType<typeof resourceOf>;
  /** The run's folder, as people find it. */
  readonly folder: string;
  /** Where its files are written; there unless said. */
  readonly writeTo?: string;
  readonly retryOf?: Pick<RunRecord, "runId">;
  readonly plan?: Pick<AdmittedPlan, "planId">;
}

/** What the files of a run say that its ledger does not know. */
type RunFacts = Parameters<typeof writeReports>[3];

/** A run that was staged here. */
export function toFinish({ job, ledger, inputs, retryOf, plan }: Staging, record: RunRecord): RunToFinish {
  return {
    job,
    ledger,
    damage: damageList(inputs),
    resourceOf: resourceOf(inputs),
    folder: runFolder(job, record),
    ...(retryOf === undefined ? {} : { retryOf }),
    ...(plan === undefined ? {} : { plan }),
  };
}

/** Writes the results of a run and notes its end in the ledger. Throws `ImportError("RESULTS_UNWRITTEN")` where they cannot be written. */
export async function finish(run: RunToFinish, record: RunRecord, ending: Ending): Promise<RunResult> {
  const { job, ledger, plan, folder, writeTo = folder } = run;
  const { end, options } = ending;
  options.onEvent?.({ kind: "reporting", folder });
  await ledger.queue.settleRest(record.id, undefined);
  await ledger.flush(); // a ledger that is lost is told instead of results
  const stopped = end.kind === "stopped" ? end.error : undefined;
  const endedAtMs = options.clock.nowMs();
  const facts = await factsOf(run, record, { ...ending, endedAtMs, stopped });
  const wishes = { words: [record.command, job.file.shown], ...options.report };
  const summary = await writeReports(ledger.results, record, writeTo, facts, wishes).catch(afterSending);
  const exitCode = summary.exit_code;
  await ledger.runs.end(record.id, { endedAtMs, exitCode, summary });
  if (plan !== undefined && stopped === undefined) await ledger.plans.done(plan.planId, record.runId);
  await ledger.flush();
  options.onEvent?.({ kind: "ended", exitCode, ended: summary.ended, rows: summary.totals.rows });
  await tidyUp(ledger);
  return { exitCode, summary, folder, stopped };
}

async function factsOf(
  { job, ledger, damage, resourceOf, folder, retryOf }: RunToFinish,
  record: RunRecord,
  {
    options: { account, limit },
    traffic,
    warnings,
    endedAtMs,
    stopped,
  }: Ending & { readonly endedAtMs: number; readonly stopped: ImportError | undefined },
): Promise<RunFacts> {
  return {
    account: account.baseUrl,
    endedAtMs,
    exitCode: stopped === undefined ? exitCodeOfOutcomes : exitCodeOf(stopped.code),
    traffic: traffic.total(),
    timeline: traffic.timeline(),
    warnings,
    folder,
    damage,
    resourceOf,
    open: await ledger.failures.count(job.file.path, record.id),
    ...(retryOf === undefined ? {} : { retryOf: retryOf.runId }),
    ...(limit === undefined ? {} : { pilot: { limit, counts: await ledger.queue.pilot(record.id) } }),
    ...(stopped === undefined ? {} : { stopped: stopReason(stopped) }),
  };
}

/** Only now: until a run has ended, a crash may need the payloads again. A disk too full for it takes nothing from the run. */
async function tidyUp({ upkeep }: Ledger): Promise<void> {
  try {
    await upkeep.dropPayloads();
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
  }
}

/** Where a run's files are. */
export function runFolder({ state }: Pick<Job, "state">, { runId }: RunRecord): string {
  return join(state, "runs", runId);
}

// Exit code 2 would say that nothing was started.
function afterSending(error: unknown): never {
  if (!(error instanceof ImportError) || error.code !== "STATE_UNUSABLE") throw error;
  throw new ImportError(
    "RESULTS_UNWRITTEN",
    `everything went as the ledger says, but the results cannot be written: ${error.message}`,
    {
      hint: "make the folder writable and run the same command again: what was accepted is not sent again",
      cause: error,
    },
  );
}

function stopReason({ code, message, hint }: ImportError): StopReason {
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}
