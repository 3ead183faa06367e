// The part of a run before its first request: everything is staged, and every local problem is known.
import { makeFolder } from "../disk/atomic-file.ts";
import type { DispatchEnd } from "../dispatch/dispatcher.ts";
import { ImportError } from "../model/error.ts";
import type { Ledger } from "../model/ledger/ledger.ts";
import type { RunRecord } from "../model/ledger/runs.ts";
import { createLocate, type Locate } from "../staging/locate-cells.ts";
import { detections } from "../staging/prepare.ts";
import { stage } from "../staging/stage.ts";
import { refuseStrangers } from "./admit-plan.ts";
import type { BegunRun } from "./begin-run.ts";
import { editedOpen } from "./edited-open.ts";
import type { RunEvent, StagedPhase } from "./events.ts";
import { beforeSending, runFolder } from "./finish-run.ts";
import type { Staging, StagingWorld } from "./run-options.ts";

/** Does work that needs no account, which may end it early. The signal is for the work. */
export type Meanwhile = <T>(work: (stop: AbortSignal) => Promise<T>) => Promise<T>;

/** Stages the inputs of a run that has begun; gives what finds the cells of its entries. An error ends the run: nothing was sent. */
export async function stageRun(
  run: BegunRun,
  staging: Staging,
  settings: StagingWorld,
  meanwhile: Meanwhile,
): Promise<Locate> {
  const { job, inputs, ledger, retryOf } = staging;
  const { record, tell, warn } = run;
  const locate = createLocate(ledger, record.id, inputs);
  if (ledger.upgraded !== undefined) tell({ kind: "upgraded", ...ledger.upgraded });
  if (record.command === "drop") for (const warning of (await editedOpen(job, ledger)).warnings) warn(warning);
  for (const { file, what } of detections(inputs)) tell({ kind: "detected", file, what });

  await beforeSending(ledger, record, { ...settings, onEvent: tell }, async () => {
    await meanwhile((signal) =>
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
        ...(retryOf === undefined ? {} : { retry: { refused: staging.refused ?? new Map() } }),
      }),
    );
    for (const message of (await staging.giveUp?.(record)) ?? []) warn(message);
    if (staging.plan !== undefined) await refuseStrangers(ledger, record, staging.plan);
    await ledger.flush();
    // Where results cannot be written, nothing is sent.
    await makeFolder(runFolder(job, record));
  });
  tell(await stagedEntries(ledger, record));
  return locate;
}

/** What is staged of a run, as its event says it. */
export async function stagedEntries(ledger: Ledger, { id }: RunRecord): Promise<RunEvent> {
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

/** How a run ends with --all-or-nothing of which rows are invalid; undefined where it may send. */
export async function refusedAsAWhole(
  ledger: Ledger,
  { id }: RunRecord,
  { allOrNothing }: StagingWorld,
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
