// Time that passes only when a test says so, with wake-ups that come as late as the test wants.
import type { Clock } from "../../src/model/clock.ts";

export interface FakeClock extends Clock {
  /** Lets this much time pass: every sleep that ends in it wakes in order. */
  advance(ms: number): Promise<void>;
  /** Somebody sets the machine's clock: only the wall time jumps. */
  jump(ms: number): void;
}

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

export function fakeClock(latenessMs: () => number = () => 0): FakeClock {
  let now = 0;
  let jumpedMs = 0;
  const sleepers = new Set<Sleeper>();
  return {
    nowMs: () => 1_700_000_000_000 + now + jumpedMs,
    monotonicMs: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const wake = () => {
          sleepers.delete(sleeper);
          signal?.removeEventListener("abort", wake);
          resolve();
        };
        const sleeper = { atMs: now + Math.max(ms, 0) + latenessMs(), wake };
        sleepers.add(sleeper);
        if (signal?.aborted === true) wake();
        else signal?.addEventListener("abort", wake, { once: true });
      }),
    jump(ms) {
      jumpedMs += ms;
    },
    async advance(ms) {
      const untilMs = now + ms;
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve)); // everything that can go on without time does
        const next = [...sleepers].sort((a, b) => a.atMs - b.atMs)[0];
        if (next === undefined || next.atMs > untilMs) break;
        now = Math.max(now, next.atMs);
        next.wake();
      }
      now = untilMs;
    },
  };
}
