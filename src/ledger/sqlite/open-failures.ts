// What failed and that no run has made good since, over all runs of a job. The story of every failed row is put together in
// a temporary table, so that a job of four hundred nights costs a few statements and not a look at each night.
//
// A row of a retry is the row that its `source` chain begins with (`root`). Rows of plain runs are one where their entries
// have the same content (`hash`) and they stand at the same place of it; of equal entries in one run the first is one with the
// first, the second with the second. That name of a row is its `identity`. Rows of joins are one by their root alone:
// what becomes of them is decided with their entry.
//
// A row that somebody took out of its newest failures file is given up: `mended` is the retry that read the file without it,
// as a negative number. It counts once that retry has its results, so that one that was cut off gave up nothing.

import type { GivenUp, OpenCount, OpenFailures, OpenFile, OpenRow } from "../../model/ledger/open-failures.ts";
import { rowName } from "../../model/ledger/open-failures.ts";
import { rowId, rowRef, rowsPerFile } from "../common/row-id.ts";
import { type RunColumns, runOf, selectRun } from "../common/run-columns.ts";
import type { Connection } from "./storage/connection.ts";
import { filesById } from "./storage/files.ts";
import { rowText } from "./storage/kept-texts.ts";
import { failedOutcomes } from "./storage/schema.ts";

/** The open failures on a connection, but for what later passes ask of them (carried-rows.ts). */
export function openOpenFailures(
  connection: Connection,
): Omit<OpenFailures, "carriedFrom" | "carriedRows" | "madeGoodLater"> {
  const takenOf = new Set<number>();
  return {
    async count(job, ofRun) {
      return connection.read(() => {
        tellStories(connection, job, ofRun, 0, true);
        return countOf(connection, ofRun);
      });
    },
    async files(job) {
      takenOf.clear();
      return connection.read(() => {
        tellStories(connection, job, undefined);
        return filesOf(connection);
      });
    },
    async statesOf(rows) {
      return connection.read(() => rows.map((row) => stateOf(connection, rowId(row))));
    },
    async rawOf(rows) {
      const found = connection.read(() =>
        connection.all<{ id: number; raw: string }>(
          `select id, ${rowText("rows")} raw from rows where id in (select value from json_each(?))`,
          JSON.stringify(rows.map(rowId)),
        ),
      );
      return new Map(found.map(({ id, raw }) => [rowName(rowRef(id)), raw]));
    },
    async wasTaken(fileId, raw) {
      return connection.read(() => {
        if (!takenOf.has(fileId)) fillTaken(connection, fileId);
        takenOf.add(fileId);
        return connection.one("select 1 from taken_texts where file = ? and raw = ?", fileId, raw) !== undefined;
      });
    },
    async giveUp(run, present) {
      return connection.write(() => {
        connection.run(giveUpAbsent, run, JSON.stringify(present.map(rowId)));
        return givenUpBy(connection, run);
      });
    },
  };
}

const endedWell = "('accepted', 'unchanged', 'skipped')";
/** A run whose results and failures are written. */
const hasResults = "u.summary ->> '$.version' is not null";

const tables = `
create temp table if not exists stories (
  row integer not null,
  entry integer not null, -- 0 for a row without one
  run integer not null,
  key integer,
  source integer,
  root integer not null,
  hash text,
  place integer,
  nth integer,
  identity text,
  unit text,
  home integer,
  twin integer,
  state text not null, -- failed, then open, older or closed; or made
  primary key (row, entry)
) without rowid;
create index if not exists temp.stories_by_root on stories (root);
create index if not exists temp.stories_by_source on stories (source) where source is not null;
create index if not exists temp.stories_by_identity on stories (identity, state, run);
create index if not exists temp.stories_by_key on stories (key, run);
create index if not exists temp.stories_by_hash on stories (hash);
create index if not exists temp.stories_by_unit on stories (unit);
create temp table if not exists taken_texts (file integer, raw text, primary key (file, raw)) without rowid;
delete from stories;
delete from taken_texts;
`;

/**
 * Fills the table of stories with what failed in runs of a job that began at `sinceMs` or later, and with what became of it.
 * Also takes the failures of a run that is about to end, `ofRun`. With `newestOnly` rows are left out that a later pass took
 * along and that failed there again: they would be `older`, which counting them has no use for.
 */
