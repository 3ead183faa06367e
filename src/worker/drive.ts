// Driving one submitted run: its ledger is taken, what is open in it is sent as `run` would send it, and its end is written down. A
// driver that is gone leaves nothing but its ledger: the next one goes on from that.
import { pid } from "node:process";
import type { DispatchEnd } from "../dispatch/dispatcher.ts";
import { driveLedger, ledgersIn } from "../ledger/host.ts";
import type { Account } from "../model/account.ts";
import type { Clock } from "../model/clock.ts";
import { ImportError } from "../model/error.ts";
import { exitCodes } from "../model/exit-codes.ts";
import type { Ledger } from "../model/ledger/ledger.ts";
import type { LedgerAddress } from "../model/ledger/ledger-address.ts";
import type { RunRecord } from "../model/ledger/runs.ts";
import type { HostProcess, Submission, Submissions, Turn } from "../model/ledger/submissions.ts";
import { dispatchRun } from "../run/dispatch-run.ts";
import type { RunEvent } from "../run/events.ts";
import { finish } from "../run/finish-run.ts";
import { type AskedAccount, askAccount } from "../run/first-question.ts";
import { followRun } from "../run/follow-run.ts";
import type { World } from "../run/run-options.ts";
import { openScratchFolder } from "../run/scratch-folder.ts";
import { stagedEntries } from "../run/stage-run.ts";
import { inputOfSnapshot } from "../staging/input-snapshot.ts";
import { createLocate } from "../staging/locate-cells.ts";
import { rowsOfRuns } from "../staging/row-indexes.ts";
import { carriedJson, readCarried, sumOf } from "./carried.ts";
import { type RunSnapshot, readSnapshot } from "./snapshot.ts";

/** Where submitted runs are, and who drives. */
export interface DriveOptions {
  readonly ledger: LedgerAddress;
  readonly submissions: Submissions;
  readonly by: HostProcess;
  /** For locks that have no other place. */
  readonly state: string;
  readonly clock: Clock;
  readonly random: () => number;
  /** Hands it over: nothing new starts, what is in flight settles. */
  readonly stop: AbortSignal;
  /** Cuts what is in flight. */
  readonly abort: AbortSignal;
  /** Told once the account is its own. */
  readonly onTaken?: () => void;
  readonly onEvent: (event: RunEvent) => void;
}

/** How a turn came to its end. `busy`: somebody else has the account, here or elsewhere. */
export type DriveEnd =
  | { readonly kind: "ended"; readonly exitCode: number }
  | { readonly kind: "handed_over" | "busy" }
  | { readonly kind: "trouble"; readonly error: unknown };

const noteMs = 1000;
const troubleMs = 5000;
const mostTroubleMs = 60_000;

/**
 * Drives a submitted run until it ends or is handed over; without an account it only ends it, as stopped. Rejects only when the
 * database does not answer at the beginning.
 */
export async function drive(
  submission: Submission,
  account: Account | undefined,
  options: DriveOptions,
): Promise<DriveEnd> {
  const { ledger: address, submissions, by, state } = options;
  await using ledger = await driveLedger(address, submission.baseUrl);
  if (ledger === undefined) return { kind: "busy" };
  await using held = account === undefined ? undefined : await lockOrNothing(account.baseUrl, state, address);
  if (held === undefined && account !== undefined) return { kind: "busy" };
  const turn = await submissions.taken(submission.id, by);
  if (turn === undefined) return { kind: "busy" };
  options.onTaken?.();
  try {
    const record = await ledger.runs.find(submission.runId);
    // Its driver was gone between the end of the run and this.
    if (record === undefined || record.endedAtMs !== undefined) return await end(turn, record?.exitCode, options);
    const snapshot = readSnapshot(await submissions.snapshot(submission.id));
    if (snapshot === undefined)
      throw new ImportError("STATE_UNUSABLE", `another version of the program has submitted the run ${record.runId}`, {
        hint: "let a worker of that version drive it",
      });
    return await driveRun({ submission, turn, ledger, record, snapshot }, account, options);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const waitMs = Math.min(troubleMs * turn.driver, mostTroubleMs);
    // Where the database is away, it is free by itself.
    await submissions.handedOver(turn, { message, waitMs }).catch(() => undefined);
    return { kind: "trouble", error };
  }
}

async function lockOrNothing(baseUrl: string, state: string, ledger: LedgerAddress) {
  try {
    return await ledgersIn({ state, ledger }).lockAccount(baseUrl);
  } catch (error) {
    if (error instanceof ImportError && error.code === "STATE_LOCKED") return undefined;
    throw error;
  }
}

async function end(turn: Turn, exitCode: number = exitCodes.stopped, { submissions }: DriveOptions): Promise<DriveEnd> {
  await submissions.ended(turn, exitCode);
  return { kind: "ended", exitCode };
}

interface DrivenRun {
  readonly submission: Submission;
  readonly turn: Turn;
  readonly ledger: Ledger;
  readonly record: RunRecord;
  readonly snapshot: RunSnapshot;
}

