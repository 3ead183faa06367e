// An open entry as dispatch sees it: the columns, where they come from, and its doubt. Not here: which entries.

import type { OpenSend, Plan, QueuedEntry, SendTerms } from "../../../model/ledger/entry.ts";
import type { Phase, ResourceName } from "../../../model/resource.ts";
import { decode, decodeProblems } from "../../common/codec.ts";
import type { Connection } from "./connection.ts";
import type { Parameter, Statements } from "./statements.ts";

const sendColumns = `s.id send_id, s.sent_at_ms, s.server_at_ms, s.timeout_ms, s.read_lag_ms, s.second_send_ms, s.result,
    s.plan send_plan, s.plan_remote_id send_remote_id, s.hash send_hash, s.absences`;

/** Starts a query over entries (`e`), or some of them, with all that `queuedEntry` needs, and more when it is named. At most one send of a key is open. */
export function selectQueued({
  columns = "",
  from = "entries",
  join = "",
}: {
  readonly columns?: string;
  readonly from?: string;
  readonly join?: string;
} = {}): string {
  return `select ${columns} e.id, e.position, e.resource, k.key, p.payload, p.clears, p.creation_problems, e.hash,
    e.plan, e.plan_remote_id, e.attempts,
    exists (select 1 from entry_references er where er.entry = e.id and er.fill) needs_fills,
    ${sendColumns}
  from ${from} e
  join keys k on k.id = e.key
  left join payloads p on p.entry = e.id
  left join sends s on s.key = e.key and s.open
  ${join}`;
}

/** An entry with its payload and the open send of its key, as the query gives it. */
export interface QueuedColumns extends SendColumns {
  readonly id: number;
  readonly position: number;
  readonly resource: ResourceName;
  readonly key: string;
  readonly payload: string | null;
  readonly clears: string | null;
  readonly creation_problems: string | null;
  readonly hash: string;
  readonly plan: Plan["kind"] | null;
  readonly plan_remote_id: string | null;
  readonly attempts: number;
  readonly needs_fills: boolean;
}

interface SendColumns {
  readonly send_id: number | null;
  readonly sent_at_ms: number | null;
  readonly server_at_ms: number | null;
  readonly timeout_ms: number | null;
  readonly read_lag_ms: number | null;
  readonly second_send_ms: number | null;
  readonly result: string | null;
  readonly send_plan: Plan["kind"] | null;
  readonly send_remote_id: string | null;
  readonly send_hash: string | null;
  readonly absences: number | null;
}

/** The entry in these columns. */
export function queuedEntry(columns: QueuedColumns): QueuedEntry {
  if (columns.payload === null) throw new Error(`the payload of entry ${columns.id} is not kept any more`);
  return {
    id: columns.id,
    resource: columns.resource,
    key: columns.key,
    payload: decode<QueuedEntry["payload"]>(columns.payload),
    clears: columns.clears === null ? {} : decode<QueuedEntry["clears"]>(columns.clears),
    hash: columns.hash,
    creationProblems: decodeProblems(columns.creation_problems),
    plan: columns.plan === null ? undefined : planOf(columns.plan, columns.plan_remote_id),
    attempts: columns.attempts,
    needsFills: columns.needs_fills,
    doubt: openSend(columns),
  };
}

/** The open sends (`s`) that a condition finds, which may say in which order. */
export async function openSendsOf(
  db: Statements,
  condition: string,
  ...parameters: readonly Parameter[]
): Promise<readonly OpenSend[]> {
  const found = await db.all<SendColumns>(`select ${sendColumns} from sends s where ${condition}`, ...parameters);
  return found.flatMap((columns) => openSend(columns) ?? []);
}

/** A plan out of its two columns. */
export function planOf(kind: Plan["kind"], remoteId: string | null): Plan {
  if (kind === "create") return { kind };
  if (remoteId === null) throw new Error("an update without a remote id is in the ledger");
  return { kind, remoteId };
}

/** The second column of a plan. */
export function planRemoteId(plan: Plan): string | null {
  return plan.kind === "update" ? plan.remoteId : null;
}

function openSend(columns: SendColumns): OpenSend | undefined {
  const { send_id, sent_at_ms, send_plan, send_remote_id, send_hash, absences } = columns;
  if (send_id === null || sent_at_ms === null || send_plan === null || send_hash === null) return undefined;
  return {
    sendId: send_id,
    sentAtMs: sent_at_ms,
    serverAtMs: columns.server_at_ms ?? undefined,
    terms: termsOf(columns),
    wasPutOff: columns.result === "throttled" || columns.result === "unavailable",
    plan: planOf(send_plan, send_remote_id),
    hash: send_hash,
    absences: absences ?? 0,
  };
}

function termsOf({ timeout_ms, read_lag_ms, second_send_ms }: SendColumns): SendTerms | undefined {
  if (timeout_ms === null || read_lag_ms === null || second_send_ms === null) return undefined;
  return { timeoutMs: timeout_ms, readLagMs: read_lag_ms, secondSendMs: second_send_ms };
}

/**
 * Pages of a query over entries `e`, which ends in a condition with run and phase as its last parameters, by their position: each
 * entry once, whatever happens to it in between.
 */
export async function* pagesByPosition<Row extends { readonly id: number; readonly position: number }>(
  connection: Connection,
  query: string,
  { run, phase, size }: { readonly run: number; readonly phase: Phase; readonly size: number },
): AsyncGenerator<readonly Row[]> {
  for (let after = { position: -1, id: -1 }; ; ) {
    const { position, id } = after;
    const page = await connection.read((db) =>
      db.all<Row>(
        `${query} and (e.position, e.id) > (?, ?) order by e.position, e.id limit ?`,
        run,
        phase,
        position,
        id,
        size,
      ),
    );
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    after = last;
  }
}

/** SQL: how an open entry ends that nothing more is done for. What may have gone through is never called pending; a 429 says that it did not. */
export const unsentOutcome = `case
  when exists (select 1 from sends s where s.key = entries.key and s.open and coalesce(s.result, '') <> 'throttled')
  then 'in_doubt' else 'pending' end`;