export function tellStories(
  connection: Connection,
  job: string,
  ofRun: number | undefined,
  sinceMs = 0,
  newestOnly = false,
): void {
  connection.script(tables);
  const parameters = [job, ofRun ?? null, sinceMs] as const;
  if (newestOnly) connection.run(failedEntries + notCarriedOn, ...parameters, ofRun ?? null);
  else connection.run(failedEntries, ...parameters);
  connection.run(failedRows, ...parameters);
  if (connection.one("select 1 from stories limit 1") === undefined) return;
  connection.run(madeRows, ofRun ?? null, job, sinceMs);
  for (const step of naming) connection.run(step);
  connection.run(
    `update stories set state = 'older' where state = 'failed' and exists (
       select 1 from stories n where n.identity = stories.identity and n.state = 'failed' and n.run > stories.run)`,
  );
  for (const step of closing) connection.run(step);
  connection.run(closedAsGivenUp, ofRun ?? null);
  connection.run(closedByKey, job, job, ofRun ?? null);
  connection.run(
    `with twins as materialized (
       select distinct f.id file, later.id later from stories s join files f on f.id = s.row / ${rowsPerFile}
         join runs u on u.id = f.run and u.retry_of is null
         join files later on later.input = f.input and later.join_name is f.join_name and later.id > f.id
           and later.info ->> '$.fingerprint' = f.info ->> '$.fingerprint'
         join runs l on l.id = later.run and l.retry_of is null
        where s.state = 'failed')
     update stories set state = 'closed' where state = 'failed' and exists (
       select 1 from twins t join rows r on r.id = t.later * ${rowsPerFile} + stories.row % ${rowsPerFile}
        where t.file = stories.row / ${rowsPerFile} and r.outcome = 'excluded')`,
  );
  connection.run(
    `update stories set state = 'open', unit = iif(entry = 0, 'row ' || row, 'entry ' || entry), home = row / ${rowsPerFile}
      where state = 'failed'`,
  );
  connection.run(
    `update stories set (unit, home, twin) = (select n.unit, n.home, n.row from stories n where n.identity = stories.identity and n.state = 'open')
      where state = 'older'`,
  );
  connection.run("update stories set state = 'closed' where state = 'older' and unit is null");
}

const failedEntries = `insert or ignore into stories (row, entry, run, key, source, root, state)
  select er.row, e.id, u.id, e.key, r.source, er.row, 'failed' from runs u
    cross join entries e on e.run = u.id and e.outcome in ${failedOutcomes}
    cross join entry_rows er on er.entry = e.id join rows r on r.id = er.row
   where u.job = ? and (${hasResults} or u.id = ?) and u.started_at_ms >= ?`;

const notCarriedOn = ` and not exists (
  select 1 from rows c cross join entry_rows cer on cer.row = c.id cross join entries ce on ce.id = cer.entry and ce.outcome in ${failedOutcomes}
    cross join runs cu on cu.id = ce.run and cu.retry_of is null and (cu.summary ->> '$.version' is not null or cu.id = ?)
   where c.source = r.id)`;

const failedRows = `insert or ignore into stories (row, entry, run, key, source, root, state)
  select r.id, 0, u.id, null, r.source, r.id, 'failed' from rows r
    cross join files f on f.id = r.id / ${rowsPerFile} cross join runs u on u.id = f.run
   where r.rows_hash is not null and r.outcome = 'invalid' and u.job = ? and (${hasResults} or u.id = ?)
     and u.started_at_ms >= ?
     and not exists (select 1 from entry_rows er where er.row = r.id)`;

// What a retry left out because it is not open has no source, so that it is not taken for made. What newer content displaced in
// a pass that did not come to its end is not made: the next pass may find the newer file gone.
const madeRows = `insert or ignore into stories (row, entry, run, key, source, root, state)
  select r.id, coalesce(e.id, 0), u.id, e.key, r.source, r.id, 'made' from runs u
    cross join files f on f.run = u.id
    cross join rows r on r.id >= f.id * ${rowsPerFile} and r.id < (f.id + 1) * ${rowsPerFile} and r.source is not null
    left join entry_rows er on er.row = r.id left join entries e on e.id = er.entry
   where (f.info ->> '$.carried' is null or e.id is not null or u.exit_code in (0, 3) or u.id = ?)
     and u.job = ? and (u.retry_of is not null or f.info ->> '$.retryOf' is not null) and u.started_at_ms >= ?
     and iif(e.id is null, r.outcome in ('excluded', 'unchanged', 'skipped'), e.outcome in ${endedWell})`;

