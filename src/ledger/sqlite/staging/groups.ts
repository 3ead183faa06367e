// Scattered groups: staged rows brought together by their key, in flat memory however many there are. Every file is
// walked in key order through its index, and the walks are merged. Not here: mapping a group.

import type { StoredGroup, StoredRow } from "../../../model/ledger/rows.ts";
import { type RowColumns, storedRow } from "../../common/stored-row.ts";
import type { Connection } from "../storage/connection.ts";
import { selectStaged } from "../storage/stored-row.ts";
import type { StagedRows } from "./staged-rows.ts";

const rowsAhead = 2_000;
const minPageRows = 16;

/** The rows of each key over all these files, in input order; of a key with more than `most` in parts. */
export async function* groups(
  connection: Connection,
  staged: StagedRows,
  fileIds: readonly number[],
  most: number,
): AsyncGenerator<StoredGroup> {
  staged.sort();
  const pageRows = Math.max(minPageRows, Math.floor(rowsAhead / Math.max(1, fileIds.length)));
  const walks = [...new Set(fileIds)].sort((a, b) => a - b).map((fileId) => openWalk(connection, fileId, pageRows));
  for (;;) {
    const key = smallest(walks);
    if (key === undefined) return;
    let rows: StoredRow[] = [];
    let part: StoredGroup["part"];
    for (const walk of walks) {
      for (let row = walk.peek(); row?.group_key === key; row = walk.peek()) {
        if (rows.length >= (part === undefined ? most : Math.min(most, pageRows))) {
          part = part === undefined ? "start" : "rest";
          yield { rows, part };
          rows = [];
        }
        rows.push(storedRow(row));
        walk.skip();
      }
    }
    yield part === undefined ? { rows } : { rows, part: "rest" };
  }
}

/** One file's staged rows by key and number, read page by page. */
interface Walk {
  peek(): RowColumns | undefined;
  skip(): void;
}

function openWalk(connection: Connection, fileId: number, pageRows: number): Walk {
  let page = firstPage(connection, fileId, pageRows);
  let at = 0;
  return {
    peek() {
      if (at < page.length || page.length < pageRows) return page[at];
      const last = page.at(-1);
      if (last === undefined) return undefined;
      page = pageAfter(connection, fileId, last, pageRows);
      at = 0;
      return page[0];
    },
    skip() {
      at += 1;
    },
  };
}

const selectWithKey = `${selectStaged} where s.file = ? and s.group_key is not null`;

function firstPage(connection: Connection, fileId: number, pageRows: number): readonly RowColumns[] {
  return connection.read(() =>
    connection.all<RowColumns>(`${selectWithKey} order by s.group_key, s.row limit ?`, fileId, pageRows),
  );
}

function pageAfter(connection: Connection, fileId: number, last: RowColumns, pageRows: number): readonly RowColumns[] {
  return connection.read(() =>
    connection.all<RowColumns>(
      `${selectWithKey} and (s.group_key, s.row) > (?, ?) order by s.group_key, s.row limit ?`,
      fileId,
      last.group_key,
      last.id,
      pageRows,
    ),
  );
}

function smallest(walks: readonly Walk[]): string | undefined {
  let found: string | undefined;
  for (const walk of walks) {
    const key = walk.peek()?.group_key ?? undefined;
    if (key !== undefined && (found === undefined || inCodePointOrder(key, found) < 0)) found = key;
  }
  return found;
}

// SQLite orders text by its UTF-8 bytes, which is the order of code points; `<` compares UTF-16 units, which differs
// between U+E000..U+FFFF and what lies beyond.
function inCodePointOrder(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return lifted(left) - lifted(right);
  }
  return a.length - b.length;
}

function lifted(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
