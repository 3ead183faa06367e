// References: what the account is known to have, which references it satisfies, and the remote ids they stand for.
// Not here: what becomes of an entry whose references are open (dispatch).
//
// A reference is satisfied when its key is remembered in the run, accepted in any run, an entry's own, or claimed by an
// entry of the run that made it.

import type { JsonObject } from "../../model/json.ts";
import type { QueuedEntry } from "../../model/ledger/entry.ts";
import type { OpenReference, Queue } from "../../model/ledger/queue.ts";
import type { Outcome } from "../../model/outcome.ts";
import type { Phase, ReferableName, RemoteKey } from "../../model/resource.ts";
import { decode } from "../common/codec.ts";
import { rowRef } from "../common/row-id.ts";
import type { Connection } from "./storage/connection.ts";
import type { Keys } from "./storage/keys.ts";
import { pagesByPosition, type QueuedColumns, queuedEntry, selectQueued } from "./storage/queued-entry.ts";
import { remember } from "./storage/remember.ts";
import type { Worklists } from "./storage/worklist.ts";

/** The part of `Queue` that is about references and what exists. */
export function openReferences(
  connection: Connection,
  keys: Keys,
  worklists: Worklists,
): Pick<
  Queue,
  | "remember"
  | "recall"
  | "seenRows"
  | "seenRecord"
  | "forgetRows"
  | "lastSendMs"
  | "unknownReferences"
  | "openReferences"
  | "fills"
> {
  return {
    async remember(run, resource, records) {
      connection.write(() => {
        for (const record of records) {
          for (const { key, role } of record.keys) {
            remember(connection, run, keys.id(resource, key), role, record.remoteId);
            if (role === "own" && record.row !== undefined)
              connection.run(keepRow, record.remoteId, JSON.stringify(record.row), run, keys.id(resource, key));
          }
        }
      }, records.length);
    },
    async recall(run, resource, asked) {
      return connection.read(() =>
        asked.flatMap((key) => {
          const id = keys.find(resource, key);
          return id === undefined ? [] : recall(connection, run, id).map((found) => ({ key, ...found }));
        }),
      );
    },
    async seenRows(resource, asked) {
      return connection.read(() =>
        asked.flatMap((key) => {
          const id = keys.find(resource, key);
          if (id === undefined) return [];
          return connection
            .all<{ remoteId: string; row: string }>("select remote_id remoteId, row from seen_rows where key = ?", id)
            .map(({ remoteId, row }) => ({ key, remoteId, row: decode<JsonObject>(row) }));
        }),
      );
    },
    async seenRecord(resource, remoteId) {
      const seen = connection.read(() =>
        connection.one<{ row: string }>(
          "select s.row from seen_rows s join keys k on k.id = s.key where s.remote_id = ? and k.resource = ?",
          remoteId,
          resource,
        ),
      );
      return seen === undefined ? undefined : decode<JsonObject>(seen.row);
    },
    async lastSendMs(run) {
      const last = connection.read(() =>
        connection.one<{ ms: number | null }>(
          `select max(ms) ms from (select coalesce(ended_at_ms, sent_at_ms) ms from sends
             where run = (select max(run) from sends where run < ?) order by id desc limit 100)`,
          run,
        ),
      );
      return last?.ms ?? undefined;
    },
    async forgetRows(entryIds) {
      connection.write(() => {
        connection.run(
          `delete from seen_rows where key in
            (select key from entries where id in (select value from json_each(?)))`,
          JSON.stringify(entryIds),
        );
      });
    },
    unknownReferences: (run, phase, size) => unknownReferences(worklists, run, phase, size),
    openReferences: (run, phase) => entriesWithOpenReferences(connection, run, phase),
    async fills(entryId) {
      return connection.read(() => fills(connection, entryId));
    },
  };
}

const keepRow = `insert or replace into seen_rows (key, remote_id, row)
  select e.key, ?, ? from entry_keys ek join entries e on e.id = ek.entry
   where ek.run = ? and ek.key = ? and e.key = ek.key and e.outcome is null limit 1`;

interface Known {
  readonly role: RemoteKey["role"];
  readonly remoteId: string;
}

// The record itself before those that merely answer to the key.
function recall(connection: Connection, run: number, key: number): readonly Known[] {
  return connection.all<Known>(
    "select role, remote_id remoteId from remembered where run = ? and key = ? order by role <> 'own', role, remote_id",
    run,
    key,
  );
}

/** What earlier runs had accepted under the key, the record itself before a variant. */
function accepted(connection: Connection, key: number): Known | undefined {
  return connection.one<Known>(
    "select role, remote_id remoteId from accepted where key = ? order by role limit 1",
    key,
  );
}

/** SQL: `er`, a reference of the entry `e`, is satisfied by nothing known. Its own keys are there for it, but no id that it would have to send before it has one. */
export const isOpenReference = `not exists (select 1 from remembered m where m.run = e.run and m.key = er.key)
  and not exists (select 1 from accepted a where a.key = er.key)
  and not exists (
    select 1 from entry_keys ek join entries x on x.id = ek.entry
     where ek.run = e.run and ek.key = er.key
       and ((x.id = e.id and er.fill = 0 and not (er.key = e.key and er.path like 'kit_items%')) or x.outcome in ('accepted', 'unchanged', 'skipped')))`;

