// Chance with a seed: the same columns in every run and on every machine.

/** A source of chance. */
export interface Random {
  /** A whole number, both ends included. */
  int(from: number, to: number): number;
  pick<T>(of: readonly [T, ...T[]]): T;
  /** So many digits, the first of them not 0. */
  digits(count: number): string;
  /** True once in `times`. */
  oneIn(times: number): boolean;
}

/** Chance that begins with a name. */
export function randomOf(seed: string): Random {
  let state = [...seed].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 16_777_619), 2_166_136_261);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  return {
    int,
    pick: (of) => of[int(0, of.length - 1)] ?? of[0],
    digits: (count) => `${int(1, 9)}${Array.from({ length: count - 1 }, () => int(0, 9)).join("")}`,
    oneIn: (times) => int(1, times) === 1,
  };
}
