// Control totals: the source's own sums against those of the payload, to the cent and down to the cell.
import { describe, expect, it, test } from "vitest";
import { loadMapping } from "../../src/map/definition/load-mapping.ts";
import { describeProblem } from "../../src/model/problem.ts";
import { compiled, csvHeader, draftOf, group, sourceRow, sourceRows } from "./rows.ts";

const orderYaml = (totals: string, more = "") => `version: 1
resource: sales_orders
source: { decimal: "." }
totals: ${totals}
group: { by: Order }
fields:
  order_number: Order
  total_tax: { from: Tax, optional: true }
  total_shipping: { from: Shipping, optional: true }
children:
  items:
    each: rows
    fields: { sku: SKU, quantity: Qty, unit_price: Price }
${more}`;

const line = { Order: "7", SKU: "A", Qty: "1", Price: "100.00", Tax: "8.00", Shipping: "10.00" };

function problemsOf(totals: string, rows: readonly Record<string, string>[]) {
  return draftOf(compiled(orderYaml(totals)), sourceRows(rows)).problems;
}

describe("the total of an order", () => {
  it("is its items, tax and shipping, and nothing is said where the source agrees", () => {
    const draft = draftOf(compiled(orderYaml("{ order: Total, items: Sub }")), [
      sourceRow({ ...line, Total: "118.00", Sub: "100" }),
    ]);
    expect(draft.problems).toEqual([]);
    expect(draft.totals).toEqual({ agreement: "agrees" });
    expect(draft.payload).not.toHaveProperty("totals");
  });

  it("names both sums, what ours is made of, the difference and the cells, the source's first", () => {
    const [problem, ...others] = problemsOf("{ order: Total }", [{ ...line, Total: "107.20" }]);
    expect(others).toEqual([]);
    expect(describeProblem(problem ?? { code: "total_mismatch", message: "" })).toBe(
      'in.csv:2 column "Total" = "107.20": the order comes to 118.00 (items 100.00 + tax 8.00 + shipping 10.00), and the file says 107.20, which is 10.80 less',
    );
    expect(problem).toMatchObject({ code: "total_mismatch" });
    expect(problem?.cells?.map(({ column, value }) => `${column}=${value}`)).toEqual([
      "Total=107.20",
      "Qty=1",
      "Price=100.00",
      "Tax=8.00",
      "Shipping=10.00",
    ]);
  });

  it("rounds each line to cents, half away from zero, before it adds them up", () => {
    const rows = [1, 2, 3].map(() => ({ Order: "7", SKU: "A", Qty: "1", Price: "0.005", Total: "0.03" }));
    expect(problemsOf("{ order: Total, tolerance: 0 }", rows)).toEqual([]);
  });

  test.each([
    { total: "118.01", tolerance: "0.01", differs: false },
    { total: "118.02", tolerance: "0.01", differs: true },
    { total: "118.011", tolerance: "0.01", differs: true },
    { total: "118.01", tolerance: "0", differs: true },
    { total: "119", tolerance: "1", differs: false },
  ])("may be $tolerance away: $total", ({ total, tolerance, differs }) => {
    const found = problemsOf(`{ order: Total, tolerance: ${tolerance} }`, [{ ...line, Total: total }]);
    expect(found.map(({ code }) => code)).toEqual(differs ? ["total_mismatch"] : []);
  });

  it("is not compared where its cell is blank", () => {
    const draft = draftOf(compiled(orderYaml("{ order: Total }")), [sourceRow({ ...line, Total: "" })]);
    expect(draft.totals).toEqual({ agreement: "unstated" });
  });

  it("is not compared where a price is no number: that is what has to be fixed", () => {
    const draft = draftOf(compiled(orderYaml("{ order: Total }")), [sourceRow({ ...line, Price: "ten", Total: "1" })]);
    expect(draft.problems.map(({ code }) => code)).toEqual(["not_a_number"]);
    expect(draft.totals).toEqual({ agreement: "uncompared" });
  });

  it("is a problem of its cell where it is no number itself", () => {
    const found = problemsOf("{ order: Total }", [{ ...line, Total: "118 EUR" }]);
    expect(found).toMatchObject([{ code: "not_a_number", path: "totals.order", column: "Total", value: "118 EUR" }]);
  });

  it("only warns where the mapping says so", () => {
    const found = problemsOf("{ order: Total, mismatch: warn }", [{ ...line, Total: "1" }]);
    expect(found).toMatchObject([{ code: "total_mismatch", severity: "warning" }]);
  });

  it("is read as any field: calculated, of the first column that is not blank, changed on the way", () => {
    const rows = [{ ...line, A: "", B: "-98.00", Paid: "20" }];
    expect(problemsOf(`{ order: { expr: 'number(row["Paid"]) + 98' } }`, rows)).toEqual([]);
    expect(problemsOf("{ order: [{ from: A }, { from: B, apply: [abs] }] }", rows)).toMatchObject([
      { code: "total_mismatch", column: "B", value: "-98.00" },
    ]);
  });
});

