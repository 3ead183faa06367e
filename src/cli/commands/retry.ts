// `luminous-import retry`.
import { visibleLine } from "../../model/text/visible.ts";
import { reportPath } from "../../report/html/report-page.ts";
import { retry as retryJob } from "../../run/retry.ts";
import { resolveAccount } from "../world/account.ts";
import { fitted } from "../world/fitted.ts";
import { loadCommandJob } from "../world/load-job.ts";
import { notifying } from "../world/notifying.ts";
import { openPage } from "../world/open-page.ts";
import { type ReportFlags, sending } from "../world/sending.ts";
import { accountSources, type CommandWorld, type GlobalOptions } from "../world/world.ts";

/** The flags of `retry`. */
export interface RetryFlags extends ReportFlags {
  readonly limit?: number;
  readonly only?: string;
  readonly allOrNothing?: boolean;
  readonly maxErrors?: number;
  readonly strict?: boolean;
}

/** Retries what failed in any run and is not made good yet, and says how it ended; gives the exit code. */
export async function retry(
  path: string,
  options: GlobalOptions,
  flags: RetryFlags,
  world: CommandWorld,
): Promise<number> {
  const job = await loadCommandJob(path, options, {}, world);
  return notifying("retry", job, options, world, async ({ console, signals }) => {
    const account = await resolveAccount(job, accountSources(world, options));
    const { open, values: _, results: __, ...retryOptions } = flags;
    const { exitCode, retried, result, warnings } = await retryJob(job, {
      ...retryOptions,
      ...sending(account, signals, console, world, flags),
    });
    if (result !== undefined) console.close(result.summary);
    else if (options.json === true)
      world.stdout.write(`${JSON.stringify({ version: 1, retry_of: retried, nothing_to_retry: true, warnings })}\n`);
    else {
      const whose = flags.only === undefined ? "" : ` of input ${flags.only}`;
      const said =
        warnings.length > 0
          ? `Nothing to retry${whose}.\n${warnings.map((warning) => `  ${visibleLine(warning)}\n`).join("")}`
          : `Nothing to retry: nothing that failed${whose} is still open (last run: ${retried}).\n`;
      world.stdout.write(fitted(said, world.stdout));
    }
    if (open === true && result !== undefined) await openPage(reportPath(result.folder), world);
    return { exitCode, summary: result?.summary };
  });
}
