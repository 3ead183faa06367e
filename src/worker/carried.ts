// What one driver of a submitted run leaves to the next: how it stands, and what went over the wire so far. It lies with the
// submission, and is written every second.
import { z } from "zod";
import { progressJson, readProgressJson, type SavedProgress } from "../report/live/progress-file.ts";
import type { Traffic } from "../report/summary.ts";

/** What a driver has told last. */
export interface Carried {
  readonly progress: SavedProgress | undefined;
  readonly traffic: Traffic;
  /** Of this run while it was driven, in words. */
  readonly warnings: readonly string[];
}

/** Nothing yet. */
export const nothingCarried: Carried = {
  progress: undefined,
  traffic: { requests: 0, retries: 0, throttled: 0, lookups: 0, pauses: 0, waitingMs: 0 },
  warnings: [],
};

/** As it is kept. */
export function carriedJson({ progress, traffic, warnings }: Carried): unknown {
  return { version: 1, progress: progress === undefined ? null : progressJson(progress), traffic, warnings };
}

/** Nothing, where it cannot be understood. */
export function readCarried(value: unknown): Carried {
  const read = carriedSchema.safeParse(value);
  if (!read.success) return nothingCarried;
  const { progress, traffic, warnings } = read.data;
  return { progress: readProgressJson(progress), traffic, warnings };
}

/** What went over the wire before, and since. */
export function sumOf(before: Traffic, since: Traffic): Traffic {
  return {
    requests: before.requests + since.requests,
    retries: before.retries + since.retries,
    throttled: before.throttled + since.throttled,
    lookups: before.lookups + since.lookups,
    pauses: before.pauses + since.pauses,
    waitingMs: before.waitingMs + since.waitingMs,
  };
}

const count = z.number().nonnegative();

const carriedSchema = z.object({
  version: z.literal(1),
  progress: z.unknown(),
  traffic: z.object({
    requests: count,
    retries: count,
    throttled: count,
    lookups: count,
    pauses: count,
    waitingMs: count,
  }),
  warnings: z.array(z.string()),
});
