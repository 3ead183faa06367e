import { expect, test } from "vitest";
import { salesOrders } from "../../src/model/resources/sales-orders.ts";
import { startSandbox } from "../../src/sandbox/server.ts";
import type { SandboxOptions } from "../../src/sandbox/world/options.ts";
import { call, order, product } from "./api.ts";

async function withProducts(options: SandboxOptions = {}) {
  const sandbox = await startSandbox(options);
  await call(sandbox, "POST", "/products", product("A-1", { upc: "123", variants: [{ name: "Red", sku: "A-1-R" }] }));
  await call(sandbox, "POST", "/products/alternate-sku", { sku: "A-1", alternate_sku: "ASIN" });
  return sandbox;
}

test("answers a created order in the page's shape, with totals and resolved products", async () => {
  await using sandbox = await withProducts();
  const answer = await call(
    sandbox,
    "POST",
    "/sales-orders",
    order("00017", {
      total_tax: 15.75,
      total_shipping: 12.5,
      tags: ["urgent"],
      items: [
        { sku: "A-1", quantity: 2, unit_price: 49.99 },
        { sku: "A-1-R", quantity: 1, unit_price: 0.1 },
        { sku: "ASIN", quantity: 1, unit_price: 0.2 },
        { product_id: 1, quantity: 1, unit_price: 0 },
      ],
    }),
  );
  expect(answer.status).toBe(201);
  expect(answer.body).toMatchObject({
    data: {
      id: 1,
      order_id: "1",
      order_number: "00017",
      status: "Active",
      source: "external_api",
      is_posted: false,
      product_total: 100.28,
      total: 128.53,
      total_paid: 0,
      total_order_quantity: 5,
      tags: [{ id: 1, name: "urgent" }],
      items: [
        { id: 2, line_number: 1, sku: "A-1", product_id: 1, upc: "123", name: "Product A-1" },
        { id: 3, line_number: 2, sku: "A-1-R", product_id: 2, name: "Red" },
        { id: 4, line_number: 3, sku: "A-1", product_id: 1 },
        { id: 5, line_number: 4, sku: "A-1", product_id: 1 },
      ],
    },
  });
  expect(salesOrders.remoteRecord(answer.at("data"))).toEqual({ remoteId: "1", keys: [{ key: "00017", role: "own" }] });
});

const line = { sku: "A-1", quantity: 1, unit_price: 1 };

test.each([
  { fault: "no items", body: { items: [] }, path: "items" },
  { fault: "a quantity of 0", body: { items: [line, { ...line, quantity: 0 }] }, path: "items.1.quantity" },
  { fault: "an unknown SKU", body: { items: [{ ...line, sku: "NONE" }] }, path: "items.0.product" },
  {
    fault: "an unknown product id",
    body: { items: [{ ...line, sku: undefined, product_id: 99 }] },
    path: "items.0.product",
  },
  { fault: "a line without product", body: { items: [{ ...line, sku: undefined }] }, path: "items.0.sku" },
  { fault: "an unknown channel", body: { channel_id: 7 }, path: "channel_id" },
  { fault: "an unknown status", body: { order_status: "paid" }, path: "order_status" },
  { fault: "a date that is none", body: { order_date: "2024-02-30" }, path: "order_date" },
  { fault: "no billing address", body: { bill_to: undefined }, path: "bill_to.name" },
  { fault: "a bad e-mail address", body: { customer_email: "nobody" }, path: "customer_email" },
])("refuses an order with $fault at $path", async ({ body, path }) => {
  await using sandbox = await withProducts();
  const answer = await call(sandbox, "POST", "/sales-orders", order("1", body));
  expect(answer.status).toBe(422);
  expect(Object.keys(answer.at("errors") as object)).toEqual([path]);
  expect(sandbox.counts().created.sales_orders).toBe(0);
});

test("needs no addresses for a company's order", async () => {
  await using sandbox = await withProducts({ companies: ["Holm ApS", "Acme, Inc."] });
  const answer = await call(
    sandbox,
    "POST",
    "/sales-orders",
    order("1", { bill_to: undefined, ship_to: undefined, company_id: 2 }),
  );
  expect(answer.status).toBe(201);
  expect(answer.body).toMatchObject({ data: { company: { id: 2 }, bill_to: { name: "Acme, Inc." } } });
});

test("knows its companies, and no order of another", async () => {
  await using sandbox = await withProducts({ companies: ["Holm ApS", "Holm ApS"] });
  expect((await call(sandbox, "GET", "/companies?per_page=1&page=2&sort=id:asc")).body).toMatchObject({
    data: [{ id: 2, name: "Holm ApS", status: "active" }],
    meta: { total: 2 },
  });
  const answer = await call(sandbox, "POST", "/sales-orders", order("1", { company_id: 3 }));
  expect(Object.keys(answer.at("errors") as object)).toEqual(["company_id"]);
});

