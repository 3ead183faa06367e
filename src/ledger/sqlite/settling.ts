// The end of an entry, and what later runs are to know of it. Not here: the journal (sends.ts).

import type { Plan, Settlement } from "../../model/ledger/entry.ts";
import type { Queue } from "../../model/ledger/queue.ts";
import type { Outcome } from "../../model/outcome.ts";
import type { Problem } from "../../model/problem.ts";
import { closeSends, endSend, openSends } from "./sends.ts";
import { addProblems } from "./staging/new-entries.ts";
import { repairSources } from "./staging/retry-repairs.ts";
import type { Connection } from "./storage/connection.ts";
import { unsentOutcome } from "./storage/queued-entry.ts";
import { remember } from "./storage/remember.ts";
import { rowsPerFile } from "./storage/row-id.ts";

/** The part of `Queue` that ends entries. */
export function openSettling(connection: Connection): Pick<Queue, "settle" | "created" | "settleRest" | "correctId"> {
  return {
    async settle(ends) {
      connection.write(() => {
        for (const { entryId, settlement, send } of ends) {
          if (send !== undefined) endSend(connection, send);
          settle(connection, entryId, settlement);
        }
      }, ends.length);
    },
    async created(entryId, remoteId, send) {
      connection.write(() => {
        if (send !== undefined) endSend(connection, send);
        created(connection, entryId, remoteId);
      });
    },
    async correctId(resource, key, remoteId) {
      connection.write(() => correctId(connection, resource, key, remoteId));
    },
    async settleRest(run, problem) {
      connection.write(() => settleRest(connection, run, problem));
    },
  };
}

interface EntryColumns {
  readonly run: number;
  readonly key: number | null;
  readonly hash: string;
  readonly outcome: Outcome | null;
  readonly plan: Plan["kind"] | null;
  readonly plan_remote_id: string | null;
}

function settle(connection: Connection, entryId: number, settlement: Settlement): void {
  const entry = entryToEnd(connection, entryId);
  const { outcome, action, httpStatus, problems = [] } = settlement;
  const remoteId = settlement.remoteId ?? (outcome === "accepted" ? entry.plan_remote_id : null);
  addProblems(connection, entryId, problems);
  connection.run(
    `update entries set outcome = ?, action = ?, remote_id = coalesce(?, remote_id),
       http_status = coalesce(?, http_status), not_before_ms = null where id = ?`,
    outcome,
    action ?? null,
    remoteId,
    httpStatus ?? null,
    entryId,
  );
  if (entry.key === null) return;
  if (outcome === "accepted") {
    if (remoteId === null) throw new Error(`entry ${entryId} cannot be accepted without a remote id`);
    // What was recovered is what was sent, and that may be the content of an earlier run.
    const hash = action === "recovered" ? (openSends(connection, entry.key)[0]?.hash ?? entry.hash) : entry.hash;
    closeSends(connection, entry.key, action === "recovered" ? "recovered" : "accepted");
    const isCreation = action === "created" || (action === "recovered" && entry.plan !== "update");
    accept(connection, { entryId, run: entry.run, key: entry.key, remoteId, hash, isCreation });
    rememberSaid(connection, entryId, settlement.says);
  } else if ((outcome === "skipped" || outcome === "unchanged") && remoteId !== null) {
    remember(connection, entry.run, entry.key, "own", remoteId);
    // What we made before has this content now, whoever saw to it: later runs compare with that.
    if (outcome === "unchanged") {
      connection.run("update accepted set hash = ?, partial = 0 where key = ? and role = 'own'", entry.hash, entry.key);
      rememberSaid(connection, entryId, settlement.says);
    }
  } else if (outcome === "invalid" && remoteId !== null) {
    // The file says something else by now, but what is there is ours: later runs compare with what was sent.
    const [sent] = openSends(connection, entry.key);
    if (sent?.plan.kind === "create") {
      closeSends(connection, entry.key, "recovered");
      accept(connection, { entryId, run: entry.run, key: entry.key, remoteId, hash: sent.hash, isCreation: true });
    }
  }
  if (outcome === "accepted" || outcome === "unchanged" || outcome === "skipped") repairSources(connection, entryId);
}

function created(connection: Connection, entryId: number, remoteId: string): void {
  const { run, key } = entryToEnd(connection, entryId);
  if (key === null) throw new Error(`entry ${entryId} has no key and cannot have been created`);
  closeSends(connection, key, "accepted");
  accept(connection, { entryId, run, key, remoteId, hash: null, isCreation: true });
  connection.run(
    "update entries set remote_id = ?, plan = 'update', plan_remote_id = ?, ready = 1 where id = ?",
    remoteId,
    remoteId,
    entryId,
  );
}

