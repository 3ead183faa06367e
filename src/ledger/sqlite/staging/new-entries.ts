// Entries on their way into the ledger. Not here: what becomes of them (queue.ts), clashes (duplicates.ts).

import type { NewEntry } from "../../../model/ledger/entry.ts";
import type { Staging } from "../../../model/ledger/staging.ts";
import { boundedProblems, type Problem } from "../../../model/problem.ts";
import type { Phase } from "../../../model/resource.ts";
import type { RowRef } from "../../../model/row.ts";
import { decodeProblems } from "../../common/codec.ts";
import { rowId } from "../../common/row-id.ts";
import { encode, encodeList } from "../storage/codec.ts";
import type { Connection } from "../storage/connection.ts";
import { insertRows, type Value } from "../storage/insert-rows.ts";
import type { KeptTexts } from "../storage/kept-texts.ts";
import type { KeyName, Keys } from "../storage/keys.ts";

/** The part of `Staging` that makes entries. `keepsPayloads` says of which phases they are read again. */
export function openNewEntries(
  connection: Connection,
  keys: Keys,
  texts: KeptTexts,
  keepsPayloads: (phase: Phase) => boolean,
): Pick<Staging, "addEntries" | "extendEntry" | "addProblems" | "counts" | "collapseIdentical"> {
  const insert = openInserts(connection, keys, texts, keepsPayloads);
  return {
    async addEntries(run, entries) {
      const weight = entries.reduce((sum, { rows, references }) => sum + 4 + rows.length + references.length, 0);
      return connection.write(() => insert(run, entries), weight);
    },
    async extendEntry(entryId, { rows = [], problems = [], rowsHash }) {
      connection.write(() => {
        claimRows(connection, entryId, rows);
        addProblems(connection, entryId, problems);
        if (rowsHash !== undefined) connection.run("update entries set rows_hash = ? where id = ?", rowsHash, entryId);
      }, rows.length + 1);
    },
    async addProblems(entryId, problems) {
      connection.write(() => {
        addProblems(connection, entryId, problems);
        if (!problems.some(isError)) return;
        connection.run("update entries set outcome = 'invalid' where id = ? and outcome is null", entryId);
      });
    },
    async counts(run) {
      return connection.read(() =>
        connection.all(
          "select phase, count(*) entries, sum(outcome is null) open from entries where run = ? group by phase",
          run,
        ),
      );
    },
    async collapseIdentical(run) {
      return connection.write(() => collapseIdentical(connection, run));
    },
  };
}

/** Adds to the problems an entry has. Only inside a write. */
export function addProblems(connection: Connection, entryId: number, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const had = connection.one<{ problems: string | null }>("select problems from entries where id = ?", entryId);
  if (had === undefined) throw new Error(`entry ${entryId} is not in the ledger`);
  const added = JSON.stringify(problems);
  const mayBeFew = (had.problems?.length ?? 0) + added.length < fewCharacters;
  const all =
    mayBeFew && had.problems !== null
      ? `${had.problems.slice(0, -1)},${added.slice(1)}`
      : JSON.stringify(boundedProblems([...decodeProblems(had.problems), ...problems]));
  connection.run("update entries set problems = ? where id = ?", all, entryId);
}

// The shortest problem that there is has more than thirty characters: in so much text there are never too many.
const fewCharacters = 30_000;

function claimRows(connection: Connection, entryId: number, rows: readonly RowRef[]): void {
  for (const row of rows) {
    connection.run("insert or ignore into entry_rows (row, entry) values (?, ?)", rowId(row), entryId);
  }
}

