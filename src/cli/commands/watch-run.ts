// `status --watch`: the panel of a run that another process makes, from its progress.json, until the run has ended.
import type { JobStatus } from "../../history/status.ts";
import { systemClock } from "../../model/clock.ts";
import { progressJson } from "../../report/live/progress-file.ts";
import type { RunFigures } from "../../report/live/run-figures.ts";
import { createLive } from "../world/live.ts";
import type { CommandWorld, GlobalOptions } from "../world/world.ts";

const lookMs = 1000;

/** Looks every second, and gives how things stand once nothing is under way; undefined on Ctrl-C. */
export async function watchRun(
  look: () => Promise<JobStatus>,
  { json, quiet }: GlobalOptions,
  world: CommandWorld,
): Promise<JobStatus | undefined> {
  const ended = new AbortController();
  const off = world.onInterrupt(() => ended.abort());
  let figures: RunFigures = { step: { kind: "starting" }, phases: [], outcomes: {}, throttled: 0, inFlight: 0 };
  let toldMs = 0;
  using live = createLive(world.stdout, {
    env: world.env,
    figures: () => figures,
    isQuiet: json === true || quiet === true,
  });
  try {
    while (!ended.signal.aborted) {
      const now = await look();
      const { standing, busy } = now;
      const isOver = standing?.kind !== "under_way" && standing?.kind !== "submitted";
      if (isOver && busy === undefined) return now;
      const progress = isOver ? undefined : standing.progress;
      if (progress !== undefined) figures = progress.figures;
      if (json === true && progress !== undefined && progress.updatedAtMs !== toldMs) {
        toldMs = progress.updatedAtMs;
        world.stdout.write(`${JSON.stringify(progressJson(progress))}\n`);
      }
      live.update();
      await systemClock.sleep(lookMs, ended.signal);
    }
  } finally {
    off();
  }
  return undefined;
}
