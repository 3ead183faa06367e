// The end of an entry, and what later runs are to know of it. Not here: the journal (sends.ts).

import type { EntryEnd, Plan, Settlement } from "../../model/ledger/entry.ts";
import type { Queue } from "../../model/ledger/queue.ts";
import type { Outcome } from "../../model/outcome.ts";
import type { Problem } from "../../model/problem.ts";
import { rowsPerFile } from "../common/row-id.ts";
import { mayBePlain, settlePlain } from "./plain-ends.ts";
import { closeAccepted, closeSends, endSend, openSends } from "./sends.ts";
import { addProblems } from "./staging/new-entries.ts";
import { repairSources } from "./staging/retry-repairs.ts";
import { encode } from "./storage/codec.ts";
import type { Batch, Connection } from "./storage/connection.ts";
import { unsentOutcome } from "./storage/queued-entry.ts";
import { remember } from "./storage/remember.ts";
import { shortKey, shortParameter } from "./storage/short-key.ts";
import type { Statements } from "./storage/statements.ts";

/** The part of `Queue` that ends entries. */
export function openSettling(connection: Connection): Pick<Queue, "settle" | "created" | "settleRest" | "correctId"> {
  return {
    settle: (ends) =>
      ends.every(mayBePlain) ? connection.inBatch(plainEnds, ends) : connection.write((db) => settleAll(db, ends)),
    created: (entryId, remoteId, send) =>
      connection.write(async (db) => {
        if (send !== undefined) await endSend(db, send);
        await created(db, entryId, remoteId);
      }),
    correctId: (resource, key, remoteId) => connection.write((db) => correctId(db, resource, key, remoteId)),
    settleRest: (run, problem) => connection.write((db) => settleRest(db, run, problem)),
  };
}

const plainEnds: Batch<readonly EntryEnd[], void> = {
  isDurable: false,
  goesFirst: true,
  together: async (db, calls, write) =>
    (await settlePlain(db, calls.flat(), write())) ? calls.map(() => undefined) : undefined,
  alone: settleAll,
};

async function settleAll(db: Statements, ends: readonly EntryEnd[]): Promise<void> {
  for (const end of ends) await settle(db, end);
}

interface EndedEntry {
  readonly run: number;
  readonly key: number | null;
  readonly hash: string;
  readonly plan: Plan["kind"] | null;
  readonly plan_remote_id: string | null;
  /** Of its run. */
  readonly retry_of: number | null;
  /** It claims keys beside its own. */
  readonly has_variants: boolean;
}

const hasVariants =
  "exists (select 1 from entry_keys ek where ek.entry = entries.id and ek.key <> entries.key) has_variants";
const isOpen = "(outcome is null or outcome in ('pending', 'in_doubt'))";

async function settle(db: Statements, { entryId, settlement, send }: EntryEnd): Promise<void> {
  const { outcome, action, httpStatus, problems = [] } = settlement;
  // What is accepted by its answer is closed below, in one step.
  const isAnswered = send?.result === "accepted" && outcome === "accepted" && action !== "recovered";
  if (send !== undefined && !isAnswered) await endSend(db, send);
  const entry = await db.one<EndedEntry>(
    `update entries set outcome = ?, action = ?, http_status = coalesce(?, http_status), not_before_ms = null,
       remote_id = coalesce(?, case when ? then plan_remote_id end, remote_id) where id = ? and ${isOpen}
     returning run, key, hash, plan, plan_remote_id, (select retry_of from runs where id = run) retry_of, ${hasVariants}`,
    outcome,
    action ?? null,
    httpStatus ?? null,
    settlement.remoteId ?? null,
    outcome === "accepted",
    entryId,
  );
  if (entry === undefined) throw await whyNotEnded(db, entryId);
  await addProblems(db, entryId, problems);
  const remoteId = settlement.remoteId ?? (outcome === "accepted" ? entry.plan_remote_id : null);
  const { key } = entry;
  if (key === null) return;
  if (outcome === "accepted") {
    if (remoteId === null) throw new Error(`entry ${entryId} cannot be accepted without a remote id`);
    // What was recovered is what was sent, and that may be the content of an earlier run.
    const hash = action === "recovered" ? ((await openSends(db, key))[0]?.hash ?? entry.hash) : entry.hash;
    if (!isAnswered || send === undefined || !(await closeAccepted(db, key, send))) {
      if (isAnswered && send !== undefined) await endSend(db, send);
      await closeSends(db, key, action === "recovered" ? "recovered" : "accepted");
    }
    const isCreation = action === "created" || (action === "recovered" && entry.plan !== "update");
    await accept(db, { entryId, entry, key, remoteId, hash, isCreation });
    await rememberSaid(db, entryId, settlement.says);
  } else if ((outcome === "skipped" || outcome === "unchanged") && remoteId !== null) {
    await remember(db, entry.run, [{ key, role: "own", remoteId }]);
    // What we made before has this content now, whoever saw to it: later runs compare with that.
    if (outcome === "unchanged") {
      await db.run(
        "update accepted set hash = ?, partial = false, said = null where key = ? and role = 'own'",
        entry.hash,
        key,
      );
      await rememberSaid(db, entryId, settlement.says);
    }
  } else if (outcome === "invalid" && remoteId !== null) {
    // The file says something else by now, but what is there is ours: later runs compare with what was sent.
    const [sent] = await openSends(db, key);
    if (sent?.plan.kind === "create") {
      await closeSends(db, key, "recovered");
      await accept(db, { entryId, entry, key, remoteId, hash: sent.hash, isCreation: true });
    }
  }
  const isGood = outcome === "accepted" || outcome === "unchanged" || outcome === "skipped";
  if (isGood && entry.retry_of !== null) await repairSources(db, entryId);
}

