// What the wire tells while it works. Never a body, never a token.

/** Times are ms since the epoch. */
export type TransportEvent =
  /** Every request that left, also lookups and probes. `status` is absent when there was no answer. */
  | {
      readonly type: "request";
      readonly purpose: "write" | "lookup" | "probe";
      readonly status?: number;
      readonly result: "accepted" | "throttled" | "undelivered" | "unanswered" | "refused";
      readonly durationMs: number;
    }
  /** 429: nothing starts before `untilMs`. */
  | {
      readonly type: "throttled";
      readonly waitMs: number;
      readonly untilMs: number;
      readonly requestsPerSecond: number;
    }
  | { readonly type: "outage.opened"; readonly cause: string }
  | { readonly type: "outage.probe"; readonly answered: boolean }
  | { readonly type: "outage.closed"; readonly afterMs: number };
