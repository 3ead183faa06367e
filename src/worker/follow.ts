// Following a submitted run from the machine that submitted it, or any other, to its end; then its files are written here.
import type { Job } from "../job/job.ts";
import { ledgersIn } from "../ledger/host.ts";
import { type Clock, systemClock } from "../model/clock.ts";
import { ImportError } from "../model/error.ts";
import type { Ledger } from "../model/ledger/ledger.ts";
import type { RunRecord } from "../model/ledger/runs.ts";
import type { Submission, Submissions } from "../model/ledger/submissions.ts";
import { writeResultsAgain } from "../report/html/results-again.ts";
import type { ReportWishes } from "../report/html/write-reports.ts";
import type { SavedProgress } from "../report/live/progress-file.ts";
import { isSummary } from "../report/summary.ts";
import { runFolder } from "../run/finish-run.ts";
import type { RunResult } from "../run/run-options.ts";
import { readCarried } from "./carried.ts";

/** What is told of a submitted run: once each time something of it changes, and its figures every second. */
export type FollowEvent =
  | { readonly kind: "submitted" | "taken" | "orphaned"; readonly submission: Submission }
  | { readonly kind: "trouble"; readonly message: string }
  | { readonly kind: "figures"; readonly progress: SavedProgress };

/** How it came out. `left`: whoever submitted it stopped following; the run goes on. */
export type SubmitEnd =
  | { readonly kind: "ended"; readonly result: RunResult }
  | { readonly kind: "left"; readonly runId: string };

/** How to follow. */
export interface FollowOptions {
  readonly baseUrl: string;
  readonly submissions: Submissions;
  readonly report?: ReportWishes;
  readonly clock?: Clock;
  /** Ends the following, not the run. */
  readonly stop?: AbortSignal;
  readonly onFollow?: (event: FollowEvent) => void;
}

const lookMs = 1000;

/** Looks every second; a database that is away for a while is asked until it answers. Rejects where the files cannot be written. */
export async function followSubmission(
  job: Pick<Job, "state" | "ledger" | "file">,
  submission: Submission,
  { baseUrl, submissions, report = {}, clock = systemClock, stop, onFollow = () => undefined }: FollowOptions,
): Promise<SubmitEnd> {
  const { runId } = submission;
  const tell = createTeller(onFollow);
  for (let now: Submission | undefined = submission; now?.state !== "ended"; ) {
    if (now !== undefined) tell(now);
    await clock.sleep(lookMs, stop);
    if (stop?.aborted === true) return { kind: "left", runId };
    try {
      now = await submissions.find(baseUrl, runId);
      if (now === undefined) throw gone(runId);
    } catch (error) {
      if (!(error instanceof ImportError) || error.code !== "STATE_UNUSABLE") throw error;
      onFollow({ kind: "trouble", message: error.message });
    }
  }
  await using ledger = await ledgersIn(job).open(baseUrl, "read");
  const record = await ledger.runs.find(runId);
  if (record === undefined) throw gone(runId);
  const words = { words: [record.command, job.file.shown], ...report };
  return { kind: "ended", result: await writeHere(ledger, record, runFolder(job, record), words) };
}

async function writeHere(ledger: Ledger, record: RunRecord, folder: string, wishes: ReportWishes): Promise<RunResult> {
  if (!isSummary(record.summary)) throw gone(record.runId);
  const summary = await writeResultsAgain(ledger, record, record.summary, { folder, wishes });
  const { stopped } = summary;
  const error = stopped === null ? undefined : new ImportError("STOPPED", stopped.message, hintOf(stopped));
  return { exitCode: summary.exit_code, summary, folder, stopped: error };
}

function hintOf({ hint }: { readonly hint?: string }): { readonly hint?: string } {
  return hint === undefined ? {} : { hint };
}

function gone(runId: string): ImportError {
  return new ImportError("STATE_UNUSABLE", `the submitted run ${runId} is not in the database any more`, {
    hint: "somebody removed it; run the same command again",
  });
}

function createTeller(onFollow: (event: FollowEvent) => void): (submission: Submission) => void {
  let drivers = -1;
  let isFree = true;
  let trouble: string | undefined;
  let updatedAtMs: number | undefined;
  return (now) => {
    if (now.drivers !== drivers) onFollow({ kind: now.drivers === 0 ? "submitted" : "taken", submission: now });
    else if (now.isFree && !isFree) onFollow({ kind: "orphaned", submission: now });
    if (now.trouble !== undefined && now.trouble !== trouble) onFollow({ kind: "trouble", message: now.trouble });
    ({ drivers, isFree, trouble } = { drivers: now.drivers, isFree: now.isFree, trouble: now.trouble });
    const { progress } = readCarried(now.progress);
    if (progress === undefined || progress.updatedAtMs === updatedAtMs) return;
    updatedAtMs = progress.updatedAtMs;
    onFollow({ kind: "figures", progress });
  };
}
