// What indexes may be called, and stand-ins for checking the expressions that call them. Their rows: row-index.ts.
import { compileExpression } from "./expression.ts";
import { expressionEnvironment, noIndexes, type RowIndex, type RowIndexes } from "./language.ts";

const stubs = new WeakMap<object, RowIndexes>();

/** Indexes with these names that hold nothing, for checking expressions. The same object for the same specs. */
export function indexNames(specs: Readonly<Record<string, unknown>> | undefined): RowIndexes {
  if (specs === undefined) return noIndexes;
  const known =
    stubs.get(specs) ??
    new Map(
      Object.keys(specs)
        .filter((name) => indexNameFault(name) === undefined)
        .map((name) => [name, nothing]),
    );
  stubs.set(specs, known);
  return known;
}

const nothing: RowIndex = (_, otherwise = "") => otherwise;

/** Why expressions could not call an index so; undefined when they can. */
export function indexNameFault(name: string): string | undefined {
  if (!/^[a-z]\w*$/i.test(name)) return `"${name}" must be letters, digits and _: it is called like a function`;
  const { functions, variables } = expressionEnvironment("child", plainStyle).getDefinitions();
  const isKnown = [...functions, ...variables].some((known) => known.name === name);
  const isUsable = !isKnown && compileExpression(`${name}("")`, "row", plainStyle, new Map([[name, nothing]])).ok;
  return isUsable ? undefined : `an index cannot be called "${name}": that means something in expressions`;
}

const plainStyle = { decimal: ".", dates: [], timezone: "UTC" } as const;
