// Indexes over the rows of an input: what is found, what is refused, and what an earlier run adds.
import { describe, expect, it, test } from "vitest";
import { compileMapping } from "../../src/map/compile.ts";
import { loadMapping } from "../../src/map/definition/load-mapping.ts";
import { maxIndexKeys, openRowIndexes } from "../../src/map/row-index.ts";
import type { Cell } from "../../src/model/row.ts";
import { noLookups, productYaml, sourceRow } from "./rows.ts";

const skuOf = `index:
  sku_of: { where: 'row["Kind"] != "part"', key: '[row["SKU"].lowerAscii(), "id:" + row["ID"]]', value: 'row["SKU"]' }
`;

/** What `expr` gives on a row once these rows are in the index; the problem's message in brackets. */
function found(
  expr: string,
  rows: readonly Record<string, Cell>[],
  above = skuOf,
  ages: readonly number[] = [],
): string {
  const mapping = loadMapping(productYaml(`name: { expr: '${expr}' }`, above), "map.yaml");
  const builder = openRowIndexes(mapping);
  for (const [index, cells] of rows.entries())
    builder.add(sourceRow(cells, index + 1).row, { file: "in.csv", age: ages[index] ?? 0, isTable: true });
  const source = sourceRow({ SKU: "X", Parent: "id:7" });
  const drafted = compileMapping(mapping, noLookups, builder.indexes).draft({ rows: [source], joined: {}, damage: [] });
  if (drafted.kind !== "draft") throw new Error("excluded");
  const { payload, problems } = drafted.draft;
  return typeof payload.name === "string" ? payload.name : `(${problems[0]?.message ?? "left out"})`;
}

const rows = [
  { ID: "7", SKU: "Cup-1", Kind: "" },
  { ID: "8", SKU: "", Kind: "" },
  { ID: "9", SKU: "LID", Kind: "part" },
];

test.each([
  { asks: "by one of several keys", expr: 'sku_of("cup-1")', gives: "Cup-1" },
  { asks: "by another", expr: 'sku_of(row["Parent"])', gives: "Cup-1" },
  { asks: "with space around it", expr: 'sku_of(" id:7 ")', gives: "Cup-1" },
  {
    asks: "in another case",
    expr: 'sku_of("CUP-1")',
    gives: '(sku_of() knows no "CUP-1": no row of this input gives it)',
  },
  { asks: "what where leaves out", expr: 'sku_of("lid", "none")', gives: "none" },
  { asks: "a row without the value", expr: 'sku_of("id:8", "none")', gives: "none" },
  { asks: "a blank", expr: 'sku_of(row["SKU"] == "X" ? "" : "id:7")', gives: "(sku_of() of a blank)" },
  { asks: "a blank, with something else to say", expr: 'sku_of("", row["SKU"])', gives: "X" },
])("asked $asks, an index gives $gives", ({ expr, gives }) => {
  expect(found(expr, rows)).toBe(gives);
});

it("is in doubt where two rows say different things, and only where it is asked for that key", () => {
  const twice = [...rows, { ID: "7", SKU: "CUP-2", Kind: "" }, { ID: "10", SKU: "CUP-1", Kind: "" }];
  expect(found('sku_of("id:7")', twice)).toBe(
    '(sku_of() of "id:7" is in doubt: "Cup-1" by in.csv:2, "CUP-2" by in.csv:5)',
  );
  expect(found('sku_of("cup-1")', twice)).toContain("in doubt");
  expect(found('sku_of("cup-2")', twice)).toBe("CUP-2");
});

it("takes the same thing said twice for one", () => {
  expect(found('sku_of("cup-1")', [...rows, { ID: "70", SKU: "Cup-1", Kind: "" }])).toBe("Cup-1");
});

