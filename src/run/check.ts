// A check: everything of a run that needs no network, and what the account says of it when one is given. The same staging
// into a ledger that is thrown away afterwards.
import { join } from "node:path";
import type { Readable } from "node:stream";
import { countOpenOrders, oldOrdersWarning, openOrdersPhase } from "../dispatch/open-orders.ts";
import type { Job } from "../job/job.ts";
import { ledgersIn } from "../ledger/host.ts";
import type { Account } from "../model/account.ts";
import { type Clock, systemClock } from "../model/clock.ts";
import { exitCodes } from "../model/exit-codes.ts";
import type { Ledger } from "../model/ledger/ledger.ts";
import type { ScratchUse } from "../model/ledger/ledger-host.ts";
import type { Outcome } from "../model/outcome.ts";
import { reportPath, writeReport } from "../report/html/report-page.ts";
import { type ReportWishes, reportFacts, writeData } from "../report/html/write-reports.ts";
import type { ShownEntry } from "../report/preview-text.ts";
import { addForecast, type Summary } from "../report/summary.ts";
import { copyStreams } from "../staging/files/stdin-copy.ts";
import { createLocate, type Locate } from "../staging/locate-cells.ts";
import { damageList, detections, type PreparedInput, prepareInputs, resourceOf } from "../staging/prepare.ts";
import { stage } from "../staging/stage.ts";
import { askAhead, impatient } from "./ask-ahead.ts";
import { acceptedCurrenciesAnywhere, earlierEndingsAnywhere } from "./earlier-runs.ts";
import type { RunEvent } from "./events.ts";
import { previewEntries } from "./preview-entries.ts";
import { askFirst } from "./run.ts";
import { prepareOptions, type RunOptions, stdinCopyOptions } from "./run-options.ts";
import { openScratchFolder } from "./scratch-folder.ts";

/** What a check may be told beside its job. */
export interface CheckOptions {
  /** One input by name. */
  readonly only?: string;
  /** Warnings count as errors. */
  readonly strict?: boolean;
  /** So many valid entries of each phase are given back as they would be sent; none unless said. */
  readonly show?: number;
  /** Asked, and never written to, what it has of the entries and what a run would meet; nobody is asked unless said. */
  readonly account?: Account;
  /** The machine's own unless said. */
  readonly clock?: Clock;
  /** Ends the check early, with `STOPPED`. */
  readonly stop?: AbortSignal;
  readonly onEvent?: (event: RunEvent) => void;
  readonly stdin?: Readable;
  /** What report.html says and leaves out; with all values unless said. */
  readonly report?: ReportWishes;
}

/** What a check found. `exitCode` is 0 or 3. Rows without a problem count as pending: nothing was sent. */
export interface CheckResult {
  readonly exitCode: number;
  readonly summary: Summary;
  /** The folder with results.csv: the state folder's `check`, replaced by each check. */
  readonly folder: string;
  /** What `show` asked for. */
  readonly shown: readonly ShownEntry[];
}

/**
 * Checks a job. Throws `ImportError` when an input, a mapping or the job cannot be used at all (exit code 2), or when the account
 * to be asked refuses the token (5). One that does not answer is a warning.
 */
