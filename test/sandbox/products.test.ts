import fc from "fast-check";
import { expect, test } from "vitest";
import { products } from "../../src/model/resources/products.ts";
import { startSandbox } from "../../src/sandbox/server.ts";
import type { SandboxOptions } from "../../src/sandbox/world/options.ts";
import { call, product } from "./api.ts";

test("answers a created product in the page's shape, which the importer can read", async () => {
  await using sandbox = await startSandbox();
  const answer = await call(sandbox, "POST", "/products", {
    ...product("A-1"),
    product_weight: { unit: "lb", value: 1.5 },
    tags: ["new", "blue"],
    variants: [{ name: "Red", sku: "A-1-R" }],
  });
  expect(answer.status).toBe(201);
  expect(answer.body).toMatchObject({
    data: {
      id: 1,
      sku: "A-1",
      type: "PRODUCT",
      category: { id: 1, name: "Tools" },
      product_weight: [{ unit: "lb", value: 1.5 }],
      product_weight_oz: 24,
      product_weight_lb: 1.5,
      box_weight: [],
      tags: [
        { id: 1, name: "new" },
        { id: 2, name: "blue" },
      ],
      variants: [{ id: 2, sku: "A-1-R", custom_fields: [] }],
    },
  });
  expect(answer.at("data.created_at")).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  expect(products.remoteRecord(answer.at("data"))).toEqual({
    remoteId: "1",
    keys: [
      { key: "A-1", role: "own" },
      { key: "A-1-R", role: "variant" },
    ],
  });
});

test.each([
  { fault: "no name", body: { name: undefined }, path: "name", says: "The name field is required." },
  { fault: "no category", body: { category: undefined }, path: "category.name", says: "category_id is not present" },
  { fault: "a long SKU", body: { sku: "x".repeat(101) }, path: "sku", says: "must not be greater than 100 characters" },
  { fault: "a price as text", body: { retail_price: "9.99" }, path: "retail_price", says: "must be a number" },
  { fault: "a negative price", body: { unit_cost: -1 }, path: "unit_cost", says: "not right" },
  { fault: "a field nobody knows", body: { colour: "red" }, path: "colour", says: "not known" },
  {
    fault: "an unknown weight unit",
    body: { box_weight: { unit: "kg", value: 1 } },
    path: "box_weight.unit",
    says: "invalid",
  },
  { fault: "a variant without SKU", body: { variants: [{ name: "Red" }] }, path: "variants.0.sku", says: "required" },
  { fault: "a threshold on create", body: { qty_minimum: 1 }, path: "qty_minimum", says: "prohibited" },
  {
    fault: "a threshold on a variant on create",
    body: { variants: [{ name: "Red", sku: "R", qty_minimum: 1 }] },
    path: "variants.0.qty_minimum",
    says: "prohibited",
  },
  { fault: "a kit of nothing", body: { type: "KIT", kit_items: [] }, path: "kit_items", says: "required" },
  { fault: "a kit without items", body: { type: "KIT" }, path: "kit_items", says: "required" },
  {
    fault: "an unknown component",
    body: { type: "KIT", kit_items: [{ sku: "NONE", quantity: 1 }] },
    path: "kit_items.0.product",
    says: "The selected product is invalid.",
  },
])("refuses $fault at $path and stores nothing", async ({ body, path, says }) => {
  await using sandbox = await startSandbox();
  const answer = await call(sandbox, "POST", "/products", product("A-1", body));
  expect(answer.status).toBe(422);
  const errors = answer.at("errors") as Record<string, string[]>;
  expect(Object.keys(errors)).toEqual([path]);
  expect(errors[path]?.[0]).toContain(says);
  expect(answer.at("message")).toBe(errors[path]?.[0]);
  expect(sandbox.counts().created.products).toBe(0);
});

test("names every fault at once, and how many more there are", async () => {
  await using sandbox = await startSandbox();
  const answer = await call(sandbox, "POST", "/products", { sku: "A-1", retail_price: "x" });
  expect(Object.keys(answer.at("errors") as object).sort()).toEqual(["category.name", "name", "retail_price"]);
  expect(answer.at("message")).toMatch(/\(and 2 more errors\)$/);
});

test("updates by id: what is not sent stays, lists replace, a kept variant keeps its id", async () => {
  await using sandbox = await startSandbox();
  const variants = [
    { name: "Red", sku: "A-R" },
    { name: "Blue", sku: "A-B" },
  ];
  await call(
    sandbox,
    "POST",
    "/products",
    product("A", { upc: "000123", tags: ["x"], custom_fields: { a: 1 }, variants }),
  );
  const answer = await call(sandbox, "POST", "/products/1", {
    name: "Renamed",
    tags: ["y"],
    qty_minimum: 3,
    custom_fields: { b: 2 },
    variants: [{ name: "Blue", sku: "A-B" }],
  });
  expect(answer.status).toBe(200);
  expect(answer.body).toMatchObject({
    data: {
      id: 1,
      name: "Renamed",
      sku: "A",
      upc: "000123",
      qty_minimum: 3,
      tags: [{ name: "y" }],
      variants: [{ id: 3, sku: "A-B" }],
    },
  });
  expect(answer.at("data.custom_fields")).toEqual({ a: 1, b: 2 });
  // The variant that was left out is gone: its SKU is free again.
  expect((await call(sandbox, "POST", "/products", product("A-R"))).status).toBe(201);
});

