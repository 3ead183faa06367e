// The end of the line in the thread that holds a ledger: it calls the ledger as it is asked, in the order of the questions.
import type { MessagePort } from "node:worker_threads";
import type { Ledger } from "../../model/ledger/ledger.ts";
import type { PlannedEntry } from "../../model/ledger/plans.ts";
import type { Clashes } from "../../model/ledger/staging.ts";
import { parseJson } from "../../model/text/parse-json.ts";
import { settleRemadeWith } from "./remade.ts";
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

/** Serves a ledger until it is closed; then the port is closed, and the thread ends. */
export function serve(ledger: Ledger, port: MessagePort): void {
  const iterators = new Map<number, AsyncIterator<unknown>>();
  const feeds = openFeeds((feed) => outbox.add({ wants: feed }));
  const outbox = openOutbox<Answer>((answers) => {
    try {
      port.postMessage(answers);
    } catch (error) {
      // One that cannot be cloned: a defect of ours, and nobody knows whose.
      port.postMessage(
        answers.map((answer) => ("id" in answer ? { id: answer.id, settled: { fault: faultOf(error) } } : answer)),
      );
    }
  });
  const targets = targetsOf(ledger, feeds.open);
  const answer = async (request: Exclude<Request, { kind: "drop" | "fed" }>): Promise<unknown> => {
    switch (request.kind) {
      case "call":
        return await called(targets, request);
      case "pull": {
        if (request.from !== undefined) {
          const iterable = called(targets, request.from) as AsyncIterable<unknown>;
          iterators.set(request.iterable, iterable[Symbol.asyncIterator]());
        }
        const iterator = iterators.get(request.iterable);
        if (iterator === undefined) return { items: [], isOver: true } satisfies Pulled;
        const pulled = await pull(iterator, request.least);
        if (pulled.isOver) iterators.delete(request.iterable);
        return pulled;
      }
      case "close":
        return await ledger[Symbol.asyncDispose]();
      default:
        return request satisfies never;
    }
  };
  port.on("message", (requests: readonly Request[]) => {
    for (const request of requests) {
      if (request.kind === "fed") feeds.take(request.feed, request.next);
      else if (request.kind === "drop") {
        void iterators.get(request.iterable)?.return?.();
        iterators.delete(request.iterable);
      } else {
        void settledOf(() => answer(request)).then((settled) => {
          outbox.add({ id: request.id, settled });
          if (request.kind !== "close") return;
          outbox.flush();
          port.close();
        });
      }
    }
  });
}

type Targets = Map<string | number, Readonly<Record<string, (...parameters: never[]) => unknown>>>;

/** The parts of a ledger by their names, with what methods.ts calls `own` in a form that can be asked from afar. */
function targetsOf(ledger: Ledger, openFeed: (feed: number) => AsyncIterable<unknown>): Targets {
  const { runs, staging, queue, account, results, history, failures, audit, plans, upkeep } = ledger;
  let lastClashes = 0;
  const targets: Targets = new Map();
  const add = (name: string | number, target: object): void => {
    targets.set(name, target as Readonly<Record<string, (...parameters: never[]) => unknown>>);
  };
  const clashes = async (...asked: Parameters<typeof staging.clashes>): Promise<number> => {
    const list: Clashes = await staging.clashes(...asked);
    lastClashes += 1;
    const name = lastClashes;
    const dispose = (): PromiseLike<void> => {
      targets.delete(name);
      return list[Symbol.asyncDispose]();
    };
    add(name, { ...list, dispose });
    return name;
  };
  const save = (plan: Parameters<typeof plans.save>[0], feed: number): Promise<void> =>
    plans.save(plan, openFeed(feed) as AsyncIterable<readonly PlannedEntry[]>);
  type Noted = Parameters<typeof settleRemadeWith> extends [unknown, ...infer Rest] ? Rest : never;
  const settleRemade = (...asked: Noted) => settleRemadeWith(queue, ...asked);
  const parts = { runs, account, results, history, failures, audit, upkeep };
  for (const [name, part] of Object.entries(parts)) add(name, part);
  add("ledger", { flush: () => ledger.flush() });
  add("staging", { ...staging, clashes });
  add("queue", { ...queue, settleRemade });
  add("plans", { ...plans, save });
  return targets;
}

function called(targets: Targets, { target, method, parameters }: Call): unknown {
  const work = targets.get(target)?.[method];
  if (work === undefined) throw new Error(`the ledger has no ${target}.${method}`);
  return work(...((typeof parameters === "string" ? parseJson(parameters) : parameters) as never[]));
}

async function pull(iterator: AsyncIterator<unknown>, least: number): Promise<Pulled> {
  const items: unknown[] = [];
  for (let weight = 0; weight < least; ) {
    const { done, value } = await iterator.next();
    if (done === true) return { items, isOver: true };
    items.push(value);
    weight += weightOf(value);
  }
  return { items, isOver: false };
}

/** About how many rows it is, at least one. */
function weightOf(item: unknown): number {
  if (Array.isArray(item)) return Math.max(1, item.length);
  return typeof item === "object" && item !== null && "rows" in item ? weightOf(item.rows) : 1;
}

interface Feeds {
  /** An iterable whose items the main thread has. */
  open(feed: number): AsyncIterable<unknown>;
  take(feed: number, next: Settled<IteratorResult<unknown, undefined>>): void;
}

function openFeeds(want: (feed: number) => void): Feeds {
  const waiting = new Map<number, (next: Settled<IteratorResult<unknown, undefined>>) => void>();
  return {
    async *open(feed) {
      for (;;) {
        want(feed);
        const next = await new Promise<Settled<IteratorResult<unknown, undefined>>>((resolve) => {
          waiting.set(feed, resolve);
        });
        if ("fault" in next) throw errorOf(next.fault);
        if (next.value.done === true) return;
        yield next.value.value;
      }
    },
    take(feed, next) {
      const taken = waiting.get(feed);
      waiting.delete(feed);
      taken?.(next);
    },
  };
}

async function settledOf(work: () => Promise<unknown>): Promise<Settled<unknown>> {
  try {
    return { value: await work() };
  } catch (error) {
    return { fault: faultOf(error) };
  }
}