/** Puts batches of entries into their tables. */
function openInserts(connection: Connection, keys: Keys, texts: KeptTexts, keepsPayloads: (phase: Phase) => boolean) {
  const always = "id, run, resource, phase, position, key, hash, rows_hash";
  const insertPlain = insertRows(connection, `into entries (${always})`, 8);
  const insertOther = insertRows(
    connection,
    `into entries (${always}, outcome, ready, problems, agreement, currency, currency_scope)`,
    14,
  );
  const insertPayloads = insertRows(connection, "into payloads (entry, payload, clears, creation_problems)", 4);
  const insertRowsOf = insertRows(connection, "or ignore into entry_rows (row, entry)", 2);
  const insertKeys = insertRows(connection, "or ignore into entry_keys (run, key, entry, path)", 4);
  const insertReferences = insertRows(connection, "into entry_references (entry, ordinal, path, key, fill)", 5);

  return (run: number, entries: readonly NewEntry[]): readonly number[] => {
    const newest = connection.one<{ id: number | null }>("select max(id) id from entries")?.id ?? 0;
    const last = Math.max(newest, texts.lastEntry());
    // What an earlier run left in doubt is resolved first, planned or not.
    const mayBeInDoubt = connection.one("select 1 from sends where open = 1 limit 1") !== undefined;
    keys.learn(keysOf(entries));
    const plain: Value[] = [];
    const other: Value[] = [];
    const rows: Value[] = [];
    const claimed: Value[] = [];
    const references: Value[] = [];
    const ids = entries.map((entry, at) => {
      const id = last + 1 + at;
      const isInvalid = entry.problems.some(isError);
      if (entry.key === undefined && !isInvalid)
        throw new Error("an entry without a key must have an error that says so");
      const key = entry.key === undefined ? null : keys.id(entry.resource, entry.key);
      const { resource, phase, position, hash, rowsHash = null, problems, agreement = null, currency } = entry;
      const isReady = mayBeInDoubt && isInDoubt(connection, key);
      const isPlain = problems.length === 0 && !isReady && agreement === null && currency === undefined;
      (isPlain ? plain : other).push(id, run, resource, phase, rowId(position), key, hash, rowsHash);
      if (!isPlain) {
        const { code = null, within = null } = currency ?? {};
        other.push(isInvalid ? "invalid" : null, isReady ? 1 : 0, encodeList(problems), agreement, code, within);
      }
      for (const row of entry.rows) rows.push(rowId(row), id);
      for (const { key, path } of entry.keys) claimed.push(run, keys.id(resource, key), id, path);
      for (const [ordinal, { resource, key, path, fill }] of entry.references.entries())
        references.push(id, ordinal, path, keys.id(resource, key), fill ? 1 : 0);
      return id;
    });
    insertPlain(plain);
    insertOther(other);
    insertPayloads(payloadValues(entries, ids, { texts, keepsPayloads }));
    insertRowsOf(rows);
    insertKeys(claimed);
    insertReferences(references);
    return ids;
  };
}

/** Every key of entries, in the order in which new ones get their ids. */
function* keysOf(entries: readonly NewEntry[]): Generator<KeyName> {
  for (const { resource, key } of entries) if (key !== undefined) yield { resource, key };
  for (const { resource, keys } of entries) for (const { key } of keys) yield { resource, key };
  for (const { references } of entries) yield* references;
}

/** Puts payloads into blocks if they can be there; gives the values of what else is kept of them. */
function payloadValues(
  entries: readonly NewEntry[],
  ids: readonly number[],
  { texts, keepsPayloads }: { readonly texts: KeptTexts; readonly keepsPayloads: (phase: Phase) => boolean },
): readonly Value[] {
  const inBlocks = isInOrder(entries);
  if (inBlocks) {
    texts.addPayloads(
      entries.flatMap(({ phase, payload }, at) =>
        keepsPayloads(phase) ? [{ id: ids[at] ?? 0, text: JSON.stringify(payload) }] : [],
      ),
    );
  }
  return entries.flatMap(({ phase, payload, clears, creationProblems }, at) => {
    const kept = inBlocks || !keepsPayloads(phase) ? "" : JSON.stringify(payload);
    const cleared = Object.keys(clears).length === 0 ? null : encode(clears);
    const needed = encodeList(creationProblems);
    return kept === "" && cleared === null && needed === null ? [] : [ids[at] ?? 0, kept, cleared, needed];
  });
}

// They are sent in the order of their positions: of others a block would be unpacked for each.
function isInOrder(entries: readonly NewEntry[]): boolean {
  return entries.every(({ position }, at) => {
    const before = entries[at - 1]?.position;
    return before === undefined || rowId(before) <= rowId(position);
  });
}

function isInDoubt(connection: Connection, key: number | null): boolean {
  return connection.one("select 1 from sends where key = ? and open = 1", key) !== undefined;
}

function isError({ severity }: Problem): boolean {
  return severity === undefined;
}

// The first keeps its place and takes the rows of the others.
function collapseIdentical(connection: Connection, run: number): number {
  connection.script("create temp table if not exists collapsed (entry integer primary key, kept integer not null)");
  connection.run("delete from collapsed");
  const { changes } = connection.run(
    `insert into collapsed (entry, kept)
     select id, kept from (
       select id, first_value(id) over (partition by key, hash order by position, id) kept
         from entries where run = ? and outcome is null and key in (
           select key from entry_keys where run = ? group by key having min(entry) <> max(entry)))
      where id <> kept`,
    run,
    run,
  );
  if (changes === 0) return 0;
  connection.run(
    `insert or ignore into entry_rows (row, entry)
     select er.row, c.kept from collapsed c join entry_rows er on er.entry = c.entry`,
  );
  connection.run("delete from entries where id in (select entry from collapsed)");
  return changes;
}
