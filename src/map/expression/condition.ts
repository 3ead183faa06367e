// Conditions (`where`, `when`, `head`): expressions that must say true or false.
import type { Position } from "../../model/config/yaml-syntax.ts";
import type { CellRead } from "./cell-reads.ts";
import type { CompiledExpression, ReadyExpression, Scope } from "./expression.ts";

/** CEL source with its place, compiled. */
export interface Expr {
  readonly text: string;
  readonly position: Position;
  readonly compiled: ReadyExpression;
}

/** What a condition said of one scope, and the cells that made it say so. */
export type Judged = { readonly reads: readonly CellRead[] } & (
  | { readonly ok: true; readonly value: boolean }
  | { readonly ok: false; readonly message: string }
);

/** One line that says why an expression cannot be a condition, or undefined when it can. */
export function conditionFault(compiled: CompiledExpression): string | undefined {
  if (!compiled.ok) return compiled.message;
  return compiled.yields === "boolean" || compiled.yields === "unknown"
    ? undefined
    : `must give true or false, and gives ${compiled.yields}`;
}

/** Judges scopes by an expression that `conditionFault` has nothing against. `name` is its key, for messages. */
export function judgeBy({ compiled: { expression } }: Expr, name: string): (scope: Scope) => Judged {
  return (scope) => {
    const result = expression(scope);
    const { reads } = result;
    if (!result.ok) return { ok: false, message: `${name}: ${result.message}`, reads };
    if (typeof result.value === "boolean") return { ok: true, value: result.value, reads };
    const message = `${name}: the expression must give true or false, and gave ${typeof result.value}`;
    return { ok: false, message, reads };
  };
}
