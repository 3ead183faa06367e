// What failed and that no run has made good since, over all runs of a job. Not here: how it is found out (stories.ts), and what
// later passes ask of it (carried-rows.ts).

import {
  type GivenUp,
  type OpenCount,
  type OpenFailures,
  type OpenFile,
  type OpenRow,
  rowName,
} from "../../model/ledger/open-failures.ts";
import { rowId, rowRef, rowsPerFile } from "../common/row-id.ts";
import { type RunColumns, runOf, selectRun } from "../common/run-columns.ts";
import type { Connection } from "./storage/connection.ts";
import { filesById } from "./storage/files.ts";
import type { Statements } from "./storage/statements.ts";
import { tellStories } from "./stories.ts";

/** The open failures on a connection. */
export function openOpenFailures(
  connection: Connection,
): Omit<OpenFailures, "carriedFrom" | "carriedRows" | "madeGoodLater"> {
  const takenOf = new Set<number>();
  return {
    count: (job, ofRun) =>
      connection.read(async (db) => {
        await tellStories(db, { job, ofRun, newestOnly: true });
        return countOf(db, ofRun);
      }),
    files: (job) =>
      connection.read(async (db) => {
        takenOf.clear();
        await tellStories(db, { job });
        return filesOf(db);
      }),
    statesOf: (rows) =>
      connection.read(async (db) => {
        const ids = rows.map(rowId);
        const states = await statesOf(db, ids);
        return ids.map((id) => states.get(id));
      }),
    async rawOf(rows) {
      const found = await connection.read((db) =>
        db.all<{ id: number; raw: string }>("select id, raw from rows where id = any(?)", rows.map(rowId)),
      );
      return new Map(found.map(({ id, raw }) => [rowName(rowRef(id)), raw]));
    },
    wasTaken: (fileId, raw) =>
      connection.read(async (db) => {
        if (!takenOf.has(fileId)) await db.run(fillTaken, fileId, fileId);
        takenOf.add(fileId);
        const found = await db.one(`select 1 from taken_texts where file = ? and hash = ${hashOf("?")}`, fileId, raw);
        return found !== undefined;
      }),
    giveUp: (run, present) =>
      connection.write(async (db) => {
        await db.run(giveUpAbsent, run, present.map(rowId));
        return givenUpBy(db, run);
      }),
  };
}

function hashOf(text: string): string {
  return `encode(sha256(convert_to(${text}, 'UTF8')), 'hex')`;
}

// Not in the file is a row that no row of the retry says it was. A row that says nothing may be any without a key, and any of
// its own key. Quotes that are wrong can swallow rows: where a faulty row has more lines than the one that it was, now or when an
// earlier retry read it, nothing is given up.
const breaksIn = (text: string): string => {
  const ends = `replace(${text}, chr(13) || chr(10), chr(10))`;
  return `length(${ends}) - length(replace(replace(${ends}, chr(10), ''), chr(13), ''))`;
};
const rowsOfFile = (row: string, file: string) =>
  `rows ${row} on ${row}.id >= ${file} * ${rowsPerFile} and ${row}.id < (${file} + 1) * ${rowsPerFile}`;
const giveUpAbsent = `with
  asked (run, present) as materialized (select ?::bigint, ?::bigint[]),
  here (file, home) as materialized (select id, retry_of from files where run = (select run from asked) and retry_of is not null),
  unnamed (home, is_keyless) as materialized (
    select h.home, bool_or(not exists (select 1 from entry_rows er join entries e on e.id = er.entry where er.row = r.id and e.key is not null))
      from here h join ${rowsOfFile("r", "h.file")}
     where r.source is null and coalesce(r.outcome, '') <> 'excluded' group by h.home),
  swallowing (home) as materialized (
    select h.home from here h join files f on f.retry_of = h.home
      join ${rowsOfFile("p", "f.id")}
      left join rows was on was.id = p.source
     where p.fault is not null and ${breaksIn("p.raw")} > ${breaksIn("coalesce(was.raw, '')")}
       and (f.id = h.file or exists (
         select 1 from here same join ${rowsOfFile("r", "same.file")} where same.file = h.file and r.raw = p.raw)))
update rows set mended = -(select run from asked) where id in (
  select s.row from stories s join here h on h.home = s.home left join unnamed n on n.home = s.home
   where s.state = 'open' and s.home not in (select home from swallowing) and s.row <> all((select present from asked)::bigint[])
     and not exists (
       select 1 from stories o join rows r on r.source = o.row join files f on f.id = r.id / ${rowsPerFile} and f.run = (select run from asked)
        where o.identity = s.identity)
     and (n.home is null or (not n.is_keyless and s.key is not null
       and not exists (select 1 from entry_keys ek where ek.run = (select run from asked) and ek.key = s.key))))`;

