// What retries made good: the records of it, and what is said of it. How it is found is each ledger's own.
import type { Problem } from "../../model/problem.ts";

/** What a retry made good: an entry or a row, and what was accepted for it. */
export interface Repaired {
  readonly id: number;
  readonly key: number;
  readonly remote_id: string | null;
  readonly run_id: string;
  readonly outcome: "accepted" | "skipped";
  /** Where its first row is. */
  readonly file: string | null;
  readonly line: number | null;
}

/** How what a retry made good ends in a later run. */
export function endOf({ outcome }: Pick<Repaired, "outcome">): "unchanged" | "skipped" {
  return outcome === "skipped" ? "skipped" : "unchanged";
}

/** The warning that says so. */
export function told({ outcome, run_id, file, line }: Pick<Repaired, "outcome" | "run_id" | "file" | "line">): Problem {
  return {
    code: "accepted_by_retry",
    message: `${outcome} by retry of run ${run_id}`,
    severity: "warning",
    ...(file === null || line === null ? {} : { file, line }),
  };
}

/** Something of a retry that is where it should be: an entry, or a row without one. */
export interface Made {
  readonly run: number;
  /** Its rows in main files; of a row without an entry, itself. */
  readonly rows: readonly number[];
  readonly key: number | null;
  /** The entry, for what can only be found by its key. */
  readonly maker: number | undefined;
}

/** An entry of a retried run that did not make it, or a row of it without an entry. */
export interface Unit {
  readonly run: number;
  readonly entry: number | undefined;
  readonly rows: readonly number[];
  readonly rowsHash: string | null;
  readonly key: number | null;
}
