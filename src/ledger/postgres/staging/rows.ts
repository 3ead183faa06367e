// Rows of files: adding them, giving those without an entry their outcome, reading them back one by one or by entry.
// Not here: scattered groups (groups.ts), rows as results (result-rows.ts).

import { createHash } from "node:crypto";
import type { StoredRow } from "../../../model/ledger/rows.ts";
import type { Staging } from "../../../model/ledger/staging.ts";
import type { RowRef } from "../../../model/row.ts";
import { rowId, rowRange, rowRef } from "../../common/row-id.ts";
import { type RowColumns, storedRow } from "../../common/stored-row.ts";
import { encodeList, encodeMaybe } from "../storage/codec.ts";
import type { Connection } from "../storage/connection.ts";
import { filesById } from "../storage/files.ts";
import { insertRows } from "../storage/insert-rows.ts";
import { selectRow, selectStaged } from "../storage/row-columns.ts";
import { tables } from "../storage/schema.ts";
import { shortKey, shortParameter } from "../storage/short-key.ts";
import type { Statements } from "../storage/statements.ts";

/** The part of `Staging` that is about rows. */
export function openRows(
  connection: Connection,
): Pick<
  Staging,
  "addRows" | "sameRows" | "rowsWithKey" | "claimRows" | "unclaimed" | "settleRows" | "rowsOfEntry" | "finish"
> {
  return {
    async addRows(rows) {
      const values = rows.map(({ ref, line, raw, fault, outcome = null, problems, rowsHash = null, source }) => [
        rowId(ref),
        line,
        raw,
        encodeMaybe(fault),
        outcome,
        encodeList(problems),
        rowsHash,
        source === undefined ? null : rowId(source),
      ]);
      const staged = rows
        .filter(({ groupKey, cells }) => groupKey !== undefined || cells !== undefined)
        .map(({ ref, groupKey = null, cells }) => [rowId(ref), ref.file, groupKey, encodeMaybe(cells)]);
      await connection.write(async (db) => {
        await insertRows(db, "rows", rowTypes, values);
        await insertRows(db, "staged_rows", stagedTypes, staged);
      });
    },
    sameRows: (rows) => connection.write((db) => sameRows(db, rows)),
    rowsWithKey: (fileIds, key, limit) =>
      connection.read(async (db) => {
        const rows = await db.all<RowColumns>(
          `${selectStaged} where s.group_key is not null and ${shortKey("s.group_key")} = ${shortParameter} and s.file = any(?) order by s.row limit ?`,
          key,
          fileIds,
          limit,
        );
        return rows.map(storedRow);
      }),
    async claimRows(entryId, fileIds, key) {
      await connection.write((db) =>
        db.run(
          `insert into entry_rows (row, entry)
             select s.row, ?::bigint from staged_rows s where s.group_key is not null and ${shortKey("s.group_key")} = ${shortParameter} and s.file = any(?)
             on conflict do nothing`,
          entryId,
          key,
          fileIds,
        ),
      );
    },
    unclaimed: (fileId) => unclaimed(connection, fileId),
    async settleRows(rows) {
      await connection.write((db) =>
        db.run(
          `update rows set outcome = n.outcome, problems = n.problems, rows_hash = n.rows_hash
             from unnest(?::bigint[], ?::text[], ?::text[], ?::text[]) n (id, outcome, problems, rows_hash) where rows.id = n.id`,
          rows.map(({ ref }) => rowId(ref)),
          rows.map(({ outcome }) => outcome),
          rows.map(({ problems }) => encodeList(problems)),
          rows.map(({ rowsHash }) => rowsHash ?? null),
        ),
      );
    },
    rowsOfEntry: (entryId, most = Number.MAX_SAFE_INTEGER) =>
      connection.read(async (db) => {
        const rows = await db.all<RowColumns>(
          `${selectRow} where r.id in (select er.row from entry_rows er where er.entry = ? order by er.row limit ?) order by r.id`,
          entryId,
          most,
        );
        const files = await filesById(db, [...new Set(rows.map(({ id }) => rowRef(id).file))]);
        const more = rows.length < most ? 0 : (await countOf(db, entryId)) - rows.length;
        return { files, rows: rows.map(storedRow), more };
      }),
    async finish(run) {
      await connection.write(async (db) => {
        await db.run(
          "delete from staged_rows where file in (select id from files where run = ? and kind <> 'reference')",
          run,
        );
        await db.run("delete from row_texts");
      });
      // What was filled in one go has no statistics yet, and plans made without them go through whole tables.
      await connection.write((db) => db.script(`analyze ${tables.join(", ")}`));
      await connection.flush();
    },
  };
}

