// What retries made good. Rows of a retry name the rows that they were (`source`); when all that a retry made of an entry
// of the retried run is where it should be, the content of that entry's rows is written down as repaired, with what was
// accepted for it. A later run over the rows as they were then knows them. Not here: how a retry finds its files.

import { endOf, type Made, type Repaired, told, type Unit } from "../../common/repaired.ts";
import { rowsPerFile } from "../../common/row-id.ts";
import { encode } from "../storage/codec.ts";
import { remember } from "../storage/remember.ts";
import type { Statements } from "../storage/statements.ts";

/** To be called when an entry of a run ended well: repairs what it was in the runs that its run retries, and in those before. Only inside a write. */
export async function repairSources(db: Statements, entryId: number): Promise<void> {
  const entry = await db.one<{ run: number; retry_of: number | null; key: number | null }>(
    "select e.run, r.retry_of, e.key from entries e join runs r on r.id = e.run where e.id = ?",
    entryId,
  );
  if (entry === undefined || entry.retry_of === null) return;
  const rows = await mainRows(db, entryId);
  await climb(db, { ...entry, rows, maker: entryId });
}

// Where what a retry had accepted for these rows is still what was accepted last.
const stillRepaired = `still_repaired as materialized (
  select p.rows_hash, min(p.key) key, min(p.remote_id) remote_id, min(p.run_id) run_id, min(p.outcome) outcome
    from repaired p group by p.rows_hash
  having not bool_or(exists (select 1 from sends s where s.key = p.key and s.open)
    or (p.content_hash is not null and not exists (
      select 1 from accepted a where a.key = p.key and a.role = 'own' and a.hash = p.content_hash))))`;

/**
 * Ends the entries of a run, and its rows without an entry, whose very rows a retry repaired since, where what it had accepted for
 * them is still what was accepted last: as unchanged (or skipped), with a warning that says so. Gives how many. Only inside a write.
 */
export async function settleRepaired(db: Statements, run: number): Promise<number> {
  if ((await db.one("select 1 from repaired limit 1")) === undefined) return 0;
  const entries = await db.all<Repaired>(
    `with ${stillRepaired}
     select e.id, m.key, m.remote_id, m.run_id, m.outcome, f.file, r.line
       from entries e join still_repaired m on m.rows_hash = e.rows_hash
       left join rows r on r.id = e.position left join files f on f.id = e.position / ${rowsPerFile}
      where e.run = ? and (e.outcome = 'invalid' or (e.outcome is null
        and not exists (select 1 from accepted a where a.key = e.key and a.role = 'own' and a.hash = e.hash)
        and not exists (select 1 from sends s where s.key = e.key and s.open)))`,
    run,
  );
  await db.run(
    `update entries set outcome = n.outcome, remote_id = n.remote_id, problems = n.problems
       from unnest(?::bigint[], ?::text[], ?::text[], ?::text[]) n (id, outcome, remote_id, problems) where entries.id = n.id`,
    entries.map(({ id }) => id),
    entries.map(endOf),
    entries.map(({ remote_id }) => remote_id),
    entries.map((how) => encode([told(how)])),
  );
  const known = entries.flatMap(({ key, remote_id }) => (remote_id === null ? [] : [{ key, remoteId: remote_id }]));
  await remember(
    db,
    run,
    known.map((record) => ({ ...record, role: "own" })),
  );
  const rows = await db.all<Repaired>(
    `with ${stillRepaired}
     select r.id, m.key, m.remote_id, m.run_id, m.outcome, f.file, r.line
       from still_repaired m join rows r on r.rows_hash = m.rows_hash join files f on f.id = r.id / ${rowsPerFile}
      where r.outcome = 'invalid' and f.run = ? and not exists (select 1 from entry_rows er where er.row = r.id)`,
    run,
  );
  await db.run(
    `update rows set outcome = n.outcome, problems = n.problems
       from unnest(?::bigint[], ?::text[], ?::text[]) n (id, outcome, problems) where rows.id = n.id`,
    rows.map(({ id }) => id),
    rows.map(endOf),
    rows.map((how) => encode([told(how)])),
  );
  return entries.length + rows.length;
}

async function climb(db: Statements, made: Made): Promise<void> {
  for (const unit of await unitsBehind(db, made)) {
    const makers = await makersOf(db, unit, made);
    if (makers === undefined) continue;
    if (unit.rowsHash !== null) await writeRepair(db, unit.rowsHash, makers, unit.run);
    await db.run("update rows set mended = 1 where id = any(?)", unit.rows);
    const isRetry = await db.one("select 1 from runs where id = ? and retry_of is not null", unit.run);
    if (isRetry !== undefined) await climb(db, { run: unit.run, rows: unit.rows, key: unit.key, maker: unit.entry });
  }
}

interface Source {
  readonly id: number;
  readonly run: number;
  readonly kind: string;
  readonly row_hash: string | null;
  readonly outcome: string | null;
  readonly has_entry: boolean;
}

