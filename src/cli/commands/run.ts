// `luminous-import run`.
import { resolve } from "node:path";
import { reportPath } from "../../report/html/report-page.ts";
import { run as runJob } from "../../run/run.ts";
import { resolveAccount } from "../world/account.ts";
import { type InputFlags, loadCommandJob } from "../world/load-job.ts";
import { notifying } from "../world/notifying.ts";
import { openPage } from "../world/open-page.ts";
import { type ReportFlags, sending } from "../world/sending.ts";
import { accountSources, type CommandWorld, type GlobalOptions } from "../world/world.ts";

/** The flags of `run`. */
export interface RunFlags extends InputFlags, ReportFlags {
  readonly limit?: number;
  readonly only?: string;
  readonly allOrNothing?: boolean;
  readonly maxErrors?: number;
  readonly strict?: boolean;
  readonly force?: boolean;
  readonly plan?: string;
  /** Workers send it. */
  readonly workers?: boolean;
}

/** Runs a job, says how it ended and tells those whom the job names; gives the exit code. */
export async function run(path: string, options: GlobalOptions, flags: RunFlags, world: CommandWorld): Promise<number> {
  const job = await loadCommandJob(path, options, flags, world);
  return notifying("run", job, options, world, async ({ console, signals }) => {
    const account = await resolveAccount(job, accountSources(world, options));
    const { input: _, open, values: _values, results: _results, workers: _workers, plan, ...runOptions } = flags;
    const result = await runJob(job, {
      ...runOptions,
      ...(plan === undefined ? {} : { plan: resolve(world.cwd, plan) }),
      ...sending(account, signals, console, world, flags),
      stdin: world.stdin,
    });
    console.close(result.summary);
    if (open === true) await openPage(reportPath(result.folder), world);
    return result;
  });
}
