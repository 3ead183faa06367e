// What this process knows of an entry between two handlings and the ledger does not: all of it may be lost in a crash.
// An entry has one from its first send until it settles.

/** What is remembered of one entry. Whoever handles the entry changes it; nobody else holds it meanwhile. */
export interface AttemptState {
  /** Sends that the ledger counts as attempts and that are not the entry's fault: made during an outage, or a creation that worked. */
  excused: number;
  /** How it came into Luminous in this run, when what is left is the update that belongs to it. */
  made: "created" | "recovered" | undefined;
  /** A creation had no usable answer: what turns up under the key may be ours. */
  wasUnanswered: boolean;
  wasThrottled: boolean;
  /** When its last request left, by the monotonic clock, which nobody sets. */
  leftAtMonotonicMs: number | undefined;
  /** When its absence was first seen after the window, by the same clock. */
  firstAbsenceAtMs: number | undefined;
  /** An id that the answer showed under a key that ours may have become. */
  likeId: string | undefined;
  /** Lookups of a doubtful send that got no answer. */
  silentLookups: number;
  /** What the last try came to, for the message when it was the last. */
  lastCause: string;
}

/** States by entry id. */
export interface AttemptStates {
  of(entryId: number): AttemptState;
  forget(entryId: number): void;
}

/** Empty: a new process knows only what the ledger knows. */
export function createAttemptStates(): AttemptStates {
  const attemptStates = new Map<number, AttemptState>();
  return {
    of(entryId) {
      const known = attemptStates.get(entryId);
      if (known !== undefined) return known;
      const fresh: AttemptState = {
        excused: 0,
        made: undefined,
        wasUnanswered: false,
        wasThrottled: false,
        leftAtMonotonicMs: undefined,
        firstAbsenceAtMs: undefined,
        likeId: undefined,
        silentLookups: 0,
        lastCause: "no answer",
      };
      attemptStates.set(entryId, fresh);
      return fresh;
    },
    forget(entryId) {
      attemptStates.delete(entryId);
    },
  };
}
