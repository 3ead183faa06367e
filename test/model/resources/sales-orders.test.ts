// Facts of the create-sales-order page, written out.
import { describe, expect, it, test } from "vitest";
import type { JsonObject } from "../../../src/model/json.ts";
import { type FieldType, fieldAt, fieldPaths } from "../../../src/model/resources/field.ts";
import { salesOrders } from "../../../src/model/resources/sales-orders.ts";

const address = (of: string): Readonly<Record<string, FieldType>> => ({
  [of]: "object",
  ...Object.fromEntries(
    ["name", "company", "street1", "street2", "street3", "city", "state", "postal_code", "country", "phone"].map(
      (name) => [`${of}.${name}`, "text"] as const,
    ),
  ),
});

const fields: Readonly<Record<string, FieldType>> = {
  channel_id: "integer",
  order_number: "text",
  order_date: "date",
  order_status: "choice",
  company_id: "integer",
  ...address("bill_to"),
  ...address("ship_to"),
  customer_email: "email",
  customer_username: "text",
  customer_po_number: "text",
  ship_date: "date",
  hold_until_date: "date",
  ship_by_date: "date",
  earliest_ship_date: "date",
  total_tax: "decimal",
  total_shipping: "decimal",
  requested_shipping_service: "text",
  customer_notes: "text",
  internal_notes: "text",
  carrier_code: "text",
  service_code: "text",
  gift_message: "text",
  gift: "boolean",
  international_options: "any",
  custom_fields: "labelled",
  tags: "texts",
  items: "objects",
  "items.product_id": "integer",
  "items.sku": "text",
  "items.quantity": "decimal",
  "items.unit_price": "decimal",
  "items.tags": "texts",
  "items.custom_fields": "labelled",
};

describe("the fields of an order", () => {
  test.each(Object.entries(fields))("%s is read as %s", (path, type) => {
    expect(fieldAt(salesOrders.schema, path)?.type).toBe(type);
  });

  it("are these and no others", () => {
    expect([...fieldPaths(salesOrders.schema)].sort()).toEqual(Object.keys(fields).sort());
  });

  it("know the twelve statuses", () => {
    expect([...(fieldAt(salesOrders.schema, "order_status")?.choices ?? [])].sort()).toEqual([
      "awaiting_shipment",
      "backorder",
      "cancelled",
      "committed",
      "completed",
      "fulfilled",
      "on_hold",
      "partially_refunded",
      "partially_shipped",
      "pending",
      "processing",
      "shipped",
    ]);
  });
});

const minimal = {
  channel_id: 1,
  order_number: "ORD-1",
  order_date: "2024-01-15",
  order_status: "pending",
  bill_to: { name: "John Doe" },
  ship_to: { name: "Jane Smith" },
  items: [{ product_id: 123, quantity: 2, unit_price: 49.99 }],
} satisfies JsonObject;

const nullable = [
  "company_id",
  "customer_email",
  "customer_username",
  "customer_po_number",
  "ship_date",
  "hold_until_date",
  "ship_by_date",
  "earliest_ship_date",
  "total_tax",
  "total_shipping",
  "requested_shipping_service",
  "customer_notes",
  "internal_notes",
  "tags",
];

function codesAt(payload: JsonObject): readonly string[] {
  const result = salesOrders.schema.safeParse(payload);
  return result.success ? [] : result.error.issues.map(({ path, code }) => `${path.join(".")} ${code}`);
}

