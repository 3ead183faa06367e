// `audit` and `state purge` as a user calls them.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startSandbox } from "../../src/sandbox/server.ts";
import { jobText, lines, openProject, productsCsv, repository, writesOf } from "./program.ts";
import { exportPath, missingExports } from "./real-exports.ts";

const job = jobText({ products: { file: "products.csv", mapping: "products" } });

describe.concurrent("audit", () => {
  it("proves a run, without a token and without a request; exit 0", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, { "import.yaml": job, "products.csv": productsCsv(5) });
    const { summary } = await project.report(["run", "import.yaml"]);
    const before = sandbox.counts().started;
    const { exitCode, stdout } = await project.call(["audit", "import.yaml"], { env: { LUMINOUS_API_KEY: "" } });
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`audit of run ${summary.run_id}`);
    expect(stdout).toContain("rows 5 = result lines 5");
    expect(stdout).toContain("Every law holds.");
    expect(sandbox.counts().started).toBe(before);
  });

  it("names what somebody changed in the results; exit 3, the same as JSON", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, { "import.yaml": job, "products.csv": productsCsv(3) });
    const { summary } = await project.report(["run", "import.yaml"]);
    const path = join(summary.results.folder, "results.csv");
    await writeFile(path, (await readFile(path, "utf8")).replace("P2,accepted", "P2,rejected"));
    const text = await project.call(["audit", "import.yaml"]);
    expect(text.exitCode).toBe(3);
    expect(text.stdout).toContain('products.csv:3 has outcome "rejected", the ledger "accepted"');
    expect(text.stdout).toMatch(/1 of \d+ laws is broken/);
    const json = await project.call(["audit", "import.yaml", "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({ exitCode: 3, runId: summary.run_id, laws: expect.any(Array) });
  });

  it("holds for a run with every kind of row, and for one that was killed and continued", async () => {
    await using sandbox = await startSandbox({ faults: { "error-after": 0.3 }, seed: 7, duplicates: "accept" });
    await using project = await openProject(sandbox, {
      "import.yaml": jobText(
        { products: { file: "products.csv", mapping: "products" }, kits: { file: "kits.csv", mapping: "kits" } },
        "",
        "requests_per_second: 1000, timeout_seconds: 0.5, concurrency: 8, read_lag_seconds: 0",
      ),
      "products.csv": `${productsCsv(30)}P1,Again,Tools,1\nP90,Ragged\n`,
      "kits.csv": lines("kit_sku,kit_name,component_sku,quantity", "K1,Kit,P2,1", "K2,Kit,NONE,1", "K1,Kit,P3,2"),
    });
    const killed = project.start(["run", "import.yaml"]);
    while (sandbox.counts().created.products < 5 && killed.child.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 5));
    killed.child.kill("SIGKILL");
    await killed.ended;
    const none = await project.call(["audit", "import.yaml"]);
    expect([none.exitCode, none.stderr]).toEqual([2, expect.stringContaining("no run of import.yaml has ended yet")]);
    for (let turn = 0; turn < 2; turn += 1) {
      await project.call(["run", "import.yaml"]);
      const { exitCode, stdout } = await project.call(["audit", "import.yaml", "--verify", "all"]);
      expect([exitCode, stdout]).toEqual([0, expect.stringContaining("differences 0")]);
    }
    expect(sandbox.counts().duplicates.products).toBe(0);
  });

  it.skipIf(missingExports !== undefined)(
    "holds for real exports with joins, look-ups and damaged rows, and Luminous has every field as it was sent",
    async () => {
      await using sandbox = await startSandbox();
      const path = (name: string) => JSON.stringify(exportPath(`northwind-${name}.csv`));
      const mapping = (name: string) => JSON.stringify(join(repository, "mappings", `northwind-${name}.yaml`));
      await using project = await openProject(sandbox, {
        "import.yaml": `version: 1
limits: { requests_per_second: 2000, concurrency: 8, read_lag_seconds: 0 }
inputs:
  - { name: orders, file: ${path("orders")}, join: { details: ${path("order-details")}, customers: ${path("customers")} }, mapping: ${mapping("orders")} }
  - { name: products, file: ${path("products")}, join: { categories: ${path("categories")}, suppliers: ${path("suppliers")} }, mapping: ${mapping("products")} }
`,
      });
      await project.report(["run", "import.yaml"]);
      const { exitCode, stdout } = await project.call(["audit", "import.yaml", "--verify", "all"]);
      expect([exitCode, stdout]).toEqual([0, expect.stringContaining("differences 0")]);
      expect(stdout).toContain("rows 3,062 = result lines 3,062");
    },
  );

  it("--verify knows the ids behind labels also after a run that had nothing to ask", async () => {
    await using sandbox = await startSandbox();
    const order = { number: "O-1", date: "2024-03-02", status: "sent", channel: "Default", customer: { name: "Ida" } };
    await using project = await openProject(sandbox, {
      "import.yaml": jobText({
        products: { file: "products.csv", mapping: "products" },
        orders: { file: "orders.json", mapping: "orders" },
      }),
      "products.csv": productsCsv(1),
      "orders.json": JSON.stringify({ orders: [{ ...order, items: [{ sku: "P1", quantity: 1, price: 2 }] }] }),
    });
    for (let runs = 0; runs < 2; runs++) expect((await project.report(["run", "import.yaml"])).exitCode).toBe(0);
    const { exitCode, stdout, stderr } = await project.call(["audit", "import.yaml", "--verify", "all"]);
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toContain("compared 2,");
  });

  it("--verify names the field that Luminous has otherwise; exit 3, and nothing is written", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, { "import.yaml": job, "products.csv": productsCsv(3) });
    await project.report(["run", "import.yaml"]);
    const headers = { authorization: "Bearer sandbox", "content-type": "application/json" };
    await fetch(`${sandbox.url}/products/${sandbox.records("products", "P2")[0]?.id}`, {
      method: "POST",
      headers,
      body: JSON.stringify({ sku: "P2", retail_price: 12 }),
    });
    const before = writesOf(sandbox);
    const { exitCode, stdout } = await project.call(["audit", "import.yaml", "--verify", "3"]);
    expect((await project.call(["audit", "import.yaml", "--verify"])).stdout).toBe(stdout);
    expect(exitCode).toBe(3);
    expect(stdout).toContain("products P2: retail_price sent 2.5, Luminous has 12");
    expect(writesOf(sandbox)).toBe(before);
    const wrong = await project.call(["audit", "import.yaml", "--verify", "3"], { env: { LUMINOUS_API_KEY: "nope" } });
    expect(wrong.exitCode).toBe(5);
    const usage = await project.call(["audit", "import.yaml", "--verify", "some"]);
    expect([usage.exitCode, usage.stderr]).toEqual([2, expect.stringContaining("or all")]);
  });
});