async function unitsBehind(db: Statements, { run, rows, key, maker }: Made): Promise<readonly Unit[]> {
  const sources = await db.all<Source>(
    `select s.id, f.run, f.kind, s.rows_hash row_hash, s.outcome, exists (select 1 from entry_rows er where er.row = s.id) has_entry
       from rows s join files f on f.id = s.id / ${rowsPerFile}
      where s.id in (select r.source from rows r where r.source is not null
        and (r.id = any(?) or r.id in (select er.row from entry_rows er where er.entry = ?)))`,
    rows,
    maker ?? null,
  );
  // Without the columns that say which row it was, an entry is known by its key.
  const entries =
    sources.length === 0
      ? await db.all<EntryUnit>(
          `select ${unitColumns} from entries e where ${unmade} and e.key = ? and e.run in (${runsBehind})
             and exists (select 1 from entry_keys ek where ek.entry = e.id and ek.key = e.key)`,
          key,
          rows,
          run,
        )
      : await db.all<EntryUnit>(
          `select ${unitColumns} from entries e where ${unmade}
             and e.id in (select er.entry from entry_rows er where er.row = any(?))`,
          sources.filter(({ kind }) => kind === "input").map(({ id }) => id),
        );
  const units: Unit[] = [];
  for (const { id, run, rows_hash, key } of entries)
    units.push({ run, entry: id, rows: await mainRows(db, id), rowsHash: rows_hash, key });
  for (const { id, run, outcome, has_entry, row_hash } of sources) {
    if (outcome === "invalid" && !has_entry)
      units.push({ run, entry: undefined, rows: [id], rowsHash: row_hash, key: null });
  }
  return units;
}

interface EntryUnit {
  readonly id: number;
  readonly run: number;
  readonly rows_hash: string | null;
  readonly key: number | null;
}

const unitColumns = "e.id, e.run, e.rows_hash, e.key";
// The runs whose failures files the rows stand in.
const runsBehind = `select behind.run from files f join files behind on behind.id = f.retry_of
     where f.id in (select row / ${rowsPerFile} from unnest(?::bigint[]) asked (row))
  union select r.retry_of from runs r where r.id = ?
    and not exists (select 1 from files f where f.run = r.id and f.retry_of is not null)`;
const endedWell = "('accepted', 'unchanged', 'skipped')";
const unmade = `coalesce(e.outcome, 'pending') not in ${endedWell}`;

// Joined rows may be shared with other entries: what an entry is, its own rows say.
async function mainRows(db: Statements, entryId: number): Promise<readonly number[]> {
  const rows = await db.all<{ row: number }>(
    `select er.row from entry_rows er join files f on f.id = er.row / ${rowsPerFile} where er.entry = ? and f.kind = 'input'`,
    entryId,
  );
  return rows.map(({ row }) => row);
}

interface Makers {
  readonly entries: readonly number[];
  /** What entries and rows were that a later retry repaired. */
  readonly repaired: readonly string[];
}

/** All that the retry made of the unit, if all of it is where it should be; undefined otherwise. */
async function makersOf(db: Statements, unit: Unit, { run, maker }: Made): Promise<Makers | undefined> {
  const links = await db.all<{
    entry: number | null;
    entry_hash: string | null;
    row_hash: string | null;
    well: boolean;
    mended: number;
  }>(
    `select e.id entry, e.rows_hash entry_hash, r.rows_hash row_hash, r.mended,
       case when e.id is null then coalesce(r.outcome, '') in ('excluded', 'unchanged', 'skipped')
         else coalesce(e.outcome, '') in ${endedWell} end well
       from rows r left join entry_rows er on er.row = r.id left join entries e on e.id = er.entry
      where r.source = any(?) and r.id / ${rowsPerFile} in (select id from files where run = ?)`,
    unit.rows,
    run,
  );
  if (links.length === 0) return maker === undefined ? undefined : { entries: [maker], repaired: [] };
  // Below 0 it was given up (open-failures.ts), which made nothing good.
  if (links.some(({ well, mended }) => !well && mended !== 1)) return undefined;
  return {
    entries: links.flatMap(({ entry, well }) => (entry !== null && well ? [entry] : [])),
    repaired: links.flatMap(({ well, entry_hash, row_hash }) => (well ? [] : (entry_hash ?? row_hash ?? []))),
  };
}

async function writeRepair(db: Statements, rowsHash: string, makers: Makers, retried: number): Promise<void> {
  await db.run("delete from repaired where rows_hash = ?", rowsHash);
  await db.run(
    `insert into repaired (rows_hash, key, outcome, content_hash, remote_id, run_id)
     select ?, e.key, case e.outcome when 'skipped' then 'skipped' else 'accepted' end, a.hash, coalesce(a.remote_id, e.remote_id), r.run_id
       from entries e join runs r on r.id = ? left join accepted a on a.key = e.key and a.role = 'own'
      where e.id = any(?) and e.key is not null on conflict do nothing`,
    rowsHash,
    retried,
    makers.entries,
  );
  await db.run(
    `insert into repaired (rows_hash, key, outcome, content_hash, remote_id, run_id)
     select ?, key, outcome, content_hash, remote_id, run_id from repaired where rows_hash = any(?) on conflict do nothing`,
    rowsHash,
    makers.repaired,
  );
}
