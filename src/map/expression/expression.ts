// Expressions of a mapping (`expr`, `when`, `where`, `head`), in CEL: compiled once, evaluated per row. The functions
// they may call are in language.ts. No expression reaches anything but its rows.
import { type Environment, EvaluationError, type ParseResult } from "@marcbachmann/cel-js";
import { cellAt } from "../../model/cells.ts";
import { type ColumnStyle, type ColumnStyles, styleOfColumn } from "../../model/column-style.ts";
import type { Cells } from "../../model/row.ts";
import type { Value } from "../values/coerce.ts";
import { commonStyle, completed, type ReadKind, settled, type ValueStyle } from "../values/style.ts";
import { type CellRead, compileValueReads, keepRead, readsOfFailure } from "./cell-reads.ts";
import { CellsView, type ReadListener } from "./cells-view.ts";
import {
  askingIndexes,
  type ExpressionKind,
  expressionEnvironment,
  type IndexNames,
  noIndexes,
  noIndexNames,
  type RowIndexes,
} from "./language.ts";
import { compileMessage, place, runMessage } from "./message.ts";
import { withinBounds } from "./meter.ts";
import {
  type CellUse,
  columnsOf,
  otherColumnsOf,
  syntaxFault,
  type TextUse,
  textUse,
  textUses,
  withSafeNames,
} from "./syntax.ts";

/** What an expression may look at; which of it exists depends on the kind. */
export interface Scope {
  readonly row: Cells;
  /** In children: the group's first row or the enclosing element. */
  readonly parent?: Cells;
  /** In groups and children: the rows of the group. */
  readonly rows?: readonly Cells[];
  /** In children of a split cell: the piece. */
  readonly item?: string;
  /** The indexes that it may call. */
  readonly indexes?: RowIndexes | undefined;
  /** What the cells prove of how they are written. */
  readonly styles?: ScopeStyles;
}

/** The styles of the files whose rows an expression sees. */
export interface ScopeStyles {
  /** Of `row`'s file. */
  readonly row?: ColumnStyles | undefined;
  /** Of the file of `parent` and `rows`. */
  readonly main?: ColumnStyles | undefined;
  /** Of the cell that `item` is a piece of. */
  readonly item?: ColumnStyle | undefined;
}

/** `reads` are the cells that the value is made of, or that made it fail: as far as is known those alone. */
type Evaluated = { readonly reads: readonly CellRead[] } & (
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly message: string }
);

/** Never throws; whole numbers come as `number` where that is exact. */
export type Expression = (scope: Scope) => Evaluated;

/** What an expression gives as far as can be known before it runs. */
type Yields = "text" | "number" | "boolean" | "list" | "unknown";

/** An expression ready for rows. */
export interface ReadyExpression {
  readonly expression: Expression;
  /** Literal column names that it reads off `row`, to be checked against a header. */
  readonly columns: readonly string[];
  /** Literal names that it reads off other rows: the parent's, or those of the group. */
  readonly otherColumns: readonly string[];
  readonly yields: Yields;
  /** Texts that are read by a style: arguments of `number()` and `date()`, and last the result where that is read. */
  readonly uses: readonly TextUse[];
  /** How a text that comes from these cells is written. */
  readonly styleIn: (scope: Scope) => ValueStyle;
  /** The same expression where a text that it gives is read so. */
  readonly reading: (result: ReadKind | undefined) => ReadyExpression;
  /** What gives the text of one of its uses by itself; undefined where that needs a variable of the expression around it. */
  readonly partOf: (use: TextUse) => Expression | undefined;
}

/** An expression ready for rows, or what is wrong with its text. */
export type CompiledExpression =
  | ({ readonly ok: true } & ReadyExpression)
  | { readonly ok: false; readonly message: string };

/** What makes expressions of their texts: `compileExpression`, or one that remembers what it made. */
export type CompileExpression = (
  source: string,
  kind: ExpressionKind,
  style: ValueStyle,
  indexes: IndexNames,
  compilePart?: CompileExpression,
) => CompiledExpression;

/**
 * The expression, or one line that says what is wrong with it and at which column of its text (from 1). What the style
 * leaves open is taken from the scope's cells, row by row. `compilePart` is asked for what stands in it.
 */
