// `luminous-import plan`.
import { resolve } from "node:path";
import type { Job } from "../../job/job.ts";
import { systemClock } from "../../model/clock.ts";
import { ImportError } from "../../model/error.ts";
import { exitCodeOf, exitCodes } from "../../model/exit-codes.ts";
import { visibleTexts } from "../../model/text/visible.ts";
import { type PlanResult, plan as planJob } from "../../plan/plan.ts";
import { planCommands, planPagePath } from "../../report/plan/plan-page.ts";
import { planText } from "../../report/plan/plan-text.ts";
import { shownText } from "../../report/preview-text.ts";
import { resolveAccount } from "../world/account.ts";
import { near, openConsole } from "../world/console.ts";
import { interruptible } from "../world/interrupt.ts";
import { type InputFlags, loadCommandJob } from "../world/load-job.ts";
import { tellError } from "../world/tell-error.ts";
import { accountSources, type CommandWorld, type GlobalOptions } from "../world/world.ts";
import { withInbox } from "./with-inbox.ts";

/** The flags of `plan`. */
export interface PlanFlags extends InputFlags {
  readonly only?: string;
  readonly strict?: boolean;
  readonly show?: number;
  readonly out?: string;
}

const usuallyShown = 3;

/** Makes a plan of a job and says what it would do; gives the exit code. */
export async function plan(
  path: string,
  options: GlobalOptions,
  flags: PlanFlags,
  world: CommandWorld,
): Promise<number> {
  try {
    const result = await make(path, options, flags, world);
    if (typeof result === "number") return result;
    if (options.json === true) world.stdout.write(`${JSON.stringify(result.plan, null, 2)}\n`);
    else tell(result, flags, world);
    return Math.max(result.least, result.exitCode);
  } catch (error) {
    // As of a check: there is nothing to continue.
    if (!(error instanceof ImportError) || exitCodeOf(error.code) !== exitCodes.stopped) throw error;
    tellError(error, world);
    return exitCodes.notStarted;
  }
}

async function make(
  path: string,
  options: GlobalOptions,
  { only, strict, show = usuallyShown, out, input }: PlanFlags,
  world: CommandWorld,
): Promise<(PlanResult & { readonly least: number; readonly job: Job }) | number> {
  using signals = interruptible(world);
  const written = await loadCommandJob(path, options, input === undefined ? {} : { input }, world, signals.stop);
  const account = await resolveAccount(written, accountSources(world, options));
  await using console = await openConsole(world, options);
  const { stop } = signals;
  const chosen = only === undefined ? {} : { only };
  const { job, exitCode: least } = await withInbox(written, "plan", chosen, { world, stop, onEvent: console.onEvent });
  if (job === undefined) return least;
  const planned = await planJob(job, {
    account,
    clock: systemClock,
    stop,
    words: world.argv,
    shownFile: (file) => near(file, world),
    onEvent: console.onEvent,
    ...chosen,
    ...(strict === undefined ? {} : { strict }),
    ...(show === 0 ? {} : { show }),
    ...(out === undefined ? {} : { out: resolve(world.cwd, out) }),
  });
  return { ...planned, least, job };
}

function tell(
  { plan: made, file, folder, shown, job }: PlanResult & { readonly job: Job },
  { show }: PlanFlags,
  world: CommandWorld,
): void {
  const { stdout, argv } = world;
  if (show !== 0) stdout.write(`${shownText(shown)}\n\n`);
  const named = near(file, world);
  const text = planText(visibleTexts(made), {
    width: stdout.columns ?? 100,
    file: named,
    page: near(planPagePath(folder), world),
    ...planCommands(argv, named, job.drop !== undefined),
  });
  stdout.control(`${text}\n`);
}
