// What happened to the sandbox, counted: the numbers behind counts() and GET /__sandbox.
import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import { createTimeWindow } from "./time-window.ts";
import type { FaultName } from "./world/faults.ts";
import type { LieName } from "./world/lies.ts";
import { type SandboxResource, sandboxResources, type World } from "./world/world.ts";

/** Everything since the start. Requests to the control page are not in it. */
export interface SandboxCounts {
  /** Requests that arrived, whatever became of them: 401 and 429 too. */
  readonly started: number;
  /** By method and route: `POST /products/{id}`; what fits no route is `GET (unknown)`. */
  readonly requests: Readonly<Record<string, number>>;
  /** Complete answers by status; `none` counts those that were cut, hung or left by the client. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly faults: Readonly<Partial<Record<FaultName, number>>>;
  /** How often each lie was told; one that found nothing to be wrong about is missing. */
  readonly lies: Readonly<Partial<Record<LieName, number>>>;
  /** Records that are there, the initial ones included. */
  readonly records: Readonly<Record<SandboxResource, number>>;
  readonly created: Readonly<Record<SandboxResource, number>>;
  readonly updated: Readonly<Record<SandboxResource, number>>;
  /** Records beyond the first one of each key: 0 means that nothing exists twice. */
  readonly duplicates: Readonly<Record<SandboxResource, number>>;
  /** The most requests that arrived in any rolling second. */
  readonly peakPerSecond: number;
  readonly inFlight: number;
  readonly maxInFlight: number;
  /** The most writes of one key that were in flight together; one whose client had left before the next one came is not. */
  readonly maxInFlightPerKey: number;
  /** Requests that the sandbox itself failed to carry out; anything but 0 is a defect of ours. */
  readonly defects: number;
}

/** Counts what the server sees. */
export interface Tally {
  arrived(nowMs: number): void;
  routed(route: string): void;
  struck(fault: FaultName): void;
  /** A write of this key (SKU, order number, label, name) is being carried out; tell what comes back when it is over. */
  writing(key: string): (end: { readonly isAnswered: boolean }) => void;
  /** `status` is undefined when no complete answer went out. */
  ended(status: number | undefined): void;
  defect(): void;
  counts(world: World): SandboxCounts;
}

/** Counters at zero. */
export function createTally(): Tally {
  const window = createTimeWindow(1000);
  const requests = new Map<string, number>();
  const statuses = new Map<string, number>();
  const faults = new Map<FaultName, number>();
  let started = 0;
  let peakPerSecond = 0;
  let inFlight = 0;
  let maxInFlight = 0;
  const writesByKey = new Map<string, Set<{ isLeft: boolean }>>();
  let maxInFlightPerKey = 0;
  let defects = 0;
  return {
    arrived(nowMs) {
      started += 1;
      inFlight += 1;
      maxInFlight = Math.max(maxInFlight, inFlight);
      window.add(nowMs);
      peakPerSecond = Math.max(peakPerSecond, window.countAt(nowMs));
    },
    routed: (route) => increment(requests, route),
    struck: (fault) => increment(faults, fault),
    writing(key) {
      const write = { isLeft: false };
      const writes = writesByKey.get(key) ?? new Set();
      writesByKey.set(key, writes.add(write));
      const together = [...writes];
      const count = (): void => {
        maxInFlightPerKey = Math.max(maxInFlightPerKey, together.filter(({ isLeft }) => !isLeft).length);
      };
      if (together.length === 1) count();
      else void leaversShow().then(count);
      return ({ isAnswered }) => {
        write.isLeft = !isAnswered;
        writes.delete(write);
        if (writes.size === 0) writesByKey.delete(key);
      };
    },
    ended(status) {
      inFlight -= 1;
      increment(statuses, status === undefined ? "none" : String(status));
    },
    defect() {
      defects += 1;
    },
    counts: (world) => ({
      started,
      requests: Object.fromEntries(requests),
      statuses: Object.fromEntries(statuses),
      faults: Object.fromEntries(faults),
      lies: world.lies.counts(),
      records: byResource(world, "records"),
      created: byResource(world, "created"),
      updated: byResource(world, "updated"),
      duplicates: byResource(world, "duplicates"),
      peakPerSecond,
      inFlight,
      maxInFlight,
      maxInFlightPerKey,
      defects,
    }),
  };
}

/** A client that left is heard of when its connection is next looked at: in a busy process after what it has sent since. */
async function leaversShow(): Promise<void> {
  await wait(20);
  for (let turn = 0; turn < 3; turn += 1) await nextTurn();
}

function increment<K>(counts: Map<K, number>, name: K): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function byResource(
  { stores }: World,
  count: "records" | "created" | "updated" | "duplicates",
): Readonly<Record<SandboxResource, number>> {
  const entries = sandboxResources.map((resource) => [resource, stores[resource].counts()[count]]);
  return Object.fromEntries(entries) as Record<SandboxResource, number>;
}
