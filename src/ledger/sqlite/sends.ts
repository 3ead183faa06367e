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
import type { Connection } from "./storage/connection.ts";
import type { Keys } from "./storage/keys.ts";
import { openSendsOf, planRemoteId } from "./storage/queued-entry.ts";

/** The part of `Queue` that keeps the journal. */
export function openSendJournal(
  connection: Connection,
  keys: Keys,
): Pick<Queue, "sending" | "sent" | "absent" | "openSends" | "holder"> {
  return {
    sending: (sends) => connection.writeDurably(() => sends.map((send) => sending(connection, send)), sends.length),
    async sent(end) {
      await connection.writeSoon(() => endSend(connection, end));
    },
    async absent(sendId, atMs) {
      connection.write(() => {
        connection.run("update sends set absences = absences + 1 where id = ?", sendId);
        noteLookup(connection, sendId, atMs, false);
      });
    },
    async openSends(resource, key) {
      const id = keys.find(resource, key);
      return id === undefined ? [] : connection.read(() => openSends(connection, id));
    },
    async holder(resource, remoteId) {
      return connection.read(() =>
        connection.one<{ key: string }>(
          `select k.key from accepted a join keys k on k.id = a.key
            where a.remote_id = ? and a.role = 'own' and k.resource = ? limit 1`,
          remoteId,
          resource,
        ),
      )?.key;
    },
  };
}

/** Closes what is open of a key. Only inside a write. */
export function closeSends(connection: Connection, key: number, result: "accepted" | "recovered"): void {
  // What was answered 429 and went through all the same was an attempt.
  connection.run(
    `update entries set attempts = attempts + 1
      where id in (select entry from sends where key = ? and open = 1 and result = 'throttled')`,
    key,
  );
  connection.run("update sends set open = 0, result = ? where key = ? and open = 1", result, key);
}

/** The open sends of a key, newest first. */
export function openSends(connection: Connection, key: number): readonly OpenSend[] {
  return openSendsOf(connection, "s.key = ? and s.open = 1 order by s.id desc", key);
}

function sending(connection: Connection, { entryId, plan, hash, atMs, serverAtMs, terms }: NewSend): number {
  const remoteId = planRemoteId(plan);
  const { id, changes } = connection.run(
    `insert into sends
      (run, entry, key, plan, plan_remote_id, hash, sent_at_ms, server_at_ms, timeout_ms, read_lag_ms, second_send_ms)
      select e.run, e.id, e.key, ?, ?, ?, ?, ?, ?, ?, ? from entries e
       where e.id = ? and e.outcome is null and not exists (select 1 from sends s where s.key = e.key and s.open = 1)`,
    plan.kind,
    remoteId,
    hash,
    Math.floor(atMs),
    serverAtMs === undefined ? null : Math.floor(serverAtMs),
    terms.timeoutMs,
    terms.readLagMs,
    terms.secondSendMs,
    entryId,
  );
  if (changes === 0) throw new Error(whyNotSent(connection, entryId));
  // What it says already is not written again: that would take the entry out of its indexes and put it back.
  const attempt = connection.run(
    "update entries set attempts = attempts + 1 where id = ? and plan = ? and plan_remote_id is ? and ready = 1",
    entryId,
    plan.kind,
    remoteId,
  );
  if (attempt.changes === 0)
    connection.run(
      "update entries set attempts = attempts + 1, plan = ?, plan_remote_id = ?, ready = 1 where id = ?",
      plan.kind,
      remoteId,
      entryId,
    );
  return id;
}

function whyNotSent(connection: Connection, entryId: number): string {
  const entry = connection.one<{ outcome: string | null }>("select outcome from entries where id = ?", entryId);
  if (entry === undefined) return `entry ${entryId} is not in the ledger`;
  return entry.outcome === null
    ? `entry ${entryId} is in doubt: its key has an open send and must be looked up first`
    : `entry ${entryId} is ${entry.outcome} and must not be sent`;
}

/**
 * Closes the open send of a key as accepted, in one step where nothing but its answer is known of it. False where it is not
 * open any more, or another key's. Only inside a write.
 */
export function closeAccepted(connection: Connection, key: number, { sendId, atMs, httpStatus }: SendEnd): boolean {
  const { changes } = connection.run(
    `update sends set open = 0, result = 'accepted', http_status = coalesce(?, http_status),
       ended_at_ms = coalesce(ended_at_ms, ?) where id = ? and key = ? and open = 1`,
    httpStatus ?? null,
    atMs,
    sendId,
    key,
  );
  return changes > 0; // a key has one open send at most: none is left
}

/** Writes down how a send ended. Only inside a write. */
export function endSend(connection: Connection, { sendId, result, atMs, httpStatus }: SendEnd): void {
  const send = connection.one<{
    entry: number;
    key: number;
    plan: Plan["kind"];
    open: number;
    result: SendResult | null;
  }>("select entry, key, plan, open, result from sends where id = ?", sendId);
  if (send === undefined) throw new Error(`send ${sendId} is not in the ledger`);
  // `settle` or `created` came first and closed it with the better knowledge.
  const isClosed = send.open === 0;
  if (!isClosed && result === "recovered") {
    closeRecovered(connection, sendId, send, atMs);
    return;
  }
  // A lookup found nothing after a 429 or 503: that is still what the send came to.
  const wasPutOff = send.result === "throttled" || send.result === "unavailable";
  connection.run(
    `update sends set result = ?, open = ?, http_status = coalesce(?, http_status), ended_at_ms = coalesce(ended_at_ms, ?)
      where id = ?`,
    isClosed || (wasPutOff && result === "absent") ? send.result : result,
    isClosed || !staysOpen(result, send.plan) ? 0 : 1,
    httpStatus ?? null,
    atMs,
    sendId,
  );
  if (isClosed) return;
  // An unanswered update is closed as absent without a lookup.
  if (result === "absent" && send.plan === "create") noteLookup(connection, sendId, atMs, false);
  if (result === "throttled" || result === "held") {
    connection.run("update entries set attempts = max(attempts - 1, 0) where id = ?", send.entry);
  }
  // It may have gone through after all: what was accepted before is no longer sure to be what Luminous has.
  const mayHaveGoneThrough = result === "absent" || result === "throttled" || result === "unavailable";
  if (mayHaveGoneThrough && send.plan === "update") {
    connection.run("update accepted set hash = null, said = null where key = ? and role = 'own'", send.key);
  }
}

function closeRecovered(connection: Connection, sendId: number, send: { readonly key: number }, atMs: number): void {
  closeSends(connection, send.key, "recovered");
  connection.run("update sends set ended_at_ms = coalesce(ended_at_ms, ?) where id = ?", atMs, sendId);
  noteLookup(connection, sendId, atMs, true);
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

/** Keeps one lookup of a send whose fate is not known. Only inside a write. */
export function noteLookup(connection: Connection, sendId: number, atMs: number, found: boolean): void {
  connection.run("insert into doubt_lookups (send, at_ms, found) values (?, ?, ?)", sendId, atMs, found ? 1 : 0);
}

/** The lookups of a send, in the order in which they were made. */
export function lookupsOf(connection: Connection, sendId: number): readonly HistoryLookup[] {
  return connection
    .all<{ at_ms: number; found: number }>("select at_ms, found from doubt_lookups where send = ? order by id", sendId)
    .map(({ at_ms, found }) => ({ atMs: at_ms, found: found === 1 }));
}
