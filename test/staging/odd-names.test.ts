// Names that every JavaScript object has by birth are names like any other: of columns, keys, labels and words in tables.
import { describe, expect, it, test } from "vitest";
import { type Files, stagedJob } from "./job-folder.ts";

const names = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"];
const head = `version: 1\nresource: products\n`;

function jobOf(files: Files, mapping: string, join = "", file = "in.csv"): Files {
  const input = `{ name: in, file: ${file}, mapping: m.yaml${join} }`;
  return { "import.yaml": `version: 1\ninputs: [${input}]\n`, "m.yaml": mapping, ...files };
}

/** What a job makes, each payload as text: an own `__proto__` is seen there and nowhere else. */
async function madeOf(files: Files): Promise<readonly string[]> {
  await using staged = await stagedJob(files);
  expect(await staged.problems()).toEqual([]);
  return (await staged.open()).map(({ payload }) => JSON.stringify(payload));
}

const csv = (...lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");

describe.each(names.map((name) => ({ name })))("$name", ({ name }) => {
  it("is a column, a key and a label", async () => {
    const mapping = `${head}fields: { sku: ${name}, "custom_fields.${name}": ${name}, name: { template: "a {${name}}" }, description: { expr: 'row["${name}"]' } }\n`;
    const made = await madeOf(jobOf({ "in.csv": csv(`${name},B`, `${name},b`, "X,b") }, mapping));
    expect(made).toEqual(
      [name, "X"].map(
        (sku) => `{"sku":"${sku}","custom_fields":{"${name}":"${sku}"},"name":"a ${sku}","description":"${sku}"}`,
      ),
    );
  });

  it("is no column where it is none", async () => {
    const mapping = `${head}fields: { sku: SKU, name: ${name} }\n`;
    await expect(stagedJob(jobOf({ "in.csv": csv("SKU", "A") }, mapping))).rejects.toThrow(
      `column "${name}" is not in in.csv`,
    );
  });

  it("is a path in JSON, and absent where the object has none of its own", async () => {
    const mapping = `${head}fields: { sku: sku, name: a.${name}.b, description: ${name} }\n`;
    const text = `[{"sku":"A","a":{"${name}":{"b":"deep"}},"${name}":"top"},{"sku":"B","a":{}}]`;
    const made = await madeOf(jobOf({ "in.json": text }, mapping, "", "in.json"));
    expect(made).toEqual(['{"sku":"A","name":"deep","description":"top"}', '{"sku":"B"}']);
  });

  it("is the key of a group, adjacent or scattered, and of a join's rows", async () => {
    for (const rows of ["adjacent", "anywhere"]) {
      const mapping = `${head}group: { by: P, rows: ${rows} }
join: { more: { on: { Of: P } }, one: { on: { Of: P }, one: true } }
fields: { sku: P, name: one.Text }
children: { variants: { each: more, fields: { sku: S, name: S } } }
`;
      const files = {
        "in.csv": csv("P,S", `${name},1`, `${name},2`, "Q,3"),
        "more.csv": csv("Of,S", `${name},v1`, "Q,v2", `${name},v3`),
        "one.csv": csv("Of,Text", `${name},found`),
      };
      expect(await madeOf(jobOf(files, mapping, ", join: { more: more.csv, one: one.csv }"))).toEqual([
        `{"sku":"${name}","name":"found","variants":[{"sku":"v1","name":"v1"},{"sku":"v3","name":"v3"}]}`,
        '{"sku":"Q","variants":[{"sku":"v2","name":"v2"}]}',
      ]);
    }
  });

  it("is looked up in a file, and not found where it does not stand", async () => {
    const mapping = `${head}fields: { sku: SKU, name: { from: N, lookup: { file: l.csv, key: K, value: V, otherwise: { value: none } } } }\n`;
    const files = { "in.csv": csv("SKU,N", `A,${name}`, "B,x"), "l.csv": csv("K,V", "x,found") };
    expect(await madeOf(jobOf(files, mapping))).toEqual(['{"sku":"A","name":"none"}', '{"sku":"B","name":"found"}']);
    const known = { ...files, "l.csv": csv("K,V", `${name},found`) };
    expect((await madeOf(jobOf(known, mapping)))[0]).toBe('{"sku":"A","name":"found"}');
  });

  it("is a word of a map, and none where the map has it not", async () => {
    const field = (map: string) =>
      `${head}fields: { sku: SKU, name: { from: N, map: ${map}, otherwise: { value: none } } }\n`;
    const files = { "in.csv": csv("SKU,N", `A,${name}`) };
    expect(await madeOf(jobOf(files, field("{ x: y }")))).toEqual(['{"sku":"A","name":"none"}']);
    const mapping = field(`{ ${name}: found }`);
    if (name === "__proto__")
      await expect(stagedJob(jobOf(files, mapping))).rejects.toThrow('"__proto__" cannot be a key');
    else expect(await madeOf(jobOf(files, mapping))).toEqual(['{"sku":"A","name":"found"}']);
  });

  test.each([
    { what: "a payload field", text: "fields: { sku: A, NAME: B }" },
    { what: "a step of a payload path", text: "fields: { sku: A, category.NAME: B }" },
    { what: "a key of a field", text: "fields: { sku: { NAME: A } }" },
    { what: "a transform", text: "fields: { sku: { from: A, apply: [NAME] } }" },
    { what: "a list", text: "fields: { sku: A }\nchildren: { NAME: { each: rows, fields: {} } }" },
    {
      what: "a source of rows",
      text: "source: { format: csv }\nfields: { sku: A }\nchildren: { variants: { each: NAME, fields: { sku: B } } }",
    },
  ])("is no $what", async ({ text }) => {
    const mapping = `${head}${text.replaceAll("NAME", name)}\n`;
    await expect(stagedJob(jobOf({ "in.csv": csv("A,B", "1,2") }, mapping))).rejects.toMatchObject({
      code: "MAPPING_INVALID",
    });
  });
});
