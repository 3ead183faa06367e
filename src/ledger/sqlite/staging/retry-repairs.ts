// What retries made good. Rows of a retry name the rows that they were (`source`); when all that a retry made of an entry
// of the retried run is where it should be, the content of that entry's rows is written down as repaired, with what was
// accepted for it. A later run over the rows as they were then knows them. Not here: how a retry finds its files.

import { endOf, type Made, type Repaired, told, type Unit } from "../../common/repaired.ts";
import { rowsPerFile } from "../../common/row-id.ts";
import type { Connection } from "../storage/connection.ts";
import { remember } from "../storage/remember.ts";

/** To be called when an entry of a run ended well: repairs what it was in the runs that its run retries, and in those before. Only inside a write. */
export function repairSources(connection: Connection, entryId: number): void {
  const entry = connection.one<{ run: number; retry_of: number | null; key: number | null }>(
    "select e.run, r.retry_of, e.key from entries e join runs r on r.id = e.run where e.id = ?",
    entryId,
  );
  if (entry === undefined || entry.retry_of === null) return;
  const rows = mainRows(connection, entryId);
  climb(connection, { ...entry, rows, maker: entryId });
}

/**
 * Ends the entries of a run, and its rows without an entry, whose very rows a retry repaired since, where what it had accepted for
 * them is still what was accepted last: as unchanged (or skipped), with a warning that says so. Gives how many.
 */
export function settleRepaired(connection: Connection, run: number): number {
  if (connection.one("select 1 from repaired limit 1") === undefined) return 0;
  connection.script(
    `create temp table if not exists still_repaired (
       rows_hash text primary key, key integer, remote_id text, run_id text, outcome text) without rowid;
     delete from still_repaired;
     insert into still_repaired select rows_hash, key, remote_id, run_id, min(outcome) from repaired p group by rows_hash
     having sum(exists (select 1 from sends s where s.key = p.key and s.open = 1)
       or (p.content_hash is not null and not exists (
         select 1 from accepted a where a.key = p.key and a.role = 'own' and a.hash = p.content_hash))) = 0`,
  );
  const entries = connection.all<Repaired>(
    `select e.id, m.key, m.remote_id, m.run_id, m.outcome, f.file, r.line
       from entries e join still_repaired m on m.rows_hash = e.rows_hash
       left join rows r on r.id = e.position left join files f on f.id = e.position / ${rowsPerFile}
      where e.run = ? and (e.outcome = 'invalid' or (e.outcome is null
        and not exists (select 1 from accepted a where a.key = e.key and a.role = 'own' and a.hash = e.hash)
        and not exists (select 1 from sends s where s.key = e.key and s.open = 1)))`,
    run,
  );
  for (const { id, key, remote_id, ...how } of entries) {
    connection.run(
      "update entries set outcome = ?, remote_id = ?, problems = ? where id = ?",
      endOf(how),
      remote_id,
      JSON.stringify([told(how)]),
      id,
    );
    if (remote_id !== null) remember(connection, run, key, "own", remote_id);
  }
  const rows = connection.all<Repaired>(
    `select r.id, m.key, m.remote_id, m.run_id, m.outcome, f.file, r.line
       from still_repaired m cross join rows r on r.rows_hash = m.rows_hash join files f on f.id = r.id / ${rowsPerFile}
      where r.outcome = 'invalid' and r.id / ${rowsPerFile} in (select id from files where run = ?)
        and not exists (select 1 from entry_rows er where er.row = r.id)`,
    run,
  );
  for (const { id, ...how } of rows) {
    connection.run(
      "update rows set outcome = ?, problems = ? where id = ?",
      endOf(how),
      JSON.stringify([told(how)]),
      id,
    );
  }
  return entries.length + rows.length;
}

function climb(connection: Connection, made: Made): void {
  for (const unit of unitsBehind(connection, made)) {
    const makers = makersOf(connection, unit, made);
    if (makers === undefined) continue;
    if (unit.rowsHash !== null) writeRepair(connection, unit.rowsHash, makers, unit.run);
    connection.run(
      "update rows set mended = 1 where id in (select value from json_each(?))",
      JSON.stringify(unit.rows),
    );
    if (connection.one("select 1 from runs where id = ? and retry_of is not null", unit.run) !== undefined)
      climb(connection, { run: unit.run, rows: unit.rows, key: unit.key, maker: unit.entry });
  }
}

