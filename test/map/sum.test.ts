import { describe, expect, it, test } from "vitest";
import { loadMapping } from "../../src/map/definition/load-mapping.ts";
import { compiled, csvHeader, draftOf, group, sourceRow, sourceRows } from "./rows.ts";

const yaml = (shipping: string, above = "join:\n  items: { on: { order: No } }\n") =>
  `version: 1\nresource: sales_orders\n${above}fields:\n  order_number: No\n  total_shipping: ${shipping}\n`;
const main = sourceRow({ No: "1" });
const items = (...freights: readonly string[]) =>
  sourceRows(
    freights.map((freight) => ({ order: "1", freight })),
    "items.csv",
  );
const shippingOf = (shipping: string, ...freights: readonly string[]) => {
  const { payload, problems } = draftOf(compiled(yaml(shipping)), [main], { items: items(...freights) });
  return { shipping: (payload as Record<string, unknown>).total_shipping, problems };
};

describe("a sum", () => {
  test.each<{ what: string; spec?: string; freights: readonly string[]; is: number | undefined }>([
    { what: "joined rows without a binary rounding", freights: ["0.1", "0.2", "0.30"], is: 0.6 },
    { what: "blank cells as nothing", freights: ["8.72", ""], is: 8.72 },
    { what: "nothing where every cell is blank", freights: ["", ""], is: undefined },
    { what: "nothing where no row is joined", freights: [], is: undefined },
    { what: "the default then", spec: "{ sum: freight, each: items, default: 0 }", freights: [""], is: 0 },
    { what: "what is taken off", freights: ["10.00", "-2.50"], is: 7.5 },
    {
      what: "cells through their transforms, before they are added",
      spec: "{ sum: freight, each: items, apply: [money] }",
      freights: ["$ 8.72", "$ 1.28"],
      is: 10,
    },
    {
      what: "numbers as the field says that they are written",
      spec: '{ sum: freight, each: items, decimal: "," }',
      freights: ["8,72", "1,28"],
      is: 10,
    },
    {
      what: "rounded when it is whole",
      spec: "{ sum: freight, each: items, round: 1 }",
      freights: ["0.04", "0.04"],
      is: 0.1,
    },
  ])("takes $what", ({ spec = "{ sum: freight, each: items }", freights, is }) => {
    expect(shippingOf(spec, ...freights)).toEqual({ shipping: is, problems: [] });
  });

  it("names the one cell that is no number, in the joined file", () => {
    const { shipping, problems } = shippingOf("{ sum: freight, each: items }", "8.72", "free", "1");
    expect(shipping).toBeUndefined();
    expect(problems).toMatchObject([
      { code: "not_a_number", path: "total_shipping", file: "items.csv", line: 3, column: "freight", value: "free" },
    ]);
  });

  it("is of the rows of a group where nothing else is said", () => {
    const mapping = compiled(yaml("{ sum: freight }", "group: { by: No }\n"));
    const rows = sourceRows([
      { No: "1", freight: "1.10" },
      { No: "1", freight: "2.20" },
    ]);
    const { payload, problems } = draftOf(mapping, rows);
    expect([payload, problems]).toMatchObject([{ total_shipping: 3.3 }, []]);
  });

  it("is of a nested array too, and names the element", () => {
    const mapping = compiled(yaml("{ sum: freight, each: lines }", ""));
    const of = (...freights: readonly string[]) =>
      draftOf(mapping, [sourceRow({ No: "1", lines: freights.map((freight) => ({ freight })) })]);
    expect(of("1.10", "2.20").payload).toMatchObject({ total_shipping: 3.3 });
    expect(of("1.10", "x").problems).toMatchObject([{ code: "not_a_number", column: "lines.1.freight", value: "x" }]);
    expect(draftOf(mapping, [sourceRow({ No: "1", lines: "none" })]).problems).toMatchObject([
      { code: "not_a_list", column: "lines" },
    ]);
  });

  it("comes from every cell that it adds, and says so when it is explained", () => {
    const mapping = compiled(yaml("{ sum: freight, each: items }"));
    const rows = group([main], { items: items("8.72", "1.28") });
    const drafted = mapping.draft(rows);
    expect(drafted.kind === "draft" && drafted.draft.origins.get("total_shipping")).toMatchObject([
      { kind: "cell", column: "freight", source: { row: { line: 2 } } },
      { kind: "cell", column: "freight", source: { row: { line: 3 } } },
    ]);
    const trace = mapping.trace(rows).find(({ path }) => path === "total_shipping");
    expect(trace?.alternatives).toMatchObject([{ source: "sum", text: "items.freight" }]);
    expect(JSON.stringify(trace)).toContain('"value":10');
  });

  it("needs its column, unless it is optional", () => {
    const faultsOf = (shipping: string) =>
      compiled(yaml(shipping)).checkColumns(csvHeader(["No"]), { items: csvHeader(["order", "fright"]) }).errors;
    expect(faultsOf("{ sum: freight, each: items }")).toMatchObject([expect.stringContaining('column "freight"')]);
    expect(faultsOf("{ sum: freight, each: items, optional: true }")).toEqual([]);
  });

  it("leaves how numbers are written to the cells of the joined file", () => {
    const mapping = compiled(yaml("{ sum: freight, each: items }"));
    const { columns } = mapping.columnsToInfer(() => true);
    expect(columns).toMatchObject([{ join: "items", column: "freight", reads: "number", sayable: "column" }]);
  });
});

test.each([
  { spec: "{ sum: freight, from: No }", says: "has from and sum: only one can be" },
  { spec: "{ from: No, each: items }", says: "each: only has a meaning beside sum" },
  { spec: "{ sum: freight, each: items, map: { a: 1 } }", says: "gives a number, and map takes text" },
  { spec: "{ sum: freight, each: itmes }", says: 'there is no join "itmes"' },
  { spec: "{ sum: freight }", says: "add group:" },
])("refuses $spec", ({ spec, says }) => {
  expect(() => loadMapping(yaml(spec), "map.yaml")).toThrow(says);
});
