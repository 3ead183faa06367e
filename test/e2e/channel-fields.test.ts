// Every field of the three channel pages, set from a cell or a JSON member and read back from the API.
import { describe, expect, test } from "vitest";
import type { Json, JsonObject } from "../../src/model/json.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { call } from "../sandbox/api.ts";
import { openProject, type Project } from "./program.ts";

/** A job of one channel whose columns, or members, are named like the fields. */
async function project(sandbox: Sandbox, channel: JsonObject, format: "csv" | "json", more = ""): Promise<Project> {
  const fields = Object.keys(channel);
  const own = fields.map((field) =>
    field === "tagIds" && format === "csv" ? '  tagIds: { from: tagIds, split: "|" }' : `  ${field}: ${field}`,
  );
  return openProject(sandbox, {
    "channels.yaml": `version: 1\nresource: channels\nfields:\n${own.join("\n")}\n`,
    [`channels.${format}`]: format === "json" ? JSON.stringify([channel]) : `${fields.join(",")}\n${csvRow(channel)}\n`,
    "import.yaml": `version: 1\n${more}inputs: [{ name: channels, file: channels.${format}, mapping: channels.yaml }]\nlimits: { requests_per_second: 1000, read_lag_seconds: 0.2, timeout_seconds: 2 }\n`,
  });
}

function csvRow(channel: JsonObject): string {
  return Object.values(channel)
    .map((value) => `"${cellOf(value).replaceAll('"', '""')}"`)
    .join(",");
}

function cellOf(value: Json): string {
  if (Array.isArray(value) && value.every((item) => typeof item === "number")) return value.join("|");
  return typeof value === "string" ? value : JSON.stringify(value);
}

const sales: JsonObject = { label: "Web", channelType: "sales_channel", warehouseGroupId: 1 };
const endToEnd: JsonObject = { ...sales, channelType: "end_to_end_channel" };
const pulling: JsonObject = { pullOrdersFromOms: true, pullOrderAppIntegrationAccountId: 4 };
const pushing: JsonObject = { pushOrdersToOms: true, pushOrderAppIntegrationAccountId: 5 };

/** A part of a channel beside its label, type and group; what a reply shows of it, by a path of the record. */
interface Part {
  readonly part: JsonObject;
  readonly at: string;
  readonly shows: unknown;
}
const legacyParts: readonly Part[] = [
  { part: {}, at: "label", shows: "Web" },
  { part: {}, at: "warehouseGroupId", shows: 1 },
  { part: { description: 'Old, "loud"' }, at: "description", shows: 'Old, "loud"' },
  { part: { isCustomerSpecific: true }, at: "isCustomerSpecific", shows: true },
  { part: { tagIds: [3, 1] }, at: "tags", shows: [{ id: 3 }, { id: 1 }] },
  { part: pulling, at: "pullOrdersFromOms", shows: true },
  { part: pulling, at: "pullOrderIntegrationMapping.appIntegrationAccountId", shows: 4 },
  { part: { ...pulling, pullOrderOmsStoreId: "007" }, at: "pullOrderIntegrationMapping.omsStoreId", shows: "007" },
];
const updateParts: readonly Part[] = [
  ...legacyParts,
  {
    part: { ...pulling, pullOrdersFromOmsOptions: { since: "2024", deep: { er: [1, true, null, "1"] } } },
    at: "pullOrderIntegrationMapping.options",
    shows: { since: "2024", deep: { er: [1, true, null, "1"] } },
  },
  { part: pushing, at: "pushOrderIntegrationMapping.appIntegrationAccountId", shows: 5 },
  { part: { ...pushing, pushOrderOmsStoreId: "S-1" }, at: "pushOrderIntegrationMapping.omsStoreId", shows: "S-1" },
  { part: { pushStocksToOms: true }, at: "pushInventoryEnabled", shows: true },
  { part: { pushStocksAppIntegrationAccountId: 6 }, at: "pushStocksAppIntegrationAccountId", shows: 6 },
  { part: { pushCostsToOms: true }, at: "pushCostIntegrationMapping", shows: { enabled: true } },
  { part: { isDropship: true }, at: "isDropship", shows: true },
  { part: { dropshipSupplierId: 9 }, at: "dropshipSupplierId", shows: 9 },
  { part: { dropshipInventoryNotTracked: true }, at: "dropshipInventoryNotTracked", shows: true },
];
const createParts: readonly Part[] = [
  ...updateParts,
  { part: {}, at: "channelType", shows: "end_to_end_channel" },
  {
    part: { integrationProducts: [{ channelSku: "X", sku: "A" }, { channelSku: "Y" }] },
    at: "channelIntegrationMapping",
    shows: [{ channelSku: "X", sku: "A" }, { channelSku: "Y" }],
  },
];

describe.each(["csv", "json"] as const)("every field of a channel, from %s", (format) => {
  const cases = [
    ...createParts.map((part) => ({ page: "create", base: endToEnd, exists: false, ...part })),
    ...legacyParts.map((part) => ({
      page: "legacy create",
      base: { label: "Web", warehouseGroupId: 1, endpoint: "legacy" },
      exists: false,
      ...part,
    })),
    ...updateParts.map((part) => ({ page: "update", base: { label: "Web" }, exists: true, ...part })),
  ];
  test.each(["create", "legacy create", "update"])("of the %s page is stored and read back", async (page) => {
    // One job with a channel for each field.
    const own = cases.filter((one) => one.page === page).map((one, index) => ({ ...one, label: `Web ${index}` }));
    await using sandbox = await startSandbox();
    for (const { label, exists } of own) if (exists) sandbox.seed("channels", label, { ...endToEnd, label });
    const channels = own.map(({ base, part, label }): JsonObject => ({ ...base, ...part, label }));
    const names = [...new Set(channels.flatMap((channel) => Object.keys(channel)))];
    const all = Object.fromEntries(names.map((name) => [name, ""]));
    await using mine = await project(sandbox, all, format);
    const full = channels.map((channel) => ({ ...all, ...channel }));
    const text = [names.join(","), ...full.map(csvRow)].join("\n");
    await mine.write(`channels.${format}`, format === "json" ? JSON.stringify(full) : `${text}\n`);
    const { exitCode, rows } = await mine.report(["run", "import.yaml"]);
    expect([exitCode, rows.filter(({ message }) => message !== "")]).toEqual([0, []]);
    for (const { label, part, at, shows } of own) {
      const [stored] = sandbox.records("channels", label);
      expect(stored?.content).toMatchObject(part);
      const answer = await call(sandbox, "GET", `/channels/${stored?.id}`);
      expect(answer.at(`data.${at}`), `${label} ${at}`).toEqual(at === "label" ? label : shows);
    }
    expect(sandbox.counts().requests["POST /channels/sales"] ?? 0).toBe(page === "legacy create" ? own.length : 0);
  });
});
