// A validator for the JSON Schemas that we generate: every keyword that stands in them, and an error for any other, so that
// nothing is passed over. Not here: which schemas are held to what.

/** A part of a JSON Schema. */
type Schema = Readonly<Record<string, unknown>>;

/** Where a value does not fit, one line for each place; of alternatives the one that fits best. */
export function schemaComplaints(root: Schema, value: unknown): readonly string[] {
  return [...new Set(complaints(root, value, "", root))];
}

type Check = (argument: unknown, value: unknown, at: string, schema: Schema, root: Schema) => readonly string[];

const checks: Readonly<Record<string, Check>> = {
  type: (type, value, at) => (isOfType(value, type) ? [] : [`${at}: is no ${String(type)}`]),
  const: (only, value, at) => (value === only ? [] : [`${at}: is not ${String(only)}`]),
  enum: (list, value, at) => (listOf(list).includes(value) ? [] : [`${at}: is none of ${listOf(list).join(", ")}`]),
  minLength: (min, value, at) => (typeof value !== "string" || value.length >= Number(min) ? [] : [`${at}: too short`]),
  maxLength: (max, value, at) => (typeof value !== "string" || value.length <= Number(max) ? [] : [`${at}: too long`]),
  pattern: (source, value, at) =>
    typeof value !== "string" || new RegExp(String(source)).test(value) ? [] : [`${at}: does not match`],
  minimum: (min, value, at) => (typeof value !== "number" || value >= Number(min) ? [] : [`${at}: too small`]),
  maximum: (max, value, at) => (typeof value !== "number" || value <= Number(max) ? [] : [`${at}: too big`]),
  exclusiveMinimum: (min, value, at) => (typeof value !== "number" || value > Number(min) ? [] : [`${at}: too small`]),
  minItems: (min, value, at) => (!Array.isArray(value) || value.length >= Number(min) ? [] : [`${at}: too few`]),
  items: (item, value, at, _, root) =>
    (Array.isArray(value) ? value : []).flatMap((one, index) => complaints(nodeOf(item), one, `${at}[${index}]`, root)),
  required: (keys, value, at) =>
    isMap(value)
      ? listOf(keys).flatMap((key) => (Object.hasOwn(value, String(key)) ? [] : [`${at}.${key}: is missing`]))
      : [],
  properties: (properties, value, at, _, root) =>
    entriesOf(value).flatMap(([key, one]) => {
      const known = nodeOf(properties);
      return Object.hasOwn(known, key) ? complaints(nodeOf(known[key]), one, `${at}.${key}`, root) : [];
    }),
  patternProperties: (patterns, value, at, _, root) =>
    entriesOf(value).flatMap(([key, one]) =>
      Object.entries(nodeOf(patterns)).flatMap(([source, schema]) =>
        new RegExp(source).test(key) ? complaints(nodeOf(schema), one, `${at}.${key}`, root) : [],
      ),
    ),
  additionalProperties: (others, value, at, schema, root) =>
    entriesOf(value).flatMap(([key, one]) => {
      const patterns = Object.keys(nodeOf(schema.patternProperties ?? {}));
      if (Object.hasOwn(nodeOf(schema.properties ?? {}), key)) return [];
      if (patterns.some((source) => new RegExp(source).test(key))) return [];
      return others === false ? [`${at}.${key}: unknown`] : complaints(nodeOf(others), one, `${at}.${key}`, root);
    }),
  propertyNames: (names, value, at, _, root) =>
    entriesOf(value).flatMap(([key]) => complaints(nodeOf(names), key, `${at}.${key} (key)`, root)),
  anyOf: (forms, value, at, _, root) => {
    const found = listOf(forms).map((form) => complaints(nodeOf(form), value, at, root));
    // The form that was meant is the one whose type fits.
    const meant = found.filter((complaint) => !complaint.some((line) => line.startsWith(`${at}: is no`)));
    return (meant.length > 0 ? meant : found).reduce((best, next) => (next.length < best.length ? next : best));
  },
  allOf: (forms, value, at, _, root) => listOf(forms).flatMap((form) => complaints(nodeOf(form), value, at, root)),
  if: (condition, value, at, schema, root) =>
    complaints(nodeOf(condition), value, at, root).length > 0 ? [] : complaints(nodeOf(schema.then), value, at, root),
  $ref: (target, value, at, _, root) => {
    const name = String(target).replace("#/definitions/", "");
    return complaints(nodeOf(nodeOf(root.definitions)[name]), value, at, root);
  },
};

const silent = ["$schema", "title", "description", "examples", "default", "definitions", "then", "format"];

function complaints(schema: Schema, value: unknown, at: string, root: Schema): readonly string[] {
  return Object.entries(schema).flatMap(([keyword, argument]) => {
    const check = Object.hasOwn(checks, keyword) ? checks[keyword] : undefined;
    if (check === undefined && !silent.includes(keyword)) throw new Error(`the validator knows no "${keyword}"`);
    return check?.(argument, value, at, schema, root) ?? [];
  });
}

function isOfType(value: unknown, type: unknown): boolean {
  if (Array.isArray(type)) return type.some((one) => isOfType(value, one));
  switch (type) {
    case "object":
      return isMap(value);
    case "array":
      return Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    case "null":
      return value === null;
    default:
      return typeof value === type;
  }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return isMap(value) ? Object.entries(value) : [];
}

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error("a list is wanted in the schema");
  return value;
}

function nodeOf(value: unknown): Schema {
  if (value === true) return {};
  if (!isMap(value)) throw new Error(`a schema is wanted, not ${JSON.stringify(value)}`);
  return value;
}
