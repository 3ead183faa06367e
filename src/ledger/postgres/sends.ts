// The journal of sends, and the one rule that must never break: a key has at most one open send.
//
//   sending ──▶ open ──sent──▶ refused, held, undelivered, absent, recovered: closed
//                 │  ├─sent──▶ unanswered: open, until a lookup tells
//                 │  ├─sent──▶ throttled, unavailable: a creation stays open until a lookup tells, an update is closed
//                 │  └─sent──▶ accepted: closed by `settle` or `created`, which write down what was accepted
//                 └──settle, created──▶ closed
//
// So an acceptance is never known to the journal alone: a crash in between leaves the key in doubt.
import type { NewSend, OpenSend, Plan, SendEnd, SendResult } from "../../model/ledger/entry.ts";
import type { HistoryLookup } from "../../model/ledger/entry-history.ts";
import type { Queue } from "../../model/ledger/queue.ts";
import type { Batch, Connection } from "./storage/connection.ts";
import { fence } from "./storage/fence.ts";
import { openSendsOf, planRemoteId } from "./storage/queued-entry.ts";
import { shortKey, shortParameter } from "./storage/short-key.ts";
import type { Statements } from "./storage/statements.ts";

/** The part of `Queue` that keeps the journal. */
export function openSendJournal(
  connection: Connection,
): Pick<Queue, "sending" | "sent" | "absent" | "openSends" | "holder"> {
  return {
    sending: (sends) => connection.inBatch(sending, sends),
    async sent(end) {
      await connection.write((db) => endSend(db, end));
    },
    async absent(sendId, atMs) {
      await connection.write(async (db) => {
        await db.run("update sends set absences = absences + 1 where id = ?", sendId);
        await noteLookup(db, { sendId, atMs, found: false });
      });
    },
    openSends: (resource, key) =>
      connection.read((db) =>
        openSendsOf(
          db,
          `s.key = (select id from keys where resource = ? and ${shortKey("key")} = ${shortParameter}) and s.open order by s.id desc`,
          resource,
          key,
        ),
      ),
    holder: (resource, remoteId) =>
      connection.read(async (db) => {
        const found = await db.one<{ key: string }>(
          `select k.key from accepted a join keys k on k.id = a.key
            where a.remote_id = ? and a.role = 'own' and k.resource = ? order by k.id limit 1`,
          remoteId,
          resource,
        );
        return found?.key;
      }),
  };
}

/** Closes what is open of a key. Only inside a write. */
export async function closeSends(db: Statements, key: number, result: "accepted" | "recovered"): Promise<void> {
  // What was answered 429 and went through all the same was an attempt.
  await db.run(
    `update entries set attempts = attempts + 1
      where id in (select entry from sends where key = ? and open and result = 'throttled')`,
    key,
  );
  await db.run("update sends set open = false, result = ? where key = ? and open", result, key);
}

/** The open sends of a key, newest first. */
export function openSends(db: Statements, key: number): Promise<readonly OpenSend[]> {
  return openSendsOf(db, "s.key = ? and s.open order by s.id desc", key);
}

// In one statement: all become sends, and their entries have an attempt more; where one of them must not leave, nothing is done. It
// waits for its commit to be on disk.
const writeAhead = `with ${fence}, asked as (
    select * from unnest(?::bigint[], ?::text[], ?::text[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[])
      with ordinality n (entry, plan, remote_id, hash, at_ms, server_at_ms, timeout_ms, read_lag_ms, second_send_ms, ordinal)),
  leaving as materialized (
    select n.*, e.run, e.key from asked n join entries e on e.id = n.entry
     where e.outcome is null and not exists (select 1 from sends s where s.key = e.key and s.open)),
  made as (
    insert into sends (run, entry, key, plan, plan_remote_id, hash, sent_at_ms, server_at_ms, timeout_ms, read_lag_ms, second_send_ms)
    select run, entry, key, plan, remote_id, hash, at_ms, server_at_ms, timeout_ms, read_lag_ms, second_send_ms
      from leaving where (select count(*) from leaving) = (select count(*) from asked) order by ordinal
    returning id, entry),
  counted as (
    update entries set attempts = attempts + 1, plan = n.plan, plan_remote_id = n.remote_id, ready = true
      from leaving n join made on made.entry = n.entry where entries.id = n.entry)
  select id, entry, set_config('synchronous_commit', 'on', true) from fence, made`;

const sending: Batch<readonly NewSend[], readonly number[]> = {
  isDurable: true,
  goesFirst: false,
  async together(db, calls, write) {
    const ids = await writeSends(db, calls.flat(), write());
    return ids === undefined ? undefined : calls.map((sends) => sends.map(({ entryId }) => ids.get(entryId) ?? 0));
  },
  async alone(db, sends, write) {
    const ids = await writeSends(db, sends, write());
    if (ids === undefined) throw new Error(await whyNotSent(db, sends));
    return sends.map(({ entryId }) => ids.get(entryId) ?? 0);
  },
};

