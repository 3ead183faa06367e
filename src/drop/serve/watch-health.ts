// How a watch stands, for whoever asks whether it lives: /healthz.
import { exitCodes } from "../../model/exit-codes.ts";
import type { PassEnd, WatchEvent } from "../watch/watch-event.ts";

/** The body of /healthz. Keys are a contract; new ones may be added. Times are ISO 8601, UTC. */
export interface WatchHealth {
  /** `broken`: the job or a mapping is, and nothing is imported; `pausing`: the last pass could not do its work. */
  readonly state: "starting" | "idle" | "pass" | "pausing" | "broken" | "stopping" | "ended";
  readonly healthy: boolean;
  readonly last_pass: {
    readonly started_at: string;
    readonly ended_at: string;
    readonly exit_code: number;
  } | null;
  readonly next_pass_at: string | null;
  readonly files_waiting: number;
}

/** Follows a watch. */
export interface FollowedHealth {
  see(event: WatchEvent<PassEnd>): void;
  health(): WatchHealth;
}

/** A watch that has not begun yet. */
export function followHealth(): FollowedHealth {
  let now: WatchHealth = {
    state: "starting",
    healthy: true,
    last_pass: null,
    next_pass_at: null,
    files_waiting: 0,
  };
  const become = (changes: Partial<WatchHealth>): void => {
    now = { ...now, ...changes };
  };
  return {
    see(event) {
      switch (event.kind) {
        case "loaded":
          become({ state: "idle" });
          break;
        case "broken":
          become({ state: "broken", next_pass_at: null });
          break;
        case "pass.started":
          become({ state: "pass", next_pass_at: null });
          break;
        case "pass.ended": {
          const { startedAtMs, endedAtMs, exitCode, nextAtMs, end } = event.pass;
          const isRefused = exitCode === exitCodes.accountRefused;
          const isIdle = exitCode === exitCodes.done || exitCode === exitCodes.someFailed;
          become({
            state: isRefused ? "ended" : isIdle ? "idle" : "pausing",
            healthy: !isRefused,
            last_pass: { started_at: isoTime(startedAtMs), ended_at: isoTime(endedAtMs), exit_code: exitCode },
            next_pass_at: nextAtMs === undefined ? null : isoTime(nextAtMs),
            files_waiting: end?.waiting ?? now.files_waiting,
          });
          break;
        }
        case "stopping":
          become({ state: "stopping" });
          break;
        default:
          event satisfies never;
      }
    },
    health: () => now,
  };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