export function compileExpression(
  source: string,
  kind: ExpressionKind,
  style: ValueStyle,
  indexes: IndexNames = noIndexNames,
  compilePart: CompileExpression = compileExpression,
): CompiledExpression {
  const environment = environmentOf(kind, style, indexes);
  try {
    const parsed = environment.parse(source);
    const fault = syntaxFault(parsed.ast);
    if (fault !== undefined) return { ok: false, message: `${fault.message}${place(source, fault.start)}` };
    const safeSource = withSafeNames(source, parsed.ast);
    const safe = environment.parse(safeSource);
    const check = safe.check();
    if (!check.valid) return { ok: false, message: compileMessage(check.error, source, kind) };
    const yields = yieldsOf(check.type ?? "dyn");
    if (yields === undefined) return { ok: false, message: `the expression gives ${check.type}; ${whatIsTaken}` };
    const columns = columnsOf(parsed.ast);
    const valueReads = compileValueReads(parsed.ast);
    const inStyles = new Map<ValueStyle, ParseResult>([[style, safe]]);
    const readyFor = (uses: readonly TextUse[]): Pick<ReadyExpression, "expression" | "uses" | "styleIn"> => {
      const styleIn = styleFinder(style, uses);
      if (styleIn === undefined)
        return { expression: (scope) => evaluate(safe, scope, valueReads), uses, styleIn: () => style };
      const expression: Expression = (scope) => {
        const found = styleIn(scope);
        if (found === undefined) return { ok: false, message: differentStyles(uses), reads: [] };
        const parsedFor = inStyles.get(found) ?? environmentOf(kind, found, indexes).parse(safeSource);
        inStyles.set(found, parsedFor);
        return evaluate(parsedFor, scope, valueReads);
      };
      return { expression, uses, styleIn: (scope) => styleIn(scope) ?? style };
    };
    const parts = textUses(parsed.ast, indexes);
    const reading = (result: ReadKind | undefined): ReadyExpression =>
      result === undefined || yields === "number" || yields === "boolean"
        ? ready
        : { ...ready, ...readyFor([...parts, textUse(parsed.ast, result, indexes)]) };
    const partOf = ({ text }: TextUse): Expression | undefined => {
      const part = compilePart(text, kind, style, indexes);
      return part.ok ? part.expression : undefined;
    };
    const otherColumns = otherColumnsOf(parsed.ast);
    const ready: ReadyExpression = { ...readyFor(parts), columns, otherColumns, yields, reading, partOf };
    return { ok: true, ...ready };
  } catch (error) {
    return { ok: false, message: compileMessage(error, source, kind) };
  }
}

/** What to say of an expression that reads columns which are not written alike. */
export function differentStyles(uses: readonly TextUse[]): string {
  const names = new Set(uses.flatMap(({ cells }) => cells.flatMap(({ column }) => column ?? [])));
  return `${[...names].map((name) => `"${name}"`).join(" and ")} are not written alike, and one expression reads them in one way`;
}

/** The style for a scope by its cells; undefined where every scope has the said one, or gives no common one. */
function styleFinder(
  said: ValueStyle,
  uses: readonly TextUse[],
): ((scope: Scope) => ValueStyle | undefined) | undefined {
  const cells = uses.flatMap((use) => use.cells.map((cell) => ({ cell, reads: use.reads })));
  if (uses.length === 0) return undefined;
  // Where everything is said, only a file that was saved again knows better.
  const counts = ({ savedAgain }: ColumnStyle): boolean => said.unsaid !== undefined || savedAgain === true;
  // The rows of a file, and mostly those of a run, come with the same lists.
  let last: { readonly styles: ScopeStyles; readonly style: ValueStyle | undefined } | undefined;
  return ({ styles }) => {
    if (styles === undefined) return settled(said);
    if (last?.styles.row === styles.row && last?.styles.main === styles.main && last?.styles.item === styles.item)
      return last?.style;
    const found = cells.flatMap(({ cell, reads }) => readAs(styleOfCell(cell, styles), reads) ?? []).filter(counts);
    const common = commonStyle(found);
    const style = found.length === 0 ? said : common === undefined ? undefined : completed(said, common);
    last = { styles, style };
    return style;
  };
}

