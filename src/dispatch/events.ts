// What dispatch tells while it works: for progress, logs and the summary's counts. Never a body, never a token.
import type { TransportEvent } from "../api/events.ts";
import type { Action, Outcome } from "../model/outcome.ts";
import type { Phase, ReferableName } from "../model/resource.ts";

/** Times are ms since the epoch. */
export type DispatchEvent =
  | TransportEvent
  /** `open` of `entries` are left to do, before anything is resolved. */
  | { readonly type: "phase.started"; readonly phase: Phase; readonly entries: number; readonly open: number }
  | { readonly type: "phase.finished"; readonly phase: Phase }
  /** What is open from here on will be sent; `creates` and `updates` as far as this round planned them. */
  | { readonly type: "phase.resolved"; readonly phase: Phase; readonly creates: number; readonly updates: number }
  /** What is to be done with an entry is known: it is sent when its turn comes. */
  | {
      readonly type: "entry.planned";
      readonly entryId: number;
      readonly resource: ReferableName;
      readonly key: string;
      readonly plan: "create" | "update";
      /** Of an update. */
      readonly remoteId?: string;
    }
  /** The record of a send is on disk, and its request leaves. */
  | {
      readonly type: "entry.sending";
      readonly entryId: number;
      readonly key: string;
      readonly plan: "create" | "update";
      /** Counts from 1 in this run. */
      readonly attempt: number;
    }
  /** It waits for something that it refers to, until a later phase or round. */
  | { readonly type: "entry.parked"; readonly entryId: number; readonly key: string }
  /** A send in doubt was looked up, and nothing was found: looked up again at `untilMs`, or to be sent again from then on. */
  | {
      readonly type: "entry.absent";
      readonly entryId: number;
      readonly key: string;
      readonly proven: boolean;
      readonly untilMs: number;
    }
  | {
      readonly type: "entry.settled";
      readonly entryId: number;
      readonly resource: ReferableName;
      readonly key: string;
      readonly outcome: Outcome;
      readonly action?: Action;
      readonly remoteId?: string;
      readonly attempts: number;
      readonly status?: number;
    }
  /** Many at once, by a set-based step: unchanged ones, or those beyond `--limit`. */
  | { readonly type: "entries.settled"; readonly phase: Phase; readonly outcome: Outcome; readonly entries: number }
  /** An entry will be tried again. */
  | {
      readonly type: "entry.retry";
      readonly entryId: number;
      readonly key: string;
      readonly cause: string;
      readonly waitMs: number;
    }
  /** A send without a usable answer: the entry is looked up next. */
  | { readonly type: "entry.doubt"; readonly entryId: number; readonly key: string; readonly cause: string }
  | {
      readonly type: "lookup";
      readonly resource: ReferableName;
      readonly via: "in" | "eq" | "list" | "export";
      readonly keys: number;
      readonly found: number;
    }
  /** A way of asking did not prove its answer: the next one is taken. */
  | { readonly type: "lookup.fallback"; readonly resource: ReferableName; readonly cause: string }
  /** Nothing is in flight and the next entry is due only at `untilMs`. */
  | { readonly type: "waiting"; readonly phase: Phase; readonly entries: "retry"; readonly untilMs: number }
  /** What the report should say too: orders that go where somebody should look. */
  | { readonly type: "warning"; readonly message: string }
  /** The job's own channel did not exist. */
  | { readonly type: "channel.made"; readonly label: string; readonly remoteId: string }
  | { readonly type: "stopping"; readonly code: string };
