// What the wire tells while it works. Never a body, never a token.

/** Times are ms since the epoch. */
export type TransportEvent =
  /** A request leaves: it is in flight until its `request` comes. */
  | { readonly type: "request.started"; readonly purpose: "write" | "lookup" | "probe" }
  /** Every request that left, also lookups and probes. `status` is absent when there was no answer. */
  | {
      readonly type: "request";
      readonly purpose: "write" | "lookup" | "probe";
      readonly status?: number;
      readonly result: "accepted" | "throttled" | "undelivered" | "unanswered" | "refused";
      readonly durationMs: number;
      /** The rate that held when it came: the job's own, or what `auto` had found. */
      readonly requestsPerSecond: number;
      /** Of a write: the entry that it was for. */
      readonly entryId?: number;
    }
  /** 429: nothing starts before `untilMs`. */
  | {
      readonly type: "throttled";
      readonly waitMs: number;
      readonly untilMs: number;
      readonly requestsPerSecond: number;
    }
  /** Nothing but probes leaves. `answered` tells whether the API has answered anything in this run. */
  | {
      readonly type: "outage.opened";
      readonly cause: string;
      readonly answered: boolean;
      readonly nextProbeAtMs: number;
      readonly givesUpAtMs: number;
    }
  /** `nextProbeAtMs` is absent when it was answered, or was the last. */
  | { readonly type: "outage.probe"; readonly answered: boolean; readonly nextProbeAtMs?: number }
  | { readonly type: "outage.closed"; readonly afterMs: number };
