// The sends of entries as their history tells them: with the lookups after those that were not answered.
import type { Plan, SendResult } from "../../model/ledger/entry.ts";
import type { HistorySend } from "../../model/ledger/entry-history.ts";
import { lookupsOf } from "./sends.ts";
import type { Connection } from "./storage/connection.ts";
import { planOf } from "./storage/queued-entry.ts";

/** The sends of these entries, oldest first, and those of their keys whose fate is open, also of runs that are gone. */
export function sendsOf(connection: Connection, entryIds: readonly number[]): readonly HistorySend[] {
  const list = JSON.stringify(entryIds);
  return connection
    .all<SendColumns>(
      `select id, run, entry, plan, plan_remote_id, hash, sent_at_ms, ended_at_ms, result, http_status, open
         from sends where entry in (select value from json_each(?))
           or (open = 1 and key in (select key from entries where id in (select value from json_each(?)))) order by id`,
      list,
      list,
    )
    .map((columns) => ({
      id: columns.id,
      run: columns.run,
      entryId: columns.entry,
      plan: planOf(columns.plan, columns.plan_remote_id),
      hash: columns.hash,
      sentAtMs: columns.sent_at_ms,
      endedAtMs: columns.ended_at_ms ?? undefined,
      result: columns.result ?? undefined,
      httpStatus: columns.http_status ?? undefined,
      isOpen: columns.open === 1,
      lookups: lookupsOf(connection, columns.id),
    }));
}

interface SendColumns {
  readonly id: number;
  readonly run: number;
  readonly entry: number;
  readonly plan: Plan["kind"];
  readonly plan_remote_id: string | null;
  readonly hash: string;
  readonly sent_at_ms: number;
  readonly ended_at_ms: number | null;
  readonly result: SendResult | null;
  readonly http_status: number | null;
  readonly open: number;
}
