// One connection to a ledger: its statements, and when what is written gets committed. Not here: any table.
//
// Writes are applied at once, inside one open transaction, so reads see them. The transaction is committed (one sync to
// disk) when a send waits for it, when enough was written, or after a moment. Everybody who waits shares that commit.
import { stateError } from "../../../disk/state-error.ts";
import { Database, type Statement } from "./database.ts";
import { watchSameFile } from "./same-file.ts";

type Parameter = string | number | null | Uint8Array;

interface Waiter {
  readonly committed: () => void;
  readonly failed: (error: unknown) => void;
}

/** How a connection is opened. */
export interface ConnectionSettings {
  readonly mode: "write" | "read";
  /** False for a ledger nobody will miss after a power loss. */
  readonly durable: boolean;
  /** An upper bound of the file, for tests of a full disk. */
  readonly maxPages?: number;
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
  #waiters: Waiter[] = [];
  #weight = 0;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  /** Set when a commit failed: what was written before it is lost, so nothing may follow it. */
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
      return guarded(this.place, () => this.#applied(work));
    } finally {
      this.#weight += weight;
      if (this.#weight >= commitAfterWeight) this.#commit();
      else this.#timer ??= setTimeout(() => this.#commit(), commitAfterMs);
    }
  }

  /** As `write`; resolves when it is on disk. All that are waiting share one sync. */
  async writeDurably<T>(work: () => T, weight = 1): Promise<T> {
    const result = this.write(work, weight);
    await new Promise<void>((committed, failed) => {
      this.#waiters.push({ committed, failed });
      this.#immediate ??= setImmediate(() => this.#commit());
    });
    return result;
  }

  /** Commits what is pending. Throws what made a commit fail. */
  flush(): void {
    this.#commit();
    if (this.#broken !== undefined) throw this.#broken;
  }

  /** Calls back whenever something that was written is taken back, for those who cache what they wrote. */
  onRollback(listener: () => void): void {
    this.#rollbackListeners.push(listener);
  }

  close(): void {
    if (!this.#database.isOpen) return;
    const wasBroken = this.#broken !== undefined;
    this.#commit();
    this.#database.close();
    if (!wasBroken && this.#broken !== undefined) throw this.#broken;
  }

  #begin(): void {
    if (this.#broken !== undefined) throw this.#broken;
    if (!this.#database.inTransaction) guarded(this.place, () => this.run("begin immediate"));
  }

  #applied<T>(work: () => T): T {
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

  #commit(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#timer = undefined;
    this.#immediate = undefined;
    this.#weight = 0;
    const waiters = this.#waiters;
    this.#waiters = [];
    try {
      if (this.#database.inTransaction) this.run("commit");
      this.#checkFile();
    } catch (error) {
      if (this.#database.inTransaction) this.run("rollback");
      this.#break(error);
      for (const listener of this.#rollbackListeners) listener();
    }
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
  database.exec("pragma journal_mode = wal");
  database.exec(`pragma synchronous = ${durable ? "full" : "off"}`);
  database.exec(`pragma wal_autocheckpoint = ${checkpointAfterPages}`);
  database.exec(`pragma journal_size_limit = ${journalSizeBytes}`);
  if (maxPages !== undefined) database.exec(`pragma max_page_count = ${maxPages}`);
}

function guarded<T>(place: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw stateError(place, error);
  }
}
