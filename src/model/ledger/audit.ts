// What an audit asks of the ledger: invariants that must hold whatever happened, with the numbers that make them true, and the
// content that Luminous is said to have. Result files and the API are compared elsewhere (audit.ts, audit/verify.ts).
import type { JsonObject } from "../json.ts";
import type { Action } from "../outcome.ts";
import type { ResourceName } from "../resource.ts";

/** One invariant, such as "every row has one outcome". Users know it as a law. */
export interface Invariant {
  /** For machines: `row_fates`. */
  readonly law: string;
  /** For people: what must be so. */
  readonly claim: string;
  /** The counts that make it true, or show that it is not: `rows 3,062 = result lines 3,062`. */
  readonly numbers: string;
  /** How often it is broken; 0 for an invariant that holds. */
  readonly breaches: number;
  /** At most `mostExamples` of them, in words. */
  readonly examples: readonly string[];
}

/** So many breaches of an invariant are named; the others are counted. */
export const mostExamples = 5;

/** An entry whose content Luminous is sure to have, as far as the ledger knows. */
export interface AcceptedEntry {
  readonly id: number;
  readonly resource: ResourceName;
  readonly key: string;
  readonly remoteId: string;
  readonly hash: string;
  /** Undefined for one that is unchanged since an earlier run. */
  readonly action: Action | undefined;
}

/** The auditor's view: reads only, of one moment, also while a run is under way. */
export interface AuditView {
  /**
   * Every invariant, over an ended run and over the ledger as a whole. When the file itself is damaged that one comes alone:
   * nothing else could be believed.
   */
  invariants(run: number): Promise<readonly Invariant[]>;
  /** Accepted and unchanged entries of the run whose content is the newest that was accepted, by position, in batches. */
  accepted(run: number): AsyncIterable<readonly AcceptedEntry[]>;
  /** What was mapped for an entry; undefined once it is no longer kept. */
  content(
    entryId: number,
  ): Promise<
    { readonly payload: JsonObject; readonly clears: Readonly<Record<string, null | "" | readonly []>> } | undefined
  >;
}