async function driveRun(run: DrivenRun, account: Account | undefined, options: DriveOptions): Promise<DriveEnd> {
  const { submission, turn, ledger, record, snapshot } = run;
  const { submissions, clock } = options;
  const before = readCarried(submission.progress);
  const warnings = [...new Set([...snapshot.warnings, ...before.warnings])];
  const followed = followRun(clock);
  const tell = (event: RunEvent): void => {
    followed.see(event);
    options.onEvent(event);
  };
  const warn = (message: string): void => {
    if (warnings.includes(message)) return; // the driver before has said so
    warnings.push(message);
    tell({ kind: "warning", message });
  };
  const { runId, command, startedAtMs } = record;
  tell({ kind: "begun", runId, command, job: snapshot.job.file.shown, startedAtMs });
  tell(await stagedEntries(ledger, record));

  let asked: AskedAccount | undefined;
  const traffic = () => (asked === undefined ? before.traffic : sumOf(before.traffic, asked.traffic.total()));
  const carried = () => {
    const { run: title, ...figures } = followed.figures();
    const progress =
      title === undefined ? undefined : { pid, updatedAtMs: clock.nowMs(), figures: { run: title, ...figures } };
    return carriedJson({ progress, traffic: traffic(), warnings });
  };
  const watch = watchSubmission(() => submissions.note(turn, carried()), options);
  const settings = {
    ...snapshot.options,
    ...{ clock, random: options.random, abort: options.abort },
    stop: AbortSignal.any([options.stop, watch.stop]),
  };
  let end: DispatchEnd;
  try {
    if (submission.isStopAsked || account === undefined) end = stoppedBeforeTheEnd();
    else {
      const inputs = await Promise.all(
        snapshot.inputs.map((input) => inputOfSnapshot(input, rowsOfRuns(ledger, [record], input.name))),
      );
      const world: World = { ...settings, account };
      // What the driver before was told, and the requests of its last second, are waited out before anything is asked.
      await clock.sleep(ledger.lease?.quietMs ?? 0, settings.stop);
      asked = await askAs(world, run, { tell, warn });
      const { plan } = snapshot;
      end = await dispatchRun(
        { record, tell, warn },
        {
          ...{ job: snapshot.job, asked, ledger, locate: createLocate(ledger, record.id, inputs) },
          ...(plan === undefined ? {} : { plan }),
        },
        world,
      );
    }
  } catch (error) {
    if (!(error instanceof ImportError) || error.code !== "ACCOUNT_REFUSED") throw error;
    end = { kind: "stopped", error };
  } finally {
    await watch[Symbol.asyncDispose]();
    await asked?.[Symbol.asyncDispose]();
  }
  if (watch.isLost()) return { kind: "busy" };
  const isInterrupted = end.kind === "stopped" && end.error.code === "STOPPED";
  if (isInterrupted && !watch.isStopAsked() && account !== undefined && !submission.isStopAsked) {
    await submissions.note(turn, carried());
    await submissions.handedOver(turn);
    return { kind: "handed_over" };
  }
  return await finishRun(run, { end, warnings, tell, settings, traffic, asked }, options);
}

/** The first question of a run; its answers, and what is odd about them, go where the run's go. */
function askAs(
  { account, clock, stop, abort }: World,
  { ledger: { lease }, snapshot: { job } }: DrivenRun,
  { tell, warn }: { readonly tell: (event: RunEvent) => void; readonly warn: (message: string) => void },
): Promise<AskedAccount> {
  return askAccount({
    ...{ account, limits: job.limits, clock, stop, abort, lease },
    onEvent: (event) => tell({ kind: "dispatch", event }),
    onWarning: warn,
  });
}

interface DrivenEnd {
  readonly end: DispatchEnd;
  readonly warnings: readonly string[];
  readonly tell: (event: RunEvent) => void;
  readonly settings: Omit<World, "account">;
  readonly traffic: () => ReturnType<AskedAccount["traffic"]["total"]>;
  readonly asked: AskedAccount | undefined;
}

/** The files that belong to the end are for the machine that submitted the run: here they are only what the summary is made of. */
async function finishRun(
  { submission, turn, ledger, record, snapshot }: DrivenRun,
  { end, warnings, tell, settings, traffic, asked }: DrivenEnd,
  { submissions }: DriveOptions,
): Promise<DriveEnd> {
  await using scratch = await openScratchFolder();
  const { job, damage, resourceOf, folder, plan } = snapshot;
  // Of several drivers nobody has seen the whole.
  const timeline = () => (turn.driver > 1 ? undefined : asked?.traffic.timeline());
  const { exitCode } = await finish(
    { job, ledger, damage, resourceOf, folder, writeTo: scratch.path, ...(plan === undefined ? {} : { plan }) },
    record,
    {
      end,
      warnings,
      traffic: { total: traffic, timeline },
      options: { ...settings, account: { baseUrl: submission.baseUrl }, onEvent: tell },
    },
  );
  await submissions.ended(turn, exitCode);
  return { kind: "ended", exitCode };
}

function stoppedBeforeTheEnd(): DispatchEnd {
  const error = new ImportError("STOPPED", "stopped before the end", {
    hint: "the same command continues where it stopped",
  });
  return { kind: "stopped", error };
}

/** Tells how a run goes, every second, and hears whether it is to be stopped. */
function watchSubmission(
  note: () => Promise<{ readonly isStopAsked: boolean } | undefined>,
  { clock }: DriveOptions,
): AsyncDisposable & { readonly stop: AbortSignal; isStopAsked(): boolean; isLost(): boolean } {
  const stop = new AbortController();
  const over = new AbortController();
  let heard: "nothing" | "stop" | "lost" = "nothing";
  const keep = async (): Promise<void> => {
    while (!over.signal.aborted) {
      try {
        const noted = await note();
        heard = noted === undefined ? "lost" : noted.isStopAsked ? "stop" : "nothing";
      } catch {
        // The database is away for a moment, or for good: the ledger will say.
      }
      if (heard !== "nothing") return stop.abort();
      await clock.sleep(noteMs, over.signal);
    }
  };
  const keeping = keep();
  return {
    stop: stop.signal,
    isStopAsked: () => heard === "stop",
    isLost: () => heard === "lost",
    async [Symbol.asyncDispose]() {
      over.abort();
      await keeping;
    },
  };
}
