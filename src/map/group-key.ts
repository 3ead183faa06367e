// The key that the rows of a group have in common.
import { cellAt } from "../model/cells.ts";
import { fillingAt, unknownFilling } from "../model/column-style.ts";
import { headingOf, type SourceRow } from "../model/draft.ts";
import type { Checked, Problem } from "../model/problem.ts";
import { quote } from "../model/text/quote.ts";
import { withoutZeroWidth } from "../model/text/zero-width.ts";
import type { GroupColumns, Mapping } from "./definition/mapping.ts";
import type { ReadyExpression } from "./expression/expression.ts";
import { type RowsSeen, rowScope } from "./scope.ts";
import type { Blanks } from "./values/blanks.ts";
import { scalarText } from "./values/value-text.ts";

/**
 * `group.by` as a function: the key as text, `""` when all of it is blank; undefined for a mapping that groups nothing.
 * Keys of several columns that are taken together are only equal when each part is.
 */
export function compileGroupKey(
  { group }: Mapping,
  seen: RowsSeen,
): ((source: SourceRow) => Checked<string>) | undefined {
  if (group === undefined) return undefined;
  const { by } = group;
  if ("expr" in by) return byExpression(by.expr.compiled, seen);
  return by.take === "first" ? byFirst(by, seen.blanks) : byColumns(by.columns, seen.blanks);
}

/** The column that a row has its key in; undefined where an expression makes it. */
export function keyColumnOf({ group }: Mapping, { row }: SourceRow): string | undefined {
  if (group === undefined || "expr" in group.by) return undefined;
  const { columns } = group.by;
  const filled = columns.find((column) => (cellAt(row.cells, column) ?? "") !== "");
  const there = columns.find((column) => cellAt(row.cells, column) !== undefined);
  return group.by.take === "all" ? columns[0] : (filled ?? there ?? columns[0]);
}

/** Of columns that mean the same, the first that is not blank. */
function byFirst({ columns, fill }: GroupColumns, blanks: Blanks): (source: SourceRow) => Checked<string> {
  const readers = columns.map((column) => ({ column, read: byColumns([column], blanks) }));
  return (source) => {
    for (const { column, read } of readers) {
      const key = read(source);
      if (!key.ok || key.value !== "") return key;
      const filling = fill ? fillingAt(source.fills, column, source.row.number) : undefined;
      if (filling === undefined) continue;
      if ("value" in filling) return { ok: true, value: filling.value };
      const message = unknownFilling(filling.unknown);
      return { ok: false, problems: [{ code: "missing_value", message, ...keyPlace(source, column) }] };
    }
    return { ok: true, value: "" };
  };
}

function keyPlace(source: SourceRow, column: string): Pick<Problem, "line" | "row" | "column"> {
  return { line: source.row.line, row: source.row.number, column: headingOf(source, column) };
}

function byColumns(columns: readonly string[], blanks: Blanks): (source: SourceRow) => Checked<string> {
  return ({ row }) => {
    const parts: string[] = [];
    for (const column of columns) {
      const cell = cellAt(row.cells, column) ?? "";
      if (typeof cell !== "string") {
        const place = { line: row.line, row: row.number, column };
        return { ok: false, problems: [{ code: "wrong_type", message: "the key of a group must be text", ...place }] };
      }
      parts.push(blanks.isBlank(cell) ? "" : withoutZeroWidth(cell.trim()));
    }
    if (parts.every((part) => part === "")) return { ok: true, value: "" };
    return { ok: true, value: parts.length === 1 ? parts.join("") : JSON.stringify(parts) };
  };
}

function byExpression(
  { expression, columns }: ReadyExpression,
  seen: RowsSeen,
): (source: SourceRow) => Checked<string> {
  return (source) => {
    const { row } = source;
    const result = expression(rowScope(source, seen));
    if (result.ok && typeof result.value !== "object")
      return { ok: true, value: withoutZeroWidth(scalarText(result.value).trim()) };
    const message = result.ok ? "group.by: the expression gave a list" : `group.by: ${result.message}`;
    const place = { line: row.line, row: row.number };
    const [read, ...others] = result.reads;
    const cell = read === undefined || others.length > 0 ? undefined : cellAt(row.cells, read.column);
    const at =
      read === undefined || cell === undefined
        ? cellMeant(columns, source, message, seen.blanks)
        : { column: headingOf(source, read.column), ...(typeof cell === "string" ? { value: cell } : {}) };
    return { ok: false, problems: [{ code: "expression_failed", message, ...place, ...at }] };
  };
}

/** The cell to look at when an expression fails: the one that the message quotes, else the first that is not blank. */
function cellMeant(columns: readonly string[], source: SourceRow, message: string, blanks: Blanks) {
  const { cells } = source.row;
  const found = columns.flatMap((column) => {
    const value = cellAt(cells, column);
    return typeof value === "string" && !blanks.isBlank(value) ? [{ column: headingOf(source, column), value }] : [];
  });
  const said = message.toLowerCase();
  return found.find(({ value }) => said.includes(quote(value.trim()).toLowerCase())) ?? found[0] ?? {};
}
