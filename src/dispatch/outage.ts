// The circuit. While it is open nothing is sent but one probe at growing intervals, and entries keep their attempts.
//
//   closed ──several failures in a row──▶ open ──probe answered──▶ closed
//                                          └──patience used up──▶ gives up (the run stops)
import type { Clock } from "../model/clock.ts";

/** Disposing it ends the probing and waits for the last one. */
export interface Circuit extends AsyncDisposable {
  readonly isOpen: boolean;
  /** True once the API has answered anything in this run. */
  readonly everAnswered: boolean;
  /** Any HTTP answer that is not 5xx. */
  answered(): void;
  /** A request without one. `subject` tells entries apart: one entry that the API chokes on is no outage. */
  failed(kind: "undelivered" | "unanswered", subject: string, cause: string): void;
  /** Resolves when the circuit is closed or the signal aborted. */
  closed(): Promise<void>;
}

/** How the circuit asks the API, and whom it tells. */
export interface CircuitOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly patienceMs: number;
  /** Asks the API; true when it answered. */
  readonly probe: () => Promise<boolean>;
  readonly giveUp: (cause: string, waitedMs: number) => void;
  readonly onChange: (change: CircuitChange) => void;
}

/** What the circuit did, for the log. */
export type CircuitChange =
  | { readonly type: "opened"; readonly cause: string }
  | { readonly type: "probe"; readonly answered: boolean }
  | { readonly type: "closed"; readonly afterMs: number };

/** Failures in a row that open it: over at least two subjects, because a request that got through may be its own fault … */
const unansweredInRow = 5;
const subjectsInRow = 2;
/** … while nothing that was never delivered can be blamed on what is in it. */
const undeliveredInRow = 3;
/** A wrong address or no network shows at once: a run that was never answered waits no longer than this. */
const firstPatienceMs = 30_000;
const longestProbeIntervalMs = 30_000;

/** Before the run's first answer a single failure opens it. */
export function createCircuit({ clock, signal, patienceMs, probe, giveUp, onChange }: CircuitOptions): Circuit {
  let open: { readonly sinceMs: number; readonly done: Promise<void>; close: () => void } | undefined;
  let everAnswered = false;
  let inRow = 0;
  let undelivered = 0;
  let lastCause = "";
  let probing: Promise<void> = Promise.resolve();
  const subjects = new Set<string>();
  const ended = new AbortController();
  signal.addEventListener("abort", () => ended.abort(), { once: true });

  const close = () => {
    inRow = 0;
    undelivered = 0;
    subjects.clear();
    if (open === undefined) return;
    const { sinceMs, close: release } = open;
    open = undefined;
    onChange({ type: "closed", afterMs: clock.monotonicMs() - sinceMs });
    release();
  };

  const probeUntilClosed = async (sinceMs: number): Promise<void> => {
    for (let intervalMs = 1000; ; intervalMs = Math.min(intervalMs * 2, longestProbeIntervalMs)) {
      const leftMs =
        (everAnswered ? patienceMs : Math.min(patienceMs, firstPatienceMs)) - (clock.monotonicMs() - sinceMs);
      if (leftMs <= 0) {
        giveUp(lastCause, clock.monotonicMs() - sinceMs);
        return;
      }
      await clock.sleep(Math.min(intervalMs, leftMs), ended.signal);
      if (ended.signal.aborted || open === undefined) return;
      const answered = await probe();
      onChange({ type: "probe", answered });
      if (answered) {
        everAnswered = true;
        close();
      }
      if (ended.signal.aborted || open === undefined) return;
    }
  };

  const start = () => {
    const sinceMs = clock.monotonicMs();
    let release = () => {};
    const done = new Promise<void>((resolve) => {
      release = resolve;
      ended.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    open = { sinceMs, done, close: release };
    onChange({ type: "opened", cause: lastCause });
    probing = probeUntilClosed(sinceMs);
  };

  return {
    get isOpen() {
      return open !== undefined;
    },
    get everAnswered() {
      return everAnswered;
    },
    answered() {
      everAnswered = true;
      close();
    },
    failed(kind, subject, cause) {
      lastCause = cause;
      inRow += 1;
      undelivered = kind === "undelivered" ? undelivered + 1 : 0;
      if (subjects.size < subjectsInRow) subjects.add(subject);
      if (open !== undefined || ended.signal.aborted) return;
      const isSpread = inRow >= unansweredInRow && subjects.size >= subjectsInRow;
      if (!everAnswered || isSpread || undelivered >= undeliveredInRow) start();
    },
    closed: async () => {
      await open?.done;
    },
    async [Symbol.asyncDispose]() {
      ended.abort();
      await probing;
    },
  };
}
