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
 *
 * Rows of several files that disagree are not one entry, whatever `conflict` says: two shops have an order of one number.
 * Under `ignore` only the first row of each file is looked at, which would give the entry its fields if the file were alone.
 * Where `head` says which row that is, several of them are a problem of their own (group-head.ts).
 */
export function compileConflicts(
  mapping: Mapping,
  uses: ColumnUses,
  blanks: Blanks,
): (head: SourceRow, rows: readonly SourceRow[]) => readonly Problem[] {
  const { group } = mapping;
  if (group === undefined) return () => [];
  const { conflict } = group;
  const mayBeSeveral = group.rows === "anywhere" && group.head === undefined;
  if (conflict === "ignore" && !mayBeSeveral) return () => [];
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

  return (head, rows) => {
    const looked = conflict === "ignore" ? firstOfFiles(rows) : rows;
    return looked.length < 2
      ? []
      : watched.flatMap(({ path, columns }): Problem[] => {
          const first = read(columns, head);
          const others = looked.flatMap((source) => {
            const found = source === head ? undefined : read(columns, source);
            return found === undefined || found.text === first?.text ? [] : [{ source, column: found.column }];
          });
          const ofOtherFile = mayBeSeveral ? others.find(({ source }) => source.ref.file !== head.ref.file) : undefined;
          const other = ofOtherFile ?? (conflict === "ignore" ? undefined : others[0]);
          if (other === undefined) return [];
          const said = first === undefined ? "nothing" : quote(first.text);
          const place = cellPlace(other.source, other.column);
          if (ofOtherFile !== undefined) {
            const message = `${head.file}:${head.row.line} says ${said}, and rows of two files that disagree are not one entry. If they are of two shops: an input for each, and a prefix on its numbers`;
            return [{ code: "group_conflict", message, path, ...place }];
          }
          const count = others.length === 1 ? "" : ` (${others.length - 1} more rows of the group disagree too)`;
          const message = `the first row of this group, line ${head.row.line}, says ${said}, and that is what counts${count}`;
          const severity = conflict === "warn" ? ({ severity: "warning" } as const) : {};
          return [{ code: "group_conflict", message, path, ...severity, ...place }];
        });
  };
}

function firstOfFiles(rows: readonly SourceRow[]): readonly SourceRow[] {
  const files = new Set<number>();
  return rows.filter(({ ref }) => {
    const isFirst = !files.has(ref.file);
    files.add(ref.file);
    return isFirst;
  });
}
