// The figures of a run under way, as data: what the panel, a plain line and progress.json say. Never a cell, never a token.
import type { Outcome } from "../../model/outcome.ts";
import type { Phase } from "../../model/resource.ts";

/** Where a run is. Times are ms since the epoch. */
export interface RunFigures {
  /** Absent before the ledger knows the run, and in a check. */
  readonly run?: RunTitle;
  readonly step: Step;
  /** Those that have entries, in the order in which they are sent; none before everything is read. */
  readonly phases: readonly PhaseFigures[];
  /** Entries by outcome so far. */
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>;
  /** Requests that were answered 429. */
  readonly throttled: number;
  /** Over the last ten seconds; absent before anything can be said of them. */
  readonly requestsPerSecond?: number;
  /** The rate that the run may reach now: the job's own, or what `auto` has found. */
  readonly limitPerSecond?: number;
  readonly inFlight: number;
  readonly waiting?: Waiting;
}

/** What a run is called. */
export interface RunTitle {
  readonly runId: string;
  readonly command: string;
  /** The job file as it was named. */
  readonly job: string;
  readonly startedAtMs: number;
}

/** What is done right now. */
export type Step =
  | { readonly kind: "starting" | "sending" | "reporting" }
  /** `of` is known while rows that were read are brought together by their key. */
  | { readonly kind: "inspecting" | "reading"; readonly input: string; readonly rows: number; readonly of?: number };

/** How far a phase is. */
export interface PhaseFigures {
  readonly phase: Phase;
  readonly entries: number;
  /** Those that have their outcome. */
  readonly done: number;
  /** By the sends of the last minute; absent while there are none, or when nothing is left. */
  readonly leftMs?: number;
}

/** What a run waits for, instead of sending. */
export type Waiting =
  /** 429. */
  | { readonly kind: "pause"; readonly pauseMs: number; readonly untilMs: number }
  /** `answered`: the API has answered before in this run. */
  | {
      readonly kind: "outage";
      readonly cause: string;
      readonly answered: boolean;
      readonly nextProbeAtMs?: number;
      readonly givesUpAtMs: number;
    }
  /** All that is left failed before, and is due again only then. */
  | { readonly kind: "retry"; readonly untilMs: number }
  /** It asks what the account has already. */
  | { readonly kind: "lookup" }
  | { readonly kind: "stopping" };
