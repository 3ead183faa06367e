// Payloads that a schema surely has nothing against, told without asking it: a walk through the schema, compiled once. It
// may say no to a sound payload, but never yes to one with an issue; issues are zod's to find and to word.
import { z } from "zod";
import { isPlainObject } from "../json.ts";

/** True only for what the schema accepts. */
export type Accepts = (value: unknown) => boolean;

/** The quick look at values of a schema. */
export function acceptsOf(schema: z.ZodType): Accepts {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  const accepts = compileAccepts(schema);
  compiled.set(schema, accepts);
  return accepts;
}

/** Whether every payload that one object schema accepts is accepted by the other, as far as both have its fields. */
export function isLooser(looser: z.ZodObject, schema: z.ZodObject): boolean {
  const shape: Readonly<Record<string, z.ZodType>> = schema.shape;
  return Object.entries(looser.shape as Record<string, z.ZodType>).every(([name, field]) => {
    const own = shape[name];
    if (own === undefined) return field instanceof z.ZodOptional;
    const isRequired = !(field instanceof z.ZodOptional);
    return withoutOptional(field) === withoutOptional(own) && !(isRequired && own instanceof z.ZodOptional);
  });
}

/** The schema, with what it accepts told beside it. One that is made of it by another check does not have that. */
export function accepting<T extends z.ZodType>(schema: T, accepts: Accepts): T {
  compiled.set(schema, accepts);
  return schema;
}

/** A schema made of another that accepts the same. */
export function acceptingAs<T extends z.ZodType>(schema: T, other: z.ZodType): T {
  const accepts = compiled.get(other);
  return accepts === undefined ? schema : accepting(schema, accepts);
}

const compiled = new WeakMap<z.ZodType, Accepts>();

function withoutOptional(schema: z.ZodType): z.ZodType {
  const isWrapped = schema instanceof z.ZodOptional || schema instanceof z.ZodNonOptional;
  return isWrapped ? withoutOptional(schema.unwrap() as z.ZodType) : schema;
}

function compileAccepts(schema: z.ZodType): Accepts {
  if (schema instanceof z.ZodOptional) {
    const inner = acceptsOf(schema.unwrap() as z.ZodType);
    return (value) => value === undefined || inner(value);
  }
  if (schema instanceof z.ZodNullable) {
    const inner = acceptsOf(schema.unwrap() as z.ZodType);
    return (value) => value === null || inner(value);
  }
  if (schema instanceof z.ZodArray && hasNoChecks(schema)) {
    const element = acceptsOf(schema.element as z.ZodType);
    return (value) => Array.isArray(value) && value.every(element);
  }
  if (schema instanceof z.ZodObject && hasNoChecks(schema) && schema.def.catchall instanceof z.ZodNever)
    return acceptsObject(schema);
  return (value) => schema.safeParse(value).success;
}

function hasNoChecks({ def }: z.ZodType): boolean {
  return def.checks === undefined || def.checks.length === 0;
}

function acceptsObject({ shape }: z.ZodObject): Accepts {
  const fields = new Map(
    Object.entries(shape as Record<string, z.ZodType>).map(([name, field]) => [name, acceptsOf(field)]),
  );
  const required = Object.entries(shape).flatMap(([name, field]) => (field instanceof z.ZodOptional ? [] : [name]));
  return (value) => {
    if (!isPlainObject(value)) return false;
    for (const name of required) if (!Object.hasOwn(value, name)) return false;
    for (const name of Object.keys(value)) {
      const accepts = fields.get(name);
      if (accepts === undefined || !accepts(value[name])) return false;
    }
    return true;
  };
}
