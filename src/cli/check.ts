// `luminous-import check`, also `run --dry-run`.
import { check as checkJob } from "../check.ts";
import { exitCodeOf, exitCodes } from "../exit-codes.ts";
import { systemClock } from "../model/clock.ts";
import { ImportError } from "../model/error.ts";
import { openConsole } from "./console.ts";
import { interruptible } from "./interrupt.ts";
import { type InputFlags, loadCommandJob } from "./load-job.ts";
import { tellError } from "./tell-error.ts";
import type { CommandWorld, GlobalOptions } from "./world.ts";

/** The flags of `check`. */
export interface CheckFlags extends InputFlags {
  readonly only?: string;
  readonly strict?: boolean;
}

/** Checks a job and says what was found; gives the exit code. */
export async function check(
  path: string,
  options: GlobalOptions,
  flags: CheckFlags,
  world: CommandWorld,
): Promise<number> {
  const job = await loadCommandJob(path, options, flags, world);
  await using console = await openConsole(world, options);
  using signals = interruptible(world);
  try {
    const result = await checkJob(job, {
      clock: systemClock,
      stop: signals.stop,
      onEvent: console.onEvent,
      stdin: world.stdin,
      ...(flags.only === undefined ? {} : { only: flags.only }),
      ...(flags.strict === undefined ? {} : { strict: flags.strict }),
    });
    console.close(result.summary);
    return result.exitCode;
  } catch (error) {
    // A check leaves nothing to continue, so what ends it early ends it as if it had not started.
    if (!(error instanceof ImportError) || exitCodeOf(error.code) !== exitCodes.stopped) throw error;
    tellError(error, world);
    return exitCodes.notStarted;
  }
}
