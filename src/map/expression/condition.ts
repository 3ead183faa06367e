// Conditions (`where`, `when`, `head`): expressions that must say true or false.
import type { Position } from "../../model/config/yaml-syntax.ts";
import type { ValueStyle } from "../values/style.ts";
import type { CellRead } from "./cell-reads.ts";
import { compileExpression, type Scope } from "./expression.ts";
import { noIndexes, type RowIndexes } from "./language.ts";

/** What a condition said of one scope, and the cells that made it say so. */
export type Judged = { readonly reads: readonly CellRead[] } & (
  | { readonly ok: true; readonly value: boolean }
  | { readonly ok: false; readonly message: string }
);

/** One line that says why a text cannot be a condition, or undefined when it can. */
export function conditionFault(
  text: string,
  kind: "row" | "group" | "child",
  style: ValueStyle,
  indexes: RowIndexes = noIndexes,
): string | undefined {
  const compiled = compileExpression(text, kind, style, indexes);
  if (!compiled.ok) return compiled.message;
  return compiled.yields === "boolean" || compiled.yields === "unknown"
    ? undefined
    : `must give true or false, and gives ${compiled.yields}`;
}

/** A condition that `conditionFault` has nothing against. `name` is its key, for messages. */
export function compileCondition(
  { text }: Expr,
  name: string,
  kind: "row" | "group" | "child",
  style: ValueStyle,
  indexes: RowIndexes,
): { readonly judge: (scope: Scope) => Judged; readonly columns: readonly string[] } {
  const compiled = compileExpression(text, kind, style, indexes);
  if (!compiled.ok) throw new Error(`an unchecked expression came to be compiled: ${compiled.message}`);
  const { expression, columns } = compiled;
  const judge = (scope: Scope): Judged => {
    const result = expression(scope);
    const { reads } = result;
    if (!result.ok) return { ok: false, message: `${name}: ${result.message}`, reads };
    if (typeof result.value === "boolean") return { ok: true, value: result.value, reads };
    const message = `${name}: the expression must give true or false, and gave ${typeof result.value}`;
    return { ok: false, message, reads };
  };
  return { judge, columns };
}

/** CEL source with its place. */
export interface Expr {
  readonly text: string;
  readonly position: Position;
}
