// Trying again: how long to wait, and the short waits themselves. Longer waits leave the slot and happen in the ledger.
import type { Clock } from "../model/clock.ts";
import { Halted } from "./halt.ts";

/** Thrown by one try to ask for another after `waitMs`. */
export class RetryLater extends Error {
  readonly waitMs: number;
  constructor(cause: string, waitMs: number) {
    super(cause);
    this.waitMs = waitMs;
  }
}

/** A wait of more than this gives its slot away. */
export const longestSlotWaitMs = 1000;

const baseMs = 500;
const longestBackoffMs = 30_000;

/** Exponential with full jitter: anywhere between nothing and 0.5, 1, 2 … 30 s. `failures` counts from 1. */
export function backoffMs(failures: number, random: () => number): number {
  return random() * Math.min(longestBackoffMs, baseMs * 2 ** (failures - 1));
}

/**
 * Repeats `attempt` as long as it throws `RetryLater` with a wait of at most `maxWaitMs`; a longer one comes out as the
 * `RetryLater` it is, and every other error too. Throws `Halted` when the signal ends a wait. Whoever throws `RetryLater` owns
 * the budget: nothing is counted here, because a 429 consumes no attempt and attempts outlive the slot.
 */
export async function retryWhileShort<T>(
  attempt: () => Promise<T>,
  {
    clock,
    signal,
    maxWaitMs = longestSlotWaitMs,
  }: { readonly clock: Clock; readonly signal: AbortSignal; readonly maxWaitMs?: number },
): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof RetryLater) || error.waitMs > maxWaitMs) throw error;
      if (error.waitMs > 0) await clock.sleep(error.waitMs, signal);
      if (signal.aborted) throw new Halted();
    }
  }
}
