// Channels as replies show them: the camelCase record of the update-channel page, with all of its keys.
import type { Json, JsonObject } from "../../model/json.ts";
import { numberAt } from "../world/content.ts";
import { contentOf, type Seen } from "../world/store.ts";
import type { World } from "../world/world.ts";

/** The record as every channel endpoint gives it. Moments are whole seconds as numbers, unlike elsewhere (facts §6.5). */
export function channelView(world: World, { record, version }: Seen): JsonObject {
  const content = contentOf(version);
  const pulls = content.pullOrdersFromOms === true;
  const pushesOrders = content.pushOrdersToOms === true;
  const groupId = numberAt(content, "warehouseGroupId");
  return {
    id: record.id,
    uuid: `00000000-0000-4000-8000-${String(record.id).padStart(12, "0")}`,
    label: content.label ?? null,
    description: content.description ?? null,
    channelType: content.channelType ?? "sales_channel",
    apiLocked: content.apiLocked ?? false,
    warehouseGroupId: groupId ?? null,
    warehouseGroup: warehouseGroupView(world, groupId),
    storeType: "internal",
    enabled: true,
    status: 1,
    isPOSChannel: false,
    isCustomerSpecific: content.isCustomerSpecific ?? false,
    pullOrdersFromOms: pulls,
    getProductsEnabled: false,
    pushInventoryEnabled: content.pushStocksToOms === true,
    includeIncomingStocksEnabled: false,
    pullStocksEnabled: false,
    pullShipmentsEnabled: false,
    pushIncomingStocksFromSupplierPurchaseOrderEnabled: false,
    pushStocksAppIntegrationAccountId: content.pushStocksAppIntegrationAccountId ?? null,
    channelIntegrationMapping: Array.isArray(content.integrationProducts) ? content.integrationProducts : [],
    pullOrderIntegrationMapping: {
      ...mapping(pulls, content, "pullOrder"),
      ...(pulls && content.pullOrdersFromOmsOptions !== undefined ? { options: content.pullOrdersFromOmsOptions } : {}),
    },
    // The reply has no `pushOrdersToOms`: whether a channel pushes shows here.
    pushOrderIntegrationMapping: mapping(pushesOrders, content, "pushOrder"),
    pushStockIntegrationMapping: mapping(content.pushStocksToOms === true, content, "pushStocks"),
    pushCostIntegrationMapping: content.pushCostsToOms === true ? { enabled: true } : {},
    tags: Array.isArray(content.tagIds) ? content.tagIds.map((id) => ({ id: id as Json })) : [],
    metafields: [],
    isDropship: content.isDropship ?? false,
    dropshipSupplierId: content.dropshipSupplierId ?? null,
    dropshipPoDeliveryType: null,
    dropshipPoDeliveryWarehouseId: null,
    dropshipAutoCreatePo: false,
    dropshipAutoSendPo: false,
    dropshipInventoryNotTracked: content.dropshipInventoryNotTracked ?? false,
    autoPushOrderAfterMinutes: null,
    autoPushMode: null,
    filters: {},
    restrictions: {},
    credentials: {},
    fees: {},
    createdAt: Math.floor(record.createdAtMs / 1000),
    updatedAt: Math.floor(version.writtenAtMs / 1000),
    createdBy: 1,
    updatedBy: 1,
    ...Object.fromEntries(Object.entries(content).filter(([name]) => ofTheApp.has(name))),
  };
}

/** Settings that replies show and no request of the API writes: only the app has them. */
const ofTheApp = new Set([
  "enabled",
  "status",
  "storeType",
  "isPOSChannel",
  "autoPushMode",
  "autoPushOrderAfterMinutes",
  "pushOrderIntegrationMapping",
  "credentials",
]);

function warehouseGroupView(world: World, id: number | undefined): JsonObject {
  const record = world.stores.warehouse_groups.get(id ?? 0);
  return record === undefined ? {} : { id: record.id, name: record.key };
}

function mapping(enabled: boolean, content: JsonObject, part: string): JsonObject {
  if (!enabled) return {};
  const account = content[`${part}AppIntegrationAccountId`] ?? null;
  return { appIntegrationAccountId: account, omsStoreId: content[`${part}OmsStoreId`] ?? null };
}
