// Where the ledgers of a job are: what may be asked before one is open, and who may open it. Implementations live in ledger/.

import type { Phase } from "../resource.ts";
import type { Ledger } from "./ledger.ts";
import type { LedgerAddress } from "./ledger-address.ts";

/** Where the ledgers of a job are. A job is such a place itself. */
export interface LedgerPlace {
  /** The state folder: ledgers, and in any case locks and what runs write. */
  readonly state: string;
  /** The database that holds the ledgers; they are files of the state folder unless said. */
  readonly ledger?: LedgerAddress;
  /** The job: in a database that many share, only the accounts to which it has run are its own. */
  readonly file?: { readonly path: string };
}

/** A lock that is held; disposing frees it, and so does the end of the process. */
export interface HeldLock extends AsyncDisposable {
  /** Tells others the run for which it is held. */
  name(runId: string): void;
}

/** The lock of an account. */
export interface AccountLock extends HeldLock {
  /** Why it keeps nobody but the users of this host apart, in words. */
  readonly warning?: string;
}

/** A ledger there is. */
export interface KnownLedger {
  /** Where it is, for messages. */
  readonly place: string;
  /** Of its account; undefined for something that cannot be read as a ledger. */
  readonly baseUrl: string | undefined;
}

/** Who holds the lock of a state folder, or of a ledger in a database. */
export interface LockHolder {
  readonly pid: number;
  /** The machine of that process; absent for this one. */
  readonly host?: string;
  /** Absent before a run has a name, and for whoever makes none. */
  readonly runId?: string;
  /** Since when it has been so, ms since the epoch. */
  readonly sinceMs: number;
  /** Of a lease: when it ends unless it is renewed, ms since the epoch. */
  readonly untilMs?: number;
}

/** What a scratch ledger is for. */
export interface ScratchUse {
  /**
   * The account whose ledger, where there is one, it knows of earlier runs from: what was accepted, what is in doubt, how the
   * server answers. Not their rows.
   */
  readonly knowing?: LedgerPlace & { readonly baseUrl: string };
  /** The phases whose payloads are read again; all unless said. It keeps none of the others, which saves time and room. */
  readonly payloadsOf?: readonly Phase[];
}

/** The ledgers of one state folder or one database, one for each account. */
export interface LedgerHost {
  /** Where they are, for messages. */
  readonly place: string;
  /** One run at a time. Throws `ImportError("STATE_LOCKED")` naming the holder, and `ImportError("STATE_UNUSABLE")`. */
  lock(): Promise<HeldLock>;
  /**
   * Who holds that lock now, whatever a killed process has left behind; in a database also who writes to the ledger of this
   * account, or of any account of the job.
   */
  holders(baseUrl?: string): Promise<readonly LockHolder[]>;
  /**
   * One run at a time per account on this machine, whatever ledgers in state folders it uses. In a database the ledger's own lease
   * sees to that, on all machines. Throws as `lock` does.
   */
  lockAccount(baseUrl: string): Promise<AccountLock>;
  /** Every ledger there is, by name; none where nothing was run. In a database, those of the job. */
  list(): Promise<readonly KnownLedger[]>;
  /** The one of an account, where there is one. */
  find(baseUrl: string): Promise<KnownLedger | undefined>;
  /**
   * Opens the ledger of an account. `write` makes it when there is none and brings it up to date; whoever writes holds the
   * lock. In a database it is a lease, which keeps every other machine from writing; throws `ImportError("STATE_LOCKED")` where
   * one does. Throws `ImportError("STATE_UNUSABLE")` for one that is not ours, damaged, newer or of another account, and leaves it
   * as it was; also for one that is to be read and is not there.
   */
  open(baseUrl: string, mode: "read" | "write"): Promise<Ledger>;
  /** A ledger for one check or plan; disposing it deletes it. */
  openScratch(use?: ScratchUse): Promise<Ledger>;
}
