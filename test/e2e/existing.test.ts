// What Luminous has already, what refers to what, and what a job may ask of both.
import { describe, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { jobText, lines, openProject, outcomesOf, productsCsv, writesOf } from "./program.ts";

const products = { products: { file: "products.csv", mapping: "products" } };
const orders = { orders: { file: "orders.json", mapping: "orders" } };

describe.concurrent("products that exist", () => {
  it.each([
    { existing: "update", outcome: "accepted", code: "", exitCode: 0 },
    { existing: "skip", outcome: "skipped", code: "", exitCode: 0 },
    { existing: "fail", outcome: "invalid", code: "already_exists", exitCode: 3 },
  ])("are $outcome where the job says $existing", async ({ existing, outcome, code, exitCode }) => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, {
      "import.yaml": jobText(products, `existing: { products: ${existing} }`),
      "products.csv": productsCsv(2),
    });
    await put(sandbox, "/products", { name: "Old", sku: "P1", category: { name: "Old" }, retail_price: 99, upc: "1" });
    const run = await project.report(["run", "import.yaml"]);
    expect(run.exitCode).toBe(exitCode);
    expect(run.rows.map((row) => [row.key, row.outcome, row.code])).toEqual([
      ["P1", outcome, code],
      ["P2", "accepted", ""],
    ]);
    const [first] = sandbox.records("products", "P1");
    expect(first?.content).toMatchObject(
      existing === "update"
        ? { name: "Product 1", retail_price: 1.5, category: { name: "Tools" }, upc: "1" }
        : { name: "Old", retail_price: 99 },
    );
    expect(sandbox.counts()).toMatchObject({ records: { products: 2 }, duplicates: { products: 0 }, defects: 0 });
  });

  it("are updated by a file of some fields; one that would have to be created with them is invalid", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, {
      "import.yaml": jobText(products),
      "products.csv": lines("sku,price", "P1,7.25", "P2,8"),
    });
    await put(sandbox, "/products", { name: "Old", sku: "P1", category: { name: "Old" }, retail_price: 99 });
    const run = await project.report(["run", "import.yaml"]);
    expect(run.exitCode).toBe(3);
    expect(run.rows.map(({ key, outcome, action, path, code }) => [key, outcome, action, path, code])).toEqual([
      ["P1", "accepted", "updated", "", ""],
      ["P2", "invalid", "", "name", "missing_value"],
    ]);
    expect(sandbox.records("products").map(({ content }) => content)).toEqual([
      { name: "Old", sku: "P1", category: { name: "Old" }, retail_price: 7.25 },
    ]);
    expect(sandbox.records("products")[0]?.received[1]).toEqual({ sku: "P1", retail_price: 7.25 });
  });

  it("get fields that only an update takes; new ones are created without them and then updated", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, {
      "import.yaml": jobText(products),
      "products.csv": lines("sku,name,category,reorder_at", "P1,One,Tools,12", "P2,Two,Tools,"),
    });
    const run = await project.report(["run", "import.yaml"]);
    expect(run.exitCode).toBe(0);
    expect(run.rows.map(({ action }) => action)).toEqual(["created", "created"]);
    const [one] = sandbox.records("products", "P1");
    const [two] = sandbox.records("products", "P2");
    expect(one?.received).toHaveLength(2);
    expect(one?.received[0]).toEqual({ sku: "P1", name: "One", category: { name: "Tools" } });
    expect(one?.content).toMatchObject({ name: "One", qty_reorder_threshold: 12 });
    expect(two?.received).toHaveLength(1);
  });
});

