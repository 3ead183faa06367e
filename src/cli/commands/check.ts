// `luminous-import check`, also `run --dry-run`.
import { resolve } from "node:path";
import { readsStreams } from "../../job/read-once.ts";
import { watchedFiles } from "../../job/watched-files.ts";
import { systemClock } from "../../model/clock.ts";
import { ImportError } from "../../model/error.ts";
import { exitCodeOf, exitCodes } from "../../model/exit-codes.ts";
import { reportPath } from "../../report/html/report-page.ts";
import { check as checkJob } from "../../run/check.ts";
import { resolveAccount } from "../world/account.ts";
import { openConsole } from "../world/console.ts";
import { interruptible } from "../world/interrupt.ts";
import { type InputFlags, loadCommandJob } from "../world/load-job.ts";
import { openPage } from "../world/open-page.ts";
import type { ReportFlags } from "../world/sending.ts";
import { tellError } from "../world/tell-error.ts";
import { accountSources, type CommandWorld, type GlobalOptions } from "../world/world.ts";
import { watch } from "./watch.ts";
import { withInbox } from "./with-inbox.ts";

/** The flags of `check`. */
export interface CheckFlags extends InputFlags, ReportFlags {
  readonly only?: string;
  readonly strict?: boolean;
  readonly show?: number;
  readonly watch?: boolean;
  readonly account?: boolean;
  /** `run --dry-run`, which takes the options of `run`. */
  readonly dryRun?: boolean;
}

/** Checks a job and says what was found, with `--watch` again and again; gives the exit code. */
export async function check(
  path: string,
  options: GlobalOptions,
  flags: CheckFlags,
  world: CommandWorld,
): Promise<number> {
  refuseIdleAccount(options, flags);
  if (flags.watch === true) {
    const watched = {
      round: (stop: AbortSignal) => checkOnce(path, options, flags, world, stop),
      job: resolve(world.cwd, path),
      files: async () => watchedFiles(await loadCommandJob(path, options, flags, world)),
      clears: options.json !== true,
      quiet: options.quiet === true,
    };
    return watch(watched, world, systemClock);
  }
  using signals = interruptible(world);
  try {
    return await checkOnce(path, options, flags, world, signals.stop);
  } catch (error) {
    // A check leaves nothing to continue, so what ends it early ends it as if it had not started.
    if (!(error instanceof ImportError) || exitCodeOf(error.code) !== exitCodes.stopped) throw error;
    tellError(error, world);
    return exitCodes.notStarted;
  }
}

/** Whoever names an account believes that it is asked. */
function refuseIdleAccount({ profile, tokenFile }: GlobalOptions, { account, dryRun }: CheckFlags): void {
  const named = profile !== undefined ? "--profile" : tokenFile !== undefined ? "--token-file" : undefined;
  if (named === undefined || account === true || dryRun === true) return;
  throw new ImportError("USAGE", `${named} is for --account: without it no account is asked`, {
    hint: "Add --account to ask what Luminous has; nothing is written.",
  });
}

async function checkOnce(
  path: string,
  options: GlobalOptions,
  flags: CheckFlags,
  world: CommandWorld,
  stop: AbortSignal,
): Promise<number> {
  const written = await loadCommandJob(path, options, flags, world, stop);
  if (flags.watch === true && (await readsStreams(written))) {
    throw new ImportError("USAGE", "standard input can be read once, so it cannot be watched; nor can a pipe", {
      hint: "Name a file instead, or check without --watch.",
    });
  }
  const account = flags.account === true ? await resolveAccount(written, accountSources(world, options)) : undefined;
  await using console = await openConsole(world, options);
  const { job, exitCode: least } = await withInbox(written, "check", flags, { world, stop, onEvent: console.onEvent });
  if (job === undefined) return least;
  const result = await checkJob(job, {
    ...(account === undefined ? {} : { account }),
    clock: systemClock,
    stop,
    onEvent: console.onEvent,
    stdin: world.stdin,
    report: { words: world.argv, values: flags.values !== false, ndjson: flags.results === "ndjson" },
    ...(flags.only === undefined ? {} : { only: flags.only }),
    ...(flags.strict === undefined ? {} : { strict: flags.strict }),
    ...(flags.show === undefined ? {} : { show: flags.show }),
  });
  console.close(result.summary, flags.show === undefined ? undefined : result.shown);
  if (flags.open === true && flags.watch !== true) await openPage(reportPath(result.folder), world);
  return Math.max(least, result.exitCode);
}
