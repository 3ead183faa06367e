// Faults of a whole run: thrown once, caught once (in the process), turned into an exit code there.
// Faults of a single row are values: see problem.ts.

/** What kind of thing went wrong; decides the exit code and lets callers of the library tell errors apart. */
export type ErrorCode =
  | "USAGE" // a command, flag or option that makes no sense
  | "JOB_INVALID" // the job file
  | "MAPPING_INVALID" // a mapping file, or a mapping that does not fit its input's header
  | "INPUT_UNREADABLE" // an input that is missing, not text, not the format it should be, or damaged
  | "INPUT_CHANGED" // an input, or what its mapping reads, changed while it was read: nothing was sent
  | "NO_TOKEN" // no account or token found
  | "STATE_LOCKED" // another run holds the state folder
  | "STATE_UNUSABLE" // the ledger is not ours, of a newer version, damaged, or its folder cannot be written
  | "STATE_FULL" // the disk or the database is full, or has no room for an upgrade of the ledger
  | "STATE_LOST" // the ledger was removed or replaced, or its server went away, while a run was under way
  | "RESULTS_UNWRITTEN" // the run is in the ledger, but its results could not be written
  | "PLAN_OUTDATED" // what a plan was made of has changed, another run came between, or it was done
  | "GUARD" // a guard of the job refused to start
  | "NOTHING_SENT" // `--all-or-nothing` and something was invalid
  | "STOPPED" // stopped before the end; the same command continues
  | "OUTAGE" // the API did not answer for longer than the job's patience
  | "TOO_MANY_ERRORS" // `--max-errors`, or the first answers were all the same refusal
  | "ACCOUNT_REFUSED"; // the API refused the credentials

/** Extra parts of an `ImportError`. */
export interface ErrorParts {
  /** What the reader can do about it: one sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/**
 * A fault that ends a run, said so that a tired person can act on it.
 * `message` says what, where and which value; `hint` what to do. Neither ever holds a token; together they are at most
 * 40 lines.
 */
export class ImportError extends Error {
  override readonly name = "ImportError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, { hint, cause }: ErrorParts = {}) {
    super(bounded(message, mostLines), cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = hint === undefined ? undefined : bounded(hint, mostHintLines);
  }
}

// With its hint no error is longer than a screen, whatever of files and headers is in it.
const mostLines = 36;
const mostHintLines = 4;
const mostLineCharacters = 1000;

function bounded(text: string, most: number): string {
  const lines = text.split("\n");
  if (lines.length <= most && text.length <= mostLineCharacters) return text;
  const kept = lines.length <= most ? lines : lines.slice(0, most - 1);
  const cut = kept.map((line) =>
    line.length <= mostLineCharacters ? line : `${line.slice(0, mostLineCharacters - 1)}…`,
  );
  return [...cut, ...(kept.length < lines.length ? [`… and ${lines.length - kept.length} more lines`] : [])].join("\n");
}
