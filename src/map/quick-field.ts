// A field's value and nothing else: no origins, no readings, no trace. It goes through the same steps as `evaluate`, and
// gives up (`slow`) wherever anything is to be said beside the value: a fault, a notice, a blank that clears, a code that may
// be damaged. The entry is then mapped again by compile-field.ts, which alone makes problems. So most entries never pay for
// telling where their values came from.
import { cellAt } from "../model/cells.ts";
import { styleOfColumn } from "../model/column-style.ts";
import type { Cell } from "../model/row.ts";
import { mayBeDamaged } from "./check-codes.ts";
import { targetOf } from "./columns/column-names.ts";
import { asValue } from "./definition/constant.ts";
import type { Alternative, FieldMapping, TemplatePart } from "./definition/mapping.ts";
import { judgeBy } from "./expression/condition.ts";
import { compileFinish, compilePipeline, type Finished, forEachStyle } from "./field-steps.ts";
import type { FieldContext, FieldTools } from "./field-tools.ts";
import { compileColumn, type FieldScope, readingsOf } from "./scope.ts";
import { compileSum } from "./sum.ts";
import { isBlankValue } from "./values/blanks.ts";
import { maxMadeLength } from "./values/bounds.ts";
import type { Value } from "./values/coerce.ts";
import { completed, settled, type ValueStyle } from "./values/style.ts";

/** What a field comes to: a value or a reference, nothing to send, or what only `evaluate` can tell. */
export type QuickResult = Exclude<Finished, { readonly kind: "failed" }> | "absent" | "slow";

/** A field's value in a scope. */
export type QuickField = (scope: FieldScope) => QuickResult;

type QuickAlternative = (scope: FieldScope) => QuickResult | "blank" | Filled;

/** A blank with a default, which counts when no later alternative has a value. */
interface Filled {
  readonly kind: "filled";
  readonly by: QuickResult;
}

/** The quick way of a field. */
export function compileQuickField({ path, field, alternatives }: FieldMapping, tools: FieldTools): QuickField {
  const isCode =
    field.isKey === true ||
    path === tools.codes.key ||
    field.holds !== undefined ||
    alternatives.some(({ ref }) => ref !== undefined);
  const attempts = alternatives.map((alternative) => compileQuickAlternative(alternative, { field, isCode }, tools));
  const evaluate: QuickField = (scope) => {
    let filled: Filled | undefined;
    for (const attempt of attempts) {
      const result = attempt(scope);
      if (result === "blank") continue;
      if (typeof result === "string" || result.kind !== "filled") return result;
      filled ??= result;
    }
    return filled === undefined ? "absent" : filled.by;
  };
  if (!isCode) return evaluate;
  return (scope) => {
    const result = evaluate(scope);
    if (typeof result === "string") return result;
    const code = result.kind === "reference" ? result.key : result.value;
    return typeof code === "string" && mayBeDamaged(code, isOfJson(scope)) ? "slow" : result;
  };
}

/** What a source gives: a value on its way, and how its text is written. */
interface Read {
  readonly value: Value;
  readonly style: ValueStyle;
  readonly isConstant: boolean;
}

type QuickSource = (scope: FieldScope) => Read | "blank" | "slow";

function compileQuickAlternative(
  alternative: Alternative,
  { field, isCode }: Pick<FieldMapping, "field"> & { readonly isCode: boolean },
  tools: FieldTools,
): QuickAlternative {
  const { style, clear, when, omitWhere, split, apply, lookup, map } = alternative;
  const read = compileQuickSource(alternative, tools.context, isCode);
  if (read === undefined) return () => "slow";
  const judge = when === undefined ? undefined : judgeBy(when, "when");
  const isPlain = split === undefined && apply.length === 0 && lookup === undefined && map === undefined;
  const inStyle = forEachStyle((each) => ({
    pass: isPlain ? undefined : compilePipeline(alternative, each, tools),
    finish: compileFinish(alternative, each, field),
  }));
  const byDefault = alternative.default === undefined ? undefined : asValue(alternative.default);
  const fallback = byDefault === undefined ? undefined : inStyle(style).finish(byDefault, true);
  const whenBlank: ReturnType<QuickAlternative> =
    fallback === undefined
      ? clear
        ? "slow"
        : "blank"
      : { kind: "filled", by: fallback.kind === "failed" ? "slow" : fallback };
  let lastStyle: ValueStyle | undefined;
  let lastSteps: ReturnType<typeof inStyle> | undefined;
  const stepsIn = (each: ValueStyle): ReturnType<typeof inStyle> => {
    if (each === lastStyle && lastSteps !== undefined) return lastSteps;
    lastStyle = each;
    lastSteps = inStyle(each);
    return lastSteps;
  };
  return (scope) => {
    if (judge !== undefined) {
      const judged = judge(scope.expressionScope);
      if (!judged.ok) return "slow";
      if (!judged.value) return "blank";
    }
    const found = read(scope);
    if (found === "slow") return "slow";
    if (found === "blank") return whenBlank;
    // What a lookup answers comes from a file that nobody has looked at.
    const { pass, finish } = stepsIn(lookup === undefined ? found.style : style);
    let { value, isConstant } = found;
    if (pass === undefined) {
      if (isBlankValue(value)) return whenBlank;
    } else {
      const passed = pass(value, isConstant);
      if (passed.kind === "blank") return whenBlank;
      if (passed.kind === "omitted") return "absent";
      if (passed.kind === "failed" || passed.notices !== undefined) return "slow";
      ({ value, isConstant } = passed);
    }
    const finished = finish(value, isConstant);
    if (finished.kind === "failed") return "slow";
    if (omitWhere !== undefined && finished.kind === "value" && omitWhere(finished.value) !== undefined) return "slow";
    return finished;
  };
}

