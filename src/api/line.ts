// The line to an account: one transport, and the halt that ends everything on it.
import { createHalt, type Halt } from "./halt.ts";
import type { ApiOptions } from "./options.ts";
import { createTransport, type Transport } from "./transport.ts";

/** Whoever opened it disposes it: nothing is asked or sent on it after that. */
export interface Line extends AsyncDisposable {
  readonly halt: Halt;
  readonly transport: Transport;
}

/** Opens nothing by itself: the first request connects. */
export function openLine(options: Omit<ApiOptions, "random">): Line {
  const halt = createHalt(options.stop, options.abort);
  const transport = createTransport(options, halt);
  return {
    halt,
    transport,
    async [Symbol.asyncDispose]() {
      await transport[Symbol.asyncDispose]();
      halt[Symbol.dispose]();
    },
  };
}
