// Totals below a table: left out and told, and nothing that is an order or a product with them.
import { describe, expect, it, test } from "vitest";
import { stagedJob } from "./job-folder.ts";

const orders = (group = "{ by: Order }") => `version: 1
resource: sales_orders
group: ${group}
fields:
  channel_id: { value: Web, ref: { resource: channels, by: label } }
  order_number: Order
  order_date: Date
  order_status: { value: completed }
  bill_to.name: Customer
  ship_to.name: Customer
children: { items: { each: rows, fields: { sku: SKU, quantity: Qty, unit_price: Price } } }
`;
const products = "version: 1\nresource: products\nfields: { sku: SKU, name: Name, retail_price: Price }\n";

async function fates(mapping: string, lines: readonly string[], name = "o.csv"): Promise<readonly string[]> {
  await using staged = await stagedJob({
    "import.yaml": `version: 1\ninputs: [{ name: o, file: ${name}, mapping: m.yaml }]\n`,
    "m.yaml": mapping,
    [name]: `${lines.join("\n")}\n`,
  });
  return await staged.fates();
}

const header = "Order,Date,Customer,SKU,Qty,Price";
const rows = ["1,2024-03-09,Pat,A,2,10.00", "2,2024-03-09,Ann,B,3,5.50"];
const ready = ["o.csv:2 pending 1", "o.csv:3 pending 2"];

describe("the last row of a table", () => {
  test.each([
    { what: "a word where the key stands", line: "Total,,,,5,15.50" },
    { what: "a word of another language, with a currency", line: "Summe (EUR),,,,,15.50" },
    { what: "a word behind a blank key", line: ",,Grand total:,,5," },
    { what: "nothing but the sums", line: ",,,,5,15.50" },
    { what: "the sum of one column", line: ",,,,5," },
  ])("is a total: $what", async ({ line }) => {
    for (const group of ["{ by: Order }", "{ by: Order, rows: anywhere }"])
      expect(await fates(orders(group), [header, ...rows, line])).toEqual([...ready, "o.csv:4 excluded - total_row"]);
  });

  it("may stand above another one, and above a footer", async () => {
    const lines = [header, ...rows, "Subtotal,,,,5,15.50", "Total,,,,5,15.50", "2 orders downloaded"];
    expect((await fates(orders(), lines)).slice(2)).toEqual([
      "o.csv:4 excluded - total_row",
      "o.csv:5 excluded - total_row",
      "o.csv:6 excluded - footer_row",
    ]);
  });

  test.each([
    { what: "an order whose number is a word for it", line: "Total,2024-03-09,Bo,C,1,2.00", fate: "pending Total" },
    { what: "numbers without a key that are no sums", line: ",,,,5,99.00", fate: "invalid - missing_value" },
    { what: "a word among other words", line: ",,Total Wine & More,,5,15.50", fate: "invalid - missing_value" },
  ])("is none: $what", async ({ line, fate }) => {
    expect((await fates(orders(), [header, ...rows, line]))[2]).toBe(`o.csv:4 ${fate}`);
  });

  it("is looked at where a blank key continues the row above only when it is the sum", async () => {
    const continued = orders("{ by: Order, rows: continued }");
    const lines = [header, "1,2024-03-09,Pat,A,2,10.00", ",,,B,3,5.50"];
    expect((await fates(continued, [...lines, ",,,Total,5,15.50"]))[2]).toBe("o.csv:4 excluded - total_row");
    expect((await fates(continued, [...lines, ",,,Total,1,9.00"]))[2]).toBe("o.csv:4 pending 1");
  });

  it("is an item where it has a SKU, whatever the SKUs above it add up to", async () => {
    const continued = orders("{ by: Order, rows: continued }").replace("quantity: Qty", "quantity: { value: 1 }");
    const lines = [header, "1,2024-03-09,Pat,5,,2.00", "2,2024-03-09,Ann,7,,2.00", ",,,12,,4.00"];
    expect((await fates(continued, lines))[2]).toBe("o.csv:4 pending 2");
  });

  it("is no total for its word alone where a blank key is filled from above", async () => {
    const filled = orders("{ by: { from: Order, fill: down } }").replace(
      "order_number: Order",
      "order_number: { from: Order, fill: down }",
    );
    const lines = [header, ...rows];
    expect((await fates(filled, [...lines, ",,,Total,1,9.00"]))[2]).toBe("o.csv:4 pending 2");
    expect((await fates(filled, [...lines, ",,,Total,5,15.50"]))[2]).toBe("o.csv:4 excluded - total_row");
    expect((await fates(filled, [...lines, "Total,,,,9,9.00"]))[2]).toBe("o.csv:4 excluded - total_row");
  });

  it("is no product either, and a line in the middle is what it is", async () => {
    const csv = ["SKU,Name,Price", "A,Pot,3", "Total,,3", "B,Lid,4", "Total,,7"];
    expect(await fates(products, csv)).toEqual([
      "o.csv:2 pending A",
      "o.csv:3 pending Total",
      "o.csv:4 pending B",
      "o.csv:5 excluded - total_row",
    ]);
  });
});
