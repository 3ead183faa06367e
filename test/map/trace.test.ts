// How a field came to its value, as mapping records it: one claim per kind of step.
import { describe, expect, it, test } from "vitest";
import type { LookupTables } from "../../src/map/definition/mapping.ts";
import type { FieldTrace } from "../../src/model/trace.ts";
import { compiled, group, noLookups, productYaml, sourceRow, sourceRows } from "./rows.ts";

/** The trace of one field below `sku` of one row. */
function traceOf(
  path: string,
  fieldLines: string,
  cells: Record<string, string>,
  above = "",
  lookups: LookupTables = noLookups,
): FieldTrace {
  const mapping = compiled(productYaml(fieldLines, above), lookups);
  const found = mapping.trace(group([sourceRow({ SKU: "A-1", ...cells })])).find((field) => field.path === path);
  if (found === undefined) throw new Error(`no trace of ${path}`);
  return found;
}

describe("the steps of a field", () => {
  test.each([
    {
      name: "a column as it is",
      field: "name: Title",
      cells: { Title: "Mug" },
      steps: [
        { kind: "picked", value: "Mug" },
        { kind: "type", type: "text", value: "Mug" },
      ],
      result: { kind: "value", value: "Mug" },
    },
    {
      name: "every transform by itself",
      field: 'name: { from: Title, apply: [upper, { replace: ["U", "Y"] }] }',
      cells: { Title: "mug" },
      steps: [
        { kind: "picked", value: "mug" },
        { kind: "apply", transform: "upper", value: "MUG" },
        { kind: "apply", transform: 'replace ["U","Y"]', value: "MYG" },
        { kind: "type", type: "text", value: "MYG" },
      ],
      result: { kind: "value", value: "MYG" },
    },
    {
      name: "split",
      field: 'tags: { from: Tags, split: "," }',
      cells: { Tags: "a, b" },
      steps: [
        { kind: "picked", value: "a, b" },
        { kind: "split", separator: ",", value: ["a", "b"] },
        { kind: "type", type: "texts", value: ["a", "b"] },
      ],
      result: { kind: "value", value: ["a", "b"] },
    },
    {
      name: "map",
      field: "sellable: { from: Status, map: { active: true } }",
      cells: { Status: "active" },
      steps: [
        { kind: "picked", value: "active" },
        { kind: "map", value: true },
        { kind: "type", type: "boolean", value: true },
      ],
      result: { kind: "value", value: true },
    },
    {
      name: "round, after an expression",
      field: "retail_price: { expr: 'number(row[\"Price\"]) * 1.1', round: 2 }",
      cells: { Price: "9.99" },
      steps: [
        { kind: "picked", value: expect.closeTo(10.989) as number },
        { kind: "round", places: 2, value: 10.99 },
        { kind: "type", type: "decimal", value: 10.99 },
      ],
      result: { kind: "value", value: 10.99 },
    },
    {
      name: "a unit",
      field: "product_weight: { from: Weight, unit: oz }",
      cells: { Weight: "16" },
      steps: [
        { kind: "picked", value: "16" },
        { kind: "type", type: "weight", unit: "oz", value: { unit: "lb", value: 1 } },
      ],
      result: { kind: "value", value: { unit: "lb", value: 1 } },
    },
    {
      name: "a default in place of a blank",
      field: "name: { from: Title, default: Unnamed }",
      cells: { Title: "" },
      steps: [{ kind: "blank" }],
      result: { kind: "default", value: "Unnamed" },
    },
    {
      name: "a closed gate",
      field: 'name: { from: Title, when: \'row["Status"] == "on"\' }',
      cells: { Title: "Mug", Status: "off" },
      steps: [{ kind: "when", text: 'row["Status"] == "on"', passed: false }],
      result: { kind: "absent" },
    },
    {
      name: "a blank that clears",
      field: "description: { from: Text, blank: clear }",
      cells: { Text: "" },
      steps: [{ kind: "blank" }],
      result: { kind: "clear" },
    },
    {
      name: "a value that the map leaves out",
      field: "sellable: { from: Status, map: { active: true }, otherwise: omit }",
      cells: { Status: "draft" },
      steps: [
        { kind: "picked", value: "draft" },
        { kind: "omitted", by: "map" },
      ],
      result: { kind: "absent" },
    },
    {
      name: "a cell that cannot be read",
      field: "retail_price: Price",
      cells: { Price: "dear" },
      steps: [{ kind: "picked", value: "dear" }],
      result: { kind: "failed", code: "not_a_number" },
    },
  ])("$name", ({ field, cells, steps, result }) => {
    const trace = traceOf(field.split(":")[0] ?? "", field, cells);
    expect(trace.alternatives.map((alternative) => alternative.steps)).toEqual([steps]);
    expect(trace.result).toMatchObject(result);
  });

  it("names the file of a lookup with what it answered", () => {
    const lookups: LookupTables = () => new Map([["7", "Kitchen"]]);
    const field = "category.name: { from: Group, lookup: { file: groups.csv, key: id, value: name } }";
    const { alternatives } = traceOf("category.name", field, { Group: "7" }, "", lookups);
    expect(alternatives[0]?.steps).toContainEqual({ kind: "lookup", file: "groups.csv", value: "Kitchen" });
  });

  it("says which reference a field is filled from", () => {
    const yaml =
      "version: 1\nresource: sales_orders\nfields:\n  order_number: No\n  channel_id: { from: Shop, ref: { resource: channels, by: label } }\n";
    const traces = compiled(yaml).trace(group([sourceRow({ No: "1", Shop: "Web" })]));
    expect(traces.find(({ path }) => path === "channel_id")?.result).toEqual({
      kind: "reference",
      resource: "channels",
      key: "Web",
    });
  });
});

