// `luminous-import retry`.
import { systemClock } from "../../model/clock.ts";
import { retry as retryJob } from "../../run/retry.ts";
import { resolveAccount } from "../world/account.ts";
import { openConsole } from "../world/console.ts";
import { interruptible } from "../world/interrupt.ts";
import { loadCommandJob } from "../world/load-job.ts";
import { accountSources, type CommandWorld, type GlobalOptions } from "../world/world.ts";

/** The flags of `retry`. */
export interface RetryFlags {
  readonly limit?: number;
  readonly only?: string;
  readonly allOrNothing?: boolean;
  readonly maxErrors?: number;
  readonly strict?: boolean;
}

/** Retries what the last run did not make and says how it ended; gives the exit code. */
export async function retry(
  path: string,
  options: GlobalOptions,
  flags: RetryFlags,
  world: CommandWorld,
): Promise<number> {
  const job = await loadCommandJob(path, options, {}, world);
  const account = await resolveAccount(job, accountSources(world, options));
  await using console = await openConsole(world, options);
  using signals = interruptible(world);
  const { exitCode, retried, result } = await retryJob(job, {
    ...flags,
    account,
    clock: systemClock,
    random: Math.random,
    stop: signals.stop,
    abort: signals.abort,
    onEvent: console.onEvent,
  });
  if (result !== undefined) console.close(result.summary);
  else if (options.json === true)
    world.stdout.write(`${JSON.stringify({ version: 1, retry_of: retried, nothing_to_retry: true })}\n`);
  else
    world.stdout.write(
      `Nothing to retry: run ${retried} has left no failures files${flags.only === undefined ? "" : ` of ${flags.only}`}.\n`,
    );
  return exitCode;
}