// An answer may come after everything else was settled; a fate that is final is never changed.
function entryToEnd(connection: Connection, entryId: number): EntryColumns {
  const entry = connection.one<EntryColumns>(
    "select run, key, hash, outcome, plan, plan_remote_id from entries where id = ?",
    entryId,
  );
  if (entry === undefined) throw new Error(`entry ${entryId} is not in the ledger`);
  if (entry.outcome !== null && entry.outcome !== "pending" && entry.outcome !== "in_doubt") {
    throw new Error(`entry ${entryId} is ${entry.outcome} already`);
  }
  return entry;
}

interface Acceptance {
  readonly entryId: number;
  readonly run: number;
  readonly key: number;
  readonly remoteId: string;
  /** Null when an update has to follow. */
  readonly hash: string | null;
  /** The id is the one that a creation got; an update may find it under another key than its creation left it. */
  readonly isCreation: boolean;
}

// What was recovered may be what an earlier run sent: of that the rows are not known, unless they make the same content.
const rememberMade = `update accepted set (rows_hash, mapping_hash, program, currency, currency_scope) = (
    select iif(e.hash is accepted.hash or accepted.hash is null, e.rows_hash, null), f.mapping_hash, r.program,
      coalesce(e.currency, accepted.currency), coalesce(e.currency_scope, accepted.currency_scope)
      from entries e join runs r on r.id = e.run left join files f on f.id = e.position / ${rowsPerFile} where e.id = ?)
  where key = ? and role = 'own'`;

function accept(connection: Connection, { entryId, run, key, remoteId, hash, isCreation }: Acceptance): void {
  const upsert = `insert into accepted (key, role, remote_id, hash, partial, run, created_id) values (?, ?, ?, ?, ?, ?, ?)
    on conflict do update set remote_id = excluded.remote_id, hash = excluded.hash, partial = excluded.partial,
      run = excluded.run, created_id = coalesce(excluded.created_id, accepted.created_id), said = null`;
  connection.run(upsert, key, "own", remoteId, hash, hash === null ? 1 : 0, run, isCreation ? remoteId : null);
  connection.run(rememberMade, entryId, key);
  const inner = connection.all<{ key: number }>(
    "select distinct key from entry_keys where entry = ? and key <> ?",
    entryId,
    key,
  );
  for (const variant of inner) connection.run(upsert, variant.key, "variant", remoteId, null, 0, run, null);
}

/** For what is accepted with the content of this entry; of anything else it is not known. */
function rememberSaid(connection: Connection, entryId: number, says: Settlement["says"]): void {
  connection.run(
    `update accepted set said = iif(accepted.hash is e.hash, ?, null) from entries e
      where e.id = ? and accepted.key = e.key and accepted.role = 'own'`,
    says === undefined ? null : JSON.stringify(says),
    entryId,
  );
}

function correctId(connection: Connection, resource: string, key: string, remoteId: string): void {
  const known = connection.one<{ key: number; wrong: string }>(
    `select a.key, a.remote_id wrong from accepted a join keys k on k.id = a.key
      where k.resource = ? and k.key = ? and a.role = 'own'`,
    resource,
    key,
  );
  if (known === undefined) throw new Error(`${resource} ${key} was never accepted, and has no id to correct`);
  const { key: id, wrong } = known;
  connection.run(
    `update accepted set remote_id = ? where role = 'variant' and remote_id = ?
       and key in (select ek.key from entry_keys ek join entries e on e.id = ek.entry where e.key = ?)`,
    remoteId,
    wrong,
    id,
  );
  connection.run("update entries set remote_id = ? where key = ? and remote_id = ?", remoteId, id, wrong);
  connection.run(
    `update accepted set remote_id = ?, created_id = iif(created_id = ?, ?, created_id) where key = ? and role = 'own'`,
    remoteId,
    wrong,
    remoteId,
    id,
  );
}

function settleRest(connection: Connection, run: number, problem: Problem | undefined): void {
  if (problem !== undefined) {
    connection.run(
      `update entries set problems = json_insert(coalesce(problems, '[]'), '$[#]', json(?))
        where run = ? and outcome is null`,
      JSON.stringify(problem),
      run,
    );
  }
  connection.run(
    `update entries set outcome = ${unsentOutcome}
      where run = ? and outcome is null`,
    run,
  );
}
