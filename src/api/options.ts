// What asking the API takes. The defaults are not here: a default lives once, in the job's schema.
import type { Account } from "../model/account.ts";
import type { Clock } from "../model/clock.ts";
import type { Limits } from "../model/limits.ts";
import type { AnswerSeen } from "./answer-seen.ts";
import type { Client, ClientOptions } from "./client.ts";
import type { TransportEvent } from "./events.ts";

/** Whose account is read, how fast, and who may stop it. */
export interface ReadOptions {
  readonly api: Account;
  readonly limits: Limits;
  readonly onEvent: (event: TransportEvent) => void;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** Aborted by the first Ctrl-C: starts nothing new, lets what is in flight settle. */
  readonly stop: AbortSignal;
  /** Aborted by the second: cuts what is in flight (it stays in doubt). */
  readonly abort: AbortSignal;
}

/** The same, with what stands between a request and the wire. */
export interface ApiOptions extends ReadOptions {
  /** Sees what every answer says beside its body. */
  readonly onAnswer?: (answer: AnswerSeen) => void;
  /** How to reach the API; over HTTP unless said. */
  readonly openClient?: (options: ClientOptions) => Client;
}
