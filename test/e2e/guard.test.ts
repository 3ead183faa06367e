// Where orders land: the guard before the first write, and the job's own channel.
import { describe, expect, it, test } from "vitest";
import type { JsonObject } from "../../src/model/json.ts";
import type { Summary } from "../../src/report/summary.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { openDoor } from "./door.ts";
import { openProject, type Project } from "./program.ts";

const products = "version: 1\nresource: products\nfields: { sku: SKU, name: SKU, category.name: { value: All } }\n";
const orders = `version: 1
resource: sales_orders
group: { by: Number }
fields:
  channel_id: { from: Shop, optional: true, ref: { resource: channels, by: label } }
  order_number: Number
  order_date: Date
  order_status: Status
  bill_to.name: { value: Ann }
  ship_to.name: { value: Ann }
children: { items: { each: rows, fields: { sku: { value: CUP }, quantity: { value: 1 }, unit_price: { value: 2 } } } }
`;
const inputs = `inputs:
  - { name: products, file: products.csv, mapping: products.yaml }
  - { name: orders, file: orders.csv, mapping: orders.yaml }
limits: { requests_per_second: 2000, concurrency: 8, read_lag_seconds: 0.2 }
`;

function history(count: number, { shop, status }: { readonly shop?: string; readonly status?: string } = {}): string {
  const header = shop === undefined ? "Number,Date,Status" : "Number,Date,Status,Shop";
  const rows = Array.from({ length: count }, (_, index) => {
    const own = status ?? (index % 10 === 0 ? "cancelled" : "shipped");
    return [`L-${index + 1}`, "2019-05-01", own, ...(shop === undefined ? [] : [shop])].join(",");
  });
  return `${[header, ...rows].join("\n")}\n`;
}

async function project(sandbox: Sandbox, job: string, rows: string): Promise<Project> {
  return openProject(sandbox, {
    "products.yaml": products,
    "orders.yaml": orders,
    "products.csv": "SKU\nCUP\n",
    "orders.csv": rows,
    "import.yaml": `version: 1\n${inputs}${job}`,
  });
}

/** Why a run stopped, and what to do. */
function saidBy({ stopped }: Summary): string {
  return `${stopped?.message} ${stopped?.hint}`;
}

function writes(sandbox: Sandbox): number {
  return (["channels", "products", "sales_orders"] as const).reduce(
    (sum, resource) => sum + sandbox.records(resource).reduce((count, { received }) => count + received.length, 0),
    0,
  );
}

const web: JsonObject = { label: "Web", channelType: "sales_channel", warehouseGroupId: 1 };