it("believes newer rows, and older ones where those say nothing", () => {
  const aged = [
    { ID: "7", SKU: "NEW", Kind: "" },
    { ID: "7", SKU: "OLD", Kind: "" },
    { ID: "6", SKU: "OLDER", Kind: "" },
  ];
  expect(found('sku_of("id:7") + sku_of("id:6")', aged, skuOf, [0, 1, 1])).toBe("NEWOLDER");
});

it("knows nothing of rows that could not be read, and says which it could not judge", () => {
  const mapping = loadMapping(
    productYaml("", "index: { price_of: { key: 'row[\"SKU\"]', value: 'string(number(row[\"Price\"]))' } }\n"),
    "map.yaml",
  );
  const builder = openRowIndexes(mapping);
  const fault = { code: "ragged_row", message: "too short" } as const;
  builder.add(sourceRow({ SKU: "A", Price: "1" }, 1, "in.csv", fault).row, { file: "in.csv", age: 0, isTable: true });
  builder.add(sourceRow({ SKU: "B", Price: "dear" }, 2).row, { file: "in.csv", age: 0, isTable: true });
  builder.add(sourceRow({ SKU: "C", Price: "" }, 3).row, { file: "in.csv", age: 0, isTable: true });
  builder.add(sourceRow({ SKU: "D", Price: "2" }, 4).row, { file: "in.csv", age: 0, isTable: true });
  const find = builder.indexes.get("price_of");
  expect(["A", "B", "C", "D"].map((key) => find?.(key, "none"))).toEqual(["none", "none", "none", "2"]);
  expect(builder.warnings()).toEqual([
    expect.stringMatching(/^map\.yaml: 2 rows are not in the index "price_of": in\.csv:3: .*dear/),
  ]);
});

it("refuses more keys than memory should hold", () => {
  const mapping = loadMapping(productYaml("", skuOf), "map.yaml");
  const builder = openRowIndexes(mapping);
  const row = (number: number) => sourceRow({ SKU: `S${number}`, ID: String(number), Kind: "" }, number).row;
  const fill = () => {
    for (let number = 0; number <= maxIndexKeys / 2; number += 1)
      builder.add(row(number), { file: "in.csv", age: 0, isTable: true });
  };
  expect(fill).toThrow('map.yaml: the index "sku_of" gets more than 500000 keys');
});

describe("a mapping with an index", () => {
  const faultsOf = (above: string, lines = ""): string => {
    try {
      loadMapping(productYaml(lines, above), "map.yaml");
      return "";
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };

  test.each([
    {
      of: "a name that expressions have",
      above: "index: { round: { key: 'row.A', value: 'row.B' } }\n",
      fault: '3:10: index.round: an index cannot be called "round"',
    },
    {
      of: "a variable's name",
      above: "index: { row: { key: 'row.A', value: 'row.B' } }\n",
      fault: 'cannot be called "row"',
    },
    { of: "a word of CEL", above: "index: { in: { key: 'row.A', value: 'row.B' } }\n", fault: 'cannot be called "in"' },
    {
      of: "a name that is none",
      above: "index: { sku-of: { key: 'row.A', value: 'row.B' } }\n",
      fault: "letters, digits and _",
    },
    { of: "a missing value", above: "index: { a: { key: 'row.A' } }\n", fault: "value: is missing" },
    { of: "a wrong key", above: "index: { a: { key: 'rows[0]', value: 'row.B' } }\n", fault: "3:20: index.a.key" },
    {
      of: "an index in an index",
      above: "index: { a: { key: 'row.A', value: 'row.B' }, b: { key: 'a(row.A)', value: 'row.B' } }\n",
      fault: "index.b.key",
    },
  ])("is refused for $of", ({ above, fault }) => {
    expect(faultsOf(above)).toContain(fault);
  });

  it("is refused for asking an index that is not there", () => {
    expect(faultsOf(skuOf, "name: { expr: 'sku_off(row.A)' }")).toContain("map.yaml:");
    expect(faultsOf("", "name: { expr: 'sku_of(row.A)' }")).toContain("sku_of");
  });
});
