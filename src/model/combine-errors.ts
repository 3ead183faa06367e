// Several faults of a run as one error.
import { ImportError } from "./error.ts";

interface InputFailure {
  readonly reason: unknown;
  /** The input. */
  readonly of: string;
}

/** Several faults as one error: the first one's code, everybody's words, each hint with the inputs that it is for. */
export function combineErrors(failures: readonly InputFailure[]): unknown {
  const known = failures.flatMap(({ reason, of }) => (reason instanceof ImportError ? [{ error: reason, of }] : []));
  const [first, ...rest] = known;
  if (first === undefined || known.length < failures.length)
    return failures.find(({ reason }) => !(reason instanceof ImportError))?.reason;
  if (rest.length === 0) return first.error;
  const hints = [...new Set(known.flatMap(({ error: { hint } }) => (hint === undefined ? [] : [hint])))];
  const inputs = new Set(known.map(({ of }) => of));
  const told = hints.map((hint) => {
    const of = known.filter(({ error }) => error.hint === hint).map((each) => `input "${each.of}"`);
    return hints.length === 1 || inputs.size === 1 ? hint : `${of.join(", ")}: ${hint}`;
  });
  const message = known.map(({ error }) => error.message).join("\n");
  return new ImportError(first.error.code, message, {
    cause: first.error,
    ...(told.length === 0 ? {} : { hint: told.join(inputs.size === 1 ? " " : "\n") }),
  });
}
