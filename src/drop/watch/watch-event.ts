// What a watch tells beside the events of its passes' runs: for the terminal, the service manager and the metrics. No cell
// values and no token.

import type { Job } from "../../job/job.ts";
import type { ImportError } from "../../model/error.ts";

/** The part of a pass's result that a watch goes by. */
export interface PassEnd {
  readonly exitCode: number;
  /** Undefined where nothing was claimed. */
  readonly pass: string | undefined;
  /** Files in the hands of the pass. */
  readonly taken: number;
  /** Files that stay in the inbox. */
  readonly waiting: number;
  /** Undefined where there was no run; `stopped` says why one did not come to its end. */
  readonly result?: { readonly stopped: ImportError | undefined } | undefined;
}

/** A pass that is over. Times are ms since the epoch. */
export interface EndedPass<End extends PassEnd> {
  readonly job: Job;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly exitCode: number;
  /** What it came to; undefined where an error ended it. */
  readonly end: End | undefined;
  readonly error: ImportError | undefined;
  /** It ended as the pass before it did, for the same reason: somebody was told already. */
  readonly isRepeated: boolean;
  /** When the next one comes at the latest, where one comes by itself. */
  readonly nextAtMs: number | undefined;
}

/** What a watch tells. */
export type WatchEvent<End extends PassEnd> =
  /** The job is loaded for the first time, or has changed and is good. */
  | { readonly kind: "loaded"; readonly job: Job; readonly isFirst: boolean }
  /** Nothing is imported until it is good again. Told once for each different error. */
  | { readonly kind: "broken"; readonly error: ImportError }
  | { readonly kind: "pass.started"; readonly atMs: number }
  | { readonly kind: "pass.ended"; readonly pass: EndedPass<End> }
  /** No further pass starts. */
  | { readonly kind: "stopping" };
