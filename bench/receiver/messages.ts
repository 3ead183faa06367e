// What the receiver's process and the one that started it say to each other.

/** A limit of requests a second, from so many seconds after the first write on. */
export interface LimitStep {
  readonly fromSeconds: number;
  readonly perSecond: number;
}

/** How the receiver behaves; without anything it answers at once and limits nothing. */
export interface ReceiverSettings {
  readonly latencyMs?: number;
  /** More requests than that in a rolling second get 429 with `Retry-After`. */
  readonly limits?: readonly LimitStep[];
  /** Products that are there from the start. */
  readonly skus?: readonly string[];
}

/** To the receiver: forget everything and behave so; without `reset`, just tell what came. */
export interface Asked {
  readonly reset?: ReceiverSettings;
}

/** What has come since the last reset, in the order of arrival. */
export interface Arrived {
  /** The moment of each write, by the receiver's own clock. */
  readonly arrivalsMs: Float64Array;
  /** What each write was answered. */
  readonly statuses: Uint16Array;
  /** How many requests only read. */
  readonly reads: number;
}

/** From the receiver: where it listens, once, and what it was asked for. */
export type Answered = { readonly url: string } | Arrived;
