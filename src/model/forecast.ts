// What a run would meet in its account, found out by asking alone: counts and reasons, no outcomes.
import type { Problem } from "./problem.ts";
import type { Phase } from "./resource.ts";

/**
 * What would become of an entry. `unchanged`: Luminous shows all of it already. `refused` by our own checks: Luminous lacks its record and creation needs more, or Luminous
 * has the key and that is not allowed. `blocked`: something it refers to would be missing. `unknown`: no answer proves whether
 * Luminous has it, so it would not be sent.
 */
export const forecastFates = ["updated", "unchanged", "skipped", "created", "refused", "blocked", "unknown"] as const;
/** One of `forecastFates`. */
export type ForecastFate = (typeof forecastFates)[number];

/** Of the valid entries of a phase: how many would meet which fate. */
export interface PhaseForecast extends Readonly<Record<ForecastFate, number>> {
  readonly phase: Phase;
  readonly entries: number;
  /** Why entries would not be sent, most frequent first; only so many. An entry may have several reasons. */
  readonly reasons: readonly {
    readonly fate: ForecastFate;
    readonly entries: number;
    /** As the first of these entries has it, with its cell. */
    readonly first: Problem;
  }[];
}

/** What a run would meet. */
export interface Forecast {
  /** Those that have valid entries, in the order in which they are sent. */
  readonly phases: readonly PhaseForecast[];
  /** Why a run would end before it sends anything: its orders may not go where they would go. Null where they may. */
  readonly guard: { readonly message: string; readonly hint: string } | null;
  /**
   * Whether the job was run against the account before. What those runs brought in counts as existing here; a run leaves
   * it alone where its rows are the same, and refuses an order whose rows are not.
   */
  readonly earlier_runs: boolean;
}
