import { expect, it } from "vitest";
import { guessImport } from "../../../src/init/init.ts";
import { sampleOf } from "../samples.ts";

/** The lines of `total_shipping` for two orders, of which the second has two lines in another file. */
function shipping(first: string, second: string, third: string, ofOrder = ["", "", ""]) {
  const [heading, ...cells] = ofOrder;
  const orders = `order_id,order_date,status,customer${heading}\nO-1,2024-03-09,shipped,Ann${cells[0]}\nO-2,2024-03-10,shipped,Bo${cells[1]}\n`;
  const lines = `order_id,sku,quantity,unit_price,freight_value\nO-1,A-1,1,4.50,${first}\nO-2,A-1,1,4.50,${second}\nO-2,A-2,1,5.50,${third}\n`;
  const [mapping] = guessImport([sampleOf("orders.csv", orders), sampleOf("items.csv", lines)]).mappings;
  return (mapping?.lines ?? []).filter(({ path }) => path === "total_shipping");
}

it("shipping that differs between an order's lines is added up", () => {
  expect(shipping("8.70", "1.20", "3.40")).toMatchObject([
    { kind: "guess", spec: { sum: "freight_value", each: "items" }, confidence: "medium" },
  ]);
});

it("shipping that is the same on an order's lines is asked about", () => {
  expect(shipping("8.70", "1.20", "1.20")).toMatchObject([
    { kind: "todo", proposes: { sum: "freight_value", each: "items" }, isRequired: false },
  ]);
});

it("shipping of the order itself comes before that of its lines", () => {
  expect(shipping("8.70", "1.20", "3.40", [",shipping", ",8.70", ",4.60"])).toMatchObject([
    { kind: "guess", spec: "shipping" },
  ]);
});

it("lines without any shipping say nothing of it", () => {
  expect(shipping("0", "0.00", "0")).toEqual([]);
});
