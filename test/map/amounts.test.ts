// `amounts`: what lines come to and what is taken off the whole order, made into prices that add up to the cent.
import { describe, expect, it, test } from "vitest";
import { loadMapping } from "../../src/map/definition/load-mapping.ts";
import { describeProblem } from "../../src/model/problem.ts";
import { salesOrders } from "../../src/model/resources/sales-orders.ts";
import { traceText } from "../../src/report/trace-text.ts";
import { validateDraft } from "../../src/staging/validate.ts";
import { compiled, csvHeader, draftOf, group, sourceRow, sourceRows } from "./rows.ts";

const yaml = (
  amounts = "{ line: Amount, order_discount: { from: Discount, optional: true } }",
  totals = "",
) => `version: 1
resource: sales_orders
source: { decimal: "." }
${totals}
group: { by: Order }
fields: { order_number: Order }
children:
  items:
    each: rows
    amounts: ${amounts}
    fields: { sku: SKU, quantity: Qty }
`;
const order = (...lines: readonly (readonly [string, string, string, string])[]) =>
  sourceRows(lines.map(([SKU, Qty, Amount, Discount]) => ({ Order: "7", SKU, Qty, Amount, Discount })));
const itemsOf = (rows: ReturnType<typeof order>, text = yaml()) =>
  JSON.parse(JSON.stringify(draftOf(compiled(text), rows).payload)).items;
const problemsOf = (rows: ReturnType<typeof order>, text = yaml()) =>
  validateDraft(draftOf(compiled(text), rows), salesOrders, {
    policy: "skip",
    strict: false,
    showCreationNeeds: false,
  }).problems.filter(({ path }) => path?.startsWith("items") === true);

describe("the amount of a line", () => {
  it("becomes the price per piece", () => {
    expect(itemsOf(order(["A", "3", "10.00", ""], ["B", "2", "5.00", ""]))).toEqual([
      { sku: "A", quantity: 3, unit_price: 3.3333 },
      { sku: "B", quantity: 2, unit_price: 2.5 },
    ]);
  });

  it("becomes two items of the same SKU where no price of four decimals meets it", () => {
    const rows = order(["A", "700", "100.00", ""], ["B", "1", "5.00", ""]);
    expect(itemsOf(rows)).toEqual([
      { sku: "A", quantity: 300, unit_price: 0.1428 },
      { sku: "A", quantity: 400, unit_price: 0.1429 },
      { sku: "B", quantity: 1, unit_price: 5 },
    ]);
    const draft = draftOf(compiled(yaml()), rows);
    expect(draft.origins.get("items[1].sku")).toMatchObject([
      { kind: "cell", column: "SKU", source: { row: { line: 2 } } },
    ]);
    expect(draft.origins.get("items[2].sku")).toMatchObject([{ source: { row: { line: 3 } } }]);
  });

  it("is missing at its own cell", () => {
    expect(problemsOf(order(["A", "3", "", ""]))).toMatchObject([
      { code: "missing_value", path: "items[0].unit_price", column: "Amount", line: 2 },
    ]);
  });

  test.each([{ pieces: "0" }, { pieces: "-1" }])(
    "is not divided by $pieces pieces: the quantity is refused",
    ({ pieces }) => {
      const totals = yaml(undefined, "totals: { items: Amount }");
      expect(problemsOf(order(["A", pieces, "10.00", ""]), totals).map(describeProblem)).toEqual([
        `in.csv:2 column "Qty" = "${pieces}" → items[0].quantity: must be greater than 0`,
      ]);
    },
  );

  it("has no price without a quantity", () => {
    expect(problemsOf(order(["A", "", "10.00", ""])).map(describeProblem)).toContain(
      'in.csv:2 column "Qty" = "" → items[0].unit_price: the line comes to 10, and its quantity is blank: there is no price per piece',
    );
  });

  it("is not read twice: what is wrong with it is said once, at its cell", () => {
    expect(problemsOf(order(["A", "3", "ten", ""])).map(describeProblem)).toEqual([
      'in.csv:2 column "Amount" = "ten" → items[0].unit_price: "ten" is not a number',
    ]);
    expect(problemsOf(order(["A", "three", "10", ""])).map(({ column }) => column)).toEqual(["Qty", "Amount"]);
  });
});

