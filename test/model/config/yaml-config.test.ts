import { describe, expect, it, test } from "vitest";
import { z } from "zod";
import { loadYaml } from "../../../src/model/config/yaml-config.ts";
import { ImportError } from "../../../src/model/error.ts";

const schema = z.strictObject({
  version: z.literal(1),
  inputs: z.array(z.strictObject({ name: z.string(), file: z.union([z.string(), z.array(z.string())]) })),
  limits: z
    .strictObject({ attempts: z.int().min(1), rate: z.union([z.number(), z.literal("auto")]) })
    .partial()
    .optional(),
  fields: z.record(z.string(), z.unknown()).optional(),
});

function faultsOf(text: string, check?: Parameters<typeof loadYaml<typeof schema>>[4]): readonly string[] {
  try {
    loadYaml(text, "job.yaml", schema, "JOB_INVALID", check);
  } catch (error) {
    if (error instanceof ImportError && error.code === "JOB_INVALID") return error.message.split("\n");
    throw error;
  }
  return [];
}

const sound = "version: 1\ninputs:\n  - { name: a, file: a.csv }\n";

test.each([
  {
    name: "an unknown key",
    text: `${sound}limts: {}\n`,
    fault: 'job.yaml:4:1: limts: unknown key. Did you mean "limits"?',
  },
  {
    name: "an unknown key in a list of maps",
    text: "version: 1\ninputs:\n  - name: a\n    fil: x\n    file: y\n",
    fault: 'job.yaml:4:5: inputs[0].fil: unknown key. Did you mean "file"?',
  },
  {
    name: "a wrong type",
    text: `${sound}limits: { attempts: many }\n`,
    fault: 'job.yaml:4:21: limits.attempts: must be a number, not "many"',
  },
  {
    name: "a value that fits no form",
    text: `${sound}limits: { rate: fast }\n`,
    fault: 'job.yaml:4:17: limits.rate: must be a number or "auto", not "fast"',
  },
  {
    name: "a word that YAML takes for nothing",
    text: sound.replace("name: a", "name: NULL"),
    fault: "job.yaml:3:13: inputs[0].name: must be text, not nothing (as text it needs quotes)",
  },
  { name: "a missing key", text: "version: 1\n", fault: "job.yaml:1:1: inputs: is missing" },
  {
    name: "a wrong constant",
    text: sound.replace("1", "2"),
    fault: "job.yaml:1:10: version: must be 1, not the number 2",
  },
  {
    name: "a map that holds itself",
    text: `${sound}fields: &f { a: [*f] }\n`,
    fault: "job.yaml:4:18: *f stands inside what it names, which would have no end",
  },
  {
    name: "a merge key",
    text: `${sound}fields: { a: &a { b: 1 }, c: { <<: *a } }\n`,
    fault: "job.yaml:4:32: merge keys (<<) are not known: write the keys out, or give the whole value an anchor",
  },
  {
    name: "a tag that makes something else of a value",
    text: `${sound}fields: { a: !!binary aGVsbG8= }\n`,
    fault: "job.yaml:4:23: the tag !!binary is not known",
  },
  {
    name: "a tag of a program",
    text: `${sound}fields: { a: !!js/function "x" }\n`,
    fault: "job.yaml:4:28: the tag !!js/function is not known",
  },
  {
    name: "a second document",
    text: `${sound}---\nversion: 1\n`,
    fault: "job.yaml:4:1: a second document begins here (---): a file holds one",
  },
  {
    name: "aliases of aliases of aliases",
    text: `${sound}fields: { a: &a [x, x, x, x, x, x, x, x, x, x, x], b: &b [${"*a,".repeat(11)}], c: [${"*b,".repeat(11)}] }\n`,
    fault: "job.yaml:1:1: its aliases (*name) stand for more than 100 values: write the values out",
  },
  { name: "a key given twice", text: `${sound}version: 1\n`, fault: "job.yaml:4:1: this key is given twice" },
  {
    name: "a key called __proto__",
    text: `${sound}fields: { __proto__: x }\n`,
    fault: 'job.yaml:4:11: "__proto__" cannot be a key',
  },
  { name: "a file that is no map", text: "- 1\n", fault: "job.yaml:1:1: must be a map, not a list" },
  { name: "an empty file", text: "", fault: "job.yaml:1:1: must be a map, not nothing" },
])("$name is told with its place", ({ text, fault }) => {
  expect(faultsOf(text)).toEqual([fault]);
});

it("tells broken YAML with line and column", () => {
  expect(faultsOf("version: 1\ninputs: [a\nlimits: {}\n")[0]).toMatch(/^job\.yaml:\d+:\d+: ./);
});

it("tells all faults at once, also those of the owner's own check, in the order of the file", () => {
  const check = (value: Partial<z.output<typeof schema>>) =>
    Object.keys(value.fields ?? {}).map((key) => ({
      path: ["fields", key],
      message: `no field ${key}`,
      at: "key" as const,
    }));
  expect(faultsOf("version: 1\nfields:\n  size: 1\nlimits: { attempts: 0 }\nextra: 1\n", { check })).toEqual([
    "job.yaml:1:1: inputs: is missing",
    "job.yaml:3:3: fields.size: no field size",
    "job.yaml:4:21: limits.attempts: must be at least 1",
    "job.yaml:5:1: extra: unknown key. Known here: version, inputs, limits, fields",
  ]);
});

describe("a file that is accepted", () => {
  const loaded = loadYaml(
    `${sound}fields:\n  a: &x 007\n  b: *x\n  c:\n    d: 1.10\n`,
    "job.yaml",
    schema,
    "JOB_INVALID",
  );

  it("has its value", () => {
    expect(loaded.value.inputs).toEqual([{ name: "a", file: "a.csv" }]);
  });

  test.each([
    { path: ["fields", "a"], position: { line: 5, column: 9 } },
    { path: ["fields", "c"], position: { line: 7, column: 3 } },
    { path: ["fields", "c", "d"], position: { line: 8, column: 8 } },
    { path: ["inputs", 0, "file"], position: { line: 3, column: 22 } },
    { path: ["inputs", 0, "missing"], position: { line: 3, column: 5 } },
    { path: ["nowhere"], position: { line: 1, column: 1 } },
  ])("knows where $path stands", ({ path, position }) => {
    expect(loaded.positionOf(path)).toEqual(position);
  });

  it("knows a number as it is written", () => {
    expect(loaded.textOf(["fields", "a"])).toBe("007");
    expect(loaded.textOf(["fields", "c", "d"])).toBe("1.10");
  });
});
