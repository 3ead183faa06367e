// What the ledgers of a state folder say of the runs of a job, and how its newest one stands: for `status`, and for callers
// of the library. Reads only, also while a run is under way.
import { join } from "node:path";
import type { Job } from "../job/job.ts";
import { ledgersIn, submissionsIn } from "../ledger/host.ts";
import { ImportError } from "../model/error.ts";
import { isPlainObject } from "../model/json.ts";
import type { LockHolder } from "../model/ledger/ledger-host.ts";
import type { OpenCount } from "../model/ledger/open-failures.ts";
import type { RunRecord } from "../model/ledger/runs.ts";
import type { Submission } from "../model/ledger/submissions.ts";
import { readProgress, readProgressJson, type SavedProgress } from "../report/live/progress-file.ts";

/** What failed in any run of a job and nothing has made good since. Throws `ImportError("STATE_UNUSABLE")` when there is no ledger yet. */
export async function countOpenFailures(
  job: Pick<Job, "state" | "ledger" | "file">,
  baseUrl: string,
): Promise<OpenCount> {
  await using ledger = await ledgersIn(job).open(baseUrl, "read");
  return ledger.failures.count(job.file.path);
}

/** The runs of a job's account in its state folder, newest first. Throws `ImportError("STATE_UNUSABLE")` when there is no ledger yet. */
export async function listRuns(job: Pick<Job, "state" | "ledger">, baseUrl: string): Promise<readonly RunRecord[]> {
  await using ledger = await ledgersIn(job).open(baseUrl, "read");
  return ledger.runs.list();
}

/** A job as far as its runs are found by it. */
export type JobPlace = Pick<Job, "state" | "ledger"> & { readonly file: Pick<Job["file"], "path"> };

/** A run with the base address of its account. */
export interface AccountRun extends RunRecord {
  readonly account: string;
  /** Later passes over a drop folder that took along what it had left open, and how many of its rows each brought in. */
  readonly madeGoodBy: readonly { readonly runId: string; readonly rows: number }[];
}

/** How a run stands. A killed one leaves the figures of its last second behind, when it had any. */
export type RunStanding =
  | { readonly kind: "ended" }
  | {
      readonly kind: "under_way";
      readonly pid: number;
      readonly host?: string;
      readonly progress: SavedProgress | undefined;
    }
  | { readonly kind: "killed"; readonly progress: SavedProgress | undefined }
  | SubmittedStanding;

/** It was submitted: it waits for a worker, or one drives it. */
export interface SubmittedStanding {
  readonly kind: "submitted";
  readonly submission: Submission;
  readonly progress: SavedProgress | undefined;
  /** Entries without an outcome. */
  readonly open: number;
  /** Sends whose answer is not known yet. */
  readonly inDoubt: number;
}

/** What there is to say of a job's runs at one moment. */
export interface JobStatus {
  /** Newest first. */
  readonly runs: readonly AccountRun[];
  /** Of the newest run; absent when there is none. */
  readonly standing: RunStanding | undefined;
  /** A process that has the state folder or the ledger, and no run of this job: a run that is about to begin, or another command. */
  readonly busy: LockHolder | undefined;
  /** Other accounts to which the job has run. */
  readonly elsewhere: readonly string[];
}

/**
 * The runs of a job, and how the newest stands: with an account those in its ledger, else those in every ledger of the state
 * folder that can be read. Throws `ImportError("STATE_UNUSABLE")` when the ledger of that account cannot be read.
 */
export async function jobStatus(job: JobPlace, account: string | undefined): Promise<JobStatus> {
  let holders = await ledgersIn(job).holders(account);
  let runs = await runsOf(job, account);
  // One that began or ended between these two questions: the second answers agree.
  if (runs[0] !== undefined && runs[0].endedAtMs === undefined && holderOf(runs[0], holders) === undefined) {
    holders = await ledgersIn(job).holders(account);
    runs = await runsOf(job, account);
  }
  const [newest] = runs;
  const submitted =
    newest === undefined || newest.endedAtMs !== undefined ? undefined : await submittedStanding(job, newest);
  const isOurs = submitted !== undefined || runs.some((run) => holderOf(run, holders) !== undefined);
  const all = account === undefined ? runs : await runsOf(job, undefined);
  const accounts = new Set(all.map((run) => run.account));
  if (newest !== undefined) accounts.delete(newest.account);
  return {
    runs,
    standing: newest === undefined ? undefined : (submitted ?? standingOf(job, newest, holderOf(newest, holders))),
    busy: isOurs ? undefined : holders[0],
    elsewhere: [...accounts],
  };
}

function standingOf(
  { state }: JobPlace,
  { runId, endedAtMs }: AccountRun,
  holder: LockHolder | undefined,
): RunStanding {
  if (endedAtMs !== undefined) return { kind: "ended" };
  const progress = readProgress(join(state, "runs", runId));
  if (holder === undefined) return { kind: "killed", progress };
  const { pid, host } = holder;
  return { kind: "under_way", pid, ...(host === undefined ? {} : { host }), progress };
}

/** Undefined for a run that nobody submitted, or that has ended. */
async function submittedStanding(
  job: JobPlace,
  { id, runId, account }: AccountRun,
): Promise<SubmittedStanding | undefined> {
  if (job.ledger === undefined) return undefined;
  await using submissions = await submissionsIn(job.ledger);
  const submission = await submissions.find(account, runId);
  if (submission === undefined || submission.state === "ended") return undefined;
  await using ledger = await ledgersIn(job).open(account, "read");
  const counts = await ledger.staging.counts(id);
  const sends = await ledger.results.sends(id);
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
  return {
    kind: "submitted",
    submission,
    progress: progressOf(submission),
    open: sum(counts.map(({ open }) => open)),
    inDoubt: sum(
      sends.filter(({ result }) => result === undefined || result === "unanswered").map((each) => each.sends),
    ),
  };
}

/** What its driver told last. */
function progressOf({ progress }: Submission): SavedProgress | undefined {
  return isPlainObject(progress) ? readProgressJson(progress.progress) : undefined;
}

function holderOf({ runId }: AccountRun, holders: readonly LockHolder[]): LockHolder | undefined {
  return holders.find((holder) => holder.runId === runId);
}

async function runsOf(job: JobPlace, account: string | undefined): Promise<readonly AccountRun[]> {
  const ledgers = ledgersIn(job);
  const own = account === undefined ? undefined : await ledgers.find(account);
  const among = account === undefined ? await ledgers.list() : own === undefined ? [] : [own];
  const found: AccountRun[] = [];
  for (const { baseUrl } of among) {
    found.push(...(await runsAt(job, baseUrl, account)));
  }
  return found.sort((a, b) => b.startedAtMs - a.startedAtMs);
}

/** Of several ledgers, one that cannot be read says nothing of the others; of the one that was asked for, it matters. */
async function runsAt(
  job: JobPlace,
  baseUrl: string | undefined,
  asked: string | undefined,
): Promise<readonly AccountRun[]> {
  const account = asked ?? baseUrl;
  if (account === undefined) return [];
  try {
    await using ledger = await ledgersIn(job).open(account, "read");
    const { path } = job.file;
    const runs = (await ledger.runs.list()).filter((run) => run.job === path);
    const later = await ledger.failures.madeGoodLater(path);
    return runs.map((run) => ({
      ...run,
      account: baseUrl ?? account,
      madeGoodBy: later.filter((each) => each.run === run.id).map(({ runId, rows }) => ({ runId, rows })),
    }));
  } catch (error) {
    if (asked === undefined && error instanceof ImportError) return [];
    throw error;
  }
}
