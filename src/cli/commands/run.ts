// `luminous-import run`.
import { run as runJob } from "../../run/run.ts";
import { resolveAccount } from "../world/account.ts";
import { type InputFlags, loadCommandJob } from "../world/load-job.ts";
import { notifying } from "../world/notifying.ts";
import { sending } from "../world/sending.ts";
import { accountSources, type CommandWorld, type GlobalOptions } from "../world/world.ts";

/** The flags of `run`. */
export interface RunFlags extends InputFlags {
  readonly limit?: number;
  readonly only?: string;
  readonly allOrNothing?: boolean;
  readonly maxErrors?: number;
  readonly strict?: boolean;
  readonly force?: boolean;
}

/** Runs a job, says how it ended and tells those whom the job names; gives the exit code. */
export async function run(path: string, options: GlobalOptions, flags: RunFlags, world: CommandWorld): Promise<number> {
  const job = await loadCommandJob(path, options, flags, world);
  return notifying("run", job, options, world, async ({ console, signals }) => {
    const account = await resolveAccount(job, accountSources(world, options));
    const { input: _, ...runOptions } = flags;
    const result = await runJob(job, {
      ...runOptions,
      ...sending(account, signals, console),
      stdin: world.stdin,
    });
    console.close(result.summary);
    return result;
  });
}
