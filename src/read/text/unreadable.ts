// How reading says that no row can be blamed: one shape for every such fault.
import { ImportError } from "../../model/error.ts";
import { maxRowBytes } from "./limits.ts";

/** Parts of a fault of a file. */
interface UnreadableParts {
  /** From 1. */
  readonly line?: number;
  readonly hint: string;
  readonly cause?: unknown;
}

/** `orders.csv:12: a quote is opened and never closed`, with what to do about it. */
export function unreadable(file: string, what: string, { line, hint, cause }: UnreadableParts): ImportError {
  const place = line === undefined ? file : `${file}:${line}`;
  return new ImportError("INPUT_UNREADABLE", `${place}: ${what}`, { hint, cause });
}

/** What ends reading when it is to stop: nothing was sent yet. */
export function stoppedReading(): ImportError {
  return new ImportError("STOPPED", "stopped while reading; nothing was sent", { hint: "Run the same command again." });
}

/** The fault of a row that does not fit into memory's bound; `line` is where it starts. */
export function rowTooLong(file: string, line: number, hint: string): ImportError {
  return unreadable(file, `the row that starts here is longer than ${maxRowBytes / 1024 / 1024} MB`, { line, hint });
}
