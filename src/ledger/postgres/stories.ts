import { rowsPerFile } from "../common/row-id.ts";
import { failedOutcomes } from "./storage/schema.ts";
import type { Statements } from "./storage/statements.ts";

/** What the stories are to be of. */
export interface StoryChoice {
  readonly job: string;
  /** Also the failures of a run that is about to end. */
  readonly ofRun?: number | undefined;
  /** Of runs that began then or later. */
  readonly sinceMs?: number;
  /**
   * Leaves out rows that a later pass took along and that failed there again: they would be `older`, which counting them has no
   * use for.
   */
  readonly newestOnly?: boolean;
}

/** Fills the table of stories with what failed, and with what became of it. */
export async function tellStories(
  db: Statements,
  { job, ofRun = undefined, sinceMs = 0, newestOnly = false }: StoryChoice,
): Promise<void> {
  const run = ofRun ?? null;
  await db.script("delete from stories; delete from taken_texts");
  if (newestOnly) await db.run(failedEntries(notCarriedOn), job, run, sinceMs, run);
  else await db.run(failedEntries(""), job, run, sinceMs);
  await db.run(failedRows, job, run, sinceMs);
  if ((await db.one("select 1 from stories limit 1")) === undefined) return;
  await db.run(madeRows, run, job, sinceMs);
  await db.script("analyze stories"); // a temporary table has no statistics by itself
  for (const step of naming) await db.run(step);
  await db.run(
    `update stories set state = 'older' where state = 'failed' and exists (
       select 1 from stories n where n.identity = stories.identity and n.state = 'failed' and n.run > stories.run)`,
  );
  for (const step of closing) await db.run(step);
  await db.run(closedAsGivenUp, run);
  await db.run(closedByKey, job, job, run);
  await db.run(closedAsExcluded);
  await db.run(
    `update stories set state = 'open', unit = case entry when 0 then 'row ' || row else 'entry ' || entry end, home = row / ${rowsPerFile}
      where state = 'failed'`,
  );
  await db.run(
    `update stories set unit = n.unit, home = n.home, twin = n.row from stories n
      where stories.state = 'older' and n.identity = stories.identity and n.state = 'open'`,
  );
  await db.run("update stories set state = 'closed' where state = 'older' and unit is null");
}

const endedWell = "('accepted', 'unchanged', 'skipped')";

const intoStories = "insert into stories (row, entry, run, key, source, root, state)";

// A run whose results and failures are written, or that is about to end.
const failedEntries = (andNot: string) => `${intoStories}
  select er.row, e.id, u.id, e.key, r.source, er.row, 'failed' from runs u
    join entries e on e.run = u.id and e.outcome in ${failedOutcomes}
    join entry_rows er on er.entry = e.id join rows r on r.id = er.row
   where u.job = ? and (u.has_results or u.id = ?) and u.started_at_ms >= ? ${andNot} on conflict do nothing`;

const notCarriedOn = `and not exists (
  select 1 from rows c join entry_rows cer on cer.row = c.id join entries ce on ce.id = cer.entry and ce.outcome in ${failedOutcomes}
    join runs cu on cu.id = ce.run and cu.retry_of is null and (cu.has_results or cu.id = ?)
   where c.source = r.id)`;

const failedRows = `${intoStories}
  select r.id, 0, u.id, null, r.source, r.id, 'failed' from rows r
    join files f on f.id = r.id / ${rowsPerFile} join runs u on u.id = f.run
   where r.rows_hash is not null and r.outcome = 'invalid' and u.job = ? and (u.has_results or u.id = ?)
     and u.started_at_ms >= ?
     and not exists (select 1 from entry_rows er where er.row = r.id) on conflict do nothing`;

// What a retry left out because it is not open has no source, so that it is not taken for made. What newer content displaced in
// a pass that did not come to its end is not made: the next pass may find the newer file gone.
const madeRows = `${intoStories}
  select r.id, coalesce(e.id, 0), u.id, e.key, r.source, r.id, 'made' from runs u
    join files f on f.run = u.id
    join rows r on r.id >= f.id * ${rowsPerFile} and r.id < (f.id + 1) * ${rowsPerFile} and r.source is not null
    left join entry_rows er on er.row = r.id left join entries e on e.id = er.entry
   where (f.carried_run is null or e.id is not null or u.exit_code in (0, 3) or u.id = ?)
     and u.job = ? and (u.retry_of is not null or f.retry_of is not null) and u.started_at_ms >= ?
     and case when e.id is null then r.outcome in ('excluded', 'unchanged', 'skipped') else e.outcome in ${endedWell} end
  on conflict do nothing`;

