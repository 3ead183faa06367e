import { describe, expect, it, test } from "vitest";
import type { LookupTables } from "../../src/map/definition/mapping.ts";
import type { Cell } from "../../src/model/row.ts";
import { compiled, draftOf, mapOne, productYaml, sourceRow } from "./rows.ts";

const categories: LookupTables = () =>
  new Map([
    ["1", "Beverages"],
    ["9", ""],
  ]);
const lookup = "lookup: { file: c.csv, key: id, value: name }";

it("tells what was shortened as a warning at its cell, and makes the entry all the same", () => {
  const Handle = "best-tee-".repeat(13);
  const draft = mapOne('name: { template: "{Handle}", apply: [{ fit: 100 }] }', { Handle });
  expect(String(draft.payload.name)).toHaveLength(100);
  expect(draft.problems).toEqual([
    expect.objectContaining({ code: "shortened", severity: "warning", path: "name", column: "Handle", value: Handle }),
  ]);
});

// The field `f` of the payload is whatever the one mapped field is; `absent` means that it is left out.
test.each<{ rule: string; field: string; cells: Record<string, Cell>; is: Record<string, unknown>; above?: string }>([
  { rule: "a column", field: "name: Title", cells: { Title: "Tea" }, is: { name: "Tea" } },
  { rule: "a blank cell leaves the field out", field: "name: Title", cells: { Title: "" }, is: {} },
  {
    rule: "a word that means blank leaves it out",
    field: "name: Title",
    cells: { Title: "NULL" },
    is: {},
    above: 'source: { blank: ["", "NULL"] }\n',
  },
  {
    rule: "other words do not",
    field: "name: Title",
    cells: { Title: "null" },
    is: { name: "null" },
    above: "source: { blank: [N/A] }\n",
  },
  {
    rule: "of several columns the first that is not blank",
    field: "name: { from: [A, B, C] }",
    cells: { A: "", B: "b", C: "c" },
    is: { name: "b" },
  },
  {
    rule: "a path of steps makes objects",
    field: "category.name: Type",
    cells: { Type: "Tea" },
    is: { category: { name: "Tea" } },
  },
  {
    rule: "a dotted path reads nested JSON",
    field: "name: a.b.0.c",
    cells: { a: { b: [{ c: "deep" }] } },
    is: { name: "deep" },
  },
  {
    rule: "a key with the dot in it wins",
    field: "name: a.b",
    cells: { a: { b: "nested" }, "a.b": "own" },
    is: { name: "own" },
  },
  {
    rule: "default when blank",
    field: "name: { from: Title, default: None }",
    cells: { Title: "" },
    is: { name: "None" },
  },
  {
    rule: "no default when not",
    field: "name: { from: Title, default: None }",
    cells: { Title: "Tea" },
    is: { name: "Tea" },
  },
  {
    rule: "default when apply leaves nothing",
    field: "name: { from: T, apply: [digits], default: None }",
    cells: { T: "abc" },
    is: { name: "None" },
  },
  { rule: "an optional column that is not there", field: "name: { from: Title, optional: true }", cells: {}, is: {} },
  { rule: "a constant", field: "type: { value: KIT }", cells: {}, is: { type: "KIT" } },
  { rule: "a constant keeps its zeros", field: "upc: { value: 007 }", cells: {}, is: { upc: "007" } },
  {
    rule: "a constant object where any is taken",
    field: "custom_fields: { value: { A: 1, B: [x] } }",
    cells: {},
    is: { custom_fields: { A: 1, B: ["x"] } },
  },
  {
    rule: "the type of the payload",
    field: "retail_price: Price",
    cells: { Price: "12.50" },
    is: { retail_price: 12.5 },
  },
  { rule: "identifiers stay text", field: "upc: Code", cells: { Code: "0001E5" }, is: { upc: "0001E5" } },
  {
    rule: "the source's decimal sign",
    field: "retail_price: P",
    cells: { P: "1.234,50" },
    is: { retail_price: 1234.5 },
    above: 'source: { decimal: ",", thousands: "." }\n',
  },
  {
    rule: "the field's decimal sign",
    field: 'retail_price: { from: P, decimal: "," }',
    cells: { P: "12,50" },
    is: { retail_price: 12.5 },
  },
  {
    rule: "a constant has a decimal point whatever the cells have",
    field: "retail_price: { from: P, default: 1.5 }",
    cells: { P: "" },
    is: { retail_price: 1.5 },
    above: 'source: { decimal: "," }\n',
  },
  {
    rule: "a unit",
    field: "product_weight: { from: W, unit: oz }",
    cells: { W: "8" },
    is: { product_weight: { unit: "lb", value: 0.5 } },
  },
  { rule: "split", field: 'tags: { from: T, split: "," }', cells: { T: "a, b,,a" }, is: { tags: ["a", "b"] } },
  { rule: "split of separators only", field: 'tags: { from: T, split: "," }', cells: { T: " , " }, is: {} },
  { rule: "a list of JSON", field: "tags: T", cells: { T: ["a", "", "b"] }, is: { tags: ["a", "b"] } },
  {
    rule: "apply, in order",
    field: 'name: { from: T, apply: [lower, { prefix: "X-" }] }',
    cells: { T: "TEA" },
    is: { name: "X-tea" },
  },
  {
    rule: "apply on each piece",
    field: 'tags: { from: T, split: "|", apply: [upper] }',
    cells: { T: "a|b" },
    is: { tags: ["A", "B"] },
  },
  {
    rule: "map",
    field: "sellable: { from: S, map: { active: true, draft: false } }",
    cells: { S: "draft" },
    is: { sellable: false },
  },
  {
    rule: "map with constructor as a word",
    field: "name: { from: S, map: { a: b }, otherwise: keep }",
    cells: { S: "constructor" },
    is: { name: "constructor" },
  },
  {
    rule: "otherwise omit",
    field: "sellable: { from: S, map: { a: true }, otherwise: omit }",
    cells: { S: "x" },
    is: {},
  },
  {
    rule: "otherwise keep",
    field: "name: { from: S, map: { a: b }, otherwise: keep }",
    cells: { S: "x" },
    is: { name: "x" },
  },
  {
    rule: "otherwise a value",
    field: "sellable: { from: S, map: { a: true }, otherwise: { value: false } }",
    cells: { S: "x" },
    is: { sellable: false },
  },
  {
    rule: "map on each piece",
    field: 'tags: { from: T, split: ",", map: { a: x }, otherwise: omit }',
    cells: { T: "a,b" },
    is: { tags: ["x"] },
  },
  { rule: "lookup", field: `name: { from: C, ${lookup} }`, cells: { C: "1" }, is: { name: "Beverages" } },
  {
    rule: "lookup that answers blank",
    field: `name: { from: C, default: none, ${lookup} }`,
    cells: { C: "9" },
    is: { name: "none" },
  },
  {
    rule: "lookup, then map",
    field: `name: { from: C, map: { Beverages: Drinks }, ${lookup} }`,
    cells: { C: "1" },
    is: { name: "Drinks" },
  },
  {
    rule: "lookup otherwise",
    field: "name: { from: C, lookup: { file: c, key: a, value: b, otherwise: { value: Other } } }",
    cells: { C: "5" },
    is: { name: "Other" },
  },
  { rule: "round", field: "retail_price: { from: P, round: 2 }", cells: { P: "1.005" }, is: { retail_price: 1.01 } },
  {
    rule: "an expression",
    field: `retail_price: { expr: 'number(row["P"]) * 1.2', round: 2 }`,
    cells: { P: "10" },
    is: { retail_price: 12 },
  },
  {
    rule: "an expression sees blanks as blank",
    field: `name: { expr: 'row["A"] == "" ? "none" : row["A"]' }`,
    cells: { A: "N/A" },
    is: { name: "none" },
    above: "source: { blank: [N/A] }\n",
  },
  {
    rule: "an expression that gives nothing",
    field: `name: { expr: 'row["A"]', default: x }`,
    cells: { A: "" },
    is: { name: "x" },
  },
  {
    rule: "when it is so",
    field: `name: { from: T, when: 'row["A"] == "1"' }`,
    cells: { T: "t", A: "1" },
    is: { name: "t" },
  },
  {
    rule: "when it is not so, not even the default",
    field: `name: { from: T, default: d, when: 'row["A"] == "1"' }`,
    cells: { T: "", A: "2" },
    is: {},
  },
  {
    rule: "when guards an expression that would fail",
    field: `retail_price: { expr: 'number(row["P"])', when: 'row["P"] != ""' }`,
    cells: { P: "" },
    is: {},
  },
  { rule: "a template", field: 'name: { template: "{A} / {B}" }', cells: { A: "a", B: "b" }, is: { name: "a / b" } },
  {
    rule: "a template with a blank in it",
    field: 'name: { template: "{A} {B}" }',
    cells: { A: "a", B: "" },
    is: { name: "a" },
  },
  { rule: "a template with nothing in it", field: 'name: { template: "{A} / {B}" }', cells: { A: "", B: "" }, is: {} },
  { rule: "braces in a template", field: 'name: { template: "{{{A}}}" }', cells: { A: "a" }, is: { name: "{a}" } },
  {
    rule: "whole alternatives",
    field: "product_weight: [{ from: K, optional: true, unit: kg }, { from: O, unit: oz }]",
    cells: { O: "16" },
    is: { product_weight: { unit: "lb", value: 1 } },
  },
  {
    rule: "the first alternative that is not blank",
    field: "name: [A, { from: B, apply: [upper] }]",
    cells: { A: "", B: "b" },
    is: { name: "B" },
  },
  {
    rule: "an alternative whose when is false has not its turn",
    field: `name: [{ from: A, when: 'row["K"] == "1"' }, B]`,
    cells: { A: "a", B: "b", K: "2" },
    is: { name: "b" },
  },
  {
    rule: "a default of an alternative comes last",
    field: "name: [{ from: A, default: d }, B]",
    cells: { A: "", B: "b" },
    is: { name: "b" },
  },
  {
    rule: "a default of an alternative when all are blank",
    field: "name: [{ from: A, default: d }, B]",
    cells: { A: "", B: "" },
    is: { name: "d" },
  },
  {
    rule: "a label with a dot",
    field: "custom_fields.Size.EU: S",
    cells: { S: "40" },
    is: { custom_fields: { "Size.EU": "40" } },
  },
  {
    rule: "a nested object as custom fields",
    field: "custom_fields: extra",
    cells: { extra: { A: "1" } },
    is: { custom_fields: { A: "1" } },
  },
])("$rule", ({ field, cells, is, above }) => {
  const draft = mapOne(field, cells, above, categories);
  expect(draft.problems).toEqual([]);
  expect(JSON.parse(JSON.stringify(draft.payload))).toEqual({ sku: "A-1", ...is });
});

