// The circuit. While it is open nothing is sent but one probe at growing intervals, and entries keep their attempts.
//
//   closed ──several failures in a row──▶ open ──probe answered──▶ closed
//                                          └──patience used up──▶ gives up (the run stops)
//
// Reads may be answered while no write is. Writes have a row of their own for that, which only an answered write ends.
// After such an outage the probe, a read, proves little: the next write to fail opens the circuit again at once, with the
// patience and the interval where they were.
import type { Clock } from "../model/clock.ts";

/** Disposing it ends the probing and waits for the last one. */
export interface Circuit extends AsyncDisposable {
  readonly isOpen: boolean;
  /** True once the API has answered anything in this run. */
  readonly everAnswered: boolean;
  /** Any HTTP answer that is not 5xx. */
  answered(purpose: "write" | "lookup"): void;
  /** A request without one. `subject` tells entries apart: one entry that the API chokes on is no outage. */
  failed(
    kind: "undelivered" | "unanswered",
    purpose: "write" | "lookup" | "probe",
    subject: string,
    cause: string,
  ): void;
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
  | {
      readonly type: "opened";
      readonly cause: string;
      /** True once the API has answered anything in this run. */
      readonly answered: boolean;
      readonly nextProbeInMs: number;
      readonly givesUpInMs: number;
    }
  | { readonly type: "probe"; readonly answered: boolean; readonly nextProbeInMs?: number }
  | { readonly type: "closed"; readonly afterMs: number };

/** Failures in a row that open it: over at least two subjects, because a request that got through may be its own fault … */
const unansweredInRow = 5;
const subjectsInRow = 2;
/** … while nothing that was never delivered can be blamed on what is in it. */
const undeliveredInRow = 3;
/** A wrong address or no network shows at once: a run that was never answered waits no longer than this. */
const firstPatienceMs = 30_000;
const shortestProbeIntervalMs = 1000;
const longestProbeIntervalMs = 30_000;

interface OpenCircuit {
  readonly sinceMs: number;
  readonly firstIntervalMs: number;
  /** Opened because writes fail; reads may be answered all the while. */
  readonly byWrites: boolean;
  readonly done: Promise<void>;
  readonly close: () => void;
}

/** Before the run's first answer a single failure opens it. */
export function createCircuit({ clock, signal, patienceMs, probe, giveUp, onChange }: CircuitOptions): Circuit {
  let open: OpenCircuit | undefined;
  let suspect: { readonly sinceMs: number; readonly intervalMs: number } | undefined;
  let everAnswered = false;
  let inRow = 0;
  let undelivered = 0;
  let lastCause = "";
  let probing: Promise<void> = Promise.resolve();
  const subjects = new Set<string>();
  const writes = { inRow: 0, subjects: new Set<string>() };
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

  const forgetWrites = () => {
    writes.inRow = 0;
    writes.subjects.clear();
  };

  const leftMs = ({ sinceMs }: OpenCircuit): number =>
    (everAnswered ? patienceMs : Math.min(patienceMs, firstPatienceMs)) - (clock.monotonicMs() - sinceMs);

  const probeUntilClosed = async (circuit: OpenCircuit): Promise<void> => {
    const { sinceMs, firstIntervalMs, byWrites } = circuit;
    for (let intervalMs = firstIntervalMs; ; intervalMs = nextInterval(intervalMs)) {
      const patience = leftMs(circuit);
      if (patience <= 0) {
        giveUp(lastCause, clock.monotonicMs() - sinceMs);
        return;
      }
      await clock.sleep(Math.min(intervalMs, patience), ended.signal);
      if (ended.signal.aborted || open === undefined) return;
      const answered = await probe();
      const nextProbeInMs = Math.min(nextInterval(intervalMs), leftMs(circuit));
      onChange({ type: "probe", answered, ...(answered || nextProbeInMs <= 0 ? {} : { nextProbeInMs }) });
      if (answered) {
        everAnswered = true;
        if (byWrites) suspect = { sinceMs, intervalMs: nextInterval(intervalMs) };
        forgetWrites();
        close();
      }
      if (ended.signal.aborted || open === undefined) return;
    }
  };

  const start = (byWrites: boolean) => {
    const sinceMs = suspect?.sinceMs ?? clock.monotonicMs();
    let release = () => {};
    const done = new Promise<void>((resolve) => {
      release = resolve;
      ended.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    open = { sinceMs, firstIntervalMs: suspect?.intervalMs ?? shortestProbeIntervalMs, byWrites, done, close: release };
    const givesUpInMs = Math.max(0, leftMs(open));
    const nextProbeInMs = Math.min(open.firstIntervalMs, givesUpInMs);
    onChange({ type: "opened", cause: lastCause, answered: everAnswered, nextProbeInMs, givesUpInMs });
    probing = probeUntilClosed(open);
  };

  return {
    get isOpen() {
      return open !== undefined;
    },
    get everAnswered() {
      return everAnswered;
    },
    answered(purpose) {
      everAnswered = true;
      if (purpose === "write") {
        suspect = undefined;
        forgetWrites();
      }
      if (purpose === "write" || open?.byWrites !== true) close();
    },
    failed(kind, purpose, subject, cause) {
      lastCause = cause;
      if (purpose === "write") {
        writes.inRow += 1;
        if (writes.subjects.size < subjectsInRow) writes.subjects.add(subject);
      }
      inRow += 1;
      undelivered = kind === "undelivered" ? undelivered + 1 : 0;
      if (subjects.size < subjectsInRow) subjects.add(subject);
      if (open !== undefined || ended.signal.aborted) return;
      const isSpread = inRow >= unansweredInRow && subjects.size >= subjectsInRow;
      const noWriteGoes =
        purpose === "write" &&
        (suspect !== undefined || (writes.inRow >= unansweredInRow && writes.subjects.size >= subjectsInRow));
      if (!everAnswered || isSpread || undelivered >= undeliveredInRow || noWriteGoes) start(noWriteGoes);
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

function nextInterval(intervalMs: number): number {
  return Math.min(intervalMs * 2, longestProbeIntervalMs);
}
