// Chance with a seed: the same orders in every run. Amounts are whole cents, as a shop's own books have them.

/** Draws, one after the other. */
export interface Random {
  /** From 0 up to, not including, 1. */
  next(): number;
  /** A whole number, both ends included. */
  whole(from: number, to: number): number;
  /** True that often. */
  chance(share: number): boolean;
  pick<T>(of: readonly [T, ...T[]]): T;
}

/** A source of chance that repeats itself for a seed (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const whole = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    whole,
    chance: (share) => next() < share,
    pick: (of) => of[whole(0, of.length - 1)] ?? of[0],
  };
}

/** Cents as shops write them: `1234.50`. */
export function money(cents: number): string {
  const sign = cents < 0 ? "-" : "";
  const digits = String(Math.abs(cents)).padStart(3, "0");
  return `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** A share of an amount, in cents, halves up. */
export function portion(cents: number, ratio: number): number {
  return Math.floor(cents * ratio + 0.5);
}
