// What a run tells while it is under way: for progress, logs and whoever follows it. Never a body, never a token.
import type { DispatchEvent } from "../dispatch/events.ts";
import type { Phase } from "../model/resource.ts";

/** Times are ms since the epoch. */
export type RunEvent =
  /** Rows are looked at, before any of them is mapped. */
  | { readonly kind: "inspecting"; readonly input: string; readonly rows: number }
  /** The ledger knows the run from here on. */
  | {
      readonly kind: "begun";
      readonly runId: string;
      readonly command: string;
      /** The job file as it was named. */
      readonly job: string;
      readonly startedAtMs: number;
    }
  /** With `of` the rows were read, and so many of them are brought together by their key. */
  | { readonly kind: "reading"; readonly input: string; readonly rows: number; readonly of?: number | undefined }
  | { readonly kind: "warning"; readonly message: string }
  /** An older version had written the ledger; `copy` is the file that holds it as it was. */
  | { readonly kind: "upgraded"; readonly from: number; readonly to: number; readonly copy: string }
  | { readonly kind: "detected"; readonly file: string; readonly what: string }
  | {
      readonly kind: "staged";
      readonly entries: number;
      readonly open: number;
      /** Those that have entries, in the order in which they are sent. */
      readonly phases: readonly StagedPhase[];
    }
  | { readonly kind: "reporting"; readonly folder: string }
  /** Of a check: the account is asked about so many entries, and never written to. */
  | { readonly kind: "asking"; readonly account: string; readonly entries: number }
  /** Of a drop: so many files of the inbox are watched for so long, to see that nobody writes to them any more. */
  | { readonly kind: "inbox"; readonly files: number; readonly waitMs: number }
  /** Of a drop: where a file of the inbox went, and why where that needs saying. */
  | {
      readonly kind: "moved";
      readonly file: string;
      readonly became: "claimed" | "archived" | "quarantined" | "returned";
      readonly to: string;
      readonly reason?: string;
    }
  | { readonly kind: "dispatch"; readonly event: DispatchEvent };

/** The entries of a phase before anything is sent: `open` of them are left to do, `invalid` are never sent. */
export interface StagedPhase {
  readonly phase: Phase;
  readonly entries: number;
  readonly open: number;
  readonly invalid: number;
}
