// Whom `drop --watch` tells what it does: the person at the terminal, the service manager, the log, and those whom the job's
// `notify:` names.

import type { DropResult } from "../../drop/drop.ts";
import type { EndedPass, WatchEvent } from "../../drop/watch/watch-event.ts";
import type { Job } from "../../job/job.ts";
import { systemClock } from "../../model/clock.ts";
import { exitCodes } from "../../model/exit-codes.ts";
import type { NotifiedRun } from "../../notify/notification.ts";
import { nextCommands, without } from "../../report/html/next-commands.ts";
import { clockText, counted } from "../../report/wording.ts";
import { openConsole } from "../world/console.ts";
import type { LogLine } from "../world/log.ts";
import { reasonOf, tellOthers } from "../world/notifying.ts";
import type { ServiceManager } from "../world/service-manager.ts";
import { tellError } from "../world/tell-error.ts";
import type { CommandWorld, GlobalOptions } from "../world/world.ts";

/** What a watch tells of passes over a drop folder. */
export type Told = WatchEvent<DropResult>;

/** The terminal of a watch. */
export interface Listener {
  readonly say: (text: string) => void;
  readonly options: GlobalOptions;
  readonly world: CommandWorld;
}

/** What a watch itself does; passes and their runs have lines of their own. */
export function logWatch(line: LogLine, event: Told): void {
  switch (event.kind) {
    case "loaded":
      line("watch.loaded", { job: event.job.file.shown, isFirst: event.isFirst });
      break;
    case "broken":
      line("watch.broken", { code: event.error.code, message: event.error.message });
      break;
    case "pass.ended": {
      const { exitCode, error, nextAtMs, end } = event.pass;
      if (error === undefined && (end === undefined || !isWorthTelling(end))) break;
      const next = nextAtMs === undefined ? {} : { nextAtMs };
      line("watch.pass_ended", { exitCode, ...(error === undefined ? {} : { code: error.code }), ...next });
      break;
    }
    case "stopping":
      line("watch.stopping");
      break;
    case "pass.started":
      break;
    default:
      event satisfies never;
  }
}

/** Says it on stderr, and of a pass that did not come to a run as JSON where that is asked for. */
export function tellPerson(event: Told, { say, options, world }: Listener): void {
  switch (event.kind) {
    case "loaded":
      say(
        event.isFirst
          ? `Watching ${event.job.drop?.inbox ?? ""} for files. Ctrl-C ends.`
          : `${event.job.file.shown} or a file that it names has changed. From now on the new version counts.`,
      );
      break;
    case "broken":
      tellError(event.error, world);
      say("Nothing is imported until that is fixed. The watch goes on and looks again at every change.");
      break;
    case "pass.ended":
      tellFailure(event.pass, { say, options, world });
      break;
    case "pass.started":
    case "stopping":
      break;
    default:
      event satisfies never;
  }
}

function tellFailure(pass: EndedPass<DropResult>, { say, options, world }: Listener): void {
  const { exitCode, error, isRepeated, startedAtMs, endedAtMs, nextAtMs } = pass;
  if (exitCode === exitCodes.done || exitCode === exitCodes.someFailed) return;
  if (error !== undefined && options.json === true) {
    const { code, message, hint } = error;
    const told = {
      version: 1,
      exit_code: exitCode,
      started_at: new Date(startedAtMs).toISOString(),
      ended_at: new Date(endedAtMs).toISOString(),
      stopped: { code, message, ...(hint === undefined ? {} : { hint }) },
      next_pass_at: nextAtMs === undefined ? null : new Date(nextAtMs).toISOString(),
    };
    world.stdout.write(`${JSON.stringify(told)}\n`);
  }
  const next = nextAtMs === undefined ? "" : clockText(nextAtMs, systemClock.nowMs());
  if (isRepeated) {
    // What nobody has changed is the same; an outage is another one each time.
    if (exitCode === exitCodes.stopped && next !== "") say(`The same again. Next try at ${next}.`);
    return;
  }
  if (error !== undefined) tellError(error, world);
  if (next === "") return;
  const sooner = exitCode === exitCodes.notStarted ? ", or when the job, a mapping or the inbox changes" : "";
  say(`The watch goes on: next try at ${next}${sooner}.`);
}

