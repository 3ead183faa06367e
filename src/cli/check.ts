// `luminous-import check`, also `run --dry-run`.
import { check as checkJob } from "../check.ts";
import { systemClock } from "../model/clock.ts";
import { openConsole } from "./console.ts";
import { interruptible } from "./interrupt.ts";
import { type InputFlags, loadCommandJob } from "./load-job.ts";
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
  await using console = await openConsole(world, options, path);
  using signals = interruptible(world);
  const result = await checkJob(job, {
    clock: systemClock,
    stop: signals.stop,
    onEvent: console.onEvent,
    stdin: world.stdin,
    ...(flags.only === undefined ? {} : { only: flags.only }),
    ...(flags.strict === undefined ? {} : { strict: flags.strict }),
  });
  console.close(result.summary, "check");
  return result.exitCode;
}
