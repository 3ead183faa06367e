// Channels: POST /channels and POST /channels/sales (create), PUT /channels/{id} (update, merge semantics), and
// everything else in which they differ from other resources. Channels are camelCase, unlike the rest of the API.
import { z } from "zod";
import { isPlainObject, type JsonObject } from "../json.ts";
import { readKey, readRemoteId } from "../remote-id.ts";
import type { RemoteRecord, Resource } from "../resource.ts";
import { channelMerge } from "./channel-merge.ts";
import { anyObject, choice, flag, integer, integers, requiredText, text } from "./field.ts";
import { sameFields } from "./record-fields.ts";

declare module "../resource.ts" {
  interface PhasesOf {
    readonly channels: "channels";
  }
}

/** What is in the table under this name. */
export interface Channels extends Resource {
  readonly name: "channels";
}

const fields = {
  label: requiredText(),
  description: text().nullable().optional(),
  warehouseGroupId: integer().nullable().optional(),
  isCustomerSpecific: flag().nullable().optional(),
  tagIds: integers().optional(),
  pullOrdersFromOms: flag().nullable().optional(),
  pullOrderAppIntegrationAccountId: integer().optional(),
  pullOrderOmsStoreId: text().optional(),
  pullOrdersFromOmsOptions: anyObject().optional(),
  pushOrdersToOms: flag().nullable().optional(),
  pushOrderAppIntegrationAccountId: integer().optional(),
  pushOrderOmsStoreId: text().optional(),
  pushStocksToOms: flag().nullable().optional(),
  pushStocksAppIntegrationAccountId: integer().nullable().optional(),
  pushCostsToOms: flag().nullable().optional(),
  isDropship: flag().nullable().optional(),
  dropshipSupplierId: integer().nullable().optional(),
  dropshipInventoryNotTracked: flag().nullable().optional(),
};

/** Which creation endpoint an entry takes: ours, never sent. `legacy` is POST /channels/sales. */
const endpoint = choice(["legacy"]).optional();

const schema = z.strictObject({
  ...fields,
  channelType: choice(["sales_channel", "fulfillment_channel", "end_to_end_channel"]).optional(),
  integrationProducts: z.array(z.record(z.string(), z.unknown())).max(500).meta({ fieldType: "any" }).optional(),
  endpoint,
});

/** The fields that POST /channels/sales takes (facts §6.2). */
export const legacyFields = {
  label: true,
  warehouseGroupId: true,
  description: true,
  isCustomerSpecific: true,
  pullOrdersFromOms: true,
  pullOrderAppIntegrationAccountId: true,
  pullOrderOmsStoreId: true,
  tagIds: true,
} as const;

/** The channels resource. */
export const channels: Channels = {
  name: "channels",
  singular: "channel",
  plural: "channels",
  schema,
  updateSchema: z.strictObject({ ...fields, endpoint }),
  keyPath: "label",
  policies: ["update", "skip", "fail"],
  existingText: "Channels that Luminous has already.",
  phases: ["channels"],
  tellsEmptyPhases: true,
  eitherOr: (payload) => [
    ...(payload.endpoint === "legacy" ? [] : [{ paths: ["channelType"], message: "a channel needs a channelType" }]),
    // facts §6.3: for sales channels always, for the others unless dropship without tracked inventory.
    ...(isUntrackedDropship(payload)
      ? []
      : [{ paths: ["warehouseGroupId"], message: "this channel needs a warehouse group" }]),
    ...(payload.pullOrdersFromOms === true && payload.endpoint !== "legacy"
      ? [{ paths: ["pullOrderAppIntegrationAccountId"], message: "pulling orders needs an integration account" }]
      : []),
    ...(payload.pushOrdersToOms === true
      ? [{ paths: ["pushOrderAppIntegrationAccountId"], message: "pushing orders needs an integration account" }]
      : []),
  ],
  objections: (payload) => [...notLegacy(payload), ...ofOtherTypes(payload)],
  updateOnly: [],
  neverSent: ["endpoint"],
  phaseOf: () => "channels",
  innerKeys: () => [],
  references: () => [],
  refersTo: [],
  customFieldsOf: () => "channels",
  createEndpoint: (payload) => ({
    method: "POST",
    path: payload.endpoint === "legacy" ? "/channels/sales" : "/channels",
  }),
  updateEndpoint: (remoteId) => ({ method: "PUT", path: `/channels/${encodeURIComponent(remoteId)}` }),
  staysAsAccepted: false,
  merge: channelMerge(readBack),
  changedByServer: [],
  isIrrevocable: false,
  isKeyUnique: true, // facts §6.3
  readPath: (remoteId) => `/channels/${encodeURIComponent(remoteId)}`,
  // A label filter is plausible but not documented (facts §6.1), so the list is read and compared here.
  list: { path: "/channels", filter: undefined, exportPath: undefined },
  remoteRecord,
  readBack,
};

function isUntrackedDropship(payload: Record<string, unknown>): boolean {
  const isSales = payload.channelType === "sales_channel" || payload.endpoint === "legacy";
  return !isSales && payload.isDropship === true && payload.dropshipInventoryNotTracked === true;
}

function notLegacy(payload: JsonObject) {
  if (payload.endpoint !== "legacy") return [];
  return Object.keys(payload)
    .filter((field) => field !== "endpoint" && !Object.hasOwn(legacyFields, field))
    .map((path) => ({
      path,
      message: "the legacy endpoint (POST /channels/sales) does not take this: leave it out, or leave `endpoint` out",
    }));
}

// The page lists them for the other types; whether the API refuses or ignores them here is not documented (facts §6.3).
function ofOtherTypes({ channelType, pullOrdersFromOms, pushOrdersToOms }: JsonObject) {
  const severity = "warning" as const;
  return [
    ...(pullOrdersFromOms === true && channelType === "fulfillment_channel"
      ? [
          {
            path: "pullOrdersFromOms",
            message: "sales and end-to-end channels pull orders, this type does not",
            severity,
          },
        ]
      : []),
    ...(pushOrdersToOms === true && channelType === "sales_channel"
      ? [
          {
            path: "pushOrdersToOms",
            message: "fulfillment and end-to-end channels push orders, this type does not",
            severity,
          },
        ]
      : []),
  ];
}

function remoteRecord(record: unknown): RemoteRecord | undefined {
  if (!isPlainObject(record)) return undefined;
  const key = readKey(record.label);
  const remoteId = readRemoteId(record.id);
  return key === undefined || remoteId === undefined ? undefined : { remoteId, keys: [{ key, role: "own" }] };
}

// What pushes shows in other names in replies (facts §6.5), so it is not readable here.
function readBack(record: JsonObject): JsonObject {
  const tagIds = Array.isArray(record.tags)
    ? { tagIds: record.tags.map((tag: unknown) => (isPlainObject(tag) ? (tag.id as number) : null)) }
    : {};
  return { ...sameFields(record, Object.keys(schema.shape)), ...tagIds };
}
