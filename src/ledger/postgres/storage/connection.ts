// One connection to a ledger in PostgreSQL: in which order its work is done, and what is committed together. Not here: any table,
// and how a statement is sent (statements.ts).
//
// All work waits in one line, so whoever reads sees what was written before. Writes that stand next to each other in the line
// share one transaction: while one is on its way, the next ones gather. A commit is asynchronous (`synchronous_commit = off`): it
// costs no wait for the server's disk, survives the death of this process, and is on disk at the latest with the next commit that
// somebody waits for.
import type { Client } from "pg";
import { databaseError, isLost } from "./database-error.ts";
import { type Statements, statementsOn } from "./statements.ts";

/** Work on a connection. It may run a second time where another that shared its transaction failed. */
export type Work<T> = (db: Statements) => Promise<T>;

interface Job {
  readonly kind: "read" | "write";
  readonly isDurable: boolean;
  readonly work: Work<unknown>;
  readonly done: (result: unknown) => void;
  readonly failed: (error: unknown) => void;
}

const mostTogether = 500;

/** Whoever opens it calls `close`. */
export class Connection {
  /** For messages: without user and password. */
  readonly place: string;
  readonly #client: Client;
  readonly #statements: Statements;
  readonly #rollbackListeners: (() => void)[] = [];
  #jobs: Job[] = [];
  #isWorking = false;
  #isClosed = false;
  /** Something was committed that nobody has waited for yet. */
  #isUnsynced = false;
  /** Set when the connection was lost: nobody knows whether the work under way was done, so nothing may follow it. */
  #broken: unknown;

  /** Takes over a client that is connected. */
  constructor(client: Client, place: string) {
    this.place = place;
    this.#client = client;
    this.#statements = statementsOn(client);
    client.on("error", (error) => {
      this.#broken ??= databaseError(place, error);
    });
  }

  /** Runs reads, after everything that was asked for before. */
  read<T>(work: Work<T>): Promise<T> {
    return this.#inLine("read", work, false);
  }

  /** Applies all of `work` or nothing of it; others see it when this resolves, and it is on disk later. */
  write<T>(work: Work<T>): Promise<T> {
    return this.#inLine("write", work, false);
  }

  /** As `write`; resolves when it is on disk, with everything that was written before it. */
  writeDurably<T>(work: Work<T>): Promise<T> {
    return this.#inLine("write", work, true);
  }

  /** Waits until all that was written is on disk. */
  async flush(): Promise<void> {
    // Only a transaction with a number of its own is waited for.
    await this.writeDurably((db) => (this.#isUnsynced ? db.script("select pg_current_xact_id()") : Promise.resolve()));
  }

  /** Calls back whenever something that was written is taken back, for those who cache what they wrote. */
  onRollback(listener: () => void): void {
    this.#rollbackListeners.push(listener);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const wasBroken = this.#broken !== undefined;
    try {
      if (!wasBroken) await this.flush();
    } finally {
      await this.#client.end();
    }
  }

  #inLine<T>(kind: Job["kind"], work: Work<T>, isDurable: boolean): Promise<T> {
    return new Promise<T>((resolve, failed) => {
      this.#jobs.push({ kind, isDurable, work, done: (result) => resolve(result as T), failed });
      if (this.#isWorking) return;
      this.#isWorking = true;
      // What comes in the same turn of the event loop belongs to the first transaction already.
      setImmediate(() => void this.#workOff());
    });
  }

  /** Never throws: each job has its own fault. */
  async #workOff(): Promise<void> {
    for (let jobs = this.#next(); jobs.length > 0; jobs = this.#next()) await this.#do(jobs);
    this.#isWorking = false;
  }

  /** A read, or the writes up to the next read. */
  #next(): readonly Job[] {
    const read = this.#jobs.findIndex(({ kind }) => kind === "read");
    const count = read === 0 ? 1 : Math.min(read < 0 ? this.#jobs.length : read, mostTogether);
    return this.#jobs.splice(0, count);
  }

  /** All of them together; where that fails, each by itself, so that each has its own fault and only that. */
  async #do(jobs: readonly Job[]): Promise<void> {
    try {
      if (this.#broken !== undefined) throw this.#broken;
      const results = await this.#together(jobs);
      for (const [at, { done }] of jobs.entries()) done(results[at]);
    } catch (error) {
      const fault = databaseError(this.place, error);
      if (isLost(fault)) this.#broken ??= fault;
      if (jobs.length === 1 || this.#broken !== undefined) for (const { failed } of jobs) failed(this.#broken ?? fault);
      else for (const job of jobs) await this.#do([job]);
    }
  }

  async #together(jobs: readonly Job[]): Promise<readonly unknown[]> {
    if (jobs[0]?.kind === "read") return [await jobs[0].work(this.#statements)];
    const isDurable = jobs.some((job) => job.isDurable);
    const results: unknown[] = [];
    await this.#statements.script(isDurable ? "begin; set local synchronous_commit = on" : "begin");
    try {
      for (const { work } of jobs) results.push(await work(this.#statements));
      await this.#statements.script("commit");
    } catch (error) {
      await this.#takeBack();
      throw error;
    }
    this.#isUnsynced = !isDurable;
    return results;
  }

  async #takeBack(): Promise<void> {
    for (const listener of this.#rollbackListeners) listener();
    await this.#statements.script("rollback").catch(() => undefined); // of a connection that is lost, the server sees to it
  }
}
