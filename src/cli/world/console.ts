// What every command does with its stage of the terminal: progress on stderr, events to the log file, the summary on
// stdout, or with --json the summary alone.
import { relative } from "node:path";
import { systemClock } from "../../model/clock.ts";
import { shellWord } from "../../model/text/shell-word.ts";
import { visibleLine, visibleTexts } from "../../model/text/visible.ts";
import { type ShownEntry, shownText } from "../../report/preview-text.ts";
import type { Summary } from "../../report/summary.ts";
import { terminalSummary } from "../../report/terminal-summary.ts";
import type { RunEvent } from "../../run/events.ts";
import { followRun } from "../../run/follow-run.ts";
import { fitted } from "./fitted.ts";
import { createLive, hasColour } from "./live.ts";
import { openLog } from "./log.ts";
import { createNarrator } from "./narrator.ts";
import type { CommandWorld, GlobalOptions } from "./world.ts";

/** The terminal of one command. Disposing flushes the log and takes the panel off. */
export interface Console extends AsyncDisposable {
  readonly onEvent: (event: RunEvent) => void;
  /** Says how it ended: the table, the problems, the files, the next step. What `--show` asked for stands above. */
  close(summary: Summary, shown?: readonly ShownEntry[]): void;
}

/** A console for a command with these options. */
export async function openConsole(world: CommandWorld, options: GlobalOptions): Promise<Console> {
  const followed = followRun(systemClock);
  const isQuiet = options.quiet === true;
  const live = createLive(world.stderr, {
    env: world.env,
    figures: followed.figures,
    // A log on the same terminal would be torn apart by the panel.
    isPlain: options.logFile === "-",
    isQuiet,
  });
  const log = await openLog(options.logFile, world);
  const narrate = createNarrator((line) => {
    if (!isQuiet) world.stderr.write(`${fitted(visibleLine(line), world.stderr)}\n`);
  }, systemClock.nowMs);
  return {
    onEvent(event) {
      log.event(event);
      followed.see(event);
      narrate(event);
      live.update();
    },
    close(summary, shown) {
      live[Symbol.dispose]();
      if (options.json === true) return world.stdout.write(`${json(summary, shown, world)}\n`);
      if (shown !== undefined) world.stdout.write(`${shownText(shown)}\n\n`);
      world.stdout.control(`${summaryText(summary, world, world.argv)}\n`);
    },
    async [Symbol.asyncDispose]() {
      live[Symbol.dispose]();
      await log[Symbol.asyncDispose]();
    },
  };
}

// Several summaries, one after the other, are read line by line.
function json(summary: Summary, shown: readonly ShownEntry[] | undefined, { argv }: CommandWorld): string {
  return JSON.stringify(shown === undefined ? summary : { ...summary, shown }, null, argv.includes("--watch") ? 0 : 2);
}

/**
 * The summary of a run for this terminal, with colours of our own and everything else made visible; `words` are those of the
 * command that continues it.
 */
export function summaryText(summary: Summary, { stdout, env, cwd }: CommandWorld, words: readonly string[]): string {
  const { folder } = summary.results;
  const near = relative(cwd, folder);
  return terminalSummary(visibleTexts(summary), {
    width: stdout.columns ?? 100,
    colour: stdout.isTTY && hasColour(env),
    folder: visibleLine(near.startsWith("..") ? folder : near),
    again: commandLine(words),
    isWatched: words.includes("--watch"),
    rest: commandLine(without(words, /^--limit(=|$)/)),
    retry: commandLine(retryWords(words)),
    send: commandLine(
      without(words, /^--(dry-run|show|watch|account)(=|$)/).map((word) => (word === "check" ? "run" : word)),
    ),
  });
}

// Options that belong to a run's own files and to this one call; a retry takes up where it ended.
const ofThisRun = /^--(limit|only|input|all-or-nothing|max-errors|strict|force|dry-run|watch|poll|listen)(=|$)/;
const withoutValue = /^--(all-or-nothing|strict|force|dry-run|watch|account)$|=/;

/** The words that retry what a command with these words did not make. */
function retryWords(words: readonly string[]): readonly string[] {
  return without(words, ofThisRun).map((word, at) =>
    at === 0 && (word === "run" || word === "drop") ? "retry" : word,
  );
}

/** The words without some options and their values. */
function without(words: readonly string[], options: RegExp): readonly string[] {
  return words.filter((word, at) => {
    const before = words[at - 1] ?? "";
    return !options.test(word) && !(options.test(before) && !withoutValue.test(before));
  });
}

/** The words as somebody could paste them. */
export function commandLine(words: readonly string[]): string {
  return visibleLine(["luminous-import", ...words.map(shellWord)].join(" "));
}