describe.concurrent("the guard", () => {
  it("sends nothing of 1,000 historical orders into a channel that pushes to an OMS, and exits with 2", async () => {
    await using sandbox = await startSandbox();
    sandbox.seed("channels", "Web", { ...web, pushOrdersToOms: true, pushOrderAppIntegrationAccountId: 7 });
    await using mine = await project(sandbox, "", history(1000, { shop: "Web" }));

    const { exitCode, summary, rows } = await mine.report(["run", "import.yaml"]);
    const said = saidBy(summary);
    expect(exitCode).toBe(2);
    expect(writes(sandbox)).toBe(0);
    expect(said).toContain('the channel "Web" (id 2) pushes orders to an OMS (pushOrderIntegrationMapping is set)');
    expect(said).toContain("1000 orders (shipped 900, cancelled 100) would go there");
    expect(said).toContain("another channel");
    expect(said).toContain("guard: { order_push: allow }");
    expect(summary).toMatchObject({ ended: "stopped", stopped: { code: "GUARD" }, exit_code: 2 });
    expect(new Set(rows.map(({ outcome }) => outcome))).toEqual(new Set(["pending"]));
    expect(rows).toHaveLength(1001);
  });

  it("lets them go with order_push: allow, and the report says where they went", async () => {
    await using sandbox = await startSandbox();
    sandbox.seed("channels", "Web", { ...web, pushOrdersToOms: true, pushOrderAppIntegrationAccountId: 7 });
    await using mine = await project(sandbox, "guard: { order_push: allow }\n", history(1000, { shop: "Web" }));

    const { exitCode, summary } = await mine.report(["run", "import.yaml"]);
    expect(exitCode).toBe(0);
    expect(sandbox.records("sales_orders")).toHaveLength(1000);
    expect(summary.warnings).toEqual([
      expect.stringContaining('guard.order_push: allow: the channel "Web" (id 2) pushes orders to an OMS'),
    ]);
  });

  test.each([
    { setting: { pushOrderIntegrationMapping: { store: 3 } }, says: "pushOrderIntegrationMapping is set" },
    { setting: { autoPushMode: "on_posting" }, says: 'autoPushMode is "on_posting"' },
    { setting: { enabled: false }, says: "it is disabled" },
    { setting: { channelType: "fulfillment_channel" }, says: "takes no sales orders" },
    { setting: { isCustomerSpecific: true }, says: "belongs to one customer" },
  ])("refuses a channel with $setting", async ({ setting, says }) => {
    await using sandbox = await startSandbox();
    sandbox.seed("channels", "Web", { ...web, ...setting });
    await using mine = await project(sandbox, "", history(3, { shop: "Web" }));
    const { exitCode, summary } = await mine.report(["run", "import.yaml"]);
    const said = saidBy(summary);
    expect([exitCode, writes(sandbox)]).toEqual([2, 0]);
    expect(said).toContain(says);
  });

  test.each([
    { setting: { pushOrderIntegrationMapping: {} } },
    { setting: { pushOrderIntegrationMapping: null, autoPushMode: null, autoPushOrderAfterMinutes: 15 } },
    { setting: { channelType: "end_to_end_channel" } },
    { setting: { pullOrdersFromOms: true, pullOrderAppIntegrationAccountId: 7 } },
    { setting: { apiLocked: true } },
  ])("takes no offence at a channel with $setting", async ({ setting }) => {
    await using sandbox = await startSandbox();
    sandbox.seed("channels", "Web", { ...web, ...setting });
    await using mine = await project(sandbox, "", history(3, { shop: "Web" }));
    const { exitCode, summary } = await mine.report(["run", "import.yaml"]);
    expect([exitCode, summary.warnings]).toEqual([0, []]);
  });

  it("lifts the push alone with allow: a disabled channel stays refused", async () => {
    await using sandbox = await startSandbox();
    sandbox.seed("channels", "Web", { ...web, enabled: false, autoPushMode: "x" });
    await using mine = await project(sandbox, "guard: { order_push: allow }\n", history(3, { shop: "Web" }));
    const { exitCode, summary } = await mine.report(["run", "import.yaml"]);
    const said = saidBy(summary);
    expect([exitCode, writes(sandbox)]).toEqual([2, 0]);
    expect(said).toContain("it is disabled");
    expect(said).not.toContain("order_push: allow }");
  });

  it("judges a channel that the job itself would make to push", async () => {
    await using sandbox = await startSandbox();
    await using mine = await project(sandbox, "", history(3, { shop: "New" }));
    await mine.write(
      "channels.yaml",
      "version: 1\nresource: channels\nfields: { label: Label, channelType: { value: end_to_end_channel }, warehouseGroupId: { value: 1 }, pushOrdersToOms: { value: true }, pushOrderAppIntegrationAccountId: { value: 4 } }\n",
    );
    await mine.write("channels.csv", "Label\nNew\n");
    await mine.write(
      "import.yaml",
      `version: 1\n${inputs}`.replace(
        "inputs:\n",
        "inputs:\n  - { name: channels, file: channels.csv, mapping: channels.yaml }\n",
      ),
    );
    const { exitCode, summary } = await mine.report(["run", "import.yaml"]);
    const said = saidBy(summary);
    expect([exitCode, writes(sandbox)]).toEqual([2, 0]);
    expect(said).toContain('the channel "New" pushes orders to an OMS (pushOrdersToOms is true)');
  });

  it("asks nothing but whether the token is taken when everything was accepted before", async () => {
    await using sandbox = await startSandbox();
    await using mine = await project(sandbox, "", history(5, { shop: "Default" }));
    await mine.report(["run", "import.yaml"]);
    const requests = () => Object.values(sandbox.counts().requests).reduce((sum, count) => sum + count, 0);
    const before = requests();
    const { exitCode, summary } = await mine.report(["run", "import.yaml"]);
    expect([exitCode, summary.traffic?.requests, requests() - before]).toEqual([0, 1, 1]);
  });

  it("warns in check and in run of open orders that are history", async () => {
    await using sandbox = await startSandbox();
    await using mine = await project(sandbox, "", history(4, { shop: "Default", status: "pending" }));
    const warning =
      "4 orders (pending 4) are still open and older than 30 days, such as L-1, L-2, L-3: an open order allocates stock.";
    for (const command of ["check", "run"]) {
      const { exitCode, summary } = await mine.report([command, "import.yaml"]);
      expect([exitCode, summary.warnings]).toEqual([0, [expect.stringContaining(warning)]]);
    }
  });
});

