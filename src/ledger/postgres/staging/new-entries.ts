// Entries on their way into the ledger. Not here: what becomes of them (planning.ts), clashes (duplicates.ts).

import type { NewEntry } from "../../../model/ledger/entry.ts";
import type { Staging } from "../../../model/ledger/staging.ts";
import { boundedProblems, type Problem } from "../../../model/problem.ts";
import type { Phase } from "../../../model/resource.ts";
import type { RowRef } from "../../../model/row.ts";
import { decodeProblems } from "../../common/codec.ts";
import { rowId } from "../../common/row-id.ts";
import { encode, encodeList } from "../storage/codec.ts";
import type { Connection } from "../storage/connection.ts";
import { insertRows } from "../storage/insert-rows.ts";
import type { KeyName, Keys } from "../storage/keys.ts";
import { removalOf } from "../storage/remove-entries.ts";
import type { Statements } from "../storage/statements.ts";

/** The part of `Staging` that makes entries. */
export function openNewEntries(
  connection: Connection,
  keys: Keys,
): Pick<Staging, "addEntries" | "extendEntry" | "addProblems" | "counts" | "collapseIdentical"> {
  return {
    addEntries: (run, entries) => connection.write((db) => insertEntries(db, keys, run, entries)),
    async extendEntry(entryId, { rows = [], problems = [], rowsHash }) {
      await connection.write(async (db) => {
        await claimRows(db, entryId, rows);
        await addProblems(db, entryId, problems);
        if (rowsHash !== undefined) await db.run("update entries set rows_hash = ? where id = ?", rowsHash, entryId);
      });
    },
    async addProblems(entryId, problems) {
      await connection.write(async (db) => {
        await addProblems(db, entryId, problems);
        if (!problems.some(isError)) return;
        await db.run("update entries set outcome = 'invalid' where id = ? and outcome is null", entryId);
      });
    },
    counts: (run) =>
      connection.read((db) =>
        db.all<{ phase: Phase; entries: number; open: number }>(
          `select phase, count(*) entries, count(*) filter (where outcome is null) open from entries
            where run = ? group by phase order by phase`,
          run,
        ),
      ),
    collapseIdentical: (run) => connection.write(async (db) => (await db.one<{ n: number }>(collapse, run))?.n ?? 0),
  };
}

/** Adds to the problems an entry has. Only inside a write. */
export async function addProblems(db: Statements, entryId: number, problems: readonly Problem[]): Promise<void> {
  if (problems.length === 0) return;
  const had = await db.one<{ problems: string | null }>("select problems from entries where id = ?", entryId);
  if (had === undefined) throw new Error(`entry ${entryId} is not in the ledger`);
  const all = boundedProblems([...decodeProblems(had.problems), ...problems]);
  await db.run("update entries set problems = ? where id = ?", encode(all), entryId);
}

async function claimRows(db: Statements, entryId: number, rows: readonly RowRef[]): Promise<void> {
  const values = rows.map((row) => [rowId(row), entryId]);
  await insertRows(db, "entry_rows", claimTypes, values, "on conflict do nothing");
}

async function insertEntries(
  db: Statements,
  keys: Keys,
  run: number,
  entries: readonly NewEntry[],
): Promise<readonly number[]> {
  if (entries.length === 0) return [];
  if (entries.some(({ key, problems }) => key === undefined && !problems.some(isError)))
    throw new Error("an entry without a key must have an error that says so");
  const ids = await newIds(db, entries.length);
  const keyId = await keys.learn(db, keysOf(entries));
  const numbered = entries.map((entry, at) => ({ ...entry, id: ids[at] ?? 0 }));
  await insertRows(
    db,
    "entries",
    entryTypes,
    numbered.map((entry) => [
      entry.id,
      run,
      entry.resource,
      entry.phase,
      rowId(entry.position),
      entry.key === undefined ? null : keyId(entry.resource, entry.key),
      entry.hash,
      entry.rowsHash ?? null,
      entry.problems.some(isError) ? "invalid" : null,
      encodeList(entry.problems),
      entry.agreement ?? null,
      entry.currency?.code ?? null,
      entry.currency?.within ?? null,
    ]),
  );
  // What an earlier run left in doubt is resolved first, planned or not.
  await db.run(
    `update entries set ready = true where id = any(?) and exists (
       select 1 from sends s where s.key = entries.key and s.open)`,
    ids,
  );
  const ignoring = "on conflict do nothing";
  const kept = numbered.map(({ id, payload, clears, creationProblems }) => [
    id,
    encode(payload),
    Object.keys(clears).length === 0 ? null : encode(clears),
    encodeList(creationProblems),
  ]);
  await insertRows(db, "payloads", payloadTypes, kept);
  const rows = numbered.flatMap(({ id, rows }) => rows.map((row) => [rowId(row), id]));
  await insertRows(db, "entry_rows", claimTypes, rows, ignoring);
  const claimed = numbered.flatMap(({ id, resource, keys }) =>
    keys.map(({ key, path }) => [run, keyId(resource, key), id, path]),
  );
  await insertRows(db, "entry_keys", keyTypes, claimed, ignoring);
  const references = numbered.flatMap(({ id, references }) =>
    references.map(({ resource, key, path, fill }, ordinal) => [id, ordinal, path, keyId(resource, key), fill]),
  );
  await insertRows(db, "entry_references", referenceTypes, references);
  return ids;
}

const entryTypes = {
  id: "bigint",
  run: "bigint",
  resource: "text",
  phase: "text",
  position: "bigint",
  key: "bigint",
  hash: "text",
  rows_hash: "text",
  outcome: "text",
  problems: "text",
  agreement: "text",
  currency: "text",
  currency_scope: "text",
} as const;
const payloadTypes = { entry: "bigint", payload: "text", clears: "text", creation_problems: "text" } as const;
const claimTypes = { row: "bigint", entry: "bigint" } as const;
const keyTypes = { run: "bigint", key: "bigint", entry: "bigint", path: "text" } as const;
const referenceTypes = { entry: "bigint", ordinal: "bigint", path: "text", key: "bigint", fill: "boolean" } as const;

/** Ids that follow each other: nobody else writes this ledger. */
async function newIds(db: Statements, count: number): Promise<readonly number[]> {
  const found = await db.one<{ first: number }>(
    "select setval('entry_ids', first + ?::bigint - 1) - ?::bigint + 1 first from nextval('entry_ids') first",
    count,
    count,
  );
  if (found === undefined) throw new Error("the ledger gave no ids");
  return Array.from({ length: count }, (_, at) => found.first + at);
}

/** Every key of entries, in the order in which new ones get their ids. */
function* keysOf(entries: readonly NewEntry[]): Generator<KeyName> {
  for (const { resource, key } of entries) if (key !== undefined) yield { resource, key };
  for (const { resource, keys } of entries) for (const { key } of keys) yield { resource, key };
  for (const { references } of entries) yield* references;
}

function isError({ severity }: Problem): boolean {
  return severity === undefined;
}

// The first keeps its place and takes the rows of the others.
const collapse = `with collapsed as materialized (
    select id, kept from (
      select id, first_value(id) over (partition by key, hash order by position, id) kept
        from entries where run = ? and outcome is null) alike
     where id <> kept),
  taken_over as (
    insert into entry_rows (row, entry)
      select er.row, c.kept from collapsed c join entry_rows er on er.entry = c.id on conflict do nothing),
  ${removalOf("id in (select id from collapsed)")}`;
