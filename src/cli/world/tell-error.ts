// How an error that ended a command is said: what, and what to do about it.
import type { ErrorCode, ImportError } from "../../model/error.ts";
import { visibleLine } from "../../model/text/visible.ts";
import { fitted } from "./fitted.ts";
import type { CommandWorld } from "./world.ts";

/** Writes the message and the hint to stderr. */
export function tellError({ code, message, hint }: ImportError, { stderr }: Pick<CommandWorld, "stderr">): void {
  const said = hasLines.has(code) ? message : visibleLine(message);
  stderr.write(fitted(`${said}\n${hint === undefined ? "" : `${visibleLine(hint)}\n`}`, stderr));
}

/** What failed first, where closing something failed after it: the rest of the trouble mostly comes from it. */
export function firstOf(error: unknown): unknown {
  return error instanceof Error && error.name === "SuppressedError" && "suppressed" in error
    ? firstOf(error.suppressed)
    : error;
}

/** All faults at once, a line each. Of the others, a line end can only come from a cell or the account. */
const hasLines: ReadonlySet<ErrorCode> = new Set([
  "USAGE",
  "JOB_INVALID",
  "MAPPING_INVALID",
  "INPUT_UNREADABLE",
  "GUARD",
]);
