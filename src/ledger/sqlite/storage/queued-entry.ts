// An open entry as dispatch sees it: the columns, where they come from, and its doubt. Not here: which entries.

import type { OpenSend, Plan, QueuedEntry, SendTerms } from "../../../model/ledger/entry.ts";
import type { Phase, ResourceName } from "../../../model/resource.ts";
import { decode, decodeProblems } from "../../common/codec.ts";
import type { Connection } from "./connection.ts";
import { payloadText } from "./kept-texts.ts";

const sendNames = [
  "id",
  "sent_at_ms",
  "server_at_ms",
  "timeout_ms",
  "read_lag_ms",
  "second_send_ms",
  "result",
  "plan",
  "plan_remote_id",
  "hash",
  "absences",
] as const;

const sendColumn = (name: string) => `s.${name}`;

// As one column, which is mostly empty: rows are paid for by their columns.
const openSendText = `iif(s.id is null, null, json_object(${sendNames.map((name) => `'${name}', ${sendColumn(name)}`).join(", ")}))`;

const queuedColumns = `e.id, e.position, e.resource, k.key, p.clears, p.creation_problems, e.hash, e.plan, e.plan_remote_id, e.attempts,
    exists (select 1 from entry_references er where er.entry = e.id and er.fill = 1) needs_fills, ${openSendText} open_send`;

const queuedTables = `from entries e
  join keys k on k.id = e.key
  left join payloads p on p.entry = e.id
  left join sends s on s.key = e.key and s.open = 1`;

/** Starts a query over entries (`e`) with all that `queuedEntry` needs, and more when it is named. At most one send of a key is open. */
export function selectQueued(
  more: { readonly columns: string; readonly join: string } = { columns: "", join: "" },
): string {
  return `select ${more.columns} ${payloadText} payload, ${queuedColumns} ${queuedTables} ${more.join}`;
}

/** The same for `unreadEntry`. */
export const selectUnread = `select ${queuedColumns} ${queuedTables}`;

/** An entry with its payload and the open send of its key, as the query gives it. */
export interface QueuedColumns extends UnreadColumns {
  readonly payload: string;
}

/** An entry and the open send of its key, as `selectUnread` gives it. */
export interface UnreadColumns {
  readonly id: number;
  readonly position: number;
  readonly resource: ResourceName;
  readonly key: string;
  readonly clears: string | null;
  readonly creation_problems: string | null;
  readonly hash: string;
  readonly plan: Plan["kind"] | null;
  readonly plan_remote_id: string | null;
  readonly attempts: number;
  readonly needs_fills: number;
  /** `SendColumns` as JSON. */
  readonly open_send: string | null;
}

interface SendColumns {
  readonly id: number;
  readonly sent_at_ms: number;
  readonly server_at_ms: number | null;
  readonly timeout_ms: number | null;
  readonly read_lag_ms: number | null;
  readonly second_send_ms: number | null;
  readonly result: string | null;
  readonly plan: Plan["kind"];
  readonly plan_remote_id: string | null;
  readonly hash: string;
  readonly absences: number;
}

/** The entry in these columns. */
export function queuedEntry(columns: QueuedColumns): QueuedEntry {
  return { ...withoutPayload(columns), payload: decode<QueuedEntry["payload"]>(columns.payload) };
}

/** The same where mostly nobody asks for the payload: it is read when somebody does. */
export function unreadEntry(connection: Connection, columns: UnreadColumns): QueuedEntry {
  let payload: QueuedEntry["payload"] | undefined;
  return {
    ...withoutPayload(columns),
    get payload() {
      payload ??= readPayload(connection, columns.id);
      return payload;
    },
  };
}

function readPayload(connection: Connection, entryId: number): QueuedEntry["payload"] {
  const found = connection.read(() =>
    connection.one<Pick<QueuedColumns, "payload">>(
      `select ${payloadText} payload from entries e left join payloads p on p.entry = e.id where e.id = ?`,
      entryId,
    ),
  );
  if (found === undefined) throw new Error(`entry ${entryId} is not in the ledger`);
  return decode(found.payload);
}

function withoutPayload(columns: UnreadColumns): Omit<QueuedEntry, "payload"> {
  return {
    id: columns.id,
    resource: columns.resource,
    key: columns.key,
    clears: columns.clears === null ? {} : decode<QueuedEntry["clears"]>(columns.clears),
    hash: columns.hash,
    creationProblems: decodeProblems(columns.creation_problems),
    plan: columns.plan === null ? undefined : planOf(columns.plan, columns.plan_remote_id),
    attempts: columns.attempts,
    needsFills: columns.needs_fills === 1,
    doubt: columns.open_send === null ? undefined : openSend(decode<SendColumns>(columns.open_send)),
  };
}

// The columns of an open send (`s`) in any query.
const selectOpenSend = `select ${sendNames.map(sendColumn).join(", ")} from sends s`;

/** The open sends that a query over `selectOpenSend` finds. */
export function openSendsOf(connection: Connection, condition: string, ...parameters: number[]): readonly OpenSend[] {
  return connection.all<SendColumns>(`${selectOpenSend} where ${condition}`, ...parameters).map(openSend);
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

function openSend(columns: SendColumns): OpenSend {
  return {
    sendId: columns.id,
    sentAtMs: columns.sent_at_ms,
    serverAtMs: columns.server_at_ms ?? undefined,
    terms: termsOf(columns),
    wasPutOff: columns.result === "throttled" || columns.result === "unavailable",
    plan: planOf(columns.plan, columns.plan_remote_id),
    hash: columns.hash,
    absences: columns.absences,
  };
}

function termsOf({ timeout_ms, read_lag_ms, second_send_ms }: SendColumns): SendTerms | undefined {
  if (timeout_ms === null || read_lag_ms === null || second_send_ms === null) return undefined;
  return { timeoutMs: timeout_ms, readLagMs: read_lag_ms, secondSendMs: second_send_ms };
}

/** Pages of a query over entries `e` by their position: each entry once, whatever happens to it in between. */
export function* pagesByPosition<Row extends { readonly id: number; readonly position: number }>(
  connection: Connection,
  query: string,
  run: number,
  phase: Phase,
  size: number,
): Generator<readonly Row[]> {
  for (let after = { position: -1, id: -1 }; ; ) {
    const page = connection.read(() =>
      connection.all<Row>(
        `${query} and (e.position, e.id) > (?, ?) order by e.position, e.id limit ?`,
        run,
        phase,
        after.position,
        after.id,
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
  when exists (select 1 from sends s where s.key = entries.key and s.open = 1 and coalesce(s.result, '') <> 'throttled')
  then 'in_doubt' else 'pending' end`;
