// The JSON Schemas by which editors complete and check jobs and mappings: what zod makes of our schemas, and for mappings
// the payload fields of each resource beside it. They refuse nothing that the program takes; it refuses more than they do.
import { z } from "zod";
import { writtenJob } from "../src/job/job-schema.ts";
import { mappingSchema } from "../src/map/definition/mapping-schema.ts";
import { isPlainObject } from "../src/model/json.ts";
import type { ResourceName } from "../src/model/resource.ts";
import { type Field, fieldAt, fieldPaths } from "../src/model/resources/field.ts";
import { resourceNames, resources } from "../src/model/resources/resources.ts";

/** A part of a JSON Schema, as plain JSON. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The schemas by file name, as they lie in `schemas/`. */
export function jsonSchemas(): Readonly<Record<string, JsonSchema>> {
  return {
    "job.schema.json": { ...generated(writtenJob), title: "A job of luminous-import" },
    "mapping.schema.json": withPayloadFields(generated(mappingSchema)),
  };
}

/** A schema as it is written to its file. */
export function schemaText(schema: JsonSchema): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** What a mapping may name of a resource: neither objects nor lists of objects themselves, and no part of a weight. */
export function mappablePaths(name: ResourceName): readonly string[] {
  const { schema } = resources[name];
  const typeAt = (path: string) => fieldAt(schema, path)?.type;
  return fieldPaths(schema).filter((path) => {
    const steps = path.split(".");
    const isInWeight = steps.some((_, at) => at > 0 && typeAt(steps.slice(0, at).join(".")) === "weight");
    return !isInWeight && typeAt(path) !== "object" && typeAt(path) !== "objects";
  });
}

// Draft 7 is what every editor knows.
function generated(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: "input", target: "draft-7" });
}

function withPayloadFields(schema: JsonSchema): JsonSchema {
  const { fields, children } = partOf(schema, "properties");
  const child = partOf(children, "additionalProperties");
  const field = partOf(fields, "additionalProperties");
  const fieldsOfChild = { ...partOf(child, "properties", "fields"), additionalProperties: ref("field") };
  return {
    ...schema,
    title: "A mapping of luminous-import",
    properties: {
      ...partOf(schema, "properties"),
      fields: { ...partOf(fields), additionalProperties: ref("field") },
      children: { ...partOf(children), additionalProperties: ref("child") },
    },
    allOf: resourceNames.map((name) =>
      // Entries, because an object written with the key `then` could be taken for a promise.
      Object.fromEntries([
        ["if", { properties: { resource: { const: name } }, required: ["resource"] }],
        [whatFollows, { properties: payloadFieldsOf(name) }],
      ]),
    ),
    definitions: { field, child: { ...child, properties: { ...partOf(child, "properties"), fields: fieldsOfChild } } },
  };
}

/** The key of JSON Schema behind `if`. */
const whatFollows = "then";

function payloadFieldsOf(name: ResourceName): JsonSchema {
  const { schema, keyPath } = resources[name];
  const lists = fieldPaths(schema).filter((path) => fieldAt(schema, path)?.type === "objects");
  const ofEntry = mappablePaths(name).filter((path) => !lists.some((list) => path.startsWith(`${list}.`)));
  return {
    fields: { ...fieldNames(name, ofEntry), required: [keyPath] },
    children: {
      properties: Object.fromEntries(lists.map((list) => [list, childOf(name, list)])),
      additionalProperties: false,
    },
  };
}

function childOf(name: ResourceName, list: string): JsonSchema {
  const within = `${list}.`;
  const paths = mappablePaths(name).filter((path) => path.startsWith(within));
  const fields = Object.fromEntries(paths.slice(0, 1).map((path) => [path.slice(within.length), "Column"]));
  return {
    ...ref("child"),
    description: `The ${list} of ${name}. An update replaces the list as a whole.`,
    examples: [{ each: "rows", fields }],
    properties: { fields: fieldNames(name, paths, within) },
  };
}

/** The fields that may be named in one place; `prefix` is what the place leaves out. */
function fieldNames(name: ResourceName, paths: readonly string[], prefix = ""): JsonSchema {
  const named = paths.map((path) => [
    path.slice(prefix.length),
    { ...ref("field"), description: fieldText(name, path), examples: ["Column"] },
  ]);
  const hasLabels = paths.includes(`${prefix}custom_fields`);
  return {
    properties: Object.fromEntries(named),
    ...(hasLabels ? { patternProperties: { "^custom_fields\\..": ref("field") } } : {}),
    additionalProperties: false,
  };
}

/** `Text, at most 200 characters. Needed to create.` */
function fieldText(name: ResourceName, path: string): string {
  const resource = resources[name];
  const field = fieldAt(resource.schema, path);
  const [first = "", ...rest] = [...(field === undefined ? "" : typeWords[field.type])];
  const choices = field?.choices === undefined ? "" : `: ${field.choices.join(", ")}`;
  const notes = [
    ...(neededToCreate(name).includes(path) ? ["Needed to create."] : []),
    ...(resource.updateOnly.includes(path) ? ["Only an update takes it: a new one is created, then updated."] : []),
  ];
  return [`${first.toUpperCase()}${rest.join("")}${choices}.`, ...notes].join(" ");
}

/** What the payload lacks when it is empty, but for one item in each of its lists. */
function neededToCreate(name: ResourceName): readonly string[] {
  const { schema, eitherOr } = resources[name];
  const lists = fieldPaths(schema).filter((path) => fieldAt(schema, path)?.type === "objects");
  const { error } = schema.safeParse(Object.fromEntries(lists.map((list) => [list, [{}]])));
  const missing = (error?.issues ?? []).map(({ path }) => path.filter((step) => typeof step === "string").join("."));
  return [...missing, ...eitherOr({}).flatMap(({ paths: [path] }) => (path === undefined ? [] : [path]))];
}

const typeWords: Readonly<Record<Field["type"], string>> = {
  text: "text, as it stands in the cell",
  email: "an e-mail address",
  decimal: "a number",
  length: "a length; sent in inches, `unit` says what the cells are in",
  integer: "a whole number",
  boolean: "true or false; other words need `map`",
  date: "a date",
  weight: "a weight; sent in pounds, `unit` says what the cells are in",
  choice: "one of a few words",
  texts: "a list of texts; several in one cell need `split`",
  integers: "a list of whole numbers; several in one cell need `split`",
  object: "a map",
  objects: "a list of maps",
  labelled: "custom fields as a whole; one of them is custom_fields.Label",
  any: "a map, sent as it is",
};

function ref(name: string): JsonSchema {
  return { $ref: `#/definitions/${name}` };
}

/** What lies at these keys. Throws where zod made something else of our schema. */
function partOf(schema: unknown, ...keys: readonly string[]): JsonSchema {
  const found = keys.reduce<unknown>((at, key) => (isPlainObject(at) ? at[key] : undefined), schema);
  if (!isPlainObject(found)) throw new Error(`the generated schema has no ${keys.join(".")}`);
  return found;
}
