// `drop --watch`: passes over a drop folder for as long as the process lives. What a pass does is handed in.
//
//              ┌────────── files came, or the job changed ─────────┐
//              ▼                                                   │
//   load ──▶ pass ── 0, 3 ──▶ idle: until something comes ─────────┤
//    ▲         ├── files wait, 2, 4 ──▶ pause: 30 s, doubled up to 15 min, then a pass
//    │         └── 5, a defect ──▶ the end
//    └── job broken: nothing is taken; looked at again at every change and poll
//
// After a pass that stopped before its end (4: an outage, too many errors) only the pause or another job brings the next
// one: files that keep coming must not turn a server that is down into one that is also hammered.
import { basename, dirname } from "node:path";
import type { Job } from "../../job/job.ts";
import type { Clock } from "../../model/clock.ts";
import { ImportError } from "../../model/error.ts";
import { exitCodeOf, exitCodes } from "../../model/exit-codes.ts";
import { type Bell, createBell, type Place } from "./bell.ts";
import { followJob } from "./followed-job.ts";
import { growingPauses, type PauseBounds, usualPauses } from "./growing-pauses.ts";
import { hasNews, type InboxListing, listInbox } from "./inbox-listing.ts";
import type { PassEnd, WatchEvent } from "./watch-event.ts";

/** What a watch needs. */
export interface WatchDropOptions<End extends PassEnd> {
  /** One pass. May reject with an `ImportError`, which stands for its exit code. */
  readonly pass: (job: Job) => Promise<End>;
  readonly clock: Clock;
  /** How often the inbox and the job are looked at, whether the system tells of changes or not. */
  readonly pollMs: number;
  /** Between passes that could not do their work; 30 s to 15 min unless said. */
  readonly pauses?: PauseBounds;
  /** What wakes it between polls: the system's own events unless said. */
  readonly bell?: Bell;
  /** Ends the watch: at once when no pass is under way, else with the pass, which is expected to listen to it too. */
  readonly stop: AbortSignal;
  readonly onEvent?: (event: WatchEvent<End>) => void;
}

/**
 * Watches until it is stopped, and gives the exit code: 0 when no pass was cut, 4 when one was, 5 when the account refused the
 * token. Rejects when the job is broken from the beginning, and with whatever a pass rejects that is no `ImportError`. `load` is
 * called again whenever the job or a mapping changes; it should check all that can be checked without files.
 */
export async function watchDrop<End extends PassEnd>(
  load: () => Promise<Job>,
  { pass, clock, pollMs, pauses: bounds = usualPauses, bell: ownBell, stop, onEvent }: WatchDropOptions<End>,
): Promise<number> {
  const tell = (event: WatchEvent<End>): void => onEvent?.(event);
  const followed = await followJob(load);
  const stopping = (): void => tell({ kind: "stopping" });
  stop.addEventListener("abort", stopping, { once: true });
  using bell = ownBell ?? createBell(clock);
  const pauses = growingPauses(bounds);
  let schedule: Schedule = { dueAtMs: clock.monotonicMs(), newsCount: true };
  let seen: InboxListing = new Map();
  let lastReason: string | undefined;
  let isFirst = true;
  let exitCode: number = exitCodes.done;

  while (!stop.aborted) {
    const standing = await followed.look();
    if (standing.kind === "broken") {
      if (standing.isNew) tell({ kind: "broken", error: standing.error });
      await bell.listen(jobPlaces(followed.files));
      await bell.wait(pollMs, stop);
      continue;
    }
    const { job } = standing;
    if (isFirst || standing.isNew) {
      tell({ kind: "loaded", job, isFirst });
      pauses.reset();
      lastReason = undefined;
      schedule = { dueAtMs: clock.monotonicMs(), newsCount: true };
      isFirst = false;
    }
    await bell.listen([...jobPlaces(followed.files), ...inboxPlaces(job)]);
    const listing = await listInbox(job.drop?.inbox ?? "");
    const leftMs = schedule.dueAtMs - clock.monotonicMs();
    if (leftMs > 0 && !(schedule.newsCount && hasNews(seen, listing))) {
      await bell.wait(Math.min(pollMs, leftMs), stop);
      continue;
    }
    if (stop.aborted) break;
    seen = listing;

    const startedAtMs = clock.nowMs();
    tell({ kind: "pass.started", atMs: startedAtMs });
    const { end, error } = await endOf(pass(job));
    exitCode = end?.exitCode ?? (error === undefined ? exitCodes.done : exitCodeOf(error.code));
    const isOver = exitCode === exitCodes.accountRefused || stop.aborted;
    const reason = reasonOf(exitCode, end, error);
    if (reason === undefined && (end?.taken ?? 0) > 0) pauses.reset();
    // Files that wait may be waiting for something that nobody tells, such as a permission.
    const comesBack = reason !== undefined || (end?.waiting ?? 0) > 0;
    const pauseMs = comesBack ? pauses.next() : Number.POSITIVE_INFINITY;
    if (!comesBack) pauses.reset();
    schedule = { dueAtMs: clock.monotonicMs() + pauseMs, newsCount: exitCode !== exitCodes.stopped };
    tell({
      kind: "pass.ended",
      pass: {
        job,
        startedAtMs,
        endedAtMs: clock.nowMs(),
        exitCode,
        end,
        error,
        isRepeated: reason !== undefined && reason === lastReason,
        nextAtMs: isOver || !comesBack ? undefined : clock.nowMs() + pauseMs,
      },
    });
    lastReason = reason;
    if (exitCode === exitCodes.accountRefused) return exitCode;
    if (stop.aborted) return exitCode === exitCodes.stopped ? exitCode : exitCodes.done;
    // A file that grows is news again at once, and nothing was taken.
    if (end?.taken === 0) await bell.wait(Math.min(pollMs, Math.max(shortestMs, job.drop?.quietMs ?? 0)), stop);
  }
  return exitCodes.done;
}

/** When the next pass is due, by the monotonic clock, and whether files that come bring it sooner. */
interface Schedule {
  readonly dueAtMs: number;
  readonly newsCount: boolean;
}

/** What a pass ended with: what it came to, or the fault that ended it. Anything else is a defect and goes through. */
async function endOf<End>(
  pass: Promise<End>,
): Promise<{ readonly end: End | undefined; readonly error: ImportError | undefined }> {
  try {
    return { end: await pass, error: undefined };
  } catch (error) {
    if (error instanceof ImportError) return { end: undefined, error };
    throw error;
  }
}

/** What tells two failures apart; undefined where nothing failed. Why the API is out may be said in other words each time. */
function reasonOf(exitCode: number, end: PassEnd | undefined, error: ImportError | undefined): string | undefined {
  if (exitCode === exitCodes.done || exitCode === exitCodes.someFailed) return undefined;
  const { code, message } = error ?? end?.result?.stopped ?? { code: exitCode, message: "" };
  return exitCode === exitCodes.stopped ? String(code) : `${code} ${message}`;
}

/** Editors write a file in steps. */
const editedMs = 200;
const shortestMs = 50;

function jobPlaces(files: readonly string[]): readonly Place[] {
  const folders = new Map<string, Set<string>>();
  for (const path of files) {
    const names = folders.get(dirname(path)) ?? new Set();
    folders.set(dirname(path), names.add(basename(path)));
  }
  return [...folders].map(([folder, names]) => ({ folder, matters: (name) => names.has(name), quietMs: editedMs }));
}

function inboxPlaces({ drop }: Job): readonly Place[] {
  if (drop === undefined) return [];
  return [{ folder: drop.inbox, matters: (name) => !name.startsWith("."), quietMs: drop.quietMs }];
}