function unitsBehind(connection: Connection, { run, rows, key, maker }: Made): readonly Unit[] {
  const sources = connection.all<{
    id: number;
    run: number;
    kind: string;
    row_hash: string | null;
    outcome: string | null;
  }>(
    `select s.id, f.run, f.kind, s.rows_hash row_hash, s.outcome from rows s join files f on f.id = s.id / ${rowsPerFile}
      where s.id in (
        select source from rows where source is not null and id in (
          select value from json_each(?) union select row from entry_rows where entry = ?))`,
    JSON.stringify(rows),
    maker ?? null,
  );
  // Without the columns that say which row it was, an entry is known by its key.
  const entries =
    sources.length === 0
      ? connection.all<{ id: number }>(
          `select distinct e.id from entry_keys ek join entries e on e.id = ek.entry
            where ek.run in (${runsBehind}) and ek.key = ? and e.key = ek.key and ${unmade}`,
          JSON.stringify(rows),
          run,
          key,
        )
      : connection.all<{ id: number }>(
          `select distinct e.id from entry_rows er join entries e on e.id = er.entry
            where er.row in (select value from json_each(?)) and ${unmade}`,
          JSON.stringify(sources.filter(({ kind }) => kind === "input").map(({ id }) => id)),
        );
  const alone = sources.filter(
    ({ id, outcome }) =>
      outcome === "invalid" && connection.one("select 1 from entry_rows where row = ? limit 1", id) === undefined,
  );
  return [
    ...entries.map(({ id }) => entryUnit(connection, id)),
    ...alone.map(
      ({ id, run: of, row_hash }): Unit => ({ run: of, entry: undefined, rows: [id], rowsHash: row_hash, key: null }),
    ),
  ];
}

// The runs whose failures files the rows stand in; a retry of an older version says only which run it retried.
const runsBehind = `select behind.run from json_each(?) j join files f on f.id = j.value / ${rowsPerFile}
    join files behind on behind.id = f.info ->> '$.retryOf'
  union select retry_of from runs r where id = ?
    and not exists (select 1 from files f where f.run = r.id and f.info ->> '$.retryOf' is not null)`;
const endedWell = "('accepted', 'unchanged', 'skipped')";
const unmade = `coalesce(e.outcome, 'pending') not in ${endedWell}`;

function entryUnit(connection: Connection, id: number): Unit {
  const columns = connection.one<{ run: number; rows_hash: string | null; key: number | null }>(
    "select run, rows_hash, key from entries where id = ?",
    id,
  );
  return {
    run: columns?.run ?? 0,
    entry: id,
    rows: mainRows(connection, id),
    rowsHash: columns?.rows_hash ?? null,
    key: columns?.key ?? null,
  };
}

// Joined rows may be shared with other entries: what an entry is, its own rows say.
function mainRows(connection: Connection, entryId: number): readonly number[] {
  return connection
    .all<{ row: number }>(
      `select er.row from entry_rows er join files f on f.id = er.row / ${rowsPerFile} where er.entry = ? and f.kind = 'input'`,
      entryId,
    )
    .map(({ row }) => row);
}

interface Makers {
  readonly entries: readonly number[];
  /** What entries and rows were that a later retry repaired. */
  readonly repaired: readonly string[];
}

/** All that the retry made of the unit, if all of it is where it should be; undefined otherwise. */
function makersOf(connection: Connection, unit: Unit, { run, maker }: Made): Makers | undefined {
  const links = connection.all<{
    entry: number | null;
    entry_hash: string | null;
    row_hash: string | null;
    well: number;
    mended: number;
  }>(
    `select e.id entry, e.rows_hash entry_hash, r.rows_hash row_hash, r.mended,
       case when e.id is null then coalesce(r.outcome, '') in ('excluded', 'unchanged', 'skipped')
         else coalesce(e.outcome, '') in ${endedWell} end well
       from rows r left join entry_rows er on er.row = r.id left join entries e on e.id = er.entry
      where r.source in (select value from json_each(?)) and r.id / ${rowsPerFile} in (select id from files where run = ?)`,
    JSON.stringify(unit.rows),
    run,
  );
  if (links.length === 0) return maker === undefined ? undefined : { entries: [maker], repaired: [] };
  // Below 0 it was given up (open-failures.ts), which made nothing good.
  if (links.some(({ well, mended }) => well === 0 && mended !== 1)) return undefined;
  return {
    entries: links.flatMap(({ entry, well }) => (entry !== null && well === 1 ? [entry] : [])),
    repaired: links.flatMap(({ well, entry_hash, row_hash }) => (well === 1 ? [] : (entry_hash ?? row_hash ?? []))),
  };
}

function writeRepair(connection: Connection, rowsHash: string, makers: Makers, retried: number): void {
  connection.run("delete from repaired where rows_hash = ?", rowsHash);
  connection.run(
    `insert or ignore into repaired (rows_hash, key, outcome, content_hash, remote_id, run_id)
     select ?, e.key, iif(e.outcome = 'skipped', 'skipped', 'accepted'), a.hash, coalesce(a.remote_id, e.remote_id), r.run_id
       from entries e join runs r on r.id = ? left join accepted a on a.key = e.key and a.role = 'own'
      where e.id in (select value from json_each(?)) and e.key is not null`,
    rowsHash,
    retried,
    JSON.stringify(makers.entries),
  );
  connection.run(
    `insert or ignore into repaired (rows_hash, key, outcome, content_hash, remote_id, run_id)
     select ?, key, outcome, content_hash, remote_id, run_id from repaired where rows_hash in (select value from json_each(?))`,
    rowsHash,
    JSON.stringify(makers.repaired),
  );
}
