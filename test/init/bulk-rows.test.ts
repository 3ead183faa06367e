// Bulk exports in JSON lines: variants and order lines in rows of their own, which name their parent.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type Answer, draftsAnswered, told } from "./answered.ts";

async function payloadsOf(name: string, rows: readonly object[], answers: readonly Answer[] = []) {
  const folder = await mkdtemp(join(tmpdir(), "init-bulk-"));
  try {
    await writeFile(join(folder, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    const { payloads, problems } = told(await draftsAnswered([name], folder, answers));
    expect(problems).toEqual([]);
    return payloads;
  } finally {
    await rm(folder, { recursive: true });
  }
}

const gid = (kind: string, id: number) => `gid://shopify/${kind}/${id}`;
const variant = (id: number, parent: number, title: string, sku: string, price: string) => ({
  id: gid("ProductVariant", id),
  title,
  sku,
  price,
  __parentId: gid("Product", parent),
});
const product = (id: number, handle: string, title: string) => ({
  id: gid("Product", id),
  handle,
  title,
  productType: "Cups",
  vendor: "Acme",
});

it("variants are named after their product and their options, and a product without a choice is its only variant", async () => {
  const payloads = await payloadsOf("products.jsonl", [
    product(1, "blue-cup", "Blue cup"),
    variant(11, 1, "Small / Red", "CUP-S", "19.99"),
    product(2, "pot", "Pot"),
    variant(12, 1, "Large / Red", "CUP-L", "24.99"),
    variant(21, 2, "Default Title", "POT", "34.99"),
    { id: gid("MediaImage", 5), alt: "a cup", __parentId: gid("Product", 1) },
  ]);
  expect(Object.keys(payloads).toSorted()).toEqual(["POT", "blue-cup"]);
  const { POT: pot, "blue-cup": cup } = payloads;
  expect(cup).toMatchObject({
    name: "Blue cup",
    variants: [
      { name: "Blue cup - Small / Red", sku: "CUP-S", retail_price: 19.99 },
      { name: "Blue cup - Large / Red", sku: "CUP-L", retail_price: 24.99 },
    ],
  });
  expect(pot).toMatchObject({ name: "Pot", sku: "POT", retail_price: 34.99 });
  expect(pot).not.toHaveProperty("variants");
});

it("order lines belong to the order above them or anywhere else, whose number people know", async () => {
  const money = (amount: string) => ({ shopMoney: { amount, currencyCode: "EUR" } });
  const address = { name: "Ann Lee", address1: "1 Road", city: "Leeds", zip: "LS1" };
  const order = (id: number) => ({
    id: gid("Order", id),
    name: `#100${id}`,
    createdAt: `2026-01-0${id}T10:00:00Z`,
    displayFulfillmentStatus: "FULFILLED",
    email: "ann@example.org",
    totalShippingPriceSet: money("5.00"),
    totalPriceSet: money(id === 1 ? "44.98" : "24.99"),
    billingAddress: address,
    shippingAddress: address,
  });
  const line = (id: number, parent: number, sku: string, quantity: number) => ({
    id: gid("LineItem", id),
    sku,
    quantity,
    originalUnitPriceSet: money("19.99"),
    __parentId: gid("Order", parent),
  });
  const payloads = await payloadsOf(
    "orders.jsonl",
    [order(1), order(2), line(11, 1, "CUP", 2), line(21, 2, "POT", 1)],
    [{ todo: 'nothing takes "totalPriceSet' }, { todo: 'nothing takes "totalShipping' }],
  );
  expect(payloads["#1001"]).toMatchObject({
    total_shipping: 5,
    items: [{ sku: "CUP", quantity: 2, unit_price: 19.99 }],
  });
  expect(payloads["#1002"]).toMatchObject({ items: [{ sku: "POT", quantity: 1, unit_price: 19.99 }] });
});
