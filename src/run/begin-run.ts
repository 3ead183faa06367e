// The beginning of a run: its record in the ledger, and whom its events go to from then on.
import type { HeldLock } from "../model/ledger/ledger-host.ts";
import type { RunRecord } from "../model/ledger/runs.ts";
import { version } from "../model/package.ts";
import type { RunEvent } from "./events.ts";
import { runFolder } from "./finish-run.ts";
import { keepProgress } from "./keep-progress.ts";
import { newRunId } from "./run-id.ts";
import type { Staging, StagingWorld } from "./run-options.ts";

/** A run that has begun and not ended. Disposing takes its progress.json away. */
export interface BegunRun extends AsyncDisposable {
  readonly record: RunRecord;
  /** What was odd so far, in words. */
  readonly warnings: readonly string[];
  tell(event: RunEvent): void;
  /** Tells it, and keeps it for the summary. */
  warn(message: string): void;
}

/** Begins a run, and tells the locks for which one they are held. `warnings` came before. */
export async function beginRun(
  { job, command, inputs, ledger, plan, retryOf, warnings: earlier }: Staging,
  settings: StagingWorld,
  { locks, warnings: ofAccount = [] }: { readonly locks: readonly HeldLock[]; readonly warnings?: readonly string[] },
): Promise<BegunRun> {
  const record = await ledger.runs.begin({
    runId: newRunId(settings.clock),
    job: job.file.path,
    command: command ?? (retryOf === undefined ? "run" : "retry"),
    startedAtMs: settings.clock.nowMs(),
    program: settings.program ?? version,
    ...(plan === undefined ? {} : { planId: plan.planId }),
    ...(retryOf === undefined ? {} : { retryOf: retryOf.id }),
  });
  for (const lock of locks) lock.name(record.runId);
  const warnings = [...ofAccount, ...earlier, ...inputs.flatMap((input) => input.warnings)];
  const progress = keepProgress(runFolder(job, record), settings.clock);
  const tell = (event: RunEvent): void => {
    progress.see(event);
    settings.onEvent?.(event);
  };
  const { runId, startedAtMs } = record;
  tell({ kind: "begun", runId, command: record.command, job: job.file.shown, startedAtMs });
  return {
    record,
    warnings,
    tell,
    warn(message) {
      warnings.push(message);
      tell({ kind: "warning", message });
    },
    [Symbol.asyncDispose]: () => progress[Symbol.asyncDispose](),
  };
}
