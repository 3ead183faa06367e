// Pauses that grow: between passes that could not do what they were there for.

/** The first pause, and the one that no later pause exceeds. */
export interface PauseBounds {
  readonly firstMs: number;
  readonly mostMs: number;
}

/** 30 seconds, doubled each time up to 15 minutes. */
export const usualPauses: PauseBounds = { firstMs: 30_000, mostMs: 15 * 60_000 };

/** Pauses in a row. */
export interface GrowingPauses {
  /** How long the next one is, in ms. */
  next(): number;
  /** The next one is the first again. */
  reset(): void;
}

/** Pauses that double from `firstMs` to `mostMs`. */
export function growingPauses({ firstMs, mostMs }: PauseBounds): GrowingPauses {
  let comesMs = firstMs;
  return {
    next() {
      const pauseMs = Math.min(comesMs, mostMs);
      comesMs = pauseMs * 2;
      return pauseMs;
    },
    reset() {
      comesMs = firstMs;
    },
  };
}
