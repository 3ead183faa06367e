// What goes between the main thread and the thread that holds a ledger. Values go by structured clone, and one message
// carries all that came up in one turn of an event loop: a message costs more than what most calls do.
import { type ErrorCode, ImportError } from "../../model/error.ts";

/** What a method belongs to: a part of the ledger by its name, "ledger" for itself, or a list of clashing claims by its number. */
export type Target = string | number;

/** A method with its parameters. */
export interface Call {
  readonly target: Target;
  readonly method: string;
  /** Or their JSON. */
  readonly parameters: readonly unknown[] | string;
}

/** What the main thread asks. All but `drop` and `fed` are answered, under their id. */
export type Request =
  | (Call & { readonly kind: "call"; readonly id: number })
  /** The next items of an iterable, so that they weigh at least so much; the first of these names the method that gives it. */
  | {
      readonly kind: "pull";
      readonly id: number;
      readonly iterable: number;
      readonly from?: Call;
      readonly least: number;
    }
  /** The iterable is not read to its end. */
  | { readonly kind: "drop"; readonly iterable: number }
  /** What an iterable of the main thread gives next. */
  | { readonly kind: "fed"; readonly feed: number; readonly next: Settled<IteratorResult<unknown, undefined>> }
  /** Closes the ledger; the thread ends after its answer. */
  | { readonly kind: "close"; readonly id: number };

/** What the thread answers, or asks for: the next item of an iterable of the main thread. */
export type Answer = { readonly id: number; readonly settled: Settled<unknown> } | { readonly wants: number };

/** The answer to `pull`. */
export interface Pulled {
  readonly items: readonly unknown[];
  readonly isOver: boolean;
}

/** How something ended. */
export type Settled<T> = { readonly value: T } | { readonly fault: Fault };

/** An error on its way. */
export interface Fault {
  /** Of an `ImportError`. */
  readonly code?: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  readonly stack?: string;
  /** As SQLite and the file system name their errors. */
  readonly name?: string;
  readonly cause?: Fault;
}

/** The error as it can go. */
export function faultOf(error: unknown): Fault {
  if (!(error instanceof Error)) return { message: String(error) };
  const { message, stack, cause } = error;
  const parts = {
    message,
    ...(stack === undefined ? {} : { stack }),
    ...(cause === undefined ? {} : { cause: faultOf(cause) }),
  };
  if (error instanceof ImportError)
    return { code: error.code, ...parts, ...(error.hint === undefined ? {} : { hint: error.hint }) };
  return "code" in error && typeof error.code === "string" ? { name: error.code, ...parts } : parts;
}

/** The error that came. */
export function errorOf({ code, message, hint, stack, name, cause }: Fault): Error {
  const parts = {
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause: errorOf(cause) }),
  };
  const error = code === undefined ? new Error(message, parts) : new ImportError(code, message, parts);
  if (stack !== undefined) error.stack = stack;
  return name === undefined ? error : Object.assign(error, { code: name });
}

/** Collects what is posted, and posts it together at the end of the turn, or at once. */
export function openOutbox<Message>(post: (messages: readonly Message[]) => void): {
  readonly add: (message: Message) => void;
  readonly flush: () => void;
} {
  let waiting: Message[] = [];
  let immediate: NodeJS.Immediate | undefined;
  const flush = (): void => {
    clearImmediate(immediate);
    immediate = undefined;
    const messages = waiting;
    waiting = [];
    if (messages.length > 0) post(messages);
  };
  return {
    add(message) {
      waiting.push(message);
      immediate ??= setImmediate(flush);
    },
    flush,
  };
}
