// Prices that the orders' own totals contradict, and totals that look like those of lines.
import { describe, expect, it } from "vitest";
import { type Export, guessImport } from "../../../src/init/init.ts";
import { allLines } from "../../../src/init/proposal/proposal.ts";
import { sampleOf } from "../samples.ts";

function mappingOf(text: string) {
  const [mapping] = guessImport([sampleOf("orders.csv", text)]).mappings;
  if (mapping === undefined) throw new Error("nothing was recognised");
  const line = (path: string) => allLines(mapping).find((each) => each.path === path);
  return { mapping, line };
}

const head = "Order no,Order date,SKU,Qty,Price,Shipping,Order total\n";

describe("a price that the orders' totals contradict", () => {
  it("is what the line comes to, where that adds up", () => {
    const { mapping, line } = mappingOf(
      `${head}1,2024-01-15,A,2,20.00,3.00,30.00\n1,2024-01-15,B,1,7.00,3.00,30.00\n2,2024-01-16,A,3,30.00,0.00,30.00\n`,
    );
    expect(line("items.unit_price")).toMatchObject({
      confidence: "medium",
      spec: { expr: 'number(row["Price"]) / number(row["Qty"])' },
      why: '"Order total" proves that "Price" is what the line comes to: divided by its quantity',
    });
    expect(mapping.totals?.spec).toEqual({ order: "Order total" });
  });

  it("is asked about where nearly all orders come to less than their lines", () => {
    const { mapping, line } = mappingOf(
      `${head}1,2024-01-15,A,2,20.00,3.00,30.10\n2,2024-01-16,A,3,30.00,0.00,71.00\n3,2024-01-17,B,1,7.00,0.00,5.30\n`,
    );
    expect(line("items.unit_price")).toMatchObject({ kind: "todo", isRequired: true });
    expect(JSON.stringify(line("items.unit_price"))).toContain("3 of 3 orders come to more");
    expect(line("total_shipping")).toMatchObject({ confidence: "medium" });
    expect(mapping.totals).toBeUndefined();
  });

  it("is not sure where something else may have been charged, nor is any money of such orders", () => {
    const { line } = mappingOf(
      `${head}1,2024-01-15,A,2,20.00,3.00,45.10\n2,2024-01-16,A,3,30.00,0.00,91.00\n3,2024-01-17,B,1,7.00,0.00,7.00\n`,
    );
    for (const path of ["items.unit_price", "total_shipping"])
      expect(line(path)).toMatchObject({ kind: "guess", confidence: "medium" });
    expect(JSON.stringify(line("items.unit_price"))).toContain('2 of 3 orders do not come to \\"Order total\\"');
  });

  it("is sure where they prove it", () => {
    const { line } = mappingOf(`${head}1,2024-01-15,A,2,20.00,3.00,43.00\n2,2024-01-16,A,3,30.00,0.00,90.00\n`);
    expect(line("items.unit_price")).toMatchObject({ confidence: "high", spec: "Price" });
  });
});

describe("a column that is called the line's total", () => {
  const names = "Order no,Order date,SKU,Qty,Unit price,Discount,Freight,Line total\n";

  it("is the order's where all that is mapped adds up to it", () => {
    const { mapping, line } = mappingOf(
      `${names}1,2024-01-15,A,2,125.00,100.00,30.00,180.00\n2,2024-01-16,B,1,80.00,0.00,15.00,95.00\n3,2024-01-17,A,1,125.00,50.00,0.00,75.00\n`,
    );
    expect(mapping.totals?.spec).toEqual({ order: "Line total" });
    expect(line("items.unit_price")).toMatchObject({
      confidence: "high",
      spec: { expr: 'number(row["Unit price"]) - abs(number(row["Discount"])) / number(row["Qty"])' },
    });
  });

  it("is no line's where the rows of each order have the same", () => {
    const { line } = mappingOf(
      "Order no,Order date,SKU,Qty,Unit price,Line total\n1,2024-01-15,A,2,10.00,31.30\n1,2024-01-15,B,1,5.00,31.30\n2,2024-01-16,A,1,10.00,21.10\n2,2024-01-16,B,1,5.00,21.10\n",
    );
    expect(line("items.unit_price")).toMatchObject({ spec: "Unit price" });
  });
});

describe("totals that contradict the prices of lines in another place", () => {
  const orders = "Order no,Order date,Shipping,Order total\n";
  const lines = "Order no,SKU,Qty,Price\n1,A,2,20.00\n1,B,1,7.00\n2,A,3,30.00\n3,B,1,7.00\n";
  const joined = (totals: readonly string[]) => {
    const rows = totals.map((total, at) => `${at + 1},2024-01-1${at + 5},3.00,${total}`);
    const [mapping] = guessImport([
      sampleOf("orders.csv", `${orders}${rows.join("\n")}\n`),
      sampleOf("order_lines.csv", lines),
    ]).mappings;
    return (path: string) => (mapping === undefined ? [] : allLines(mapping)).find((each) => each.path === path);
  };

  it("of another file, leave none of them sure, nor the shipping", () => {
    const line = joined(["51.00", "99.00", "10.00"]);
    for (const path of ["items.unit_price", "total_shipping"])
      expect(line(path)).toMatchObject({ kind: "guess", confidence: "medium" });
    expect(JSON.stringify(line("items.unit_price"))).toContain('2 of 3 orders do not come to \\"Order total\\"');
  });

  it("of another file, make a question of a price by which orders come to more", () => {
    const line = joined(["30.00", "33.00", "5.00"]);
    expect(line("items.unit_price")).toMatchObject({ kind: "todo", isRequired: true });
    expect(JSON.stringify(line("items.unit_price"))).toContain("3 of 3 orders come to more");
  });

  it("and leave them sure where they agree", () => {
    const line = joined(["50.00", "93.00", "10.00"]);
    expect(line("items.unit_price")).toMatchObject({ confidence: "high" });
    expect(line("total_shipping")).toMatchObject({ confidence: "high" });
  });

  it("of a list inside the order, make them a question or unsure too", () => {
    const price = (totals: readonly number[]) => {
      const cells = totals.map((total, at) => ({
        order_number: `A-${at}`,
        order_date: "2024-01-15",
        order_total: `${total}.00`,
        items: [
          { sku: "A", quantity: "2", price: "20.00" },
          { sku: "B", quantity: "1", price: "7.00" },
        ],
      }));
      const sample: Export = { ...sampleOf("orders.json", ""), info: { format: "json" }, rows: cells };
      const [mapping] = guessImport([sample]).mappings;
      return (mapping === undefined ? [] : allLines(mapping)).find(({ path }) => path === "items.unit_price");
    };
    expect(price([47, 47])).toMatchObject({ confidence: "high" });
    expect(price([50, 52])).toMatchObject({ kind: "guess", confidence: "medium" });
    expect(price([27, 27])).toMatchObject({ kind: "todo", isRequired: true });
  });
});
