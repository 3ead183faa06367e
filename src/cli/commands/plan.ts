// `luminous-import plan`.
import { relative, resolve } from "node:path";
import { systemClock } from "../../model/clock.ts";
import { ImportError } from "../../model/error.ts";
import { exitCodeOf, exitCodes } from "../../model/exit-codes.ts";
import { visibleTexts } from "../../model/text/visible.ts";
import { type PlanResult, plan as planJob } from "../../plan/plan.ts";
import { planText } from "../../report/plan/plan-text.ts";
import { shownText } from "../../report/preview-text.ts";
import { resolveAccount } from "../world/account.ts";
import { commandLine, openConsole, without } from "../world/console.ts";
import { interruptible } from "../world/interrupt.ts";
import { type InputFlags, loadCommandJob } from "../world/load-job.ts";
import { tellError } from "../world/tell-error.ts";
import { accountSources, type CommandWorld, type GlobalOptions } from "../world/world.ts";

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
    if (options.json === true) world.stdout.write(`${JSON.stringify(result.plan, null, 2)}\n`);
    else tell(result, flags, world);
    return result.exitCode;
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
): Promise<PlanResult> {
  using signals = interruptible(world);
  const job = await loadCommandJob(path, options, input === undefined ? {} : { input }, world, signals.stop);
  const account = await resolveAccount(job, accountSources(world, options));
  await using console = await openConsole(world, options);
  return await planJob(job, {
    account,
    clock: systemClock,
    stop: signals.stop,
    onEvent: console.onEvent,
    ...(only === undefined ? {} : { only }),
    ...(strict === undefined ? {} : { strict }),
    ...(show === 0 ? {} : { show }),
    ...(out === undefined ? {} : { out: resolve(world.cwd, out) }),
  });
}

function tell({ plan: made, file, shown }: PlanResult, { show }: PlanFlags, { stdout, cwd, argv }: CommandWorld): void {
  if (show !== 0) stdout.write(`${shownText(shown)}\n\n`);
  const near = relative(cwd, file);
  const named = near.startsWith("..") ? file : near;
  // What the plan says of only and strict, its run takes from it.
  const words = without(argv, /^--(show|out|only|strict|json)(=|$)/).map((word, at) =>
    at === 0 && word === "plan" ? "run" : word,
  );
  const text = planText(visibleTexts(made), {
    width: stdout.columns ?? 100,
    file: named,
    send: commandLine([...words, "--plan", named]),
    again: commandLine(argv),
  });
  stdout.control(`${text}\n`);
}
