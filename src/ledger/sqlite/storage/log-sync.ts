// Bringing the write-ahead log to disk without holding up the event loop. SQLite writes a commit into the log and leaves the sync
// to this (`synchronous = normal`). It is the sync that `full` makes right after the commit, through a descriptor of our own,
// in a thread of Node's.
//
// Why that is as safe (https://sqlite.org/wal.html): what is committed is in the log before the sync begins, so the sync has it.
// SQLite itself syncs the log before it takes pages over from it, the database before it uses the log again from the
// beginning, and the new header of the log, with the folder where the log is new. Truncating keeps the file, and nobody
// removes it while the database is open. SQLite holds no lock on the log, so that closing our descriptor drops none.
import { closeSync, fdatasync, fdatasyncSync, openSync } from "node:fs";

/** The log of one open database. */
export interface LogSync {
  /** Resolves when all that was committed before the call is on disk. Those who call during one sync share the next. */
  sync(): Promise<void>;
  /** The same, holding everything up. */
  syncNow(): void;
  /** Nothing is synced after it. */
  close(): void;
}

/** Brings the file behind a descriptor to disk. */
export type SyncFile = (descriptor: number, done: (error: Error | null) => void) => void;

/** The log is opened for the first sync: SQLite makes it with the first write. */
export function openLogSync(database: string, syncFile: SyncFile = fdatasync): LogSync {
  let descriptor: number | undefined;
  let isClosed = false;
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  // For writing, because Windows syncs no others.
  const opened = (): number => {
    descriptor ??= openSync(`${database}-wal`, "r+");
    return descriptor;
  };
  const closeWhenIdle = (): void => {
    if (!isClosed || running !== undefined || descriptor === undefined) return;
    closeSync(descriptor);
    descriptor = undefined;
  };
  const once = (): Promise<void> =>
    new Promise<void>((resolve, reject) => {
      syncFile(opened(), (error) => (error === null ? resolve() : reject(error)));
    }).finally(() => {
      running = undefined;
      closeWhenIdle();
    });
  const again = (): Promise<void> => {
    next = undefined;
    return sync();
  };
  const sync = (): Promise<void> => {
    if (isClosed) return Promise.resolve();
    if (running !== undefined) {
      next ??= running.then(again); // after a fault there is no other: what was lost is lost
      return next;
    }
    running = once();
    return running;
  };

  return {
    sync,
    syncNow: () => fdatasyncSync(opened()),
    close() {
      isClosed = true;
      closeWhenIdle();
    },
  };
}
