// What is remembered of an account from run to run: how its server answers, and records that are known to be there.
import type { ReferableName } from "../resource.ts";

/** Something learned of how the account's server answers. Each was seen, and each may change. */
export interface AccountFact {
  /** `sales_orders.in`, `clock`. */
  readonly name: string;
  /** JSON. */
  readonly value: unknown;
  /** When it was seen last, ms since the epoch. */
  readonly atMs: number;
}

/** A record whose key and id are known: asked for with every question, it tells whether an answer can be believed. */
export interface Control {
  readonly key: string;
  readonly remoteId: string;
}

/** The ledger's memory of the account. */
export interface AccountMemory {
  /** By name. */
  facts(): Promise<readonly AccountFact[]>;
  /** Replaces what was known under the name. */
  learn(fact: AccountFact): Promise<void>;
  /** The currencies of what was accepted within this (`channel Main store`). */
  currencies(within: string): Promise<readonly string[]>;
  /** Newest first. */
  controls(resource: ReferableName): Promise<readonly Control[]>;
  /** Replaces the controls of the resource. */
  keepControls(resource: ReferableName, controls: readonly Control[], atMs: number): Promise<void>;
}
