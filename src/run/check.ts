// A check: everything of a run that needs no network. The same staging into a ledger that is thrown away afterwards.
import { join } from "node:path";
import type { Readable } from "node:stream";
import { countOpenOrders, oldOrdersWarning } from "../dispatch/open-orders.ts";
import type { Job } from "../job/job.ts";
import { ledgersIn } from "../ledger/host.ts";
import { type Clock, systemClock } from "../model/clock.ts";
import { exitCodes } from "../model/exit-codes.ts";
import type { ShownEntry } from "../report/preview-text.ts";
import { writeReports } from "../report/reports.ts";
import type { Summary } from "../report/summary.ts";
import { createLocate } from "../staging/locate-cells.ts";
import { damageList, detections, prepareInputs, resourceOf } from "../staging/prepare.ts";
import { stage } from "../staging/stage.ts";
import { copyStreams } from "../staging/stdin-copy.ts";
import { acceptedCurrenciesAnywhere, earlierEndingsAnywhere } from "./earlier-runs.ts";
import type { RunEvent } from "./events.ts";
import { previewEntries } from "./preview-entries.ts";
import { prepareOptions, stdinCopyOptions } from "./run.ts";
import { openScratchFolder } from "./scratch-folder.ts";

/** What a check may be told beside its job. */
export interface CheckOptions {
  /** One input by name. */
  readonly only?: string;
  /** Warnings count as errors. */
  readonly strict?: boolean;
  /** So many valid entries of each phase are given back as they would be sent; none unless said. */
  readonly show?: number;
  /** The machine's own unless said. */
  readonly clock?: Clock;
  /** Ends the check early, with `STOPPED`. */
  readonly stop?: AbortSignal;
  readonly onEvent?: (event: RunEvent) => void;
  readonly stdin?: Readable;
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

/** Checks a job. Throws `ImportError` when an input, a mapping or the job cannot be used at all (exit code 2). */
export async function check(job: Job, options: CheckOptions = {}): Promise<CheckResult> {
  const { clock = systemClock, stop = new AbortController().signal } = options;
  await using stdinCopy = await copyStreams(job, stdinCopyOptions(options));
  const inputs = await prepareInputs(stdinCopy.job, prepareOptions(options));
  for (const { file, what } of detections(inputs)) options.onEvent?.({ kind: "detected", file, what });
  await using scratch = await openScratchFolder();
  await using ledger = await ledgersIn(scratch.path).openScratch();
  const record = await ledger.runs.begin({
    runId: "check",
    job: job.file.path,
    command: "check",
    startedAtMs: clock.nowMs(),
  });
  const warnings = inputs.flatMap((input) => input.warnings);
  await stage(inputs, {
    job,
    ledger,
    run: record.id,
    strict: options.strict ?? false,
    showCreationNeeds: true,
    earlierEndings: earlierEndingsAnywhere(job),
    acceptedCurrencies: acceptedCurrenciesAnywhere(job),
    locate: createLocate(ledger, record.id, inputs),
    onProgress: (input, rows, of) => options.onEvent?.({ kind: "reading", input, rows, of }),
    onWarning: (message) => {
      warnings.push(message);
      options.onEvent?.({ kind: "warning", message });
    },
    onDetected: (file, what) => options.onEvent?.({ kind: "detected", file, what }),
    signal: stop,
  });
  const time = { nowMs: clock.nowMs(), days: job.openOrderDays };
  const open = await countOpenOrders(ledger.queue, record.id, time);
  const old = await oldOrdersWarning(ledger.queue, record.id, open, time);
  if (old !== undefined) {
    warnings.push(old);
    options.onEvent?.({ kind: "warning", message: old });
  }
  const tallies = await ledger.results.tallies(record.id);
  const exitCode = tallies.some(({ outcome }) => outcome === "invalid") ? exitCodes.someFailed : exitCodes.done;
  const folder = join(job.state, "check");
  const summary = await writeReports(ledger.results, record, folder, {
    endedAtMs: clock.nowMs(),
    exitCode,
    warnings,
    folder,
    damage: damageList(inputs),
    resourceOf: resourceOf(inputs),
    creationNeeds: await ledger.queue.creationNeeds(record.id),
  });
  const { show = 0 } = options;
  const shown = show === 0 ? [] : await previewEntries(ledger, record, inputs, show);
  return { exitCode, summary, folder, shown };
}
