// Wakes the watch when the system says that something happened in a folder. Network shares say nothing, and a system may run
// out of watches: so whoever waits has a time of its own as well, and a bell that cannot listen is only slower.
import { type FSWatcher, watch } from "node:fs";
import { stat } from "node:fs/promises";
import type { Clock } from "../../model/clock.ts";

/** A folder to listen to, and which names in it matter. */
export interface Place {
  readonly folder: string;
  readonly matters: (name: string) => boolean;
  /** How long it has to be still after something happened. */
  readonly quietMs: number;
}

/** Rings are kept until somebody waits. Disposing stops listening. */
export interface Bell extends Disposable {
  /** Listens to these folders from now on and to no others, also where another folder took the place of one. */
  listen(places: readonly Place[]): Promise<void>;
  /** Resolves some time after a ring, once it has been still; after `ms` without one; or when `signal` is aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

interface Listening {
  readonly identity: string;
  readonly watcher: FSWatcher;
}

/** A folder in which something happens all the time may not keep the watch from looking. */
const mostQuietTimes = 10;

/** A bell that listens to nothing yet. */
export function createBell(clock: Clock): Bell {
  const listening = new Map<string, Listening>();
  let places = new Map<string, Place>();
  let rungQuietMs: number | undefined;
  let wake: (() => void) | undefined;

  const hush = (folder: string): void => {
    listening.get(folder)?.watcher.close();
    listening.delete(folder);
  };
  const heard = (folder: string, name: string | null): void => {
    const place = places.get(folder);
    if (place === undefined || (name !== null && !place.matters(name))) return;
    rungQuietMs = Math.max(rungQuietMs ?? 0, place.quietMs);
    wake?.();
  };
  const attend = (folder: string, identity: string): void => {
    try {
      const watcher = watch(folder, (_, name) => heard(folder, name));
      watcher.on("error", () => hush(folder));
      listening.set(folder, { identity, watcher });
    } catch {
      hush(folder); // no watches left, or a file system that has none: the time of whoever waits is all there is
    }
  };
  const nextRing = async (ms: number, signal: AbortSignal): Promise<number | undefined> => {
    const rung = new AbortController();
    wake = () => rung.abort();
    if (rungQuietMs === undefined) await clock.sleep(ms, AbortSignal.any([signal, rung.signal]));
    wake = undefined;
    const quietMs = rungQuietMs;
    rungQuietMs = undefined;
    return quietMs;
  };

  return {
    async listen(wanted) {
      places = new Map(wanted.map((place) => [place.folder, place]));
      for (const folder of listening.keys()) if (!places.has(folder)) hush(folder);
      for (const folder of places.keys()) {
        const identity = await identityOf(folder);
        if (listening.get(folder)?.identity === identity) continue;
        hush(folder);
        if (identity !== undefined) attend(folder, identity);
      }
    },
    async wait(ms, signal) {
      let quietMs = await nextRing(ms, signal);
      const latestMs = clock.monotonicMs() + mostQuietTimes * (quietMs ?? 0);
      while (quietMs !== undefined && !signal.aborted && clock.monotonicMs() < latestMs)
        quietMs = await nextRing(Math.min(quietMs, latestMs - clock.monotonicMs()), signal);
    },
    [Symbol.dispose]() {
      for (const folder of [...listening.keys()]) hush(folder);
    },
  };
}

/** A folder that was mounted over, or removed and made again, is another one. */
async function identityOf(folder: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(folder);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
