// A row as it is kept: its columns and where they come from. Not here: which rows (staging/rows.ts, staging/staged-rows.ts).
import type { StoredRow } from "../../../model/ledger/rows.ts";
import type { Problem } from "../../../model/problem.ts";
import { rowRef } from "../../sqlite/storage/row-id.ts";
import { decodeCells, decodeMaybe } from "./codec.ts";

const columns = "r.id, r.line, r.raw, r.fault, s.group_key, s.cells";

/** Starts a query over rows (`r`) with what was staged of them (`s`), if anything was. */
export const selectRow = `select ${columns} from rows r left join staged_rows s on s.row = r.id`;

/** Starts a query over staged rows (`s`), which are rows (`r`). */
export const selectStaged = `select ${columns} from staged_rows s join rows r on r.id = s.row`;

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
    fault: decodeMaybe<Problem>(columns.fault),
  };
}
