// Rows that a later pass over a drop folder takes along: those of entries that are open and young enough, each from the
// newest run that had it, with the place that it had in the file that brought it first. Not here: what is open
// (open-failures.ts), and how the rows are staged again.

import type { CarriedFrom, CarriedRow, OpenFailures } from "../../model/ledger/open-failures.ts";
import { rowRef, rowsPerFile } from "../common/row-id.ts";
import { tellStories } from "./open-failures.ts";
import type { Connection } from "./storage/connection.ts";
import { filesById } from "./storage/files.ts";
import { rowText } from "./storage/kept-texts.ts";

/** The part of `OpenFailures` that later passes ask. */
export function openCarriedRows(
  connection: Connection,
): Pick<OpenFailures, "carriedFrom" | "carriedRows" | "madeGoodLater"> {
  return {
    async carriedFrom(job, sinceMs, except = []) {
      return connection.read(() => {
        connection.script(tables);
        tellStories(connection, job, undefined, sinceMs);
        connection.run(takeOpen, JSON.stringify(except), sinceMs);
        return filesTaken(connection);
      });
    },
    carriedRows: (from) => carriedRows(connection, from),
    async madeGoodLater(job) {
      return connection.read(() => connection.all(madeGoodLater, job));
    },
  };
}

const tables = `
create temp table if not exists carried_rows (
  home integer not null, -- the file of the newest run that has it
  root integer not null, -- the file that brought it first
  number integer not null, -- of the row there, as its line is
  line integer not null,
  row integer not null,
  primary key (home, root, number)
) without rowid;
delete from carried_rows;
`;

const sinceOf = "coalesce(f.info ->> '$.carried.sinceMs', r.started_at_ms)";

// Entries go whole or not at all. What a run that stopped had from files of its own comes again with these files; what it had
// from earlier runs, or a retry from failures files, does not. A row of an entry that a reader may take for one of two rows of
// the first file is left to `retry`.
const takeOpen = `insert or ignore into carried_rows
  with units as materialized (
    select s.entry, min(s.row / ${rowsPerFile}) home, min(s.root / ${rowsPerFile}) root from stories s
      join files f on f.id = s.row / ${rowsPerFile} and f.kind = 'input'
     where s.entry <> 0 group by s.entry
    having sum(s.state <> 'open') = 0 and min(s.row / ${rowsPerFile}) = max(s.row / ${rowsPerFile})
      and min(s.root / ${rowsPerFile}) = max(s.root / ${rowsPerFile}) and count(distinct s.root) = count(distinct s.row)),
  taken as materialized (
    select u.entry from units u join entries e on e.id = u.entry and e.outcome in ('blocked', 'failed', 'in_doubt')
      join files h on h.id = u.home join runs hr on hr.id = h.run
      join files f on f.id = u.root join runs r on r.id = f.run
     where 'entry ' || u.entry not in (select value from json_each(?))
       and (h.info ->> '$.retryOf' is not null or hr.exit_code in (0, 3)) and ${sinceOf} >= ?)
  select s.row / ${rowsPerFile}, s.root / ${rowsPerFile}, s.root % ${rowsPerFile}, r.line, s.row
    from stories s join rows r on r.id = s.root where s.entry in (select entry from taken) order by s.row`;

function filesTaken(connection: Connection): readonly CarriedFrom[] {
  const taken = connection.all<{
    readonly home: number;
    readonly rows: number;
    readonly root: number;
    readonly file: string;
    readonly run_id: string;
    readonly since_ms: number;
  }>(
    `select c.home, c.rows, c.root, f.file, coalesce(f.info ->> '$.carried.run', r.run_id) run_id, ${sinceOf} since_ms
       from (select home, root, count(*) rows from carried_rows group by home, root) c
       join files f on f.id = c.root join runs r on r.id = f.run order by c.home, c.root`,
  );
  const homes = new Map(
    filesById(connection, [...new Set(taken.map(({ home }) => home))]).map((file) => [file.id, file]),
  );
  return taken.flatMap(({ home, root, file, rows, run_id: run, since_ms: sinceMs }) => {
    const staged = homes.get(home);
    return staged === undefined ? [] : [{ home: staged, root, file, run, sinceMs, rows }];
  });
}

const pageRows = 500;

async function* carriedRows(
  connection: Connection,
  { home, root }: Pick<CarriedFrom, "home" | "root">,
): AsyncGenerator<readonly CarriedRow[]> {
  for (let after = 0; ; ) {
    const page = connection.read(() =>
      connection.all<{ number: number; line: number; row: number; raw: string }>(
        `select c.number, c.line, c.row, ${rowText("r")} raw from carried_rows c join rows r on r.id = c.row
          where c.home = ? and c.root = ? and c.number > ? order by c.number limit ${pageRows}`,
        home.id,
        root,
        after,
      ),
    );
    const last = page.at(-1);
    if (last === undefined) return;
    yield page.map(({ row, ...place }) => ({ ...place, was: rowRef(row).number }));
    after = last.number;
  }
}

// Each row counts for every run that it was open in, up to the one that brought it.
const madeGoodLater = `with recursive made (row, source, by) as (
    select r.id, r.source, f.run from runs u cross join files f on f.run = u.id and f.info ->> '$.carried' is not null
      cross join rows r on r.id >= f.id * ${rowsPerFile} and r.id < (f.id + 1) * ${rowsPerFile} and r.source is not null
     where u.job = ? and exists (select 1 from entry_rows er join entries e on e.id = er.entry
       where er.row = r.id and e.outcome in ('accepted', 'unchanged', 'skipped'))
    union all
    select r.id, r.source, m.by from made m join rows r on r.id = m.source),
  counted as (select f.run, m.by, count(distinct m.row) rows from made m join files f on f.id = m.row / ${rowsPerFile}
     where f.run <> m.by group by f.run, m.by)
  select c.run, b.run_id runId, c.rows from counted c join runs b on b.id = c.by order by c.run, c.by`;
