// Plans as the ledger keeps them: what a run is to do with every entry, and what it may not find changed. Part of the
// ledger's interface.
import type { JsonObject } from "../json.ts";
import type { Action, Outcome } from "../outcome.ts";
import type { Problem } from "../problem.ts";
import type { Phase, ResourceName } from "../resource.ts";
import type { QueuedEntry } from "./entry.ts";

/**
 * What a plan says of an entry. `unknown`: no answer proves whether Luminous has it, so it would not be sent. `invalid` and
 * `blocked` mean what they mean as outcomes.
 */
export const planDecisions = ["create", "update", "unchanged", "skipped", "blocked", "invalid", "unknown"] as const;
/** One of `planDecisions`. */
export type PlanDecision = (typeof planDecisions)[number];

/** An entry of a plan. */
export interface PlannedEntry {
  readonly resource: ResourceName;
  /** Undefined for an invalid entry that has none. */
  readonly key: string | undefined;
  /** Content hash. */
  readonly hash: string;
  readonly decision: PlanDecision;
  /** Of the record that Luminous has. */
  readonly remoteId: string | undefined;
  /** Hash of what Luminous had in the fields that an update says; undefined where no lookup showed it. */
  readonly state: string | undefined;
  /** Why it would not be sent. */
  readonly problems: readonly Problem[];
}

/** A plan on its way into the ledger. */
export interface NewPlan {
  /** What people see: sortable by time, and the name of the plan's folder. */
  readonly planId: string;
  readonly job: string;
  readonly madeAtMs: number;
  /** The id of the newest run that it knows of; 0 without any. */
  readonly afterRun: number;
  /** Hash of its plan.json. */
  readonly contentHash: string;
}

/** A plan that the ledger knows. */
export interface SavedPlan extends NewPlan {
  readonly id: number;
  /** The run of it that came to its end. */
  readonly doneRun: string | undefined;
}

/** An entry as a run that sent nothing left it, with all that there is to say of it. */
export interface RehearsedEntry {
  readonly id: number;
  readonly resource: ResourceName;
  readonly phase: Phase;
  readonly key: string | undefined;
  readonly hash: string;
  readonly outcome: Outcome | undefined;
  readonly action: Action | undefined;
  readonly remoteId: string | undefined;
  readonly problems: readonly Problem[];
  readonly payload: JsonObject;
  readonly clears: Readonly<Record<string, null | "" | readonly []>>;
  /** Where its first row stands. */
  readonly file: string;
  readonly line: number;
  /** The record that Luminous has, as a lookup showed it. */
  readonly row: JsonObject | undefined;
}

/** Plans of the account. Only the newest few are kept. */
export interface Plans {
  /** The entries of a run in the order in which they were staged, in batches; the rows are those that this opening of the ledger saw. */
  rehearsed(run: number): AsyncIterable<readonly RehearsedEntry[]>;
  /** Keeps a plan. It is not there before all its entries are. */
  save(plan: NewPlan, entries: AsyncIterable<readonly PlannedEntry[]>): Promise<void>;
  find(planId: string): Promise<SavedPlan | undefined>;
  /** The id of the newest run; 0 without any. */
  newestRun(): Promise<number>;
  /** A run after the newest that the plan knows of, and that is not one of its own, as people see it. */
  runBetween(plan: SavedPlan): Promise<string | undefined>;
  /** Entries of the run that are not in the plan as they are, and those of the plan that the run lacks: a few of their keys, and how many. */
  strangers(plan: number, run: number): Promise<{ readonly entries: number; readonly keys: readonly string[] }>;
  /** What the plan says of these entries. */
  of(plan: number, entryIds: readonly number[]): Promise<ReadonlyMap<number, PlannedEntry>>;
  /** Open entries of the phase of which the plan says that they are not sent, with what it says, in batches by position. */
  heldBack(
    plan: number,
    run: number,
    phase: Phase,
  ): AsyncIterable<readonly { readonly entry: QueuedEntry; readonly planned: PlannedEntry }[]>;
  /** The run came to its end: the plan is done. */
  done(planId: string, runId: string): Promise<void>;
  /** Removes plans that were made before this moment, ms since the epoch, and gives their ids. A dry run only gives them. */
  purge(beforeMs: number, mode: "do" | "dry run"): Promise<readonly string[]>;
}
