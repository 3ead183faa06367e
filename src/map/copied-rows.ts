// Rows of one group in several files that say the same in all that the mapping reads, and differ in what it does not: most
// likely one line that was exported twice, the second time with another "last updated". Taken for two it would be sold twice.
// Nor is a SKU that comes from two files with other cells two lines: it was changed between two exports.
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
  const own = uses.all.filter(({ reader }) => reader.own.join === undefined);
  const columns = [...new Set(own.map(({ name }) => name))];
  const names = new Set(own.flatMap(({ name, of }) => (of?.field.path === "sku" ? [name] : [])));
  const read = (column: string, source: SourceRow) => {
    const cell = cellAt(source.row.cells, column) ?? "";
    return typeof cell === "string" && !names.has(column) ? plainNumber(cell) : cell;
  };
  return (rows) => {
    const [first] = rows;
    if (first === undefined || rows.at(-1)?.ref.file === first.ref.file) return [];
    const seen = new Map<string, SourceRow>();
    const copies = rows.flatMap((source) => {
      const said = JSON.stringify(columns.map((column) => read(column, source)));
      const before = seen.get(said);
      if (before === undefined) seen.set(said, source);
      // The same text here is one more of it than the earlier file has: those are counted already.
      const isOther = before !== undefined && before.ref.file !== source.ref.file && before.row.raw !== source.row.raw;
      return isOther ? [{ source, before }] : [];
    });
    const [copy, ...more] = copies;
    if (copy === undefined) return changedLines(rows, names);
    const others = more.length === 0 ? "" : ` (${more.length} more rows of this group are like that)`;
    const isSameText = columns.every(
      (column) => cellAt(copy.source.row.cells, column) === cellAt(copy.before.row.cells, column),
    );
    const but = isSameText ? "and not in the others" : "but for how its numbers are written";
    const message = `says the same as ${copy.before.file}:${copy.before.row.line} in every column that the mapping reads, ${but}: was one line exported twice?${others} Leave out the older file, or remove these rows from one of them`;
    return [{ code: "group_conflict", message, ...cellPlace(copy.source) }];
  };
}

/** The first row whose SKU an earlier file has too, in the same group. */
function changedLines(rows: readonly SourceRow[], names: ReadonlySet<string>): readonly Problem[] {
  const seen = new Map<string, SourceRow>();
  for (const source of rows)
    for (const column of names) {
      const sku = cellAt(source.row.cells, column);
      if (typeof sku !== "string" || sku === "") continue;
      const before = seen.get(sku);
      if (before === undefined) seen.set(sku, source);
      else if (before.ref.file !== source.ref.file && before.row.raw !== source.row.raw) {
        const message = `is in ${before.file}:${before.row.line} too, with other cells: was it exported again after a change? Leave out the older file, or remove the row that does not count from one of them`;
        return [{ code: "group_conflict", message, ...cellPlace(source, column) }];
      }
    }
  return [];
}

/** 2.50 and 2.5 are one number: a spreadsheet that saves a file again writes it without the zeros. A SKU is none. */
function plainNumber(text: string): string {
  return text
    .trim()
    .replace(/^([-+]?\d+)(?:([.,]\d*?)0{1,2})$/, (_, whole: string, rest: string) =>
      rest.length === 1 ? whole : `${whole}${rest}`,
    );
}
