// Keeps progress.json of a run that is under way: at once, then every second. It helps whoever asks how far the run is; the
// run itself does not depend on it, and no fault of the disk reaches it.
import { rmdirSync, rmSync } from "node:fs";
import { makePrivateFolder } from "../disk/private-files.ts";
import type { Clock } from "../model/clock.ts";
import { progressPath, renewProgress, type SavedProgress, writeProgress } from "../report/live/progress-file.ts";
import type { RunEvent } from "./events.ts";
import { followRun } from "./follow-run.ts";

/** The progress of one run. Disposing removes the file, and the folder when nothing else is in it. */
export interface KeptProgress extends AsyncDisposable {
  see(event: RunEvent): void;
}

const everyMs = 1000;

/**
 * Keeps the progress in the run's folder from the run's `begun` on. The folder is made then and not again: with a state folder
 * that somebody took away, nothing of it comes back. The timer keeps no process alive.
 */
export function keepProgress(folder: string, clock: Clock): KeptProgress {
  const followed = followRun(clock);
  let timer: NodeJS.Timeout | undefined;
  let renewing: Promise<void> | undefined;
  const now = (): SavedProgress | undefined => {
    const { run, ...figures } = followed.figures();
    return run && { pid: process.pid, updatedAtMs: clock.nowMs(), figures: { run, ...figures } };
  };
  /** The disk may be full: the next second may be better. Or the folder was taken away. */
  const renew = async (): Promise<void> => {
    const progress = now();
    if (progress !== undefined) await renewProgress(folder, progress).catch(() => {});
  };
  return {
    see(event) {
      followed.see(event);
      if (event.kind !== "begun") return;
      try {
        makePrivateFolder(folder);
        const progress = now();
        if (progress !== undefined) writeProgress(folder, progress);
      } catch {
        // What the disk has against it, the run will hear when it writes its results.
      }
      timer = setInterval(() => {
        renewing ??= renew().finally(() => {
          renewing = undefined;
        });
      }, everyMs);
      timer.unref();
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await renewing;
      try {
        rmSync(progressPath(folder), { force: true });
        rmdirSync(folder);
      } catch {
        // The results of the run are in it, as they should be; or nothing was ever written.
      }
    },
  };
}
