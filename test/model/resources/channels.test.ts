// Facts of the two channel creations and of the update, written out.
import { describe, expect, it, test } from "vitest";
import type { JsonObject } from "../../../src/model/json.ts";
import { channels } from "../../../src/model/resources/channels.ts";
import { type FieldType, fieldAt, fieldPaths } from "../../../src/model/resources/field.ts";

// What an update takes; a creation takes the same and two more.
const ofUpdate: Readonly<Record<string, { readonly type: FieldType; readonly nullable?: true }>> = {
  label: { type: "text" },
  description: { type: "text", nullable: true },
  warehouseGroupId: { type: "integer", nullable: true },
  isCustomerSpecific: { type: "boolean", nullable: true },
  tagIds: { type: "integers" },
  pullOrdersFromOms: { type: "boolean", nullable: true },
  pullOrderAppIntegrationAccountId: { type: "integer" },
  pullOrderOmsStoreId: { type: "text" },
  pullOrdersFromOmsOptions: { type: "any" },
  pushOrdersToOms: { type: "boolean", nullable: true },
  pushOrderAppIntegrationAccountId: { type: "integer" },
  pushOrderOmsStoreId: { type: "text" },
  pushStocksToOms: { type: "boolean", nullable: true },
  pushStocksAppIntegrationAccountId: { type: "integer", nullable: true },
  pushCostsToOms: { type: "boolean", nullable: true },
  isDropship: { type: "boolean", nullable: true },
  dropshipSupplierId: { type: "integer", nullable: true },
  dropshipInventoryNotTracked: { type: "boolean", nullable: true },
};
const legacy = [
  "label",
  "warehouseGroupId",
  "description",
  "isCustomerSpecific",
  "pullOrdersFromOms",
  "pullOrderAppIntegrationAccountId",
  "pullOrderOmsStoreId",
  "tagIds",
];

describe("the fields of a channel", () => {
  test.each(Object.entries(ofUpdate))("%s is read as %j, on creation and on update", (path, { type, nullable }) => {
    for (const schema of [channels.schema, channels.updateSchema])
      expect(fieldAt(schema, path)).toEqual({ type, nullable: nullable ?? false });
  });

  it("of an update are these, and no channelType: the API answers 422 to it", () => {
    const ours = channels.neverSent;
    expect(
      Object.keys(channels.updateSchema.shape)
        .filter((name) => !ours.includes(name))
        .sort(),
    ).toEqual(Object.keys(ofUpdate).sort());
  });

  it("of a creation have its type and its products in addition", () => {
    const more = fieldPaths(channels.schema).filter((path) => !Object.hasOwn(ofUpdate, path));
    expect(more.sort()).toEqual(["channelType", "endpoint", "integrationProducts"]);
    expect(fieldAt(channels.schema, "channelType")?.choices).toEqual([
      "sales_channel",
      "fulfillment_channel",
      "end_to_end_channel",
    ]);
  });

  test.each(legacy)("include %s of the legacy creation", (name) => {
    expect(fieldAt(channels.schema, name)).toBeDefined();
  });
});

function codesAt(payload: JsonObject): readonly string[] {
  const result = channels.schema.safeParse(payload);
  return result.success ? [] : result.error.issues.map(({ path, code }) => `${path.join(".")} ${code}`);
}

test.each([
  { name: "500 products", part: { integrationProducts: Array.from({ length: 500 }, () => ({ sku: "a" })) }, codes: [] },
  {
    name: "501 products",
    part: { integrationProducts: Array.from({ length: 501 }, () => ({})) },
    codes: ["integrationProducts too_big"],
  },
  { name: "an unknown type", part: { channelType: "shop" }, codes: ["channelType invalid_value"] },
  { name: "no label", part: { label: "" }, codes: ["label too_small"] },
  { name: "tags by name", part: { tagIds: ["a"] }, codes: ["tagIds.0 invalid_type"] },
  { name: "options of any shape", part: { pullOrdersFromOmsOptions: { deep: { er: [1] } } }, codes: [] },
])("a channel with $name gives $codes", ({ part, codes }) => {
  expect(codesAt({ label: "Legacy", ...part } as JsonObject)).toEqual(codes);
});

describe("what the schema of a channel cannot say", () => {
  const group = ["warehouseGroupId"];
  const untracked = { isDropship: true, dropshipInventoryNotTracked: true };

  test.each<{ readonly name: string; readonly payload: JsonObject; readonly needs: readonly (readonly string[])[] }>([
    { name: "any channel", payload: {}, needs: [["channelType"], group] },
    { name: "a legacy one", payload: { endpoint: "legacy" }, needs: [group] },
    {
      name: "a sales channel, dropship or not",
      payload: { channelType: "sales_channel", ...untracked },
      needs: [["channelType"], group],
    },
    { name: "a legacy one, dropship or not", payload: { endpoint: "legacy", ...untracked }, needs: [group] },
    {
      name: "dropship without tracked inventory",
      payload: { channelType: "fulfillment_channel", ...untracked },
      needs: [["channelType"]],
    },
    {
      name: "dropship with tracked inventory",
      payload: { channelType: "end_to_end_channel", isDropship: true },
      needs: [["channelType"], group],
    },
    {
      name: "one that pulls orders",
      payload: { pullOrdersFromOms: true },
      needs: [["channelType"], group, ["pullOrderAppIntegrationAccountId"]],
    },
    {
      name: "one that pushes orders",
      payload: { pushOrdersToOms: true },
      needs: [["channelType"], group, ["pushOrderAppIntegrationAccountId"]],
    },
    {
      name: "one that does neither",
      payload: { pullOrdersFromOms: false, pushOrdersToOms: null },
      needs: [["channelType"], group],
    },
  ])("$name needs $needs", ({ payload, needs }) => {
    expect(channels.eitherOr(payload).map(({ paths }) => paths)).toEqual(needs);
  });
});

it("is created at one of two addresses, and the choice itself is never sent", () => {
  expect(channels.createEndpoint({}).path).toBe("/channels");
  expect(channels.createEndpoint({ endpoint: "legacy" }).path).toBe("/channels/sales");
  expect(channels.neverSent).toContain("endpoint");
  expect(channels.updateEndpoint?.("5")).toEqual({ method: "PUT", path: "/channels/5" });
});

it("is recognised by its label", () => {
  expect(channels.remoteRecord({ id: 5, label: " Legacy ", credentials: {} })).toEqual({
    remoteId: "5",
    keys: [{ key: "Legacy", role: "own" }],
  });
});

test.each([{ id: 5 }, { label: "Legacy" }, { id: -1, label: "Legacy" }, { id: 5, label: null }, "Legacy"])(
  "%j is no channel",
  (record) => {
    expect(channels.remoteRecord(record)).toBeUndefined();
  },
);
