// What a run is told and what it gives back, for the pipeline in run.ts and the commands beside it.
import type { Readable } from "node:stream";
import type { Job } from "../job/job.ts";
import type { Account } from "../model/account.ts";
import { type Clock, systemClock } from "../model/clock.ts";
import type { ImportError } from "../model/error.ts";
import type { Ledger } from "../model/ledger/ledger.ts";
import type { HeldLock } from "../model/ledger/ledger-host.ts";
import type { RunRecord } from "../model/ledger/runs.ts";
import type { ReportWishes } from "../report/html/write-reports.ts";
import type { Summary } from "../report/summary.ts";
import type { StdinCopyOptions } from "../staging/files/stdin-copy.ts";
import type { PreparedInput, PrepareOptions } from "../staging/prepare.ts";
import type { RefusedRows } from "../staging/refused-rows.ts";
import type { AdmittedPlan } from "./admit-plan.ts";
import type { RunEvent } from "./events.ts";
import type { AskedAccount } from "./first-question.ts";

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
  /** The plan.json of a plan of this job: just that is done, or nothing where it does not hold any more. */
  readonly plan?: string;
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
  /** What report.html says and leaves out; with all values unless said. */
  readonly report?: ReportWishes;
}

/** How a run ended. `exitCode` is that of design §3; `stopped` says why it did not come to its end. */
export interface RunResult {
  readonly exitCode: number;
  readonly summary: Summary;
  /** The run's folder with results.csv, failures/, summary.json and report.html. */
  readonly folder: string;
  readonly stopped: ImportError | undefined;
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

/** What is staged as one run. */
export interface Staging {
  readonly job: Job;
  /**
   * `drop`: a pass over a drop folder, in which newer files win over older ones. Unless said it is a run, or a retry with
   * `retryOf`.
   */
  readonly command?: "drop";
  readonly inputs: readonly PreparedInput[];
  readonly ledger: Ledger;
  /** What was odd before, in words. */
  readonly warnings: readonly string[];
  /** The plan that is done. */
  readonly plan?: AdmittedPlan;
  /** The run whose failures files the inputs are; absent in a run over the job's own files. */
  readonly retryOf?: RunRecord;
  /** Of a retry: rows of its files that must not be sent as they stand. */
  readonly refused?: RefusedRows;
  /** Of a retry: gives up what is not in its files any more, once all of them are staged, and says it. */
  readonly giveUp?: (run: RunRecord) => Promise<readonly string[]>;
}

/** What goes through the pipeline. */
export interface Execution extends Staging {
  readonly asked: AskedAccount;
  /** Of the state folder; told the name of the run. */
  readonly lock: HeldLock;
}

/** Whoever says nothing gets the machine's clock, its randomness, and a run that nothing interrupts. */
export function quietWorld(): Pick<Required<RunOptions>, "clock" | "random" | "stop" | "abort"> {
  const { signal: never } = new AbortController();
  return { clock: systemClock, random: Math.random, stop: never, abort: never };
}

/** The options with what nobody has to say. */
export type World = RunOptions & ReturnType<typeof quietWorld>;

/** The same of who asks nothing of the account. */
export type StagingWorld = Omit<World, "account">;

/** The same of who asks nothing of it any more. */
export type EndingWorld = StagingWorld & { readonly account: Pick<Account, "baseUrl"> };