test.each([
  { duplicates: "reject", status: 422, stored: 1, surplus: 0 },
  { duplicates: "conflict", status: 409, stored: 1, surplus: 0 },
  { duplicates: "accept", status: 201, stored: 2, surplus: 1 },
] as const)("a second order of the same number: $duplicates", async ({ duplicates, status, stored, surplus }) => {
  await using sandbox = await withProducts({ duplicates });
  await call(sandbox, "POST", "/sales-orders", order("17"));
  const again = await call(sandbox, "POST", "/sales-orders", order("17"));
  expect(again.status).toBe(status);
  if (status === 422) expect(Object.keys(again.at("errors") as object)).toEqual(["order_number"]);
  expect(sandbox.records("sales_orders", "17")).toHaveLength(stored);
  expect(sandbox.counts().duplicates.sales_orders).toBe(surplus);
});

test("changes an order, but never its lines", async () => {
  await using sandbox = await withProducts();
  await call(sandbox, "POST", "/sales-orders", order("17", { custom_fields: { a: "1" } }));
  const changed = await call(sandbox, "PATCH", "/sales-orders/1", { order_status: "cancelled" });
  expect(changed.status).toBe(200);
  expect(changed.body).toMatchObject({
    data: { order_status: "cancelled", order_number: "17", custom_fields: { a: "1" } },
  });
  const refused = await call(sandbox, "PATCH", "/sales-orders/1", { items: [line], order_number: "18" });
  expect(refused.status).toBe(422);
  expect(Object.keys(refused.at("errors") as object).sort()).toEqual(["items", "order_number"]);
  expect((await call(sandbox, "PATCH", "/sales-orders/99", { order_status: "cancelled" })).status).toBe(404);
});

test("takes single custom fields of an order at their own endpoint, and no others where nobody knows their form", async () => {
  await using sandbox = await withProducts();
  await call(sandbox, "POST", "/sales-orders", order("17", { custom_fields: { a: "1" } }));
  expect((await call(sandbox, "PUT", "/sales-orders/1/custom-fields", { b: "2" })).status).toBe(200);
  expect((await call(sandbox, "GET", "/sales-orders/1")).body).toMatchObject({
    data: { custom_fields: { a: "1", b: "2" } },
  });
  for (const custom_fields of [{ b: "3" }, [{ label: "b", value: "3" }]])
    expect((await call(sandbox, "PATCH", "/sales-orders/1", { custom_fields })).status).toBe(422);
  expect((await call(sandbox, "PUT", "/sales-orders/99/custom-fields", { b: "2" })).status).toBe(404);
});

test("keeps what it received digit by digit", async () => {
  await using sandbox = await withProducts();
  const text = JSON.stringify(order("17")).replace("9.99", "9.990");
  await call(sandbox, "POST", "/sales-orders", text);
  const page = await fetch(`http://127.0.0.1:${sandbox.port}/__sandbox/records/sales_orders?key=17`);
  expect(await page.text()).toContain(`"received":[${text}]`);
  expect(sandbox.records("sales_orders", "17")[0]?.received).toEqual([order("17")]);
});

test.each([
  { path: "items.*.quantity", equals: 7, at: ["items.1.quantity"] },
  { path: "items.*.sku", named: "product", equals: "A-1", at: ["items.0.product", "items.1.product"] },
  { path: "items.0.quantity", equals: 7, at: [] },
  { path: "items.*.quantity", equals: "7", at: [] },
  { path: "bill_to.name", equals: "Ada", at: ["bill_to.name"] },
  { path: "tags.*", equals: "cold", at: ["tags.0", "tags.2"] },
  { path: "custom_fields.Ship.Via", equals: "Sea", at: ["custom_fields.Ship.Via"] },
  { path: "customer_email", equals: "a@b.example", at: [] },
])("refuses an order with $equals at $path under $at", async ({ at, ...reject }) => {
  await using sandbox = await withProducts({ rejects: [{ resource: "sales_orders", ...reject }] });
  const content = { items: [line, { ...line, quantity: 7 }], tags: ["cold", "dry", "cold"] };
  const sent = order("1", { ...content, custom_fields: { "Ship.Via": "Sea" } });
  const { status, body } = await call(sandbox, "POST", "/sales-orders", sent);
  expect(status).toBe(at.length === 0 ? 201 : 422);
  const errors = Object.fromEntries(at.map((each) => [each, [`The ${each} field is not accepted here.`]]));
  if (at.length > 0) expect(body).toMatchObject({ errors });
  expect(sandbox.records("sales_orders")).toHaveLength(at.length === 0 ? 1 : 0);
});

test("says of refused content what it is told to say, of changes and of products as well", async () => {
  const message = "Ada has left.";
  await using sandbox = await withProducts({
    rejects: [
      { resource: "sales_orders", path: "customer_notes", equals: "for Ada", message },
      { resource: "products", path: "name", equals: "Ada", message },
    ],
  });
  await call(sandbox, "POST", "/sales-orders", order("1"));
  const answers = [
    await call(sandbox, "PATCH", "/sales-orders/1", { customer_notes: "for Ada" }),
    await call(sandbox, "POST", "/products", product("A-2", { name: "Ada" })),
    await call(sandbox, "PATCH", "/products", product("A-1", { name: "Ada" })),
  ];
  expect(answers.map(({ status, body }) => ({ status, body }))).toEqual([
    { status: 422, body: { message, errors: { customer_notes: [message] } } },
    { status: 422, body: { message, errors: { name: [message] } } },
    { status: 422, body: { message, errors: { name: [message] } } },
  ]);
});