/** The ids of the sends by entry; undefined where one of them must not leave. */
async function writeSends(
  db: Statements,
  sends: readonly NewSend[],
  write: number,
): Promise<ReadonlyMap<number, number> | undefined> {
  if (sends.length === 0) return new Map();
  const made = await db.all<{ id: number; entry: number }>(
    writeAhead,
    write,
    sends.map(({ entryId }) => entryId),
    sends.map(({ plan }) => plan.kind),
    sends.map(({ plan }) => planRemoteId(plan)),
    sends.map(({ hash }) => hash),
    sends.map(({ atMs }) => Math.floor(atMs)),
    sends.map(({ serverAtMs }) => (serverAtMs === undefined ? null : Math.floor(serverAtMs))),
    sends.map(({ terms }) => Math.floor(terms.timeoutMs)),
    sends.map(({ terms }) => Math.floor(terms.readLagMs)),
    sends.map(({ terms }) => Math.floor(terms.secondSendMs)),
  );
  return made.length === 0 ? undefined : new Map(made.map(({ id, entry }) => [entry, id]));
}

async function whyNotSent(db: Statements, sends: readonly NewSend[]): Promise<string> {
  for (const { entryId } of sends) {
    const entry = await db.one<{ outcome: string | null; in_doubt: boolean }>(
      `select e.outcome, exists (select 1 from sends s where s.key = e.key and s.open) in_doubt from entries e where e.id = ?`,
      entryId,
    );
    if (entry === undefined) return `entry ${entryId} is not in the ledger`;
    if (entry.outcome !== null) return `entry ${entryId} is ${entry.outcome} and must not be sent`;
    if (entry.in_doubt) return `entry ${entryId} is in doubt: its key has an open send and must be looked up first`;
  }
  return "a send was not written";
}

/**
 * Closes the open send of a key as accepted, in one step where nothing but its answer is known of it. False where it is not
 * open any more, or another key's. Only inside a write.
 */
export async function closeAccepted(
  db: Statements,
  key: number,
  { sendId, atMs, httpStatus }: SendEnd,
): Promise<boolean> {
  const changes = await db.run(
    `update sends set open = false, result = 'accepted', http_status = coalesce(?, http_status),
       ended_at_ms = coalesce(ended_at_ms, ?) where id = ? and key = ? and open`,
    httpStatus ?? null,
    Math.floor(atMs),
    sendId,
    key,
  );
  return changes > 0; // a key has one open send at most: none is left
}

/** Writes down how a send ended. Only inside a write. */
export async function endSend(db: Statements, { sendId, result, atMs, httpStatus }: SendEnd): Promise<void> {
  const send = await db.one<{
    entry: number;
    key: number;
    plan: Plan["kind"];
    open: boolean;
    result: SendResult | null;
  }>("select entry, key, plan, open, result from sends where id = ?", sendId);
  if (send === undefined) throw new Error(`send ${sendId} is not in the ledger`);
  // `settle` or `created` came first and closed it with the better knowledge.
  const isClosed = !send.open;
  if (!isClosed && result === "recovered") {
    await closeSends(db, send.key, "recovered");
    await db.run("update sends set ended_at_ms = coalesce(ended_at_ms, ?) where id = ?", Math.floor(atMs), sendId);
    await noteLookup(db, { sendId, atMs, found: true });
    return;
  }
  // A lookup found nothing after a 429 or 503: that is still what the send came to.
  const wasPutOff = send.result === "throttled" || send.result === "unavailable";
  await db.run(
    `update sends set result = ?, open = ?, http_status = coalesce(?, http_status), ended_at_ms = coalesce(ended_at_ms, ?)
      where id = ?`,
    isClosed || (wasPutOff && result === "absent") ? send.result : result,
    !isClosed && staysOpen(result, send.plan),
    httpStatus ?? null,
    Math.floor(atMs),
    sendId,
  );
  if (isClosed) return;
  // An unanswered update is closed as absent without a lookup.
  if (result === "absent" && send.plan === "create") await noteLookup(db, { sendId, atMs, found: false });
  if (result === "throttled" || result === "held")
    await db.run("update entries set attempts = greatest(attempts - 1, 0) where id = ?", send.entry);
  // It may have gone through after all: what was accepted before is no longer sure to be what Luminous has.
  const mayHaveGoneThrough = result === "absent" || result === "throttled" || result === "unavailable";
  if (mayHaveGoneThrough && send.plan === "update")
    await db.run("update accepted set hash = null, said = null where key = ? and role = 'own'", send.key);
}

function staysOpen(result: SendResult, plan: Plan["kind"]): boolean {
  switch (result) {
    case "unanswered":
    case "accepted":
      return true;
    case "throttled":
    case "unavailable":
      return plan === "create";
    case "refused":
    case "held":
    case "undelivered":
    case "recovered":
    case "absent":
      return false;
    default:
      result satisfies never;
      return true;
  }
}

async function noteLookup(
  db: Statements,
  { sendId, atMs, found }: { readonly sendId: number; readonly atMs: number; readonly found: boolean },
): Promise<void> {
  await db.run("insert into doubt_lookups (send, at_ms, found) values (?, ?, ?)", sendId, Math.floor(atMs), found);
}

/** The lookups of sends, in the order in which they were made. */
export async function lookupsOf(
  db: Statements,
  sendIds: readonly number[],
): Promise<ReadonlyMap<number, readonly HistoryLookup[]>> {
  const lookups = new Map<number, HistoryLookup[]>();
  for (const { send, ...lookup } of await db.all<HistoryLookup & { readonly send: number }>(
    `select send, at_ms "atMs", found from doubt_lookups where send = any(?) order by id`,
    sendIds,
  ))
    lookups.set(send, [...(lookups.get(send) ?? []), lookup]);
  return lookups;
}
