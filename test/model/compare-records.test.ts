import { describe, expect, test } from "vitest";
import { compare } from "../../src/model/compare-records.ts";
import type { JsonObject } from "../../src/model/json.ts";
import { products } from "../../src/model/resources/products.ts";
import { salesOrders } from "../../src/model/resources/sales-orders.ts";

describe("a value is the same when it means the same", () => {
  test.each<{ sent: unknown; have: unknown; same: boolean }>([
    { sent: 12.5, have: "12.50", same: true },
    { sent: 12.5, have: 12.49, same: false },
    { sent: "000123", have: 123, same: false },
    { sent: "123", have: 123, same: true },
    { sent: "1E5", have: 100000, same: false },
    { sent: "a", have: " a ", same: true },
    { sent: "a", have: "A", same: false },
    { sent: "", have: null, same: true },
    { sent: null, have: "", same: true },
    { sent: 0, have: null, same: false },
    { sent: true, have: 1, same: true },
    { sent: false, have: true, same: false },
    { sent: ["b", "a"], have: ["a", "b"], same: true },
    { sent: ["a", "a"], have: ["a"], same: false },
    { sent: [], have: null, same: true },
    { sent: [], have: ["a"], same: false },
    { sent: { name: "X" }, have: { name: "X", id: 4 }, same: true },
    { sent: { name: "X" }, have: null, same: false },
    { sent: { unit: "lb", value: 1.1 }, have: { unit: "lb", value: 1.1000000000000001 }, same: true },
  ])("$sent and $have: $same", ({ sent, have, same }) => {
    const { differences } = compare({ field: sent } as JsonObject, { field: have } as JsonObject);
    expect(differences.length === 0).toBe(same);
  });
});

describe("items", () => {
  const lines = (...items: [string, number, number][]) => ({
    items: items.map(([sku, quantity, unit_price]) => ({ sku, quantity, unit_price })),
  });
  test.each<{ name: string; sent: JsonObject; have: JsonObject; paths: readonly string[] }>([
    {
      name: "in another order",
      sent: lines(["A", 1, 2], ["B", 3, 4]),
      have: lines(["B", 3, 4], ["A", 1, 2]),
      paths: [],
    },
    {
      name: "with one SKU twice",
      sent: lines(["A", 1, 2], ["A", 5, 2]),
      have: lines(["A", 5, 2], ["A", 1, 2]),
      paths: [],
    },
    { name: "with another quantity", sent: lines(["A", 1, 2]), have: lines(["A", 2, 2]), paths: ["items[0].quantity"] },
    { name: "of another SKU", sent: lines(["ALT", 1, 2]), have: lines(["A", 1, 2]), paths: ["items[0].sku"] },
    { name: "that are missing", sent: lines(["A", 1, 2], ["B", 1, 2]), have: lines(["A", 1, 2]), paths: ["items[1]"] },
    { name: "that nobody sent", sent: lines(["A", 1, 2]), have: lines(["A", 1, 2], ["B", 1, 2]), paths: ["items[1]"] },
  ])("$name", ({ sent, have, paths }) => {
    expect(compare(sent, have).differences.map(({ path }) => path)).toEqual(paths);
  });
});

test("what a reply does not have is not readable, once for all items; a custom field that is missing was dropped", () => {
  const sent = {
    a: 1,
    items: [
      { sku: "A", cost: 1 },
      { sku: "B", cost: 2 },
    ],
    custom_fields: { X: "1" },
  };
  const have = { items: [{ sku: "A" }, { sku: "B" }], custom_fields: {} };
  expect(compare(sent, have)).toMatchObject({
    unreadable: ["a", "items.cost"],
    differences: [{ path: "custom_fields.X", sent: "1", have: undefined }],
  });
});

test("a product reply reads as the payload that made it", () => {
  const record = {
    id: 7,
    sku: "A",
    retail_price: 5,
    product_weight: [
      { unit: "lb", value: 2 },
      { unit: "oz", value: 8 },
    ],
    box_weight: [],
    pallet_weight: [{ unit: "stone", value: 1 }],
    category: { id: 3, name: "Tools" },
    supplier: null,
    tags: [{ id: 1, name: "new" }],
    boms: [{ id: 9, name: "B" }],
    variants: [
      { sku: "A-1", custom_fields: [{ label: "Size", value: "L" }], product_weight: { unit: "lb", value: 1 } },
    ],
    kit_items: [{ product_id: 4, quantity: 2, total: 8, product: { id: 4, sku: "B" } }],
  };
  expect(products.readBack(record)).toEqual({
    sku: "A",
    retail_price: 5,
    product_weight: { unit: "lb", value: 2.5 },
    box_weight: null,
    pallet_weight: [{ unit: "stone", value: 1 }],
    category: { name: "Tools" },
    category_id: 3,
    supplier: null,
    supplier_id: null,
    tags: ["new"],
    boms: [9],
    variants: [{ sku: "A-1", custom_fields: { Size: "L" }, product_weight: { unit: "lb", value: 1 } }],
    kit_items: [{ product_id: 4, quantity: 2, sku: "B" }],
  });
});

test("an order reply reads as the payload that made it, without what the API computes", () => {
  const record = {
    id: 7,
    order_number: "O",
    order_date: "2024-01-31T00:00:00Z",
    ship_date: null,
    total: 12,
    status: "Active",
    tags: [{ id: 1, name: "vip" }],
    items: [{ id: 1, line_number: 1, sku: "A", quantity: 2, unit_price: "6.00", tags: [], custom_fields: {} }],
  };
  expect(salesOrders.readBack(record)).toEqual({
    order_number: "O",
    order_date: "2024-01-31",
    ship_date: null,
    tags: ["vip"],
    items: [{ sku: "A", quantity: 2, unit_price: "6.00", tags: [], custom_fields: {} }],
  });
});
