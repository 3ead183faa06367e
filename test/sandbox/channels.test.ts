import { expect, test } from "vitest";
import { channels } from "../../src/model/resources/channels.ts";
import { startSandbox } from "../../src/sandbox/server.ts";
import { call, order } from "./api.ts";

const sales = { channelType: "sales_channel", label: "Legacy 2024", warehouseGroupId: 1 };

test("starts with one channel, one warehouse group and one warehouse", async () => {
  await using sandbox = await startSandbox();
  expect((await call(sandbox, "GET", "/channels")).body).toMatchObject({
    data: [{ id: 1, label: "Default", channelType: "sales_channel", apiLocked: false }],
    meta: { total: 1 },
  });
  expect((await call(sandbox, "GET", "/warehouse-groups")).body).toMatchObject({ data: [{ id: 1, name: "Default" }] });
  expect((await call(sandbox, "GET", "/warehouses?per_page=1")).body).toMatchObject({ data: [{ id: 1 }] });
  expect(sandbox.counts().created.channels).toBe(0);
});

test.each([
  { endpoint: "/channels", body: sales },
  { endpoint: "/channels/sales", body: { label: "Legacy 2024", warehouseGroupId: 1 } },
])("creates a channel by $endpoint and shows all keys of the page", async ({ endpoint, body }) => {
  await using sandbox = await startSandbox();
  const answer = await call(sandbox, "POST", endpoint, body);
  expect(answer.status).toBe(201);
  expect(answer.body).toMatchObject({
    data: { id: 2, channelType: "sales_channel", warehouseGroup: { name: "Default" }, pushOrderIntegrationMapping: {} },
  });
  expect(Object.keys(answer.at("data") as object)).toHaveLength(45);
  expect(answer.at("data.createdAt")).toEqual(expect.any(Number));
  expect(channels.remoteRecord(answer.at("data"))).toEqual({
    remoteId: "2",
    keys: [{ key: "Legacy 2024", role: "own" }],
  });
});

test.each([
  { fault: "no type", body: { ...sales, channelType: undefined }, path: "channelType" },
  { fault: "a label that is taken", body: { ...sales, label: "Default" }, path: "label" },
  { fault: "no warehouse group", body: { ...sales, warehouseGroupId: undefined }, path: "warehouseGroupId" },
  { fault: "an unknown warehouse group", body: { ...sales, warehouseGroupId: 9 }, path: "warehouseGroupId" },
  {
    fault: "pulling from nowhere",
    body: { ...sales, pullOrdersFromOms: true },
    path: "pullOrderAppIntegrationAccountId",
  },
  {
    fault: "pushing to nowhere",
    body: { ...sales, channelType: "fulfillment_channel", pushOrdersToOms: true },
    path: "pushOrderAppIntegrationAccountId",
  },
  {
    fault: "dropship with tracked inventory and no group",
    body: { ...sales, channelType: "fulfillment_channel", warehouseGroupId: undefined, isDropship: true },
    path: "warehouseGroupId",
  },
])("refuses a channel with $fault", async ({ body, path }) => {
  await using sandbox = await startSandbox();
  const answer = await call(sandbox, "POST", "/channels", body);
  expect(answer.status).toBe(422);
  expect(Object.keys(answer.at("errors") as object)).toEqual([path]);
});

test("needs no warehouse group for dropship without tracked inventory", async () => {
  await using sandbox = await startSandbox();
  const body = {
    channelType: "fulfillment_channel",
    label: "Drop",
    isDropship: true,
    dropshipInventoryNotTracked: true,
  };
  expect((await call(sandbox, "POST", "/channels", body)).status).toBe(201);
});

test("the legacy endpoint takes its own fields only", async () => {
  await using sandbox = await startSandbox();
  const answer = await call(sandbox, "POST", "/channels/sales", {
    label: "L",
    warehouseGroupId: 1,
    isDropship: true,
  });
  expect(Object.keys(answer.at("errors") as object)).toEqual(["isDropship"]);
});

