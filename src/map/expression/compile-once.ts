// Remembers the expressions of one mapping: they are checked, and run on every row, as they were compiled the first time.
import type { ValueStyle } from "../values/style.ts";
import type { CompiledExpression, CompileExpression } from "./expression.ts";
import type { IndexNames } from "./language.ts";

/** A compiler that compiles every expression once, and every part of one: what it was asked before, it answers again. */
export function compileOnce(compile: CompileExpression): CompileExpression {
  const known = new Map<IndexNames, Map<ValueStyle, Map<string, CompiledExpression>>>();
  const once: CompileExpression = (source, kind, style, indexes) => {
    const ofIndexes = known.get(indexes) ?? new Map<ValueStyle, Map<string, CompiledExpression>>();
    known.set(indexes, ofIndexes);
    const ofStyle = ofIndexes.get(style) ?? new Map<string, CompiledExpression>();
    ofIndexes.set(style, ofStyle);
    const key = `${kind} ${source}`;
    const compiled = ofStyle.get(key) ?? compile(source, kind, style, indexes, once);
    ofStyle.set(key, compiled);
    return compiled;
  };
  return once;
}
