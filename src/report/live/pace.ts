// How fast a count grows, over the last seconds: from at most one sample a second, whatever happens in between.

/** How long a pace looks back, and from when on it is more than noise. */
export interface PaceOptions {
  readonly windowMs: number;
  readonly trustedAfterMs: number;
}

/** The pace of one count. It is told the count as often as the caller likes. */
export interface Pace {
  add(atMs: number, count: number): void;
  /** Waits included; undefined as long as too little time has passed. */
  perSecond(atMs: number, count: number): number | undefined;
}

const sampleMs = 1000;

/** A pace that begins here. Times are of a clock that never goes back. */
export function createPace({ windowMs, trustedAfterMs }: PaceOptions, startMs: number, startCount: number): Pace {
  const samples = [{ atMs: startMs, count: startCount }];
  const forget = (atMs: number): void => {
    while (samples.length > 1 && atMs - (samples[1]?.atMs ?? atMs) >= windowMs) samples.shift();
  };
  return {
    add(atMs, count) {
      if (atMs - (samples.at(-1)?.atMs ?? 0) < sampleMs) return;
      samples.push({ atMs, count });
      forget(atMs);
    },
    perSecond(atMs, count) {
      forget(atMs);
      const [oldest] = samples;
      if (oldest === undefined || atMs - oldest.atMs < trustedAfterMs) return undefined;
      return Math.max(0, ((count - oldest.count) / (atMs - oldest.atMs)) * 1000);
    },
  };
}
