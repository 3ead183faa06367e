// One field of a mapping as a function: `when`, the source's value, split, apply, lookup, map, round, then the type that
// the payload's schema says. What becomes of the result (payload, origins, problems) is assemble-draft.ts.

import { cellAt } from "../model/cells.ts";
import type { Origin, OriginPart } from "../model/draft.ts";
import { type PathStep, parsePath } from "../model/payload-path.ts";
import type { Notice } from "../model/problem.ts";
import type { Field } from "../model/resources/field.ts";
import type { ValueJudge } from "../model/resources/schema-issue.ts";
import { compileCodeCheck } from "./check-codes.ts";
import { compileSource } from "./compile-source.ts";
import { asValue, takesStructure } from "./definition/constant.ts";
import type { Alternative, FieldMapping } from "./definition/mapping.ts";
import { judgeBy } from "./expression/condition.ts";
import type { FieldResult, PlacedNotice } from "./field-result.ts";
import { compileFinish, compilePipeline, type Finished, forEachStyle } from "./field-steps.ts";
import type { FieldTools } from "./field-tools.ts";
import { compileQuickField, type QuickField } from "./quick-field.ts";
import { type FieldScope, type Reading, readAt, readingsOf } from "./scope.ts";
import { typedStructure } from "./structure.ts";
import { type TraceRecorder, traced } from "./trace-recorder.ts";
import type { Blanks } from "./values/blanks.ts";

/** A field whose config is resolved. */
export interface CompiledField {
  readonly path: string;
  readonly steps: readonly PathStep[];
  readonly field: Field;
  /** What the field comes to in a scope; a recorder is told of every step. */
  readonly evaluate: (scope: FieldScope, recorder?: TraceRecorder) => FieldResult;
  /** The same value without a word on where it came from, or that it takes `evaluate` to tell. */
  readonly quick: QuickField;
}

/** A field ready for rows. */
export function compileField(mapped: FieldMapping, tools: FieldTools): CompiledField {
  const { path, field } = mapped;
  const alternatives = mapped.alternatives.map((alternative) => compileAlternative(alternative, field, tools));
  const checkCode = compileCodeCheck(mapped, tools.codes);
  const evaluate = (scope: FieldScope, recorder?: TraceRecorder): FieldResult => {
    const origins: Origin[] = [];
    let blank: BlankResult | undefined;
    let notices: readonly PlacedNotice[] | undefined;
    for (const attempt of alternatives) {
      const result = attempt(scope, recorder);
      if (result.kind !== "blank") return withNotices(checkCode?.(result) ?? result, notices);
      origins.push(...result.origins);
      if (blank?.filled === undefined) blank = result;
      if (result.notice !== undefined) notices = [...(notices ?? []), { ...result.notice, origins: result.origins }];
    }
    return withNotices(blank?.filled ?? { kind: "absent", origins: thoseThere(origins) }, notices);
  };
  return { path, steps: parsePath(path), field, evaluate, quick: compileQuickField(mapped, tools) };
}

function withNotices(result: FieldResult, before: readonly PlacedNotice[] | undefined): FieldResult {
  return before === undefined ? result : { ...result, notices: [...before, ...(result.notices ?? [])] };
}

/** Without the columns that a file does not have, if there are others. */
function thoseThere(origins: readonly Origin[]): readonly Origin[] {
  const there = origins.filter(
    (origin) => origin.kind !== "cell" || cellAt(origin.source.row.cells, origin.column) !== undefined,
  );
  return there.length === 0 ? origins : there;
}

/** A source without a value: the next alternative has its turn, and if none has a value, `filled` says what is then. */
interface BlankResult {
  readonly kind: "blank";
  readonly origins: readonly Origin[];
  /** From `default` or `blank: clear`. */
  readonly filled: FieldResult | undefined;
  /** Of a value that `invalid: omit` leaves out. */
  readonly notice?: Notice;
}

