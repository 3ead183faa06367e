// The columns of an entry of a plan, and the record that they are.
import type { PlanDecision, PlannedEntry } from "../../model/ledger/plans.ts";
import type { ResourceName } from "../../model/resource.ts";
import { decodeProblems } from "./codec.ts";

/** The columns of `plannedColumns`. */
export interface PlannedColumns {
  readonly resource: ResourceName;
  readonly key: string | null;
  readonly hash: string;
  readonly decision: PlanDecision;
  readonly remote_id: string | null;
  readonly state: string | null;
  readonly problems: string | null;
}

/** The columns of a planned entry (`p`) with its key (`k`). */
export const plannedColumns = "p.resource, k.key, p.hash, p.decision, p.remote_id, p.state, p.problems";

/** The planned entry in these columns. */
export function plannedEntry(columns: PlannedColumns): PlannedEntry {
  return {
    resource: columns.resource,
    key: columns.key ?? undefined,
    hash: columns.hash,
    decision: columns.decision,
    remoteId: columns.remote_id ?? undefined,
    state: columns.state ?? undefined,
    problems: decodeProblems(columns.problems),
  };
}
