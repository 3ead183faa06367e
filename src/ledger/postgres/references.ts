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
import { rowsPerFile } from "../common/row-id.ts";
import { encode } from "./storage/codec.ts";
import type { Connection } from "./storage/connection.ts";
import type { Keys } from "./storage/keys.ts";
import { pagesByPosition, type QueuedColumns, queuedEntry, selectQueued } from "./storage/queued-entry.ts";
import { remember } from "./storage/remember.ts";
import type { Statements } from "./storage/statements.ts";

/** The part of `Queue` that is about references and what exists. */
export function openReferences(
  connection: Connection,
  keys: Keys,
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
  const worklists = numberedLists();
  return {
    async remember(run, resource, records) {
      await connection.write((db) => rememberRecords(db, keys, { run, resource, records }));
    },
    recall: (run, resource, asked) =>
      connection.read(async (db) => {
        const idOf = await keys.find(db, namesOf(resource, asked));
        // The record itself before those that merely answer to the key.
        const found = await db.all<{ key: number; role: RemoteKey["role"]; remoteId: string }>(
          `select key, role, remote_id "remoteId" from remembered where run = ? and key = any(?)
            order by role <> 'own', role, remote_id`,
          run,
          asked.flatMap((key) => idOf(resource, key) ?? []),
        );
        return asked.flatMap((key) =>
          found.filter((each) => each.key === idOf(resource, key)).map((each) => ({ ...each, key })),
        );
      }),
    seenRows: (resource, asked) =>
      connection.read(async (db) => {
        const idOf = await keys.find(db, namesOf(resource, asked));
        const seen = await db.all<{ key: number; remoteId: string; row: string }>(
          `select s.key, s.remote_id "remoteId", s.row from seen_rows s where s.key = any(?) order by s.remote_id`,
          asked.flatMap((key) => idOf(resource, key) ?? []),
        );
        return asked.flatMap((key) =>
          seen
            .filter((each) => each.key === idOf(resource, key))
            .map(({ remoteId, row }) => ({ key, remoteId, row: decode<JsonObject>(row) })),
        );
      }),
    seenRecord: (resource, remoteId) =>
      connection.read(async (db) => {
        const seen = await db.one<{ row: string }>(
          "select s.row from seen_rows s join keys k on k.id = s.key where s.remote_id = ? and k.resource = ? limit 1",
          remoteId,
          resource,
        );
        return seen === undefined ? undefined : decode<JsonObject>(seen.row);
      }),
    lastSendMs: (run) =>
      connection.read(async (db) => {
        const last = await db.one<{ ms: number | null }>(
          `select max(ms) ms from (select coalesce(ended_at_ms, sent_at_ms) ms from sends
             where run = (select max(run) from sends where run < ?) order by id desc limit 100) newest`,
          run,
        );
        return last?.ms ?? undefined;
      }),
    async forgetRows(entryIds) {
      await connection.write((db) =>
        db.run("delete from seen_rows where key in (select key from entries where id = any(?))", entryIds),
      );
    },
    unknownReferences: (run, phase, size) => unknownReferences(connection, worklists(), { run, phase, size }),
    openReferences: (run, phase) => entriesWithOpenReferences(connection, run, phase),
    fills: (entryId) => connection.read((db) => fills(db, entryId)),
  };
}

/** A number for each list of keys that is under way. */
function numberedLists(): () => number {
  let lists = 0;
  return () => {
    lists += 1;
    return lists;
  };
}

function namesOf(resource: ReferableName, keys: readonly string[]) {
  return keys.map((key) => ({ resource, key }));
}

const keepRows = `insert into seen_rows (key, remote_id, row)
  select n.key, n.remote_id, n.row from unnest(?::bigint[], ?::text[], ?::text[]) n (key, remote_id, row)
   where exists (select 1 from entry_keys ek join entries e on e.id = ek.entry
     where ek.run = ? and ek.key = n.key and e.key = ek.key and e.outcome is null)
  on conflict (key, remote_id) do update set row = excluded.row`;

async function rememberRecords(
  db: Statements,
  keys: Keys,
  {
    run,
    resource,
    records,
  }: {
    readonly run: number;
    readonly resource: ReferableName;
    readonly records: Parameters<Queue["remember"]>[2];
  },
): Promise<void> {
  const idOf = await keys.learn(
    db,
    records.flatMap((record) => record.keys.map(({ key }) => ({ resource, key }))),
  );
  const known = records.flatMap(({ remoteId, keys }) =>
    keys.map(({ key, role }) => ({ key: idOf(resource, key), role, remoteId })),
  );
  await remember(db, run, known);
  const rows = new Map<string, { readonly key: number; readonly remoteId: string; readonly row: string }>();
  for (const { remoteId, keys, row } of records) {
    if (row === undefined) continue;
    for (const { key, role } of keys) {
      const id = idOf(resource, key);
      if (role === "own") rows.set(`${id} ${remoteId}`, { key: id, remoteId, row: encode(row) });
    }
  }
  const shown = [...rows.values()];
  if (shown.length === 0) return;
  await db.run(
    keepRows,
    shown.map(({ key }) => key),
    shown.map(({ remoteId }) => remoteId),
    shown.map(({ row }) => row),
    run,
  );
}

