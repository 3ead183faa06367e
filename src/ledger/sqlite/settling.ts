// The end of an entry, and what later runs are to know of it. Not here: the journal (sends.ts).

import type { EntryEnd, Plan, Settlement } from "../../model/ledger/entry.ts";
import type { Queue } from "../../model/ledger/queue.ts";
import type { Outcome } from "../../model/outcome.ts";
import type { Problem } from "../../model/problem.ts";
import { rowsPerFile } from "../common/row-id.ts";
import { isAcceptedEnd, openAcceptances, ownAgain, variantAgain } from "./accepted-ends.ts";
import { closeAccepted, closeSends, endSend, openSends } from "./sends.ts";
import { addProblems } from "./staging/new-entries.ts";
import { repairSources } from "./staging/retry-repairs.ts";
import type { Connection } from "./storage/connection.ts";
import { unsentOutcome } from "./storage/queued-entry.ts";
import { remember } from "./storage/remember.ts";

/** The part of `Queue` that ends entries. */
export function openSettling(connection: Connection): Pick<Queue, "settle" | "created" | "settleRest" | "correctId"> {
  const settleAccepted = openAcceptances(connection, settle);
  return {
    async settle(ends) {
      const [first, ...others] = ends;
      if (first !== undefined && others.length === 0 && isAcceptedEnd(first)) await settleAccepted(first);
      else
        await connection.writeSoon(() => {
          for (const end of ends) settle(connection, end);
        }, ends.length);
    },
    async created(entryId, remoteId, send) {
      await connection.writeSoon(() => {
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

interface EndedEntry {
  readonly run: number;
  readonly key: number | null;
  readonly hash: string;
  readonly plan: Plan["kind"] | null;
  readonly plan_remote_id: string | null;
  /** Of its run. */
  readonly retry_of: number | null;
  /** 1 when it claims keys beside its own. */
  readonly has_variants: number;
}

const hasVariants =
  "exists (select 1 from entry_keys ek where ek.entry = entries.id and ek.key <> entries.key) has_variants";
const isOpen = "(outcome is null or outcome in ('pending', 'in_doubt'))";

function settle(connection: Connection, { entryId, settlement, send }: EntryEnd): void {
  const { outcome, action, httpStatus, problems = [] } = settlement;
  // What is accepted by its answer is closed below, in one step.
  const isAnswered = send?.result === "accepted" && outcome === "accepted" && action !== "recovered";
  if (send !== undefined && !isAnswered) endSend(connection, send);
  const entry = connection.one<EndedEntry>(
    `update entries set outcome = ?, action = ?, remote_id = coalesce(?, iif(? = 'accepted', plan_remote_id, null), remote_id),
       http_status = coalesce(?, http_status), not_before_ms = null where id = ? and ${isOpen}
     returning run, key, hash, plan, plan_remote_id, (select retry_of from runs where id = run) retry_of, ${hasVariants}`,
    outcome,
    action ?? null,
    settlement.remoteId ?? null,
    outcome,
    httpStatus ?? null,
    entryId,
  );
  if (entry === undefined) throw whyNotEnded(connection, entryId);
  addProblems(connection, entryId, problems);
  const remoteId = settlement.remoteId ?? (outcome === "accepted" ? entry.plan_remote_id : null);
  if (entry.key === null) return;
  if (outcome === "accepted") {
    if (remoteId === null) throw new Error(`entry ${entryId} cannot be accepted without a remote id`);
    // What was recovered is what was sent, and that may be the content of an earlier run.
    const hash = action === "recovered" ? (openSends(connection, entry.key)[0]?.hash ?? entry.hash) : entry.hash;
    if (!isAnswered || send === undefined || !closeAccepted(connection, entry.key, send)) {
      if (isAnswered && send !== undefined) endSend(connection, send);
      closeSends(connection, entry.key, action === "recovered" ? "recovered" : "accepted");
    }
    const isCreation = action === "created" || (action === "recovered" && entry.plan !== "update");
    accept(connection, { entryId, entry, key: entry.key, remoteId, hash, isCreation });
    rememberSaid(connection, entryId, settlement.says);
  } else if ((outcome === "skipped" || outcome === "unchanged") && remoteId !== null) {
    remember(connection, entry.run, entry.key, "own", remoteId);
    // What we made before has this content now, whoever saw to it: later runs compare with that.
    if (outcome === "unchanged") {
      connection.run(
        "update accepted set hash = ?, partial = 0, said = null where key = ? and role = 'own'",
        entry.hash,
        entry.key,
      );
      rememberSaid(connection, entryId, settlement.says);
    }
  } else if (outcome === "invalid" && remoteId !== null) {
    // The file says something else by now, but what is there is ours: later runs compare with what was sent.
    const [sent] = openSends(connection, entry.key);
    if (sent?.plan.kind === "create") {
      closeSends(connection, entry.key, "recovered");
      accept(connection, { entryId, entry, key: entry.key, remoteId, hash: sent.hash, isCreation: true });
    }
  }
  const isGood = outcome === "accepted" || outcome === "unchanged" || outcome === "skipped";
  if (isGood && entry.retry_of !== null) repairSources(connection, entryId);
}

function created(connection: Connection, entryId: number, remoteId: string): void {
  const entry = connection.one<Pick<EndedEntry, "key" | "has_variants">>(
    `update entries set remote_id = ?, plan = 'update', plan_remote_id = ?, ready = 1 where id = ? and ${isOpen}
     returning key, ${hasVariants}`,
    remoteId,
    remoteId,
    entryId,
  );
  if (entry === undefined) throw whyNotEnded(connection, entryId);
  if (entry.key === null) throw new Error(`entry ${entryId} has no key and cannot have been created`);
  closeSends(connection, entry.key, "accepted");
  accept(connection, { entryId, entry, key: entry.key, remoteId, hash: null, isCreation: true });
}

// An answer may come after everything else was settled; a fate that is final is never changed.
function whyNotEnded(connection: Connection, entryId: number): Error {
  const entry = connection.one<{ outcome: Outcome | null }>("select outcome from entries where id = ?", entryId);
  return new Error(
    entry === undefined ? `entry ${entryId} is not in the ledger` : `entry ${entryId} is ${entry.outcome} already`,
  );
}

interface Acceptance {
  readonly entryId: number;
  readonly entry: Pick<EndedEntry, "has_variants">;
  readonly key: number;
  readonly remoteId: string;
  /** Null when an update has to follow. */
  readonly hash: string | null;
  /** The id is the one that a creation got; an update may find it under another key than its creation left it. */
  readonly isCreation: boolean;
}

// What was recovered may be what an earlier run sent: of that the rows are not known, unless they make the same content.
const acceptOwn = `insert into accepted (key, role, remote_id, hash, partial, run, created_id, rows_hash, mapping_hash, program,
    currency, currency_scope)
  select e.key, 'own', ?, ?, ?, e.run, ?, iif(e.hash is ? or ? is null, e.rows_hash, null), f.mapping_hash, r.program,
      e.currency, e.currency_scope
    from entries e join runs r on r.id = e.run left join files f on f.id = e.position / ${rowsPerFile} where e.id = ?
  ${ownAgain}`;

const acceptVariants = `insert into accepted (key, role, remote_id, partial, run)
  select distinct ek.key, 'variant', ?, 0, e.run from entry_keys ek join entries e on e.id = ek.entry
   where ek.entry = ? and ek.key <> ?
  ${variantAgain}`;

function accept(connection: Connection, { entryId, entry, key, remoteId, hash, isCreation }: Acceptance): void {
  const createdId = isCreation ? remoteId : null;
  connection.run(acceptOwn, remoteId, hash, hash === null ? 1 : 0, createdId, hash, hash, entryId);
  if (entry.has_variants !== 0) connection.run(acceptVariants, remoteId, entryId, key);
}

/** For what is accepted with the content of this entry; of anything else it is not known, which is how it is accepted. */
function rememberSaid(connection: Connection, entryId: number, says: Settlement["says"]): void {
  if (says === undefined) return;
  connection.run(
    `update accepted set said = iif(accepted.hash is e.hash, ?, null) from entries e
      where e.id = ? and accepted.key = e.key and accepted.role = 'own'`,
    JSON.stringify(says),
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
