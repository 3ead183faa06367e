// Time as the stages see it: handed in, so that tests own it. Wall time is for records that outlive the process,
// monotonic time for distances within it.

/** Time, handed in. Tests own one that stands still. */
export interface Clock {
  /** Milliseconds since the epoch. May jump when somebody sets the machine's clock. */
  nowMs(): number;
  /** Milliseconds since some fixed moment; never goes back. */
  monotonicMs(): number;
  /** Resolves after `ms`, or as soon as `signal` is aborted. Never rejects: callers look at the signal. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The clock with a wall time that cannot jump: it goes on from where it is now by the monotonic one. */
export function steadyClock(clock: Clock): Clock {
  const startMs = clock.nowMs();
  const startMonotonicMs = clock.monotonicMs();
  return {
    nowMs: () => startMs + Math.floor(clock.monotonicMs() - startMonotonicMs),
    monotonicMs: () => clock.monotonicMs(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
  };
}

const longestTimerMs = 2 ** 31 - 1;

/** The machine's own clock. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const wake = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const timer = setTimeout(wake, Math.min(Math.max(ms, 0), longestTimerMs));
      signal?.addEventListener("abort", wake, { once: true });
    }),
};