describe.concurrent("orders", () => {
  it("that exist are skipped, or refused where the job says fail; changed content of an own one is refused", async () => {
    await using sandbox = await startSandbox();
    const files = { "products.csv": productsCsv(1), "orders.json": ordersJson(order("O1"), order("O2")) };
    await using project = await openProject(sandbox, {
      ...files,
      "import.yaml": jobText({ ...products, ...orders }),
      "strict.yaml": jobText({ ...products, ...orders }, "existing: { sales_orders: fail }"),
    });
    await project.report(["run", "import.yaml"]);
    const writes = writesOf(sandbox);
    const elsewhere = await project.report(["run", "import.yaml", "--state", "other"]);
    expect(elsewhere.exitCode).toBe(0);
    expect(outcomesOf(elsewhere.rows.filter(({ input }) => input === "orders"))).toEqual({ skipped: 2 });
    const failing = await project.report(["run", "strict.yaml", "--state", "third"]);
    expect(failing.rows.filter(({ input }) => input === "orders").map(({ code }) => code)).toEqual([
      "already_exists",
      "already_exists",
    ]);
    await project.write("orders.json", ordersJson(order("O1"), order("O2", { tax: 5 })));
    const changed = await project.report(["run", "import.yaml"]);
    expect(changed.rows.filter(({ input }) => input === "orders").map(({ outcome, code }) => [outcome, code])).toEqual([
      ["unchanged", ""],
      ["invalid", "order_immutable"],
    ]);
    expect(sandbox.counts().created.sales_orders).toBe(2);
    expect(writesOf(sandbox)).toBe(writes); // the product is as the file has it, also for folders that did not know it
  });

  it("into a channel that nobody knows, or with a SKU that nobody has, are blocked and name it", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, {
      "import.yaml": jobText({ ...products, ...orders }),
      "products.csv": productsCsv(1),
      "orders.json": ordersJson(
        order("GOOD"),
        order("LOST", { channel: "Webshop" }),
        order("BARE", {
          items: [
            { sku: "P1", quantity: 1, price: 1 },
            { sku: "GHOST", quantity: 1, price: 1 },
          ],
        }),
      ),
    });
    const run = await project.report(["run", "import.yaml"]);
    expect(run.exitCode).toBe(3);
    const [good, lost, bare] = run.rows.filter(({ input }) => input === "orders");
    expect(good).toMatchObject({ outcome: "accepted" });
    expect(lost).toMatchObject({ outcome: "blocked", path: "channel_id", column: "channel", value: "Webshop" });
    expect(lost?.message).toContain(`"Webshop"`);
    expect(bare).toMatchObject({ outcome: "blocked", path: "items[1].sku", value: "GHOST" });
    expect(bare?.message).toContain(`"GHOST"`);
    const { orders: kept } = JSON.parse(run.failures["orders.json"] ?? "") as { orders: { number: string }[] };
    expect(kept.map(({ number }) => number)).toEqual(["LOST", "BARE"]);
    expect(sandbox.counts()).toMatchObject({ created: { sales_orders: 1 }, defects: 0 });
  });

  it("go after their products, and are blocked by one that is invalid", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, {
      "import.yaml": jobText({ ...orders, ...products }),
      "products.csv": lines("sku,name,category,price", "P1,One,Tools,1", "P2,Two,Tools,free"),
      "orders.json": ordersJson(order("O1"), order("O2", { items: [{ sku: "P2", quantity: 1, price: 1 }] })),
    });
    const run = await project.report(["run", "import.yaml"]);
    const [first, second] = run.rows;
    expect(first).toMatchObject({ key: "O1", outcome: "accepted" });
    expect(second).toMatchObject({ key: "O2", outcome: "blocked", code: "reference_failed" });
    expect(second?.message).toContain("products.csv:3");
  });
});

describe.concurrent("rows that the mapping leaves out", () => {
  it("are excluded, have a line each, and count as done", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, {
      "import.yaml": jobText({ products: { file: "products.csv", mapping: "./mapping.yaml" } }),
      "mapping.yaml": lines(
        "version: 1",
        "resource: products",
        `where: 'row["category"] != "Old"'`,
        "fields: { sku: sku, name: name, category.name: category }",
      ),
      "products.csv": lines("sku,name,category", "A,Alpha,Tools", "B,Beta,Old", "C,Gamma,Tools"),
    });
    const run = await project.report(["run", "import.yaml"]);
    expect(run.exitCode).toBe(0);
    expect(run.rows.map(({ line, outcome, key }) => [line, outcome, key])).toEqual([
      ["2", "accepted", "A"],
      ["3", "excluded", ""],
      ["4", "accepted", "C"],
    ]);
    expect(run.failures).toEqual({});
  });
});

interface OrderParts {
  readonly channel?: string;
  readonly tax?: number;
  readonly items?: readonly object[];
}

function order(number: string, parts: OrderParts = {}): object {
  const items = [{ sku: "P1", quantity: 1, price: 2 }];
  return { number, date: "2024-01-31", status: "done", channel: "Default", customer: { name: "Ada" }, items, ...parts };
}

function ordersJson(...all: readonly object[]): string {
  return JSON.stringify({ orders: all }, null, 1);
}

/** Somebody else's write, before the run. */
async function put(sandbox: Sandbox, path: string, body: object): Promise<void> {
  const headers = { authorization: "Bearer sandbox", "content-type": "application/json" };
  const { status } = await fetch(`${sandbox.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  expect(status).toBe(201);
}