describe("alternatives", () => {
  const field = "product_weight: [{ from: Kilo, unit: kg }, { from: Gram, unit: g }]";

  it("are told in their order, up to the one that won", () => {
    const { alternatives, result } = traceOf("product_weight", field, { Kilo: "", Gram: "100" });
    expect(alternatives.map(({ cells }) => cells.map(({ column }) => column))).toEqual([["Kilo"], ["Gram"]]);
    expect(alternatives.map(({ steps }) => steps[0]?.kind)).toEqual(["blank", "picked"]);
    expect(result.kind).toBe("value");
  });

  it("after the one that won had no turn", () => {
    expect(traceOf("product_weight", field, { Kilo: "1", Gram: "5" }).alternatives).toHaveLength(1);
  });

  it("name the cells that they and their conditions read, with the file's line, and the mapping's line", () => {
    const gated = 'name: { from: [Short, Title], when: \'row["Status"] == "on"\' }';
    const [alternative] = traceOf("name", gated, { Title: "Mug", Status: "on" }).alternatives;
    expect(alternative).toMatchObject({ line: 5, source: "from" });
    expect(alternative?.cells).toEqual([
      { file: "in.csv", row: 1, line: 2, column: "Short" },
      { file: "in.csv", row: 1, line: 2, column: "Title", cell: "Mug" },
      { file: "in.csv", row: 1, line: 2, column: "Status", cell: "on" },
    ]);
  });

  test.each([
    { field: 'name: { template: "{A} / {B}" }', source: "template", text: "{A} / {B}" },
    { field: "name: { expr: 'row[\"A\"]' }", source: "expr", text: 'row["A"]' },
    { field: "name: { value: X }", source: "value", text: undefined },
  ])("say what they are: $source", ({ field: written, source, text }) => {
    const [alternative] = traceOf("name", written, { A: "1", B: "2" }).alternatives;
    expect([alternative?.source, alternative?.text]).toEqual([source, text]);
  });
});

describe("children", () => {
  const yaml = productYaml("name: Title\n", "group: { by: SKU, rows: adjacent }\n").concat(
    'children:\n  variants:\n    each: rows\n    where: \'row["Size"] != ""\'\n    fields: { sku: Code, name: Size }\n',
  );
  const rows = sourceRows([
    { SKU: "A-1", Title: "Mug", Size: "", Code: "" },
    { SKU: "A-1", Title: "", Size: "L", Code: "A-1-L" },
  ]);

  it("have a trace for each field of each element, and one for an element that `where` leaves out", () => {
    const traces = compiled(yaml).trace(group(rows));
    expect(traces.map(({ path, result }) => [path, result.kind])).toEqual([
      ["sku", "value"],
      ["name", "value"],
      ["variants", "left_out"],
      ["variants[0].sku", "value"],
      ["variants[0].name", "value"],
    ]);
    expect(traces[2]?.result).toMatchObject({ where: 'row["Size"] != ""', cells: [{ column: "Size", cell: "" }] });
  });

  it("come to the same values as the draft", () => {
    const mapping = compiled(yaml);
    const drafted = mapping.draft(group(rows));
    expect(drafted).toMatchObject({ kind: "draft", draft: { payload: { variants: [{ sku: "A-1-L", name: "L" }] } } });
    expect("trace" in (drafted.kind === "draft" ? drafted.draft : {})).toBe(false);
  });
});
