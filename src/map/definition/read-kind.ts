// What the text of a field is read as by a style, if anything: its type decides, and the transforms that count.
import type { Field } from "../../model/resources/field.ts";
import type { ReadKind } from "../values/style.ts";
import type { TransformSpec } from "../values/transforms.ts";
import type { WrittenField } from "./field-schema.ts";

/** As what an alternative reads the text of its source; undefined where it stays text or another step has made it something else. */
export function readKindOf(
  { apply, ref, round, value, sum }: Pick<WrittenField, "apply" | "ref" | "round" | "value" | "sum">,
  field: Field,
): ReadKind | undefined {
  if (value !== undefined) return undefined;
  if (sum !== undefined) return "number";
  for (const spec of apply ?? []) {
    const name = transformName(spec);
    if (name === "date") return undefined; // by formats of its own
    if (numeric.has(name)) return "number";
  }
  if (round !== undefined) return "number";
  return ref === undefined ? byType(field) : undefined;
}

/** The transforms before the first that reads numbers by the style. */
export function textSteps(apply: readonly TransformSpec[]): readonly TransformSpec[] {
  const end = apply.findIndex((spec) => numeric.has(transformName(spec)));
  return end === -1 ? apply : apply.slice(0, end);
}

const numeric: ReadonlySet<string> = new Set(["number", "round", "abs", "negate"]);

function transformName(spec: TransformSpec): string {
  return typeof spec === "string" ? spec : (Object.keys(spec)[0] ?? "");
}

function byType({ type, anyScalar }: Field): ReadKind | undefined {
  if (anyScalar === true) return undefined;
  switch (type) {
    case "decimal":
    case "length":
    case "weight":
    case "integer":
    case "integers":
      return "number";
    case "date":
      return "date";
    case "text":
    case "email":
    case "boolean":
    case "choice":
    case "texts":
    case "object":
    case "objects":
    case "labelled":
    case "any":
      return undefined;
    default:
      return type satisfies never;
  }
}
