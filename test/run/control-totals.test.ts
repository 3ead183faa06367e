// Control totals from the file to the end of a check: what it says, counts and refuses.
import { describe, expect, it } from "vitest";
import { terminalSummary } from "../../src/report/terminal-summary.ts";
import { check } from "../../src/run/check.ts";
import { jobFolder } from "../staging/job-folder.ts";

const job = `version: 1
channel: { label: Web }
guard: { missing_references: send }
inputs: [{ name: orders, file: "*.csv", mapping: m.yaml }]
`;
const mapping = (totals: string) => `version: 1
resource: sales_orders
totals: ${totals}
group: { by: Order, rows: anywhere }
fields:
  order_number: Order
  order_date: { value: "2024-03-09" }
  order_status: { value: completed }
  bill_to.name: { value: Pat }
  ship_to.name: { value: Pat }
children: { items: { each: rows, fields: { sku: SKU, quantity: Qty, unit_price: Price } } }
`;

async function checked(totals: string, csv: string) {
  await using folder = await jobFolder({ "import.yaml": job, "m.yaml": mapping(totals), "o.csv": csv });
  const { summary, exitCode } = await check(await folder.loadJob());
  const text = terminalSummary(summary, { width: 200, again: "check" });
  return { summary, exitCode, text };
}

describe("a check of orders with totals", () => {
  it("counts those that agree with the file and names the one that does not", async () => {
    const csv = "Order,SKU,Qty,Price,Total\n1,A,2,5.00,10.00\n2,A,1,5.00,4.00\n3,A,1,5.00,\n4,A,1,five,5.00\n";
    const { summary, exitCode, text } = await checked("{ order: Total }", csv);
    expect(exitCode).toBe(3);
    expect(summary.control_totals).toEqual([
      { input: "orders", resource: "sales_orders", agree: 1, differ: 1, unstated: 1, uncompared: 1 },
    ]);
    expect(text).toContain(
      "1 of 2 orders agree with the file's own totals; 1 order has no total in the file; 1 order could not be compared",
    );
    expect(text).toContain('o.csv:3 column "Total" = "4.00": the order comes to 5.00 (items 5.00 + tax 0.00 +');
  });

  it("says that all agree, and nothing where the mapping has no totals", async () => {
    const csv = "Order,SKU,Qty,Price,Total\n1,A,2,5.00,10.00\n2,A,1,5.00,5.00\n";
    const { exitCode, text } = await checked("{ order: Total, items: Total }", csv);
    expect(exitCode).toBe(0);
    expect(text).toContain("All 2 orders agree with the file's own totals.");
    expect((await checked("{ currency: { value: EUR } }", csv)).summary.control_totals).toEqual([]);
  });

  it("warns of prices below 0, and of an order that gives money back; 0 is a price", async () => {
    const csv = "Order,SKU,Qty,Price\n1,A,1,5.00\n1,B,1,-1.00\n2,A,1,0\n3,A,1,-5\n";
    const { exitCode, text } = await checked("{}", csv);
    expect(exitCode).toBe(0);
    expect(text).toContain('2 × warning: o.csv:3 column "Price" = "-1.00" → items[1].unit_price: the price is below 0');
    expect(text).toContain("1 × warning: o.csv:5 → items: the order comes to -5.00, below 0");
  });
});
