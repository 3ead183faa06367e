// A run that is cut short in any way, and the same command afterwards: everything arrives, nothing arrives twice.
import { describe, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { jobText, openProject, outcomesOf, productsCsv, readReport } from "./program.ts";

const count = 60;
const job = jobText(
  { products: { file: "products.csv", mapping: "products" }, orders: { file: "orders.json", mapping: "orders" } },
  "",
  "requests_per_second: 1000, concurrency: 4, timeout_seconds: 0.5, read_lag_seconds: 0",
);
const orders = JSON.stringify({
  orders: Array.from({ length: count }, (_, index) => ({
    number: `O${index + 1}`,
    date: "2024-01-31",
    status: "done",
    channel: "Default",
    customer: { name: "Ada" },
    items: [{ sku: `P${index + 1}`, quantity: 1, price: 2.5 }],
  })),
});
const files = { "import.yaml": job, "products.csv": productsCsv(count), "orders.json": orders };

describe.concurrent("the same command again", () => {
  it("completes what Ctrl-C stopped; what was in flight is settled, not in doubt", async () => {
    await using sandbox = await startSandbox({ latencyMs: 30 });
    await using project = await openProject(sandbox, files);
    const first = project.start(["run", "import.yaml", "--json"]);
    await first.until(created(sandbox, 20));
    first.child.kill("SIGINT");
    const stopped = await readReport(await first.ended);
    expect(stopped.exitCode).toBe(4);
    expect(stopped.summary.stopped).toMatchObject({ code: "STOPPED" });
    expect(stopped.stderr).toContain("Stopping: requests under way may finish first");
    const outcomes = outcomesOf(stopped.rows);
    expect(Object.keys(outcomes).toSorted()).toEqual(["accepted", "pending"]);
    expect(outcomes.accepted).toBe(sandbox.counts().created.products);
    await expectComplete(project, sandbox);
  });

  it("completes what a second Ctrl-C cut", async () => {
    await using sandbox = await startSandbox({ latencyMs: 400 });
    await using project = await openProject(sandbox, {
      ...files,
      "import.yaml": job.replace("timeout_seconds: 0.5", "timeout_seconds: 5"),
      "products.csv": productsCsv(8),
      "orders.json": `{ "orders": [] }`,
    });
    const first = project.start(["run", "import.yaml", "--json"]);
    await first.until(created(sandbox, 4));
    first.child.kill("SIGINT");
    await first.until(() => first.stderr().includes("Stopping"));
    first.child.kill("SIGINT");
    const stopped = await readReport(await first.ended);
    expect(stopped.exitCode).toBe(4);
    expect(stopped.rows).toHaveLength(8);
    const again = await project.report(["run", "import.yaml"]);
    expect([again.exitCode, again.rows.length]).toEqual([0, 8]);
    expect(sandbox.counts()).toMatchObject({ created: { products: 8 }, duplicates: { products: 0 } });
  });

  it("completes what kill -9 ended, as often as it happens", async () => {
    await using sandbox = await startSandbox({ latencyMs: 15, duplicates: "accept" });
    await using project = await openProject(sandbox, files);
    for (const killAt of [5, 45, 80]) {
      const killed = project.start(["run", "import.yaml"]);
      await killed.until(created(sandbox, killAt));
      killed.child.kill("SIGKILL");
      expect((await killed.ended).exitCode).toBeUndefined();
    }
    await expectComplete(project, sandbox);
  });

  it("completes what an API with every kind of fault left open", async () => {
    await using sandbox = await startSandbox({
      duplicates: "accept",
      seed: 7,
      faults: {
        "error-after": 0.1,
        "reset-after": 0.1,
        "hang-after": 0.03,
        "error-before": 0.05,
        truncated: 0.05,
        "bad-gateway": 0.05,
      },
    });
    await using project = await openProject(sandbox, files);
    const run = await project.report(["run", "import.yaml"]);
    expect(run.rows).toHaveLength(2 * count);
    if (run.exitCode !== 0) await project.report(["run", "import.yaml"]);
    expect(sandbox.counts().faults["error-after"]).toBeGreaterThan(0);
    await expectComplete(project, sandbox);
  });
});

describe.concurrent("a list that ignores its filters", () => {
  it("is replaced by one pass over the export, and what exists is found all the same", async () => {
    await using sandbox = await startSandbox({ ignoreFilters: true });
    await using project = await openProject(sandbox, {
      ...files,
      // Records that the second job does not ask for: they show that the filter did nothing.
      "more.yaml": job.replace("products.csv", "more.csv").replace("orders.json", "more.json"),
      "more.csv": productsCsv(count).replaceAll("P", "M"),
      "more.json": orders.replaceAll('"O', '"N').replaceAll('"P', '"M'),
    });
    await project.report(["run", "more.yaml"]);
    await project.report(["run", "import.yaml"]);
    const fresh = await project.report(["run", "import.yaml", "--state", "fresh"]);
    expect(fresh.exitCode).toBe(0);
    expect(outcomesOf(fresh.rows)).toEqual({ unchanged: count, skipped: count });
    expect(sandbox.counts().requests["GET /products/export"]).toBeGreaterThan(0);
    expect(sandbox.counts().requests["GET /sales-orders/export"]).toBeGreaterThan(0);
    expect(fresh.stderr).toContain("everything is read once instead");
    expect(sandbox.counts()).toMatchObject({
      created: { products: 2 * count, sales_orders: 2 * count },
      duplicates: { products: 0, sales_orders: 0 },
      defects: 0,
    });
  });
});

async function expectComplete(project: Awaited<ReturnType<typeof openProject>>, sandbox: Sandbox): Promise<void> {
  const again = await project.report(["run", "import.yaml"]);
  expect(again.exitCode, again.stderr).toBe(0);
  expect(again.rows).toHaveLength(2 * count);
  expect(sandbox.counts()).toMatchObject({
    created: { products: count, sales_orders: count },
    duplicates: { products: 0, sales_orders: 0 },
    defects: 0,
  });
}

function created(sandbox: Sandbox, atLeast: number): () => boolean {
  return () => sandbox.counts().created.products + sandbox.counts().created.sales_orders >= atLeast;
}