test("upserts by SKU: creates once, then updates", async () => {
  await using sandbox = await startSandbox();
  expect((await call(sandbox, "PATCH", "/products", product("A", { qty_minimum: 1 }))).status).toBe(201);
  const again = await call(sandbox, "PATCH", "/products", { sku: "A", name: "Other" });
  expect(again.status).toBe(200);
  expect(again.body).toMatchObject({ data: { id: 1, name: "Other", category: { name: "Tools" } } });
  expect((await call(sandbox, "PATCH", "/products", { sku: "NEW" })).status).toBe(422);
  expect(sandbox.counts()).toMatchObject({ created: { products: 1 }, updated: { products: 1 } });
});

const takenBy = [
  { what: "own SKU", taken: "A", path: "sku", body: product("A") },
  { what: "alternate SKU", taken: "ALT", path: "sku", body: product("ALT") },
  { what: "variant's SKU", taken: "A-R", path: "sku", body: product("A-R") },
  {
    what: "variant's SKU on a variant",
    taken: "A-R",
    path: "variants.0.sku",
    body: product("Z", { variants: [{ name: "R", sku: "A-R" }] }),
  },
];

async function withTakenSkus(options: SandboxOptions) {
  const sandbox = await startSandbox(options);
  await call(sandbox, "POST", "/products", product("A", { variants: [{ name: "Red", sku: "A-R" }] }));
  expect((await call(sandbox, "POST", "/products/alternate-sku", { sku: "A", alternate_sku: "ALT" })).status).toBe(201);
  return sandbox;
}

test.each(takenBy)("rejects an $what that is taken with 422 on its own path", async ({ path, body }) => {
  await using sandbox = await withTakenSkus({});
  const answer = await call(sandbox, "POST", "/products", body);
  expect(answer.status).toBe(422);
  expect(answer.at("errors")).toEqual({ [path]: [`The ${path} has already been taken.`] });
});

test.each(takenBy)("answers 409 for an $what that is taken when asked to", async ({ body }) => {
  await using sandbox = await withTakenSkus({ duplicates: "conflict" });
  expect((await call(sandbox, "POST", "/products", body)).status).toBe(409);
});

test("takes a second record with the same SKU when asked to, and counts it", async () => {
  await using sandbox = await withTakenSkus({ duplicates: "accept" });
  expect((await call(sandbox, "POST", "/products", product("A"))).status).toBe(201);
  expect(sandbox.counts().duplicates.products).toBe(1);
  expect(sandbox.records("products", "A")).toHaveLength(2);
});

test("resolves kit items by SKU or id, and totals them", async () => {
  await using sandbox = await startSandbox();
  await call(sandbox, "POST", "/products", product("A"));
  const answer = await call(sandbox, "POST", "/products", {
    ...product("K", { type: "KIT" }),
    kit_items: [
      { sku: "A", quantity: 2, price: 0.1 },
      { product_id: 1, quantity: 1 },
    ],
  });
  expect(answer.body).toMatchObject({
    data: {
      type: "KIT",
      kit_items: [
        { product_id: 1, total: 0.2, product: { sku: "A" } },
        { product_id: 1, total: null },
      ],
    },
  });
});

test.each([
  ["GET", "/products/99", undefined],
  ["GET", "/products/abc", undefined],
  ["POST", "/products/99", { name: "x" }],
  ["GET", "/sales-orders/99", undefined],
  ["GET", "/nothing", undefined],
])("answers 404 with a message for %s %s", async (method, path, body) => {
  await using sandbox = await startSandbox();
  const answer = await call(sandbox, method, path, body);
  expect(answer.status).toBe(404);
  expect(answer.at("message")).toEqual(expect.any(String));
});

test("answers 400 for a body that is no JSON and 413 for one that is too large", async () => {
  await using sandbox = await startSandbox({ maxBodyBytes: 100 });
  expect((await call(sandbox, "POST", "/products", "{")).status).toBe(400);
  expect((await call(sandbox, "POST", "/products", product("x".repeat(200)))).status).toBe(413);
});

const someBody = fc.record(
  {
    sku: fc.oneof(fc.constant("A"), fc.jsonValue()),
    name: fc.oneof(fc.constant("A"), fc.jsonValue()),
    category: fc.oneof(fc.constant({ name: "Tools" }), fc.jsonValue()),
    type: fc.constantFrom("KIT", "PRODUCT", null, 7),
    variants: fc.oneof(fc.array(fc.record({ name: fc.string(), sku: fc.string() })), fc.jsonValue()),
    kit_items: fc.oneof(fc.array(fc.record({ sku: fc.string(), quantity: fc.double() })), fc.jsonValue()),
    items: fc.jsonValue(),
    order_number: fc.jsonValue(),
    label: fc.jsonValue(),
    boms: fc.jsonValue(),
    tags: fc.jsonValue(),
    custom_fields: fc.jsonValue(),
  },
  { requiredKeys: [] },
);

test("never fails itself, whatever it is sent", async () => {
  await using sandbox = await startSandbox({ duplicates: "accept" });
  const endpoints = fc.constantFrom(
    ["POST", "/products"],
    ["PATCH", "/products"],
    ["POST", "/products/1"],
    ["POST", "/products/alternate-sku"],
    ["POST", "/sales-orders"],
    ["POST", "/channels"],
    ["PUT", "/channels/1"],
    ["POST", "/custom-fields"],
  );
  await fc.assert(
    fc.asyncProperty(endpoints, fc.oneof(someBody, fc.jsonValue()), async ([method = "", path = ""], body) => {
      const { status } = await call(sandbox, method, path, body === undefined ? "" : JSON.stringify(body));
      expect([200, 201, 404, 422]).toContain(status);
    }),
    { numRuns: 300 },
  );
  expect((await call(sandbox, "GET", "/products?per_page=100")).status).toBe(200);
  expect(sandbox.counts().defects).toBe(0);
});
