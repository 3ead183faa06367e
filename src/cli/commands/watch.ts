// `--watch`: the same command again whenever one of its files changes, until Ctrl-C. What the command does is not here.
import { basename } from "node:path";
import { fingerprint } from "../../job/watched-files.ts";
import type { Clock } from "../../model/clock.ts";
import { ImportError } from "../../model/error.ts";
import { exitCodeOf, exitCodes } from "../../model/exit-codes.ts";
import { counted } from "../../report/wording.ts";
import { tellError } from "../world/tell-error.ts";
import type { CommandWorld } from "../world/world.ts";

/** What is done again and again. */
export interface Watched {
  /** One round. Ended by the signal, it rejects with an `ImportError`. */
  readonly round: (stop: AbortSignal) => Promise<number>;
  /** The file that says which others there are. */
  readonly job: string;
  /** All files to look at, as things stand; rejects with an `ImportError` when they cannot be told. */
  readonly files: () => Promise<readonly string[]>;
  /** Takes away what the last round said, on a terminal. */
  readonly clears: boolean;
  readonly quiet: boolean;
}

/**
 * Runs rounds until Ctrl-C and gives the exit code of the last one that ended. A change cuts off a round that is under way.
 * An error of a round is told, and the watching goes on: files are broken while somebody fixes them.
 */
export async function watch(watched: Watched, world: CommandWorld, clock: Clock): Promise<number> {
  const stop = new AbortController();
  const off = world.onInterrupt(() => stop.abort());
  const say = (line: string): void => {
    if (!watched.quiet) world.stderr.write(line);
  };
  let exitCode: number = exitCodes.notStarted;
  let known: readonly string[] = [watched.job];
  try {
    while (!stop.signal.aborted) {
      known = await watched.files().catch(() => known);
      const before = await fingerprint(known);
      const cut = new AbortController();
      const signal = AbortSignal.any([stop.signal, cut.signal]);
      const next = changed(watched, known, before, clock, stop.signal).then((names) => {
        cut.abort();
        return names;
      });
      if (watched.clears && world.stdout.isTTY) world.stdout.control("\u001B[2J\u001B[H");
      exitCode = (await endOf(watched.round(signal), signal, world)) ?? exitCode;
      if (!signal.aborted) say(`\nWatching ${counted(known.length, "file")} for changes. Ctrl-C ends.\n`);
      const names = await next;
      if (!stop.signal.aborted) say(`${names.join(", ")} changed.\n`);
    }
  } finally {
    off();
  }
  return exitCode;
}

const pollMs = 200;

/** Resolves with the names of what changed once it has been still for a moment, or with nothing on `stop`. */
async function changed(
  { files }: Watched,
  known: readonly string[],
  before: string,
  clock: Clock,
  stop: AbortSignal,
): Promise<readonly string[]> {
  let last = before;
  while (!stop.aborted) {
    await clock.sleep(pollMs, stop);
    const paths = await files().catch(() => known); // a pattern may match another file by now
    const now = await fingerprint(paths);
    if (now !== before && now === last) return names(before, now);
    last = now;
  }
  return [];
}

function names(before: string, now: string): readonly string[] {
  const [old, young] = [before, now].map((text) => new Set(text.split("\n")));
  const lines = [...(young ?? [])].filter((line) => old?.has(line) !== true);
  const gone = [...(old ?? [])].filter((line) => young?.has(line) !== true);
  const paths = (lines.length > 0 ? lines : gone).map((line) => line.replace(/ \S+$/, ""));
  return [...new Set(paths.map((path) => basename(path)))];
}

/** The exit code of a round; undefined when the signal cut it off. */
async function endOf(round: Promise<number>, signal: AbortSignal, world: CommandWorld): Promise<number | undefined> {
  try {
    return await round;
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    if (signal.aborted) return undefined;
    tellError(error, world);
    return exitCodeOf(error.code);
  }
}
