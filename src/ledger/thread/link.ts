// The main thread's end of the line to the thread that holds a ledger: questions, answers, and what happens when it dies.
import type { Worker } from "node:worker_threads";
import { ImportError } from "../../model/error.ts";
import {
  type Answer,
  type Call,
  errorOf,
  faultOf,
  openOutbox,
  type Pulled,
  type Request,
  type Settled,
} from "./wire.ts";

/** What a line is made of: a worker, or a port in tests. */
export interface Ends {
  post(requests: readonly Request[]): void;
  /** `ended` is called once, with the cause when it has one, after the last answer. */
  listen(answered: (answers: readonly Answer[]) => void, ended: (cause?: unknown) => void): void;
  /** Keeps the process alive, or lets it end. */
  hold(isHeld: boolean): void;
}

/** A line to one thread. Whatever was asked is rejected when the thread ends before it answers. */
export interface Link {
  /** Asks, with all that is asked in this turn. The caller names the type: methods.ts says which method gives what. */
  call<T>(call: Call): Promise<T>;
  /** Asks at once. */
  callNow<T>(call: Call): Promise<T>;
  /** Reads an iterable of the thread; `ahead`: while one page is worked on, the next is read, and small ones come together. */
  pages<T>(call: Call, how: "pages" | "ahead"): AsyncGenerator<T>;
  /** Lets the thread read an iterable of this side while `work` goes on; `work` gets its number. */
  feed<T>(items: AsyncIterable<unknown>, work: (feed: number) => Promise<T>): Promise<T>;
  /** Closes the ledger and waits for the thread to end. */
  close(): Promise<void>;
}

/** A line to the thread of the ledger in this place. */
export function openLink(ends: Ends, place: string): Link {
  const asked = new Map<number, Asked>();
  const feeds = new Map<number, AsyncIterator<unknown>>();
  let lastId = 0;
  let ended: unknown;
  const outbox = openOutbox<Request>((requests) => {
    try {
      ends.post(requests);
    } catch (error) {
      // One that cannot be cloned: a defect of ours, and nobody knows whose.
      for (const request of requests) if ("id" in request) settle(request.id, { fault: faultOf(error) });
    }
  });
  const settle = (id: number, settled: Settled<unknown>): void => {
    const waiting = asked.get(id);
    asked.delete(id);
    if (asked.size === 0) ends.hold(false);
    if (waiting === undefined) return;
    if ("fault" in settled) waiting.failed(errorOf(settled.fault));
    else waiting.done(settled.value);
  };
  const ask = <T>(request: Unnumbered): Promise<T> =>
    new Promise<T>((resolve, failed) => {
      if (ended !== undefined) return failed(ended);
      lastId += 1;
      if (asked.size === 0) ends.hold(true);
      asked.set(lastId, { done: (value) => resolve(value as T), failed });
      outbox.add({ ...request, id: lastId });
    });
  const end = (why: unknown): void => {
    if (ended !== undefined) return;
    ended = why;
    for (const { failed } of asked.values()) failed(why);
    asked.clear();
  };
  const feedNext = async (feed: number): Promise<void> => {
    const items = feeds.get(feed);
    const next = await settledOf(async () => (await items?.next()) ?? over);
    outbox.add({ kind: "fed", feed, next: "value" in next && next.value.done === true ? { value: over } : next });
  };

  const gone = new Promise<void>((resolve) => {
    const answered = (answers: readonly Answer[]): void => {
      for (const answer of answers) {
        if ("wants" in answer) void feedNext(answer.wants);
        else settle(answer.id, answer.settled);
      }
    };
    ends.listen(answered, (cause) => {
      end(lost(place, cause));
      resolve();
    });
  });

  return {
    call: (call) => ask({ kind: "call", ...call }),
    callNow(call) {
      const answer = ask<never>({ kind: "call", ...call });
      outbox.flush();
      return answer;
    },
    async *pages<T>(from: Call, how: "pages" | "ahead"): AsyncGenerator<T> {
      lastId += 1;
      const iterable = lastId;
      const least = how === "ahead" ? leastAhead : 1;
      const pull = (): Promise<Pulled> => quiet(ask<Pulled>({ kind: "pull", iterable, least }));
      let next = quiet(ask<Pulled>({ kind: "pull", iterable, least, from }));
      let isOver = false;
      try {
        for (;;) {
          const pulled = await next;
          isOver = pulled.isOver;
          if (!isOver && how === "ahead") next = pull();
          yield* pulled.items as readonly T[];
          if (isOver) return;
          if (how === "pages") next = pull();
        }
      } finally {
        if (!isOver && ended === undefined) outbox.add({ kind: "drop", iterable });
      }
    },
    async feed(items, work) {
      lastId += 1;
      const feed = lastId;
      const iterator = items[Symbol.asyncIterator]();
      feeds.set(feed, iterator);
      try {
        return await work(feed);
      } finally {
        feeds.delete(feed);
        await iterator.return?.();
      }
    },
    async close() {
      if (ended === undefined) {
        const closed = ask<void>({ kind: "close" });
        await closed.finally(() => {
          end(new Error(`${place}: the ledger is closed`));
          ends.hold(true);
        });
      }
      await gone;
    },
  };
}

/** The ends of a thread's line. */
export function endsOf(worker: Worker): Ends {
  return {
    post: (requests) => worker.postMessage(requests),
    listen(answered, ended) {
      let cause: unknown;
      worker.on("message", answered);
      worker.once("error", (error) => {
        cause = error;
      });
      worker.once("exit", () => ended(cause));
    },
    hold: (isHeld) => (isHeld ? worker.ref() : worker.unref()),
  };
}

interface Asked {
  readonly done: (value: unknown) => void;
  readonly failed: (error: unknown) => void;
}

type Unnumbered = Request extends infer One ? (One extends { readonly id: number } ? Omit<One, "id"> : never) : never;

/** What comes together weighs so many rows. */
const leastAhead = 200;

const over: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** Whoever reads a page may have stopped before it comes: then nobody waits for its fault. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

async function settledOf<T>(work: () => Promise<T>): Promise<Settled<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    return { fault: faultOf(error) };
  }
}

function lost(place: string, cause?: unknown): ImportError {
  return new ImportError(
    "STATE_UNUSABLE",
    `${place}: the thread that writes the ledger ended before its work was done`,
    {
      hint: "run the same command again: it continues where the ledger ends",
      ...(cause === undefined ? {} : { cause }),
    },
  );
}
