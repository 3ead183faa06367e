// Keeping a ledger small: payloads that nobody needs, runs that nobody asks for. Each run goes in one transaction, so whoever
// reads meanwhile never waits, and an interruption costs nothing.
//
// The sends of a purged run that were accepted stay in the journal: they are the proof that nothing is created twice. Entry ids
// name entries in that journal, and a sequence never gives one again.

import type { Purged, Upkeep } from "../../model/ledger/upkeep.ts";
import { rowsPerFile } from "../common/row-id.ts";
import type { Connection } from "./storage/connection.ts";
import { removalOf } from "./storage/remove-entries.ts";
import { tables } from "./storage/schema.ts";
import type { Statements } from "./storage/statements.ts";

/** The housekeeping of a ledger. */
export function openUpkeep(connection: Connection): Upkeep {
  return {
    dropPayloads: () => connection.write((db) => db.run(dropPayloads)),
    purge: (beforeMs, mode) => purge(connection, beforeMs, mode),
    // What a table has free is used again by it; only what is free at its end goes back to the disk.
    shrink: () =>
      connection.read(async (db) => {
        const before = await bytes(db);
        await db.script(`vacuum ${tables.join(", ")}`);
        return Math.max(0, before - (await bytes(db)));
      }),
    // The server upgrades a ledger in one transaction: there are no copies.
    dropCopies: async () => 0,
  };
}

const dropPayloads = `delete from payloads p using entries e, runs r
   where e.id = p.entry and e.outcome in ('accepted', 'unchanged', 'skipped') and r.id = e.run and r.ended_at_ms is not null`;

async function bytes(db: Statements): Promise<number> {
  const found = await db.one<{ bytes: number | null }>(
    `select sum(pg_table_size(c.oid)) bytes from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'r' and n.nspname = current_schema()`,
  );
  return found?.bytes ?? 0;
}

interface OldRun {
  readonly id: number;
  readonly runId: string;
  readonly job: string;
  readonly startedAtMs: number;
}

async function purge(connection: Connection, beforeMs: number, mode: "do" | "dry run"): Promise<Purged> {
  const runs = await connection.read((db) => db.all<OldRun>(oldRuns, beforeMs));
  let rows = 0;
  let entries = 0;
  for (const { id } of runs) {
    const held =
      mode === "dry run"
        ? await connection.read((db) => countRun(db, id))
        : await connection.write((db) => removeRun(db, id));
    rows += held.rows;
    entries += held.entries;
  }
  await connection.flush();
  return { runs: runs.map(({ id: _, ...run }) => run), rows, entries };
}

const oldRuns = `select id, run_id "runId", job, started_at_ms "startedAtMs" from runs
  where started_at_ms < ?
    and id not in (select max(id) from runs where ended_at_ms is not null group by job)
    and id not in (select max(id) from runs where has_results group by job)
    and id not in (select retry_of from runs where retry_of is not null
      and id in (select max(id) from runs where ended_at_ms is not null group by job))
    and id <> (select max(id) from runs)
  order by id`;

const rowsOfRun = `rows r using files f where f.run = ? and r.id >= f.id * ${rowsPerFile} and r.id < (f.id + 1) * ${rowsPerFile}`;

interface Held {
  readonly rows: number;
  readonly entries: number;
}

async function countRun(db: Statements, run: number): Promise<Held> {
  const held = await db.one<Held>(
    `select (select count(*) from files f join rows r on r.id >= f.id * ${rowsPerFile} and r.id < (f.id + 1) * ${rowsPerFile} where f.run = ?) rows,
       (select count(*) from entries where run = ?) entries`,
    run,
    run,
  );
  return held ?? { rows: 0, entries: 0 };
}

async function removeRun(db: Statements, run: number): Promise<Held> {
  const entries = (await db.one<{ n: number }>(`with ${removalOf("run = ?")}`, run))?.n ?? 0;
  const rows = await db.run(`delete from ${rowsOfRun}`, run);
  await db.run("delete from staged_rows where file in (select id from files where run = ?)", run);
  await db.run("delete from doubt_lookups l using sends s where s.id = l.send and s.run = ? and not s.open", run);
  await db.run("delete from sends where run = ? and not open and result not in ('accepted', 'recovered')", run);
  await db.run("delete from remembered where run = ?", run);
  await db.run("delete from files where run = ?", run);
  await db.run("delete from runs where id = ?", run);
  return { rows, entries };
}
