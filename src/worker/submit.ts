// `run --workers`: the run is staged here, where the files are, and submitted for whichever worker has the account's token. Then it is
// followed to its end, and its result files are written here.
import { hostname } from "node:os";
import { pid } from "node:process";
import type { Job } from "../job/job.ts";
import { ledgersIn, submissionsIn } from "../ledger/host.ts";
import type { Account } from "../model/account.ts";
import { ImportError } from "../model/error.ts";
import type { LedgerAddress } from "../model/ledger/ledger-address.ts";
import type { Submission, Submissions } from "../model/ledger/submissions.ts";
import { admitPlan } from "../run/admit-plan.ts";
import { beginRun } from "../run/begin-run.ts";
import { finish, runFolder, toFinish } from "../run/finish-run.ts";
import { refuseDropJob } from "../run/run.ts";
import { prepareOptions, quietWorld, type RunOptions, type RunResult, stdinCopyOptions } from "../run/run-options.ts";
import { refusedAsAWhole, stageRun } from "../run/stage-run.ts";
import { countTraffic } from "../run/traffic.ts";
import { copyStreams } from "../staging/files/stdin-copy.ts";
import { snapshotInput } from "../staging/input-snapshot.ts";
import { prepareInputs } from "../staging/prepare.ts";
import { type FollowEvent, followSubmission, type SubmitEnd } from "./follow.ts";
import { runSnapshot } from "./snapshot.ts";

/** What a submitted run may be told: what a run may, without the token, which the workers have. */
export interface SubmitOptions extends Omit<RunOptions, "account" | "abort"> {
  readonly account: Pick<Account, "baseUrl">;
  /** Told how the run gets on once it is submitted. */
  readonly onFollow?: (event: FollowEvent) => void;
}

/**
 * Stages a run and has workers drive it; resolves when it has ended, or once `stop` is aborted after it was submitted. Throws as `run`
 * does while it is staged, and `ImportError("STATE_LOCKED")` where the account has a submitted run that has not ended.
 */
export async function submitRun(job: Job, given: SubmitOptions): Promise<SubmitEnd> {
  refuseDropJob(job);
  const address = databaseOf(job);
  const { baseUrl } = given.account;
  await using submissions = await submissionsIn(address);
  await using lock = await ledgersIn(job).lock();
  const staged = await stageHere(job, given, { submissions, lock });
  if ("summary" in staged) return { kind: "ended", result: staged };
  return await followSubmission(job, staged, { ...given, baseUrl, submissions });
}

/** The database of a job whose runs can be submitted. Throws `ImportError("USAGE")` where it has none. */
export function databaseOf({ ledger, file }: Pick<Job, "ledger" | "file">): LedgerAddress {
  if (ledger !== undefined) return ledger;
  throw new ImportError("USAGE", `workers share a database, and ${file.shown} keeps its ledgers in files`, {
    hint: "Name a PostgreSQL database: ledger: postgres://… in the job, or LUMINOUS_LEDGER. docs/many-machines.md says more.",
  });
}

interface Held {
  readonly submissions: Submissions;
  readonly lock: Awaited<ReturnType<ReturnType<typeof ledgersIn>["lock"]>>;
}

/** The ledger is free again when this resolves: the run was submitted, or ended with nothing sent. */
async function stageHere(job: Job, given: SubmitOptions, { submissions, lock }: Held): Promise<Submission | RunResult> {
  const { account } = given;
  const ledgers = ledgersIn(job);
  const plan = given.plan === undefined ? undefined : await admitPlan(job, { ...given, account, plan: given.plan });
  const settings = { ...quietWorld(), ...given, ...plan?.options };
  await using stdinCopy = await copyStreams(job, stdinCopyOptions(settings));
  const inputs = await prepareInputs(stdinCopy.job, prepareOptions(settings));
  await using ledger = await ledgers.open(account.baseUrl, "write");
  const staging = { job, inputs, ledger, warnings: [], ...(plan === undefined ? {} : { plan }) };
  const inputSnapshots = await Promise.all(inputs.map(snapshotInput)); // before staging, which refuses what has changed
  await using run = await beginRun(staging, settings, { locks: [lock] });
  await stageRun(run, staging, settings, (work) => work(settings.stop));
  const refused = await refusedAsAWhole(ledger, run.record, settings);
  const { record, warnings } = run;
  if (refused !== undefined) {
    const traffic = countTraffic(settings.clock);
    const options = { ...settings, account, onEvent: run.tell };
    return await finish(toFinish(staging, record), record, { end: refused, warnings, traffic, options });
  }
  return await submissions.submit({
    ...{ baseUrl: account.baseUrl, runId: record.runId, job: job.file.path },
    by: { host: hostname(), pid },
    snapshot: runSnapshot(staging, inputSnapshots, settings, { warnings, folder: runFolder(job, record) }),
  });
}