const rowTypes = {
  id: "bigint",
  line: "bigint",
  raw: "text",
  fault: "text",
  outcome: "text",
  problems: "text",
  rows_hash: "text",
  source: "bigint",
} as const;

const stagedTypes = { row: "bigint", file: "bigint", group_key: "text", cells: "text" } as const;

async function countOf(db: Statements, entryId: number): Promise<number> {
  const found = await db.one<{ count: number }>("select count(*) count from entry_rows where entry = ?", entryId);
  return found?.count ?? 0;
}

/** Where a text stood first, how often at most in one of the files before, and how often so far in this one. */
interface SeenText {
  readonly first_row: number;
  readonly first_line: number;
  readonly before: number;
  readonly file: number;
  readonly here: number;
}

// An index cannot hold long texts: they are known by a hash.
async function sameRows(
  db: Statements,
  rows: readonly { readonly ref: RowRef; readonly line: number; readonly text: string }[],
): Promise<readonly ((RowRef & { readonly line: number }) | undefined)[]> {
  const hashes = rows.map(({ text }) => createHash("sha256").update(text, "utf16le").digest("base64url"));
  const known = await db.all<SeenText & { readonly hash: string }>(
    "select hash, first_row, first_line, before, file, here from row_texts where hash = any(?)",
    [...new Set(hashes)],
  );
  const seen = new Map<string, SeenText>(known.map(({ hash, ...text }) => [hash, text]));
  const same = rows.map(({ ref, line }, at) => {
    const hash = hashes[at] ?? "";
    const text = seenAgain(seen.get(hash), ref, line);
    seen.set(hash, text);
    return text.here <= text.before ? { ...rowRef(text.first_row), line: text.first_line } : undefined;
  });
  await insertRows(
    db,
    "row_texts",
    { hash: "text", first_row: "bigint", first_line: "bigint", before: "bigint", file: "bigint", here: "bigint" },
    [...seen].map(([hash, { first_row, first_line, before, file, here }]) => [
      hash,
      first_row,
      first_line,
      before,
      file,
      here,
    ]),
    "on conflict (hash) do update set before = excluded.before, file = excluded.file, here = excluded.here",
  );
  return same;
}

function seenAgain(text: SeenText | undefined, ref: RowRef, line: number): SeenText {
  if (text === undefined) return { first_row: rowId(ref), first_line: line, before: 0, file: ref.file, here: 1 };
  const isSameFile = text.file === ref.file;
  return {
    ...text,
    before: isSameFile ? text.before : Math.max(text.before, text.here),
    file: ref.file,
    here: isSameFile ? text.here + 1 : 1,
  };
}

const pageRows = 500;

async function* unclaimed(connection: Connection, fileId: number): AsyncGenerator<readonly StoredRow[]> {
  const [from, to] = rowRange(fileId);
  for (let after = from - 1; ; ) {
    const last = after;
    const rows = await connection.read((db) =>
      db.all<RowColumns>(
        `${selectRow} where r.id > ? and r.id < ? and r.outcome is null
           and not exists (select 1 from entry_rows er where er.row = r.id)
         order by r.id limit ${pageRows}`,
        last,
        to,
      ),
    );
    const end = rows.at(-1);
    if (end === undefined) return;
    yield rows.map(storedRow);
    after = end.id;
  }
}
