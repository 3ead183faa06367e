// Before the first send of a phase: which entries are open, what is known of them, what is to be done with them.
// Not here: references (references.ts), what `--limit` leaves for later (pilot.ts), handing entries out (hand-out.ts).

import type { JsonObject } from "../../model/json.ts";
import type { QueuedEntry } from "../../model/ledger/entry.ts";
import type { KnownEntry, Queue } from "../../model/ledger/queue.ts";
import type { Phase } from "../../model/resource.ts";
import { decodeMaybe } from "../common/codec.ts";
import { rowsPerFile } from "../common/row-id.ts";
import { addProblems } from "./staging/new-entries.ts";
import { repairSources } from "./staging/retry-repairs.ts";
import type { Connection } from "./storage/connection.ts";
import {
  pagesByPosition,
  planRemoteId,
  type QueuedColumns,
  queuedEntry,
  selectQueued,
} from "./storage/queued-entry.ts";
import type { Statements } from "./storage/statements.ts";

/** The part of `Queue` that decides what is to be done. */
export function openPlanning(
  connection: Connection,
): Pick<Queue, "settleUnchanged" | "settleRemade" | "known" | "lastSaid" | "unplanned" | "plan" | "progress"> {
  return {
    settleUnchanged: (run, phase) => connection.write((db) => settleUnchanged(db, run, phase)),
    settleRemade: (run, phase, options) => connection.write((db) => settleRemade(db, run, phase, options)),
    known: (run, phase) => known(connection, run, phase),
    lastSaid: (entryId) =>
      connection.read(async (db) => {
        const found = await db.one<{ said: string | null }>(
          "select a.said from entries e join accepted a on a.key = e.key and a.role = 'own' where e.id = ?",
          entryId,
        );
        return decodeMaybe<JsonObject>(found?.said ?? null) ?? {};
      }),
    unplanned: (run, phase, size) => unplanned(connection, run, phase, size),
    async plan(plans) {
      const creations = plans.flatMap(({ entryId, plan }) => (plan.kind === "create" ? [entryId] : []));
      const updates = plans.filter(({ plan }) => plan.kind === "update");
      await connection.write(async (db) => {
        if (creations.length > 0) await create(db, creations);
        if (updates.length > 0)
          await db.run(
            `update entries set plan = 'update', plan_remote_id = n.remote_id, ready = true
               from unnest(?::bigint[], ?::text[]) n (id, remote_id) where entries.id = n.id and outcome is null`,
            updates.map(({ entryId }) => entryId),
            updates.map(({ plan }) => planRemoteId(plan)),
          );
      });
    },
    progress: (run, phase) =>
      connection.read(async (db) => {
        const counts = await db.all<{ outcome: QueueOutcome | null; entries: number }>(
          "select outcome, count(*) entries from entries where run = ? and phase = ? group by outcome order by outcome",
          run,
          phase,
        );
        return counts.map(({ outcome, entries }) => ({ outcome: outcome ?? undefined, entries }));
      }),
  };
}

// Only a lookup that found nothing leads to a second creation of what was accepted before; an audit asks for the proof.
async function create(db: Statements, entryIds: readonly number[]): Promise<void> {
  await db.run(
    `insert into gone (key, run) select e.key, e.run from entries e
       join accepted a on a.key = e.key and a.role = 'own' where e.id = any(?) on conflict do nothing`,
    entryIds,
  );
  await db.run(
    "update entries set plan = 'create', plan_remote_id = null, ready = true where id = any(?) and outcome is null",
    entryIds,
  );
}

type QueueOutcome = NonNullable<Awaited<ReturnType<Queue["progress"]>>[number]["outcome"]>;

