// Which exit code tells the truth when what a command printed did not get where it should, because a disk was full. The
// code of a run speaks of its rows, and their results are in the state folder; a command that only prints has done nothing.
import { exitCodes } from "../../model/exit-codes.ts";
import type { Terminal } from "./world.ts";

/** Commands whose work is in files or at a server: what they print can be had again. */
const works = ["run", "retry", "drop", "check", "init", "sandbox"];

/**
 * The exit code, and a sentence on stderr where something was lost. Only success changes: a command that only prints ends
 * with 2 then, one that leaves its results in files keeps its 0. A reader that went away (`| head`) is no loss.
 */
export function exitCodeAfterLoss(
  exitCode: number,
  [command = ""]: readonly string[],
  lost: Error | null,
  stderr: Pick<Terminal, "write">,
): number {
  if (lost === null) return exitCode;
  const isPrinter = !works.includes(command);
  stderr.write(
    `standard output cannot be written: ${lost.message}\n${
      isPrinter
        ? "Make room where it goes, then run the same command again.\n"
        : "That changes nothing of the work: its results are in files, and the exit code speaks of it.\n"
    }`,
  );
  return isPrinter && exitCode === exitCodes.done ? exitCodes.notStarted : exitCode;
}