/** The source of an alternative; undefined for what is always read the long way. */
function compileQuickSource(alternative: Alternative, context: FieldContext, isCode: boolean): QuickSource | undefined {
  const { source, style } = alternative;
  switch (source.kind) {
    case "from":
      return source.fill ? undefined : quickColumns(source.columns, style, context, isCode);
    case "template":
      return quickTemplate(source.parts, style, context, isCode);
    case "expr": {
      const { compiled } = source;
      return (scope) => {
        const result = compiled.expression(scope.expressionScope);
        if (!result.ok) return "slow";
        if (isBlankValue(result.value)) return "blank";
        if (isCode && !readingsOf(result.reads, scope).every(({ cell }) => isSoundCode(cell, scope))) return "slow";
        return { value: result.value, style: compiled.styleIn(scope.expressionScope), isConstant: false };
      };
    }
    case "value": {
      const value = asValue(source.value);
      return value === undefined ? undefined : () => ({ value, style, isConstant: true });
    }
    case "sum": {
      const { look, add } = compileSum(source, alternative, context);
      return (scope) => {
        const looked = look(scope);
        const sum = looked.ok ? add(looked.readings) : looked;
        if (!sum.ok) return "slow";
        return sum.value === undefined ? "blank" : { value: sum.value, style, isConstant: false };
      };
    }
    default:
      return source satisfies never;
  }
}

type CellReader = (scope: FieldScope) => Cell | undefined;

function quickCell(name: string, context: FieldContext): CellReader {
  if (targetOf(name, context).kind === "own") return (scope) => cellAt(scope.place.cells, name);
  const read = compileColumn(name, context);
  return (scope) => read(scope).cell;
}

function quickColumns(
  columns: readonly string[],
  style: ValueStyle,
  context: FieldContext,
  isCode: boolean,
): QuickSource {
  const { blanks } = context;
  const readers = columns.map((name) => ({
    cellOf: quickCell(name, context),
    styleOf: compileStyleOf(name, style, context),
  }));
  return (scope) => {
    for (const { cellOf, styleOf } of readers) {
      const cell = cellOf(scope);
      if (cell === undefined) continue;
      if (typeof cell !== "string") return "slow";
      if (blanks.isBlank(cell)) continue;
      if (isCode && !isSoundCode(cell, scope)) return "slow";
      return { value: cell, style: styleOf(scope), isConstant: false };
    }
    return "blank";
  };
}

function quickTemplate(
  parts: readonly TemplatePart[],
  style: ValueStyle,
  context: FieldContext,
  isCode: boolean,
): QuickSource | undefined {
  const { blanks } = context;
  const [first] = parts.flatMap((part) => ("column" in part ? [part.column] : []));
  if (first === undefined) return undefined;
  const styleOf = compileStyleOf(first, style, context);
  const readers = parts.map((part) => ("text" in part ? part.text : quickCell(part.column, context)));
  return (scope) => {
    let text = "";
    let isAllBlank = true;
    for (const reader of readers) {
      if (typeof reader === "string") {
        text += reader;
        continue;
      }
      const cell = reader(scope);
      if (cell !== undefined && typeof cell !== "string") return "slow";
      if (cell === undefined || blanks.isBlank(cell)) {
        if (scope.parent !== undefined) return "slow"; // the entry's own row may have it
        continue;
      }
      if (isCode && !isSoundCode(cell, scope)) return "slow";
      isAllBlank = false;
      text += cell;
    }
    if (isAllBlank) return "blank";
    return text.length > maxMadeLength ? "slow" : { value: text.trim(), style: styleOf(scope), isConstant: false };
  };
}

function isSoundCode(cell: Cell | undefined, scope: FieldScope): boolean {
  return typeof cell !== "string" || !mayBeDamaged(cell, isOfJson(scope));
}

function isOfJson({ place }: FieldScope): boolean {
  return place.source.row.raw.startsWith("{");
}

/** How the cell of a column is written, kept for as long as the rows are of one file. */
function compileStyleOf(name: string, style: ValueStyle, context: FieldContext): (scope: FieldScope) => ValueStyle {
  if (targetOf(name, context).kind !== "own") {
    const read = compileColumn(name, context);
    return (scope) => {
      const { source, column } = read(scope);
      return source.styles === undefined ? settled(style) : completed(style, styleOfColumn(source.styles, column));
    };
  }
  let lastStyles: FieldScope["place"]["source"]["styles"];
  let lastPrefix: string | undefined;
  let last: ValueStyle = style;
  return ({ place: { source, prefix } }) => {
    if (lastPrefix === prefix && lastStyles === source.styles) return last;
    lastPrefix = prefix;
    lastStyles = source.styles;
    last = source.styles === undefined ? settled(style) : completed(style, styleOfColumn(source.styles, prefix + name));
    return last;
  };
}
