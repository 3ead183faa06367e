// Questions outside a run: on the same terms (one limiter, one pause, one circuit), with nothing written.
import { ask } from "./ask.ts";
import { createBrake, Halted } from "./halt.ts";
import type { ApiOptions } from "./options.ts";
import { createLine } from "./transport.ts";
import type { Asker } from "./whole-list.ts";

/** Whom to ask, how fast, and who may stop it. */
export type InquiryOptions = ApiOptions;

/** Asks. Throws the `ImportError` that ended it early: `STOPPED`, `OUTAGE` or `ACCOUNT_REFUSED`. */
export async function inquire<T>(options: InquiryOptions, questions: (asker: Asker) => Promise<T>): Promise<T> {
  using brake = createBrake(options.stop, options.abort);
  await using line = createLine(options, brake);
  try {
    return await questions((request, reads) => ask(line, options, brake.signal, request, reads));
  } catch (error) {
    brake.rethrow();
    if (error instanceof Halted && brake.reason !== undefined) throw brake.reason;
    throw error;
  }
}
