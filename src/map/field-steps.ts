// What happens to the value of a source on its way to a field: split, apply, lookup, map, then round and the type that the
// payload's schema says. Where the value comes from is compile-source.ts.
import type { OffsetDay } from "../model/draft.ts";
import type { Json } from "../model/json.ts";
import type { Notice } from "../model/problem.ts";
import type { ReferableName } from "../model/resource.ts";
import type { Field } from "../model/resources/field.ts";
import type { TraceStep } from "../model/trace.ts";
import type { Alternative } from "./definition/mapping.ts";
import { constantStyle } from "./definition/normalise.ts";
import type { Failure } from "./field-result.ts";
import type { FieldTools } from "./field-tools.ts";
import { type TraceRecorder, traced, transformText } from "./trace-recorder.ts";
import { type Answer, compileValueTable } from "./value-tables.ts";
import { isBlankValue } from "./values/blanks.ts";
import { coerce, type Value } from "./values/coerce.ts";
import type { ValueStyle } from "./values/style.ts";
import { compileTransform, type Transform, type TransformSpec } from "./values/transforms.ts";
import { pieces, scalarText } from "./values/value-text.ts";

/** split → apply → lookup → map. */
export function compilePipeline(
  { source, split, apply, lookup, map, otherwise }: Alternative,
  style: ValueStyle,
  { lookups, context }: FieldTools,
) {
  // The cells of a sum went through them one by one, before they were added.
  const transforms = (source.kind === "sum" ? [] : apply).map((spec) => ({
    spec,
    transform: transformOf(spec, style),
  }));
  const steps: {
    readonly answer: (value: Value, isConstant: boolean) => Answer;
    readonly by: "map" | "lookup";
    readonly told: (value: Value) => TraceStep;
  }[] = [];
  if (lookup !== undefined) {
    const { file, key, value, otherwise: unanswered } = lookup;
    const where = `in column "${key}" of ${file}`;
    steps.push({
      answer: compileValueTable(lookups({ file, key, value }), unanswered, where, false, context.blanks),
      by: "lookup",
      told: (answered) => ({ kind: "lookup", file, value: traced(answered) }),
    });
  }
  if (map !== undefined) {
    steps.push({
      answer: compileValueTable(map, otherwise, "in the map", true, context.blanks),
      by: "map",
      told: (answered) => ({ kind: "map", value: traced(answered) }),
    });
  }
  return (picked: Value, isConstant: boolean, recorder?: TraceRecorder): Answer => {
    let value = picked;
    if (split !== undefined && typeof picked === "string") {
      value = pieces(picked, split);
      recorder?.step({ kind: "split", separator: split, value: traced(value) });
    }
    let notices: readonly Notice[] | undefined;
    for (const { spec, transform } of transforms) {
      const result = transform(value);
      if (!result.ok) return { kind: "failed", code: result.code, message: result.message };
      value = result.value;
      if (result.notices !== undefined) notices = [...(notices ?? []), ...result.notices];
      recorder?.step({ kind: "apply", transform: transformText(spec), value: traced(value) });
    }
    let answer: Answer = isBlankValue(value) ? { kind: "blank" } : { kind: "value", value, isConstant };
    for (const { answer: ask, by, told } of steps) {
      if (answer.kind !== "value") return answer;
      answer = ask(answer.value, answer.isConstant);
      if (answer.kind === "value") recorder?.step(told(answer.value));
      else if (answer.kind === "omitted") recorder?.step({ kind: "omitted", by });
    }
    return answer.kind === "value" && notices !== undefined ? { ...answer, notices } : answer;
  };
}

/** What the last steps gave. */
export type Finished =
  | { readonly kind: "value"; readonly value: Json; readonly offsetDay?: OffsetDay }
  | { readonly kind: "reference"; readonly resource: ReferableName; readonly key: string }
  | Failure;

function dayOf(offsetDay: OffsetDay | undefined): { readonly offsetDay?: OffsetDay } {
  return offsetDay === undefined ? {} : { offsetDay };
}

/** round → the field's type, or the key of a reference. Constants are read as mappings write them, not as cells are. */
export function compileFinish(
  { round, ref, unit }: Alternative,
  style: ValueStyle,
  field: Field,
): (value: Value, isConstant: boolean, recorder?: TraceRecorder) => Finished {
  const finishIn = (inStyle: ValueStyle) => {
    const rounding = round === undefined ? undefined : transformOf({ round }, inStyle);
    return (given: Value, recorder?: TraceRecorder): Finished => {
      const rounded = rounding?.(given) ?? { ok: true as const, value: given };
      if (!rounded.ok) return { kind: "failed", code: rounded.code, message: rounded.message };
      const { value } = rounded;
      if (round !== undefined) recorder?.step({ kind: "round", places: round, value: traced(value) });
      if (ref !== undefined) {
        if (typeof value === "object")
          return { kind: "failed", code: "wrong_type", message: `there is a list where one ${ref.by} is expected` };
        return { kind: "reference", resource: ref.resource, key: scalarText(value).trim() };
      }
      const coerced = coerce(value, field, inStyle, unit);
      if (coerced.ok) {
        const asUnit = unit === undefined ? {} : { unit };
        recorder?.step({ kind: "type", type: field.type, ...asUnit, value: coerced.value });
      }
      return coerced.ok
        ? { kind: "value", value: coerced.value, ...dayOf(coerced.offsetDay) }
        : { kind: "failed", code: coerced.code, message: coerced.message };
    };
  };
  const finishCell = finishIn(style);
  const finishConstant = finishIn(constantStyle(style));
  return (value, isConstant, recorder) => (isConstant ? finishConstant : finishCell)(value, recorder);
}

/** One of each for every style that occurs: mostly one, now and then a few. */
export function forEachStyle<T>(make: (style: ValueStyle) => T): (style: ValueStyle) => T {
  const made = new Map<ValueStyle, T>();
  return (style) => {
    const known = made.get(style);
    if (known !== undefined) return known;
    const fresh = make(style);
    made.set(style, fresh);
    return fresh;
  };
}

/** A transform of a mapping that was checked. */
export function transformOf(spec: TransformSpec, style: ValueStyle): Transform {
  const compiled = compileTransform(spec, style);
  if (!compiled.ok) throw new Error(`an unchecked transform came to be compiled: ${compiled.message}`);
  return compiled.transform;
}
