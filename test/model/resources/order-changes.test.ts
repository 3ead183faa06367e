// What an update of an order says, over records in the shape of the pages.
import { describe, expect, it, test } from "vitest";
import type { JsonObject } from "../../../src/model/json.ts";
import { changeableFields } from "../../../src/model/resources/order-changes.ts";
import { salesOrders } from "../../../src/model/resources/sales-orders.ts";

const payload: JsonObject = {
  channel_id: 1,
  order_number: "SO-1",
  order_date: "2024-01-15",
  order_status: "on_hold",
  bill_to: { name: "Ada", city: "London" },
  ship_to: { name: "Ada", city: "London" },
  items: [{ sku: "A", quantity: 2, unit_price: 5 }],
  total_tax: 1.5,
  ship_date: "2024-01-20",
  customer_notes: "ring twice",
  custom_fields: { Priority: "High" },
  tags: ["urgent"],
};

/** As GET shows it: money as text, days with a time, tags as objects. */
const record: JsonObject = {
  id: 12,
  ...payload,
  company_id: null,
  ship_date: "2024-01-20T00:00:00Z",
  total_tax: "1.50",
  total_shipping: 0,
  bill_to: { name: "Ada", street1: "1 High Street", city: "London", phone: "" },
  items: [{ id: 3, sku: "A", product_id: 9, quantity: "2.00", unit_price: "5.00", tags: [], custom_fields: {} }],
  tags: [{ id: 1, name: "urgent" }],
};

const { merge } = salesOrders;
const difference = (more: JsonObject, shown: JsonObject = record) =>
  merge?.difference({ ...payload, ...more }, shown) ?? {};
const conflicts = (more: JsonObject, shown: JsonObject = record) =>
  (merge?.conflicts({ ...payload, ...more }, shown) ?? []).map(({ path, message }) => [path, message.split(" (")[0]]);

describe("the same order", () => {
  it("has nothing to say, however money, days and tags come back", () => {
    expect(difference({})).toEqual({});
    expect(conflicts({})).toEqual([]);
  });

  it("is the same with tags in another order or twice, and with tax and shipping that were left empty", () => {
    const shown = { ...record, tags: [{ name: "b" }, { name: "a" }], total_tax: 0 };
    expect(difference({ tags: ["a", "b", "a"] }, shown)).toEqual({});
    expect(conflicts({ total_tax: null, total_shipping: null }, shown)).toEqual([]);
  });
});

test.each<{ change: string; more: JsonObject; sent: JsonObject }>([
  { change: "a status", more: { order_status: "shipped" }, sent: { order_status: "shipped" } },
  { change: "a day", more: { ship_date: "2024-01-21" }, sent: { ship_date: "2024-01-21" } },
  { change: "a cleared note", more: { customer_notes: null }, sent: { customer_notes: null } },
  { change: "cleared tags", more: { tags: [] }, sent: { tags: [] } },
  { change: "a tag", more: { tags: ["urgent", "vip"] }, sent: { tags: ["urgent", "vip"] } },
  {
    change: "one custom field of two",
    more: { custom_fields: { Priority: "High", Bin: "7" } },
    sent: { custom_fields: { Bin: "7" } },
  },
  {
    change: "a member of an address, which goes whole so that nothing of it is lost",
    more: { bill_to: { name: "Ada", city: "Leeds" } },
    sent: { bill_to: { name: "Ada", street1: "1 High Street", city: "Leeds" } },
  },
])("sends $change and nothing else", ({ more, sent }) => {
  expect(difference(more)).toEqual(sent);
  expect(conflicts(more)).toEqual([]);
});

test.each<{ change: string; more: JsonObject; found: readonly string[][] }>([
  {
    change: "a quantity and a price",
    more: { items: [{ sku: "A", quantity: 3, unit_price: 4 }] },
    found: [
      ["items[0].quantity", 'items[0].quantity is "2.00" in Luminous and 3 in the file'],
      ["items[0].unit_price", 'items[0].unit_price is "5.00" in Luminous and 4 in the file'],
    ],
  },
  {
    change: "one more line",
    more: { items: [...(payload.items as JsonObject[]), { sku: "B", quantity: 1, unit_price: 2 }] },
    found: [["items[1]", "Luminous has no such line: 1 × B at 2"]],
  },
  {
    change: "another SKU",
    more: { items: [{ sku: "C", quantity: 2, unit_price: 5 }] },
    found: [["items[0].sku", 'items[0].sku is "A" in Luminous and "C" in the file']],
  },
  {
    change: "channel, day, company and tax",
    more: { channel_id: 2, order_date: "2024-01-16", company_id: 4, total_tax: 2 },
    found: [
      ["channel_id", "channel_id is 1 in Luminous and 2 in the file"],
      ["order_date", 'order_date is "2024-01-15" in Luminous and "2024-01-16" in the file'],
      ["total_tax", 'total_tax is "1.50" in Luminous and 2 in the file'],
      ["company_id", "company_id is null in Luminous and 4 in the file"],
    ],
  },
])("refuses $change, naming each path from what it is to what it was to be", ({ more, found }) => {
  expect(conflicts(more)).toEqual(found);
});

test.each([
  { from: "on_hold", to: "pending", isSent: true },
  { from: "pending", to: "on_hold", isSent: true },
  { from: "partially_shipped", to: "shipped", isSent: true },
  { from: "shipped", to: "completed", isSent: true },
  { from: "completed", to: "cancelled", isSent: true },
  { from: "shipped", to: "pending", isSent: false },
  { from: "cancelled", to: "on_hold", isSent: false },
  { from: "partially_shipped", to: "processing", isSent: false },
  { from: "shipped", to: "partially_shipped", isSent: false },
])("a status goes from $from to $to: $isSent", ({ from, to, isSent }) => {
  const shown = { ...record, order_status: from };
  expect(difference({ order_status: to }, shown)).toEqual(isSent ? { order_status: to } : {});
  const notes = merge?.kept({ ...payload, order_status: to }, shown).map(({ code, severity }) => [code, severity]);
  expect(notes).toEqual(isSent ? [] : [["status_kept", "warning"]]);
});

describe("what a record does not show", () => {
  it("refuses nothing, and is sent where it can be changed", () => {
    const { items: _, total_tax: __, customer_notes: ___, channel_id: ____, bill_to, ...rest } = record;
    const shown = { ...rest, bill_to: {} };
    expect(bill_to).toBeDefined();
    expect(conflicts({}, shown)).toEqual([]);
    expect(difference({}, shown)).toEqual({ bill_to: { name: "Ada", city: "London" }, customer_notes: "ring twice" });
  });
});

it("never sends a field that PATCH does not take", () => {
  const all = Object.keys(salesOrders.schema.shape);
  for (const field of changeableFields) expect(all).toContain(field);
  const sent = Object.keys(difference({ order_number: "X", items: [], company_id: 7, total_shipping: 3 }, { id: 12 }));
  expect(sent.filter((field) => !changeableFields.some((name) => name === field))).toEqual([]);
});