test("merges an update and shows a push in the mapping", async () => {
  await using sandbox = await startSandbox();
  const answer = await call(sandbox, "PUT", "/channels/1", {
    pushOrdersToOms: true,
    pushOrderAppIntegrationAccountId: 4,
  });
  expect(answer.status).toBe(200);
  expect(answer.body).toMatchObject({
    data: { label: "Default", warehouseGroupId: 1, pushOrderIntegrationMapping: { appIntegrationAccountId: 4 } },
  });
});

test.each([
  { body: { channelType: "end_to_end_channel" }, path: "channelType" },
  { body: { label: "Other" }, path: "label" },
  { body: { warehouseGroupId: null }, path: "warehouseGroupId" },
])("refuses the update $body", async ({ body, path }) => {
  await using sandbox = await startSandbox();
  await call(sandbox, "POST", "/channels", { ...sales, label: "Other" });
  const answer = await call(sandbox, "PUT", "/channels/1", body);
  expect(answer.status).toBe(422);
  expect(Object.keys(answer.at("errors") as object)).toEqual([path]);
});

test("a locked channel refuses updates, cannot be unlocked and still takes orders", async () => {
  await using sandbox = await startSandbox();
  expect((await call(sandbox, "PATCH", "/channels/1/lock", { apiLocked: true })).body).toMatchObject({
    data: { apiLocked: true },
  });
  expect((await call(sandbox, "PUT", "/channels/1", { label: "x" })).status).toBe(403);
  expect((await call(sandbox, "PATCH", "/channels/1/lock", { apiLocked: false })).status).toBe(422);
  await call(sandbox, "POST", "/products", { name: "A", sku: "A-1", category_id: 1 });
  expect((await call(sandbox, "POST", "/sales-orders", order("1"))).status).toBe(201);
});

test("a deleted channel is gone and its label is free; a locked one stays", async () => {
  await using sandbox = await startSandbox();
  expect((await call(sandbox, "POST", "/channels", sales)).status).toBe(201);
  expect((await call(sandbox, "POST", "/channels", sales)).status).toBe(422);
  expect((await call(sandbox, "DELETE", "/channels/2")).status).toBe(200);
  expect((await call(sandbox, "GET", "/channels/2")).status).toBe(404);
  expect((await call(sandbox, "GET", "/channels")).body).toMatchObject({ meta: { total: 1 } });
  expect((await call(sandbox, "POST", "/channels", sales)).at("data.id")).toBe(3);
  await call(sandbox, "PATCH", "/channels/3/lock", { apiLocked: true });
  expect((await call(sandbox, "DELETE", "/channels/3")).status).toBe(403);
});

test("integration products are added to those that came with the channel, 500 at once, unless it is locked", async () => {
  await using sandbox = await startSandbox();
  await call(sandbox, "POST", "/channels", { ...sales, integrationProducts: [{ sku: "A" }] });
  const path = "/channels/2/integration-products";
  const answer = await call(sandbox, "POST", path, { integrationProducts: [{ sku: "B" }] });
  expect(answer.at("data.channelIntegrationMapping")).toEqual([{ sku: "A" }, { sku: "B" }]);
  const many = Array.from({ length: 501 }, () => ({ sku: "C" }));
  expect((await call(sandbox, "POST", path, { integrationProducts: many })).status).toBe(422);
  await call(sandbox, "PATCH", "/channels/2/lock", { apiLocked: true });
  expect((await call(sandbox, "POST", path, { integrationProducts: [{ sku: "B" }] })).status).toBe(403);
});

test("keeps custom field definitions and lists them by object type", async () => {
  await using sandbox = await startSandbox();
  const field = { label: "Season", type: "dropdown", options: { choices: ["Summer"] }, object_types: ["products"] };
  expect((await call(sandbox, "POST", "/custom-fields", field)).status).toBe(201);
  expect((await call(sandbox, "POST", "/custom-fields", field)).status).toBe(422);
  expect((await call(sandbox, "POST", "/custom-fields", { label: "X", type: "dropdown" })).status).toBe(422);
  expect((await call(sandbox, "GET", "/custom-fields?object_type=products")).body).toMatchObject({
    data: [{ label: "Season" }],
  });
  expect((await call(sandbox, "GET", "/custom-fields?object_type=companies")).body).toMatchObject({ data: [] });
});
