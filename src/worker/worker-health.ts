// How a worker stands, for whoever asks whether it lives: /healthz and /readyz.
import type { WorkerEvent } from "./worker.ts";

/** The body of both. Keys are a contract; new ones may be added. */
export interface WorkerHealth {
  /** `starting`: the database has not answered yet; `away`: it does not answer any more, and is asked until it does. */
  readonly state: "starting" | "working" | "away" | "stopping";
  /** Accounts that it drives. */
  readonly driving: number;
}

/** Follows a worker. */
export interface FollowedWorker {
  see(event: WorkerEvent): void;
  stopping(): void;
  readonly health: () => WorkerHealth;
}

/** A worker that has not begun yet. */
export function followWorker(): FollowedWorker {
  let state: WorkerHealth["state"] = "starting";
  const driven = new Set<number>();
  const become = (next: WorkerHealth["state"]): void => {
    if (state !== "stopping") state = next;
  };
  return {
    see(event) {
      switch (event.kind) {
        case "waiting":
        case "database_back":
          become("working");
          break;
        case "database_away":
          become("away");
          break;
        case "took":
          driven.add(event.submission.id);
          break;
        case "gave_back":
          driven.delete(event.submission.id);
          break;
        case "no_token":
        case "run":
          break;
        default:
          event satisfies never;
      }
    },
    stopping: () => become("stopping"),
    health: () => ({ state, driving: driven.size }),
  };
}
