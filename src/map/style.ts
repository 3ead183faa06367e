// How a source writes its values. Reading a value by a style is done in decimal.ts, dates.ts and coerce.ts.

/** The value part of a mapping's `source:`; one object per mapping, never changed. */
export interface ValueStyle {
  readonly decimal: "." | ",";
  /** What may stand between groups of three digits; absent: nothing may. */
  readonly thousands?: string;
  /** Luxon formats, tried in order. Empty: ISO dates and ISO date-times only. */
  readonly dates: readonly string[];
  /** The zone that date-times with an offset are converted to. */
  readonly timezone: string;
}
