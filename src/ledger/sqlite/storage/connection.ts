// One connection to a ledger: its statements, and when what is written gets committed. Not here: any table.
//
// Writes are applied inside one open transaction, so reads see them: at once, or with all others of the same turn of the event
// loop. The transaction is committed when a send waits for it, when enough was written, or after a moment. Everybody who
// waits shares that commit, and the sync to disk after it (log-sync.ts).

import { stateError } from "../../../disk/state-error.ts";
import { Database, type Statement } from "./database.ts";
import { type LogSync, openLogSync, type SyncFile } from "./log-sync.ts";
import { watchSameFile } from "./same-file.ts";

type Parameter = string | number | null | Uint8Array;

/** A write that waits for the end of the turn. */
interface Piece {
  readonly work: () => unknown;
  readonly weight: number;
  readonly isDurable: boolean;
  readonly done: (result: unknown) => void;
  readonly failed: (error: unknown) => void;
}

interface Waiter {
  readonly committed: () => void;
  readonly failed: (error: unknown) => void;
}

/** How a connection is opened. */
export interface ConnectionSettings {
  readonly mode: "write" | "read";
  /** False for a ledger that nobody will miss after a crash and nobody else opens. */
  readonly durable: boolean;
  /** An upper bound of the file, for tests of a full disk. */
  readonly maxPages?: number;
  /** How the log is synced, for tests of a disk that takes its time or fails. */
  readonly syncFile?: SyncFile;
}

const commitAfterMs = 50;
const commitAfterWeight = 20_000;
const cacheKiB = 16 * 1024;
const journalSizeBytes = 64 * 1024 * 1024;
const checkpointAfterPages = 8_000;

/** Closes over one database file. Whoever opens it calls `close`, which commits what is pending. */
export class Connection {
  readonly place: string;
  readonly #database: Database;
  readonly #statements = new Map<string, Statement<unknown>>();
  readonly #rollbackListeners: (() => void)[] = [];
  /** Throws when what is committed would be lost with the file; a ledger that is only read loses nothing. */
  readonly #checkFile: () => void;
  /** Undefined where nothing has to survive a power loss. */
  readonly #log: LogSync | undefined;
  #commits = 0;
  /** So many of them are surely on disk. */
  #synced = 0;
  #pieces: Piece[] = [];
  #waiters: Waiter[] = [];
  #weight = 0;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  /** Set when a commit or a sync failed: what was written before it is lost, so nothing may follow it. */
  #broken: unknown;

