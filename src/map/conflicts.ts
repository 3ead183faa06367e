// Later rows of a group that disagree with its first on a field of the entry itself: their value would be lost unseen.
import { cellAt } from "../model/cells.ts";
import { cellPlace, type SourceRow } from "../model/draft.ts";
import type { Problem } from "../model/problem.ts";
import { quote } from "../model/text/quote.ts";
import { type ColumnUses, locate } from "./columns/column-uses.ts";
import type { Mapping } from "./definition/mapping.ts";
import type { Blanks } from "./values/blanks.ts";

/**
 * `group.conflict` as a function. Looks at fields that are read with `from`; a blank never disagrees, and a column that a
 * child reads from every row may differ. One problem for each field, at the first row that disagrees.
 */
export function compileConflicts(
  mapping: Mapping,
  uses: ColumnUses,
  blanks: Blanks,
): (head: SourceRow, rows: readonly SourceRow[]) => readonly Problem[] {
  const conflict = mapping.group?.conflict ?? "ignore";
  if (conflict === "ignore") return () => [];
  const taken = uses.all.filter(({ use }) => use === "from");
  const perRow = new Set(taken.flatMap(({ name, reader }) => (reader.child?.each.kind === "rows" ? [name] : [])));
  const watched = mapping.fields.flatMap(({ path, alternatives }) => {
    const own = alternatives.flatMap((alternative) => uses.of(alternative)).filter(({ use }) => use === "from");
    const columns = own.flatMap((use) =>
      !perRow.has(use.name) && locate(use, () => false).kind === "own" ? [use.name] : [],
    );
    return columns.length === 0 ? [] : [{ path, columns }];
  });
  const read = (columns: readonly string[], { row }: SourceRow) => {
    for (const column of columns) {
      const cell = cellAt(row.cells, column);
      if (typeof cell === "string" && !blanks.isBlank(cell)) return { column, text: cell };
    }
    return undefined;
  };

  return (head, rows) =>
    rows.length < 2
      ? []
      : watched.flatMap(({ path, columns }): Problem[] => {
          const first = read(columns, head);
          const others = rows.flatMap((source) => {
            const found = source === head ? undefined : read(columns, source);
            return found === undefined || found.text === first?.text ? [] : [{ source, column: found.column }];
          });
          const [other, ...more] = others;
          if (other === undefined) return [];
          const said = first === undefined ? "nothing" : quote(first.text);
          const count = more.length === 0 ? "" : ` (${more.length} more rows of the group disagree too)`;
          const message = `the first row of this group, line ${head.row.line}, says ${said}, and that is what counts${count}`;
          const severity = conflict === "warn" ? ({ severity: "warning" } as const) : {};
          return [{ code: "group_conflict", message, path, ...severity, ...cellPlace(other.source, other.column) }];
        });
}
