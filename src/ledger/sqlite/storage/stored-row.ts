// A row as it is kept: its columns and where they come from. Not here: which rows (sqlite/staging/rows.ts,
// sqlite/staging/staged-rows.ts, sqlite/staging/groups.ts).
import type { StoredRow } from "../../../model/ledger/rows.ts";
import type { Problem } from "../../../model/problem.ts";
import { decode, decodeCells } from "./codec.ts";
import { rowText } from "./kept-texts.ts";
import { rowRef } from "./row-id.ts";

const columns = `r.id, r.line, ${rowText("r")} raw, r.fault, s.group_key, s.cells`;

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
    ref: rowRef(columns.id),
    line: columns.line,
    raw: columns.raw,
    groupKey: columns.group_key ?? undefined,
    cells: columns.cells === null ? undefined : decodeCells(columns.cells),
    fault: columns.fault === null ? undefined : decode<Problem>(columns.fault),
  };
}