describe("the total of a line", () => {
  const rows = [
    { ...line, Sum: "100.00" },
    { ...line, SKU: "B", Qty: "3", Price: "9.99", Tax: "", Shipping: "", Sum: "26.97" },
  ];

  it("is quantity × unit_price, and the difference is named at the row", () => {
    const [problem] = problemsOf("{ line: Sum }", rows);
    expect(problem).toMatchObject({ path: "items[1].unit_price", line: 3, column: "Sum", value: "26.97" });
    expect(problem?.message).toBe("the line comes to 29.97 (3 × 9.99), and the file says 26.97, which is 3.00 less");
  });

  it("is read from the element, with its parent in reach", () => {
    const yaml = `version: 1
resource: sales_orders
totals: { line: { expr: 'number(row["sum"]) * number(parent["factor"])' } }
fields: { order_number: id }
children:
  items: { each: lines, fields: { sku: sku, quantity: qty, unit_price: price } }
`;
    const lines = [
      { sku: "A", qty: "2", price: "7.50", sum: "5" },
      { sku: "B", qty: "1", price: "4", sum: "1.50" },
    ];
    const draft = draftOf(compiled(yaml), [sourceRow({ id: "1", factor: "3", lines })]);
    expect(draft.problems).toMatchObject([{ code: "total_mismatch", path: "items[1].unit_price" }]);
    expect(draft.problems[0]?.cells?.map(({ column }) => column)).toContain("lines.1.sum");
  });
});

describe("totals in a mapping", () => {
  it("are columns that it uses: one that the file lacks is told with the nearest name", () => {
    const columns = ["Order", "Tax", "Shipping", "SKU", "Qty", "Price", "Totals"];
    const { errors } = compiled(orderYaml("{ order: Total, line: Sum }")).checkColumns(csvHeader(columns), {});
    expect(errors).toEqual([
      'map.yaml:4:18: column "Total" is not in in.csv. Did you mean "Totals"?',
      'map.yaml:4:31: column "Sum" is not in in.csv.',
    ]);
  });

  it("are traced as fields are", () => {
    const trace = compiled(orderYaml("{ order: Total, line: Sum }")).trace(
      group([sourceRow({ ...line, Total: "118", Sum: "100" })]),
    );
    expect(trace.map(({ path }) => path)).toEqual(expect.arrayContaining(["totals.items[0].line", "totals.order"]));
  });

  test.each([
    { totals: "{ order: Total }", resource: "products", fault: "products have no totals" },
    { totals: "{ currencies: [USD] }", resource: "sales_orders", fault: "needs totals.currency" },
    { totals: "{ line: Sum }", resource: "sales_orders", fault: "no children.items are mapped" },
    { totals: "{ order: { from: A, blank: clear } }", resource: "sales_orders", fault: "can clear nothing" },
    {
      totals: "{ order: { from: A, ref: { resource: channels, by: label } } }",
      resource: "sales_orders",
      fault: "gives an id",
    },
    { totals: "{ orders: A }", resource: "sales_orders", fault: 'Did you mean "order"?' },
  ])("are refused: $totals", ({ totals, resource, fault }) => {
    const key = resource === "products" ? "sku" : "order_number";
    const yaml = `version: 1\nresource: ${resource}\ntotals: ${totals}\nfields: { ${key}: K }\n`;
    expect(() => loadMapping(yaml, "m.yaml")).toThrow(fault);
  });
});

describe("the currency of an order", () => {
  const rows = (codes: readonly string[]) => codes.map((Currency, at) => ({ ...line, SKU: `S${at}`, Currency }));

  test.each([
    { what: "two", codes: ["EUR", "USD"], totals: "{ currency: Currency }", found: ["mixed_currency"] },
    {
      what: "two, and a blank first",
      codes: ["", "EUR", "USD"],
      totals: "{ currency: Currency }",
      found: ["mixed_currency"],
    },
    {
      what: "one, written in four ways",
      codes: ["EUR", " eur", "€", "Euro", ""],
      totals: "{ currency: Currency }",
      found: [],
    },
    {
      what: "a sign that several use",
      codes: ["USD", "$"],
      totals: "{ currency: Currency }",
      found: ["mixed_currency"],
    },
    {
      what: "two that may stand together",
      codes: ["EUR", "USD"],
      totals: "{ currency: Currency, currencies: [EUR, USD] }",
      found: [],
    },
    {
      what: "one, taken out of sums",
      codes: ["EUR 1", "EUR 2"],
      totals: "{ currency: { from: Currency, apply: [{ replace: [' .*', ''] }] } }",
      found: [],
    },
  ])("is one in all its rows: $what", ({ codes, totals, found }) => {
    expect(problemsOf(totals, rows(codes)).map(({ code }) => code)).toEqual(found);
  });

  it("is named with the row that says another", () => {
    const [problem] = problemsOf("{ currency: Currency }", rows(["EUR", "USD"]));
    expect(problem).toMatchObject({ column: "Currency", value: "USD", path: "totals.currency" });
    expect(problem?.severity).toBeUndefined();
  });
});
