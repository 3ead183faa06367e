// Prices with and without a tax beside each other.
import { expect, it } from "vitest";
import { guessImport } from "../../../src/init/init.ts";
import { allLines } from "../../../src/init/proposal/proposal.ts";
import { sampleOf } from "../samples.ts";

function lineOf(file: string, text: string, path: string) {
  return guessImport([sampleOf(file, text)])
    .mappings.flatMap(allLines)
    .find((line) => line.path === path);
}

const goods = (header: string, rows: readonly string[]) =>
  lineOf("goods.csv", `${header}\n${rows.join("\n")}\n`, "retail_price");
const orders = (more: string, rows: readonly string[]) =>
  lineOf(
    "orders.csv",
    `Order no,Order date,SKU,Qty,Net price,Gross price${more}\n${rows.join("\n")}\n`,
    "items.unit_price",
  );

it("of goods neither is sure, and the other is named", () => {
  const line = goods("SKU,Name,Price excl. VAT,Price incl. VAT", ["A,Cup,8.26,10.00", "B,Pot,41.32,50.00"]);
  expect(line).toMatchObject({ confidence: "medium" });
  expect(JSON.stringify(line)).toContain("is the same price on the other side of its tax");
});

it("another price that is no such pair changes nothing", () => {
  expect(goods("SKU,Name,Price,Net weight value", ["A,Cup,8.26,3.00", "B,Pot,41.32,9.00"])).toMatchObject({
    confidence: "high",
  });
});

it("of orders the one that comes to their totals is taken", () => {
  expect(
    orders(",Order total", ["1,2024-01-22,A,2,100.00,123.00,246.00", "2,2024-01-23,B,1,50.00,61.50,61.50"]),
  ).toMatchObject({ kind: "guess", spec: "Gross price" });
  expect(
    orders(",Order total", ["1,2024-01-22,A,2,100.00,123.00,200.00", "2,2024-01-23,B,1,50.00,61.50,50.00"]),
  ).toMatchObject({ kind: "guess", spec: "Net price" });
});

it("without a total they are a question", () => {
  expect(orders("", ["1,2024-01-22,A,2,100.00,123.00", "2,2024-01-23,B,1,50.00,61.50"])).toMatchObject({
    kind: "todo",
    isRequired: true,
  });
});
