// What the keys of jobs and mappings mean, for their declarations: found in the JSON Schemas by the keys of the object.
import { isPlainObject } from "../src/model/json.ts";
import { jsonSchemas } from "./json-schemas.ts";

/** What a key means in an object with these keys; undefined where that is not said, or depends on where the object stands. */
export function keyDescriptions(): (keys: readonly string[], key: string) => string | undefined {
  const objects = objectsIn(jsonSchemas());
  return (keys, key) => {
    const alike = objects.filter((object) => keys.every((each) => object.has(each)));
    const fewest = Math.min(...alike.map(({ size }) => size));
    const texts = new Set(alike.filter(({ size }) => size === fewest).map((object) => object.get(key)));
    const [text] = texts;
    // A comment ends where its text says so.
    return texts.size === 1 ? text?.replaceAll("*/", "*\\/") : undefined;
  };
}

type Descriptions = ReadonlyMap<string, string | undefined>;

/** The keys of every object that a schema knows, each with its description. */
function objectsIn(schema: unknown): readonly Descriptions[] {
  if (Array.isArray(schema)) return schema.flatMap(objectsIn);
  if (!isPlainObject(schema)) return [];
  const { properties } = schema;
  const own = isPlainObject(properties) ? [new Map(Object.entries(properties).map(described))] : [];
  return [...own, ...Object.values(schema).flatMap(objectsIn)];
}

function described([key, schema]: readonly [string, unknown]): [string, string | undefined] {
  const text = isPlainObject(schema) ? schema.description : undefined;
  return [key, typeof text === "string" ? text : undefined];
}