describe("a discount on the whole order", () => {
  it("is shared out over the lines by amount, from the first row", () => {
    expect(itemsOf(order(["A", "1", "100.00", "15.00"], ["B", "2", "50.00", "99"]))).toEqual([
      { sku: "A", quantity: 1, unit_price: 90 },
      { sku: "B", quantity: 2, unit_price: 22.5 },
    ]);
  });

  it("may take all of an order, and no more", () => {
    expect(itemsOf(order(["A", "1", "100.00", "100.00"]))).toEqual([{ sku: "A", quantity: 1, unit_price: 0 }]);
    expect(problemsOf(order(["A", "1", "100.00", "100.01"])).map(describeProblem)).toEqual([
      'in.csv:2 column "Discount" = "100.01" → items: the discount of the order, 100.01, is more than its lines come to, 100.00',
    ]);
  });

  it("below 0 is refused, and the hint works", () => {
    const rows = order(["A", "1", "100.00", "-10.00"]);
    const [problem] = problemsOf(rows);
    expect(problem).toMatchObject({ code: "too_small", column: "Discount", value: "-10.00" });
    expect(problem?.message).toContain("apply: [abs]");
    const followed = yaml("{ line: Amount, order_discount: { from: Discount, apply: [abs] } }");
    expect(itemsOf(rows, followed)).toEqual([{ sku: "A", quantity: 1, unit_price: 90 }]);
  });

  it("that is no number is a problem of its cell", () => {
    expect(problemsOf(order(["A", "1", "100.00", "ten"]))).toMatchObject([
      { code: "not_a_number", column: "Discount", value: "ten" },
    ]);
  });

  it("stands among the cells of a price, and in its trace", () => {
    const rows = order(["A", "3", "10.00", "1.00"]);
    const draft = draftOf(compiled(yaml()), rows);
    expect(draft.origins.get("items[0].unit_price")).toMatchObject([{ column: "Amount" }, { column: "Discount" }]);
    const trace = compiled(yaml())
      .trace(group(rows))
      .find(({ path }) => path === "items[0].unit_price");
    expect(trace === undefined ? "" : traceText(trace)).toBe(
      '"Amount" = "10.00" → decimal 10; then "Discount" = "1.00" → decimal 1 → less 1.00, its share of the order\'s discount: 9.00 → per piece: 3 × 3.0000',
    );
  });

  it("may be calculated over the rows of the order", () => {
    const text = yaml(
      `{ line: Amount, order_discount: { expr: 'rows.map(r, number(r["Discount"])).sum()', round: 2 } }`,
    );
    expect(itemsOf(order(["A", "1", "10.00", "1.00"], ["B", "1", "10.00", "1.00"]), text)).toMatchObject([
      { unit_price: 9 },
      { unit_price: 9 },
    ]);
  });
});

describe("amounts", () => {
  it("agree with the totals of the source, line by line, also where a line is two items", () => {
    const text = yaml("{ line: Amount, order_discount: Discount }", "totals: { items: { value: 95 }, line: Total }");
    const rows = sourceRows([
      { Order: "7", SKU: "A", Qty: "700", Amount: "100.00", Total: "100.00", Discount: "5.00" },
      { Order: "7", SKU: "B", Qty: "1", Amount: "0.00", Total: "7.00", Discount: "" },
    ]);
    const { problems } = draftOf(compiled(text), rows);
    expect(problems).toMatchObject([{ code: "total_mismatch", path: "items[2].unit_price", column: "Total" }]);
    const lines = order(["A", "700", "100.00", ""], ["B", "1", "5.00", ""]);
    expect(draftOf(compiled(yaml(undefined, "totals: { line: Amount }")), lines).totals).toEqual({
      agreement: "agrees",
    });
  });

  it("are columns that the mapping uses", () => {
    const { errors } = compiled(yaml("{ line: Amont, order_discount: Disc }")).checkColumns(
      csvHeader(["Order", "SKU", "Qty", "Amount", "Discount"]),
      {},
    );
    expect(errors).toEqual([
      'map.yaml:10:22: column "Amont" is not in in.csv. Did you mean "Amount"?',
      'map.yaml:10:45: column "Disc" is not in in.csv.',
    ]);
  });

  it("read the elements of a nested list, and the order around it", () => {
    const text = `version: 1
resource: sales_orders
fields: { order_number: id }
children:
  items:
    each: lines
    where: 'row["gone"] != "true"'
    amounts: { line: total, order_discount: discount }
    fields: { sku: sku, quantity: qty }
`;
    const lines = [
      { sku: "A", qty: "2", total: "8", gone: "false" },
      { sku: "B", qty: "1", total: "80", gone: "true" },
      { sku: "C", qty: "1", total: "2", gone: "false" },
    ];
    const draft = draftOf(compiled(text), [sourceRow({ id: "1", discount: "1.00", lines })]);
    expect(JSON.parse(JSON.stringify(draft.payload)).items).toEqual([
      { sku: "A", quantity: 2, unit_price: 3.6 },
      { sku: "C", quantity: 1, unit_price: 1.8 },
    ]);
    expect(draft.origins.get("items[1].unit_price")).toMatchObject([
      { column: "lines.2.total" },
      { column: "discount" },
    ]);
  });

  test.each([
    {
      child: "items: { each: rows, amounts: { line: L }, fields: { sku: S, quantity: Q, unit_price: P } }",
      fault: "is made of amounts",
    },
    {
      child: "items: { each: rows, amounts: { line: L }, fields: { sku: S } }",
      fault: "needs quantity among the fields",
    },
    { child: "items: { each: rows, amounts: { order_discount: D }, fields: { sku: S, quantity: Q } }", fault: "line" },
    {
      child: "items: { each: rows, amounts: { line: { expr: 'row[' } }, fields: { sku: S, quantity: Q } }",
      fault: "amounts",
    },
  ])("are refused: $child", ({ child, fault }) => {
    const text = `version: 1\nresource: sales_orders\ngroup: { by: K }\nfields: { order_number: K }\nchildren:\n  ${child}\n`;
    expect(() => loadMapping(text, "m.yaml")).toThrow(fault === "amounts" ? /m\.yaml/ : fault);
  });
});
