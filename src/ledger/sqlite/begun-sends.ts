// The sends that begin within one turn of the event loop, all at once: a statement costs more than a row. Each begins as `sending`
// of sends.ts begins it by itself.
import type { NewSend } from "../../model/ledger/entry.ts";
import type { Connection } from "./storage/connection.ts";
import { planRemoteId } from "./storage/queued-entry.ts";

const theSends = `(select key number, value ->> 0 entry, value ->> 1 plan, value ->> 2 remote_id, value ->> 3 hash, value ->> 4 at_ms,
    value ->> 5 server_at_ms from json_each(?)) x`;

// That a key has no other open send is the business of an index, which refuses a second one.
const begin = `insert into sends
    (id, run, entry, key, plan, plan_remote_id, hash, sent_at_ms, server_at_ms, timeout_ms, read_lag_ms, second_send_ms)
  select ? + x.number, e.run, e.id, e.key, x.plan, x.remote_id, x.hash, x.at_ms, x.server_at_ms, ?, ?, ?
    from ${theSends} cross join entries e on e.id = x.entry and e.outcome is null`;

const countAttempts = `update entries set attempts = attempts + 1
   from (select value ->> 0 entry, value ->> 1 plan, value ->> 2 remote_id from json_each(?)) x
  where entries.id = x.entry and entries.plan = x.plan and entries.plan_remote_id is x.remote_id and entries.ready = 1`;

/** As JSON, SQLite reads it as it is. */
const plainText = /^[\x20-\x7e]{0,100}$/;

/**
 * Writes the records of sends, and gives their ids. Undefined, and nothing is done, where they have to begin one by one; throws where one
 * of them cannot begin or is planned in another way. Only inside a write.
 */
export function beginTogether(connection: Connection, sends: readonly NewSend[]): readonly number[] | undefined {
  const [{ terms } = { terms: undefined }] = sends;
  if (terms === undefined) return undefined;
  const isPlain = (send: NewSend): boolean =>
    send.terms === terms && plainText.test(send.hash) && plainText.test(planRemoteId(send.plan) ?? "");
  if (!sends.every(isPlain)) return undefined;
  const list = JSON.stringify(
    sends.map(({ entryId, plan, hash, atMs, serverAtMs }) => [
      entryId,
      plan.kind,
      planRemoteId(plan),
      hash,
      Math.floor(atMs),
      serverAtMs === undefined ? null : Math.floor(serverAtMs),
    ]),
  );
  const first = 1 + (connection.one<{ id: number }>("select coalesce(max(id), 0) id from sends")?.id ?? 0);
  const { timeoutMs, readLagMs, secondSendMs } = terms;
  const begun = connection.run(begin, first, timeoutMs, readLagMs, secondSendMs, list).changes;
  if (begun !== sends.length) throw new Error("one of these entries cannot be sent");
  const counted = connection.run(countAttempts, list).changes;
  if (counted !== sends.length) throw new Error("one of these entries has another plan than its send");
  return sends.map((_, number) => first + number);
}
