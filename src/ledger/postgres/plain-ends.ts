// Entries that end as nearly all do: accepted by the answer to their send, with nothing else to say. Any number of them, with their
// sends and what later runs are to know of them, goes in one statement. Not here: all other ends (settling.ts).

import type { EntryEnd } from "../../model/ledger/entry.ts";
import { rowsPerFile } from "../common/row-id.ts";
import { encodeMaybe } from "./storage/codec.ts";
import { fence } from "./storage/fence.ts";
import type { Statements } from "./storage/statements.ts";

/** Whether an end may be such a one, as far as it can be told without the ledger. */
export function mayBePlain({ settlement, send }: EntryEnd): boolean {
  const { outcome, action, problems = [] } = settlement;
  return outcome === "accepted" && send?.result === "accepted" && action !== "recovered" && problems.length === 0;
}

/** Ends all of these entries, or none when one of them is not such a one: false. One statement. */
export async function settlePlain(db: Statements, ends: readonly EntryEnd[], write: number): Promise<boolean> {
  if (new Set(ends.map(({ entryId }) => entryId)).size < ends.length) return false;
  const done = await db.one(
    settlePlainly,
    write,
    ends.map(({ entryId }) => entryId),
    ends.map(({ settlement }) => settlement.action ?? null),
    ends.map(({ settlement }) => settlement.remoteId ?? null),
    ends.map(({ settlement }) => settlement.httpStatus ?? null),
    ends.map(({ settlement }) => encodeMaybe(settlement.says)),
    ends.map(({ send }) => send?.sendId ?? null),
    ends.map(({ send }) => send?.httpStatus ?? null),
    ends.map(({ send }) => (send === undefined ? null : Math.floor(send.atMs))),
  );
  return done !== undefined;
}

// Its run is no retry, which would have to repair what it retries; its send is open, and no other of its key was put off.
const settlePlainly = `with ${fence}, asked as (
    select * from unnest(?::bigint[], ?::text[], ?::text[], ?::bigint[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[])
      n (entry, action, remote_id, http_status, says, send, send_status, ended_at_ms)),
  plain as materialized (
    select n.entry, n.action, n.http_status, n.says, n.send, n.send_status, n.ended_at_ms, e.key, e.run, e.hash, e.rows_hash, e.position,
        e.currency, e.currency_scope, r.program, coalesce(n.remote_id, e.plan_remote_id) remote_id
      from asked n join entries e on e.id = n.entry join runs r on r.id = e.run join sends s on s.id = n.send
     where (e.outcome is null or e.outcome in ('pending', 'in_doubt')) and r.retry_of is null and s.open and s.key = e.key
       and coalesce(n.remote_id, e.plan_remote_id) is not null),
  going as materialized (select * from plain where (select count(*) from plain) = (select count(*) from asked)),
  ended as (
    update entries set outcome = 'accepted', action = g.action, remote_id = g.remote_id,
        http_status = coalesce(g.http_status, entries.http_status), not_before_ms = null
      from going g where entries.id = g.entry),
  closed as (
    update sends set open = false, result = 'accepted', http_status = coalesce(g.send_status, sends.http_status),
        ended_at_ms = coalesce(sends.ended_at_ms, g.ended_at_ms)
      from going g where sends.id = g.send),
  own as (
    insert into accepted (key, role, remote_id, hash, partial, run, created_id, rows_hash, mapping_hash, program, currency,
        currency_scope, said)
      select g.key, 'own', g.remote_id, g.hash, false, g.run, case when g.action = 'created' then g.remote_id end, g.rows_hash,
          f.mapping_hash, g.program, g.currency, g.currency_scope, g.says
        from going g left join files f on f.id = g.position / ${rowsPerFile}
      on conflict (key, role) do update set remote_id = excluded.remote_id, hash = excluded.hash, partial = excluded.partial,
        run = excluded.run, created_id = coalesce(excluded.created_id, accepted.created_id), said = excluded.said,
        rows_hash = excluded.rows_hash, mapping_hash = excluded.mapping_hash, program = excluded.program,
        currency = coalesce(excluded.currency, accepted.currency),
        currency_scope = coalesce(excluded.currency_scope, accepted.currency_scope)),
  variants as (
    insert into accepted (key, role, remote_id, run)
      select distinct on (ek.key) ek.key, 'variant', g.remote_id, g.run from going g join entry_keys ek on ek.entry = g.entry
       where ek.key <> g.key order by ek.key, g.position desc
      on conflict (key, role) do update set remote_id = excluded.remote_id, hash = null, partial = false, run = excluded.run, said = null)
  select 1 from fence, going limit 1`;
