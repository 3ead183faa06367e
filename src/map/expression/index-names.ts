// What indexes may be called, and which names the expressions of a mapping can call. Their rows: row-index.ts.
import { compileExpression } from "./expression.ts";
import { expressionEnvironment, type IndexNames, noIndexNames } from "./language.ts";

const namesOf = new WeakMap<object, IndexNames>();

/** The indexes that expressions can call. The same object for the same specs: expressions share one environment for each. */
export function indexNames(specs: Readonly<Record<string, unknown>> | undefined): IndexNames {
  if (specs === undefined) return noIndexNames;
  const names = namesOf.get(specs) ?? new Set(Object.keys(specs).filter((name) => indexNameFault(name) === undefined));
  namesOf.set(specs, names);
  return names;
}

/** Why expressions could not call an index so; undefined when they can. */
export function indexNameFault(name: string): string | undefined {
  if (!/^[a-z]\w*$/i.test(name)) return `"${name}" must be letters, digits and _: it is called like a function`;
  const { functions, variables } = expressionEnvironment("child", plainStyle).getDefinitions();
  const isKnown = [...functions, ...variables].some((known) => known.name === name);
  const isUsable = !isKnown && compileExpression(`${name}("")`, "row", plainStyle, new Set([name])).ok;
  return isUsable ? undefined : `an index cannot be called "${name}": that means something in expressions`;
}

const plainStyle = { decimal: ".", dates: [] } as const;
