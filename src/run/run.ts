// A run, start to end: prepare → stage → dispatch → report. Everything that can go wrong before the first request ends
// it with nothing sent; everything after that ends in the ledger, and the same run again continues.
import { makeFolder } from "../disk/atomic-file.ts";
import { type DispatchEnd, dispatch } from "../dispatch/dispatcher.ts";
import type { Job } from "../job/job.ts";
import { ledgersIn } from "../ledger/host.ts";
import { ImportError } from "../model/error.ts";
import type { Ledger } from "../model/ledger/ledger.ts";
import type { RunRecord } from "../model/ledger/runs.ts";
import { version } from "../model/package.ts";
import { shellWord } from "../model/text/shell-word.ts";
import { copyStreams } from "../staging/files/stdin-copy.ts";
import { createLocate } from "../staging/locate-cells.ts";
import { detections, prepareInputs } from "../staging/prepare.ts";
import { stage } from "../staging/stage.ts";
import { admitPlan, refuseStrangers } from "./admit-plan.ts";
import { editedOpen } from "./edited-open.ts";
import type { RunEvent, StagedPhase } from "./events.ts";
import { beforeSending, finish, runFolder } from "./finish-run.ts";
import { judgeFirstAnswer } from "./first-answer.ts";
import { type AskedAccount, askAccount } from "./first-question.ts";
import { keepProgress } from "./keep-progress.ts";
import { newRunId } from "./run-id.ts";
import {
  type Execution,
  prepareOptions,
  quietWorld,
  type RunOptions,
  type RunResult,
  stdinCopyOptions,
  type World,
} from "./run-options.ts";

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

/** The files of such a job come and go, and only a pass keeps account of them. */
function refuseDropJob({ drop, file: { shown } }: Job): void {
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
  const { job, asked, inputs, ledger, retryOf } = execution;
  const settings = { ...quietWorld(), ...options };
  await using accountLock = await ledgersIn(job).lockAccount(settings.account.baseUrl);
  const record = await ledger.runs.begin({
    runId: newRunId(settings.clock),
    job: job.file.path,
    command: execution.command ?? (retryOf === undefined ? "run" : "retry"),
    startedAtMs: settings.clock.nowMs(),
    program: settings.program ?? version,
    ...(execution.plan === undefined ? {} : { planId: execution.plan.planId }),
    ...(retryOf === undefined ? {} : { retryOf: retryOf.id }),
  });
  for (const lock of [execution.lock, accountLock]) lock.name(record.runId);
  const warnings = [...asked.warnings, ...execution.warnings, ...inputs.flatMap((input) => input.warnings)];
  const locate = createLocate(ledger, record.id, inputs);
  using progress = keepProgress(runFolder(job, record), settings.clock);
  const tell = (event: RunEvent): void => {
    progress.see(event);
    settings.onEvent?.(event);
  };
  const { runId, command, startedAtMs } = record;
  tell({ kind: "begun", runId, command, job: job.file.shown, startedAtMs });
  asked.tellFrom((event) => tell({ kind: "dispatch", event }));
  if (ledger.upgraded !== undefined) tell({ kind: "upgraded", ...ledger.upgraded });
  const warn = (message: string): void => {
    warnings.push(message);
    tell({ kind: "warning", message });
  };
  if (accountLock.warning !== undefined) warn(accountLock.warning);
  if (command === "drop") for (const warning of (await editedOpen(job, ledger)).warnings) warn(warning);
  for (const { file, what } of detections(inputs)) tell({ kind: "detected", file, what });

  await beforeSending(ledger, record, { ...settings, onEvent: tell }, async () => {
    await asked.meanwhile((signal) =>
      stage(inputs, {
        job,
        ledger,
        run: record.id,
        strict: settings.strict ?? false,
        locate,
        onProgress: (input, rows, of) => tell({ kind: "reading", input, rows, of }),
        onWarning: warn,
        onDetected: (file, what) => tell({ kind: "detected", file, what }),
        signal,
        newerWins: record.command === "drop",
        ...(retryOf === undefined ? {} : { retry: { refused: execution.refused ?? new Map() } }),
      }),
    );
    for (const message of (await execution.giveUp?.(record)) ?? []) warn(message);
    if (execution.plan !== undefined) await refuseStrangers(ledger, record, execution.plan);
    await ledger.flush();
    // Where results cannot be written, nothing is sent.
    await makeFolder(runFolder(job, record));
  });
  tell(await stagedEntries(ledger, record));

  asked.onFirstAnswer(await judgeFirstAnswer(ledger.account, job.limits.requestsPerSecond, warn));
  const end: DispatchEnd =
    (await refusedAsAWhole(ledger, record, settings)) ??
    (await dispatch({
      line: asked.line,
      ledger,
      run: record.id,
      api: settings.account,
      limits: job.limits,
      existing: job.existing,
      missingReferences: job.missingReferences,
      guard: job,
      force: settings.force ?? false,
      ...(execution.plan === undefined ? {} : { plan: execution.plan.id, rereads: true }),
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
    }));
  return await finish(execution, record, {
    end,
    warnings,
    traffic: asked.traffic,
    options: { ...settings, onEvent: tell },
  });
}

async function stagedEntries(ledger: Ledger, { id }: RunRecord): Promise<RunEvent> {
  const phases: StagedPhase[] = [];
  for (const count of await ledger.staging.counts(id)) {
    const ended = await ledger.queue.progress(id, count.phase);
    const invalid = ended.filter(({ outcome }) => outcome === "invalid").map(({ entries }) => entries);
    phases.push({ ...count, invalid: sum(invalid) });
  }
  return {
    kind: "staged",
    entries: sum(phases.map(({ entries }) => entries)),
    open: sum(phases.map(({ open }) => open)),
    phases,
  };
}

async function refusedAsAWhole(
  ledger: Ledger,
  { id }: RunRecord,
  { allOrNothing }: World,
): Promise<DispatchEnd | undefined> {
  if (allOrNothing !== true) return undefined;
  const tallies = await ledger.results.tallies(id);
  const invalid = sum(tallies.filter(({ outcome }) => outcome === "invalid").map(({ rows }) => rows));
  if (invalid === 0) return undefined;
  const error = new ImportError(
    "NOTHING_SENT",
    `${invalid} ${invalid === 1 ? "row is" : "rows are"} invalid, so nothing was sent (--all-or-nothing)`,
    {
      hint: "Fix them and run again, or run without --all-or-nothing to send the others.",
    },
  );
  return { kind: "stopped", error };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
