// Questions outside a run: on the same terms (one limiter, one pause, one circuit), with nothing written.
import { ask } from "./ask.ts";
import { Halted } from "./halt.ts";
import { openLine } from "./line.ts";
import type { ApiOptions } from "./options.ts";
import type { Asker } from "./whole-list.ts";

/** Asks. Throws the `ImportError` that ended it early: `STOPPED`, `OUTAGE` or `ACCOUNT_REFUSED`. */
export async function withReadSession<T>(options: ApiOptions, questions: (asker: Asker) => Promise<T>): Promise<T> {
  await using line = openLine(options);
  const { halt, transport } = line;
  try {
    return await questions((request, reads) => ask(transport, options, halt.signal, request, reads));
  } catch (error) {
    halt.rethrow();
    if (error instanceof Halted && halt.reason !== undefined) throw halt.reason;
    throw error;
  }
}