test.each<{
  rule: string;
  field: string;
  cells: Record<string, Cell>;
  code: string;
  path: string;
  column?: string;
  value?: string;
  message?: RegExp;
}>([
  {
    rule: "a cell of another type",
    field: "retail_price: P",
    cells: { P: "free" },
    code: "not_a_number",
    path: "retail_price",
    column: "P",
    value: "free",
  },
  {
    rule: "the winner of several columns",
    field: "retail_price: { from: [A, B] }",
    cells: { A: "", B: "x" },
    code: "not_a_number",
    path: "retail_price",
    column: "B",
    value: "x",
  },
  {
    rule: "a cell that map has no answer for",
    field: "sellable: { from: S, map: { active: true } }",
    cells: { S: "activ" },
    code: "not_in_map",
    path: "sellable",
    column: "S",
    value: "activ",
    message: /Did you mean "active"/,
  },
  {
    rule: "a cell that lookup has no answer for",
    field: `name: { from: C, ${lookup} }`,
    cells: { C: "5" },
    code: "not_in_map",
    path: "name",
    column: "C",
    value: "5",
    message: /"5" is not in column "id" of c\.csv/,
  },
  {
    rule: "an expression that fails",
    field: `retail_price: { expr: 'number(row["P"])' }`,
    cells: { P: "x" },
    code: "expression_failed",
    path: "retail_price",
    column: "P",
    value: "x",
  },
  {
    rule: "a condition that fails",
    field: `name: { from: N, when: 'number(row["P"]) > 1' }`,
    cells: { P: "", N: "n" },
    code: "expression_failed",
    path: "name",
    column: "P",
    value: "",
  },
  {
    rule: "a nested object as text",
    field: "name: a",
    cells: { a: { b: "c" } },
    code: "wrong_type",
    path: "name",
    column: "a",
  },
  {
    rule: "a list in a template",
    field: 'name: { template: "{A}{B}" }',
    cells: { A: "x", B: ["y"] },
    code: "wrong_type",
    path: "name",
    column: "B",
  },
  {
    rule: "a nested value",
    field: "retail_price: a.0.p",
    cells: { a: [{ p: "x" }] },
    code: "not_a_number",
    path: "retail_price",
    column: "a.0.p",
    value: "x",
  },
])("a problem names the cell of $rule", ({ field, cells, code, path, column, value, message }) => {
  const { problems } = mapOne(field, cells, "", categories);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatchObject({
    code,
    path,
    file: "in.csv",
    line: 2,
    row: 1,
    ...(column && { column }),
    ...(value && { value }),
  });
  if (message) expect(problems[0]?.message).toMatch(message);
});

