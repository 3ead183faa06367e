// The one thing that ends a run early: Ctrl-C, a refused account, an outage, too many errors, a fault of the ledger.
// After it nothing new starts; what is in flight settles.
import { setMaxListeners } from "node:events";
import { ImportError } from "../model/error.ts";

/** Ends the run for everybody who looks at its signal; the first reason and the first failure stay. */
export interface Halt {
  /** Aborted once anything said stop. */
  readonly signal: AbortSignal;
  /** Why, for the user; the first reason stays. */
  readonly reason: ImportError | undefined;
  now(reason: ImportError): void;
  /** A defect or an error of the ledger: to be thrown once everything in flight has settled. */
  fail(error: unknown): void;
  /** Throws what `fail` was given first. */
  rethrow(): void;
  /** Throws `Halted` once the run is halted. */
  check(): void;
}

/** Unwinds what cannot go on because the run is halted. Says nothing itself: the halt knows why. */
export class Halted extends Error {}

/** `stop` and `abort` are the first and the second Ctrl-C. */
export function createHalt(stop: AbortSignal, abort: AbortSignal): Halt & Disposable {
  const controller = new AbortController();
  let reason: ImportError | undefined;
  let failure: { readonly error: unknown } | undefined;
  const interrupted = () => {
    reason ??= new ImportError("STOPPED", "stopped before the end", {
      hint: "the same command continues where it stopped",
    });
    controller.abort();
  };
  setMaxListeners(0, controller.signal, stop, abort); // everything that waits listens, and takes itself off again
  for (const signal of [stop, abort]) {
    if (signal.aborted) interrupted();
    else signal.addEventListener("abort", interrupted, { once: true });
  }
  return {
    signal: controller.signal,
    get reason() {
      return reason;
    },
    now(error) {
      reason ??= error;
      controller.abort();
    },
    fail(error) {
      if (error instanceof Halted) return;
      failure ??= { error };
      controller.abort();
    },
    rethrow() {
      if (failure !== undefined) throw failure.error;
    },
    check() {
      if (controller.signal.aborted) throw new Halted();
    },
    [Symbol.dispose]() {
      for (const signal of [stop, abort]) signal.removeEventListener("abort", interrupted);
    },
  };
}
