// A run, start to end: prepare → stage → dispatch → report. Everything that can go wrong before the first request ends
// it with nothing sent; everything after that ends in the ledger, and the same run again continues.
import { join } from "node:path";
import type { Readable } from "node:stream";
import { makeFolder } from "../disk/atomic-file.ts";
import { type DispatchEnd, dispatch } from "../dispatch/dispatcher.ts";
import type { Job } from "../job/job.ts";
import { ledgersIn } from "../ledger/host.ts";
import type { Account } from "../model/account.ts";
import { type Clock, systemClock } from "../model/clock.ts";
import { ImportError } from "../model/error.ts";
import { exitCodeOf, exitCodeOfOutcomes } from "../model/exit-codes.ts";
import type { Ledger } from "../model/ledger/ledger.ts";
import type { HeldLock } from "../model/ledger/ledger-host.ts";
import type { RunRecord } from "../model/ledger/runs.ts";
import { version } from "../model/package.ts";
import { shellWord } from "../model/text/shell-word.ts";
import { writeReports } from "../report/reports.ts";
import type { StopReason, Summary } from "../report/summary.ts";
import { createLocate } from "../staging/locate-cells.ts";
import {
  damageList,
  detections,
  type PreparedInput,
  type PrepareOptions,
  prepareInputs,
  resourceOf,
} from "../staging/prepare.ts";
import type { RefusedRows } from "../staging/refused-rows.ts";
import { stage } from "../staging/stage.ts";
import { copyStreams, type StdinCopyOptions } from "../staging/stdin-copy.ts";
import type { RunEvent, StagedPhase } from "./events.ts";
import { judgeFirstAnswer } from "./first-answer.ts";
import { type AskedAccount, askAccount } from "./first-question.ts";
import { keepProgress } from "./keep-progress.ts";
import { newRunId } from "./run-id.ts";
import type { TrafficCount } from "./traffic.ts";

/** What a run may be told beside its job; the defaults do everything, once, and stop for nothing. */
export interface RunOptions {
  readonly account: Account;
  /**
   * A pilot: the first N open orders with the products, kits, channels and companies of the run that they need, and the first
   * N of each phase that nothing chosen needs; the rest stays pending.
   */
  readonly limit?: number;
  /** One input by name. */
  readonly only?: string;
  /** Nothing is sent when anything is invalid. */
  readonly allOrNothing?: boolean;
  readonly maxErrors?: number;
  /** Warnings count as errors. */
  readonly strict?: boolean;
  /** Asks the API again even for what was accepted. */
  readonly force?: boolean;
  /** The version of the program that the ledger notes: this one's, unless a test knows better. */
  readonly program?: string;
  /** The machine's own unless said. */
  readonly clock?: Clock;
  /** From 0 to below 1. */
  readonly random?: () => number;
  /** Starts nothing new; what is in flight settles. */
  readonly stop?: AbortSignal;
  /** Cuts what is in flight: it stays in doubt until the next run looks it up. */
  readonly abort?: AbortSignal;
  readonly onEvent?: (event: RunEvent) => void;
  readonly stdin?: Readable;
}

/** How a run ended. `exitCode` is that of design §3; `stopped` says why it did not come to its end. */
export interface RunResult {
  readonly exitCode: number;
  readonly summary: Summary;
  /** The run's folder with results.csv, failures/ and summary.json. */
  readonly folder: string;
  readonly stopped: ImportError | undefined;
}

/**
 * Runs a job. Throws `ImportError` when nothing was started (exit code 2), the account refuses the token before anything was
 * read (5), or the ledger cannot be written; anything that happens while sending is in the result.
 */
