// Checks of request bodies against the payload schemas, said the way the API says them: dotted paths, sentences.
import type { z } from "zod";
import { isPlainObject, type JsonObject } from "../../model/json.ts";
import { parsePath, valueAt } from "../../model/payload-path.ts";
import type { Resource } from "../../model/resource.ts";
import type { FieldError } from "../world/reply.ts";

/**
 * What a schema has against a body. Fields that the schema does not know are errors too: whether the API ignores them
 * is not documented, and a rehearsal should notice them.
 */
export function schemaErrors(schema: z.ZodType, body: unknown): readonly FieldError[] {
  const { error } = schema.safeParse(body);
  return (error?.issues ?? []).flatMap((issue) => issueErrors(issue, body));
}

/** What a resource's either-or requirements have against a complete payload. Null, "" and [] count as absent. */
export function requirementErrors(resource: Resource, payload: JsonObject): readonly FieldError[] {
  return resource
    .eitherOr(payload)
    .filter(({ paths }) => !paths.some((path) => isPresent(valueAt(payload, parsePath(path)))))
    .map(({ paths }) => {
      const [first = "", ...others] = paths.map(dotted);
      const unless = others.length === 0 ? "" : ` when ${others.join(" and ")} is not present`;
      return { path: first, message: `The ${first} field is required${unless}.` };
    });
}

/** Fields that must not be sent here: `qty_low_alert`, and inside lists `variants.qty_minimum`. */
export function prohibitedErrors(names: readonly string[], body: JsonObject): readonly FieldError[] {
  return names
    .flatMap((name) => {
      const [list, inner] = name.split(".");
      if (list === undefined || inner === undefined) return Object.hasOwn(body, name) ? [name] : [];
      const items = body[list];
      if (!Array.isArray(items)) return [];
      return items.flatMap((item, index) =>
        isPlainObject(item) && Object.hasOwn(item, inner) ? [`${list}.${index}.${inner}`] : [],
      );
    })
    .map((path) => ({ path, message: `The ${path} field is prohibited.` }));
}

/** The sentence for a reference to something that is not there. */
export function invalidSelection(path: string): FieldError {
  return { path, message: `The selected ${path.split(".").at(-1) ?? path} is invalid.` };
}

function issueErrors(issue: z.core.$ZodIssue, body: unknown): readonly FieldError[] {
  const path = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const unknown = path === "" ? key : `${path}.${key}`;
      return { path: unknown, message: `The ${unknown} field is not known.` };
    });
  }
  if (issue.code === "invalid_type") {
    const isMissing =
      valueAt(
        body,
        issue.path.map((step) => (typeof step === "symbol" ? String(step) : step)),
      ) === undefined;
    return [
      {
        path,
        message: isMissing ? `The ${path} field is required.` : `The ${path} field must be ${named(issue.expected)}.`,
      },
    ];
  }
  if (issue.code === "too_big" && issue.origin === "string") {
    return [{ path, message: `The ${path} field must not be greater than ${issue.maximum} characters.` }];
  }
  if (issue.code === "invalid_format" && issue.format === "url")
    return [{ path, message: `The ${path} field must be a valid URL.` }];
  if (issue.code === "invalid_value" && path !== "") return [{ path, message: `The selected ${path} is invalid.` }];
  return [{ path, message: `The ${path} field is not right: ${issue.message}.` }];
}

const typeNames: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  int: "an integer",
  boolean: "true or false",
  array: "an array",
  object: "an object",
  record: "an object",
};

function named(type: string): string {
  return typeNames[type] ?? type;
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && value.length === 0);
}

function dotted(path: string): string {
  return parsePath(path).map(String).join(".");
}