describe.concurrent("state purge", () => {
  it("removes old runs, ledger and folders, by job or by folder; what was accepted is still not sent again", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, { "import.yaml": job, "products.csv": productsCsv(3) });
    for (let turn = 0; turn < 3; turn += 1) await project.report(["run", "import.yaml"]);
    const runs = join(project.folder, ".luminous-import/runs");
    const before = (await readdir(runs)).sort();
    expect((await project.call(["state", "purge", "--before", "2000-01-01"])).stdout).toContain("removed 0 runs");
    const planned = await project.call(["state", "purge", "import.yaml", "--before", "2999-01-01", "--dry-run"]);
    expect(planned.stdout).toContain("would remove 2 runs with 6 entries and 6 rows");
    expect((await readdir(runs)).sort()).toEqual(before);
    const done = await project.call(["state", "purge", "--before", "2999-01-01"]);
    expect([done.exitCode, done.stdout]).toEqual([
      0,
      expect.stringContaining("removed 2 runs with 6 entries and 6 rows"),
    ]);
    expect(done.stdout).toMatch(/MB in their folders came free/);
    expect(await readdir(runs)).toEqual(before.slice(-1));
    const writes = writesOf(sandbox);
    expect((await project.report(["run", "import.yaml"])).exitCode).toBe(0);
    expect(writesOf(sandbox)).toBe(writes);
    expect((await project.call(["audit", "import.yaml"])).exitCode).toBe(0);
  });

  it("says what it needs", async () => {
    await using project = await openProject(undefined, { "import.yaml": job });
    for (const [args, says] of [
      [["state", "purge"], "--before"],
      [["state", "purge", "--before", "31.01.2026"], "YYYY-MM-DD"],
      [["state", "purge", "--before", "2026-02-30"], "YYYY-MM-DD"],
      [["state", "purge", "--before", "2026-01-31"], "is not a state folder"],
    ] as const) {
      const { exitCode, stderr } = await project.call(args);
      expect([exitCode, stderr]).toEqual([2, expect.stringContaining(says)]);
    }
  });
});
