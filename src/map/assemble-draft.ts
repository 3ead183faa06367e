// From the results of fields to the parts of a draft: payload, origins, problems, references, clears.
import { cellPlace, type OffsetDay, type Origin } from "../model/draft.ts";
import { type Json, newBareObject } from "../model/json.ts";
import type { PathStep } from "../model/payload-path.ts";
import type { Problem } from "../model/problem.ts";
import { locateProblem } from "../model/problem-place.ts";
import type { Reference } from "../model/resource.ts";
import type { FieldTrace } from "../model/trace.ts";
import type { CompiledField } from "./compile-field.ts";
import type { FieldResult } from "./field-result.ts";
import type { FieldScope } from "./scope.ts";
import { openTraceRecorder } from "./trace-recorder.ts";
import type { Decimal } from "./values/decimal.ts";

/** A draft while it is being made. */
export interface DraftParts {
  readonly payload: MutableObject;
  readonly clears: Record<string, null | "" | readonly []>;
  readonly references: Reference[];
  readonly origins: Map<string, readonly Origin[]>;
  readonly problems: Problem[];
  /** The total of each element of the list that is summed, where the source has one, and what was wrong with them. */
  lineTotals: { readonly lines: (Decimal | undefined)[]; readonly problems: Problem[] } | undefined;
  /** Items of the list that is summed which are the rest of the item before: one element of the source at two prices. */
  continued: Set<number> | undefined;
  /** By the index of an item: what a discount on the whole took off it. The source's line totals do not know of it. */
  shares: Map<number, Decimal> | undefined;
  readonly offsetDays: OffsetDay[];
  /** Where every field is to be told of; mostly nowhere. */
  readonly trace: FieldTrace[] | undefined;
  /** Only values are wanted, and no origins; set to slow by the first field that has more to say than its value. */
  readonly quick: { isSlow: boolean } | undefined;
}

/** Without a prototype, so that a label called `__proto__` is a label like any other. */
export interface MutableObject {
  [key: string]: Json | MutableObject;
}

/** A draft without anything in it; how its fields are made goes into `trace`. With `quick` nobody notes an origin. */
export function emptyParts(
  trace?: FieldTrace[],
  quick?: DraftParts["quick"],
  payload: MutableObject = emptyObject(),
): DraftParts {
  return {
    payload,
    clears: emptyObject() as DraftParts["clears"],
    references: [],
    origins: quick === undefined ? new Map() : nothingNoted,
    problems: [],
    lineTotals: undefined,
    continued: undefined,
    shares: undefined,
    offsetDays: [],
    trace,
    quick,
  };
}

const nothingNoted = new Map<string, readonly Origin[]>();

/** An object without a prototype: `__proto__` is a field of it like any other. */
export function emptyObject(): MutableObject {
  return newBareObject();
}

/** Evaluates fields in a scope into `target`; `prefix` is the path of what `target` is (`items[0].`, or nothing). */
export function assembleFields(
  fields: readonly CompiledField[],
  scope: FieldScope,
  target: MutableObject,
  prefix: string,
  parts: DraftParts,
): void {
  if (parts.quick !== undefined) {
    assembleQuickly(fields, scope, target, prefix, parts, parts.quick);
    return;
  }
  for (const field of fields) {
    const recorder = parts.trace === undefined ? undefined : openTraceRecorder();
    const result = field.evaluate(scope, recorder);
    if (recorder !== undefined) parts.trace?.push(recorder.end(prefix + field.path, result));
    assembleField(field, result, scope, target, prefix, parts);
  }
}

function assembleQuickly(
  fields: readonly CompiledField[],
  scope: FieldScope,
  target: MutableObject,
  prefix: string,
  { references, offsetDays }: DraftParts,
  quick: NonNullable<DraftParts["quick"]>,
): void {
  for (const field of fields) {
    const result = field.quick(scope);
    if (result === "absent") continue;
    if (result === "slow") {
      quick.isSlow = true;
      return;
    }
    if (result.kind === "value") {
      setAt(target, field.steps, result.value);
      if (result.offsetDay !== undefined) offsetDays.push(result.offsetDay);
    } else {
      references.push({ path: prefix + field.path, resource: result.resource, key: result.key, fill: true });
    }
  }
}

/** Notes where a part of the payload comes from, where anybody wants to know. */
export function noteOrigins(parts: DraftParts, path: string, origins: () => readonly Origin[]): void {
  if (parts.quick === undefined) parts.origins.set(path, origins());
}

function assembleField(
  { path: name, steps, field }: CompiledField,
  result: FieldResult,
  scope: FieldScope,
  target: MutableObject,
  prefix: string,
  parts: DraftParts,
): void {
  const path = prefix + name;
  parts.origins.set(path, result.origins);
  switch (result.kind) {
    case "value":
      setAt(target, steps, result.value);
      break;
    case "reference":
      parts.references.push({ path, resource: result.resource, key: result.key, fill: true });
      break;
    case "clear":
      parts.clears[path] = emptyValue(field);
      break;
    case "absent":
      break;
    case "failed":
      parts.problems.push(placeProblem({ code: result.code, message: result.message, path }, scope, parts.origins));
      break;
    default:
      result satisfies never;
  }
  if (result.offsetDay !== undefined) parts.offsetDays.push(result.offsetDay);
  for (const { origins, ...notice } of result.notices ?? []) {
    const at = origins === undefined ? parts.origins : new Map([[path, origins]]);
    parts.problems.push(locateProblem({ ...notice, severity: "warning", path }, at));
  }
}

/** A problem of a field at the cell that it came from; where no cell was read, an expression's at the row. */
function placeProblem(problem: Problem, scope: FieldScope, origins: DraftParts["origins"]): Problem {
  const fromCell = origins.get(problem.path ?? "")?.some(({ kind }) => kind === "cell") === true;
  if (problem.code === "expression_failed" && !fromCell) return { ...problem, ...cellPlace(scope.place.source) };
  return locateProblem(problem, origins);
}

/** What an update sends to empty a field. */
function emptyValue({ type, nullable }: CompiledField["field"]): null | "" | readonly [] {
  if (type === "texts" || type === "integers") return [];
  return (type === "text" || type === "email") && !nullable ? "" : null;
}

function setAt(target: MutableObject, steps: readonly PathStep[], value: Json): void {
  let owner = target;
  const last = steps.length - 1;
  for (let index = 0; index <= last; index += 1) {
    const step = steps[index] ?? "";
    if (index === last) {
      owner[step] = value;
      return;
    }
    const inner = owner[step];
    const next =
      typeof inner === "object" && inner !== null && !Array.isArray(inner) ? (inner as MutableObject) : emptyObject();
    owner[step] = next;
    owner = next;
  }
}