/** Tells systemd, where it listens. */
export function tellManager(manager: ServiceManager, event: Told): void {
  switch (event.kind) {
    case "loaded":
      if (!event.isFirst) manager.reloading();
      manager.ready(`watching ${event.job.drop?.inbox ?? ""}`);
      break;
    case "broken":
      manager.status(`nothing is imported: ${event.error.message.split("\n")[0] ?? ""}`);
      break;
    case "pass.started":
      break;
    case "pass.ended": {
      const { exitCode, end, error, endedAtMs, isRepeated } = event.pass;
      if (isRepeated || (end !== undefined && !isWorthTelling(end))) break;
      const what = error?.message.split("\n")[0] ?? counted(end?.taken ?? 0, "file");
      manager.status(`last pass ${new Date(endedAtMs).toISOString()}: ${what} (exit code ${exitCode})`);
      break;
    }
    case "stopping":
      manager.stopping();
      break;
    default:
      event satisfies never;
  }
}

/** Tells those whom the job names of each pass that had something to do, one after the other and beside the watch. */
export interface Notifier {
  see(event: Told): void;
  /** Resolves once everybody was told, or could not be. */
  told(): Promise<void>;
}

/** A notifier for a command with these options; `stop` says that there is little time. */
export function createNotifier(world: CommandWorld, options: GlobalOptions, stop: AbortSignal): Notifier {
  let job: Job | undefined;
  let telling = Promise.resolve();
  const words = without(world.argv, /^--(watch|poll|listen)(=|$)/);
  const tell = (
    ended: Pick<EndedPass<DropResult>, "exitCode" | "end" | "error" | "startedAtMs" | "endedAtMs">,
  ): void => {
    if (job?.notify === undefined) return;
    const { exitCode, end, error, startedAtMs, endedAtMs } = ended;
    const { result, exitCode: _, ...pass } = end ?? noPass;
    const told: NotifiedRun = {
      command: "drop",
      job: job.file.shown,
      exitCode,
      startedAtMs,
      endedAtMs,
      ...nextCommands(words),
      ...(result === undefined ? {} : { summary: result.summary }),
      ...(end === undefined ? {} : { pass }),
      ...(error === undefined ? {} : { error: reasonOf(error) }),
    };
    const to = job;
    telling = telling.then(async () => {
      await using console = await openConsole(world, { ...options, quiet: true });
      await tellOthers(to, told, { console, world, quiet: true, isStopping: stop.aborted });
    });
  };
  return {
    told: () => telling,
    see(event) {
      if (event.kind === "loaded") job = event.job;
      else if (event.kind === "broken") {
        const nowMs = systemClock.nowMs();
        const { error } = event;
        tell({ exitCode: exitCodes.notStarted, end: undefined, error, startedAtMs: nowMs, endedAtMs: nowMs });
      } else if (event.kind === "pass.ended") {
        const { isRepeated, end } = event.pass;
        if (!isRepeated && (end === undefined || isWorthTelling(end))) tell(event.pass);
      }
    },
  };
}

/** False for a pass that found nothing to do. */
export function isWorthTelling({ taken, archived, quarantined, result, exitCode }: DropResult): boolean {
  return (
    taken > 0 || archived.length > 0 || quarantined.length > 0 || result !== undefined || exitCode !== exitCodes.done
  );
}

/** The end of a pass that found nothing. */
export const noPass: DropResult = {
  exitCode: exitCodes.done,
  pass: undefined,
  result: undefined,
  taken: 0,
  archived: [],
  quarantined: [],
  returned: 0,
  waiting: 0,
};
