// Runs as the ledger remembers them. Part of the ledger's interface.

/** A run as the ledger remembers it. */
export interface RunRecord {
  readonly id: number;
  /** What people see: sortable by time, and the name of the run's folder. */
  readonly runId: string;
  readonly job: string;
  readonly command: string;
  readonly startedAtMs: number;
  /** Absent for a run that is under way or was killed. */
  readonly endedAtMs?: number;
  readonly exitCode?: number;
  readonly summary?: unknown;
  /** The version of the program that made it. */
  readonly program?: string;
  /** Of a retry: the id of the run whose failures it reads. */
  readonly retryOf?: number;
  /** Of a run that does a plan: its id, as people see it. */
  readonly planId?: string;
}

/** The runs of the account, over all jobs. */
export interface Runs {
  begin(
    run: Pick<RunRecord, "runId" | "job" | "command" | "startedAtMs" | "program" | "retryOf" | "planId">,
  ): Promise<RunRecord>;
  end(
    id: number,
    end: { readonly endedAtMs: number; readonly exitCode: number; readonly summary: unknown },
  ): Promise<void>;
  /** Newest first. */
  list(): Promise<readonly RunRecord[]>;
  find(runId: string): Promise<RunRecord | undefined>;
}