// An entry in doubt is never unchanged: what was sent last may have gone through, and may have been other content.
async function settleUnchanged(db: Statements, run: number, phase: Phase): Promise<number> {
  const settled = `update entries set outcome = 'unchanged', remote_id = a.remote_id from accepted a
      where entries.run = ? and entries.phase = ? and entries.outcome is null
        and a.key = entries.key and a.role = 'own' and a.hash = entries.hash
        and not exists (select 1 from sends s where s.key = entries.key and s.open)`;
  const isRetry = (await db.one("select 1 from runs where id = ? and retry_of is not null", run)) !== undefined;
  let count = 0;
  if (isRetry) {
    const entries = await db.all<{ id: number }>(`${settled} returning entries.id`, run, phase);
    for (const { id } of entries) await repairSources(db, id);
    count = entries.length;
  } else count = await db.run(settled, run, phase);
  if (count > 0) await db.run(rememberUnchanged, run, phase);
  return count;
}

// The same content, made by other rows, another mapping or another program than last time: the newest are remembered.
const rememberUnchanged = `update accepted set rows_hash = e.rows_hash, mapping_hash = f.mapping_hash, program = r.program
  from entries e join runs r on r.id = e.run left join files f on f.id = e.position / ${rowsPerFile}
 where e.run = ? and e.phase = ? and e.outcome = 'unchanged' and accepted.key = e.key and accepted.role = 'own'
   and accepted.hash = e.hash and e.rows_hash is not null and (accepted.rows_hash is distinct from e.rows_hash
     or accepted.mapping_hash is distinct from f.mapping_hash or accepted.program is distinct from r.program)`;

async function settleRemade(
  db: Statements,
  run: number,
  phase: Phase,
  { orUnknown, note }: Parameters<Queue["settleRemade"]>[2],
): Promise<number> {
  const remade = await db.all<{
    readonly id: number;
    readonly remote_id: string;
    readonly program: string | null;
    readonly mapping_hash: string | null;
  }>(
    `select e.id, a.remote_id, a.program, a.mapping_hash from entries e
       join accepted a on a.key = e.key and a.role = 'own'
       join runs r on r.id = e.run left join files f on f.id = e.position / ${rowsPerFile}
      where e.run = ? and e.phase = ? and e.outcome is null and not a.partial and a.hash <> e.hash
        and a.rows_hash = e.rows_hash
        and case when a.mapping_hash is null then ? else a.mapping_hash = f.mapping_hash and a.program is distinct from r.program end
        and not exists (select 1 from sends s where s.key = e.key and s.open)`,
    run,
    phase,
    orUnknown,
  );
  for (const { id, remote_id, program, mapping_hash } of remade) {
    await addProblems(db, id, [note({ program: program ?? undefined, isMappingKnown: mapping_hash !== null })]);
    await db.run("update entries set outcome = 'unchanged', remote_id = ? where id = ?", remote_id, id);
    await repairSources(db, id);
  }
  return remade.length;
}

const knownPerPage = 200;

interface KnownColumns extends QueuedColumns {
  readonly remote_id: string;
  readonly partial: boolean;
  readonly rows_known: boolean;
}

async function* known(connection: Connection, run: number, phase: Phase): AsyncGenerator<readonly KnownEntry[]> {
  const select = selectQueued({
    columns: "a.remote_id, a.partial, a.rows_hash is not null rows_known,",
    join: "join accepted a on a.key = e.key and a.role = 'own'",
  });
  const pages = pagesByPosition<KnownColumns>(
    connection,
    `${select} where e.run = ? and e.phase = ? and e.outcome is null and e.plan is null`,
    { run, phase, size: knownPerPage },
  );
  for await (const page of pages) {
    yield page.map((columns) => ({
      entry: queuedEntry(columns),
      remoteId: columns.remote_id,
      partial: columns.partial,
      areRowsKnown: columns.rows_known,
    }));
  }
}

async function* unplanned(
  connection: Connection,
  run: number,
  phase: Phase,
  size: number,
): AsyncGenerator<readonly QueuedEntry[]> {
  const pages = pagesByPosition<QueuedColumns>(
    connection,
    `${selectQueued()} where e.run = ? and e.phase = ? and e.outcome is null and e.plan is null`,
    { run, phase, size },
  );
  for await (const page of pages) yield page.map(queuedEntry);
}
