// What an answer of the API says beside its body.

/** An answer's status and headers, and when it came by our own clock. Never holds the token. */
export interface AnswerSeen {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Wall clock, ms since the epoch, when the answer was complete. */
  readonly atMs: number;
  /** From sending to the end of the answer. */
  readonly durationMs: number;
}
