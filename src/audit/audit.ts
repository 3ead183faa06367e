// An audit: every invariant over the newest ended run of a job and its whole ledger, and, when asked, accepted
// entries against the API. Reads only; needs no lock.
import { join } from "node:path";
import type { JobOutline } from "../job/job-outline.ts";
import { ledgersIn } from "../ledger/host.ts";
import { ImportError } from "../model/error.ts";
import { exitCodes } from "../model/exit-codes.ts";
import { isPlainObject } from "../model/json.ts";
import type { Invariant } from "../model/ledger/audit.ts";
import type { RunRecord, Runs } from "../model/ledger/runs.ts";
import { resultInvariants } from "./result-invariants.ts";
import { type Verification, type VerifyOptions, verify } from "./verify.ts";

/** What to audit. */
export interface AuditOptions {
  /** The account's base address. */
  readonly baseUrl: string;
  /** The id of a run; the newest ended one of the job unless said. */
  readonly run?: string;
  /** Reads accepted entries back from the API. */
  readonly verify?: Omit<VerifyOptions, "mappings">;
}

/** What an audit found. `exitCode` is 0 when every invariant holds and everything compared is as it was sent, else 3. */
export interface AuditResult {
  readonly exitCode: number;
  readonly runId: string;
  readonly laws: readonly Invariant[];
  /** Absent unless asked for. */
  readonly verification?: Verification;
}

/**
 * Audits a job. Throws `ImportError("USAGE")` when there is no such ended run, `("STATE_UNUSABLE")` when there is no ledger,
 * and what ends reading back early (`OUTAGE`, `ACCOUNT_REFUSED`, `STOPPED`).
 */
export async function audit(job: JobOutline, options: AuditOptions): Promise<AuditResult> {
  await using ledger = await ledgersIn(job).open(options.baseUrl, "read");
  const run = await chosenRun(ledger.runs, job, options.run);
  const inLedger = await ledger.audit.invariants(run.id);
  // A damaged file says nothing that could be held against anything else.
  const isSound = inLedger.length > 1;
  const laws = isSound
    ? [...(await resultInvariants(ledger.results, run, join(job.state, "runs", run.runId))), ...inLedger]
    : inLedger;
  const verification =
    isSound && options.verify !== undefined
      ? await verify(ledger, run, { ...options.verify, mappings: job.mappings })
      : undefined;
  const isGood = laws.every(({ breaches }) => breaches === 0) && (verification?.differences ?? 0) === 0;
  return {
    exitCode: isGood ? exitCodes.done : exitCodes.someFailed,
    runId: run.runId,
    laws,
    ...(verification === undefined ? {} : { verification }),
  };
}

async function chosenRun(runs: Runs, job: JobOutline, runId: string | undefined): Promise<RunRecord> {
  if (runId !== undefined) {
    const run = await runs.find(runId);
    if (run === undefined)
      throw new ImportError("USAGE", `there is no run ${runId}`, {
        hint: "status --runs lists all runs of the account.",
      });
    if (run.endedAtMs === undefined)
      throw new ImportError("USAGE", `the run ${runId} has not ended: it is under way, or was killed`, {
        hint: "Run the job again: it continues; then audit.",
      });
    return run;
  }
  const ended = (await runs.list()).filter(
    (run) => run.job === job.file.path && run.endedAtMs !== undefined && run.command !== "check",
  );
  // One that stopped before anything was sent has nothing to prove; it is audited when there is no other.
  const run = ended.find(({ summary }) => isPlainObject(summary) && summary.version === 1) ?? ended[0];
  if (run === undefined)
    throw new ImportError("USAGE", `no run of ${job.file.shown} has ended yet`, {
      hint: `Start one: luminous-import ${job.imports} ${job.file.shown}`,
    });
  return run;
}
