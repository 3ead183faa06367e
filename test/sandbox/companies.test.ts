// Companies over HTTP: made, changed, found, as the reference's pages show them.
import { expect, test } from "vitest";
import { startSandbox } from "../../src/sandbox/server.ts";
import { call } from "./api.ts";

const depot = { address_1: "4 Depot Ln", city: "Austin", state: "TX", zip: "78745", country: "USA" };

test("makes a company and shows it, its addresses by the names that replies have", async () => {
  await using sandbox = await startSandbox();
  const body = { name: "Holm", client_type: { name: "Retail" }, tags: ["a"], shipping_addresses: [depot] };
  const made = await call(sandbox, "POST", "/companies", body);
  expect(made.status).toBe(201);
  const { status, at } = await call(sandbox, "GET", "/companies/1");
  expect([status, at("data.name"), at("data.type"), at("data.tags.0.name")]).toEqual([200, "Holm", "Retail", "a"]);
  expect(at("data.shipping_addresses.0")).toMatchObject({ address: "4 Depot Ln", postal_code: "78745" });
  expect((await call(sandbox, "GET", "/companies")).at("data.0.name")).toBe("Holm");
});

test("changes what is sent, keeps the rest, and replaces addresses as a whole", async () => {
  await using sandbox = await startSandbox();
  await call(sandbox, "POST", "/companies", { name: "Holm", city: "Austin", shipping_addresses: [depot, depot] });
  const changed = await call(sandbox, "POST", "/companies/1", { phone: "0512", shipping_addresses: [depot] });
  expect(changed.status).toBe(200);
  expect(sandbox.records("companies").map(({ content }) => content)).toEqual([
    { status: "active", name: "Holm", city: "Austin", phone: "0512", shipping_addresses: [depot] },
  ]);
  expect((await call(sandbox, "POST", "/companies/9", { phone: "1" })).status).toBe(404);
});

test.each([
  { body: { city: "Austin" }, at: "name" },
  { body: { name: "Holm", website: "holm.example" }, at: "website" },
  { body: { name: "New", parent_company_id: 9 }, at: "parent_company_id" },
  { body: { name: "New", client_type: { id: 9 } }, at: "client_type.id" },
  { body: { name: "Old" }, at: "name" },
])("refuses $body at $at", async ({ body, at }) => {
  await using sandbox = await startSandbox({ companies: ["Old"] });
  const answer = await call(sandbox, "POST", "/companies", body);
  expect(answer.status).toBe(422);
  expect(Object.keys(answer.at("errors") as object)).toEqual([at]);
  expect(sandbox.counts().created.companies).toBe(0);
});

test.each([
  { duplicates: "conflict", status: 409, stored: 1 },
  { duplicates: "accept", status: 201, stored: 2 },
] as const)("a second company of the same name: $duplicates", async ({ duplicates, status, stored }) => {
  await using sandbox = await startSandbox({ companies: ["Old"], duplicates });
  expect((await call(sandbox, "POST", "/companies", { name: "Old" })).status).toBe(status);
  expect(sandbox.records("companies", "Old")).toHaveLength(stored);
});
