// The columns of a row, and the record that they are. What is asked for them is each ledger's own.
import type { StoredRow } from "../../model/ledger/rows.ts";
import type { Problem } from "../../model/problem.ts";
import { decodeCells, decodeMaybe } from "./codec.ts";
import { rowRef } from "./row-id.ts";

/** The columns of a row with what was staged of it. */
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
