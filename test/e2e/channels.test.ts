// Channels as an import makes and changes them: every field of the API's pages, what depends on what, locks, and two
// machines at once.
import { describe, expect, it, test } from "vitest";
import type { JsonObject } from "../../src/model/json.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { openDoor } from "./door.ts";
import { openProject, type Project } from "./program.ts";

type Row = Readonly<Record<string, string>>;

const limits = "limits: { requests_per_second: 1000, read_lag_seconds: 0.2, timeout_seconds: 5 }\n";

/** A job that imports channels from a CSV whose columns are called like the payload's fields. */
async function project(sandbox: Sandbox, rows: readonly Row[], job = ""): Promise<Project> {
  const mine = await openProject(sandbox, {
    "import.yaml": `version: 1\n${limits}inputs: [{ name: channels, file: channels.csv, mapping: channels.yaml }]\n${job}`,
  });
  await write(mine, rows);
  return mine;
}

async function write(mine: Project, rows: readonly Row[]): Promise<void> {
  const columns = [...new Set(rows.flatMap(Object.keys))];
  const fields = columns.map(
    (column) => `  ${column}: ${lists.has(column) ? `{ from: ${column}, split: "|" }` : column}`,
  );
  await mine.write("channels.yaml", `version: 1\nresource: channels\nfields:\n${fields.join("\n")}\n`);
  const cell = (text = ""): string => `"${text.replaceAll('"', '""')}"`;
  await mine.write(
    "channels.csv",
    `${[columns.join(","), ...rows.map((row) => columns.map((column) => cell(row[column])).join(","))].join("\n")}\n`,
  );
}

const lists = new Set(["tagIds"]);

async function imported(sandbox: Sandbox, rows: readonly Row[], job = "") {
  await using mine = await project(sandbox, rows, job);
  return await mine.report(["run", "import.yaml"]);
}

/** What an entry's request had in it; the last of several. */
function received(sandbox: Sandbox, label: string): JsonObject | undefined {
  return sandbox.records("channels", label)[0]?.received.at(-1);
}

async function view(sandbox: Sandbox, label: string): Promise<JsonObject> {
  const id = sandbox.records("channels", label)[0]?.id;
  const response = await fetch(`${sandbox.url}/channels/${id}`, { headers: { authorization: "Bearer sandbox" } });
  const { data } = (await response.json()) as { readonly data: JsonObject };
  return data;
}

const sales = { channelType: "sales_channel", warehouseGroupId: "1" };
const endToEnd = { channelType: "end_to_end_channel", warehouseGroupId: "1" };
const pulling = { pullOrdersFromOms: "true", pullOrderAppIntegrationAccountId: "7" };
const pushing = { pushOrdersToOms: "yes", pushOrderAppIntegrationAccountId: "8" };

// Field → cell, what is sent, and where the record shows it (some only in other names).
const fields: readonly { readonly with: Row; readonly sent: JsonObject; readonly shown: JsonObject }[] = [
  { with: { description: "Until 2024" }, sent: { description: "Until 2024" }, shown: { description: "Until 2024" } },
  { with: { isCustomerSpecific: "no" }, sent: { isCustomerSpecific: false }, shown: { isCustomerSpecific: false } },
  { with: { isCustomerSpecific: "1" }, sent: { isCustomerSpecific: true }, shown: { isCustomerSpecific: true } },
  { with: { tagIds: "3|5" }, sent: { tagIds: [3, 5] }, shown: { tags: [{ id: 3 }, { id: 5 }] } },
  {
    with: { ...pulling, pullOrderOmsStoreId: "S-1" },
    sent: { pullOrdersFromOms: true, pullOrderAppIntegrationAccountId: 7, pullOrderOmsStoreId: "S-1" },
    shown: { pullOrdersFromOms: true, pullOrderIntegrationMapping: { appIntegrationAccountId: 7, omsStoreId: "S-1" } },
  },
  {
    with: { pullOrdersFromOmsOptions: '{ "days": 3 }' },
    sent: { pullOrdersFromOmsOptions: { days: 3 } },
    shown: {},
  },
  {
    with: { ...pushing, pushOrderOmsStoreId: "T-1" },
    sent: { pushOrdersToOms: true, pushOrderAppIntegrationAccountId: 8, pushOrderOmsStoreId: "T-1" },
    shown: { pushOrderIntegrationMapping: { appIntegrationAccountId: 8, omsStoreId: "T-1" } },
  },
  {
    with: { pushStocksToOms: "true", pushStocksAppIntegrationAccountId: "9" },
    sent: { pushStocksToOms: true, pushStocksAppIntegrationAccountId: 9 },
    shown: { pushInventoryEnabled: true, pushStocksAppIntegrationAccountId: 9 },
  },
  {
    with: { pushCostsToOms: "true" },
    sent: { pushCostsToOms: true },
    shown: { pushCostIntegrationMapping: { enabled: true } },
  },
  {
    with: { isDropship: "true", dropshipSupplierId: "4", dropshipInventoryNotTracked: "true" },
    sent: { isDropship: true, dropshipSupplierId: 4, dropshipInventoryNotTracked: true },
    shown: { isDropship: true, dropshipSupplierId: 4, dropshipInventoryNotTracked: true },
  },
];