/** SQL: `er`, a reference of the entry `e`, is satisfied by nothing known. Its own keys are there for it, but no id that it would have to send before it has one. */
export const isOpenReference = `not exists (select 1 from remembered m where m.run = e.run and m.key = er.key)
  and not exists (select 1 from accepted a where a.key = er.key)
  and not exists (
    select 1 from entry_keys ek join entries x on x.id = ek.entry
     where ek.run = e.run and ek.key = er.key
       and ((x.id = e.id and not er.fill and not (er.key = e.key and er.path like 'kit_items%')) or x.outcome in ('accepted', 'unchanged', 'skipped')))`;

// One remote id is to be filled in and several records have the key: to take one of them would be a guess. The record
// itself comes before those that merely answer to the key, as in `recall`.
const candidates = `from remembered m where m.run = e.run and m.key = er.key
  and (m.role = 'own' or not exists (select 1 from remembered o where o.run = m.run and o.key = m.key and o.role = 'own'))`;
const isAmbiguous = `er.fill and (select count(distinct m.remote_id) ${candidates}) > 1`;

async function* unknownReferences(
  connection: Connection,
  list: number,
  { run, phase, size }: { readonly run: number; readonly phase: Phase; readonly size: number },
): AsyncGenerator<{ readonly resource: ReferableName; readonly keys: readonly string[] }> {
  await connection.write((db) =>
    db.run(
      `insert into worklist (list, resource, key) select distinct ?::bigint, k.resource, er.key
         from entries e join entry_references er on er.entry = e.id join keys k on k.id = er.key
        where e.run = ? and e.phase = ? and e.outcome is null and ${isOpenReference}`,
      list,
      run,
      phase,
    ),
  );
  try {
    for (let after = { resource: "", id: 0 }; ; ) {
      const { resource, id } = after;
      const page = await connection.read((db) =>
        db.all<{ resource: ReferableName; id: number; key: string }>(
          `select w.resource, w.key id, k.key from worklist w join keys k on k.id = w.key
            where w.list = ? and (w.resource, w.key) > (?, ?) order by w.resource, w.key limit ?`,
          list,
          resource,
          id,
          size,
        ),
      );
      const ofFirst = page.filter((each) => each.resource === page[0]?.resource);
      const last = ofFirst.at(-1);
      if (last === undefined) return;
      yield { resource: last.resource, keys: ofFirst.map(({ key }) => key) };
      after = last;
    }
  } finally {
    await connection.write((db) => db.run("delete from worklist where list = ?", list));
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
    { run, phase, size: entriesPerPage },
  );
  for await (const page of pages) {
    const ids = page.map(({ id }) => id);
    const open = await connection.read((db) => db.all<ReferenceColumns>(openOnes, ids));
    yield page.map((columns) => ({
      entry: queuedEntry(columns),
      references: open.filter(({ entry }) => entry === columns.id).map(openReference),
    }));
  }
}

interface ReferenceColumns {
  readonly entry: number;
  readonly path: string;
  readonly resource: ReferableName;
  readonly key: string;
  readonly fill: boolean;
  /** Remote ids; null unless ambiguous. */
  readonly several: readonly string[] | null;
  /** Who claims the key in the run; null where nobody does. */
  readonly claimer: number | null;
  readonly outcome: Outcome | null;
  readonly line: number | null;
  readonly file: string | null;
}

// Where several entries claim the key, one that is still open says more than one that failed.
const openOnes = `select er.entry, er.path, k.resource, k.key, er.fill,
    case when ${isAmbiguous} then (select array_agg(distinct m.remote_id) ${candidates}) end several,
    claimer.id claimer, claimer.outcome, r.line, f.file
  from entry_references er join entries e on e.id = er.entry join keys k on k.id = er.key
  left join lateral (select c.id, c.outcome, c.position from entry_keys ck join entries c on c.id = ck.entry
    where ck.run = e.run and ck.key = er.key order by c.outcome is not null, c.position limit 1) claimer on true
  left join rows r on r.id = claimer.position left join files f on f.id = claimer.position / ${rowsPerFile}
 where er.entry = any(?) and (${isOpenReference} or ${isAmbiguous}) order by er.entry, er.ordinal`;

function openReference(columns: ReferenceColumns): OpenReference {
  const { path, resource, key, fill, several, claimer, outcome, line, file } = columns;
  return {
    path,
    resource,
    key,
    fill,
    ...(several === null ? {} : { several }),
    inRun:
      claimer === null
        ? { state: "absent" }
        : {
            state: outcome === null ? "open" : "failed",
            outcome: outcome ?? undefined,
            line: line ?? 0,
            file: file ?? "",
          },
  };
}

// What the run remembers before what earlier runs had accepted, the record itself before a variant. A run in which everything is
// unchanged asks nothing; what an earlier one saw is then what its entries were sent with.
const selectFills = `select er.path, k.key name, coalesce(
    (select m.remote_id from remembered m where m.run = e.run and m.key = er.key order by m.role <> 'own', m.role, m.remote_id limit 1),
    (select a.remote_id from accepted a where a.key = er.key order by a.role limit 1),
    (select m.remote_id from remembered m where m.key = er.key order by m.run desc, m.role <> 'own' limit 1)) "remoteId"
  from entry_references er join entries e on e.id = er.entry join keys k on k.id = er.key
 where er.entry = ? and er.fill order by er.ordinal`;

async function fills(db: Statements, entryId: number): Promise<Readonly<Record<string, string>>> {
  const found = await db.all<{ path: string; name: string; remoteId: string | null }>(selectFills, entryId);
  return Object.fromEntries(
    found.map(({ path, name, remoteId }) => {
      if (remoteId === null) throw new Error(`no remote id is known for "${name}" at ${path} of entry ${entryId}`);
      return [path, remoteId];
    }),
  );
}
