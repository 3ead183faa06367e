// What a payload's schema has against a value, as a problem in our words; and the same for a value of a single field.
import type { z } from "zod";
import type { Json, JsonObject } from "../json.ts";
import { formatPath, parsePath, valueAt } from "../payload-path.ts";
import type { Problem, ProblemCode } from "../problem.ts";
import { characterCount, schemaAt } from "./field.ts";

/** An issue of a schema as a problem at its payload path. The message of a `missing_value` may be empty. */
export function issueProblem(issue: z.core.$ZodIssue, payload: JsonObject): Problem {
  const path = formatPath(issue.path);
  return { ...faultOf(issue, valueAt(payload, parsePath(path))), path };
}

/** Why the field at a payload path takes no such value; undefined where it does. */
export type ValueJudge = (value: Json) => Fault | undefined;

/** What the schema says of single values of the field at a payload path. */
export function valueJudge(schema: z.ZodType, path: string): ValueJudge {
  const ofField = schemaAt(schema, path)?.schema;
  return (value) => {
    const issue = ofField?.safeParse(value).error?.issues[0];
    return issue === undefined ? undefined : faultOf(issue, valueAt(value, issue.path.map(stepOf)));
  };
}

type Fault = Pick<Problem, "code" | "message">;

function stepOf(step: PropertyKey): string | number {
  return typeof step === "symbol" ? String(step) : step;
}

function faultOf(issue: z.core.$ZodIssue, value: unknown): Fault {
  const make = (code: ProblemCode, message: string): Fault => ({ code, message });
  switch (issue.code) {
    case "too_big":
      return issue.origin === "string"
        ? make("too_long", `${characterCount(String(value))} characters, at most ${issue.maximum} are allowed`)
        : make("too_big", `must be at most ${issue.maximum}`);
    case "too_small":
      if (issue.origin === "string") return make("missing_value", "");
      if (issue.origin === "array") return make("missing_value", issue.message);
      return make(
        "too_small",
        issue.inclusive ? `must be at least ${issue.minimum}` : `must be greater than ${issue.minimum}`,
      );
    case "invalid_type":
      return value === undefined ? make("missing_value", "") : make("wrong_type", `must be ${article(issue.expected)}`);
    case "invalid_value":
      if (value === undefined) return make("missing_value", "");
      return make("not_allowed", `must be one of ${issue.values.map(String).join(", ")}`);
    case "invalid_format":
      if (issue.format === "url") return make("bad_format", issue.message);
      return make("bad_format", `is not a valid ${issue.format === "email" ? "e-mail address" : issue.format}`);
    case "unrecognized_keys":
      return make("wrong_type", `unknown field ${issue.keys.join(", ")}`);
    case "not_multiple_of":
    case "invalid_union":
    case "invalid_key":
    case "invalid_element":
    case "custom":
      return make("wrong_type", issue.message);
    default:
      issue satisfies never;
      return make("wrong_type", "is not valid");
  }
}

function article(expected: string): string {
  return /^[aeiou]/.test(expected) ? `an ${expected}` : `a ${expected}`;
}
