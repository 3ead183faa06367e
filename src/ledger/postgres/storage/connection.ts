// One connection to a ledger in PostgreSQL: in which order its work is done, and what is committed together. Not here: any table,
// and how a statement is sent (statements.ts).
//
// All work waits in one line, so whoever reads sees what was written before. While one is on its way, more gathers: writes that
// stand next to each other share a transaction, and calls of one batch share a statement, which is a transaction by itself. A
// commit is asynchronous (`synchronous_commit = off`): it costs no wait for the server's disk, survives the death of this
// process, and is on disk at the latest with the next commit that somebody waits for.
import type { Client } from "pg";
import type { Lease } from "../../../model/ledger/lease.ts";
import { databaseError, isFencedOff, isLost } from "./database-error.ts";
import { type Statements, statementsOn } from "./statements.ts";

/** Work on a connection. It may run a second time where another that shared its transaction failed. */
export type Work<T> = (db: Statements) => Promise<T>;

/** The number of a write. A statement that commits by itself gives it to `luminous_import.fence`, which keeps it from being done by who
 * drives the account no more. */
export type NextWrite = () => number;

/** Work of statements that commit by themselves: each takes a number for the fence. */
export type Step<T> = (db: Statements, write: NextWrite) => Promise<T>;

/** Calls that one statement can do together. */
export interface Batch<Item, Result> {
  /** Does all of them with one statement, which commits by itself. Undefined when it did nothing: each is then done alone. */
  readonly together: (
    db: Statements,
    items: readonly Item[],
    write: NextWrite,
  ) => Promise<readonly Result[] | undefined>;
  /** Does one in a transaction, in which it may need more statements. */
  readonly alone: (db: Statements, item: Item, write: NextWrite) => Promise<Result>;
  readonly isDurable: boolean;
  /** It may overtake what waits of other batches, so that more of it goes together. */
  readonly goesFirst: boolean;
}

interface Waiting {
  readonly done: (result: unknown) => void;
  readonly failed: (error: unknown) => void;
}

/** `step` is one statement, which commits by itself. */
type Job = Waiting &
  (
    | { readonly kind: "read"; readonly work: Work<unknown> }
    | { readonly kind: "step"; readonly work: Step<unknown> }
    | { readonly kind: "write"; readonly work: Work<unknown>; readonly isDurable: boolean }
    | { readonly kind: "batch"; readonly batch: Batch<unknown, unknown>; readonly item: unknown }
  );
