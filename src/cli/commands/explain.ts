// `luminous-import explain`: the story of one entry, from the ledger. No token, no network.
import { explain as explainEntry, onlyAddress, requireRun } from "../../history/explain.ts";
import type { JobOutline } from "../../job/job-outline.ts";
import { exitCodes } from "../../model/exit-codes.ts";
import { storyText } from "../../report/story-text.ts";
import { resolveAddress } from "../world/account.ts";
import { loadCommandOutline } from "../world/load-job.ts";
import { accountSources, type CommandWorld, type GlobalOptions } from "../world/world.ts";

/** Tells what became of a key or of `file:line`; gives the exit code. */
export async function explain(
  path: string,
  what: string,
  options: GlobalOptions,
  world: CommandWorld,
): Promise<number> {
  const job = await loadCommandOutline(path, options, world);
  await requireRun(job);
  const baseUrl = await addressOf(job, options, world);
  const explanation = await explainEntry(job, { what, baseUrl, cwd: world.cwd });
  const text =
    options.json === true
      ? JSON.stringify(explanation, null, 2)
      : storyText(explanation, { width: world.stdout.columns ?? 100 });
  world.stdout.write(`${text}\n`);
  return exitCodes.done;
}

/** As `status` finds it; a job that names no account any more has the ledger that is there, if there is only one. */
async function addressOf(job: JobOutline, options: GlobalOptions, world: CommandWorld): Promise<string> {
  try {
    return (await resolveAddress(job, accountSources(world, options))).baseUrl;
  } catch (error) {
    const only = await onlyAddress(job);
    if (only === undefined) throw error;
    return only;
  }
}
