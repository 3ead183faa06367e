// A problem of an expression at the cells of the row that it read.
import { cellPlace, type SourceRow } from "../../model/draft.ts";
import type { Problem } from "../../model/problem.ts";
import { atCells } from "../../model/problem-place.ts";
import type { CellRead } from "./cell-reads.ts";

/** The problem at these cells of the row; at the row as a whole where none was read. Other owners than `row` are not looked at. */
export function atReads(
  problem: Problem,
  source: SourceRow,
  { reads }: { readonly reads: readonly CellRead[] },
): Problem {
  const cells = reads.flatMap(({ owner, column }) => (owner === "row" ? [{ source, column }] : []));
  return atCells({ ...problem, ...cellPlace(source) }, cells);
}
