// What a retry must not do unnoticed: make again what the run that it retries had made, or take as one what that run had
// kept apart. Finding it is all that is done here.

import type { Staging } from "../../../model/ledger/staging.ts";
import type { ResourceName } from "../../../model/resource.ts";
import { rowRef, rowsPerFile } from "../../common/row-id.ts";
import type { Connection } from "../storage/connection.ts";

/** The part of `Staging` that compares a retry with what it retries. */
export function openRetryConflicts(
  connection: Connection,
): Pick<Staging, "madeBefore" | "keptApart" | "joinedApart" | "comeTwice"> {
  return {
    comeTwice: (run) => comeTwice(connection, run),
    async madeBefore(run) {
      return connection.read(() =>
        connection.all<{ entryId: number; resource: ResourceName; key: string; path: string; runId: string }>(
          `${runsBehindFiles}
           select ek.entry entryId, k.resource, k.key, ek.path, max(r.run_id) runId
             from entry_keys ek join entries own on own.id = ek.entry
             join chain c on c.file = own.position / ${rowsPerFile}
             join entry_keys past on past.run = c.run and past.key = ek.key
             join entries made on made.id = past.entry and made.outcome in ('accepted', 'unchanged', 'skipped')
             join runs r on r.id = c.run join keys k on k.id = ek.key
            where ek.run = ? group by ek.entry, ek.key, ek.path order by ek.entry, ek.path`,
          run,
          run,
        ),
      );
    },
    async keptApart(run, fileIds) {
      return connection.read(() =>
        connection.all<{ entryId: number; key: string }>(
          `select er.entry entryId, k.key from files f
             cross join rows r on r.id >= f.id * ${rowsPerFile} and r.id < (f.id + 1) * ${rowsPerFile} and r.source is not null
             cross join entry_rows er on er.row = r.id cross join entry_rows past on past.row = r.source
             join entries e on e.id = past.entry join keys k on k.id = e.key
            where f.id in (select value from json_each(?)) and f.run = ?
            group by er.entry, e.key having count(distinct e.id) > 1 order by er.entry`,
          JSON.stringify(fileIds),
          run,
        ),
      );
    },
    async joinedApart(run, fileIds) {
      return connection.read(() =>
        connection
          .all<{ entryId: number; key: string | null; fromKey: string | null; row: number }>(
            `with parts as (
             select er.entry, past.entry source, min(r.source) row from files f
               cross join rows r on r.id >= f.id * ${rowsPerFile} and r.id < (f.id + 1) * ${rowsPerFile} and r.source is not null
               cross join entry_rows er on er.row = r.id cross join entry_rows past on past.row = r.source
              where f.id in (select value from json_each(?)) and f.run = ?
              group by er.entry, past.entry)
           select p.entry entryId, k.key, past_key.key fromKey, p.row from parts p
             join entries e on e.id = p.entry left join keys k on k.id = e.key
             join entries made on made.id = p.source left join keys past_key on past_key.id = made.key
            where p.entry in (select entry from parts group by entry having count(*) > 1) order by p.entry, p.row`,
            JSON.stringify(fileIds),
            run,
          )
          .map(({ entryId, key, fromKey, row }) => ({ entryId, key, from: { key: fromKey, row: rowRef(row) } })),
      );
    },
  };
}

// For each file of a run the runs that it comes from: the one whose failures file it is, and those behind that. A file that a
// retry of an older version read does not say which file it was: its run says which run it retried.
const runsBehindFiles = `with recursive chain (file, behind, run) as (
    select f.id, b.id, coalesce(b.run, r.retry_of)
      from files f join runs r on r.id = f.run left join files b on b.id = f.info ->> '$.retryOf'
     where f.run = ? and f.kind <> 'reference' and coalesce(b.run, r.retry_of) is not null
    union
    select c.file, b.id, iif(f.info ->> '$.retryOf' is null, r.retry_of, b.run)
      from chain c join runs r on r.id = c.run left join files f on f.id = c.behind
      left join files b on b.id = f.info ->> '$.retryOf'
     where iif(f.info ->> '$.retryOf' is null, r.retry_of, b.run) is not null)`;

const pageSources = 500;

async function* comeTwice(connection: Connection, run: number): ReturnType<Staging["comeTwice"]> {
  connection.write(() => fillCopies(connection, run));
  for (let after = 0; ; ) {
    const sources = connection.read(() =>
      connection.all<{ source: number }>(
        `select source from copies where source > ? group by source order by source limit ${pageSources}`,
        after,
      ),
    );
    for (const { source } of sources) {
      yield {
        source: rowRef(source),
        rows: connection
          .read(() =>
            connection.all<{ id: number; line: number; file: string }>(
              `select r.id, r.line, f.file from copies c join rows r on r.id = c.row join files f on f.id = r.id / ${rowsPerFile}
              where c.source = ? order by r.id`,
              source,
            ),
          )
          .map(({ id, line, file }) => ({ ref: rowRef(id), line, file })),
      };
      after = source;
    }
    if (sources.length < pageSources) return;
  }
}

// What stood twice in a retry that was refused has rows of its own there: only the row at the end of the chain tells.
function fillCopies(connection: Connection, run: number): void {
  connection.script(
    `create temp table if not exists copies (source integer, row integer, primary key (source, row)) without rowid;
     delete from copies;`,
  );
  connection.run(
    `insert into copies
     with recursive climbed (row, source) as (
       select r.id, r.source from files f
         cross join rows r on r.id >= f.id * ${rowsPerFile} and r.id < (f.id + 1) * ${rowsPerFile}
        where f.run = ? and r.source is not null
       union all
       select c.row, r.source from climbed c join rows r on r.id = c.source where r.source is not null)
     select source, row from climbed c
      where not exists (select 1 from rows r where r.id = c.source and r.source is not null)`,
    run,
  );
  connection.run("delete from copies where source in (select source from copies group by source having count(*) = 1)");
}