it("tells every faulty field of a row at once", () => {
  const { problems } = mapOne("retail_price: A\nunit_cost: B", { A: "x", B: "y" });
  expect(problems.map(({ path }) => path)).toEqual(["retail_price", "unit_cost"]);
});

describe("invalid: omit", () => {
  test.each([
    { field: "retail_price: { from: F, invalid: omit }", cell: "on request", code: "not_a_number" },
    { field: "retail_price: { from: F, invalid: omit }", cell: "-1", code: "too_small" },
    { field: "image_url: { from: F, invalid: omit }", cell: "cup.png", code: "bad_format" },
    { field: "image_url: { from: F, invalid: omit }", cell: `https://a.example/${"x".repeat(255)}`, code: "too_long" },
    { field: "type: { from: F, invalid: omit }", cell: "gift", code: "not_allowed" },
    { field: "sellable: { from: F, map: { a: true }, invalid: omit }", cell: "b", code: "not_in_map" },
    { field: "product_weight: { from: F, unit: kg, invalid: omit }", cell: "-2", code: "too_small" },
    { field: "unit_cost: { expr: 'number(row[\"F\"]) * 2.0', invalid: omit }", cell: "?", code: "expression_failed" },
    { field: "category.name: { from: F, apply: [number], invalid: omit }", cell: "?", code: "not_a_number" },
  ])("leaves $cell out of $field and warns at its cell: $code", ({ field, cell, code }) => {
    const { payload, problems } = mapOne(field, { F: cell });
    expect(payload).toEqual({ sku: "A-1" });
    expect(problems).toEqual([
      expect.objectContaining({ code, severity: "warning", column: "F", value: cell, file: "in.csv", line: 2 }),
    ]);
    expect(problems[0]?.message).toContain("(left out: invalid: omit)");
  });

  it("says nothing of a value that is right, or of none", () => {
    const field = "retail_price: { from: F, invalid: omit }";
    expect(mapOne(field, { F: "1.50" })).toMatchObject({ payload: { retail_price: 1.5 }, problems: [] });
    expect(mapOne(field, { F: "" })).toMatchObject({ payload: { sku: "A-1" }, problems: [] });
  });

  it("gives the default, or the next alternative, its turn", () => {
    const byDefault = mapOne("name: { from: F, apply: [number], default: Cup, invalid: omit }", { F: "x" });
    expect(byDefault).toMatchObject({ payload: { name: "Cup" }, problems: [{ severity: "warning", value: "x" }] });
    const next = mapOne("image_url: [{ from: F, invalid: omit }, { from: G, invalid: omit }]", {
      F: "cup.png",
      G: "https://a.example/cup.png",
    });
    expect(next).toMatchObject({
      payload: { image_url: "https://a.example/cup.png" },
      problems: [{ code: "bad_format", severity: "warning", column: "F", value: "cup.png" }],
    });
  });

  it("never clears a field", () => {
    const { clears } = mapOne("unit_cost: { from: F, invalid: omit, blank: clear }", { F: "x" });
    expect(clears).toEqual({});
  });

  test.each([
    { field: "name: { from: F, invalid: omit }", says: "nothing can be sent without this field" },
    { field: "type: { value: KIT, invalid: omit }", says: "a constant is checked here and now" },
  ])("is refused for $field", ({ field, says }) => {
    expect(() => mapOne(field, {})).toThrow(says);
  });

  it("is refused for what a list item needs, and allowed for what it does not", () => {
    const yaml = (field: string) =>
      `version: 1\nresource: products\ngroup: { by: H }\nfields: { sku: H }\nchildren:\n  variants: { each: rows, fields: { sku: S, name: N, ${field} } }\n`;
    expect(() => compiled(yaml("image_url: { from: I, invalid: omit }"))).not.toThrow();
    expect(() => compiled(yaml("image_url: I").replace("sku: S", "sku: { from: S, invalid: omit }"))).toThrow(
      "nothing can be sent without",
    );
  });
});

