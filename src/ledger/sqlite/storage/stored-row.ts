// A row as it is kept: its columns and where they come from. Not here: which rows (sqlite/rows.ts,
// sqlite/staged-rows.ts, sqlite/groups.ts).
import { rowId } from "../../../model/draft.ts";
import type { StoredRow } from "../../../model/ledger/rows.ts";
import type { Problem } from "../../../model/problem.ts";
import { decode, decodeCells } from "./codec.ts";

const columns = "r.id, r.line, r.raw, r.fault, s.group_key, s.cells";

/** Starts a query over rows (`r`) with what was staged of them (`s`), if anything was. */
export const selectRow = `select ${columns}
  from rows r left join staged_rows s on s.row = r.id`;

/** Starts a query over staged rows (`s`), which are rows (`r`). */
export const selectStaged = `select ${columns}
  from staged_rows s join rows r on r.id = s.row`;

/** A row as `selectRow` gives it. */
export interface RowColumns {
  readonly id: number;
  readonly line: number;
  readonly raw: string;
  readonly fault: string | null;
  readonly group_key: string | null;
  readonly cells: string | null;
}

/** The row in these columns. */
export function storedRow(columns: RowColumns): StoredRow {
  return {
    id: columns.id,
    line: columns.line,
    raw: columns.raw,
    groupKey: columns.group_key ?? undefined,
    cells: columns.cells === null ? undefined : decodeCells(columns.cells),
    fault: columns.fault === null ? undefined : decode<Problem>(columns.fault),
  };
}

/** A row's id divided by this is that of its file, also in SQL. */
export const rowsPerFile = rowId(1, 0);

/** The ids that rows of a file can have: from the first, up to but not with the second. */
export function rowRange(fileId: number): readonly [number, number] {
  return [rowId(fileId, 0), rowId(fileId + 1, 0)];
}
