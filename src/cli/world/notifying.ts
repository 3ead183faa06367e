// Around a command that sends: whatever ends it, those whom the job's `notify:` names are told, and the exit code stays what
// it was. The one place where the process tells anybody; a watch calls `tellOthers` after each of its passes.
import type { Job } from "../../job/job.ts";
import { systemClock } from "../../model/clock.ts";
import { ImportError } from "../../model/error.ts";
import { exitCodeOf, exitCodes } from "../../model/exit-codes.ts";
import { visibleLine, visibleSentence } from "../../model/text/visible.ts";
import { shownTarget } from "../../notify/destination.ts";
import type { NotifiedPass, NotifiedRun } from "../../notify/notification.ts";
import { type NotifiedTarget, notify, wantedBy } from "../../notify/notify.ts";
import { nextCommands } from "../../report/html/next-commands.ts";
import type { StopReason, Summary } from "../../report/summary.ts";
import { type Console, openConsole } from "./console.ts";
import { fitted } from "./fitted.ts";
import { type Interrupts, interruptible } from "./interrupt.ts";
import { proxyFor, secretsOf } from "./proxy.ts";
import { firstOf, tellError } from "./tell-error.ts";
import type { CommandWorld, GlobalOptions } from "./world.ts";

/** How a command's work ended. Without a summary no run came to its results: there was nothing to do. */
export interface WorkEnd {
  readonly exitCode: number;
  readonly summary?: Summary | undefined;
  /** Of a pass over an inbox. */
  readonly pass?: NotifiedPass;
  /** It has not ended, only left: nobody is told. */
  readonly isUntold?: boolean;
}

/** What the work of a command is handed. */
export interface Work {
  readonly console: Console;
  readonly signals: Interrupts;
}

/**
 * Does the work of a command of this name, tells how it ended, and gives its exit code: first on the terminal, then to
 * those whom the job names. Errors that end the work are said here, where anybody is told; a defect is thrown again.
 */
export async function notifying(
  command: string,
  job: Job,
  options: GlobalOptions,
  world: CommandWorld,
  work: (around: Work) => Promise<WorkEnd>,
): Promise<number> {
  const startedAtMs = systemClock.nowMs();
  let console: Console | undefined;
  try {
    let end: WorkEnd & { readonly error?: StopReason };
    let wasStopped = false;
    let defect: unknown;
    try {
      console = await openConsole(world, options);
      using signals = interruptible(world);
      try {
        end = await work({ console, signals });
      } finally {
        wasStopped = signals.stop.aborted;
      }
    } catch (thrown) {
      const error = firstOf(thrown);
      if (error instanceof ImportError) {
        const { code, message } = error;
        console?.log("command.failed", { command, code, message, exitCode: exitCodeOf(code) });
      }
      if (job.notify === undefined) throw thrown;
      console?.endPanel();
      if (error instanceof ImportError) {
        tellError(error, world);
        end = { exitCode: exitCodeOf(error.code), error: reasonOf(error) };
      } else {
        defect = thrown;
        const message = "a defect of luminous-import; the terminal has the details";
        end = { exitCode: exitCodes.defect, error: { code: "DEFECT", message } };
      }
    }
    console?.endPanel();
    const { exitCode, summary, pass, error, isUntold } = end;
    if (isUntold === true) return exitCode;
    const told: NotifiedRun = {
      command,
      job: job.file.shown,
      exitCode,
      startedAtMs: summary === undefined ? startedAtMs : Date.parse(summary.started_at),
      endedAtMs: systemClock.nowMs(),
      ...nextCommands(world.argv),
      ...(summary === undefined ? {} : { summary }),
      ...(pass === undefined ? {} : { pass }),
      ...(error === undefined ? {} : { error }),
    };
    await tellOthers(job, told, { console, world, quiet: options.quiet === true, isStopping: wasStopped });
    if (defect !== undefined) throw defect;
    return exitCode;
  } finally {
    await console?.[Symbol.asyncDispose]();
  }
}

/** What telling takes of the process. */
export interface TellingWorld {
  /** Where the log is; undefined where there is none. */
  readonly console: Pick<Console, "log"> | undefined;
  readonly world: CommandWorld;
  readonly quiet?: boolean;
  /** The process was asked to end: there is less time. */
  readonly isStopping?: boolean;
}

/** Before a service manager loses its patience. */
const mostMsWhenStopping = 5000;
const silentMs = 2000;

/** Tells those whom the job names how a run or a pass ended. A failure is a warning on stderr and in the log. Never rejects. */
export async function tellOthers(
  job: Pick<Job, "notify">,
  told: NotifiedRun,
  { console, world, quiet = false, isStopping = false }: TellingWorld,
): Promise<void> {
  const { notify: settings = [] } = job;
  const wanted = wantedBy(settings, told);
  if (wanted.length === 0) return;
  const { env, stderr, onInterrupt } = world;
  const interrupted = new AbortController();
  const off = onInterrupt(() => interrupted.abort());
  const names = wanted.map((target) => shownTarget(target, env)).join(" and ");
  const say = (line: string): void => stderr.write(`${fitted(visibleLine(line), stderr)}\n`);
  const patience = setTimeout(() => {
    if (!quiet) say(`Telling ${names} how it ended (Ctrl-C skips that).`);
  }, silentMs);
  try {
    const { told: ends } = await notify(settings, told, {
      env,
      proxyFor: (url) => {
        const proxy = proxyFor(url, env);
        for (const secret of proxy === undefined ? [] : secretsOf(proxy)) world.keepSecret(secret);
        return proxy;
      },
      signal: interrupted.signal,
      ...(isStopping ? { mostMs: mostMsWhenStopping } : {}),
    });
    for (const end of ends) {
      const { said, delivered, ...fields } = end;
      const runId = told.summary?.run_id;
      const ofRun = runId === undefined ? {} : { runId };
      console?.log(delivered ? "notify.delivered" : "notify.failed", { ...ofRun, ...fields });
      if (!delivered) say(failureText(end));
    }
  } finally {
    clearTimeout(patience);
    off();
  }
}

function failureText({ to, why, tries, said = "" }: NotifiedTarget): string {
  const times = tries > 1 ? `, ${tries} tries` : "";
  const answer = said.trim() === "" ? "" : ` It said: ${visibleSentence(said.trim())}`;
  return `warning: ${to} was not told how it ended (${why}${times}). The exit code and the results are not touched by that.${answer}`;
}

/** An error as a notification gives it. */
export function reasonOf({ code, message, hint }: ImportError): StopReason {
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}
