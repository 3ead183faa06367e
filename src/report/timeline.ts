// A run's traffic over time, as summary.json keeps it and the report draws it. How it is kept is in run/follow-traffic.ts.

/** Traffic in buckets of equal width from `started_at` on, and the spans in which the run waited. All lists of buckets have one length. */
export interface Timeline {
  /** When the first request left; ISO 8601, UTC. */
  readonly started_at: string;
  readonly bucket_seconds: number;
  /** All requests, lookups and probes included, by when they ended. */
  readonly requests: readonly number[];
  /** Those of them that were answered 429. */
  readonly throttled: readonly number[];
  /** Entries that were accepted. */
  readonly accepted: readonly number[];
  /** Pauses that a 429 asked for. Where there were too many, neighbours are one span. */
  readonly pauses: readonly TimeSpan[];
  /** Times without an answer, in which only probes left. */
  readonly outages: readonly TimeSpan[];
}

/** From and to, in seconds since `started_at`. */
export interface TimeSpan {
  readonly from: number;
  readonly to: number;
}