describe.concurrent("every field of the pages", () => {
  it("can be created through POST /channels and read back", async () => {
    await using sandbox = await startSandbox();
    const rows = fields.map(({ with: cells }, index) => ({ label: `C${index}`, ...endToEnd, ...cells }));
    const run = await imported(sandbox, rows);
    expect(run.exitCode).toBe(0);
    for (const [index, { sent, shown }] of fields.entries()) {
      expect(received(sandbox, `C${index}`)).toEqual({
        label: `C${index}`,
        channelType: "end_to_end_channel",
        warehouseGroupId: 1,
        ...sent,
      });
      expect(await view(sandbox, `C${index}`)).toMatchObject({ channelType: "end_to_end_channel", ...shown });
    }
  });

  it("can be set by PUT on channels that exist, and only what changes is sent", async () => {
    await using sandbox = await startSandbox();
    for (const [index] of fields.entries())
      sandbox.seed("channels", `C${index}`, {
        label: `C${index}`,
        channelType: "end_to_end_channel",
        warehouseGroupId: 1,
        isCustomerSpecific: index === 1,
      });
    const rows = fields.map(({ with: cells }, index) => ({ label: `C${index}`, warehouseGroupId: "1", ...cells }));
    const run = await imported(sandbox, rows);
    expect(run.exitCode).toBe(0);
    for (const [index, { sent, shown }] of fields.entries()) {
      expect(received(sandbox, `C${index}`)).toEqual(sent);
      expect(await view(sandbox, `C${index}`)).toMatchObject(shown);
    }
  });

  it("that the legacy endpoint takes go there, and no other", async () => {
    await using sandbox = await startSandbox();
    const legacy = { endpoint: "legacy", warehouseGroupId: "1", ...pulling, pullOrderOmsStoreId: "S" };
    const rows = [
      { label: "Old", description: "d", isCustomerSpecific: "false", tagIds: "2", ...legacy },
      { label: "Wrong", ...legacy, isDropship: "true" },
    ];
    const run = await imported(sandbox, rows);
    expect(run.rows.map(({ key, outcome, column }) => [key, outcome, column])).toEqual([
      ["Old", "accepted", ""],
      ["Wrong", "invalid", "isDropship"],
    ]);
    expect(sandbox.counts().requests["POST /channels/sales"]).toBe(1);
    expect(received(sandbox, "Old")).toEqual({
      label: "Old",
      description: "d",
      isCustomerSpecific: false,
      tagIds: [2],
      warehouseGroupId: 1,
      pullOrdersFromOms: true,
      pullOrderAppIntegrationAccountId: 7,
      pullOrderOmsStoreId: "S",
    });
  });

  it("come from JSON too, with products of the integration", async () => {
    await using sandbox = await startSandbox();
    await using mine = await openProject(sandbox, {
      "import.yaml": `version: 1\n${limits}inputs: [{ name: channels, file: channels.json, mapping: channels.yaml }]\n`,
      "channels.yaml":
        "version: 1\nresource: channels\nfields: { label: name, channelType: type, warehouseGroupId: group, integrationProducts: products }\n",
      "channels.json": JSON.stringify([
        { name: "J", type: "sales_channel", group: 1, products: [{ channelSku: "A", sku: "B" }] },
        { name: "Many", type: "sales_channel", group: 1, products: Array.from({ length: 501 }, () => ({ sku: "B" })) },
      ]),
    });
    const { rows } = await mine.report(["run", "import.yaml"]);
    expect(rows.map(({ key, outcome, path }) => [key, outcome, path])).toEqual([
      ["J", "accepted", ""],
      ["Many", "invalid", "integrationProducts"],
    ]);
    expect(sandbox.records("channels", "J")[0]?.content.integrationProducts).toHaveLength(1);
  });
});

