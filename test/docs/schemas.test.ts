// schemas/ is what editors complete and check by: current, explained key by key, named in every shipped file, and never
// stricter than the program.
import { existsSync, readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it, test } from "vitest";
import { parse } from "yaml";
import { jsonSchemas, mappablePaths, schemaText } from "../../build/json-schemas.ts";
import { loadMapping } from "../../src/map/definition/load-mapping.ts";
import { fieldAt } from "../../src/model/resources/field.ts";
import { resourceNames, resources } from "../../src/model/resources/resources.ts";
import { marked } from "./documents.ts";
import { schemaComplaints } from "./json-schema.ts";

const root = join(import.meta.dirname, "../..");
const schemas = jsonSchemas();
const mappingSchema = schemas["mapping.schema.json"] ?? {};
const jobSchema = schemas["job.schema.json"] ?? {};

test.each(Object.keys(schemas))("schemas/%s is what the code says (else: npm run schemas)", async (name) => {
  expect(await readFile(join(root, "schemas", name), "utf8")).toBe(schemaText(schemas[name] ?? {}));
});

describe("every key", () => {
  const keys = Object.entries(schemas).flatMap(([file, schema]) => keysOf(schema, file));

  it("is seen", () => expect(keys.length).toBeGreaterThan(100));

  it("has a description and examples", () => {
    const bare = keys.filter(({ node }) => typeof node.description !== "string" || !Array.isArray(node.examples));
    expect(bare.map(({ path }) => path)).toEqual([]);
  });

  it("has examples that are legal where they stand", () => {
    const wrong = keys.flatMap(({ path, node, schema }) =>
      listOf(node.examples).flatMap((example) =>
        schemaComplaints({ ...node, definitions: schema.definitions }, example).map((what) => `${path}${what}`),
      ),
    );
    expect(wrong).toEqual([]);
  });
});

const shipped = await yamlFiles(["mappings", "fixtures"]);

describe("every shipped file", () => {
  it("is seen", () => expect(shipped.length).toBeGreaterThan(10));

  test.each(shipped)("$name names its schema in its first line, where it is there", ({ name, text, schemaName }) => {
    const [line = ""] = text.split("\n");
    const path = relative(dirname(name), join("schemas", schemaName));
    expect(line).toBe(`# yaml-language-server: $schema=${path}`);
    expect(existsSync(resolve(root, dirname(name), path))).toBe(true);
  });

  test.each(shipped)("$name passes its schema", ({ text, schemaName }) => {
    expect(schemaComplaints(schemas[schemaName] ?? {}, parse(text))).toEqual([]);
  });

  it("finds the schemas in the installed package too", () => {
    expect(JSON.parse(readFileSync(join(root, "package.json"), "utf8"))).toMatchObject({
      files: expect.arrayContaining(["mappings", "schemas"]),
    });
  });
});

describe("the documents' examples", () => {
  const of = (file: string, mark: string) =>
    marked(readFileSync(join(root, "docs", file), "utf8"), mark).map(({ name, text }) => ({
      name,
      value: parse(/```yaml\n([\s\S]*?)```/.exec(text)?.[1] ?? "") as unknown,
    }));

  test.each(of("mapping.md", "mapping"))("the mapping $name passes", ({ value }) => {
    expect(schemaComplaints(mappingSchema, value)).toEqual([]);
  });

  test.each(of("job.md", "job"))("the job $name passes", ({ value }) => {
    expect(schemaComplaints(jobSchema, value)).toEqual([]);
  });
});

describe("the mapping's schema", () => {
  test.each(resourceNames)("takes every field of %s that a mapping may name", (resource) => {
    const { keyPath, schema } = resources[resource];
    const paths = mappablePaths(resource).filter((path) => path !== keyPath);
    for (const path of paths) {
      const [list = "", ...rest] = path.split(".");
      const isInList = fieldAt(schema, list)?.type === "objects";
      const mapping = {
        version: 1,
        resource,
        source: { format: "json" },
        fields: { [keyPath]: "K", ...(isInList ? {} : { [path]: { from: "A" } }) },
        ...(isInList ? { children: { [list]: { each: "lines", fields: { [rest.join(".")]: "A" } } } } : {}),
      };
      loadMapping(JSON.stringify(mapping), "m.yaml"); // the program takes it
      expect(schemaComplaints(mappingSchema, mapping), path).toEqual([]);
    }
  });

  test.each([
    { what: "a custom field with dots", fields: { sku: "A", "custom_fields.Made in. Or not": "B" }, is: [] },
    { what: "a misspelt field", fields: { sku: "A", retail_prise: "B" }, is: [".fields.retail_prise: unknown"] },
    { what: "a field of another resource", fields: { sku: "A", order_date: "B" }, is: [".fields.order_date: unknown"] },
    { what: "a mapping without its key", fields: { name: "A" }, is: [".fields.sku: is missing"] },
    { what: "a misspelt key", fields: { sku: { form: "A" } }, is: [".fields.sku.form: unknown"] },
  ])("judges $what", ({ fields, is }) => {
    expect(schemaComplaints(mappingSchema, { version: 1, resource: "products", fields })).toEqual(is);
  });
});

interface Node {
  readonly [keyword: string]: unknown;
}

interface Key {
  readonly path: string;
  readonly node: Node;
  readonly schema: Node;
}

/** Every key that a schema names, however deep; what people name themselves (labels, columns) is none. */
function keysOf(schema: Node, file: string): readonly Key[] {
  const walk = (node: unknown, path: string): readonly Key[] => {
    if (Array.isArray(node)) return node.flatMap((item) => walk(item, path));
    if (!isNode(node)) return [];
    return Object.entries(node).flatMap(([keyword, inner]) => {
      // The condition of an `if` explains nothing, and what stands in examples is no schema.
      if (["if", "examples", "default", "enum", "required"].includes(keyword)) return [];
      if (keyword !== "properties" || !isNode(inner)) return walk(inner, keyword === "definitions" ? `${file}#` : path);
      return Object.entries(inner).flatMap(([key, below]) => [
        ...(isNode(below) && !isNarrowing(below) ? [{ path: `${path}.${key}`, node: below, schema }] : []),
        ...walk(below, `${path}.${key}`),
      ]);
    });
  };
  return walk(schema, file);
}

/** `then` says more of keys that are explained elsewhere. */
function isNarrowing(node: Node): boolean {
  return node.description === undefined && node.additionalProperties === false && node.type === undefined;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

interface Shipped {
  readonly name: string;
  readonly text: string;
  readonly schemaName: string;
}

async function yamlFiles(folders: readonly string[]): Promise<readonly Shipped[]> {
  const names = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(join(root, folder), { recursive: true })).map((name) => join(folder, name)),
    ),
  );
  const ours = names.flat().filter((name) => /\.ya?ml$/.test(name) && !name.includes(".luminous-import"));
  return ours.map((name) => {
    const text = readFileSync(join(root, name), "utf8");
    return { name, text, schemaName: /^resource:/m.test(text) ? "mapping.schema.json" : "job.schema.json" };
  });
}