export async function run(job: Job, options: RunOptions): Promise<RunResult> {
  refuseDropJob(job);
  await using lock = await ledgersIn(job.state).lock();
  await using asked = await askFirst(job, options);
  await using stdinCopy = await asked.meanwhile((stop) => copyStreams(job, stdinCopyOptions({ ...options, stop })));
  const inputs = await asked.meanwhile((stop) => prepareInputs(stdinCopy.job, prepareOptions({ ...options, stop })));
  await using ledger = await ledgersIn(job.state).open(options.account.baseUrl, "write");
  return await execute({ job, asked, inputs, ledger, lock, warnings: [] }, options);
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

/** The part of a command's options that scanning the inputs takes. */
export function prepareOptions({ only, stop, onEvent }: CommandOptions): PrepareOptions {
  return {
    ...(only === undefined ? {} : { only }),
    ...(stop === undefined ? {} : { signal: stop }),
    onProgress: (input, rows) => onEvent?.({ kind: "inspecting", input, rows }),
  };
}

/** The part of a command's options that copying standard input takes. */
export function stdinCopyOptions({ only, stop, stdin }: CommandOptions): StdinCopyOptions {
  return {
    ...(only === undefined ? {} : { only }),
    ...(stop === undefined ? {} : { signal: stop }),
    ...(stdin === undefined ? {} : { stdin }),
  };
}

type CommandOptions = Pick<RunOptions, "only" | "stop" | "onEvent" | "stdin">;

/** What goes through the pipeline. */
interface Execution {
  readonly job: Job;
  /**
   * `drop`: a pass over a drop folder, in which newer files win over older ones. Unless said it is a run, or a retry with
   * `retryOf`.
   */
  readonly command?: "drop";
  readonly asked: AskedAccount;
  readonly inputs: readonly PreparedInput[];
  readonly ledger: Ledger;
  /** Of the state folder; told the name of the run. */
  readonly lock: HeldLock;
  /** What was odd before, in words. */
  readonly warnings: readonly string[];
  /** The run whose failures files the inputs are; absent in a run over the job's own files. */
  readonly retryOf?: RunRecord;
  /** Of a retry: rows of its files that must not be sent as they stand. */
  readonly refused?: RefusedRows;
  /** Of a retry: gives up what is not in its files any more, once all of them are staged, and says it. */
  readonly giveUp?: (run: RunRecord) => Promise<readonly string[]>;
}

/** Stages, sends and reports inputs as one run. The caller holds the lock of the state folder. Throws as `run` does. */
export async function execute(execution: Execution, options: RunOptions): Promise<RunResult> {
  const { job, asked, inputs, ledger, retryOf } = execution;
  const settings = { ...quietWorld(), ...options };
  await using accountLock = await ledgersIn(job.state).lockAccount(settings.account.baseUrl);
  const record = await ledger.runs.begin({
    runId: newRunId(settings.clock),
    job: job.file.path,
    command: execution.command ?? (retryOf === undefined ? "run" : "retry"),
    startedAtMs: settings.clock.nowMs(),
    program: settings.program ?? version,
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
  for (const { file, what } of detections(inputs)) tell({ kind: "detected", file, what });

  await beforeSending(ledger, record, settings, async () => {
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

// Whoever says nothing gets the machine's clock, its randomness, and a run that nothing interrupts.
function quietWorld(): Pick<Required<RunOptions>, "clock" | "random" | "stop" | "abort"> {
  const { signal: never } = new AbortController();
  return { clock: systemClock, random: Math.random, stop: never, abort: never };
}

type World = RunOptions & ReturnType<typeof quietWorld>;

/** An error before the first request ends the run as one in which nothing was sent. */
async function beforeSending(
  ledger: Ledger,
  { id }: RunRecord,
  { clock }: World,
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
    throw error;
  }
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

interface Ending {
  readonly end: DispatchEnd;
  readonly warnings: readonly string[];
  readonly traffic: TrafficCount;
  readonly options: World;
}

async function finish(
  { job, ledger, inputs, retryOf }: Execution,
  record: RunRecord,
  ending: Ending,
): Promise<RunResult> {
  const { end, options } = ending;
  const { limit } = options;
  const folder = runFolder(job, record);
  options.onEvent?.({ kind: "reporting", folder });
  await ledger.queue.settleRest(record.id, undefined);
  await ledger.flush(); // a ledger that is lost is told instead of results
  const stopped = end.kind === "stopped" ? end.error : undefined;
  const tallies = await ledger.results.tallies(record.id);
  const exitCode =
    stopped === undefined ? exitCodeOfOutcomes(tallies.map(({ outcome }) => outcome)) : exitCodeOf(stopped.code);
  const endedAtMs = options.clock.nowMs();
  const summary = await writeReports(ledger.results, record, folder, {
    account: options.account.baseUrl,
    endedAtMs,
    exitCode,
    traffic: ending.traffic.total(),
    warnings: ending.warnings,
    folder,
    damage: damageList(inputs),
    resourceOf: resourceOf(inputs),
    open: await ledger.failures.count(job.file.path, record.id),
    ...(retryOf === undefined ? {} : { retryOf: retryOf.runId }),
    ...(limit === undefined ? {} : { pilot: { limit, counts: await ledger.queue.pilot(record.id) } }),
    ...(stopped === undefined ? {} : { stopped: stopReason(stopped) }),
  }).catch(afterSending);
  await ledger.runs.end(record.id, { endedAtMs, exitCode, summary });
  await ledger.flush();
  await tidyUp(ledger);
  return { exitCode, summary, folder, stopped };
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
export function runFolder({ state }: Job, { runId }: RunRecord): string {
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

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