describe.concurrent("what depends on what", () => {
  test.each<{ readonly row: Row; readonly missing: string | undefined }>([
    { row: { channelType: "sales_channel" }, missing: "warehouseGroupId" },
    { row: { channelType: "fulfillment_channel" }, missing: "warehouseGroupId" },
    { row: { channelType: "end_to_end_channel" }, missing: "warehouseGroupId" },
    {
      row: { channelType: "sales_channel", isDropship: "true", dropshipInventoryNotTracked: "true" },
      missing: "warehouseGroupId",
    },
    { row: { channelType: "fulfillment_channel", isDropship: "true" }, missing: "warehouseGroupId" },
    {
      row: { channelType: "fulfillment_channel", isDropship: "true", dropshipInventoryNotTracked: "true" },
      missing: undefined,
    },
    {
      row: { channelType: "end_to_end_channel", isDropship: "true", dropshipInventoryNotTracked: "true" },
      missing: undefined,
    },
    { row: { warehouseGroupId: "1" }, missing: "channelType" },
    { row: { ...sales, pullOrdersFromOms: "true" }, missing: "pullOrderAppIntegrationAccountId" },
    { row: { ...sales, pullOrdersFromOms: "false" }, missing: undefined },
    { row: { ...endToEnd, pushOrdersToOms: "true" }, missing: "pushOrderAppIntegrationAccountId" },
    { row: { ...endToEnd, ...pushing }, missing: undefined },
    { row: { endpoint: "legacy" }, missing: "warehouseGroupId" },
    { row: { endpoint: "legacy", warehouseGroupId: "1", pullOrdersFromOms: "true" }, missing: undefined },
  ])("$row needs $missing", async ({ row, missing }) => {
    await using sandbox = await startSandbox();
    const { rows } = await imported(sandbox, [{ label: "L", ...row }]);
    expect(rows.map(({ outcome, path }) => [outcome, path])).toEqual([
      missing === undefined ? ["accepted", ""] : ["invalid", missing],
    ]);
    expect(sandbox.records("channels")).toHaveLength(missing === undefined ? 2 : 1);
  });

  it("a type that differs from the one in Luminous is told, and never sent", async () => {
    await using sandbox = await startSandbox();
    const { rows } = await imported(sandbox, [{ label: "Default", ...endToEnd, description: "x" }]);
    expect(rows.map(({ outcome, code, column }) => [outcome, code, column])).toEqual([
      ["invalid", "type_differs", "channelType"],
    ]);
    expect(received(sandbox, "Default")).toBeUndefined();
  });

  it("two remote channels with one label: which is meant, nobody knows", async () => {
    await using sandbox = await startSandbox();
    sandbox.seed("channels", "Default", { label: "Default", channelType: "sales_channel", warehouseGroupId: 1 });
    const { rows } = await imported(sandbox, [{ label: "Default", description: "x" }]);
    expect(rows.map(({ outcome, code, message }) => [outcome, code, message])).toEqual([
      ["invalid", "several_found", expect.stringMatching(/ids (1 and 2|2 and 1)/)],
    ]);
  });
});

describe.concurrent("what exists", () => {
  it("is unchanged when the record says all of it already, and no PUT leaves", async () => {
    await using sandbox = await startSandbox();
    sandbox.seed("channels", "Web", { label: "Web", ...sales, warehouseGroupId: 1, description: "d", tagIds: [3, 5] });
    const { rows } = await imported(sandbox, [{ label: "Web", ...sales, description: "d", tagIds: "5|3" }]);
    expect(rows.map(({ outcome }) => outcome)).toEqual(["unchanged"]);
    expect(sandbox.counts().requests["PUT /channels/{id}"]).toBeUndefined();
  });

  it("and is locked is rejected with what the lock means; a few locks say nothing about the account", async () => {
    await using sandbox = await startSandbox();
    const labels = ["A", "B", "C", "D", "E", "F", "G"];
    for (const label of labels)
      sandbox.seed("channels", label, { label, channelType: "sales_channel", warehouseGroupId: 1, apiLocked: true });
    const { exitCode, rows } = await imported(sandbox, [
      ...labels.map((label) => ({ label, ...sales, description: "new" })),
      { label: "Open", ...sales, description: "new" },
    ]);
    expect(exitCode).toBe(3);
    expect(rows.slice(0, -1).map(({ outcome, http_status }) => [outcome, http_status])).toEqual(
      labels.map(() => ["rejected", "403"]),
    );
    expect(rows[0]?.message).toMatch(/locked \(apiLocked\).*Manage > Channels/);
    expect(rows.at(-1)?.outcome).toBe("accepted");
  });
});

it("two machines that make the same label at the same time end with one channel", async () => {
  for (const latencyMs of [0, 20, 60, 120, 200]) {
    await using sandbox = await startSandbox({ latencyMs, readLagMs: 100 });
    await using door = await openDoor(sandbox);
    await using one = await project(sandbox, [{ label: "Twice", ...sales, description: "same" }]);
    await using two = await project(sandbox, [{ label: "Twice", ...sales, description: "same" }]);
    const ended = await Promise.all([
      one.report(["run", "import.yaml"]),
      two.report(["run", "import.yaml"], { env: { LUMINOUS_BASE_URL: door.url } }),
    ]);
    expect(ended.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(sandbox.records("channels", "Twice")).toHaveLength(1);
  }
});
