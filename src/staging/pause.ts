// Pauses in long synchronous work: the ledger answers at once, so without them no signal and no timer would get its turn.
import { setImmediate as othersFirst } from "node:timers/promises";
import { stoppedReading } from "../read/text/unreadable.ts";

/** Awaited between pieces of work; `rows` says about how many were done. Throws `STOPPED` once the signal is aborted. */
export type Pause = (rows?: number) => Promise<void>;

const rowsBetweenPauses = 500;

/** A pause after every five hundred rows. */
export function createPause(signal: AbortSignal): Pause {
  let done = 0;
  return async (rows = 1) => {
    done += rows;
    if (done < rowsBetweenPauses) return;
    done = 0;
    await othersFirst();
    if (signal.aborted) throw stoppedReading();
  };
}
