// What every command does with its stage of the terminal: progress on stderr, events to the log file, the closing on
// stdout, or with --json the summary alone.
import { closing } from "../report/closing.ts";
import { createProgress, type Progress } from "../report/progress.ts";
import type { Summary } from "../report/summary.ts";
import type { RunEvent } from "../run.ts";
import { openLog } from "./log.ts";
import { createNarrator } from "./narrator.ts";
import type { CommandWorld, GlobalOptions } from "./world.ts";

/** The terminal of one command. Disposing flushes the log and takes the progress line off. */
export interface Console extends AsyncDisposable {
  readonly onEvent: (event: RunEvent) => void;
  /** Says how it ended: the table, the problems, the files, the next step. */
  close(summary: Summary, again: string): void;
}

/** A console for a command with these options. */
export async function openConsole(world: CommandWorld, options: GlobalOptions, job: string): Promise<Console> {
  const log = await openLog(options.logFile, world.stderr);
  const progress: Progress = createProgress({
    stream: world.stderr,
    isTty: world.stderr.isTTY === true,
    clock: () => performance.now(),
    quiet: options.quiet === true,
  });
  const narrate = createNarrator(
    progress,
    options.quiet === true
      ? () => undefined
      : (line) => {
          progress.clear();
          world.stderr.write(`${line}\n`);
        },
  );
  return {
    onEvent(event) {
      log.event(event);
      narrate(event);
    },
    close(summary, command) {
      progress.clear();
      if (options.json === true) world.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
      else
        world.stdout.write(
          `${closing(summary, { width: world.stdout.columns ?? 100, colour: world.stdout.isTTY === true && world.env.NO_COLOR === undefined, again: `luminous-import ${command} ${job}` })}\n`,
        );
    },
    async [Symbol.asyncDispose]() {
      progress.clear();
      await log[Symbol.asyncDispose]();
    },
  };
}
