// How an error that ended a command is said: what, and what to do about it.
import type { ImportError } from "../model/error.ts";
import type { CommandWorld } from "./world.ts";

/** Writes the message and the hint to stderr. */
export function tellError({ message, hint }: ImportError, { stderr }: Pick<CommandWorld, "stderr">): void {
  stderr.write(`${message}\n${hint === undefined ? "" : `${hint}\n`}`);
}
