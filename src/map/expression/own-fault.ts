// Faults of expressions in our own words: the engine adds where in the expression they happened.
import { EvaluationError } from "@marcbachmann/cel-js";

/** The code of errors that are in our own words already. */
export const ownFault = "own_fault";

/** An error in our own words. */
export function fault(message: string): EvaluationError {
  return new EvaluationError({ code: ownFault, message });
}
