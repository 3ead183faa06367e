// progress.json, in the folder of a run that is under way: its figures for other processes (`status`, monitoring). It is
// gone once the run has ended; a run that was killed leaves its last one behind. Never a cell, never a token.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { renewPrivateFile, replacePrivateFile } from "../../disk/private-files.ts";
import { outcomes } from "../../model/outcome.ts";
import { phases } from "../../model/resources/resources.ts";
import type { PhaseFigures, RunFigures, RunTitle, Step, Waiting } from "./run-figures.ts";

/** What progress.json says. */
export interface SavedProgress {
  readonly pid: number;
  /** When the figures were taken, ms since the epoch. */
  readonly updatedAtMs: number;
  readonly figures: RunFigures & { readonly run: RunTitle };
}

/** The file in the folder of a run. */
export function progressPath(folder: string): string {
  return join(folder, "progress.json");
}

/** Puts the file in place of the one before it. Throws what the disk says, also where the folder is missing. */
export function writeProgress(folder: string, progress: SavedProgress): void {
  replacePrivateFile(progressPath(folder), textOf(progress));
}

/** The same without standing still for the disk. Rejects with what it says. */
export async function renewProgress(folder: string, progress: SavedProgress): Promise<void> {
  await renewPrivateFile(progressPath(folder), textOf(progress));
}

function textOf(progress: SavedProgress): string {
  return `${JSON.stringify(progressJson(progress))}\n`;
}

/** The progress of a run in this folder; undefined where there is none, or nothing that can be understood. */
export function readProgress(folder: string): SavedProgress | undefined {
  try {
    return readProgressJson(JSON.parse(readFileSync(progressPath(folder), "utf8")));
  } catch {
    return undefined;
  }
}

/** Progress out of what such a file holds; undefined for what cannot be understood. */
export function readProgressJson(content: unknown): SavedProgress | undefined {
  const file = fileSchema.safeParse(content);
  return file.success ? progressOf(file.data) : undefined;
}

const moment = z.iso.datetime();
const count = z.number().nonnegative();

const fileSchema = z.object({
  version: z.literal(1),
  run_id: z.string(),
  command: z.string(),
  job: z.string(),
  pid: z.number().int().positive(),
  started_at: moment,
  updated_at: moment,
  step: z.discriminatedUnion("doing", [
    z.object({ doing: z.enum(["starting", "sending", "reporting"]) }),
    z.object({ doing: z.enum(["inspecting", "reading"]), input: z.string(), rows: count, of: count.optional() }),
  ]),
  phases: z.array(
    z.object({
      // The schema knows a tuple of names, and the phases are a list that resources make.
      phase: z.string().transform((name, context) => {
        const phase = phases.find((known) => known === name);
        if (phase === undefined) context.addIssue("no phase");
        return phase ?? z.NEVER;
      }),
      entries: count,
      done: count,
      seconds_left: count.nullable(),
    }),
  ),
  outcomes: z.partialRecord(z.enum(outcomes), count),
  requests: z.object({
    throttled: count,
    per_second: count.nullable(),
    limit_per_second: count.nullable(),
    in_flight: count,
  }),
  waiting: z
    .discriminatedUnion("for", [
      z.object({ for: z.literal("pause"), seconds: count, until: moment }),
      z.object({
        for: z.literal("outage"),
        cause: z.string(),
        answered: z.boolean(),
        next_probe_at: moment.nullable(),
        gives_up_at: moment,
      }),
      z.object({ for: z.literal("retry"), until: moment }),
      z.object({ for: z.enum(["lookup", "stopping"]) }),
    ])
    .nullable(),
});

/** The content of progress.json. Keys are a contract; new ones may be added. */
export type ProgressJson = z.infer<typeof fileSchema>;

