// Keeps progress.json of a run that is under way: at once, then every second. It helps whoever asks how far the run is; the
// run itself does not depend on it, and no fault of the disk reaches it.
import { rmdirSync, rmSync } from "node:fs";
import { makePrivateFolder } from "../disk/private-files.ts";
import type { Clock } from "../model/clock.ts";
import { progressPath, writeProgress } from "../report/live/progress-file.ts";
import type { RunEvent } from "./events.ts";
import { followRun } from "./follow-run.ts";

/** The progress of one run. Disposing removes the file, and the folder when nothing else is in it. */
export interface KeptProgress extends Disposable {
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
  const write = (): void => {
    const { run, ...figures } = followed.figures();
    if (run === undefined) return;
    try {
      writeProgress(folder, { pid: process.pid, updatedAtMs: clock.nowMs(), figures: { run, ...figures } });
    } catch {
      // The disk is full: the next second may be better. Or the folder was taken away.
    }
  };
  return {
    see(event) {
      followed.see(event);
      if (event.kind !== "begun") return;
      try {
        makePrivateFolder(folder);
      } catch {
        // What the disk has against it, the run will hear when it writes its results.
      }
      write();
      timer = setInterval(write, everyMs);
      timer.unref();
    },
    [Symbol.dispose]() {
      clearInterval(timer);
      try {
        rmSync(progressPath(folder), { force: true });
        rmdirSync(folder);
      } catch {
        // The results of the run are in it, as they should be; or nothing was ever written.
      }
    },
  };
}
