// Rows of one group in several files that say the same in all that the mapping reads, and differ in what it does not: most
// likely one line that was exported twice, the second time with another "last updated". Taken for two it would be sold twice.
import { cellAt } from "../model/cells.ts";
import { cellPlace, type SourceRow } from "../model/draft.ts";
import type { Problem } from "../model/problem.ts";
import type { ColumnUses } from "./columns/column-uses.ts";
import type { Mapping } from "./definition/mapping.ts";

/** Finds such rows; the same text in both files never comes so far (staging/same-rows.ts). */
export function compileCopiedRows(
  { group }: Mapping,
  uses: ColumnUses,
): (rows: readonly SourceRow[]) => readonly Problem[] {
  if (group?.rows !== "anywhere") return () => [];
  const columns = [...new Set(uses.all.flatMap(({ name, reader }) => (reader.own.join === undefined ? [name] : [])))];
  return (rows) => {
    const [first] = rows;
    if (first === undefined || rows.at(-1)?.ref.file === first.ref.file) return [];
    const seen = new Map<string, SourceRow>();
    const copies = rows.flatMap((source) => {
      const said = JSON.stringify(columns.map((column) => cellAt(source.row.cells, column) ?? ""));
      const before = seen.get(said);
      if (before === undefined) seen.set(said, source);
      // The same text here is one more of it than the earlier file has: those are counted already.
      const isOther = before !== undefined && before.ref.file !== source.ref.file && before.row.raw !== source.row.raw;
      return isOther ? [{ source, before }] : [];
    });
    const [copy, ...more] = copies;
    if (copy === undefined) return [];
    const others = more.length === 0 ? "" : ` (${more.length} more rows of this group are like that)`;
    const message = `says the same as ${copy.before.file}:${copy.before.row.line} in every column that the mapping reads, and not in the others: was one line exported twice?${others} Leave out the older file, or take these rows out of one`;
    return [{ code: "group_conflict", message, ...cellPlace(copy.source) }];
  };
}
