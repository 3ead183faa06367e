// From the events of a run to its figures. Cheap enough for every entry of a large run: an event adds to counters, and what
// is said of them is worked out only when somebody asks.
import type { DispatchEvent } from "../dispatch/events.ts";
import type { Clock } from "../model/clock.ts";
import type { Outcome } from "../model/outcome.ts";
import type { Phase } from "../model/resource.ts";
import { phases as phaseOrder } from "../model/resources/resources.ts";
import { createPace, type Pace } from "../report/live/pace.ts";
import type { PhaseFigures, RunFigures, RunTitle, Step, Waiting } from "../report/live/run-figures.ts";
import type { RunEvent } from "./events.ts";

/** Follows one run. */
export interface FollowedRun {
  see(event: RunEvent): void;
  /** As things stand now. */
  figures(): RunFigures;
}

/** The phase under way. `sent` entries of it ended by a send: only those say how fast it goes, for the others cost nothing. */
interface CurrentPhase {
  readonly phase: Phase;
  readonly count: PhaseCount;
  readonly pace: Pace;
  sent: number;
}

/** Counters of a phase; `heldBack` entries are beyond `--limit` and no part of it. */
interface PhaseCount {
  entries: number;
  heldBack: number;
  done: number;
}

const phasePace = { windowMs: 60_000, trustedAfterMs: 5000 };
const requestPace = { windowMs: 10_000, trustedAfterMs: 2000 };

