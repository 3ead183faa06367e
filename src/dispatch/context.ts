// What the parts of one dispatch share: made once by dispatcher.ts, handed to every step.
import type { Halt } from "../api/halt.ts";
import type { Transport } from "../api/transport.ts";
import type { AttemptStates } from "./attempt-state.ts";
import type { Claims } from "./claims.ts";
import type { ForbiddenJudge } from "./forbidden.ts";
import type { Lookup } from "./lookup.ts";
import type { DispatchOptions } from "./options.ts";
import type { Settlements } from "./settle.ts";

/** The one of each that a dispatch has. */
export interface DispatchContext {
  readonly options: DispatchOptions;
  readonly transport: Transport;
  readonly halt: Halt;
  readonly lookup: Lookup;
  readonly attemptStates: AttemptStates;
  readonly settlements: Settlements;
  readonly forbidden: ForbiddenJudge;
  readonly claims: Claims;
  /** How many keys that Luminous has in another spelling were warned of. */
  readonly alikeWarnings: { count: number };
  /** When an earlier run last wrote, ms since the epoch; undefined when none did. */
  readonly earlierSendMs: number | undefined;
  /** When the dispatch began, by the monotonic clock. */
  readonly startedAtMs: number;
}

/** What is left to do after a send: nothing, or the update that follows it. */
export type Next = { readonly kind: "done" } | { readonly kind: "update"; readonly remoteId: string };
