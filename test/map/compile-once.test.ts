// Every expression of a mapping is compiled once, when the mapping is loaded. What is done with the mapping afterwards uses
// what was compiled then.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compileMapping } from "../../src/map/compile.ts";
import { loadMapping } from "../../src/map/definition/load-mapping.ts";
import { type CompileExpression, compileExpression } from "../../src/map/expression/expression.ts";
import { openRowIndexes } from "../../src/map/row-index.ts";
import { csvHeader, noLookups, sourceRows } from "./rows.ts";

const yaml = `version: 1
resource: sales_orders
index:
  name_of: { key: 'row["Id"]', value: 'row["Name"]', where: 'row["Name"] != ""' }
where: 'row["Skip"] == ""'
group: { by: { expr: 'row["No"]' }, head: 'row["Kind"] == "order"', where: 'rows.size() > 0' }
fields:
  order_number: { expr: 'row["No"]' }
  ship_to.name: { expr: 'name_of(row["Id"], "nobody")', when: 'row["Kind"] != "none"' }
  total_shipping: { expr: 'number(row["Ship"].replace("kg", ""))', optional: true }
  total_tax: { expr: '"0" + row["Tax"]', dates: [d/M/yyyy], when: 'row["Kind"] != "none"' }
children:
  items:
    each: { expr: 'row["Skus"].split(";")' }
    where: 'item != ""'
    fields:
      sku: { expr: item }
      quantity: { expr: 'number(row["Qty"])' }
`;

// As "kind text". One condition stands there twice, in fields whose cells may be written in two ways.
const whole = [
  'row row["Id"]',
  'row row["Name"]',
  'row row["Name"] != ""',
  'row row["Skip"] == ""',
  'row row["No"]',
  'row row["Kind"] == "order"',
  "group rows.size() > 0",
  'group row["No"]',
  'group name_of(row["Id"], "nobody")',
  'group row["Kind"] != "none"',
  'group row["Kind"] != "none"',
  'group number(row["Ship"].replace("kg", ""))',
  'group "0" + row["Tax"]',
  'group row["Skus"].split(";")',
  'child item != ""',
  "child item",
  'child number(row["Qty"])',
];
const parts = ['group row["Ship"].replace("kg", "")'];

const columns = ["Id", "Name", "Skip", "No", "Kind", "Ship", "Tax", "Skus", "Qty"];
const rows = sourceRows([
  { Id: "7", Name: "Ada", Skip: "", No: "1", Kind: "order", Ship: "2.50kg", Tax: "1.00", Skus: "A;B", Qty: "3" },
  { Id: "8", Name: "", Skip: "", No: "1", Kind: "line", Ship: "", Tax: "", Skus: "", Qty: "1" },
]);

/** Does with a mapping what a run does, and tells what was compiled meanwhile. */
function used() {
  const compiled: string[] = [];
  const counting: CompileExpression = (text, kind, ...rest) => {
    compiled.push(`${kind} ${text}`);
    return compileExpression(text, kind, ...rest);
  };
  const mapping = loadMapping(yaml, "map.yaml", counting);
  const loading = [...compiled];
  const results = [1, 2].map(() => {
    const indexes = openRowIndexes(mapping);
    for (const { row } of rows) indexes.add(row, { file: "in.csv", age: 0, isTable: true });
    const ready = compileMapping(mapping, noLookups, indexes.indexes);
    const isColumn = ({ column }: { readonly column: string }) => columns.includes(column);
    const texts: string[] = [];
    for (const { each } of ready.columnsToInfer(isColumn).columns)
      for (const { row } of rows) each(row.cells, (text) => texts.push(text));
    const group = { rows, joined: {}, damage: [] };
    return {
      faults: ready.checkColumns(csvHeader(columns), {}),
      roles: ready.columnRoles(isColumn).length,
      texts,
      keys: rows.map((source) => ready.groupKey?.(source)),
      excluded: rows.map((source) => ready.excludes(source)),
      drafted: ready.draft(group),
      traced: ready.trace(group).length,
    };
  });
  return { loading, later: compiled.slice(loading.length), results };
}

describe("the expressions of a mapping", () => {
  it("are compiled once each while it is loaded, to be checked and to be run", () => {
    expect(used().loading.toSorted()).toEqual(whole.toSorted());
  });

  it("are compiled no more when rows are looked at and mapped, but once each part that is read by itself", () => {
    const { later, results } = used();
    expect(later).toEqual(parts);
    expect(results[0]?.texts).toContain("2.50");
    expect(results[0]?.drafted).toMatchObject({
      kind: "draft",
      draft: { payload: { order_number: "1", ship_to: { name: "Ada" }, items: [{ sku: "A" }, { sku: "B" }] } },
    });
    expect(results[1]).toEqual(results[0]);
  });

  it("are compiled by nothing else: only loading a mapping and judging the name of an index ask for it", async () => {
    const root = join(import.meta.dirname, "../../src");
    const files = (await readdir(root, { recursive: true })).filter((file) => file.endsWith(".ts"));
    const asking = files.map(async (file) => {
      const text = await readFile(join(root, file), "utf8");
      return /\bcompileExpression\b/.test(text) ? [file] : [];
    });
    expect((await Promise.all(asking)).flat().sort()).toEqual([
      "map/definition/load-mapping.ts",
      "map/expression/expression.ts",
      "map/expression/index-names.ts",
    ]);
  });
});

it("are asked with the indexes at hand, so one mapping serves any rows", () => {
  const mapping = loadMapping(yaml, "map.yaml");
  const nameOf = (name: string) => {
    const indexes = new Map([["name_of", () => name]]);
    const drafted = compileMapping(mapping, noLookups, indexes).draft({ rows, joined: {}, damage: [] });
    return drafted.kind === "draft" ? drafted.draft.payload.ship_to : undefined;
  };
  expect([nameOf("Ada"), nameOf("Bob")]).toEqual([{ name: "Ada" }, { name: "Bob" }]);
  expect(() => compileMapping(mapping, noLookups)).toThrow('the rows of the index "name_of" were not read');
});
