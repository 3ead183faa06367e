// `luminous-import run --workers`: staged here, driven by workers, followed to its end.
import { hostname } from "node:os";
import { resolve } from "node:path";
import { systemClock } from "../../model/clock.ts";
import { exitCodes } from "../../model/exit-codes.ts";
import { visibleLine } from "../../model/text/visible.ts";
import { commandLine } from "../../report/html/next-commands.ts";
import { reportPath } from "../../report/html/report-page.ts";
import type { RunFigures } from "../../report/live/run-figures.ts";
import { clockText } from "../../report/wording.ts";
import type { FollowEvent } from "../../worker/follow.ts";
import { databaseOf, submitRun } from "../../worker/submit.ts";
import { resolveAddress } from "../world/account.ts";
import { fitted } from "../world/fitted.ts";
import { createLive } from "../world/live.ts";
import { loadCommandJob } from "../world/load-job.ts";
import { notifying } from "../world/notifying.ts";
import { openPage } from "../world/open-page.ts";
import { accountSources, type CommandWorld, type GlobalOptions } from "../world/world.ts";
import type { RunFlags } from "./run.ts";

/** Submits a run and follows it; gives its exit code, or 4 when somebody stopped following. */
export async function submit(
  path: string,
  options: GlobalOptions,
  { input, open, values = true, results, plan, workers: _, ...flags }: RunFlags,
  world: CommandWorld,
): Promise<number> {
  const { state } = options;
  const job = await loadCommandJob(path, options, input === undefined ? {} : { input }, world);
  databaseOf(job);
  return notifying("run", job, options, world, async ({ console, signals }) => {
    const account = await resolveAddress(job, accountSources(world, options));
    const words = [path, ...(state === undefined ? [] : ["--state", state])];
    const say = (line: string): void => {
      if (options.quiet !== true) world.stderr.write(`${fitted(visibleLine(line), world.stderr)}\n`);
    };
    let figures: RunFigures | undefined;
    using live = createLive(world.stderr, {
      env: world.env,
      figures: () => figures ?? waitingFigures,
      isPlain: options.logFile === "-",
      isQuiet: options.quiet === true,
    });
    const end = await submitRun(job, {
      ...flags,
      ...(plan === undefined ? {} : { plan: resolve(world.cwd, plan) }),
      ...{ account, stop: signals.stop, stdin: world.stdin },
      report: { words: world.argv, values, ndjson: results === "ndjson" },
      onEvent: console.onEvent,
      onFollow(event) {
        console.endPanel();
        if (event.kind === "figures") ({ figures } = event.progress);
        else say(followText(event));
        live.update();
      },
    });
    live[Symbol.dispose]();
    if (end.kind === "left") {
      say(
        `The run ${end.runId} goes on without you. ${commandLine(["status", ...words])} shows it, ${commandLine(["stop", ...words])} ends it; once it has ended, ${commandLine(["report", ...words])} writes its files here.`,
      );
      return { exitCode: exitCodes.stopped, isUntold: true };
    }
    console.close(end.result.summary);
    if (open === true) await openPage(reportPath(end.result.folder), world);
    return end.result;
  });
}

const waitingFigures: RunFigures = { step: { kind: "starting" }, phases: [], outcomes: {}, throttled: 0, inFlight: 0 };

function followText(event: Exclude<FollowEvent, { readonly kind: "figures" }>): string {
  switch (event.kind) {
    case "submitted":
      return `Staged and submitted as ${event.submission.runId}: it waits for a worker that has the token of ${event.submission.baseUrl}. Ctrl-C leaves it waiting.`;
    case "taken": {
      const { driver } = event.submission;
      const where = driver === undefined || driver.host === hostname() ? "" : ` on ${driver.host}`;
      const since = clockText(driver?.sinceMs ?? 0, systemClock.nowMs());
      return `The worker ${driver?.pid ?? ""}${where} drives it since ${since}. Ctrl-C leaves it running.`;
    }
    case "orphaned":
      return "Nobody drives it at the moment: it waits for a worker.";
    case "trouble":
      return `It did not get on, and is tried again: ${event.message}`;
    default:
      return event satisfies never;
  }
}