/** Progress as the file has it. */
export function progressJson({ pid, updatedAtMs, figures }: SavedProgress): ProgressJson {
  const { run, step, outcomes: byOutcome, throttled, requestsPerSecond, limitPerSecond, inFlight, waiting } = figures;
  return {
    version: 1,
    run_id: run.runId,
    command: run.command,
    job: run.job,
    pid,
    started_at: iso(run.startedAtMs),
    updated_at: iso(updatedAtMs),
    step:
      "input" in step
        ? { doing: step.kind, input: step.input, rows: step.rows, ...(step.of === undefined ? {} : { of: step.of }) }
        : { doing: step.kind },
    phases: figures.phases.map(({ phase, entries, done, leftMs }) => ({
      phase,
      entries,
      done,
      seconds_left: leftMs === undefined ? null : Math.round(leftMs / 1000),
    })),
    outcomes: { ...byOutcome },
    requests: {
      throttled,
      per_second: rounded(requestsPerSecond),
      limit_per_second: rounded(limitPerSecond),
      in_flight: inFlight,
    },
    waiting: waiting === undefined ? null : waitingJson(waiting),
  };
}

function waitingJson(waiting: Waiting): NonNullable<ProgressJson["waiting"]> {
  switch (waiting.kind) {
    case "pause":
      return { for: "pause", seconds: waiting.pauseMs / 1000, until: iso(waiting.untilMs) };
    case "outage":
      return {
        for: "outage",
        cause: waiting.cause,
        answered: waiting.answered,
        next_probe_at: waiting.nextProbeAtMs === undefined ? null : iso(waiting.nextProbeAtMs),
        gives_up_at: iso(waiting.givesUpAtMs),
      };
    case "retry":
      return { for: "retry", until: iso(waiting.untilMs) };
    case "lookup":
    case "stopping":
      return { for: waiting.kind };
    default:
      return waiting satisfies never;
  }
}

function progressOf(file: ProgressJson): SavedProgress {
  const { requests, step, waiting } = file;
  return {
    pid: file.pid,
    updatedAtMs: Date.parse(file.updated_at),
    figures: {
      run: { runId: file.run_id, command: file.command, job: file.job, startedAtMs: Date.parse(file.started_at) },
      step: stepOf(step),
      phases: file.phases.map(
        ({ phase, entries, done, seconds_left }): PhaseFigures => ({
          phase,
          entries,
          done,
          ...(seconds_left === null ? {} : { leftMs: seconds_left * 1000 }),
        }),
      ),
      outcomes: Object.fromEntries(Object.entries(file.outcomes)),
      throttled: requests.throttled,
      ...(requests.per_second === null ? {} : { requestsPerSecond: requests.per_second }),
      ...(requests.limit_per_second === null ? {} : { limitPerSecond: requests.limit_per_second }),
      inFlight: requests.in_flight,
      ...(waiting === null ? {} : { waiting: waitingOf(waiting) }),
    },
  };
}

function stepOf(step: ProgressJson["step"]): Step {
  if (!("input" in step)) return { kind: step.doing };
  const { doing, input, rows, of } = step;
  return { kind: doing, input, rows, ...(of === undefined ? {} : { of }) };
}

function waitingOf(waiting: NonNullable<ProgressJson["waiting"]>): Waiting {
  switch (waiting.for) {
    case "pause":
      return { kind: "pause", pauseMs: waiting.seconds * 1000, untilMs: Date.parse(waiting.until) };
    case "outage": {
      const { cause, answered, next_probe_at, gives_up_at } = waiting;
      const next = next_probe_at === null ? {} : { nextProbeAtMs: Date.parse(next_probe_at) };
      return { kind: "outage", cause, answered, ...next, givesUpAtMs: Date.parse(gives_up_at) };
    }
    case "retry":
      return { kind: "retry", untilMs: Date.parse(waiting.until) };
    case "lookup":
    case "stopping":
      return { kind: waiting.for };
    default:
      return waiting satisfies never;
  }
}

function rounded(perSecond: number | undefined): number | null {
  return perSecond === undefined ? null : Math.round(perSecond * 10) / 10;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
