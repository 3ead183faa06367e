// Scattered groups: staged rows brought together by their key, in flat memory however many there are. The server walks them in the
// order of an index, page by page. Not here: mapping a group.

import type { StoredGroup, StoredRow } from "../../../model/ledger/rows.ts";
import { type RowColumns, storedRow } from "../../common/stored-row.ts";
import type { Connection } from "../storage/connection.ts";
import { selectStaged } from "../storage/row-columns.ts";
import { shortKey, shortParameter } from "../storage/short-key.ts";

const pageRows = 2_000;

/** The rows of each key over all these files, in input order; of a key with more than `most` in parts. */
export async function* groups(
  connection: Connection,
  fileIds: readonly number[],
  most: number,
): AsyncGenerator<StoredGroup> {
  let key: string | undefined;
  let rows: StoredRow[] = [];
  let part: StoredGroup["part"];
  for await (const row of stagedByKey(connection, fileIds)) {
    if (row.group_key !== key) {
      if (rows.length > 0) yield part === undefined ? { rows } : { rows, part: "rest" };
      key = row.group_key;
      rows = [];
      part = undefined;
    } else if (rows.length >= most) {
      part = part === undefined ? "start" : "rest";
      yield { rows, part };
      rows = [];
    }
    rows.push(storedRow(row));
  }
  if (rows.length > 0) yield part === undefined ? { rows } : { rows, part: "rest" };
}

type KeyedRow = RowColumns & { readonly group_key: string };

async function* stagedByKey(connection: Connection, fileIds: readonly number[]): AsyncGenerator<KeyedRow> {
  const first = `${selectStaged} where s.group_key is not null and s.file = any(?)`;
  const inOrder = `order by ${shortKey("s.group_key")}, s.row limit ${pageRows}`;
  let page = await connection.read((db) => db.all<KeyedRow>(`${first} ${inOrder}`, fileIds));
  for (let last = page.at(-1); last !== undefined; last = page.at(-1)) {
    yield* page;
    const { group_key, id } = last;
    page = await connection.read((db) =>
      db.all<KeyedRow>(
        `${first} and (${shortKey("s.group_key")}, s.row) > (${shortParameter}, ?) ${inOrder}`,
        fileIds,
        group_key,
        id,
      ),
    );
  }
}
