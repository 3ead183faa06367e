// The ledger's interface: what the stages may ask of the embedded database, and what it promises. Implementations live
// in ledger/ and pass one conformance suite. All methods are asynchronous so that a server database fits behind them.
//
// Durability: `sending` resolves only when its record is on disk (one sync may serve many callers). Everything else is
// durable in order, at the latest with the next `sending`, `flush` or disposal: losing an outcome costs one lookup.
// Writes that fail because the disk is full throw `ImportError("STATE_FULL")` and change nothing.

import type { AccountMemory } from "./account-memory.ts";
import type { AuditView } from "./audit.ts";
import type { EntryHistory } from "./entry-history.ts";
import type { Lease } from "./lease.ts";
import type { OpenFailures } from "./open-failures.ts";
import type { Plans } from "./plans.ts";
import type { Queue } from "./queue.ts";
import type { Results } from "./results.ts";
import type { Runs } from "./runs.ts";
import type { Staging } from "./staging.ts";
import type { Upkeep } from "./upkeep.ts";

/** The database of one account. Disposing writes what waits and closes it. */
export interface Ledger extends AsyncDisposable {
  /** Where it is, for messages. */
  readonly place: string;
  /** What was done to it when it was opened; undefined when it was up to date, or is only read. */
  readonly upgraded: Upgrade | undefined;
  /** Of the account, for who writes in a database that other machines reach; what is lost with it, the ledger tells at the next write. */
  readonly lease?: Lease;
  readonly runs: Runs;
  readonly staging: Staging;
  readonly queue: Queue;
  readonly account: AccountMemory;
  readonly results: Results;
  readonly history: EntryHistory;
  readonly failures: OpenFailures;
  readonly audit: AuditView;
  readonly plans: Plans;
  readonly upkeep: Upkeep;
  /** Waits until everything written so far is on disk. */
  flush(): Promise<void>;
}

/** A ledger of an older version was brought up to date. */
export interface Upgrade {
  readonly from: number;
  readonly to: number;
  /** The file that holds it as it was. */
  readonly copy: string;
}
