// Names of runs, and of passes over a drop folder.
import { randomInt } from "node:crypto";
import type { Clock } from "../model/clock.ts";

/** Sortable by time, unique enough for one state folder: date, time (UTC), and milliseconds with a random digit in hexadecimal. */
export function newRunId(clock: Pick<Clock, "nowMs">): string {
  const now = new Date(clock.nowMs());
  const stamp = now.toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  return `${stamp}-${now.getUTCMilliseconds().toString(16).padStart(3, "0")}${randomInt(16).toString(16)}`;
}