// One remote id is to be filled in and several records have the key: to take one of them would be a guess. The record
// itself comes before those that merely answer to the key, as in `recall`.
const candidates = `from remembered m where m.run = e.run and m.key = er.key
  and (m.role = 'own' or not exists (select 1 from remembered o where o.run = m.run and o.key = m.key and o.role = 'own'))`;
const isAmbiguous = `er.fill = 1 and (select count(distinct m.remote_id) ${candidates}) > 1`;

async function* unknownReferences(
  worklists: Worklists,
  run: number,
  phase: Phase,
  size: number,
): AsyncGenerator<{ readonly resource: ReferableName; readonly keys: readonly string[] }> {
  const list = worklists.fill(
    `select distinct k.resource, er.key
       from entries e join entry_references er on er.entry = e.id join keys k on k.id = er.key
      where e.run = ? and e.phase = ? and e.outcome is null and ${isOpenReference}`,
    run,
    phase,
  );
  try {
    yield* list.batches(size);
  } finally {
    list.drop();
  }
}

const entriesPerPage = 200;

async function* entriesWithOpenReferences(
  connection: Connection,
  run: number,
  phase: Phase,
): AsyncGenerator<readonly { readonly entry: QueuedEntry; readonly references: readonly OpenReference[] }[]> {
  const pages = pagesByPosition<QueuedColumns>(
    connection,
    `${selectQueued()} where e.run = ? and e.phase = ? and e.outcome is null
       and exists (select 1 from entry_references er where er.entry = e.id and (${isOpenReference} or ${isAmbiguous}))`,
    run,
    phase,
    entriesPerPage,
  );
  for (const page of pages) {
    yield connection.read(() =>
      page.map((columns) => ({ entry: queuedEntry(columns), references: openOnes(connection, run, columns.id) })),
    );
  }
}

interface ReferenceColumns {
  readonly path: string;
  readonly resource: ReferableName;
  readonly key: string;
  readonly key_id: number;
  readonly fill: number;
  /** A JSON list of remote ids; null unless ambiguous. */
  readonly several: string | null;
}

function openOnes(connection: Connection, run: number, entryId: number): readonly OpenReference[] {
  return connection
    .all<ReferenceColumns>(
      `select er.path, k.resource, k.key, er.key key_id, er.fill,
              case when ${isAmbiguous} then (select json_group_array(distinct m.remote_id) ${candidates}) end several
         from entry_references er join entries e on e.id = er.entry join keys k on k.id = er.key
        where er.entry = ? and (${isOpenReference} or ${isAmbiguous}) order by er.ordinal`,
      entryId,
    )
    .map(({ path, resource, key, key_id, fill, several }) => ({
      path,
      resource,
      key,
      fill: fill === 1,
      ...(several === null ? {} : { several: JSON.parse(several) as readonly string[] }),
      inRun: stateInRun(connection, run, key_id),
    }));
}

// Where several entries claim the key, one that is still open says more than one that failed.
function stateInRun(connection: Connection, run: number, key: number): OpenReference["inRun"] {
  const entry = connection.one<{ outcome: Outcome | null; position: number; line: number | null }>(
    `select e.outcome, e.position, r.line
       from entry_keys ek join entries e on e.id = ek.entry left join rows r on r.id = e.position
      where ek.run = ? and ek.key = ? order by e.outcome is not null, e.position limit 1`,
    run,
    key,
  );
  if (entry === undefined) return { state: "absent" };
  const { file: fileId } = rowRef(entry.position);
  const file = connection.one<{ file: string }>("select file from files where id = ?", fileId)?.file ?? "";
  return {
    state: entry.outcome === null ? "open" : "failed",
    outcome: entry.outcome ?? undefined,
    line: entry.line ?? 0,
    file,
  };
}

function fills(connection: Connection, entryId: number): Readonly<Record<string, string>> {
  const references = connection.all<{ path: string; key: number; run: number; name: string }>(
    `select er.path, er.key, e.run, k.key name
       from entry_references er join entries e on e.id = er.entry join keys k on k.id = er.key
      where er.entry = ? and er.fill = 1 order by er.ordinal`,
    entryId,
  );
  return Object.fromEntries(
    references.map(({ path, key, run, name }) => {
      const found = recall(connection, run, key)[0] ?? accepted(connection, key) ?? lastRemembered(connection, key);
      if (found === undefined) throw new Error(`no remote id is known for "${name}" at ${path} of entry ${entryId}`);
      return [path, found.remoteId];
    }),
  );
}

// A run in which everything is unchanged asks nothing; what an earlier one saw is then what its entries were sent with.
function lastRemembered(connection: Connection, key: number): Known | undefined {
  return connection.one<Known>(
    "select role, remote_id remoteId from remembered where key = ? order by run desc, role <> 'own' limit 1",
    key,
  );
}
