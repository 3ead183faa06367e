// Entries as the ledger keeps them, and the states they go through.
//
//   staged ──plan──▶ ready ──send──▶ (open send) ──answer──▶ settled
//     │                ▲                 │
//     │                └── absent ◀── doubt ◀── no usable answer, or a crash
//     └──────────────▶ settled (invalid, unchanged, skipped, blocked, pending)        │
//                                              settled (recovered, in_doubt) ◀── lookup
//
// `ready` and `doubt` may carry a *not before*: waits of more than a second happen in the ledger, not in a slot.
import type { Agreement } from "../draft.ts";
import type { JsonObject } from "../json.ts";
import type { Action, Outcome } from "../outcome.ts";
import type { Problem } from "../problem.ts";
import type { Phase, Reference, ResourceName } from "../resource.ts";
import type { RowRef } from "../row.ts";

/** An entry on its way into the ledger: a checked draft. */
export interface NewEntry {
  readonly resource: ResourceName;
  readonly phase: Phase;
  /** Its first row: entries are sent in this order. */
  readonly position: RowRef;
  readonly key: string | undefined;
  readonly payload: JsonObject;
  readonly clears: Readonly<Record<string, null | "" | readonly []>>;
  /** Content hash over payload, clears and references: equal hash means nothing to do. */
  readonly hash: string;
  /** Hash over the raw text of its rows: what a repair is known by. */
  readonly rowsHash?: string;
  /** How it stands to its source's own sums, where the mapping names those. */
  readonly agreement?: Agreement;
  /** The currency of its money, and within what there may be no other (`channel Main store`). */
  readonly currency?: { readonly code: string; readonly within: string };
  /** Every key that must be unique in the run: its own and its variants', with their payload paths. */
  readonly keys: readonly { readonly key: string; readonly path: string }[];
  readonly references: readonly Reference[];
  /** Errors make it invalid at once; warnings are kept. */
  readonly problems: readonly Problem[];
  /** What is missing in case it has to be created; an update does not need it. */
  readonly creationProblems: readonly Problem[];
  /** All its rows. */
  readonly rows: readonly RowRef[];
}

/** What is to be done with an entry, as the existing-check found. */
export type Plan = { readonly kind: "create" } | { readonly kind: "update"; readonly remoteId: string };

/** An entry that is still open, as dispatch sees it. */
export interface QueuedEntry {
  readonly id: number;
  readonly resource: ResourceName;
  readonly key: string;
  readonly payload: JsonObject;
  readonly clears: Readonly<Record<string, null | "" | readonly []>>;
  readonly hash: string;
  readonly creationProblems: readonly Problem[];
  readonly plan: Plan | undefined;
  /** Sends so far that were not answered 429, over this run. */
  readonly attempts: number;
  /** It refers to records whose ids have to be filled in: see `Queue.fills`. */
  readonly needsFills: boolean;
  /** Set when an earlier send has no conclusive answer: it must be looked up before anything is sent. */
  readonly doubt: OpenSend | undefined;
}

/** The limits under which a send left: the proof that it made nothing goes by them, whatever the job says later. In ms. */
export interface SendTerms {
  /** How long the server may have worked on it. */
  readonly timeoutMs: number;
  /** How long what it wrote may have stayed invisible to reads. */
  readonly readLagMs: number;
  /** Between the two proofs of absence before a record that nobody can delete goes a second time. */
  readonly secondSendMs: number;
}

/** A send without a conclusive answer, of this run or an earlier one. */
export interface OpenSend {
  readonly sendId: number;
  /** When it left, ms since the epoch. */
  readonly sentAtMs: number;
  /** The same by the server's clock, where its answers had told it. */
  readonly serverAtMs: number | undefined;
  /** Undefined for a send of a version that did not keep them. */
  readonly terms: SendTerms | undefined;
  /** It was answered "later" (429 or 503), which some gateways say after passing the request on; else there was no answer. */
  readonly wasPutOff: boolean;
  readonly plan: Plan;
  /** The hash of what was sent. */
  readonly hash: string;
  /** How often a lookup after it found nothing. */
  readonly absences: number;
}

/** How an entry ended. `problems` are added to those it has. */
export interface Settlement {
  readonly outcome: Exclude<Outcome, "excluded">;
  readonly action?: Action;
  readonly remoteId?: string;
  readonly httpStatus?: number;
  readonly problems?: readonly Problem[];
  /** What the entry says in fields that Luminous may change by itself, for `lastSaid` of later runs. */
  readonly says?: JsonObject;
}

/** A send that is about to leave: what the journal says of it. */
export interface NewSend {
  readonly entryId: number;
  readonly plan: Plan;
  /** Of the content that goes. */
  readonly hash: string;
  /** Ms since the epoch. */
  readonly atMs: number;
  /** The same by the server's clock, where its answers had told it. */
  readonly serverAtMs?: number;
  readonly terms: SendTerms;
}

/** How a send ended, and when. */
export interface SendEnd {
  readonly sendId: number;
  readonly result: SendResult;
  /** Ms since the epoch. */
  readonly atMs: number;
  readonly httpStatus?: number;
}

/** The end of an entry, and of the send that brought it: one is not known without the other. */
export interface EntryEnd {
  readonly entryId: number;
  readonly settlement: Settlement;
  readonly send?: SendEnd;
}

/**
 * How a send ended, for the journal.
 * - `unanswered` leaves it open; so do `throttled` (429) and `unavailable` (503) for a creation, which a gateway may have
 *   passed on all the same: one lookup has to tell.
 * - `held` never left: a pause began. It and `throttled` are no attempt.
 * - `absent` also closes an unanswered update that is about to be sent again: repeating an update by id is safe, so
 *   nobody has to find out what became of it.
 */
export type SendResult =
  | "accepted"
  | "refused"
  | "throttled"
  | "unavailable"
  | "held"
  | "undelivered"
  | "unanswered"
  | "recovered"
  | "absent";
