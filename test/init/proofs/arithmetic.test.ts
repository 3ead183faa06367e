import { expect, test } from "vitest";
import { profileOf } from "../../../src/init/columns/column-profile.ts";
import { componentListOf } from "../../../src/init/columns/component-lists.ts";
import { headingOf } from "../../../src/init/columns/heading.ts";
import { areStatuses } from "../../../src/init/columns/meant-words.ts";
import type { Column } from "../../../src/init/columns/table.ts";
import { provePrice } from "../../../src/init/proofs/line-arithmetic.ts";

function column(name: string, cells: readonly string[]): Column {
  return { name, heading: headingOf(name), cells, profile: profileOf(cells) };
}

const quantity = column("Quantity", ["2", "4"]);
const price = column("Price", ["10.00", "5.00"]);

test.each([
  { discount: ["2.00", "4.00"], total: ["18.00", "16.00"], is: "line" },
  { discount: ["2.00", "1.00"], total: ["16.00", "16.00"], is: "piece" },
  { discount: ["0.1", "0.5"], total: ["18.00", "10.00"], is: "share" },
  { discount: ["10", "50"], total: ["18.00", "10.00"], is: "percent" },
  { discount: ["10", "50"], total: ["20.00", "20.00"], is: "none" },
  { discount: ["10", "50"], total: ["7.00", "3.00"], is: undefined },
])("a discount of $discount with totals of $total is proved to be $is", ({ discount, total, is }) => {
  const figures = { quantity, price, total: column("Total", total), discount: column("Discount", discount) };
  expect(provePrice(figures)).toBe(is);
});

test.each([
  { cells: ["1x BWL-14, 2x MUG-BL", "4x PLT-26"], is: true },
  { cells: ["BWL-14 x 1; MUG-BL x 2"], is: true },
  { cells: ["2x MUG-BL"], is: false },
  { cells: ["mugs, bowls"], is: false },
])("cells like $cells are components of kits: $is", ({ cells, is }) => {
  const table = { columns: [column("Components", cells)] };
  expect(componentListOf(table as unknown as Parameters<typeof componentListOf>[0]) !== undefined).toBe(is);
});

test.each([
  { words: ["Delivered", "Paid", "Refunded"], are: true },
  { words: ["Texas", "Ohio"], are: false },
  { words: [], are: false },
])("$words are statuses of orders: $are", ({ words, are }) => {
  expect(areStatuses(words)).toBe(are);
});