describe.concurrent("the job's channel", () => {
  const legacy = "channel: { label: Legacy 2024, warehouse_group: Default, description: Until 2024 }\n";

  it("is made when it is missing, internal, and takes all orders without a question; the next run asks nothing but whether the token is taken", async () => {
    await using sandbox = await startSandbox();
    await using mine = await project(sandbox, legacy, history(1000));
    const { exitCode, summary, stderr } = await mine.report(["run", "import.yaml"]);
    expect([exitCode, summary.warnings]).toEqual([0, []]);
    expect(stderr).toContain('The channel "Legacy 2024" was made (id 2)');
    expect(sandbox.records("channels", "Legacy 2024").map(({ received }) => received)).toEqual([
      [
        {
          channelType: "sales_channel",
          label: "Legacy 2024",
          warehouseGroupId: 1,
          pullOrdersFromOms: false,
          description: "Until 2024",
        },
      ],
    ]);
    expect(new Set(sandbox.records("sales_orders").map(({ content }) => content.channel_id))).toEqual(new Set([2]));
    const again = await mine.report(["run", "import.yaml"]);
    expect([again.exitCode, again.summary.traffic?.requests]).toEqual([0, 1]);
  });

  it("is used as it is when it exists, and takes only the orders that name none", async () => {
    await using sandbox = await startSandbox();
    sandbox.seed("channels", "Legacy 2024", { ...web, label: "Legacy 2024", description: "kept" });
    const rows = "Number,Date,Status,Shop\nL-1,2019-05-01,shipped,\nL-2,2019-05-01,shipped,Default\n";
    await using mine = await project(sandbox, legacy, rows);
    const { exitCode } = await mine.report(["run", "import.yaml"]);
    expect(exitCode).toBe(0);
    expect(sandbox.records("channels", "Legacy 2024").map(({ content }) => content.description)).toEqual(["kept"]);
    const channelOf = (key: string) => sandbox.records("sales_orders", key)[0]?.content.channel_id;
    expect([channelOf("L-1"), channelOf("L-2")]).toEqual([2, 1]);
  });

  test.each([
    {
      channel: "{ label: L, warehouse_group: Nowhere }",
      says: 'there is no warehouse group "Nowhere". Luminous has "Default" (id 1)',
    },
    { channel: "{ label: L }", says: "channel.warehouse_group is missing" },
    { channel: "{ label: L, warehouse_group: 77 }", says: "HTTP 422" },
  ])("stops the run before anything is sent when it cannot be made: $channel", async ({ channel, says }) => {
    await using sandbox = await startSandbox();
    await using mine = await project(sandbox, `channel: ${channel}\n`, history(3));
    const { exitCode, summary } = await mine.report(["run", "import.yaml"]);
    const said = saidBy(summary);
    expect([exitCode, writes(sandbox)]).toEqual([2, 0]);
    expect(said).toContain(says);
  });

  it.each(["error-after", "reset-after", "hang-after"])("is made once when its answer is lost: %s", async (fault) => {
    await using sandbox = await startSandbox({ faults: { [fault]: 0.5 }, seed: 4, readLagMs: 100 });
    await using mine = await project(sandbox, legacy, history(6));
    await mine.write(
      "import.yaml",
      `version: 1\n${inputs.replace("read_lag", "timeout_seconds: 1, attempts: 20, read_lag")}${legacy}`,
    );
    const { exitCode } = await mine.report(["run", "import.yaml"]);
    expect(exitCode).toBe(0);
    expect(sandbox.records("channels", "Legacy 2024")).toHaveLength(1);
    expect(sandbox.records("sales_orders")).toHaveLength(6);
  });

  it("ends as one channel when runs on two machines make it at the same moment", async () => {
    await using sandbox = await startSandbox({ latencyMs: 150, readLagMs: 100 });
    await using one = await project(sandbox, legacy, history(3));
    await using two = await project(sandbox, legacy, history(3).replaceAll("L-", "M-"));
    // Another address of the same account: the lock per account holds for one machine, and these stand for two.
    await using door = await openDoor(sandbox);
    const there = { LUMINOUS_BASE_URL: door.url };
    const ended = await Promise.all([
      one.report(["run", "import.yaml"]),
      two.report(["run", "import.yaml"], { env: there }),
    ]);
    expect(ended.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(sandbox.records("channels", "Legacy 2024")).toHaveLength(1);
    expect(sandbox.records("sales_orders")).toHaveLength(6);
  });
});
