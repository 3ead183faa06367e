// What `explain` tells, as data: the story of entries, and of rows that have none. `--json` prints it as it is; story-text.ts
// makes text of it. Nothing in it is secret: no token and no header ever reaches the ledger.
import type { Json } from "../model/json.ts";
import type { SendResult } from "../model/ledger/entry.ts";
import type { Action, Outcome } from "../model/outcome.ts";
import type { Problem } from "../model/problem.ts";
import type { ResourceName } from "../model/resource.ts";
import type { Cell } from "../model/row.ts";
import type { FieldTrace } from "../model/trace.ts";

/** Everything that is known of what was asked for. Keys are a contract; new ones may be added. */
export interface Explanation {
  readonly version: 1;
  /** A key, or `file:line`. */
  readonly asked: string;
  /** The account's base address. */
  readonly account: string;
  /** One for each resource that has the key, or for each entry that the line belongs to. */
  readonly entries: readonly EntryStory[];
  /** The line's row, where no entry has it. */
  readonly row: RowStory | null;
}

/** An entry in the newest run that has it, start to end. */
export interface EntryStory {
  readonly resource: ResourceName;
  readonly key: string | null;
  readonly run: RunMention;
  /** As the job names it. */
  readonly input: string | null;
  readonly outcome: Outcome;
  readonly action: Action | null;
  readonly remote_id: string | null;
  readonly attempts: number;
  readonly http_status: number | null;
  /** ISO 8601, while a wait is under way. */
  readonly not_before: string | null;
  readonly problems: readonly Problem[];
  readonly rows: readonly StoryCells[];
  /** Rows of the entry beyond those listed. */
  readonly more_rows: number;
  readonly mapping: MappingStory;
  readonly payload: PayloadStory;
  /** Sends and lookups, oldest first; those of earlier runs too whose fate this run had to find out. */
  readonly events: readonly StoryEvent[];
  /** The same key in earlier runs, newest first. */
  readonly earlier: readonly EarlierStory[];
}

/** A run as a story names it. */
export interface RunMention {
  readonly run_id: string;
  readonly command: string;
  readonly job: string;
  readonly started_at: string;
}

/** The cells of one row that matter. */
export interface StoryCells {
  readonly file: string;
  readonly line: number;
  /** Counts from 1 without the header. */
  readonly row: number;
  /** Those that the mapping reads; all of them where that is not known. */
  readonly cells: readonly { readonly column: string; readonly cell: Cell }[];
  /** Columns that the mapping does not read. */
  readonly other_columns: number;
}

/** The steps of the mapping as it stands today. `changed`: it makes something else of these rows than it did in the run. */
export interface MappingStory {
  readonly file: string | null;
  readonly state: "same" | "changed" | "unavailable";
  /** Why there are no steps. */
  readonly reason: string | null;
  readonly fields: readonly FieldTrace[];
}

/** The body of the last send, or what would be sent; of an update that sends the difference alone, all that it is to say. */
export interface PayloadStory {
  readonly content: Json | null;
  /** `mapped_again`: the ledger does not keep it any more. */
  readonly from: "ledger" | "mapped_again" | "nowhere";
  readonly plan: "create" | "update" | null;
  /** References whose ids are not in the content: `channel_id: the id of the channel "Web"`. */
  readonly unfilled: readonly string[];
}

/** Something that happened between us and the API. Times are ISO 8601; waits are since the event before. */
export type StoryEvent =
  | {
      readonly kind: "send";
      readonly at: string;
      readonly run_id: string | null;
      readonly waited_ms: number | null;
      readonly plan: "create" | "update";
      readonly remote_id: string | null;
      /** `open` for a send of whose end nothing is known. */
      readonly result: SendResult | "open";
      readonly http_status: number | null;
      /** How long it took to end; null when its process died first. */
      readonly took_ms: number | null;
    }
  | { readonly kind: "lookup"; readonly at: string; readonly waited_ms: number | null; readonly found: boolean };

/** The entry in an earlier run, in one line. */
export interface EarlierStory {
  readonly run_id: string;
  readonly started_at: string;
  readonly outcome: Outcome;
  readonly action: Action | null;
  readonly remote_id: string | null;
  readonly attempts: number;
  /** Of the first error. */
  readonly message: string | null;
}

/** A row that no entry has. */
export interface RowStory extends StoryCells {
  readonly run: RunMention;
  readonly input: string;
  readonly outcome: Outcome;
  /** The condition of the mapping that leaves it out. */
  readonly left_out_by: string | null;
  readonly problems: readonly Problem[];
  readonly mapping: Pick<MappingStory, "file" | "reason">;
}
