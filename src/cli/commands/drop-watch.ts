// `luminous-import drop --watch`: passes until Ctrl-C, told to whoever listens: the terminal, a service manager, and the server
// of --listen. How the loop goes is in src/drop/watch/, a single pass in drop.ts.
import { pid } from "node:process";
import { type DropResult, drop as dropFiles } from "../../drop/drop.ts";
import { rolesOf } from "../../drop/match-files.ts";
import { followHealth } from "../../drop/serve/watch-health.ts";
import { settingsOf } from "../../drop/sort-inbox.ts";
import { watchDrop } from "../../drop/watch/watch-drop.ts";
import type { Job } from "../../job/job.ts";
import { systemClock } from "../../model/clock.ts";
import { ImportError } from "../../model/error.ts";
import type { RunEvent } from "../../run/events.ts";
import { resolveAccount } from "../world/account.ts";
import { openConsole } from "../world/console.ts";
import { fitted } from "../world/fitted.ts";
import { interruptible } from "../world/interrupt.ts";
import { loadCommandJob } from "../world/load-job.ts";
import { openLog } from "../world/log.ts";
import { sending } from "../world/sending.ts";
import { serviceManager } from "../world/service-manager.ts";
import { accountSources, type CommandWorld, type GlobalOptions } from "../world/world.ts";
import { type DropFlags, tellPass } from "./drop.ts";
import { createNotifier, isWorthTelling, logWatch, noPass, tellManager, tellPerson } from "./tell-watch.ts";

/** The flags that only `drop --watch` has. */
export interface WatchFlags {
  readonly watch?: boolean;
  /** Seconds. */
  readonly poll?: number;
  /** `HOST:PORT`. */
  readonly listen?: string;
}

const usualPollMs = 30_000;

/** Refuses what would do nothing without `--watch`. Throws `ImportError("USAGE")`. */
export function refuseIdleFlags({ watch, poll, listen }: WatchFlags): void {
  if (watch === true) return;
  const named = poll !== undefined ? "--poll" : listen !== undefined ? "--listen" : undefined;
  if (named === undefined) return;
  throw new ImportError("USAGE", `${named} is for --watch: a single pass looks once and ends`, {
    hint: `Add --watch, or leave ${named} out.`,
  });
}

/** Watches until it is interrupted; gives the exit code of `watchDrop`. */
export async function dropWatch(
  path: string,
  options: GlobalOptions,
  { poll, listen, watch: _, open: _open, values, results, ...flags }: DropFlags & WatchFlags,
  world: CommandWorld,
): Promise<number> {
  const health = followHealth();
  await using serving = listen === undefined ? undefined : await serveWatch(listen, health);
  await using manager = serviceManager(world, pid);
  using signals = interruptible(world, () => health.health().state !== "pass");
  const say = (text: string): void => {
    if (options.quiet !== true) world.stderr.write(`${fitted(text, world.stderr)}\n`);
  };
  if (serving !== undefined) say(`Listening on ${serving.url}: /metrics and /healthz.`);
  const warnings = createNewsFilter();

  let before: DropResult | undefined;
  const load = async (): Promise<Job> => {
    before = undefined;
    const job = await loadCommandJob(path, options, {}, world, signals.stop);
    settingsOf(job);
    await resolveAccount(job, accountSources(world, options));
    await rolesOf(job, {});
    return job;
  };
  const pass = async (job: Job): Promise<DropResult> => {
    const account = await resolveAccount(job, accountSources(world, options));
    await using console = await openConsole(world, options);
    let hasBegun = false;
    const onEvent = (event: RunEvent): void => {
      serving?.metrics.seeRun(event);
      hasBegun ||= event.kind === "moved" || event.kind === "begun";
      if (warnings.isNews(event)) console.onEvent(event);
    };
    try {
      const ended = await dropFiles(job, {
        ...flags,
        ...sending(account, signals, { ...console, onEvent }, world, {
          ...(values === undefined ? {} : { values }),
          ...(results === undefined ? {} : { results }),
        }),
      });
      const isOldNews = options.json !== true && isSameStop(ended, before);
      before = ended;
      if (isWorthTelling(ended) && !isOldNews) tellPass(ended, job, { options, console, world });
      return ended;
    } catch (error) {
      // Stopped while it looked whether anybody still writes: nothing was cut.
      if (!hasBegun && signals.stop.aborted && error instanceof ImportError && error.code === "STOPPED") return noPass;
      throw error;
    } finally {
      warnings.passEnded();
    }
  };
  const notifier = createNotifier(world, options, signals.stop);
  await using log = await openLog(options.logFile, world);
  await using _told = { [Symbol.asyncDispose]: () => notifier.told() };
  return await watchDrop(load, {
    pass,
    clock: systemClock,
    pollMs: poll === undefined ? usualPollMs : poll * 1000,
    stop: signals.stop,
    onEvent(event) {
      health.see(event);
      serving?.metrics.seeWatch(event);
      tellManager(manager, event);
      tellPerson(event, { say, options, world });
      notifier.see(event);
      logWatch(log.line, event);
    },
  });
}

// Loaded only where it is asked for.
async function serveWatch(listen: string, health: ReturnType<typeof followHealth>) {
  const { metricsPage, parseListen, serve, statePage } = await import("../../serve/serve.ts");
  const { createWatchMetrics } = await import("../../drop/serve/watch-metrics.ts");
  const metrics = createWatchMetrics();
  const server = await serve(parseListen(listen), {
    "/metrics": metricsPage(metrics),
    "/healthz": () => statePage(health.health(), health.health().healthy),
  });
  return { metrics, url: server.url, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** An outage that lasts a night is no new table every quarter of an hour. */
function isSameStop({ result, archived, quarantined }: DropResult, before: DropResult | undefined): boolean {
  if (result?.stopped === undefined || archived.length + quarantined.length > 0) return false;
  return result.stopped.code === before?.result?.stopped?.code && result.summary.outcomes.accepted.rows === 0;
}

/** Keeps a pass that finds what the one before has found from saying it again, poll after poll. */
function createNewsFilter(): { isNews(event: RunEvent): boolean; passEnded(): void } {
  let before = new Set<string>();
  let now = new Set<string>();
  return {
    isNews(event) {
      if (event.kind === "inbox") return false;
      if (event.kind !== "warning") return true;
      now.add(event.message);
      return !before.has(event.message);
    },
    passEnded() {
      before = now;
      now = new Set();
    },
  };
}
