// Recording how fields come to their values, for whoever asks how an entry was made. Mapping hands a recorder through
// where one is given; without one nothing is kept.
import type { Json } from "../model/json.ts";
import type { AlternativeTrace, FieldTrace, TracedCell, TraceStep } from "../model/trace.ts";
import type { Alternative } from "./definition/mapping.ts";
import type { FieldResult } from "./field-result.ts";
import type { Reading } from "./scope.ts";
import type { Value } from "./values/coerce.ts";
import type { TransformSpec } from "./values/transforms.ts";

/** Takes down what happens to one field. */
export interface TraceRecorder {
  /** Another alternative has its turn. */
  begin(alternative: Alternative, readings: readonly Reading[]): void;
  /** What the alternative in hand did. */
  step(step: TraceStep): void;
  /** The whole field, with what it came to. */
  end(path: string, result: FieldResult): FieldTrace;
}

/** A recorder that has heard nothing yet. */
export function openTraceRecorder(): TraceRecorder {
  const alternatives: (AlternativeTrace & { readonly steps: TraceStep[] })[] = [];
  return {
    begin(alternative, readings) {
      const { source, position, file } = alternative;
      const text = writtenSource(source);
      alternatives.push({
        line: position.line,
        ...(file === undefined ? {} : { file }),
        source: source.kind,
        ...(text === undefined ? {} : { text }),
        cells: tracedCells(readings),
        steps: [],
      });
    },
    step(step) {
      alternatives.at(-1)?.steps.push(step);
    },
    end: (path, result) => ({ path, alternatives, result: resultOf(result, alternatives) }),
  };
}

/** Cells that were looked at, each once. */
export function tracedCells(readings: readonly Reading[]): readonly TracedCell[] {
  const cells = new Map<string, TracedCell>();
  for (const { source, column, cell } of readings) {
    const { ref, file, row } = source;
    const place = { file, row: row.number, line: row.line, column };
    cells.set(`${ref.file} ${ref.number} ${column}`, { ...place, ...(cell === undefined ? {} : { cell }) });
  }
  return [...cells.values()];
}

/** A value on its way as JSON: whole numbers beyond it are text. */
export function traced(value: Value): Json {
  if (typeof value === "bigint") return String(value);
  return typeof value === "object" ? value.map(traced) : value;
}

/** A transform as it is written: `trim`, `pad_left [6,"0"]`. */
export function transformText(spec: TransformSpec): string {
  if (typeof spec === "string") return spec;
  return Object.entries(spec)
    .map(([name, argument]) => `${name} ${JSON.stringify(argument)}`)
    .join(", ");
}

function writtenSource(source: Alternative["source"]): string | undefined {
  switch (source.kind) {
    case "template":
      return source.parts.map((part) => ("text" in part ? part.text : `{${part.column}}`)).join("");
    case "expr":
      return source.text;
    case "sum":
      return writtenSum(source);
    case "from":
    case "value":
      return undefined;
    default:
      return source satisfies never;
  }
}

function writtenSum({ column, each }: Extract<Alternative["source"], { kind: "sum" }>): string {
  switch (each.kind) {
    case "rows":
      return column;
    case "join":
      return `${each.join}.${column}`;
    case "nested":
      return `${each.column}.${column}`;
    default:
      return each satisfies never;
  }
}

// A value where the last alternative came to a blank can only be somebody's default.
function resultOf(result: FieldResult, alternatives: readonly AlternativeTrace[]): FieldTrace["result"] {
  switch (result.kind) {
    case "value":
      return isBlankEnd(alternatives)
        ? { kind: "default", value: result.value }
        : { kind: "value", value: result.value };
    case "reference":
      return { kind: "reference", resource: result.resource, key: result.key };
    case "failed":
      return { kind: "failed", code: result.code, message: result.message };
    case "clear":
    case "absent":
      return { kind: result.kind };
    default:
      return result satisfies never;
  }
}

function isBlankEnd(alternatives: readonly AlternativeTrace[]): boolean {
  const last = alternatives.at(-1)?.steps.at(-1);
  if (last?.kind === "omitted") return last.by === "invalid";
  return last?.kind === "blank" || (last?.kind === "when" && !last.passed);
}
