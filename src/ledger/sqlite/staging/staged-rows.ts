// Rows that wait to be read again by their key. The index by key is made when it is first asked for and dropped when
// the next file begins: filling a table and indexing it afterwards takes half the time of filling an indexed one.
// Not here: the rows themselves (rows.ts), merging files (groups.ts).

import type { NewRow, StoredRow } from "../../../model/ledger/rows.ts";
import { rowId, rowRange } from "../../common/row-id.ts";
import { type RowColumns, storedRow } from "../../common/stored-row.ts";
import { encode } from "../storage/codec.ts";
import type { Connection } from "../storage/connection.ts";
import { filesOfRun } from "../storage/files.ts";
import { selectStaged } from "../storage/stored-row.ts";

/** What is staged on one connection. It belongs to one run: `clear` forgets what earlier runs left behind. */
export interface StagedRows {
  /** Only inside a write. */
  add(row: NewRow): void;
  /** Makes filling fast, at the price of the next look-up. */
  unsort(): void;
  /** Makes looking up fast. Whoever reads staged rows by key calls it first. */
  sort(): void;
  withKey(fileIds: readonly number[], key: string, limit: number): readonly StoredRow[];
  /** Adds all rows of a file with this key to an entry. Only inside a write. */
  claim(entryId: number, fileId: number, key: string): void;
  clear(): void;
  /** Drops what is staged of the run's files, but for reference files. */
  finish(run: number): void;
}

/** Staged rows on a connection. */
export function openStagedRows(connection: Connection): StagedRows {
  let isSorted = false;

  function sort(): void {
    if (isSorted) return;
    connection.write(() =>
      connection.script(
        "create index if not exists staged_rows_by_key on staged_rows (file, group_key) where group_key is not null",
      ),
    );
    isSorted = true;
  }

  function unsort(): void {
    isSorted = false;
    connection.write(() => connection.script("drop index if exists staged_rows_by_key"));
  }

  return {
    sort,
    unsort,
    add(row) {
      connection.run(
        "insert into staged_rows (row, file, group_key, cells) values (?, ?, ?, ?)",
        rowId(row.ref),
        row.ref.file,
        row.groupKey ?? null,
        encode(row.cells),
      );
    },
    withKey(fileIds, key, limit) {
      sort();
      return connection.read(() => withKey(connection, fileIds, key, limit));
    },
    claim(entryId, fileId, key) {
      connection.run(
        `insert or ignore into entry_rows (row, entry)
         select row, ? from staged_rows where file = ? and group_key = ?`,
        entryId,
        fileId,
        key,
      );
    },
    clear() {
      connection.write(() => connection.script("delete from staged_rows; delete from row_texts"));
    },
    finish(run) {
      unsort();
      connection.write(() => finish(connection, run));
    },
  };
}

function withKey(connection: Connection, fileIds: readonly number[], key: string, limit: number): readonly StoredRow[] {
  const found: StoredRow[] = [];
  for (const fileId of [...fileIds].sort((a, b) => a - b)) {
    if (found.length >= limit) break;
    const rows = connection.all<RowColumns>(
      `${selectStaged} where s.file = ? and s.group_key = ? order by s.row limit ?`,
      fileId,
      key,
      limit - found.length,
    );
    found.push(...rows.map(storedRow));
  }
  return found;
}

// Without reference rows the whole table goes, which SQLite does without visiting its rows.
function finish(connection: Connection, run: number): void {
  const files = filesOfRun(connection, run);
  if (!files.some(({ kind }) => kind === "reference")) {
    connection.run("delete from staged_rows");
    return;
  }
  for (const { id, kind } of files) {
    if (kind !== "reference") connection.run("delete from staged_rows where row >= ? and row < ?", ...rowRange(id));
  }
}
