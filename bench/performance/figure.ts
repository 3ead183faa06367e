// What a bench finds: a figure with its spread, held against its goal. Pure arithmetic; measuring is in the files beside it.
import type { Measured } from "../measured.ts";

/** What a figure has to be, as the side on which it is good. */
export interface Goal {
  readonly side: "at least" | "at most";
  readonly value: number;
}

/** One line of the table. */
export interface Figure {
  /** For people who ask for it alone, and for programs. */
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly goal: Goal;
  /** The median of all repetitions. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly repetitions: number;
  readonly isMet: boolean;
  /** What one has to know beside it, for example what the baseline took. */
  readonly note: string;
}

/** The middle of some values and how far they lie apart. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** Of an even number of values the middle is the mean of the two in the middle. Throws for none. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[0], sorted.at(-1)];
  if (low === undefined || high === undefined) throw new Error("there is no middle of nothing");
  const upper = sorted[Math.floor(sorted.length / 2)] ?? high;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? low;
  return { median: (lower + upper) / 2, low, high };
}

/** A figure out of what the repetitions gave. The median decides whether the goal is met. */
export function figureOf(
  of: Pick<Figure, "name" | "title" | "goal"> & { readonly unit?: string; readonly note?: string },
  values: readonly number[],
): Figure {
  const { median, low, high } = spreadOf(values);
  const isMet = of.goal.side === "at least" ? median >= of.goal.value : median <= of.goal.value;
  return { unit: "", note: "", ...of, value: median, low, high, repetitions: values.length, isMet };
}

/** Goals as they are written: `atLeast(0.25)`. */
export const atLeast = (value: number): Goal => ({ side: "at least", value });

/** Goals as they are written: `atMost(3)`. */
export const atMost = (value: number): Goal => ({ side: "at most", value });

/** What each of one kind took, divided by what its neighbour of the other kind took. */
export function ratios(
  above: readonly Measured[],
  below: readonly Measured[],
  of: "seconds" | "cpuSeconds" | "peakMb",
): readonly number[] {
  return above.map((measured, index) => measured[of] / (below[index]?.[of] ?? Number.NaN));
}

/** The middle of what calls took, for a note. */
export function medianOf(calls: readonly Measured[], of: "seconds" | "cpuSeconds" | "peakMb"): number {
  return spreadOf(calls.map((call) => call[of])).median;
}
