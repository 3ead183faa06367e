// The ledger as `explain` sees it: single entries and rows by key, file and line. Every question is answered through an
// index: by the keys of a run, by row id, by entry. Not here: whole runs (results.ts).

import type { EntryHistory, HistoryPayload, HistoryRow } from "../../model/ledger/entry-history.ts";
import type { Problem } from "../../model/problem.ts";
import { decode, decodeProblems } from "../common/codec.ts";
import { type EntryColumns, entryOf, selectEntry } from "../common/history-entry.ts";
import { rowId, rowRange } from "../common/row-id.ts";
import { type RowColumns, storedRow } from "../common/stored-row.ts";
import { sendsOf } from "./entry-sends.ts";
import { keysNear } from "./keys-near.ts";
import { resourcesWithKeys } from "./resources-with-keys.ts";
import type { Connection } from "./storage/connection.ts";
import { filesById } from "./storage/files.ts";
import { payloadText, rowText } from "./storage/kept-texts.ts";
import { selectRow } from "./storage/stored-row.ts";

/** The history of entries on a connection. */
export function openEntryHistory(connection: Connection): EntryHistory {
  return {
    async entriesWithKey(key, limit) {
      return connection.read(() => {
        const resources = resourcesWithKeys(connection);
        return connection
          .all<EntryColumns>(
            `${selectEntry} where e.id in (
               select ek.entry from keys k cross join runs r cross join entry_keys ek
                where k.resource in (${resources.map(() => "?").join(", ")}) and k.key = ?
                  and ek.run = r.id and ek.key = k.id)
             order by e.run desc, e.position, e.id limit ?`,
            ...resources,
            key,
            limit,
          )
          .map(entryOf);
      });
    },
    async entriesOfRow(row, limit) {
      return connection.read(() =>
        connection
          .all<EntryColumns>(
            `${selectEntry} where e.id in (select entry from entry_rows where row = ?) order by e.position, e.id limit ?`,
            rowId(row),
            limit,
          )
          .map(entryOf),
      );
    },
    async filesCalled(name, path) {
      const ids = connection.read(() => filesCalled(connection, name, path));
      return filesById(connection, ids);
    },
    async rowAtLine(fileId, line) {
      return connection.read(() => rowAtLine(connection, fileId, line));
    },
    async rowsContaining(fileIds, part, limit) {
      return connection.read(() =>
        fileIds
          .flatMap((fileId) =>
            connection.all<RowColumns>(
              `${selectRow} where r.id >= ? and r.id < ? and instr(${rowText("r")}, ?) > 0 order by r.id limit ?`,
              ...rowRange(fileId),
              part,
              limit,
            ),
          )
          .slice(0, limit)
          .map(storedRow),
      );
    },
    async sends(entryIds) {
      return connection.read(() => sendsOf(connection, entryIds));
    },
    async payload(entryId) {
      return connection.read(() => payload(connection, entryId));
    },
    async keysNear(key) {
      return connection.read(() => keysNear(connection, key));
    },
  };
}

// What the job calls so or stands there is meant before what only ends so.
function filesCalled(connection: Connection, name: string, path: string): readonly number[] {
  const exact = "file = ? or json_extract(info, '$.path') = ?";
  const ending =
    "substr(file, -length(?) - 1) = '/' || ? or substr(json_extract(info, '$.path'), -length(?) - 1) = '/' || ?";
  for (const { condition, parameters } of [
    { condition: exact, parameters: [name, path] },
    { condition: ending, parameters: [name, name, name, name] },
  ]) {
    const found = connection.all<{ id: number }>(
      `select id from files where (${condition}) and run = (select max(run) from files where ${condition}) order by id`,
      ...parameters,
      ...parameters,
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
function rowAtLine(connection: Connection, fileId: number, line: number): HistoryRow | undefined {
  const [from, to] = rowRange(fileId);
  const lastUpTo = (id: number) =>
    connection.one<{ id: number; line: number }>(
      "select id, line from rows where id >= ? and id <= ? order by id desc limit 1",
      from,
      id,
    );
  const last = lastUpTo(to - 1);
  if (last === undefined) return undefined;
  const lastStartingAbove = (bound: number): { readonly id: number; readonly line: number } | undefined => {
    let low = from;
    let high = last.id;
    let found: { readonly id: number; readonly line: number } | undefined;
    while (low <= high) {
      const middle = low + Math.floor((high - low) / 2);
      const row = lastUpTo(middle);
      if (row === undefined || row.line < bound) {
        found = row ?? found;
        low = middle + 1;
      } else high = row.id - 1;
    }
    return found;
  };
  const found = lastStartingAbove(line + 1);
  if (found === undefined) return undefined;
  // Several rows may start on one line: the first of them is the one after those that start above it.
  const above = lastStartingAbove(found.line)?.id ?? from - 1;
  const first = connection.one<{ id: number }>("select min(id) id from rows where id > ? and id < ?", above, to);
  return first === undefined ? undefined : historyRow(connection, first.id);
}

function historyRow(connection: Connection, id: number): HistoryRow | undefined {
  const columns = connection.one<HistoryColumns>(
    `select r.id, r.line, ${rowText("r")} raw, r.fault, null group_key, null cells, r.outcome, r.problems from rows r where r.id = ?`,
    id,
  );
  if (columns === undefined) return undefined;
  const problems = decodeProblems(columns.problems);
  const fault = columns.fault === null ? [] : [decode<Problem>(columns.fault)];
  return {
    ...storedRow(columns),
    outcome: columns.outcome ?? undefined,
    problems: problems.length > 0 ? problems : fault,
  };
}

function payload(connection: Connection, entryId: number): HistoryPayload | undefined {
  const columns = connection.one<{ payload: string | null; clears: string | null }>(
    `select ${payloadText} payload, p.clears from entries e left join payloads p on p.entry = e.id where e.id = ?`,
    entryId,
  );
  return columns === undefined || columns.payload === null
    ? undefined
    : {
        payload: decode<HistoryPayload["payload"]>(columns.payload),
        clears: columns.clears === null ? {} : decode<HistoryPayload["clears"]>(columns.clears),
      };
}
