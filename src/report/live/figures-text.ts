// The words for the figures of a run under way, the same in the panel, in a plain line and in `status`.
import type { Outcome } from "../../model/outcome.ts";
import { clockText, durationText, type Fate, grouped, words } from "../wording.ts";
import type { PhaseFigures, RunFigures, Step, Waiting } from "./run-figures.ts";

/** Something counted, in words; `isBad` where somebody has to look. */
export interface Count {
  readonly text: string;
  readonly isBad?: boolean;
}

/** `accepted 3,402`, `failed 12`, `429: 3` …: what there is none of is left out but for these three. */
export function countTexts({ outcomes, throttled }: RunFigures): readonly Count[] {
  const countOf = (...among: readonly Outcome[]) => among.reduce((sum, outcome) => sum + (outcomes[outcome] ?? 0), 0);
  const some = (outcome: Exclude<Outcome, "accepted"> & Fate, isBad: boolean): readonly Count[] => {
    const count = countOf(outcome);
    return count === 0 ? [] : [{ text: `${words(outcome)} ${grouped(count)}`, isBad }];
  };
  const failed = countOf("failed", "rejected");
  return [
    { text: `accepted ${grouped(countOf("accepted"))}` },
    ...some("unchanged", false),
    ...some("skipped", false),
    ...some("invalid", true),
    ...some("blocked", true),
    { text: `failed ${grouped(failed)}`, isBad: failed > 0 },
    ...some("in_doubt", true),
    { text: `429: ${grouped(throttled)}` },
  ];
}

/** `3.9 of 4.0 requests/s`, `4 in flight`; nothing before the first request. */
export function trafficTexts({ requestsPerSecond, limitPerSecond, inFlight }: RunFigures): readonly string[] {
  if (limitPerSecond === undefined && inFlight === 0) return [];
  const now = requestsPerSecond === undefined ? [] : [rateText(requestsPerSecond)];
  const rates = [...now, ...(limitPerSecond === undefined ? [] : [rateText(limitPerSecond)])];
  const rate =
    limitPerSecond !== undefined && now.length === 0
      ? `at most ${rates.join("")} requests/s`
      : `${rates.join(" of ")} requests/s`;
  return [...(rates.length === 0 ? [] : [rate]), `${grouped(inFlight)} in flight`];
}

/** What it waits for, why, until when and when it gives up; times are the clock's on the wall. */
export function waitingText(waiting: Waiting, nowMs: number): string {
  switch (waiting.kind) {
    case "pause": {
      const until = clockText(waiting.untilMs, nowMs);
      return `waiting: the API asked for a pause of ${durationText(Math.max(1000, waiting.pauseMs))}, until ${until}`;
    }
    case "outage": {
      const { cause, answered, nextProbeAtMs, givesUpAtMs } = waiting;
      const what = answered ? "the API stopped answering" : "the API does not answer";
      const next = nextProbeAtMs === undefined ? "asking it now" : `next try ${clockText(nextProbeAtMs, nowMs)}`;
      return `waiting: ${what} (${cause}); ${next}, giving up at ${clockText(givesUpAtMs, nowMs)}`;
    }
    case "retry":
      return `waiting: what is left failed before and is tried again at ${clockText(waiting.untilMs, nowMs)}`;
    case "lookup":
      return "asking Luminous what it has already";
    case "stopping":
      return "stopping";
    default:
      return waiting satisfies never;
  }
}

/** `reading orders`, and how many rows so far; undefined while the phases say more. */
export function stepText(step: Step): { readonly what: string; readonly count?: string } | undefined {
  switch (step.kind) {
    case "starting":
      return { what: "starting" };
    case "inspecting":
      return { what: `looking at ${step.input}`, count: `${grouped(step.rows)} rows` };
    case "reading":
      return step.of === undefined
        ? { what: `reading ${step.input}`, count: `${grouped(step.rows)} rows` }
        : { what: `grouping ${step.input}`, count: `${grouped(step.rows)} of ${grouped(step.of)} rows` };
    case "sending":
      return undefined;
    case "reporting":
      return { what: "writing results" };
    default:
      return step satisfies never;
  }
}

/** `2,310 of 9,120`. */
export function doneText({ done, entries }: PhaseFigures): string {
  return `${grouped(done)} of ${grouped(entries)}`;
}

/** `25 %`, rounded down: 100 % is said only when it is so. */
export function percentText({ done, entries }: PhaseFigures): string {
  return entries <= 0 ? "" : `${Math.floor((Math.min(done, entries) / entries) * 100)} %`;
}

/** `28 min left`; nothing as long as nobody knows. */
export function leftText({ leftMs }: PhaseFigures): string {
  return leftMs === undefined ? "" : `${durationText(leftMs)} left`;
}

/** The phase that is under way: the first that has something left, else the last. */
export function currentPhase(phases: readonly PhaseFigures[]): PhaseFigures | undefined {
  return phases.find(({ done, entries }) => done < entries) ?? phases.at(-1);
}

/** Everything on one line, for a log: `sales orders 2,310 of 9,120 (25 %), 28 min left; accepted 3,402, failed 12, …`. */
export function plainFigures(figures: RunFigures, nowMs: number): string {
  const { phases, step, waiting } = figures;
  const phase = currentPhase(phases);
  const stage = stepText(step);
  const place =
    stage !== undefined
      ? [stage.what, stage.count ?? ""].filter((text) => text !== "").join(": ")
      : phase === undefined
        ? "sending"
        : `${words(phase.phase)} ${doneText(phase)} (${percentText(phase)})${phase.leftMs === undefined ? "" : `, ${leftText(phase)}`}`;
  const counts = phases.length === 0 ? [] : [countTexts(figures).map(({ text }) => text), trafficTexts(figures)];
  return [
    place,
    ...counts.filter((texts) => texts.length > 0).map((texts) => texts.join(", ")),
    ...(waiting === undefined ? [] : [waitingText(waiting, nowMs)]),
  ].join("; ");
}

function rateText(perSecond: number): string {
  return perSecond >= 100 ? grouped(perSecond) : perSecond.toFixed(1);
}