function compileAlternative(
  alternative: Alternative,
  field: Field,
  tools: FieldTools,
): (scope: FieldScope, recorder?: TraceRecorder) => FieldResult | BlankResult {
  const { style, ref, clear } = alternative;
  const source = compileSource(alternative, tools.context);
  const { when } = alternative;
  const judge = when === undefined ? undefined : judgeBy(when, "when");
  const inStyle = forEachStyle((each) => ({
    pass: compilePipeline(alternative, each, tools),
    finish: compileFinish(alternative, each, field),
  }));
  const mappingOrigin: Origin = {
    kind: "mapping",
    file: alternative.file ?? tools.file,
    line: alternative.position.line,
  };
  const made = makesValues(alternative, tools) ? "made" : undefined;
  const originsOf = (readings: readonly Reading[], part: OriginPart | undefined = made): readonly Origin[] =>
    readings.length === 0 ? [mappingOrigin] : cellOrigins(readings, part, tools.context.blanks);
  const byDefault = alternative.default === undefined ? undefined : asValue(alternative.default);
  const fallback = byDefault === undefined ? undefined : inStyle(style).finish(byDefault, true);
  const blankResult = (readings: readonly Reading[]): BlankResult => {
    const origins = originsOf(readings);
    const cleared = clear && readings.some(({ cell }) => cell !== undefined);
    const filled =
      fallback !== undefined
        ? { ...fallback, origins: [mappingOrigin] }
        : cleared
          ? { kind: "clear" as const, origins }
          : undefined;
    return { kind: "blank", origins, filled };
  };

  const { omitWhere } = alternative;
  /** `invalid: omit`: what the field does not take is as good as blank, but never clears it. */
  const omitted = ({ code, message }: Notice, readings: readonly Reading[], recorder?: TraceRecorder): BlankResult => {
    recorder?.step({ kind: "omitted", by: "invalid" });
    const instead = fallback === undefined ? "left out" : "the default is taken instead";
    return {
      kind: "blank",
      origins: originsOf(readings, "refused"),
      filled: fallback === undefined ? undefined : { ...fallback, origins: [mappingOrigin] },
      notice: { code, message: `${message} (${instead}: invalid: omit)` },
    };
  };
  return (scope, recorder) => {
    const seen = source.look(scope);
    const judged = judge?.(scope.expressionScope);
    if (recorder !== undefined) {
      const ofGate = (when?.compiled.columns ?? []).map((name) => readAt(scope.place, name));
      recorder.begin(alternative, [...seen, ...ofGate]);
      if (judged?.ok === true) recorder.step({ kind: "when", text: when?.text ?? "", passed: judged.value });
    }
    if (judged?.ok === false)
      return {
        kind: "failed",
        code: "expression_failed",
        message: judged.message,
        origins: originsOf(readingsOf(judged.reads, scope)),
      };
    if (judged?.value === false)
      return { kind: "blank", origins: originsOf(readingsOf(judged.reads, scope), "refused"), filled: undefined };
    const { picked, used } = source.pick(scope, seen);
    if (picked.kind === "blank") {
      recorder?.step({ kind: "blank" });
      return blankResult(used);
    }
    const origins = originsOf(used);
    if (picked.kind === "failed")
      return omitWhere === undefined ? { ...picked, origins } : omitted(picked, used, recorder);
    if (picked.kind === "structure") {
      recorder?.step({ kind: "picked", value: picked.value });
      if (takesStructure(field) && ref === undefined)
        return { kind: "value", value: typedStructure(picked.value, used[0]), origins };
      const message =
        "there is a nested object where a value is expected: name a value inside it, such as customer.name";
      if (omitWhere !== undefined) return omitted({ code: "wrong_type", message }, used, recorder);
      return { kind: "failed", code: "wrong_type", message, origins };
    }
    const [{ filled } = {}] = used;
    if (filled !== undefined) recorder?.step({ kind: "filled", file: filled.file, line: filled.line });
    recorder?.step({ kind: "picked", value: traced(picked.value) });
    // What a lookup answers comes from a file that nobody has looked at.
    const { pass, finish } = inStyle(alternative.lookup === undefined ? source.styleOf(scope, used) : style);
    const passed = pass(picked.value, picked.isConstant, recorder);
    if (passed.kind === "blank") {
      recorder?.step({ kind: "blank" });
      return blankResult(used);
    }
    if (passed.kind === "omitted") return { kind: "absent", origins: originsOf(used, "refused") };
    if (passed.kind === "failed")
      return omitWhere === undefined ? { ...passed, origins } : omitted(passed, used, recorder);
    const finished = finish(passed.value, passed.isConstant, recorder);
    const against = omitWhere === undefined ? undefined : objectionTo(finished, omitWhere);
    if (against !== undefined) return omitted(against, used, recorder);
    const { notices } = passed;
    return notices === undefined ? { ...finished, origins } : { ...finished, origins, notices };
  };
}

/** What is wrong with what a field came to, as its type or as a value of it. */
function objectionTo(finished: Finished, judge: ValueJudge): Notice | undefined {
  if (finished.kind === "failed") return finished;
  return finished.kind === "value" ? judge(finished.value) : undefined;
}

/** Whether what an alternative gives is more than what stands in a cell. */
function makesValues({ source, split, apply, lookup, map }: Alternative, { context }: FieldTools): boolean {
  if (source.kind === "from" && !(context.hasItems && source.columns.includes("item")))
    return split !== undefined || apply.length > 0 || lookup !== undefined || map !== undefined;
  return true;
}

/** Each cell once. Blank ones only when all are, and columns that are not there only when none is. */
function cellOrigins(readings: readonly Reading[], part: OriginPart | undefined, blanks: Blanks): readonly Origin[] {
  const there = readings.filter(({ cell }) => cell !== undefined);
  const filled = there.filter(({ cell }) => typeof cell !== "string" || !blanks.isBlank(cell));
  const counted = filled.length > 0 ? filled : there.length > 0 ? there : readings;
  const cells = new Map(
    counted.map(({ source, column, unmatched, filled }): [string, Origin] => {
      const at = unmatched ?? { source, column };
      const asFilled = filled === undefined ? {} : { filled };
      const asPart = unmatched === undefined ? part : "unmatched";
      const origin = { kind: "cell", ...at, ...(asPart === undefined ? {} : { part: asPart }), ...asFilled } as const;
      return [`${at.source.ref.file} ${at.source.ref.number} ${at.column}`, origin];
    }),
  );
  return [...cells.values()];
}
