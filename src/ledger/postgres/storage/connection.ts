// One connection to a ledger in PostgreSQL: in which order its work is done, and what is committed together. Not here: any table,
// and how a statement is sent (statements.ts).
//
// All work waits in one line, so whoever reads sees what was written before. While one is on its way, more gathers: writes that
// stand next to each other share a transaction, and calls of one batch share a statement, which is a transaction by itself. A
// commit is asynchronous (`synchronous_commit = off`): it costs no wait for the server's disk, survives the death of this
// process, and is on disk at the latest with the next commit that somebody waits for.
//
// A connection that is lost is opened again, for as long as the lease of the account is not another's. The number of the newest write
// that was kept tells what became of the work under way: what was not done is done now. Where it was done and only its answer is
// lost, or where a server that crashed has lost writes that were answered, nothing more is done: the next run continues.
import { setTimeout } from "node:timers/promises";
import type { Client } from "pg";
import { ImportError } from "../../../model/error.ts";
import type { Lease } from "../../../model/ledger/lease.ts";
import { databaseError, isFencedOff, isLost } from "./database-error.ts";
import { type Statements, statementsOn } from "./statements.ts";
import { workSchema } from "./temporary-tables.ts";

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
/** A server that is away for longer ends the run. */
const longestAwayMs = 60_000;

/** Opens a connection again that was lost. Gives the number of the newest write that was kept, or in words why it cannot go on. */
export type Reopen = () => Promise<{ readonly client: Client; readonly kept: number | string }>;

/** Whoever opens it calls `close`. */
export class Connection {
  /** For messages: without user and password. */
  readonly place: string;
  #client: Client;
  #statements: Statements;
  readonly #lease: Lease | undefined;
  readonly #rollbackListeners: (() => void)[] = [];
  #jobs: Job[] = [];
  #isWorking = false;
  #isClosed = false;
  /** Why nothing may follow: see above. */
  #broken: unknown;
  /** The fault of a connection that was lost and is not opened again yet. */
  #lost: unknown;
  #reopen: Reopen | undefined;
  #write = 0;
  /** The newest write that was answered. */
  #kept = 0;
  readonly #nextWrite: NextWrite = () => {
    this.#write += 1;
    return this.#write;
  };

  /** Takes over a client that is connected. Whoever writes has the lease of the account. */
  constructor(client: Client, place: string, lease: Lease | undefined) {
    this.place = place;
    this.#lease = lease;
    this.#client = client;
    this.#statements = statementsOn(client);
    this.#watch(client);
    lease?.lost.addEventListener("abort", () => {
      this.#broken ??= lease.lost.reason;
    });
  }

  /** From now on it is opened again when it is lost. */
  reopenBy(reopen: Reopen): void {
    this.#reopen = reopen;
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
      if (this.#broken === undefined && this.#lost === undefined) await this.writeDurably((db) => this.#tidyUp(db));
    } finally {
      await this.#client.end();
    }
  }

  async #tidyUp(db: Statements): Promise<void> {
    if (this.#lease !== undefined) await db.script(`drop schema if exists ${workSchema(this.#lease.account)} cascade`);
  }

  #watch(client: Client): void {
    client.on("error", (error) => {
      if (client === this.#client) this.#lost ??= databaseError(this.place, error);
    });
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
    const before = this.#write;
    try {
      if (this.#broken !== undefined) throw this.#broken;
      if (this.#lost !== undefined) throw this.#lost;
      const results = await this.#resultsOf(jobs);
      for (const [at, { done }] of jobs.entries()) done(results[at]);
    } catch (error) {
      const fault = databaseError(this.place, error);
      if (isFencedOff(fault)) this.#broken ??= fault;
      else if (isLost(fault) && this.#broken === undefined) {
        this.#lost ??= fault;
        if (await this.#openAgain(before)) return this.#do(jobs);
      }
      if (this.#broken !== undefined) for (const { failed } of jobs) failed(this.#broken);
      else await this.#doAlone(jobs, fault);
    }
  }

  /** True when nothing was lost of what was done, and nothing was done since the write `before`. */
  async #openAgain(before: number): Promise<boolean> {
    const fault = this.#lost;
    const sinceMs = performance.now();
    for (let waitMs = 50; this.#reopen !== undefined; waitMs = Math.min(1000, 2 * waitMs)) {
      const opened = await this.#reopen().catch(() => undefined); // a server that starts refuses with all kinds of words
      if (opened !== undefined) {
        const { client, kept } = opened;
        this.#client = client;
        this.#statements = statementsOn(client);
        this.#watch(client);
        const why =
          typeof kept === "string"
            ? kept
            : kept < this.#kept
              ? "the server has lost what was written last"
              : kept > before
                ? "it went away in the moment of a write"
                : undefined;
        if (why !== undefined) this.#broken ??= cannotGoOn(this.place, why, fault);
        else this.#lost = undefined;
        break;
      }
      if (this.#broken !== undefined || this.#isClosed || performance.now() - sinceMs > longestAwayMs) break;
      await setTimeout(waitMs);
    }
    if (this.#lost !== undefined) this.#broken ??= this.#lease?.lost.reason ?? fault;
    return this.#lost === undefined && this.#broken === undefined;
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
      case "step": {
        const result = await first.work(this.#statements, this.#nextWrite);
        this.#kept = this.#write;
        return [result];
      }
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
    this.#kept = this.#write;
    return results;
  }

  async #inTransaction(jobs: readonly JobOf<"write">[]): Promise<readonly unknown[]> {
    const isDurable = jobs.some((job) => job.isDurable);
    const results: unknown[] = [];
    // Without a lease the server refuses everything that is written.
    const fence = this.#lease === undefined ? "" : `select luminous_import.fence(${this.#nextWrite()})`;
    try {
      await this.#statements.script(
        isDurable ? `begin; set local synchronous_commit = on; ${fence}` : `begin; ${fence}`,
      );
      for (const { work } of jobs) results.push(await work(this.#statements));
      await this.#statements.script("commit");
      this.#kept = this.#write;
    } catch (error) {
      for (const listener of this.#rollbackListeners) listener();
      await this.#statements.script("rollback").catch(() => undefined); // of a connection that is lost, the server sees to it
      throw error;
    }
    return results;
  }
}

function cannotGoOn(place: string, why: string, cause: unknown): ImportError {
  return new ImportError("STATE_LOST", `${place}: the connection to the database server failed, and ${why}`, {
    hint: "run the same command again: it continues",
    cause,
  });
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
