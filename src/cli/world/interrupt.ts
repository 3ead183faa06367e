// Ctrl-C: the first stops starting and lets what is in flight settle, the second cuts it. Both can be continued.
import { fitted } from "./fitted.ts";
import type { CommandWorld } from "./world.ts";

/** The two signals of a command. Disposing gives Ctrl-C back to the process. */
export interface Interrupts extends Disposable {
  readonly stop: AbortSignal;
  readonly abort: AbortSignal;
}

/** Listens for Ctrl-C and SIGTERM until it is disposed. `isIdle` where nothing may be under way: nothing needs to be said then. */
export function interruptible(world: CommandWorld, isIdle: () => boolean = () => false): Interrupts {
  const stop = new AbortController();
  const abort = new AbortController();
  const off = world.onInterrupt(() => {
    if (stop.signal.aborted) {
      abort.abort();
      return;
    }
    const said =
      "Stopping: requests under way may finish first. Press Ctrl-C again to cut them off; either way the same command continues.";
    if (!isIdle()) world.stderr.write(`\n${fitted(said, world.stderr)}\n`);
    stop.abort();
  });
  return { stop: stop.signal, abort: abort.signal, [Symbol.dispose]: off };
}