export async function check(job: Job, options: CheckOptions = {}): Promise<CheckResult> {
  const { clock = systemClock, stop = new AbortController().signal, account } = options;
  await using asked = account === undefined ? undefined : await askFirst(impatient(job), askOptions(account, options));
  await using stdinCopy = await copyStreams(job, stdinCopyOptions(options));
  const inputs = await prepareInputs(stdinCopy.job, prepareOptions(options));
  for (const { file, what } of detections(inputs)) options.onEvent?.({ kind: "detected", file, what });
  await using scratch = await openScratchFolder();
  await using ledger = await ledgersIn({ state: scratch.path }).openScratch(payloadsRead(options));
  const record = await ledger.runs.begin({
    runId: "check",
    job: job.file.path,
    command: "check",
    startedAtMs: clock.nowMs(),
  });
  const warnings = [...(asked?.warnings ?? []), ...inputs.flatMap((input) => input.warnings)];
  const warn = (message: string): void => {
    warnings.push(message);
    options.onEvent?.({ kind: "warning", message });
  };
  const locate = createLocate(ledger, record.id, inputs);
  const staging = { job, ledger, run: record.id, locate, warn, showCreationNeeds: true, forgetsRows: true };
  await stageOnly(inputs, staging, options);
  const time = { nowMs: clock.nowMs(), days: job.openOrderDays };
  const open = await countOpenOrders(ledger.queue, record.id, time);
  const old = await oldOrdersWarning(ledger.queue, record.id, open, time);
  if (old !== undefined) warn(old);
  const folder = join(job.state, "check");
  const wishes = { words: ["check", job.file.shown], ...options.report };
  const facts = {
    ...(account === undefined ? {} : { account: account.baseUrl }),
    endedAtMs: clock.nowMs(),
    exitCode: (outcomes: readonly Outcome[]) => (outcomes.includes("invalid") ? exitCodes.someFailed : exitCodes.done),
    warnings,
    folder,
    damage: damageList(inputs),
    resourceOf: resourceOf(inputs),
    creationNeeds: await ledger.queue.creationNeeds(record.id),
  };
  const { summary, kept } = await writeData(ledger.results, record, folder, facts, wishes);
  const exitCode = summary.exit_code;
  const report = (told: Summary): Promise<void> =>
    writeReport(reportPath(folder), told, kept, reportFacts(record, wishes));
  const { show = 0 } = options;
  const shown = show === 0 ? [] : await previewEntries(ledger, record, inputs, show);
  await report(summary);
  if (account === undefined || asked === undefined) return { exitCode, summary, folder, shown };
  // Last of all: what is asked ends the entries in the scratch ledger, and outcomes are what the files alone say.
  const entries = summary.outcomes.pending.entries;
  options.onEvent?.({ kind: "asking", account: account.baseUrl, entries });
  const staged = { job, account, asked, ledger, run: record.id, locate, stop, onWarning: warn };
  const forecast = await askAhead(staged);
  const told = { forecast, warnings, traffic: asked.traffic.total(), endedAtMs: clock.nowMs() };
  const whole = await addForecast(folder, summary, told);
  await report(whole);
  return { exitCode, summary: whole, folder, shown };
}

/** Nobody reads a payload again but to show it, to compare it with what the account has, and to judge open orders. */
function payloadsRead({ show = 0, account }: CheckOptions): ScratchUse {
  return show > 0 || account !== undefined ? {} : { payloadsOf: [openOrdersPhase] };
}

/** What staging needs of whoever sends nothing. */
export interface StagedOnly {
  readonly job: Job;
  /** A scratch one: what earlier runs left is asked of the job's own. */
  readonly ledger: Ledger;
  readonly run: number;
  readonly locate: Locate;
  readonly warn: (message: string) => void;
  /** Tells as warnings what an entry lacks in case it has to be created. */
  readonly showCreationNeeds: boolean;
  /** The ledger knows nothing of earlier runs, and no later one asks it. */
  readonly forgetsRows?: boolean;
}

/** Stages inputs for a check or a plan. Throws as `stage` does. */
export async function stageOnly(
  inputs: readonly PreparedInput[],
  { job, ledger, run, locate, warn, showCreationNeeds, forgetsRows = false }: StagedOnly,
  { strict = false, stop = new AbortController().signal, onEvent }: Pick<CheckOptions, "strict" | "stop" | "onEvent">,
): Promise<void> {
  await stage(inputs, {
    job,
    ledger,
    run,
    strict,
    showCreationNeeds,
    forgetsRows,
    newerWins: job.drop !== undefined,
    earlierEndings: earlierEndingsAnywhere(job),
    acceptedCurrencies: acceptedCurrenciesAnywhere(job),
    locate,
    onProgress: (input, rows, of) => onEvent?.({ kind: "reading", input, rows, of }),
    onWarning: warn,
    onDetected: (file, what) => onEvent?.({ kind: "detected", file, what }),
    signal: stop,
  });
}

/** Everything that is asked only reads: whoever stops it need not wait for an answer. */
export function askOptions(
  account: Account,
  { clock, stop, onEvent }: Pick<CheckOptions, "clock" | "stop" | "onEvent">,
): RunOptions {
  return {
    account,
    ...(clock === undefined ? {} : { clock }),
    ...(stop === undefined ? {} : { stop, abort: stop }),
    onEvent(event) {
      // What an outage means for a run is nothing to a check.
      if (event.kind !== "dispatch" || !event.event.type.startsWith("outage.")) onEvent?.(event);
    },
  };
}
