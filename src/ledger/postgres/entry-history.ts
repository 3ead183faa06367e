// The ledger as `explain` sees it: single entries and rows by key, file and line. Every question is answered through an
// index: by the keys of a run, by row id, by entry. Not here: whole runs (result-rows.ts, tallies.ts).

import type { Plan, SendResult } from "../../model/ledger/entry.ts";
import type { EntryHistory, HistoryRow, HistorySend } from "../../model/ledger/entry-history.ts";
import type { StoredRow } from "../../model/ledger/rows.ts";
import type { Problem } from "../../model/problem.ts";
import { decode, decodeProblems } from "../common/codec.ts";
import { type EntryColumns, entryOf, selectEntry } from "../common/history-entry.ts";
import { rowId, rowRange } from "../common/row-id.ts";
import { type RowColumns, storedRow } from "../common/stored-row.ts";
import { contentOf } from "./content.ts";
import { lookupsOf } from "./sends.ts";
import type { Connection } from "./storage/connection.ts";
import { filesById } from "./storage/files.ts";
import { planOf } from "./storage/queued-entry.ts";
import { selectRow } from "./storage/row-columns.ts";
import { shortKey, shortParameter } from "./storage/short-key.ts";
import type { Statements } from "./storage/statements.ts";

/** The history of entries on a connection. */
export function openEntryHistory(connection: Connection): EntryHistory {
  return {
    async entriesWithKey(key, limit) {
      const found = await connection.read((db) =>
        db.all<EntryColumns>(
          `${selectEntry} where e.id in (
             select ek.entry from keys k join entry_keys ek on ek.key = k.id
              where k.resource = any(${resourcesWithKeys}) and ${shortKey("k.key")} = ${shortParameter} and ek.run in (select id from runs))
           order by e.run desc, e.position, e.id limit ?`,
          key,
          limit,
        ),
      );
      return found.map(entryOf);
    },
    async entriesOfRow(row, limit) {
      const found = await connection.read((db) =>
        db.all<EntryColumns>(
          `${selectEntry} where e.id in (select er.entry from entry_rows er where er.row = ?) order by e.position, e.id limit ?`,
          rowId(row),
          limit,
        ),
      );
      return found.map(entryOf);
    },
    filesCalled: (name, path) => connection.read(async (db) => filesById(db, await filesCalled(db, name, path))),
    rowAtLine: (fileId, line) => connection.read((db) => rowAtLine(db, fileId, line)),
    rowsContaining: (fileIds, part, limit) => connection.read((db) => rowsContaining(db, { fileIds, part, limit })),
    sends: (entryIds) => connection.read((db) => sendsOf(db, entryIds)),
    payload: (entryId) => connection.read((db) => contentOf(db, entryId)),
    keysNear: (key) => connection.read((db) => keysNear(db, key)),
  };
}

/** SQL: the names of the resources that have keys. Jumps through the index from one to the next, however many keys there are. */
const resourcesWithKeys = `array(with recursive named (name) as (
    select min(resource) from keys
    union all
    select (select min(resource) from keys where resource > name) from named where name is not null)
  select name from named where name is not null)`;

// What the job calls so or stands there is meant before what only ends so.
async function filesCalled(db: Statements, name: string, path: string): Promise<readonly number[]> {
  const ends = (column: string) => `right(${column}, length(n.name) + 1) = '/' || n.name`;
  for (const condition of ["f.file = n.name or f.path = n.path", `${ends("f.file")} or ${ends("f.path")}`]) {
    const found = await db.all<{ id: number }>(
      `with called as (select f.id, f.run from files f, (select ?::text name, ?::text path) n where ${condition})
       select id from called where run = (select max(run) from called) order by id`,
      name,
      path,
    );
    if (found.length > 0) return found.map(({ id }) => id);
  }
  return [];
}

interface HistoryColumns extends RowColumns {
  readonly outcome: NonNullable<HistoryRow["outcome"]> | null;
  readonly problems: string | null;
}

