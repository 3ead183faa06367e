// Which of the cells that an expression read its value is made of, or its failure comes from. What is read is told by
// the run itself; what the reading was for is seen in the syntax tree.
import type { ASTNode } from "@marcbachmann/cel-js";
import { accessKey, childrenOf, nodesOf } from "./syntax.ts";

/** A cell that an expression asked for. */
export interface CellRead {
  /** The variable it was read off; a number is the index in `rows`. */
  readonly owner: "row" | "parent" | "item" | number;
  /** As the expression names it; of nested values each step by itself. */
  readonly name: string;
  /** From the owner: `line_items.0.qty`; nothing for `item`. */
  readonly column: string;
}

const mostReads = 200;

/** Keeps reads in order: the first 199 and the last, so that an expression over a whole group stays small. */
export function keepRead(reads: CellRead[], read: CellRead): void {
  if (reads.length < mostReads) reads.push(read);
  else reads[mostReads - 1] = read;
}

/** Of what was read, each cell once and what the value is made of; what was only compared counts when there is nothing else. */
export function compileValueReads(tree: ASTNode): (reads: readonly CellRead[]) => readonly CellRead[] {
  const names = new Set(isClosed(tree) ? namesOf(valueNodes(tree)) : []);
  return (reads) => {
    const own = reads.filter(({ name }) => names.has(name));
    return distinct(own.length === 0 ? reads : own);
  };
}

/** Of what was read, the cells that the failed part of the expression used: each name as it was read last. */
export function readsOfFailure(failed: ASTNode | undefined, reads: readonly CellRead[]): readonly CellRead[] {
  if (failed === undefined) return distinct(reads);
  const found = [...new Set(namesOf(nodesOf(failed)))].flatMap((name) => {
    const last = reads.findLast((read) => read.name === name);
    return last === undefined ? [] : [last];
  });
  return distinct(found.length === 0 ? reads : found);
}

/** Each cell once; what only led to another (`customer` on the way to `customer.city`) is not one. */
function distinct(reads: readonly CellRead[]): readonly CellRead[] {
  if (reads.length < 2) return reads;
  const cells = new Map(reads.map((read) => [`${read.owner} ${read.column}`, read]));
  const all = [...cells.values()];
  return all.filter(
    ({ owner, column }) => !all.some((other) => other.owner === owner && other.column.startsWith(`${column}.`)),
  );
}

function namesOf(nodes: Iterable<ASTNode>): string[] {
  return [...nodes].flatMap((node) => {
    if (node.op === "id") return node.args === "item" ? ["item"] : [];
    return accessKey(node)?.name ?? [];
  });
}

/** Whether every cell is read by a name that stands in the text. */
function isClosed(tree: ASTNode): boolean {
  return [...nodesOf(tree)].every(
    (node) => node.op !== "[]" || accessKey(node) !== undefined || node.args[1].op === "value",
  );
}

const judging: ReadonlySet<string> = new Set(["==", "!=", "<", "<=", ">", ">=", "in", "&&", "||", "!_"]);

/** The nodes whose values go into the result: not the conditions of `? :`, and nothing that is only compared. */
function* valueNodes(node: ASTNode): Generator<ASTNode> {
  if (judging.has(node.op)) return;
  yield node;
  const children = node.op === "?:" ? node.args.slice(1) : childrenOf(node);
  for (const child of children) yield* valueNodes(child);
}