describe("the schema of an order", () => {
  it("accepts the page's own request, and its documented extras", () => {
    expect(codesAt(minimal)).toEqual([]);
    const extras = {
      company_id: 123,
      customer_email: "customer@example.com",
      ship_date: "2024-01-20",
      total_tax: 15.75,
      total_shipping: 0,
      customer_notes: "n".repeat(5000),
      custom_fields: { "Customer PO": "PO-98765", "Package Count": 3 },
      tags: ["urgent", "vip-customer"],
    };
    expect(codesAt({ ...minimal, ...extras })).toEqual([]);
  });

  test.each(nullable)("%s may be null", (field) => {
    expect(codesAt({ ...minimal, [field]: null })).toEqual([]);
    expect(fieldAt(salesOrders.schema, field)?.nullable).toBe(true);
  });

  test.each(["channel_id", "order_number", "order_date", "order_status", "items"])("%s must be there", (field) => {
    const payload = Object.fromEntries(Object.entries(minimal).filter(([name]) => name !== field));
    expect(codesAt(payload)).toHaveLength(1);
    expect(codesAt(payload)[0]).toMatch(`${field} `);
    expect(codesAt({ ...minimal, [field]: null })).toHaveLength(1);
  });

  test.each(["order_number", "customer_username", "customer_po_number", "requested_shipping_service"])(
    "%s may have 255 characters",
    (field) => {
      expect(codesAt({ ...minimal, [field]: "x".repeat(255) })).toEqual([]);
      expect(codesAt({ ...minimal, [field]: "x".repeat(256) })).toEqual([`${field} too_big`]);
    },
  );

  test.each([
    { name: "a tag of 256 characters", part: { tags: ["x".repeat(256)] }, code: "tags.0 too_big" },
    { name: "an order without items", part: { items: [] }, code: "items too_small" },
    {
      name: "a quantity of 0",
      part: { items: [{ sku: "a", quantity: 0, unit_price: 1 }] },
      code: "items.0.quantity too_small",
    },
    {
      name: "an item without a price",
      part: { items: [{ sku: "a", quantity: 1 }] },
      code: "items.0.unit_price invalid_type",
    },
    { name: "a negative tax", part: { total_tax: -1 }, code: "total_tax too_small" },
    { name: "a negative shipping", part: { total_shipping: -0.01 }, code: "total_shipping too_small" },
    { name: "a date with a time", part: { order_date: "2024-01-15T10:00:00Z" }, code: "order_date invalid_format" },
    { name: "a day that no month has", part: { order_date: "2024-02-30" }, code: "order_date invalid_format" },
    { name: "a status in another spelling", part: { order_status: "canceled" }, code: "order_status invalid_value" },
    {
      name: "an e-mail address that is none",
      part: { customer_email: "nobody" },
      code: "customer_email invalid_format",
    },
    { name: "an address without a name", part: { ship_to: { city: "Porto" } }, code: "ship_to.name invalid_type" },
    { name: "a field that only replies have", part: { total: 1 }, code: " unrecognized_keys" },
  ])("refuses $name", ({ part, code }) => {
    expect(codesAt({ ...minimal, ...part })).toEqual([code]);
  });

  it("lets a price be negative: credits are lines too", () => {
    expect(codesAt({ ...minimal, items: [{ sku: "a", quantity: 1, unit_price: -5 }] })).toEqual([]);
  });
});

describe("what the schema of an order cannot say", () => {
  const missing = (payload: JsonObject) => salesOrders.eitherOr(payload).map(({ paths }) => paths);

  test.each([{}, { company_id: null }])("without a company (%j) both addresses are needed", (payload) => {
    expect(missing(payload)).toEqual([
      ["bill_to.name", "company_id"],
      ["ship_to.name", "company_id"],
    ]);
  });

  it("a company stands for its addresses", () => {
    expect(missing({ company_id: 5 })).toEqual([]);
  });

  it("each item needs a SKU or a product id", () => {
    expect(missing({ company_id: 5, items: [{}, { sku: "a" }] })).toEqual([
      ["items[0].sku", "items[0].product_id"],
      ["items[1].sku", "items[1].product_id"],
    ]);
  });
});

describe("an order among entries", () => {
  it("is skipped when it exists, and refused or updated where the job says so", () => {
    expect(salesOrders.updateEndpoint?.("7")).toEqual({ method: "PATCH", path: "/sales-orders/7" });
    expect(salesOrders.policies).toEqual(["skip", "fail", "update"]);
    expect(salesOrders.createEndpoint({})).toEqual({ method: "POST", path: "/sales-orders" });
  });

  it("refers to the products of its lines by SKU", () => {
    expect(salesOrders.references({ items: [{ sku: "a" }, { product_id: 9 }, { sku: "b" }] })).toEqual([
      { path: "items[0].sku", resource: "products", key: "a", fill: false },
      { path: "items[2].sku", resource: "products", key: "b", fill: false },
    ]);
    expect(salesOrders.references({})).toEqual([]);
  });
});

test.each([
  { name: "a reply to its creation", record: { id: 12345, order_id: "12345", order_number: " ORD-1 ", items: [] } },
  { name: "a row of an export, which names the id otherwise", record: { order_id: 12345, order_number: "ORD-1" } },
  { name: "an id as text", record: { id: "12345", order_number: "ORD-1" } },
])("an order is recognised in $name", ({ record }) => {
  expect(salesOrders.remoteRecord(record)).toEqual({ remoteId: "12345", keys: [{ key: "ORD-1", role: "own" }] });
});

test.each([
  { id: 1 },
  { order_number: "A" },
  { id: null, order_number: "A" },
  { id: 1, order_number: 7.5 },
  { id: 1, order_number: " " },
  undefined,
])("%j is no order", (record) => {
  expect(salesOrders.remoteRecord(record)).toBeUndefined();
});

it("is recognised by a number written without quotes: it would be sent twice otherwise", () => {
  expect(salesOrders.remoteRecord({ id: 1, order_number: 1001 })?.keys).toEqual([{ key: "1001", role: "own" }]);
});