// Lines ascend with the ids of a file's rows, which need not be without gaps.
async function rowAtLine(db: Statements, fileId: number, line: number): Promise<HistoryRow | undefined> {
  const [from, to] = rowRange(fileId);
  const lastUpTo = (id: number) =>
    db.one<{ id: number; line: number }>(
      "select id, line from rows where id >= ? and id <= ? order by id desc limit 1",
      from,
      id,
    );
  const last = await lastUpTo(to - 1);
  if (last === undefined) return undefined;
  const lastStartingAbove = async (bound: number) => {
    let low = from;
    let high = last.id;
    let found: { readonly id: number; readonly line: number } | undefined;
    while (low <= high) {
      const middle = low + Math.floor((high - low) / 2);
      const row = await lastUpTo(middle);
      if (row === undefined || row.line < bound) {
        found = row ?? found;
        low = middle + 1;
      } else high = row.id - 1;
    }
    return found;
  };
  const found = await lastStartingAbove(line + 1);
  if (found === undefined) return undefined;
  // Several rows may start on one line: the first of them is the one after those that start above it.
  const above = (await lastStartingAbove(found.line))?.id ?? from - 1;
  const columns = await db.one<HistoryColumns>(
    `select r.id, r.line, r.raw, r.fault, null group_key, null cells, r.outcome, r.problems from rows r
      where r.id > ? and r.id < ? order by r.id limit 1`,
    above,
    to,
  );
  return columns === undefined ? undefined : historyRow(columns);
}

function historyRow(columns: HistoryColumns): HistoryRow {
  const problems = decodeProblems(columns.problems);
  const fault = columns.fault === null ? [] : [decode<Problem>(columns.fault)];
  return {
    ...storedRow(columns),
    outcome: columns.outcome ?? undefined,
    problems: problems.length > 0 ? problems : fault,
  };
}

async function rowsContaining(
  db: Statements,
  { fileIds, part, limit }: { readonly fileIds: readonly number[]; readonly part: string; readonly limit: number },
): Promise<readonly StoredRow[]> {
  const found: StoredRow[] = [];
  for (const fileId of fileIds) {
    if (found.length >= limit) break;
    const rows = await db.all<RowColumns>(
      `${selectRow} where r.id >= ? and r.id < ? and strpos(r.raw, ?) > 0 order by r.id limit ?`,
      ...rowRange(fileId),
      part,
      limit - found.length,
    );
    found.push(...rows.map(storedRow));
  }
  return found;
}

interface SendColumns {
  readonly id: number;
  readonly run: number;
  readonly entry: number;
  readonly plan: Plan["kind"];
  readonly plan_remote_id: string | null;
  readonly hash: string;
  readonly sent_at_ms: number;
  readonly ended_at_ms: number | null;
  readonly result: SendResult | null;
  readonly http_status: number | null;
  readonly open: boolean;
}

async function sendsOf(db: Statements, entryIds: readonly number[]): Promise<readonly HistorySend[]> {
  const sends = await db.all<SendColumns>(
    `select id, run, entry, plan, plan_remote_id, hash, sent_at_ms, ended_at_ms, result, http_status, open
       from sends where entry = any(?)
         or (open and key in (select e.key from entries e where e.id = any(?))) order by id`,
    entryIds,
    entryIds,
  );
  const lookups = await lookupsOf(
    db,
    sends.map(({ id }) => id),
  );
  return sends.map((columns) => ({
    id: columns.id,
    run: columns.run,
    entryId: columns.entry,
    plan: planOf(columns.plan, columns.plan_remote_id),
    hash: columns.hash,
    sentAtMs: columns.sent_at_ms,
    endedAtMs: columns.ended_at_ms ?? undefined,
    result: columns.result ?? undefined,
    httpStatus: columns.http_status ?? undefined,
    isOpen: columns.open,
    lookups: lookups.get(columns.id) ?? [],
  }));
}

const neighbours = 50;

// Keys around this one and around its beginnings, in its own, upper and lower case, each once. A whole ledger of keys is too much
// to compare; which of these is nearest is for others to say.
async function keysNear(db: Statements, key: string): Promise<readonly string[]> {
  const starts = [...new Set([key, key.toUpperCase(), key.toLowerCase()].flatMap(beginnings))];
  const around = (comparison: string, order: string) =>
    `(select k.key from keys k where k.resource = r.resource and ${shortKey("k.key")} ${comparison} s.start order by ${shortKey("k.key")} ${order} limit ${neighbours})`;
  const found = await db.all<{ key: string }>(
    `select distinct near.key from unnest(${resourcesWithKeys}) r (resource), unnest(?::text[]) s (start),
       lateral (${around(">=", "asc")} union all ${around("<", "desc")}) near order by 1`,
    starts,
  );
  return found.map((each) => each.key);
}

// A letter that is wrong or missing early on sorts a key far from the one that was meant.
function beginnings(key: string): readonly string[] {
  return [key, key.slice(0, Math.ceil(key.length / 2)), key.slice(0, 1)];
}
