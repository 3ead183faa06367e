// Orders that change from one night's file to the next, by the built program: what moves, what is refused, and what it costs.
import { describe, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { jobText, lines, openProject, productsCsv } from "./program.ts";

const products = { products: { file: "products.csv", mapping: "products" } };
const inputs = { ...products, orders: { file: "orders.csv", mapping: "./orders.yaml" } };
const update = "existing: { sales_orders: update }";
const job = jobText(inputs, update);

const mapping = lines(
  "version: 1",
  "resource: sales_orders",
  "group: { by: Order }",
  "fields:",
  "  channel_id: { value: 1 }",
  "  order_number: Order",
  "  order_date: { value: 2024-01-31 }",
  "  order_status: Status",
  "  bill_to.name: { value: Ada }",
  "  ship_to.name: { value: Ada }",
  "  ship_date: { from: Shipped, optional: true }",
  "  customer_notes: { from: Note, optional: true, blank: clear }",
  "children:",
  "  items:",
  "    each: rows",
  "    fields: { sku: SKU, quantity: Qty, unit_price: { value: 2 } }",
);
const heading = "Order,Status,Shipped,Note,SKU,Qty";
const firstNight = lines(heading, "O-1,on_hold,,ring twice,P1,1", "O-2,on_hold,,,P1,1", "O-3,completed,,,P1,1");
const secondNight = lines(
  heading,
  "O-1,shipped,2024-02-02,,P1,1",
  "O-2,shipped,,,P1,5",
  "O-3,completed,,,P1,1",
  "O-4,on_hold,,,P1,1",
);

function project(sandbox: Sandbox, more: Readonly<Record<string, string>> = {}) {
  const files = {
    "import.yaml": job,
    "orders.yaml": mapping,
    "products.csv": productsCsv(1),
    "orders.csv": firstNight,
  };
  return openProject(sandbox, { ...files, ...more });
}

const ordersOf = ({ rows }: { readonly rows: readonly Readonly<Record<string, string>>[] }) =>
  rows.filter(({ input }) => input === "orders").map(({ key, outcome, action }) => [key, outcome, action]);

describe.concurrent("a second night's file", () => {
  it("moves what can be changed, names the cell of what cannot, and costs nothing on the third night", async () => {
    await using sandbox = await startSandbox();
    await using folder = await project(sandbox);
    await folder.report(["run", "import.yaml"]);
    await folder.write("orders.csv", secondNight);

    const second = await folder.report(["run", "import.yaml"]);
    expect(second.exitCode).toBe(3);
    expect(ordersOf(second)).toEqual([
      ["O-1", "accepted", "updated"],
      ["O-2", "invalid", ""],
      ["O-3", "unchanged", ""],
      ["O-4", "accepted", "created"],
    ]);
    const [moved] = sandbox.records("sales_orders", "O-1");
    expect(moved?.received.at(-1)).toEqual({ order_status: "shipped", ship_date: "2024-02-02", customer_notes: null });
    expect(sandbox.records("sales_orders", "O-2")[0]?.content.order_status).toBe("on_hold");
    expect(second.rows.find(({ key }) => key === "O-2")).toMatchObject({
      code: "order_immutable",
      path: "items[0].quantity",
      column: "Qty",
      value: "5",
    });
    expect(second.rows.find(({ key }) => key === "O-2")?.message).toContain("1 in Luminous and 5 in the file");

    const audited = await folder.call(["audit", "import.yaml", "--verify", "all"]);
    expect(audited).toMatchObject({ exitCode: 0 });
    const story = await folder.call(["explain", "import.yaml", "O-1"]);
    expect(story.stdout).toMatch(/what Luminous had already was not sent[\s\S]*update of id \d+ sent: accepted/);

    await folder.write("orders.csv", secondNight.replace("O-2,shipped,,,P1,5", "O-2,shipped,,,P1,1"));
    expect(ordersOf(await folder.report(["run", "import.yaml"]))[1]).toEqual(["O-2", "accepted", "updated"]);
    const { started } = sandbox.counts();
    const last = await folder.report(["run", "import.yaml"]);
    expect(last.exitCode).toBe(0);
    expect(sandbox.counts().started - started).toBe(1); // the first question
  });

  it("of statuses alone moves orders that are there, and makes none", async () => {
    await using sandbox = await startSandbox();
    await using folder = await project(sandbox, {
      "moves.yaml": jobText({ moves: { file: "moves.csv", mapping: "./moves-mapping.yaml" } }, update),
      "moves-mapping.yaml": lines(
        "version: 1",
        "resource: sales_orders",
        "fields: { channel_id: { value: 1 }, order_number: Order, order_status: Status }",
      ),
      "moves.csv": lines("Order,Status", "O-1,shipped", "O-9,shipped"),
    });
    await folder.report(["run", "import.yaml"]);
    const forecast = await folder.call(["check", "moves.yaml", "--account", "--json"]);
    expect(JSON.parse(forecast.stdout)).toMatchObject({
      forecast: { phases: [{ updated: 1, refused: 1, created: 0 }] },
    });

    const moves = await folder.report(["run", "moves.yaml"]);
    expect(moves.rows.map(({ key, outcome, action, path }) => [key, outcome, action, path])).toEqual([
      ["O-1", "accepted", "updated", ""],
      ["O-9", "invalid", "", "order_date"],
    ]);
    expect(sandbox.records("sales_orders", "O-1")[0]?.received.at(-1)).toEqual({ order_status: "shipped" });
    expect(sandbox.counts().created.sales_orders).toBe(3);
  });

  it("is settled right after a kill -9 in the middle of a PATCH", async () => {
    await using sandbox = await startSandbox({ faults: { "hang-after": 1 } });
    sandbox.seed("products", "P1", { name: "Product 1", sku: "P1", category: { name: "Tools" } });
    for (const [key, status] of [
      ["O-1", "on_hold"],
      ["O-2", "on_hold"],
      ["O-3", "completed"],
    ] as const) {
      const address = { name: "Ada" };
      const items = [{ sku: "P1", quantity: 1, unit_price: 2 }];
      const rest = { order_date: "2024-01-31", order_status: status, bill_to: address, ship_to: address, items };
      sandbox.seed("sales_orders", key, { channel_id: 1, order_number: key, ...rest });
    }
    await using folder = await project(sandbox, {
      "import.yaml": jobText({ orders: inputs.orders }, update, "requests_per_second: 1000, read_lag_seconds: 0"),
      "orders.csv": lines(heading, "O-1,shipped,,,P1,1", "O-2,on_hold,,,P1,1", "O-3,completed,,,P1,1"),
    });
    const killed = folder.start(["run", "import.yaml"]);
    const isMoved = () => sandbox.records("sales_orders", "O-1")[0]?.content.order_status === "shipped";
    while (!isMoved()) await new Promise((resolve) => setTimeout(resolve, 5));
    killed.child.kill("SIGKILL");
    await killed.ended;

    const next = await folder.report(["run", "import.yaml"]);
    expect(next.exitCode).toBe(0);
    expect(ordersOf(next).map(([, outcome]) => outcome)).toEqual(["unchanged", "unchanged", "unchanged"]);
    expect(sandbox.counts().requests["PATCH /sales-orders/{id}"]).toBe(1);
    expect((await folder.call(["audit", "import.yaml"])).exitCode).toBe(0);
  });
});