  constructor(file: string, settings: ConnectionSettings) {
    this.place = file;
    const reading = settings.mode === "read";
    this.#database = guarded(file, () => new Database(file, settings.mode));
    try {
      guarded(file, () => {
        configure(this.#database, settings);
      });
      this.#checkFile = reading || file === ":memory:" ? () => {} : watchSameFile(file);
      this.#checkFile();
      const isSynced = settings.durable && !reading && file !== ":memory:";
      this.#log = isSynced ? openLogSync(file, settings.syncFile) : undefined;
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  all<Row>(sql: string, ...parameters: readonly Parameter[]): readonly Row[] {
    return this.#prepared<Row>(sql).all(...parameters);
  }

  one<Row>(sql: string, ...parameters: readonly Parameter[]): Row | undefined {
    return this.#prepared<Row>(sql).get(...parameters);
  }

  /** The new row's id and the number of rows that changed. Only inside `write`. */
  run(sql: string, ...parameters: readonly Parameter[]): { readonly id: number; readonly changes: number } {
    return this.#prepared<never>(sql).run(...parameters);
  }

  /** Statements without parameters, as a script. Only inside `write`. */
  script(sql: string): void {
    this.#database.exec(sql);
  }

  /** Lets the statements of this connection call a function of an id and a text, which may read. */
  define(name: string, work: (id: number, text: string | null) => string | null): void {
    this.#database.define(name, work);
  }

  /** Runs reads; a damaged file comes out as a fault of the run. */
  read<T>(work: () => T): T {
    return guarded(this.place, work);
  }

  /**
   * Applies all of `work` or nothing of it; visible at once, on disk later. `weight` is about the number of rows
   * written. Throws what `work` throws, and `ImportError("STATE_FULL")` once writes fail.
   */
  write<T>(work: () => T, weight = 1): T {
    this.#begin();
    try {
      return guarded(this.place, () => this.#inSavepoint(work));
    } finally {
      this.#weight += weight;
      if (this.#weight >= commitAfterWeight) this.#commit();
      else this.#timer ??= setTimeout(() => this.#commit(), commitAfterMs);
    }
  }

  /**
   * As `write`, but applied with everything else that comes in this turn of the event loop, in its order, which costs much
   * less; resolves when it is applied. `work` may run a second time where another one of the turn failed.
   */
  writeSoon<T>(work: () => T, weight = 1): Promise<T> {
    return this.#atEndOfTurn(work, weight, false);
  }

  /** As `writeSoon`; resolves when it is on disk. All that are waiting share one sync. */
  writeDurably<T>(work: () => T, weight = 1): Promise<T> {
    return this.#atEndOfTurn(work, weight, true);
  }

  /** Commits what is pending and brings it to disk. Throws what made that fail, now or before. */
  flush(): void {
    this.#commit("waiting");
    if (this.#broken !== undefined) throw this.#broken;
  }

  /** Calls back whenever something that was written is taken back, for those who cache what they wrote. */
  onRollback(listener: () => void): void {
    this.#rollbackListeners.push(listener);
  }

  close(): void {
    if (!this.#database.isOpen) return;
    const wasBroken = this.#broken !== undefined;
    this.#commit("waiting");
    this.#log?.close();
    // What SQLite does at the end, without the log, is its own to sync.
    if (this.#log !== undefined && !this.#database.inTransaction) this.#database.exec("pragma synchronous = full");
    this.#database.close();
    if (!wasBroken && this.#broken !== undefined) throw this.#broken;
  }

  #atEndOfTurn<T>(work: () => T, weight: number, isDurable: boolean): Promise<T> {
    return new Promise<T>((resolve, failed) => {
      this.#pieces.push({ work, weight, isDurable, done: (result) => resolve(result as T), failed });
      // In the next round of the event loop: what the network has to write goes first, and what comes with it joins the turn.
      this.#immediate ??= setImmediate(() => {
        this.#immediate = setImmediate(() => this.#endTurn());
      });
    });
  }

  #endTurn(): void {
    this.#applyPieces();
    if (this.#waiters.length > 0) this.#commit();
  }

  /** All of them in one piece; where that fails, each by itself, so that each has its own fault and only that. */
  #applyPieces(): void {
    clearImmediate(this.#immediate);
    this.#immediate = undefined;
    const pieces = this.#pieces;
    if (pieces.length === 0) return;
    this.#pieces = [];
    try {
      const results = this.#writeAll(pieces);
      for (const [index, piece] of pieces.entries()) this.#applied(piece, results[index]);
    } catch (error) {
      const [only, ...others] = pieces;
      if (others.length === 0) only?.failed(error);
      else for (const piece of pieces) this.#applyAlone(piece);
    }
  }

  #writeAll(pieces: readonly Piece[]): readonly unknown[] {
    const weight = pieces.reduce((sum, piece) => sum + piece.weight, 0);
    return this.write(() => pieces.map(({ work }) => work()), weight);
  }

  #applyAlone(piece: Piece): void {
    try {
      this.#applied(piece, this.#writeAll([piece])[0]);
    } catch (error) {
      piece.failed(error);
    }
  }

  #applied({ isDurable, done, failed }: Piece, result: unknown): void {
    if (isDurable) this.#waiters.push({ committed: () => done(result), failed });
    else done(result);
  }

  #begin(): void {
    if (this.#broken !== undefined) throw this.#broken;
    if (!this.#database.inTransaction) guarded(this.place, () => this.run("begin immediate"));
  }

  #inSavepoint<T>(work: () => T): T {
    this.run("savepoint piece");
    try {
      const result = work();
      this.run("release piece");
      return result;
    } catch (error) {
      this.#takeBack(error);
      throw error;
    }
  }

  // A full disk can make SQLite roll back the whole transaction, and with it what others were told is written.
  #takeBack(error: unknown): void {
    if (this.#database.inTransaction) {
      this.run("rollback to piece");
      this.run("release piece");
    } else {
      this.#break(error);
    }
    for (const listener of this.#rollbackListeners) listener();
  }

  /** `waiting`: for the disk, holding everything up. */
  #commit(how?: "waiting"): void {
    this.#applyPieces();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#weight = 0;
    const waiters = this.#waiters;
    this.#waiters = [];
    try {
      if (this.#database.inTransaction) {
        this.run("commit");
        this.#commits += 1;
      }
      this.#checkFile();
    } catch (error) {
      if (this.#database.inTransaction) this.run("rollback");
      this.#break(error);
      for (const listener of this.#rollbackListeners) listener();
    }
    if (how === "waiting") this.#syncNow();
    if (this.#log === undefined || this.#broken !== undefined || how === "waiting") this.#answer(waiters);
    else if (waiters.length > 0 || this.#synced < this.#commits) void this.#sync(this.#log, waiters);
  }

  async #sync(log: LogSync, waiters: readonly Waiter[]): Promise<void> {
    const commits = this.#commits;
    try {
      await log.sync();
      this.#synced = Math.max(this.#synced, commits);
      if (this.#database.isOpen) this.#checkFile(); // what was synced has this name: it had it before, too
    } catch (error) {
      this.#break(error);
    }
    this.#answer(waiters);
  }

  #syncNow(): void {
    if (this.#log === undefined || this.#broken !== undefined || this.#synced === this.#commits) return;
    try {
      this.#log.syncNow();
      this.#synced = this.#commits;
    } catch (error) {
      this.#break(error);
    }
  }

  #answer(waiters: readonly Waiter[]): void {
    for (const { committed, failed } of waiters) {
      if (this.#broken === undefined) committed();
      else failed(this.#broken);
    }
  }

  #break(error: unknown): void {
    this.#broken ??= stateError(this.place, error);
  }

  #prepared<Row>(sql: string): Statement<Row> {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known as Statement<Row>;
    const statement = this.#database.prepare<Row>(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

function configure(database: Database, { mode, durable, maxPages }: ConnectionSettings): void {
  database.exec("pragma foreign_keys = on");
  database.exec("pragma temp_store = file"); // sorts of millions of rows belong on disk, not in memory
  database.exec(`pragma cache_size = -${cacheKiB}`);
  if (mode === "read") return;
  if (maxPages !== undefined) database.exec(`pragma max_page_count = ${maxPages}`);
  if (!durable) {
    // Only what is needed to take a write back: a log of all that is new would take as much room again.
    database.exec("pragma main.locking_mode = exclusive");
    database.exec("pragma journal_mode = truncate");
    database.exec("pragma synchronous = off");
    return;
  }
  database.exec("pragma journal_mode = wal");
  database.exec("pragma synchronous = normal"); // commits are synced by log-sync.ts
  database.exec(`pragma wal_autocheckpoint = ${checkpointAfterPages}`);
  database.exec(`pragma journal_size_limit = ${journalSizeBytes}`);
}

function guarded<T>(place: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw stateError(place, error);
  }
}
