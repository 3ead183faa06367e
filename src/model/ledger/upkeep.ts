// What keeps a ledger small: dropping what nobody asks for any more. Everything works in small transactions, so that an
// interruption at any moment leaves a ledger that is right, only larger.

/** What a purge did, or would do. */
export interface Purged {
  /** The runs that went, oldest first. */
  readonly runs: readonly { readonly runId: string; readonly job: string; readonly startedAtMs: number }[];
  readonly rows: number;
  readonly entries: number;
}

/** The ledger's housekeeping. Whoever calls it holds the lock of the state folder. */
export interface Upkeep {
  /**
   * Drops the payloads of entries that made it (accepted, unchanged, skipped), of all runs that ended. Their hash and
   * their raw rows stay. Gives how many went.
   */
  dropPayloads(): Promise<number>;
  /**
   * Removes the runs that began before this moment with all that belongs to them. Kept whatever their age: of each job
   * the newest ended run (with the one that it retried) and the newest that wrote results, and the newest run of all. What was accepted, open sends and
   * accepted sends stay always. A dry run counts only.
   */
  purge(beforeMs: number, mode: "do" | "dry run"): Promise<Purged>;
  /** Gives free pages back to the disk when they are worth it (a quarter of the file); gives the bytes. */
  shrink(): Promise<number>;
  /**
   * Removes the copies that upgrades left beside the ledger, but never one that was made when this ledger was opened: no run
   * has shown yet that it is not needed. Gives their bytes. A dry run counts only.
   */
  dropCopies(mode: "do" | "dry run"): Promise<number>;
}
