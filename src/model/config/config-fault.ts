// What a schema refused in a file that people write, in their words and with the nearest valid name. Where it stands in
// the file is yaml-config.ts.
import { z } from "zod";
import { isPlainObject } from "../json.ts";
import { didYouMean, nearest } from "../text/nearest.ts";
import { quote } from "../text/quote.ts";

/** One thing wrong in a job or mapping file. */
export interface ConfigFault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** What is wrong is the key, not what stands behind it. */
  readonly at?: "key";
}

/** Every fault of a refused value, one for each unknown key; `value` is what the schema was given. */
export function schemaFaults(error: z.ZodError, schema: z.ZodType, value: unknown): ConfigFault[] {
  return error.issues.flatMap((issue) => issueFaults(issue, schema, value, []));
}

/** A copy without what stands at the path. A list that loses an item, or a map that misses one, goes as a whole. */
export function withoutPath(value: unknown, path: readonly PropertyKey[]): unknown {
  const [step, ...rest] = path;
  if (step === undefined || !isPlainObject(value)) return undefined;
  const key = String(step);
  if (!Object.hasOwn(value, key)) return undefined;
  const inner = withoutPath(value[key], rest);
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, kept]) =>
      name !== key ? [[name, kept]] : inner === undefined ? [] : [[name, inner]],
    ),
  );
}

type Issue = z.core.$ZodIssue;

// For each the nearest known one is looked for.
const mostUnknownKeys = 1000;

function issueFaults(issue: Issue, schema: z.ZodType, value: unknown, base: readonly PropertyKey[]): ConfigFault[] {
  const path = [...base, ...issue.path];
  const given = path.reduce<unknown>(
    (at, step) => (Array.isArray(at) || isPlainObject(at) ? Reflect.get(at, step) : undefined),
    value,
  );
  switch (issue.code) {
    case "unrecognized_keys": {
      const known = keysAt(schema, path);
      return issue.keys.slice(0, mostUnknownKeys).map((key) => ({
        path: [...path, key],
        message: `unknown key.${didYouMean(key, known) || ` Known here: ${known.join(", ")}`}`,
        at: "key" as const,
      }));
    }
    case "invalid_union":
      return unionFaults(issue, schema, value, path, given);
    case "invalid_type":
      return [
        {
          path,
          message: given === undefined ? "is missing" : mustBe([typeName(issue.expected)], given, path.length === 0),
        },
      ];
    case "invalid_value": {
      if (given === undefined) return [{ path, message: "is missing" }];
      const values = issue.values.map(String);
      const near = typeof given === "string" ? nearest(given, values) : undefined;
      const list = values.length === 1 ? `must be ${values[0]}` : `must be one of ${values.join(", ")}`;
      return [
        {
          path,
          message: orSaid(
            issue.message,
            `${list}, not ${nameOf(given)}${near === undefined ? "" : `. Did you mean "${near}"?`}`,
          ),
        },
      ];
    }
    case "too_small":
      return [
        {
          path,
          message:
            issue.origin === "number" || issue.origin === "int"
              ? atLeast(issue)
              : orSaid(issue.message, "must not be empty"),
        },
      ];
    case "too_big":
      return [{ path, message: orSaid(issue.message, `must be at most ${issue.maximum}`) }];
    default:
      return [{ path, message: issue.message }];
  }
}

function atLeast({ message, minimum, inclusive }: z.core.$ZodIssueTooSmall): string {
  return orSaid(message, inclusive === true ? `must be at least ${minimum}` : `must be greater than ${minimum}`);
}

/** The schema's own words when it has some, else ours: zod's begin like this. */
function orSaid(message: string, ours: string): string {
  return /^(Too (small|big)|Invalid)/.test(message) ? ours : message;
}

/** The faults of the one form that was meant: the only one whose type fits; else the types that would. */
function unionFaults(
  issue: z.core.$ZodIssueInvalidUnion,
  schema: z.ZodType,
  value: unknown,
  path: readonly PropertyKey[],
  given: unknown,
): ConfigFault[] {
  const ofOtherType = (issues: readonly Issue[]) =>
    issues.some(
      (inner) => inner.path.length === 0 && (inner.code === "invalid_type" || inner.code === "invalid_value"),
    );
  // Of several forms of that type, the one that is nearly right.
  const [meant] = issue.errors.filter((issues) => !ofOtherType(issues)).toSorted((a, b) => a.length - b.length);
  if (meant !== undefined) return meant.flatMap((inner) => issueFaults(inner, schema, value, path));
  const wanted = issue.errors.flat().flatMap((inner) => {
    if (inner.path.length > 0) return [];
    if (inner.code === "invalid_type") return [typeName(inner.expected)];
    return inner.code === "invalid_value" ? inner.values.map((name) => `"${String(name)}"`) : [];
  });
  if (given === undefined) return [{ path, message: "is missing" }];
  return [{ path, message: mustBe([...new Set(wanted)], given) }];
}

/** The keys that the schema knows at a path, over all forms that stand there. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let forms = formsOf(schema);
  for (const step of path) {
    forms = forms.flatMap((form) => {
      if (form instanceof z.ZodObject) {
        const inner = (form.shape as Record<string, z.ZodType>)[String(step)];
        return inner === undefined ? [] : formsOf(inner);
      }
      if (form instanceof z.ZodRecord) return formsOf(form.valueType as z.ZodType);
      return form instanceof z.ZodArray ? formsOf(form.element as z.ZodType) : [];
    });
  }
  return forms.flatMap((form) => (form instanceof z.ZodObject ? Object.keys(form.shape) : []));
}

function formsOf(schema: z.ZodType): readonly z.ZodType[] {
  const isWrapped =
    schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  if (isWrapped) return formsOf(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => formsOf(option as z.ZodType));
  return [schema];
}

function mustBe(wanted: readonly string[], given: unknown, isWholeFile = false): string {
  // Of a file of another kind nothing is shown: it may be anything.
  if (isWholeFile && typeof given === "string") return `must be ${wanted.join(" or ")} (key: value), not text`;
  const isScalar = given === null || typeof given !== "object";
  const hint = isScalar && wanted.includes("text") ? " (as text it needs quotes)" : "";
  return `must be ${wanted.join(" or ")}, not ${nameOf(given)}${hint}`;
}

function typeName(expected: string): string {
  switch (expected) {
    case "string":
      return "text";
    case "number":
    case "int":
      return "a number";
    case "boolean":
      return "true or false";
    case "array":
      return "a list";
    case "object":
    case "record":
      return "a map";
    default:
      return expected;
  }
}

function nameOf(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  return typeof value === "string" ? quote(value) : `the ${typeof value} ${String(value)}`;
}
