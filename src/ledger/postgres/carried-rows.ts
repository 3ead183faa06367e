// Rows that a later pass over a drop folder takes along: those of entries that are open and young enough, each from the
// newest run that had it, with the place that it had in the file that brought it first. Not here: what is open
// (stories.ts), and how the rows are staged again.

import type { CarriedFrom, CarriedRow, MadeGoodLater, OpenFailures } from "../../model/ledger/open-failures.ts";
import { rowRef, rowsPerFile } from "../common/row-id.ts";
import type { Connection } from "./storage/connection.ts";
import { filesById } from "./storage/files.ts";
import type { Statements } from "./storage/statements.ts";
import { tellStories } from "./stories.ts";

/** The part of `OpenFailures` that later passes ask. */
export function openCarriedRows(
  connection: Connection,
): Pick<OpenFailures, "carriedFrom" | "carriedRows" | "madeGoodLater"> {
  return {
    carriedFrom: (job, sinceMs, except = []) =>
      connection.read(async (db) => {
        await db.run("delete from carried_rows");
        await tellStories(db, { job, sinceMs });
        await db.run(takeOpen, except, sinceMs);
        return filesTaken(db);
      }),
    carriedRows: (from) => carriedRows(connection, from),
    madeGoodLater: (job) => connection.read((db) => db.all<MadeGoodLater>(madeGoodLater, job)),
  };
}

const sinceOf = "coalesce(f.carried_since_ms, r.started_at_ms)";

// Entries go whole or not at all. What a run that stopped had from files of its own comes again with these files; what it had
// from earlier runs, or a retry from failures files, does not. A row of an entry that a reader may take for one of two rows of
// the first file is left to `retry`.
const takeOpen = `insert into carried_rows (home, root, number, line, row)
  with units as materialized (
    select s.entry, min(s.row / ${rowsPerFile}) home, min(s.root / ${rowsPerFile}) root from stories s
      join files f on f.id = s.row / ${rowsPerFile} and f.kind = 'input'
     where s.entry <> 0 group by s.entry
    having bool_and(s.state = 'open') and min(s.row / ${rowsPerFile}) = max(s.row / ${rowsPerFile})
      and min(s.root / ${rowsPerFile}) = max(s.root / ${rowsPerFile}) and count(distinct s.root) = count(distinct s.row)),
  taken as materialized (
    select u.entry from units u join entries e on e.id = u.entry and e.outcome in ('blocked', 'failed', 'in_doubt')
      join files h on h.id = u.home join runs hr on hr.id = h.run
      join files f on f.id = u.root join runs r on r.id = f.run
     where 'entry ' || u.entry <> all(?::text[])
       and (h.retry_of is not null or hr.exit_code in (0, 3)) and ${sinceOf} >= ?)
  select s.row / ${rowsPerFile}, s.root / ${rowsPerFile}, s.root % ${rowsPerFile}, r.line, s.row
    from stories s join rows r on r.id = s.root where s.entry in (select entry from taken) order by s.row
  on conflict do nothing`;

async function filesTaken(db: Statements): Promise<readonly CarriedFrom[]> {
  const taken = await db.all<Omit<CarriedFrom, "home"> & { readonly home: number }>(
    `select c.home, c.rows, c.root, f.file, coalesce(f.carried_run, r.run_id) run, ${sinceOf} "sinceMs"
       from (select home, root, count(*) rows from carried_rows group by home, root) c
       join files f on f.id = c.root join runs r on r.id = f.run order by c.home, c.root`,
  );
  const staged = await filesById(db, [...new Set(taken.map(({ home }) => home))]);
  const homes = new Map(staged.map((file) => [file.id, file]));
  return taken.flatMap((from) => {
    const home = homes.get(from.home);
    return home === undefined ? [] : [{ ...from, home }];
  });
}

const pageRows = 500;

async function* carriedRows(
  connection: Connection,
  { home, root }: Pick<CarriedFrom, "home" | "root">,
): AsyncGenerator<readonly CarriedRow[]> {
  for (let after = 0; ; ) {
    const above = after;
    const page = await connection.read((db) =>
      db.all<{ number: number; line: number; row: number; raw: string }>(
        `select c.number, c.line, c.row, r.raw from carried_rows c join rows r on r.id = c.row
          where c.home = ? and c.root = ? and c.number > ? order by c.number limit ${pageRows}`,
        home.id,
        root,
        above,
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
    select r.id, r.source, f.run from runs u join files f on f.run = u.id and f.carried_run is not null
      join rows r on r.id >= f.id * ${rowsPerFile} and r.id < (f.id + 1) * ${rowsPerFile} and r.source is not null
     where u.job = ? and exists (select 1 from entry_rows er join entries e on e.id = er.entry
       where er.row = r.id and e.outcome in ('accepted', 'unchanged', 'skipped'))
    union all
    select r.id, r.source, m.by from made m join rows r on r.id = m.source),
  counted as (select f.run, m.by, count(distinct m.row) rows from made m join files f on f.id = m.row / ${rowsPerFile}
     where f.run <> m.by group by f.run, m.by)
  select c.run, b.run_id "runId", c.rows from counted c join runs b on b.id = c.by order by c.run, c.by`;