type JobOf<Kind extends Job["kind"]> = Extract<Job, { readonly kind: Kind }>;

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
  /** Set when the connection was lost: nobody knows whether the work under way was done, so nothing may follow it. */
  #broken: unknown;
  /** What it writes is kept only under the lease; without one the server refuses everything that is written. */
  readonly #isFenced: boolean;
  #write = 0;
  readonly #nextWrite: NextWrite = () => {
    this.#write += 1;
    return this.#write;
  };

  /** Takes over a client that is connected. Whoever writes has the lease of the account. */
  constructor(client: Client, place: string, lease: Lease | undefined) {
    this.place = place;
    this.#isFenced = lease !== undefined;
    this.#client = client;
    this.#statements = statementsOn(client);
    client.on("error", (error) => {
      this.#broken ??= databaseError(place, error);
    });
    lease?.lost.addEventListener("abort", () => {
      this.#broken ??= lease.lost.reason;
    });
  }

  /** Runs reads, after everything that was asked for before. */
  read<T>(work: Work<T>): Promise<T> {
    return this.#inLine<T>((waiting) => ({ kind: "read", work, ...waiting }));
  }

  /** Applies all of `work` or nothing of it; others see it when this resolves, and it is on disk later. */
  write<T>(work: Work<T>): Promise<T> {
    return this.#inLine<T>((waiting) => ({ kind: "write", work, isDurable: false, ...waiting }));
  }

  /** As `write`; resolves when it is on disk, with everything that was written before it. */
  writeDurably<T>(work: Work<T>): Promise<T> {
    return this.#inLine<T>((waiting) => ({ kind: "write", work, isDurable: true, ...waiting }));
  }

  /** As `write`, for work of one statement, or of more that need not be done together: it saves the way there and back for a transaction. */
  step<T>(work: Step<T>): Promise<T> {
    return this.#inLine<T>((waiting) => ({ kind: "step", work, ...waiting }));
  }

  /** As `write` (`writeDurably` for a batch that is durable), together with others of the same batch. */
  inBatch<Item, Result>(batch: Batch<Item, Result>, item: Item): Promise<Result> {
    return this.#inLine<Result>((waiting) => ({
      kind: "batch",
      batch: batch as unknown as Batch<unknown, unknown>,
      item,
      ...waiting,
    }));
  }

  /** Waits until all that was written is on disk. */
  async flush(): Promise<void> {
    await this.writeDurably(() => Promise.resolve());
  }

  /** Calls back whenever something that was written is taken back, for those who cache what they wrote. */
  onRollback(listener: () => void): void {
    this.#rollbackListeners.push(listener);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      if (this.#broken === undefined) await this.flush();
    } finally {
      await this.#client.end();
    }
  }

  #inLine<T>(job: (waiting: Waiting) => Job): Promise<T> {
    return new Promise<T>((resolve, failed) => {
      this.#jobs.push(job({ done: (result) => resolve(result as T), failed }));
      if (this.#isWorking) return;
      this.#isWorking = true;
      // What comes in the same turn of the event loop goes together already.
      setImmediate(() => void this.#workOff());
    });
  }

  /** Never throws: each job has its own fault. */
  async #workOff(): Promise<void> {
    for (let jobs = this.#next(); jobs.length > 0; jobs = this.#next()) await this.#do(jobs);
    this.#isWorking = false;
  }

  /** What is done next: calls of one batch, writes that stand together, or something alone. */
  #next(): readonly Job[] {
    const [first] = this.#jobs;
    if (first === undefined) return [];
    const end = this.#jobs.findIndex(({ kind }) => kind !== first.kind);
    const alike = this.#jobs.slice(0, Math.min(end < 0 ? this.#jobs.length : end, mostTogether));
    const next = first.kind === "batch" ? ofOneBatch(alike) : first.kind === "write" ? alike : [first];
    this.#jobs = this.#jobs.filter((job, at) => at >= alike.length || !next.includes(job));
    return next;
  }

  async #do(jobs: readonly Job[]): Promise<void> {
    try {
      if (this.#broken !== undefined) throw this.#broken;
      const results = await this.#resultsOf(jobs);
      for (const [at, { done }] of jobs.entries()) done(results[at]);
    } catch (error) {
      const fault = databaseError(this.place, error);
      if (isLost(fault) || isFencedOff(fault)) this.#broken ??= fault;
      if (this.#broken !== undefined) for (const { failed } of jobs) failed(this.#broken);
      else await this.#doAlone(jobs, fault);
    }
  }

  /** Each by itself, so that each has its own fault and only that. */
  async #doAlone(jobs: readonly Job[], fault: unknown): Promise<void> {
    for (const job of jobs) {
      if (job.kind === "batch") {
        const { batch, item, done, failed } = job;
        const work = (db: Statements) => batch.alone(db, item, this.#nextWrite);
        await this.#do([{ kind: "write", work, isDurable: batch.isDurable, done, failed }]);
      } else if (jobs.length > 1) await this.#do([job]);
      else job.failed(fault);
    }
  }

  async #resultsOf(jobs: readonly Job[]): Promise<readonly unknown[]> {
    const [first] = jobs;
    switch (first?.kind) {
      case "read":
        return [await first.work(this.#statements)];
      case "step":
        return [await first.work(this.#statements, this.#nextWrite)];
      case "batch":
        return this.#inOneStatement(first.batch, jobs.filter(isBatch));
      case "write":
        return this.#inTransaction(jobs.filter(isWrite));
      case undefined:
        return [];
      default:
        return first satisfies never;
    }
  }

  async #inOneStatement(batch: Batch<unknown, unknown>, jobs: readonly JobOf<"batch">[]): Promise<readonly unknown[]> {
    const results = await batch.together(
      this.#statements,
      jobs.map(({ item }) => item),
      this.#nextWrite,
    );
    if (results === undefined) throw new Error("each is done alone");
    return results;
  }

  async #inTransaction(jobs: readonly JobOf<"write">[]): Promise<readonly unknown[]> {
    const isDurable = jobs.some((job) => job.isDurable);
    const results: unknown[] = [];
    const fence = this.#isFenced ? `select luminous_import.fence(${this.#nextWrite()})` : "";
    try {
      await this.#statements.script(
        isDurable ? `begin; set local synchronous_commit = on; ${fence}` : `begin; ${fence}`,
      );
      for (const { work } of jobs) results.push(await work(this.#statements));
      await this.#statements.script("commit");
    } catch (error) {
      for (const listener of this.#rollbackListeners) listener();
      await this.#statements.script("rollback").catch(() => undefined); // of a connection that is lost, the server sees to it
      throw error;
    }
    return results;
  }
}

/** Of calls of several batches those of one: of one that goes first, or else those that stand together. */
function ofOneBatch(jobs: readonly Job[]): readonly Job[] {
  const batches = jobs.filter(isBatch).map(({ batch }) => batch);
  const goingFirst = batches.find((batch) => batch.goesFirst);
  if (goingFirst !== undefined) return jobs.filter((job) => isBatch(job) && job.batch === goingFirst);
  const end = batches.findIndex((batch) => batch !== batches[0]);
  return end < 0 ? jobs : jobs.slice(0, end);
}

function isBatch(job: Job): job is JobOf<"batch"> {
  return job.kind === "batch";
}

function isWrite(job: Job): job is JobOf<"write"> {
  return job.kind === "write";
}