describe("blank: clear", () => {
  test.each<{ field: string; cell?: Cell; clears: Record<string, unknown> }>([
    { field: "description: { from: X, blank: clear }", cell: "", clears: { description: "" } },
    { field: "description: { from: X, blank: clear, optional: true }", clears: {} },
    { field: "description: { from: X, blank: clear }", cell: "text", clears: {} },
    { field: "description: { from: X, blank: clear, when: 'false' }", cell: "", clears: {} },
    { field: "tags: { from: X, blank: clear }", cell: "", clears: { tags: [] } },
    { field: "retail_price: { from: X, blank: clear }", cell: "", clears: { retail_price: null } },
    { field: "custom_fields.Note: { from: X, blank: clear }", cell: "", clears: { "custom_fields.Note": null } },
    { field: "boms: { from: X, blank: clear }", cell: "", clears: { boms: [] } },
  ])("$field with $cell clears $clears", ({ field, cell, clears }) => {
    const draft = mapOne(field, cell === undefined ? {} : { X: cell });
    expect({ ...draft.clears }).toEqual(clears);
    expect(draft.problems).toEqual([]);
  });
});

describe("ref", () => {
  const orders = (channel: string) =>
    `version: 1\nresource: sales_orders\nfields:\n  order_number: No\n  channel_id: ${channel}\n`;

  it("turns a label into a reference and leaves the payload without it", () => {
    const draft = draftOf(compiled(orders("{ from: Store, ref: { resource: channels, by: label } }")), [
      sourceRow({ No: "1", Store: "Web" }),
    ]);
    expect(draft.references).toEqual([{ path: "channel_id", resource: "channels", key: "Web", fill: true }]);
    expect(draft.payload).not.toHaveProperty("channel_id");
    expect(draft.origins.get("channel_id")).toMatchObject([{ kind: "cell", column: "Store" }]);
  });

  it("takes a constant label, with the mapping's line as its origin", () => {
    const draft = draftOf(compiled(orders("{ value: 2024, ref: { resource: channels, by: label } }")), [
      sourceRow({ No: "1" }),
    ]);
    expect(draft.references).toEqual([{ path: "channel_id", resource: "channels", key: "2024", fill: true }]);
    expect(draft.origins.get("channel_id")).toEqual([{ kind: "mapping", file: "map.yaml", line: 5 }]);
  });

  it("is none when the cell is blank", () => {
    const draft = draftOf(compiled(orders("{ from: Store, ref: { resource: channels, by: label } }")), [
      sourceRow({ No: "1", Store: "" }),
    ]);
    expect(draft.references).toEqual([]);
  });
});

