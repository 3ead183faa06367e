// The commonest end of an entry, its request accepted by the answer, for all of one turn of the event loop at once: a statement
// costs more than a row. Each ends as `settle` of settling.ts ends it by itself.

import type { EntryEnd, Settlement } from "../../model/ledger/entry.ts";
import { rowsPerFile } from "../common/row-id.ts";
import { repairSources } from "./staging/retry-repairs.ts";
import type { Connection } from "./storage/connection.ts";

/** An end that may be written with others. */
export interface AcceptedEnd extends EntryEnd {
  readonly settlement: Settlement & { readonly remoteId: string };
  readonly send: NonNullable<EntryEnd["send"]>;
}

/** True for an end that says no more than that its own send was accepted. */
export function isAcceptedEnd(end: EntryEnd): end is AcceptedEnd {
  const { settlement, send } = end;
  const { outcome, action, remoteId, problems = [], says } = settlement;
  if (outcome !== "accepted" || send?.result !== "accepted" || problems.length > 0 || says !== undefined) return false;
  return (action === "created" || action === "updated") && remoteId !== undefined && plainId.test(remoteId);
}

/** As JSON, SQLite reads it as it is. */
const plainId = /^[\w-]{1,100}$/;

/** Ends entries together; `settle` ends one by itself, and says what is wrong with it. Only its fault is thrown for each. */
export function openAcceptances(
  connection: Connection,
  settle: (connection: Connection, end: EntryEnd) => void,
): (end: AcceptedEnd) => Promise<void> {
  let gathered: AcceptedEnd[] = [];
  let applied: Promise<void> | undefined;

  const gather = (end: AcceptedEnd): Promise<void> => {
    gathered.push(end);
    if (applied !== undefined) return applied;
    const ends = gathered;
    const over = (): void => {
      if (gathered !== ends) return;
      gathered = [];
      applied = undefined;
    };
    applied = connection.writeSoon(() => {
      over();
      if (ends.length > 1 && settleTogether(connection, ends)) return;
      for (const one of ends) settle(connection, one);
    });
    applied.then(over, over);
    return applied;
  };

  return async (end) => {
    try {
      await gather(end);
    } catch {
      await connection.writeSoon(() => settle(connection, end)); // the fault may be another's
    }
  };
}

/** What was known of a key's own record gives way to what is known now. */
export const ownAgain = `on conflict do update set remote_id = excluded.remote_id, hash = excluded.hash, partial = excluded.partial,
    run = excluded.run, created_id = coalesce(excluded.created_id, accepted.created_id), said = null,
    rows_hash = excluded.rows_hash, mapping_hash = excluded.mapping_hash, program = excluded.program,
    currency = coalesce(excluded.currency, accepted.currency),
    currency_scope = coalesce(excluded.currency_scope, accepted.currency_scope)`;

/** The same of a key that is another record's variant. */
export const variantAgain = `on conflict do update set remote_id = excluded.remote_id, hash = null, partial = 0, run = excluded.run, said = null`;

const theEnds = `(select value ->> 0 entry, value ->> 1 action, value ->> 2 remote_id, value ->> 3 http_status, value ->> 4 send,
    value ->> 5 at_ms, value ->> 6 send_status from json_each(?)) x`;

const asExpected = `select count(distinct e.id) entries, count(r.retry_of) retries from ${theEnds}
  join entries e on e.id = x.entry and (e.outcome is null or e.outcome in ('pending', 'in_doubt'))
  join sends s on s.id = x.send and s.key = e.key and s.open = 1 join runs r on r.id = e.run`;

const endSends = `update sends set open = 0, result = 'accepted', http_status = coalesce(x.send_status, sends.http_status),
    ended_at_ms = coalesce(sends.ended_at_ms, x.at_ms) from ${theEnds} where sends.id = x.send`;

const endEntries = `update entries set outcome = 'accepted', action = x.action, remote_id = x.remote_id,
    http_status = coalesce(x.http_status, entries.http_status), not_before_ms = null from ${theEnds} where entries.id = x.entry`;

const accept = `insert into accepted (key, role, remote_id, hash, partial, run, created_id, rows_hash, mapping_hash, program,
    currency, currency_scope)
  select e.key, 'own', x.remote_id, e.hash, 0, e.run, iif(x.action = 'created', x.remote_id, null), e.rows_hash, f.mapping_hash,
      r.program, e.currency, e.currency_scope
    from ${theEnds} cross join entries e on e.id = x.entry join runs r on r.id = e.run
    left join files f on f.id = e.position / ${rowsPerFile} where true
  ${ownAgain}`;

const acceptVariants = `insert into accepted (key, role, remote_id, partial, run)
  select ek.key, 'variant', x.remote_id, 0, e.run from ${theEnds} cross join entries e on e.id = x.entry
    join entry_keys ek on ek.entry = e.id and ek.key <> e.key where true
  ${variantAgain}`;

/** False, and nothing is done, where one of them is not as it should be. Only inside a write. */
function settleTogether(connection: Connection, ends: readonly AcceptedEnd[]): boolean {
  const list = JSON.stringify(
    ends.map(({ entryId, settlement: { action, remoteId, httpStatus }, send }) => [
      entryId,
      action,
      remoteId,
      httpStatus ?? null,
      send.sendId,
      send.atMs,
      send.httpStatus ?? null,
    ]),
  );
  const found = connection.one<{ entries: number; retries: number }>(asExpected, list);
  if (found?.entries !== ends.length) return false;
  for (const statement of [endSends, endEntries, accept, acceptVariants]) connection.run(statement, list);
  if (found.retries > 0) for (const { entryId } of ends) repairSources(connection, entryId);
  return true;
}
