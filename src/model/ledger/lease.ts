// Who drives an account whose ledger is in a database that many machines reach. One at a time does, by a lease with an epoch: whoever
// takes the account raises the epoch, and nothing that is written under an older one is kept. All times are the server's;
// on this machine only distances are measured, by a clock that cannot be set.

/** The right to drive an account. It is renewed until it is given back; disposing gives it back. */
export interface Lease extends AsyncDisposable {
  /** The account by its id in the database. */
  readonly account: number;
  readonly baseUrl: string;
  /** Higher than that of whoever had the account before. */
  readonly epoch: number;
  /** Until when nobody else can have taken it, by this machine's monotonic clock; it moves with each renewal. */
  readonly deadlineMs: number;
  /** How long from now nothing may be asked of the account: the one before may have been told to wait, or have asked a moment ago. */
  readonly quietMs: number;
  /** Aborted, with the `ImportError` as its reason, when another process has the account. */
  readonly lost: AbortSignal;
  /** Whether a request may leave in this moment. False when the lease has not been renewed in time, or is lost. */
  isSure(): boolean;
  /** Nobody may ask anything of the account for so long, whoever drives it then. */
  pause(ms: number): void;
  /** Ends it at once, so that another may take the account. Without a word when that is no longer possible. */
  giveBack(): Promise<void>;
}
