// How far a run is, on stderr: one line that is rewritten on a terminal, a plain line every ten seconds elsewhere.
// Nothing here knows what a run does, and there is no timer: the caller says what is so, as often as it likes.
import { visibleLine } from "../model/text/visible.ts";
import { cutTo, durationText, grouped } from "./wording.ts";

/** What is so right now. */
export interface ProgressState {
  /** What is being done, in words: `reading orders.csv`, `sales orders`. Another phase starts its measures anew. */
  readonly phase: string;
  readonly done: number;
  /** Absent as long as nobody knows. */
  readonly total?: number;
  /** What it waits for, in words: `the API asked for a pause of 20 s`. */
  readonly waiting?: string;
}

/** Where progress is shown. */
export interface ProgressOptions {
  readonly stream: { write(text: string): unknown; readonly columns?: number | undefined };
  readonly isTty: boolean;
  /** Milliseconds; only differences count. */
  readonly clock: () => number;
  /** Shows nothing at all. */
  readonly quiet?: boolean;
}

/** A progress display. It holds nothing open, so there is nothing to close but the line: see `clear`. */
export interface Progress {
  /** May be called for every entry: what is written is bounded by the clock. */
  update(state: ProgressState): void;
  /** Takes the line off the terminal, to be called before anything else writes there. The next update puts it back. */
  clear(): void;
}

const redrawMs = 100;
const plainLineMs = 10_000;
const defaultColumns = 80;

/** Makes a progress display; its pace is measured from its own updates, over the last minute of the phase. */
export function createProgress({ stream, isTty, clock, quiet = false }: ProgressOptions): Progress {
  if (quiet) return { update: () => {}, clear: () => {} };
  const intervalMs = isTty ? redrawMs : plainLineMs;
  let pace = createPace(clock());
  let phase: string | undefined;
  let isShown = false;
  // A terminal shows the first state at once; a log gets no line for what takes less than ten seconds.
  let shownAtMs = isTty ? Number.NEGATIVE_INFINITY : clock();
  return {
    update(state) {
      const nowMs = clock();
      if (state.phase !== phase) {
        pace = createPace(nowMs, state.done);
        phase = state.phase;
        if (isTty) shownAtMs = Number.NEGATIVE_INFINITY;
      }
      pace.add(nowMs, state.done);
      if (nowMs - shownAtMs < intervalMs) return;
      shownAtMs = nowMs;
      const line = visibleLine(progressLine(state, pace.perSecond(nowMs, state.done)));
      // One column stays free: a full line makes some terminals wrap, and then it cannot be rewritten.
      stream.write(isTty ? `\r${cutTo(line, (stream.columns ?? defaultColumns) - 1)}\u001B[K` : `${line}\n`);
      isShown = isTty;
    },
    clear() {
      if (isShown) stream.write("\r\u001B[K");
      isShown = false;
      if (isTty) shownAtMs = Number.NEGATIVE_INFINITY;
    },
  };
}

/** `sales orders  1,204 of 9,120 (13 %)  3.9/s  34 min left  waiting: …`; what is not known is left out. */
export function progressLine({ phase, done, total, waiting }: ProgressState, perSecond: number | undefined): string {
  const isMoving = perSecond !== undefined && perSecond > 0;
  return [
    phase,
    total === undefined ? grouped(done) : `${grouped(done)} of ${grouped(total)}${percentText(done, total)}`,
    perSecond === undefined ? "" : `${rateText(perSecond)}/s`,
    total !== undefined && isMoving && done < total ? `${durationText(((total - done) / perSecond) * 1000)} left` : "",
    waiting === undefined ? "" : `waiting: ${waiting}`,
  ]
    .filter((part) => part !== "")
    .join("  ");
}

// Rounded down: 100 % is said only when it is so.
function percentText(done: number, total: number): string {
  return total <= 0 ? "" : ` (${Math.floor((Math.min(done, total) / total) * 100)} %)`;
}

function rateText(perSecond: number): string {
  return perSecond >= 100 ? grouped(perSecond) : perSecond.toFixed(1);
}

interface Pace {
  add(atMs: number, done: number): void;
  perSecond(atMs: number, done: number): number | undefined;
}

const windowMs = 60_000;
const sampleMs = 1000;
// Before that, a rate is mostly noise.
const trustedAfterMs = 3000;

// The rate over the last minute, waits included, from at most one sample a second.
function createPace(startMs: number, startDone = 0): Pace {
  const samples = [{ atMs: startMs, done: startDone }];
  return {
    add(atMs, done) {
      if (atMs - (samples.at(-1)?.atMs ?? 0) < sampleMs) return;
      samples.push({ atMs, done });
      while (samples.length > 2 && atMs - (samples[0]?.atMs ?? atMs) > windowMs) samples.shift();
    },
    perSecond(atMs, done) {
      const [oldest] = samples;
      if (oldest === undefined || atMs - oldest.atMs < trustedAfterMs) return undefined;
      return Math.max(0, ((done - oldest.done) / (atMs - oldest.atMs)) * 1000);
    },
  };
}
