// Rows of files: adding them, giving those without an entry their outcome, reading them back one by one or by entry.
// Not here: scattered groups (groups.ts), rows as results (result-rows.ts).

import type { NewRow, StoredRow } from "../../../model/ledger/rows.ts";
import type { Staging } from "../../../model/ledger/staging.ts";
import type { RowRef } from "../../../model/row.ts";
import { rowId, rowRange, rowRef } from "../../common/row-id.ts";
import { type RowColumns, storedRow } from "../../common/stored-row.ts";
import { encode, encodeList } from "../storage/codec.ts";
import type { Connection } from "../storage/connection.ts";
import { filesById } from "../storage/files.ts";
import { insertRows, type Value } from "../storage/insert-rows.ts";
import type { KeptTexts } from "../storage/kept-texts.ts";
import { selectRow } from "../storage/stored-row.ts";
import type { NumberedText } from "../storage/text-blocks.ts";
import type { StagedRows } from "./staged-rows.ts";

/** The part of `Staging` that is about rows. */
export function openRows(
  connection: Connection,
  staged: StagedRows,
  texts: KeptTexts,
): Pick<
  Staging,
  "addRows" | "sameRows" | "rowsWithKey" | "claimRows" | "unclaimed" | "settleRows" | "rowsOfEntry" | "finish"
> {
  const insertPlain = insertRows(connection, "into rows (id, line, raw)", 3);
  const insertOther = insertRows(
    connection,
    "into rows (id, line, raw, fault, outcome, problems, rows_hash, source)",
    8,
  );
  return {
    async addRows(rows) {
      connection.write(() => {
        const plain: Value[] = [];
        const other: Value[] = [];
        const packed: NumberedText[] = [];
        for (const row of rows) {
          const { ref, line, raw, fault, outcome = null, problems, rowsHash = null, source } = row;
          const id = rowId(ref);
          const isAlone = isReadByKey(row);
          const kept = isAlone ? raw : "";
          if (isPlain(row)) plain.push(id, line, kept);
          else {
            const of = source === undefined ? null : rowId(source);
            other.push(id, line, kept, encode(fault), outcome, encodeList(problems), rowsHash, of);
          }
          if (!isAlone) packed.push({ id, text: raw });
        }
        insertPlain(plain);
        insertOther(other);
        texts.addRows(packed);
        for (const row of rows) if (isReadByKey(row)) staged.add(row);
      }, rows.length);
    },
    async sameRows(rows) {
      return connection.write(() => rows.map((row) => sameRow(connection, row)), rows.length);
    },
    async rowsWithKey(fileIds, key, limit) {
      return staged.withKey(fileIds, key, limit);
    },
    async claimRows(entryId, fileIds, key) {
      connection.write(() => {
        for (const fileId of fileIds) staged.claim(entryId, fileId, key);
      });
    },
    unclaimed: (fileId) => unclaimed(connection, fileId),
    async settleRows(rows) {
      connection.write(() => {
        for (const { ref, outcome, problems, rowsHash } of rows) {
          connection.run(
            "update rows set outcome = ?, problems = ?, rows_hash = ? where id = ?",
            outcome,
            encodeList(problems),
            rowsHash ?? null,
            rowId(ref),
          );
        }
      }, rows.length);
    },
    async rowsOfEntry(entryId, most = Number.MAX_SAFE_INTEGER) {
      const rows = connection.read(() =>
        connection.all<RowColumns>(
          `${selectRow} where r.id in (select row from entry_rows where entry = ? order by row limit ?) order by r.id`,
          entryId,
          most,
        ),
      );
      const files = filesById(connection, [...new Set(rows.map(({ id }) => rowRef(id).file))]);
      const more = rows.length < most ? 0 : countOf(connection, entryId) - rows.length;
      return { files, rows: rows.map(storedRow), more };
    },
    async finish(run) {
      staged.finish(run);
      connection.write(() => connection.run("delete from row_texts"));
      connection.flush();
    },
  };
}

/** Nothing is said of it but where it is and what it is. */
function isPlain({ fault, outcome, problems = [], rowsHash, source }: NewRow): boolean {
  return (
    fault === undefined &&
    outcome === undefined &&
    problems.length === 0 &&
    rowsHash === undefined &&
    source === undefined
  );
}

/** Such a row is read again on its own, and its text would be unpacked with all its neighbours'. */
function isReadByKey({ groupKey, cells }: NewRow): boolean {
  return groupKey !== undefined || cells !== undefined;
}

function countOf(connection: Connection, entryId: number): number {
  const found = connection.read(() =>
    connection.one<{ count: number }>("select count(*) count from entry_rows where entry = ?", entryId),
  );
  return found?.count ?? 0;
}

function sameRow(
  connection: Connection,
  { ref, line, text }: { readonly ref: RowRef; readonly line: number; readonly text: string },
): (RowRef & { readonly line: number }) | undefined {
  const { first_row, first_line, before, here } = connection.one<TextColumns>(
    `insert into row_texts (text, first_row, first_line, before, file, here) values (?, ?, ?, 0, ?, 1)
       on conflict do update set before = iif(file = excluded.file, before, max(before, here)),
         here = iif(file = excluded.file, here + 1, 1), file = excluded.file
     returning first_row, first_line, before, here`,
    text,
    rowId(ref),
    line,
    ref.file,
  ) ?? { first_row: 0, first_line: 0, before: 0, here: 1 };
  return here <= before ? { ...rowRef(first_row), line: first_line } : undefined;
}

interface TextColumns {
  readonly first_row: number;
  readonly first_line: number;
  readonly before: number;
  readonly here: number;
}

const pageRows = 500;

async function* unclaimed(connection: Connection, fileId: number): AsyncGenerator<readonly StoredRow[]> {
  const [from, to] = rowRange(fileId);
  for (let after = from - 1; ; ) {
    const rows = connection.read(() =>
      connection.all<RowColumns>(
        `${selectRow} where r.id > ? and r.id < ? and r.outcome is null
           and not exists (select 1 from entry_rows er where er.row = r.id)
         order by r.id limit ${pageRows}`,
        after,
        to,
      ),
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map(storedRow);
    after = last.id;
  }
}
