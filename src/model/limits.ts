// Limits on requests. Their defaults live in the job's schema.

/** How fast, how much at once, how often and how long. */
export interface Limits {
  readonly requestsPerSecond: number | "auto";
  readonly maxRequestsPerSecond: number;
  readonly concurrency: number;
  /** Per entry and run. */
  readonly attempts: number;
  /** For one request. Also how long the server may still be working on a request that got no answer. */
  readonly timeoutMs: number;
  readonly outagePatienceMs: number;
  /** How long a write may stay invisible to reads: an absence counts only so long after a send is over. */
  readonly readLagMs: number;
  /** Between the two proofs of absence before something that nobody can delete goes a second time. */
  readonly secondSendMs: number;
}