/** From each row to its identity. */
const naming: readonly string[] = [
  `with recursive climbed (row, at, depth) as (
     select distinct row, source, 1 from stories where exists (select 1 from rows behind where behind.id = stories.source)
     union all
     select c.row, r.source, c.depth + 1 from climbed c join rows r on r.id = c.at
      where r.source is not null and exists (select 1 from rows behind where behind.id = r.source))
   update stories set root = top.at from (select row, at, max(depth) from climbed group by row) top where top.row = stories.row`,
  `update stories set hash = iif(entry = 0 or exists (
       select 1 from files f where f.id = stories.root / ${rowsPerFile} and f.kind = 'input'),
     coalesce((select rows_hash from rows where id = root),
       (select e.rows_hash from entry_rows er join entries e on e.id = er.entry where er.row = root order by er.entry limit 1)), null)`,
  `update stories set place = p.place from (
     select er.row, row_number() over (partition by er.entry order by er.row) place from entry_rows er
      where er.entry in (select of_root.entry from stories s join entry_rows of_root on of_root.row = s.root where s.hash is not null)
   ) p where p.row = stories.root and stories.hash is not null`,
  `update stories set nth = o.nth from (
     select root, row_number() over (partition by run, hash, place order by root) nth from (
       select distinct s.root, s.hash, s.place, f.run from stories s join files f on f.id = s.root / ${rowsPerFile}
        where s.hash is not null)) o
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
  select 1 from rows r join runs u on u.id = -r.mended where r.id = stories.row and r.mended < 0 and (${hasResults} or u.id = ?))`;

// A later run that had the key from rows of its own: made, it is made; failed, it is open there; pending in the newest run, that
// run goes on with it, unless it was carried there from an earlier run, which has it still. A retry of other rows under the same key says nothing, but one whose rows say nothing of where they were does.
const closedByKey = `update stories set state = 'closed' where state = 'failed' and key is not null and (
  exists (select 1 from stories n join runs u on u.id = n.run where n.key = stories.key and n.run > stories.run
    and n.state in ('failed', 'older', 'closed') and (u.retry_of is null or n.source is null))
  or exists (select 1 from runs u cross join entry_keys ek on ek.run = u.id and ek.key = stories.key
      cross join entries e on e.id = ek.entry and e.key = ek.key
     where u.id > stories.run and (
       (e.outcome in ${endedWell} and (u.retry_of is null or not exists (
         select 1 from entry_rows er join rows r on r.id = er.row where er.entry = e.id and r.source is not null)))
       or (e.outcome = 'pending' and u.job = ? and not exists (select 1 from files f where f.id = e.position / ${rowsPerFile} and f.info ->> '$.carried' is not null) and u.id = (
         select max(id) from runs newest where newest.job = ? and newest.retry_of is null and (newest.summary ->> '$.version' is not null or newest.id = ?))))))`;

// Not in the file is a row that no row of the retry says it was. A row that says nothing may be any without a key, and any of
// its own key. Quotes that are wrong can swallow rows: where a faulty row has more lines than the one that it was, now or when an
// earlier retry read it, nothing is given up.
const breaksIn = (text: string): string => {
  const ends = `replace(${text}, char(13, 10), char(10))`;
  return `length(${ends}) - length(replace(replace(${ends}, char(10), ''), char(13), ''))`;
};
const giveUpAbsent = `with
  asked (run, present) as materialized (select ?, ?),
  here (file, home) as materialized (select id, info ->> '$.retryOf' from files where run = (select run from asked) and info ->> '$.retryOf' is not null),
  unnamed (home, is_keyless) as materialized (
    select h.home, max(not exists (select 1 from entry_rows er join entries e on e.id = er.entry where er.row = r.id and e.key is not null))
      from here h cross join rows r on r.id >= h.file * ${rowsPerFile} and r.id < (h.file + 1) * ${rowsPerFile}
     where r.source is null and coalesce(r.outcome, '') <> 'excluded' group by h.home),
  swallowing (home) as materialized (
    select h.home from here h join files f on f.info ->> '$.retryOf' = h.home
      cross join rows p on p.id >= f.id * ${rowsPerFile} and p.id < (f.id + 1) * ${rowsPerFile}
      left join rows was on was.id = p.source
     where p.fault is not null and ${breaksIn(rowText("p"))} > ${breaksIn(`coalesce(${rowText("was")}, '')`)}
       and (f.id = h.file or exists (
         select 1 from rows r where r.id >= h.file * ${rowsPerFile} and r.id < (h.file + 1) * ${rowsPerFile} and ${rowText("r")} = ${rowText("p")})))
update rows set mended = -(select run from asked) where id in (
  select s.row from stories s join here h on h.home = s.home left join unnamed n on n.home = s.home
   where s.state = 'open' and s.home not in (select home from swallowing) and s.row not in (select value from json_each((select present from asked)))
     and not exists (
       select 1 from stories o cross join rows r on r.source = o.row cross join files f on f.id = r.id / ${rowsPerFile} and f.run = (select run from asked)
        where o.identity = s.identity)
     and (n.home is null or (n.is_keyless = 0 and s.key is not null
       and not exists (select 1 from entry_keys ek where ek.run = (select run from asked) and ek.key = s.key))))`;

function givenUpBy(connection: Connection, run: number): readonly GivenUp[] {
  const rows = connection.all<{ row: number; key: string | null; at: number; rows: number }>(
    `select * from (
       select row, key, row_number() over (partition by home order by row) at, count(*) over (partition by home) rows from (
         select s.row, s.home, min(k.key) key from stories s join rows r on r.id = s.row left join keys k on k.id = s.key
          where s.state = 'open' and r.mended = -? group by s.row))
      where at <= 3 order by row`,
    run,
  );
  const byFile = new Map<number, GivenUp>();
  for (const { row, key, rows: count } of rows) {
    const { file, number } = rowRef(row);
    const first = [...(byFile.get(file)?.first ?? []), { number, key: key ?? undefined }];
    byFile.set(file, { file, rows: count, first });
  }
  return [...byFile.values()];
}

function countOf(connection: Connection, ofRun: number | undefined): OpenCount {
  const found = connection.one<OpenCount>(
    "select count(distinct row) rows, count(distinct iif(run = ?, null, row)) earlierRows from stories where state = 'open'",
    ofRun ?? null,
  );
  return found ?? { rows: 0, earlierRows: 0 };
}

function filesOf(connection: Connection): readonly OpenFile[] {
  const counts = connection.all<{ file: number; open: number; older: number }>(
    `select row / ${rowsPerFile} file, count(distinct iif(state = 'open', row, null)) open,
       count(distinct iif(state = 'older', row, null)) older
       from stories where state in ('open', 'older') group by file`,
  );
  const files = filesById(
    connection,
    counts.map(({ file }) => file),
  );
  const runs = connection.all<RunColumns>(
    `${selectRun} where id in (select value from json_each(?))`,
    JSON.stringify([...new Set(files.map(({ run }) => run))]),
  );
  const runById = new Map(runs.map((columns) => [columns.id, runOf(columns)]));
  return files
    .flatMap((file) => {
      const run = runById.get(file.run);
      const count = counts.find((each) => each.file === file.id);
      return run === undefined || count === undefined ? [] : [{ run, file, open: count.open, older: count.older }];
    })
    .toSorted((a, b) => b.run.id - a.run.id || a.file.id - b.file.id);
}

function stateOf(connection: Connection, row: number): OpenRow | undefined {
  const own = connection.one<
    Omit<OpenRow, "reader" | "twin"> & { readonly reader: number | null; readonly twin: number | null }
  >(
    `select state, unit, home, twin, (select max(row) from stories later where later.source = stories.row) reader
       from stories where row = ? and state in ('open', 'older') order by state desc limit 1`,
    row,
  );
  if (own !== undefined) {
    const { reader, twin, ...state } = own;
    return {
      ...state,
      ...(twin === null ? {} : { twin: rowRef(twin) }),
      ...(reader === null ? {} : { reader: rowRef(reader) }),
    };
  }
  const ofEntry = connection.one<Pick<OpenRow, "unit" | "home">>(
    `select n.unit, n.home from stories s join stories n on n.unit = 'entry ' || s.entry and n.entry = s.entry and n.state = 'open'
      where s.row = ? limit 1`,
    row,
  );
  return ofEntry === undefined ? undefined : { state: "made", ...ofEntry };
}

function fillTaken(connection: Connection, fileId: number): void {
  connection.run(
    `insert or ignore into taken_texts
     select ?, ${rowText("r")} from files f
       cross join rows r on r.id >= f.id * ${rowsPerFile} and r.id < (f.id + 1) * ${rowsPerFile} and r.source is null
       left join entry_rows er on er.row = r.id left join entries e on e.id = er.entry
      where f.info ->> '$.retryOf' = ? and coalesce(e.outcome, r.outcome, 'pending') <> 'pending'`,
    fileId,
    fileId,
  );
}