async function created(db: Statements, entryId: number, remoteId: string): Promise<void> {
  const entry = await db.one<Pick<EndedEntry, "key" | "has_variants">>(
    `update entries set remote_id = ?, plan = 'update', plan_remote_id = ?, ready = true where id = ? and ${isOpen}
     returning key, ${hasVariants}`,
    remoteId,
    remoteId,
    entryId,
  );
  if (entry === undefined) throw await whyNotEnded(db, entryId);
  if (entry.key === null) throw new Error(`entry ${entryId} has no key and cannot have been created`);
  await closeSends(db, entry.key, "accepted");
  await accept(db, { entryId, entry, key: entry.key, remoteId, hash: null, isCreation: true });
}

// An answer may come after everything else was settled; a fate that is final is never changed.
async function whyNotEnded(db: Statements, entryId: number): Promise<Error> {
  const entry = await db.one<{ outcome: Outcome | null }>("select outcome from entries where id = ?", entryId);
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
  select e.key, 'own', n.remote_id, n.hash, n.hash is null, e.run, case when n.is_creation then n.remote_id end,
      case when n.hash is null or n.hash = e.hash then e.rows_hash end, f.mapping_hash, r.program, e.currency, e.currency_scope
    from (select ?::text remote_id, ?::text hash, ?::boolean is_creation) n, entries e
    join runs r on r.id = e.run left join files f on f.id = e.position / ${rowsPerFile} where e.id = ?
  on conflict (key, role) do update set remote_id = excluded.remote_id, hash = excluded.hash, partial = excluded.partial,
    run = excluded.run, created_id = coalesce(excluded.created_id, accepted.created_id), said = null,
    rows_hash = excluded.rows_hash, mapping_hash = excluded.mapping_hash, program = excluded.program,
    currency = coalesce(excluded.currency, accepted.currency),
    currency_scope = coalesce(excluded.currency_scope, accepted.currency_scope)`;

const acceptVariants = `insert into accepted (key, role, remote_id, run)
  select distinct ek.key, 'variant', ?::text, e.run from entry_keys ek join entries e on e.id = ek.entry
   where ek.entry = ? and ek.key <> ?
  on conflict (key, role) do update set remote_id = excluded.remote_id, hash = null, partial = false, run = excluded.run, said = null`;

async function accept(db: Statements, { entryId, entry, key, remoteId, hash, isCreation }: Acceptance): Promise<void> {
  await db.run(acceptOwn, remoteId, hash, isCreation, entryId);
  if (entry.has_variants) await db.run(acceptVariants, remoteId, entryId, key);
}

/** For what is accepted with the content of this entry; of anything else it is not known, which is how it is accepted. */
async function rememberSaid(db: Statements, entryId: number, says: Settlement["says"]): Promise<void> {
  if (says === undefined) return;
  await db.run(
    `update accepted set said = case when accepted.hash = e.hash then ? end from entries e
      where e.id = ? and accepted.key = e.key and accepted.role = 'own'`,
    encode(says),
    entryId,
  );
}

// Through the keys of each run: entries have no index of their own key.
const entriesOfKey = `select own.entry from entry_keys own join entries e on e.id = own.entry and e.key = own.key
  where own.run in (select id from runs) and own.key = ?`;

async function correctId(db: Statements, resource: string, key: string, remoteId: string): Promise<void> {
  const known = await db.one<{ key: number; wrong: string }>(
    `select a.key, a.remote_id wrong from accepted a join keys k on k.id = a.key
      where k.resource = ? and ${shortKey("k.key")} = ${shortParameter} and a.role = 'own'`,
    resource,
    key,
  );
  if (known === undefined) throw new Error(`${resource} ${key} was never accepted, and has no id to correct`);
  const { key: id, wrong } = known;
  await db.run(
    `update accepted set remote_id = ? where role = 'variant' and remote_id = ?
       and key in (select ek.key from entry_keys ek where ek.entry in (${entriesOfKey}))`,
    remoteId,
    wrong,
    id,
  );
  await db.run(`update entries set remote_id = ? where remote_id = ? and id in (${entriesOfKey})`, remoteId, wrong, id);
  await db.run(
    `update accepted set remote_id = n.remote_id, created_id = case when created_id = ? then n.remote_id else created_id end
       from (select ?::text remote_id) n where key = ? and role = 'own'`,
    wrong,
    remoteId,
    id,
  );
}

async function settleRest(db: Statements, run: number, problem: Problem | undefined): Promise<void> {
  if (problem !== undefined)
    // A list ends in a bracket, and an empty one is null.
    await db.run(
      `update entries set problems = coalesce(left(problems, -1) || ',', '[') || ? || ']' where run = ? and outcome is null`,
      encode(problem),
      run,
    );
  await db.run(`update entries set outcome = ${unsentOutcome} where run = ? and outcome is null`, run);
}
