// How a run that has not ended stands, in words: for `status`.

import type { Submission } from "../../model/ledger/submissions.ts";
import { clockText, counted, durationText } from "../wording.ts";
import { wrap } from "../wrap.ts";
import { type PanelLine, panelLines } from "./panel.ts";
import type { SavedProgress } from "./progress-file.ts";
import type { RunFigures } from "./run-figures.ts";

/** A run that has not ended, and what is known of it. */
export interface OpenRun {
  readonly runId: string;
  readonly command: string;
  readonly startedAtMs: number;
  readonly standing:
    | {
        readonly kind: "under_way";
        readonly pid: number;
        readonly host?: string;
        readonly progress: SavedProgress | undefined;
      }
    | { readonly kind: "killed"; readonly progress: SavedProgress | undefined }
    | {
        readonly kind: "submitted";
        readonly submission: Submission;
        readonly progress: SavedProgress | undefined;
        readonly open: number;
        readonly inDoubt: number;
      };
}

/** The terminal, the time, and the commands that may be named. */
export interface OpenRunOptions {
  /** Of the terminal; elsewhere a sentence is a line. */
  readonly width?: number;
  readonly nowMs: number;
  /** Continues the run. */
  readonly again: string;
  /** Follows it. */
  readonly follow: string;
  /** Ends it, where it was submitted. */
  readonly stop: string;
}

// Written every second while the process goes on.
const staleAfterMs = 10_000;

/** The lines for such a run: what is so, the figures of its last second, and what to do. */
export function openRunLines(
  run: OpenRun,
  { width, nowMs, again, follow, stop }: OpenRunOptions,
): readonly PanelLine[] {
  const { runId, command, startedAtMs, standing } = run;
  const { progress } = standing;
  const figures =
    progress === undefined
      ? []
      : panelLines(standing.kind === "killed" ? whatIsDone(progress) : withoutTitle(progress), {
          width: width ?? 100,
          height: Number.POSITIVE_INFINITY,
          nowMs,
        });
  const line = (text: string): readonly PanelLine[] =>
    (width === undefined ? [text] : wrap(text, width)).map((part) => [{ text: part, tone: "plain" }]);
  const takenAt = progress === undefined ? "" : clockText(progress.updatedAtMs, nowMs);
  const since = clockText(startedAtMs, nowMs);
  if (standing.kind === "killed") {
    return [
      ...line(`${runId}: this ${command}, begun at ${since}, was killed: its process is gone, and it has no end.`),
      ...(progress === undefined ? [] : line(`How far it was at ${takenAt}:`)),
      ...figures,
      ...line("Nothing is lost: what was sent and not answered is looked up before anything is sent again."),
      whole(`Next: ${again}`),
    ];
  }
  if (standing.kind === "submitted") {
    const { submission, open, inDoubt } = standing;
    const doubt = inDoubt === 0 ? "" : `, ${counted(inDoubt, "send")} without an answer yet`;
    return [
      ...line(
        `${runId}: this ${command} was submitted at ${since} from ${submission.by.host}. ${driverText(submission, nowMs)}`,
      ),
      ...(submission.trouble === undefined ? [] : line(`It did not get on, and is tried again: ${submission.trouble}`)),
      ...(submission.isStopAsked ? line("It was asked to stop.") : []),
      ...figures,
      ...line(`${counted(open, "entry", "entries")} open${doubt}.`),
      whole(`Follow it: ${follow}`),
      whole(`End it: ${stop}`),
    ];
  }
  const age = progress === undefined ? 0 : nowMs - progress.updatedAtMs;
  const elapsed = durationText(nowMs - startedAtMs);
  const { host } = standing;
  const where = host === undefined ? "" : ` on ${host}`;
  return [
    ...line(`${runId}: this ${command} is under way, process ${standing.pid}${where}, since ${since} (${elapsed}).`),
    ...figures,
    ...(progress === undefined
      ? line(host === undefined ? "It has written no figures yet." : `Its figures are on ${host}.`)
      : []),
    ...(age > staleAfterMs ? line(`These figures are from ${takenAt}: the process has written none since then.`) : []),
    whole(`Follow it: ${follow}`),
  ];
}

function driverText({ state, isFree, driver }: Submission, nowMs: number): string {
  if (state === "driven" && driver !== undefined && !isFree)
    return `It is driven by the worker ${driver.pid} on ${driver.host} since ${clockText(driver.sinceMs, nowMs)}.`;
  const before = driver === undefined ? "" : `, after the worker ${driver.pid} on ${driver.host}`;
  return `It waits for a worker${before}.`;
}

/** A command that is broken would be pasted as two. */
function whole(text: string): PanelLine {
  return [{ text, tone: "plain" }];
}

function withoutTitle({ figures }: SavedProgress): RunFigures {
  const { run: _, ...rest } = figures;
  return rest;
}

/** Of a process that is gone: nothing is in flight, and nothing is waited for. */
function whatIsDone({ figures: { step, phases, outcomes, throttled } }: SavedProgress): RunFigures {
  return { step, phases: phases.map(({ leftMs: _, ...phase }) => phase), outcomes, throttled, inFlight: 0 };
}
