// Expressions of a mapping (`expr`, `when`, `where`, `head`), in CEL: compiled once, evaluated per row. The functions
// they may call are in expression-language.ts. No expression reaches anything but its rows.
import type { Environment, ParseResult } from "@marcbachmann/cel-js";
import type { Cells } from "../model/row.ts";
import { CellsView } from "./cells-view.ts";
import type { Value } from "./coerce.ts";
import { type ExpressionKind, expressionEnvironment, noIndexes, type RowIndexes } from "./expression-language.ts";
import { compileMessage, place, runMessage } from "./expression-message.ts";
import { columnsOf, syntaxFault, withSafeMatches } from "./expression-syntax.ts";
import type { ValueStyle } from "./style.ts";

/** What an expression may look at; which of it exists depends on the kind. */
export interface Scope {
  readonly row: Cells;
  /** In children: the group's first row or the enclosing element. */
  readonly parent?: Cells;
  /** In groups and children: the rows of the group. */
  readonly rows?: readonly Cells[];
  /** In children of a split cell: the piece. */
  readonly item?: string;
}

type Evaluated = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly message: string };

/** Never throws; whole numbers come as `number` where that is exact. */
export type Expression = (scope: Scope) => Evaluated;

/** What an expression gives as far as can be known before it runs. */
type Yields = "text" | "number" | "boolean" | "list" | "unknown";

/** An expression ready for rows, or what is wrong with its text. */
export type CompiledExpression =
  | {
      readonly ok: true;
      readonly expression: Expression;
      /** Literal column names that it reads off `row`, to be checked against a header. */
      readonly columns: readonly string[];
      readonly yields: Yields;
    }
  | { readonly ok: false; readonly message: string };

/** The expression, or one line that says what is wrong with it and at which column of its text (from 1). */
export function compileExpression(
  source: string,
  kind: ExpressionKind,
  style: ValueStyle,
  indexes: RowIndexes = noIndexes,
): CompiledExpression {
  const environment = environmentOf(kind, style, indexes);
  try {
    const parsed = environment.parse(source);
    const fault = syntaxFault(parsed.ast);
    if (fault !== undefined) return { ok: false, message: `${fault.message}${place(source, fault.start)}` };
    const safe = environment.parse(withSafeMatches(source, parsed.ast));
    const check = safe.check();
    if (!check.valid) return { ok: false, message: compileMessage(check.error, source, kind) };
    const yields = yieldsOf(check.type ?? "dyn");
    if (yields === undefined) return { ok: false, message: `the expression gives ${check.type}; ${whatIsTaken}` };
    return { ok: true, expression: (scope) => evaluate(safe, scope), columns: columnsOf(parsed.ast), yields };
  } catch (error) {
    return { ok: false, message: compileMessage(error, source, kind) };
  }
}

const environments = new WeakMap<RowIndexes, WeakMap<ValueStyle, Map<ExpressionKind, Environment>>>();

function environmentOf(kind: ExpressionKind, style: ValueStyle, indexes: RowIndexes): Environment {
  const ofIndexes = environments.get(indexes) ?? new WeakMap<ValueStyle, Map<ExpressionKind, Environment>>();
  environments.set(indexes, ofIndexes);
  const ofStyle = ofIndexes.get(style) ?? new Map<ExpressionKind, Environment>();
  ofIndexes.set(style, ofStyle);
  const environment = ofStyle.get(kind) ?? expressionEnvironment(kind, style, indexes);
  ofStyle.set(kind, environment);
  return environment;
}

const whatIsTaken = "a field takes text, a number, true or false, or a list of these";

function yieldsOf(type: string): Yields | undefined {
  if (type === "list" || type.startsWith("list<")) return /Row|map|google/.test(type) ? undefined : "list";
  switch (type) {
    case "string":
      return "text";
    case "int":
    case "double":
    case "dyn<double>":
      return "number";
    case "bool":
      return "boolean";
    default:
      return type.startsWith("dyn") ? "unknown" : undefined;
  }
}

function evaluate(parsed: ParseResult, scope: Scope): Evaluated {
  try {
    const result: unknown = parsed(new Variables(scope));
    const value = takenValue(result);
    return value === undefined
      ? { ok: false, message: `the expression gave ${describe(result)}; ${whatIsTaken}` }
      : { ok: true, value };
  } catch (error) {
    return { ok: false, message: runMessage(error) };
  }
}

/** The engine asks for variables by name, so a view is made of those only that the expression uses. */
class Variables {
  readonly #scope: Scope;
  readonly item: string | undefined;

  constructor(scope: Scope) {
    this.#scope = scope;
    this.item = scope.item;
  }

  get row(): CellsView {
    return new CellsView(this.#scope.row);
  }

  get rows(): readonly CellsView[] | undefined {
    return this.#scope.rows?.map((cells) => new CellsView(cells));
  }

  get parent(): CellsView | undefined {
    return this.#scope.parent === undefined ? undefined : new CellsView(this.#scope.parent);
  }
}

function takenValue(result: unknown): Value | undefined {
  switch (typeof result) {
    case "string":
    case "boolean":
      return result;
    case "bigint":
      return BigInt(Number(result)) === result && Number.isSafeInteger(Number(result)) ? Number(result) : result;
    case "number":
      return Number.isFinite(result) ? (result === 0 ? 0 : result) : undefined;
    default:
      return Array.isArray(result) ? listOf(result) : undefined;
  }
}

function listOf(results: readonly unknown[]): Value | undefined {
  const values: Value[] = [];
  for (const result of results) {
    const value = takenValue(result);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

function describe(result: unknown): string {
  if (typeof result === "number") return "no finite number (a division by zero?)";
  if (result === null) return "null";
  return result instanceof CellsView ? "a row or a nested object" : "something else";
}