describe("origins", () => {
  test.each<{ of: string; field: string; cells: Record<string, Cell>; columns: readonly string[] }>([
    { of: "a blank cell", field: "name: T", cells: { T: "" }, columns: ["T"] },
    { of: "the winner of several", field: "name: { from: [A, B] }", cells: { A: "", B: "b" }, columns: ["B"] },
    { of: "several blank ones", field: "name: { from: [A, B] }", cells: { A: "", B: "" }, columns: ["A", "B"] },
    { of: "columns that are there", field: "name: { from: [A, B] }", cells: { B: "" }, columns: ["B"] },
    { of: "alternatives that are all blank", field: "name: [A, B]", cells: { A: "", B: "" }, columns: ["A", "B"] },
    { of: "a template", field: 'name: { template: "{A}{B}" }', cells: { A: "a", B: "b" }, columns: ["A", "B"] },
    { of: "a template with a blank", field: 'name: { template: "{A}{B}" }', cells: { A: "a", B: "" }, columns: ["A"] },
    {
      of: "an expression",
      field: `name: { expr: 'row["A"] + row["B"]' }`,
      cells: { A: "a", B: "b" },
      columns: ["A", "B"],
    },
    { of: "a lookup", field: `name: { from: C, ${lookup} }`, cells: { C: "1" }, columns: ["C"] },
    {
      of: "a field that is gated off",
      field: `name: { from: T, when: 'row["S"] == "on"' }`,
      cells: { T: "t", S: "off" },
      columns: ["S"],
    },
  ])("of $of are its cells", ({ field, cells, columns }) => {
    const origins = mapOne(field, cells, "", categories).origins.get("name");
    expect(origins?.map((origin) => (origin.kind === "cell" ? origin.column : "mapping"))).toEqual(columns);
  });

  test.each([
    { of: "a constant", field: "name: { value: X }" },
    { of: "a default", field: "name: { from: T, default: X }" },
  ])("of $of is the mapping's line", ({ field }) => {
    expect(mapOne(field, { T: "" }).origins.get("name")).toEqual([{ kind: "mapping", file: "map.yaml", line: 5 }]);
  });
});