function styleOfCell(cell: CellUse, { row, main, item }: ScopeStyles): ColumnStyle | undefined {
  return cell.owner === "item" ? item : styleOfColumn(cell.owner === "row" ? row : main, cell.column);
}

/** The part of a column's style that counts for cells read so. */
export function readAs(style: ColumnStyle | undefined, reads: ReadKind): ColumnStyle | undefined {
  if (style === undefined) return undefined;
  const { column, decimal, thousands, dates } = style;
  const again = style.savedAgain === true ? ({ savedAgain: true } as const) : {};
  if (reads === "date") return dates === undefined ? undefined : { column, dates, ...again };
  if (decimal === undefined && thousands === undefined) return undefined;
  return {
    column,
    ...(decimal === undefined ? {} : { decimal }),
    ...(thousands === undefined ? {} : { thousands }),
    ...again,
  };
}

const environments = new WeakMap<IndexNames, WeakMap<ValueStyle, Map<ExpressionKind, Environment>>>();

function environmentOf(kind: ExpressionKind, style: ValueStyle, indexes: IndexNames): Environment {
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

function evaluate(
  parsed: ParseResult,
  scope: Scope,
  valueReads: (reads: readonly CellRead[]) => readonly CellRead[],
): Evaluated {
  const variables = new Variables(scope);
  try {
    const result = askingIndexes(scope.indexes ?? noIndexes, () => withinBounds((): unknown => parsed(variables)));
    const value = takenValue(result);
    const reads = valueReads(variables.reads);
    return value === undefined
      ? { ok: false, message: `the expression gave ${describe(result)}; ${whatIsTaken}`, reads }
      : { ok: true, value, reads };
  } catch (error) {
    const failed = error instanceof EvaluationError ? error.node : undefined;
    const reads = readsOfFailure(failed, variables.reads);
    const [read, ...others] = reads;
    const text = read === undefined || others.length > 0 ? undefined : textOf(read, scope);
    return { ok: false, message: runMessage(error, text), reads };
  }
}

function textOf({ owner, column }: CellRead, scope: Scope): string | undefined {
  if (owner === "item") return scope.item;
  const cells = typeof owner === "number" ? scope.rows?.[owner] : scope[owner];
  const cell = cells === undefined ? undefined : (cellAt(cells, column) ?? "");
  return typeof cell === "string" ? cell : undefined;
}

/** The engine asks for variables by name, so a view is made of those only that the expression uses. */
class Variables {
  readonly #scope: Scope;
  /** What was asked for so far, in order. */
  readonly reads: CellRead[] = [];

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  get item(): string | undefined {
    keepRead(this.reads, { owner: "item", name: "item", column: "" });
    return this.#scope.item;
  }

  get row(): CellsView {
    return new CellsView(this.#scope.row, this.#listener("row"));
  }

  get rows(): readonly CellsView[] | undefined {
    return this.#scope.rows === undefined ? undefined : viewsOf(this.#scope.rows, this.reads);
  }

  get parent(): CellsView | undefined {
    return this.#scope.parent === undefined ? undefined : new CellsView(this.#scope.parent, this.#listener("parent"));
  }

  #listener(owner: CellRead["owner"]): ReadListener {
    return (name, column) => keepRead(this.reads, { owner, name, column });
  }
}

// Every row of a group is shown the same rows: views made anew for each would be the square of the group.
const views = new WeakMap<readonly Cells[], RowViews>();

/** Views of a group's rows, and who is told what is read off them now: one evaluation ends before the next begins. */
interface RowViews {
  readonly all: readonly CellsView[];
  reads: CellRead[];
}

function viewsOf(rows: readonly Cells[], reads: CellRead[]): readonly CellsView[] {
  const known = views.get(rows) ?? newViews(rows);
  views.set(rows, known);
  known.reads = reads;
  return known.all;
}

function newViews(rows: readonly Cells[]): RowViews {
  const made: RowViews = {
    reads: [],
    all: rows.map(
      (cells, owner) => new CellsView(cells, (name, column) => keepRead(made.reads, { owner, name, column })),
    ),
  };
  return made;
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