/** From each row to its identity. */
const naming: readonly string[] = [
  `with recursive climbed (row, at, depth) as (
     select distinct row, source, 1 from stories where exists (select 1 from rows behind where behind.id = stories.source)
     union all
     select c.row, r.source, c.depth + 1 from climbed c join rows r on r.id = c.at
      where r.source is not null and exists (select 1 from rows behind where behind.id = r.source)),
   tops as (select distinct on (c.row) c.row, c.at from climbed c order by c.row, c.depth desc)
   update stories set root = tops.at from tops where tops.row = stories.row`,
  `update stories set hash = coalesce((select r.rows_hash from rows r where r.id = root),
       (select e.rows_hash from entry_rows er join entries e on e.id = er.entry where er.row = root order by er.entry limit 1))
    where entry = 0 or exists (select 1 from files f where f.id = root / ${rowsPerFile} and f.kind = 'input')`,
  `update stories set place = p.place from (
     select er.row, row_number() over (partition by er.entry order by er.row) place from entry_rows er
      where er.entry in (select of_root.entry from stories s join entry_rows of_root on of_root.row = s.root where s.hash is not null)
   ) p where p.row = stories.root and stories.hash is not null`,
  `update stories set nth = o.nth from (
     select root, row_number() over (partition by run, hash, place order by root) nth from (
       select distinct s.root, s.hash, s.place, f.run from stories s join files f on f.id = s.root / ${rowsPerFile}
        where s.hash is not null) roots) o
    where o.root = stories.root and stories.hash is not null`,
  "update stories set identity = coalesce(hash || ' ' || coalesce(place, 0) || ' ' || nth, 'row ' || root)",
];

/** By what a newest failure is made good: a retry of it, a retry that could only be told by its key, a later run of these very rows. */
const closing: readonly string[] = [
  `update stories set state = 'closed' where state = 'failed' and exists (
     select 1 from stories m where m.identity = stories.identity and m.state = 'made' and m.run > stories.run)`,
  `update stories set state = 'closed' where state = 'failed' and (
     exists (select 1 from rows r where r.id = stories.row and r.mended = 1)
     or exists (select 1 from entry_rows er join rows r on r.id = er.row where er.entry = stories.entry and r.mended = 1))`,
  `update stories set state = 'closed' where state = 'failed' and exists (
     select 1 from accepted a where a.rows_hash = stories.hash and a.run > stories.run)`,
];

const closedAsGivenUp = `update stories set state = 'closed' where state = 'failed' and exists (
  select 1 from rows r join runs u on u.id = -r.mended where r.id = stories.row and r.mended < 0 and (u.has_results or u.id = ?))`;

// A later run that had the key from rows of its own: made, it is made; failed, it is open there; pending in the newest run, that
// run goes on with it, unless it was carried there from an earlier run, which has it still. A retry of other rows under the same
// key says nothing, but one whose rows say nothing of where they were does.
const closedByKey = `update stories set state = 'closed' where state = 'failed' and key is not null and (
  exists (select 1 from stories n join runs u on u.id = n.run where n.key = stories.key and n.run > stories.run
    and n.state in ('failed', 'older', 'closed') and (u.retry_of is null or n.source is null))
  or exists (select 1 from runs u join entry_keys ek on ek.run = u.id and ek.key = stories.key
      join entries e on e.id = ek.entry and e.key = ek.key
     where u.id > stories.run and (
       (e.outcome in ${endedWell} and (u.retry_of is null or not exists (
         select 1 from entry_rows er join rows r on r.id = er.row where er.entry = e.id and r.source is not null)))
       or (e.outcome = 'pending' and u.job = ?
         and not exists (select 1 from files f where f.id = e.position / ${rowsPerFile} and f.carried_run is not null)
         and u.id = (select max(newest.id) from runs newest
           where newest.job = ? and newest.retry_of is null and (newest.has_results or newest.id = ?))))))`;

const closedAsExcluded = `with twins as materialized (
    select distinct f.id file, later.id later from stories s join files f on f.id = s.row / ${rowsPerFile}
      join runs u on u.id = f.run and u.retry_of is null
      join files later on later.input = f.input and later.join_name is not distinct from f.join_name and later.id > f.id
        and later.fingerprint = f.fingerprint
      join runs l on l.id = later.run and l.retry_of is null
     where s.state = 'failed')
  update stories set state = 'closed' where state = 'failed' and exists (
    select 1 from twins t join rows r on r.id = t.later * ${rowsPerFile} + stories.row % ${rowsPerFile}
     where t.file = stories.row / ${rowsPerFile} and r.outcome = 'excluded')`;
