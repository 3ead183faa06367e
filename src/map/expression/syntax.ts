// What is read off an expression's syntax tree: the columns it names, and the mistakes that the engine lets pass.
// Nothing is evaluated here.
import type { ASTNode } from "@marcbachmann/cel-js";
import { compilePattern } from "../values/pattern.ts";
import type { ReadKind } from "../values/style.ts";
import { type IndexNames, safeNames } from "./language.ts";

/** A mistake, and where in the source it starts (0-based). */
export interface SyntaxFault {
  readonly message: string;
  readonly start: number;
}

/** The columns that are read off `row` by a literal name, each once, in order: `row["X"]` and `row.X`. */
export function columnsOf(tree: ASTNode): readonly string[] {
  const columns = new Set<string>();
  for (const node of nodesOf(tree)) {
    const key = accessKey(node);
    if (key !== undefined && key.owner.op === "id" && key.owner.args === "row") columns.add(key.name);
  }
  return [...columns];
}

/** The columns that are read by a literal name off anything but `row`: `parent["X"]`, `rows[0]["X"]`, `r["X"]` of a macro. */
export function otherColumnsOf(tree: ASTNode): readonly string[] {
  const columns = new Set<string>();
  for (const node of nodesOf(tree)) {
    const key = accessKey(node);
    if (key !== undefined && !(key.owner.op === "id" && key.owner.args === "row")) columns.add(key.name);
  }
  return [...columns];
}

/** A cell that an expression reads: of its own row, of a row of the main file (`parent`, `rows`), or the piece `item`. */
export type CellUse =
  | { readonly owner: "row" | "main"; readonly column: string }
  | { readonly owner: "item"; readonly column?: undefined };

/** What a call of `number()` or `date()`, or a whole expression, gets its text from. */
export interface TextUse {
  readonly reads: ReadKind;
  /** The source of the argument. */
  readonly text: string;
  readonly cells: readonly CellUse[];
  /** The argument is a cell as it stands. */
  readonly isCell: boolean;
}

/** The calls of `number()` and `date()` in an expression. */
export function textUses(tree: ASTNode, indexes: IndexNames): readonly TextUse[] {
  return [...nodesOf(tree)].flatMap((node): TextUse[] => {
    const [name, [argument]] = node.op === "call" ? node.args : ["", []];
    if ((name !== "number" && name !== "date") || argument === undefined) return [];
    return [textUse(argument, name, indexes)];
  });
}

/** An expression's whole result as text that is read. What an index answers is no cell that the expression names. */
export function textUse(tree: ASTNode, reads: ReadKind, indexes: IndexNames): TextUse {
  const nodes = [...nodesOf(tree)];
  const asksIndex = nodes.some((node) => node.op === "call" && indexes.has(node.args[0]));
  const cells = asksIndex ? [] : nodes.map(cellUse).filter((use) => use !== undefined);
  const text = tree.input.slice(tree.start, tree.end);
  return { reads, text, cells, isCell: cellUse(tree) !== undefined };
}

function cellUse(node: ASTNode): CellUse | undefined {
  if (node.op === "id") return node.args === "item" ? { owner: "item" } : undefined;
  const key = accessKey(node);
  if (key === undefined) return undefined;
  if (key.owner.op === "id") return { owner: key.owner.args === "row" ? "row" : "main", column: key.name };
  // `rows[0]["X"]`: what is nested deeper is JSON, whose values have one style.
  const isOfRows = key.owner.op === "[]" && key.owner.args[0].op === "id" && key.owner.args[0].args === "rows";
  return isOfRows ? { owner: "main", column: key.name } : undefined;
}

/** The first mistake that would compile and then be wrong on every row. */
export function syntaxFault(tree: ASTNode): SyntaxFault | undefined {
  for (const node of nodesOf(tree)) {
    const message = uselessHas(node) ?? textAgainstNumber(node) ?? badPattern(node);
    if (message !== undefined) return { message, start: node.start };
  }
  return undefined;
}

/** The source with calls of functions that could run away renamed to the safe ones; positions do not move. */
export function withSafeNames(source: string, tree: ASTNode): string {
  let renamed = source;
  for (const node of nodesOf(tree)) {
    if (node.op !== "rcall" && node.op !== "call") continue;
    const [name] = node.args;
    const safe = safeNames.get(name);
    // The function `matches(a, b)` is ours already.
    if (safe === undefined || (node.op === "call" && name === "matches")) continue;
    const at = renamed.indexOf(name, node.op === "rcall" ? node.args[1].end : node.start);
    if (at !== -1) renamed = `${renamed.slice(0, at)}${safe}${renamed.slice(at + safe.length)}`;
  }
  return renamed;
}

function uselessHas(node: ASTNode): string | undefined {
  if (node.op !== "call" || node.args[0] !== "has") return undefined;
  return `has() is always true, as a missing cell is ""; write row["X"] != ""`;
}

const operators = ["==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/"] as const;
type Operator = (typeof operators)[number];

function isOperation(node: ASTNode): node is Extract<ASTNode, { op: Operator }> {
  return (operators as readonly string[]).includes(node.op);
}

function textAgainstNumber(node: ASTNode): string | undefined {
  if (!isOperation(node)) return undefined;
  const [left, right] = node.args;
  const cell = isCellOf(left) ? left : isCellOf(right) ? right : undefined;
  const other = cell === left ? right : left;
  if (cell === undefined) return undefined;
  const literal = other.op === "-_" ? other.args : other;
  if (literal.op !== "value") return undefined;
  const written = cell.input.slice(cell.start, cell.end);
  if (typeof literal.args === "number" || typeof literal.args === "bigint") {
    return `a cell is text, so "${node.op}" with a number needs number(${written})`;
  }
  if (typeof literal.args === "boolean") return `a cell is text; compare with "${literal.args}" in quotes`;
  return undefined;
}

// A chain of names that starts at a variable: what it reads off a row is text.
function isCellOf(node: ASTNode): boolean {
  const key = accessKey(node);
  return key !== undefined && (key.owner.op === "id" || isCellOf(key.owner));
}

function badPattern(node: ASTNode): string | undefined {
  const pattern =
    node.op === "rcall" && node.args[0] === "matches"
      ? node.args[2][0]
      : node.op === "call" && node.args[0] === "matches"
        ? node.args[1][1]
        : undefined;
  if (pattern?.op !== "value" || typeof pattern.args !== "string") return undefined;
  const compiled = compilePattern(pattern.args);
  return compiled.ok ? undefined : compiled.message;
}

/** What a node reads by a literal name, and off what; undefined for any other node. */
export function accessKey(node: ASTNode): { readonly owner: ASTNode; readonly name: string } | undefined {
  if (node.op === ".") return { owner: node.args[0], name: node.args[1] };
  if (node.op !== "[]" || node.args[1].op !== "value" || typeof node.args[1].args !== "string") return undefined;
  return { owner: node.args[0], name: node.args[1].args };
}

/** The node and all below it. */
export function* nodesOf(node: ASTNode): Generator<ASTNode> {
  yield node;
  for (const child of childrenOf(node)) yield* nodesOf(child);
}

/** The nodes right below a node. */
export function childrenOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case "value":
    case "id":
      return [];
    case ".":
    case ".?":
      return [node.args[0]];
    case "!_":
    case "-_":
      return [node.args];
    case "call":
      return node.args[1];
    case "rcall":
      return [node.args[1], ...node.args[2]];
    case "map":
      return node.args.flat();
    default:
      return node.args;
  }
}