describe("the key", () => {
  it("is the payload's key field, trimmed", () => {
    expect(mapOne("", {}).key).toBe("A-1");
    expect(
      draftOf(compiled("version: 1\nresource: products\nfields: { sku: { expr: '\" x \"' } }\n"), [sourceRow({})]).key,
    ).toBe("x");
  });

  it("is undefined when its cell is blank", () => {
    expect(draftOf(compiled(productYaml("")), [sourceRow({ SKU: "" })]).key).toBeUndefined();
  });

  it("cannot be a field that Luminous does not find the resource by", () => {
    const yaml = "version: 1\nresource: products\nkey: upc\nfields: { upc: U, sku: SKU }\n";
    expect(() => compiled(yaml)).toThrow(/Luminous finds products by sku/);
  });
});

it("takes columns and labels called __proto__ and constructor like any other", () => {
  const draft = mapOne("custom_fields.__proto__: __proto__\ncustom_fields.constructor: constructor\nname: toString", {
    ["__proto__"]: "p",
    constructor: "c",
  });
  expect(JSON.stringify(draft.payload)).toBe('{"sku":"A-1","custom_fields":{"__proto__":"p","constructor":"c"}}');
  expect(({} as Record<string, unknown>).p).toBeUndefined();
});

it("a template whose text would be longer than 1 MiB is a problem of its cells", () => {
  const fields = (template: string, A: string) => mapOne(`name: { template: "${template}" }`, { A });
  const { problems, payload } = fields("{A} {A}", "x".repeat(600_000));
  expect(payload).toEqual({ sku: "A-1" });
  expect(problems).toMatchObject([{ code: "too_long", path: "name", column: "A" }]);
  expect(problems[0]?.message).toMatch(/template makes a text of more than 1,048,576 characters.*slice/);
  expect(fields("{A} {A}", "x".repeat(500_000)).problems).toEqual([]);
});
