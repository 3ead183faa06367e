// `luminous-import doctor`: is the account, the job and the API as a run needs it?
import { doctor as examine } from "../../doctor/doctor.ts";
import type { Account } from "../../model/account.ts";
import { systemClock } from "../../model/clock.ts";
import { ImportError } from "../../model/error.ts";
import { doctorText } from "../../report/doctor-text.ts";
import { resolveAccount } from "../world/account.ts";
import { interruptible } from "../world/interrupt.ts";
import { loadCommandJob } from "../world/load-job.ts";
import { accountSources, type CommandWorld, type GlobalOptions } from "../world/world.ts";

/** Looks at a job and its account and tells what was found; gives the exit code. */
export async function doctor(path: string, options: GlobalOptions, world: CommandWorld): Promise<number> {
  const job = await loadCommandJob(path, options, {}, world);
  const account = await resolveAccount(job, accountSources(world, options)).catch(asError);
  using signals = interruptible(world);
  const result = await examine(job, {
    account,
    env: world.env,
    clock: systemClock,
    random: Math.random,
    stop: signals.stop,
    abort: signals.abort,
  });
  const text =
    options.json === true
      ? `${JSON.stringify(result, null, 2)}\n`
      : doctorText(result, { width: world.stdout.columns ?? 100 });
  world.stdout.write(text);
  return result.exitCode;
}

/** An account that cannot be found is a finding like others. */
function asError(error: unknown): Account | ImportError {
  if (error instanceof ImportError) return error;
  throw error;
}