async function givenUpBy(db: Statements, run: number): Promise<readonly GivenUp[]> {
  const rows = await db.all<{ row: number; key: string | null; rows: number }>(
    `select * from (
       select row, key, row_number() over (partition by home order by row) at, count(*) over (partition by home) rows from (
         select s.row, s.home, min(k.key) key from stories s join rows r on r.id = s.row left join keys k on k.id = s.key
          where s.state = 'open' and r.mended = -?::bigint group by s.row, s.home) given_up) counted
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

async function countOf(db: Statements, ofRun: number | undefined): Promise<OpenCount> {
  const found = await db.one<OpenCount>(
    `select count(distinct row) rows, count(distinct row) filter (where run is distinct from ?) "earlierRows"
       from stories where state = 'open'`,
    ofRun ?? null,
  );
  return found ?? { rows: 0, earlierRows: 0 };
}

async function filesOf(db: Statements): Promise<readonly OpenFile[]> {
  const counts = await db.all<{ file: number; open: number; older: number }>(
    `select row / ${rowsPerFile} file, count(distinct row) filter (where state = 'open') open,
       count(distinct row) filter (where state = 'older') older
       from stories where state in ('open', 'older') group by 1`,
  );
  const countOfFile = new Map(counts.map(({ file, ...count }) => [file, count]));
  const files = await filesById(db, [...countOfFile.keys()]);
  const runs = await db.all<RunColumns>(`${selectRun} where id = any(?)`, [...new Set(files.map(({ run }) => run))]);
  const runById = new Map(runs.map((columns) => [columns.id, runOf(columns)]));
  return files
    .flatMap((file) => {
      const run = runById.get(file.run);
      const count = countOfFile.get(file.id);
      return run === undefined || count === undefined ? [] : [{ run, file, ...count }];
    })
    .toSorted((a, b) => b.run.id - a.run.id || a.file.id - b.file.id);
}

interface StateColumns extends Omit<OpenRow, "reader" | "twin"> {
  readonly row: number;
  readonly twin: number | null;
  readonly reader: number | null;
}

async function statesOf(db: Statements, ids: readonly number[]): Promise<ReadonlyMap<number, OpenRow>> {
  const own = await db.all<StateColumns>(
    `select distinct on (s.row) s.row, s.state, s.unit, s.home, s.twin,
       (select max(later.row) from stories later where later.source = s.row) reader
       from stories s where s.row = any(?) and s.state in ('open', 'older') order by s.row, s.state desc`,
    ids,
  );
  const ofEntry = await db.all<Pick<StateColumns, "row" | "unit" | "home">>(
    `select distinct on (s.row) s.row, n.unit, n.home from stories s
       join stories n on n.unit = 'entry ' || s.entry and n.entry = s.entry and n.state = 'open'
      where s.row = any(?) order by s.row`,
    ids,
  );
  const made = ofEntry.map(({ row, ...open }): readonly [number, OpenRow] => [row, { state: "made", ...open }]);
  const open = own.map(({ row, reader, twin, ...state }): readonly [number, OpenRow] => [
    row,
    {
      ...state,
      ...(twin === null ? {} : { twin: rowRef(twin) }),
      ...(reader === null ? {} : { reader: rowRef(reader) }),
    },
  ]);
  return new Map([...made, ...open]);
}

const fillTaken = `insert into taken_texts (file, hash)
  select ?::bigint, ${hashOf("r.raw")} from files f
    join ${rowsOfFile("r", "f.id")} and r.source is null
    left join entry_rows er on er.row = r.id left join entries e on e.id = er.entry
   where f.retry_of = ? and coalesce(e.outcome, r.outcome, 'pending') <> 'pending' on conflict do nothing`;