/** Figures that start at nothing. */
export function followRun(clock: Pick<Clock, "nowMs" | "monotonicMs">): FollowedRun {
  let title: RunTitle | undefined;
  let step: Step = { kind: "starting" };
  const phases = new Map<Phase, PhaseCount>();
  const outcomes: Partial<Record<Outcome, number>> = {};
  let current: CurrentPhase | undefined;
  let throttled = 0;
  let requests = 0;
  let inFlight = 0;
  let limitPerSecond: number | undefined;
  let pace: Pace | undefined;
  let waiting: Waiting | undefined;

  const countOf = (phase: Phase): PhaseCount => {
    const known = phases.get(phase);
    if (known !== undefined) return known;
    const fresh: PhaseCount = { entries: 0, heldBack: 0, done: 0 };
    phases.set(phase, fresh);
    return fresh;
  };

  const ended = (outcome: Outcome, entries: number): void => {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + entries;
  };

  const settled = (count: PhaseCount | undefined, outcome: Outcome, entries: number): void => {
    ended(outcome, entries);
    if (count === undefined) return;
    if (outcome === "pending") count.heldBack += entries;
    else count.done += entries;
  };

  const follow = (event: DispatchEvent): void => {
    switch (event.type) {
      case "phase.started": {
        const count = countOf(event.phase);
        count.entries = event.entries;
        count.done = event.entries - event.open - count.heldBack;
        current = { phase: event.phase, count, pace: createPace(phasePace, clock.monotonicMs(), 0), sent: 0 };
        break;
      }
      case "entry.settled":
        settled(current?.count, event.outcome, 1);
        if (current !== undefined && event.attempts > 0) {
          current.sent += 1;
          current.pace.add(clock.monotonicMs(), current.sent);
        }
        if (waiting?.kind === "lookup" || waiting?.kind === "retry") waiting = undefined;
        break;
      case "entries.settled":
        settled(countOf(event.phase), event.outcome, event.entries);
        break;
      case "request.started":
        requests += 1;
        inFlight += 1;
        pace ??= createPace(requestPace, clock.monotonicMs(), 0);
        pace.add(clock.monotonicMs(), requests);
        if (event.purpose === "write" && waiting?.kind !== "outage" && waiting?.kind !== "stopping")
          waiting = undefined;
        break;
      case "request":
        inFlight = Math.max(0, inFlight - 1); // the first question may have left before anybody counted
        limitPerSecond = event.requestsPerSecond;
        if (event.result === "throttled") throttled += 1;
        break;
      case "throttled":
        limitPerSecond = event.requestsPerSecond;
        if (waiting?.kind !== "outage") waiting = { kind: "pause", pauseMs: event.waitMs, untilMs: event.untilMs };
        break;
      case "waiting":
        waiting = { kind: "retry", untilMs: event.untilMs };
        break;
      case "lookup":
        waiting = stillWaiting(waiting, clock.nowMs()) ?? { kind: "lookup" };
        break;
      case "outage.opened": {
        const { cause, answered, nextProbeAtMs, givesUpAtMs } = event;
        waiting = { kind: "outage", cause, answered, nextProbeAtMs, givesUpAtMs };
        break;
      }
      case "outage.probe":
        if (waiting?.kind === "outage") {
          const { nextProbeAtMs: _, ...outage } = waiting;
          waiting = event.nextProbeAtMs === undefined ? outage : { ...outage, nextProbeAtMs: event.nextProbeAtMs };
        }
        break;
      case "outage.closed":
        waiting = undefined;
        break;
      case "stopping":
        waiting = { kind: "stopping" };
        break;
      case "phase.resolved":
      case "phase.finished":
        if (waiting?.kind === "lookup" || waiting?.kind === "retry") waiting = undefined;
        break;
      case "entry.retry":
      case "entry.doubt":
      case "lookup.fallback":
      case "channel.made":
      case "warning":
        break;
      default:
        event satisfies never;
    }
  };

  return {
    see(event) {
      switch (event.kind) {
        case "begun": {
          const { runId, command, job, startedAtMs } = event;
          title = { runId, command, job, startedAtMs };
          break;
        }
        case "inspecting":
          step = { kind: "inspecting", input: event.input, rows: event.rows };
          break;
        case "reading":
          step = {
            kind: "reading",
            input: event.input,
            rows: event.rows,
            ...(event.of === undefined ? {} : { of: event.of }),
          };
          break;
        case "staged":
          step = { kind: "sending" };
          for (const { phase, entries, open, invalid } of event.phases) {
            phases.set(phase, { entries, heldBack: 0, done: entries - open });
            if (invalid > 0) ended("invalid", invalid);
          }
          break;
        case "reporting":
          step = { kind: "reporting" };
          waiting = undefined;
          break;
        case "dispatch":
          follow(event.event);
          break;
        case "asking":
        case "inbox":
        case "moved":
        case "warning":
        case "upgraded":
        case "detected":
          break;
        default:
          event satisfies never;
      }
    },
    figures() {
      const nowMs = clock.monotonicMs();
      const requestsPerSecond = pace?.perSecond(nowMs, requests);
      const still = stillWaiting(waiting, clock.nowMs());
      return {
        ...(title === undefined ? {} : { run: title }),
        step,
        phases: phaseOrder.flatMap((phase) => {
          const count = phases.get(phase);
          if (count === undefined || count.entries <= count.heldBack) return [];
          const isCurrent = phase === current?.phase;
          return [phaseFigures(phase, count, isCurrent ? current?.pace.perSecond(nowMs, current.sent) : undefined)];
        }),
        outcomes: { ...outcomes },
        throttled,
        ...(requestsPerSecond === undefined ? {} : { requestsPerSecond }),
        ...(limitPerSecond === undefined ? {} : { limitPerSecond }),
        inFlight,
        ...(still === undefined ? {} : { waiting: still }),
      };
    },
  };
}

function phaseFigures(phase: Phase, { entries, heldBack, done }: PhaseCount, perSecond = 0): PhaseFigures {
  const left = entries - heldBack - done;
  return {
    phase,
    entries: entries - heldBack,
    done,
    ...(left > 0 && perSecond > 0 ? { leftMs: (left / perSecond) * 1000 } : {}),
  };
}

/** A pause ends by itself, and nothing tells. */
function stillWaiting(waiting: Waiting | undefined, nowMs: number): Waiting | undefined {
  const isOver = (waiting?.kind === "pause" || waiting?.kind === "retry") && waiting.untilMs <= nowMs;
  return isOver ? undefined : waiting;
}
