// plan.json: what a run would do, for machines (`plan --json`) and for the text of the terminal. Not here: how it is found out
// (plan/), and what the ledger keeps of it (model/ledger/plans.ts).
import type { Json } from "../../model/json.ts";
import type { PlanDecision } from "../../model/ledger/plans.ts";
import type { Problem } from "../../model/problem.ts";
import type { Phase, ResourceName } from "../../model/resource.ts";
import type { ControlTotals } from "../agreement-text.ts";
import type { Counts, Summary } from "../summary.ts";

/** Entries of a resource by what the plan says of them, and the rows that the mapping leaves out. */
export interface PlanCounts extends Readonly<Record<PlanDecision, number>> {
  readonly resource: ResourceName;
  readonly entries: number;
  /** Rows, which have no entry. */
  readonly excluded: number;
}

/** The requests of the run that does the plan, when nothing goes wrong. */
export interface PlanRequests {
  readonly total: number;
  /** Whether the account takes the token. */
  readonly first: number;
  /** Lookups, and records that are read before they are changed. */
  readonly reads: number;
  readonly writes: readonly { readonly phase: Phase; readonly requests: number }[];
  /** By the job; `auto` begins below its bound. */
  readonly requests_per_second: number | "auto";
  /** How long they take at that rate; for `auto` at its bound, and so at least. */
  readonly seconds: number;
  /** Those of a run without the plan: it does not read again what it knows that it made. */
  readonly without_plan: number;
}

/** An entry of the plan. */
export interface PlanExample {
  readonly resource: ResourceName;
  readonly key: string | null;
  readonly decision: PlanDecision;
  readonly file: string;
  readonly line: number;
  /** Of the record that Luminous has. */
  readonly remote_id: string | null;
  /** What an update changes, as far as a list showed the record. */
  readonly changes: readonly { readonly path: string; readonly from: Json; readonly to: Json }[];
  /** Fields that an update says and that no list showed: whether they differ is not known. */
  readonly not_compared: readonly string[];
  /** Fields that an update empties. */
  readonly clears: readonly string[];
  /** Why it would not be sent. */
  readonly problems: readonly Problem[];
}

/** So many entries of a resource have the field. */
export interface PlanField {
  readonly resource: ResourceName;
  readonly field: string;
  readonly entries: number;
}

/** The content of plan.json. Keys are a contract; new ones may be added. */
export interface PlanContent {
  readonly version: 1;
  readonly plan_id: string;
  /** The version of the program that made it. */
  readonly program: string;
  readonly job: string;
  readonly account: string;
  /** ISO 8601, UTC. */
  readonly made_at: string;
  readonly exit_code: number;
  /** The options that the run takes from the plan. */
  readonly only: string | null;
  readonly strict: boolean;
  /** What the plan is made of: a run refuses it when one of these is another. */
  readonly settings: string;
  readonly files: readonly { readonly path: string; readonly hash: string | null }[];
  readonly totals: Counts;
  /** Rows that are invalid, with and without an entry. */
  readonly invalid_rows: number;
  readonly resources: readonly PlanCounts[];
  /** What updates empty. */
  readonly clears: readonly PlanField[];
  readonly not_compared: readonly PlanField[];
  readonly control_totals: readonly ControlTotals[];
  /** Why a run would end before it sends anything: its orders may not go where they would go. Null where they may. */
  readonly guard: { readonly message: string; readonly hint: string } | null;
  readonly requests: PlanRequests;
  /** Why entries would not be sent, most frequent first; only so many. */
  readonly reasons: readonly {
    readonly resource: ResourceName;
    readonly decision: PlanDecision;
    readonly entries: number;
    /** As the first of these entries has it, with its cell. */
    readonly first: Problem;
  }[];
  /** What the files alone say. */
  readonly problems: Summary["problems"];
  readonly warnings: readonly string[];
  /** At most 1,000, some of every resource and decision. */
  readonly examples: readonly PlanExample[];
}
