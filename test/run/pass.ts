// One pass over a drop folder, as far as it is a run: the files of the pass with what earlier runs left open, the newer file
// winning over the older. Which files those are, and where they go afterwards, is the business of src/drop/.
import type { Job } from "../../src/job/job.ts";
import { systemClock } from "../../src/model/clock.ts";
import type { Ledger } from "../../src/model/ledger/ledger.ts";
import type { HeldLock } from "../../src/model/ledger/ledger-host.ts";
import { carryOpen, withCarried } from "../../src/run/carried-rows.ts";
import { askFirst, execute } from "../../src/run/run.ts";
import { prepareOptions, type RunOptions, type RunResult } from "../../src/run/run-options.ts";
import { prepareInputs } from "../../src/staging/prepare.ts";

/** What a pass may be told beside its job: what a run may, as far as it makes sense. */
export type PassOptions = Omit<RunOptions, "limit" | "only" | "stdin">;

/** What whoever makes a pass holds and knows. */
export interface PassPlace {
  /** Opened for writing. */
  readonly ledger: Ledger;
  /** Of the state folder. */
  readonly lock: HeldLock;
  /** Days since the start of the run that brought a row first, for which it is taken along while it is open. */
  readonly keepOpenDays: number;
  /** What was odd before, in words. */
  readonly warnings?: readonly string[];
}

/**
 * Runs a job over the files of its inputs, oldest first, and over what earlier runs left open. Undefined where there is neither:
 * then no run was begun and nothing was asked. Throws as `run` does.
 */
export async function runPass(
  job: Job,
  options: PassOptions,
  { ledger, lock, keepOpenDays, warnings = [] }: PassPlace,
): Promise<RunResult | undefined> {
  const nowMs = (options.clock ?? systemClock).nowMs();
  const carried = await carryOpen(job, ledger, { nowMs, keepOpenDays });
  const passJob: Job = { ...job, inputs: withCarried(job.inputs, carried.inputs) };
  if (passJob.inputs.length === 0) return undefined;
  await using asked = await askFirst(passJob, options);
  const inputs = await asked.meanwhile((stop) =>
    prepareInputs(passJob, { ...prepareOptions({ ...options, stop }), earlierRows: carried.earlierRows }),
  );
  return await execute({ job: passJob, command: "drop", asked, inputs, ledger, lock, warnings }, options);
}
