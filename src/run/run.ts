// A run, start to end: prepare → begin → stage → dispatch → finish. Everything that can go wrong before the first request ends
// it with nothing sent; everything after that ends in the ledger, and the same run again continues.
import type { Job } from "../job/job.ts";
import { ledgersIn } from "../ledger/host.ts";
import { ImportError } from "../model/error.ts";
import { shellWord } from "../model/text/shell-word.ts";
import { copyStreams } from "../staging/files/stdin-copy.ts";
import { prepareInputs } from "../staging/prepare.ts";
import { admitPlan } from "./admit-plan.ts";
import { beginRun } from "./begin-run.ts";
import { dispatchRun } from "./dispatch-run.ts";
import { finish, toFinish } from "./finish-run.ts";
import { type AskedAccount, askAccount } from "./first-question.ts";
import {
  type Execution,
  prepareOptions,
  quietWorld,
  type RunOptions,
  type RunResult,
  stdinCopyOptions,
} from "./run-options.ts";
import { refusedAsAWhole, stageRun } from "./stage-run.ts";

/**
 * Runs a job. Throws `ImportError` when nothing was started (exit code 2), the account refuses the token before anything was
 * read (5), or the ledger cannot be written; anything that happens while sending is in the result.
 */
export async function run(job: Job, given: RunOptions): Promise<RunResult> {
  refuseDropJob(job);
  await using lock = await ledgersIn(job).lock();
  const plan = given.plan === undefined ? undefined : await admitPlan(job, { ...given, plan: given.plan });
  const options = plan === undefined ? given : { ...given, ...plan.options };
  await using asked = await askFirst(job, options);
  await using stdinCopy = await asked.meanwhile((stop) => copyStreams(job, stdinCopyOptions({ ...options, stop })));
  const inputs = await asked.meanwhile((stop) => prepareInputs(stdinCopy.job, prepareOptions({ ...options, stop })));
  await using ledger = await ledgersIn(job).open(options.account.baseUrl, "write");
  const planned = plan === undefined ? {} : { plan };
  return await execute({ job, asked, inputs, ledger, lock, warnings: [], ...planned }, options);
}

/** The files of such a job come and go, and only a pass keeps account of them. Throws `ImportError("USAGE")`. */
export function refuseDropJob({ drop, file: { shown } }: Job): void {
  if (drop === undefined) return;
  throw new ImportError("USAGE", `${shown} takes its files from a drop folder, so run does not go with it`, {
    hint: `Import what lies in ${drop.inbox}: luminous-import drop ${shellWord(shown)}`,
  });
}

/** The question that comes before everything else of a run or a retry: see `askAccount`. */
export function askFirst(job: Job, options: RunOptions): Promise<AskedAccount> {
  const { account, clock, stop, abort, onEvent } = { ...quietWorld(), ...options };
  return askAccount({
    account,
    limits: job.limits,
    clock,
    stop,
    abort,
    onEvent: (event) => onEvent?.({ kind: "dispatch", event }),
    onWarning: (message) => onEvent?.({ kind: "warning", message }),
  });
}

/** Stages, sends and reports inputs as one run. The caller holds the lock of the state folder. Throws as `run` does. */
export async function execute(execution: Execution, options: RunOptions): Promise<RunResult> {
  const { job, asked, ledger, plan } = execution;
  const settings = { ...quietWorld(), ...options };
  await using accountLock = await ledgersIn(job).lockAccount(settings.account.baseUrl);
  const locks = [execution.lock, accountLock];
  await using run = await beginRun(execution, settings, { locks, warnings: asked.warnings });
  asked.tellFrom((event) => run.tell({ kind: "dispatch", event }));
  if (accountLock.warning !== undefined) run.warn(accountLock.warning);
  const locate = await stageRun(run, execution, settings, asked.meanwhile);
  const end =
    (await refusedAsAWhole(ledger, run.record, settings)) ??
    (await dispatchRun(run, { job, asked, ledger, locate, ...(plan === undefined ? {} : { plan }) }, settings));
  return await finish(toFinish(execution, run.record), run.record, {
    end,
    warnings: run.warnings,
    traffic: asked.traffic,
    options: { ...settings, onEvent: run.tell },
  });
}
