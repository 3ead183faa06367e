// The built program: a run that leaves failures, the same failures fixed, and what is said on the way.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startSandbox } from "../../src/sandbox/server.ts";
import { jobText, lines, openProject, productsCsv, writesOf } from "./program.ts";

const products = { products: { file: "products.csv", mapping: "products" } };
const bad = lines("sku,name,category,price", "A,Alpha,Tools,1", "B,Beta,Tools,x");

async function fix(folder: string, name: string, change: (text: string) => string): Promise<void> {
  const file = join(folder, "failures", name);
  await writeFile(file, change(await readFile(file, "utf8")));
}

describe.concurrent("retry", () => {
  it("is the next step that a run names, and ends with nothing to do", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, { "import.yaml": jobText(products), "products.csv": bad });
    const run = await project.call(["run", "import.yaml", "--limit", "5", "--state=state", "--only", "products"]);
    expect(run.exitCode).toBe(3);
    const next = "luminous-import retry import.yaml --state=state";
    expect(run.stdout.replace(/\s+/g, " ")).toContain(`Next: fix failures/products.csv and run: ${next}`);
    const folder = /Files in (\S+)/.exec(run.stdout)?.[1] ?? "";
    await fix(join(project.folder, folder), "products.csv", (text) => text.replace("Tools,x", "Tools,2"));
    const retried = await project.call(["retry", "import.yaml", "--state=state"]);
    expect([retried.exitCode, retried.stderr]).toEqual([0, expect.stringContaining("")]);
    expect(retried.stdout).toMatch(/^retry finished in .*: 1 row, 1 entry$/m);
    expect(retried.stdout).toContain("Next: nothing is left to do.");
    const status = await project.call(["status", "import.yaml", "--state=state"]);
    expect(status.stdout).toContain("retry finished in");

    const nothing = await project.call(["retry", "import.yaml", "--state=state"]);
    expect([nothing.exitCode, nothing.stdout]).toEqual([
      0,
      expect.stringMatching(/^Nothing to retry: nothing that failed is still open/),
    ]);
    const json = await project.call(["retry", "import.yaml", "--state=state", "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({ version: 1, nothing_to_retry: true });

    const before = writesOf(sandbox);
    const plain = await project.call(["run", "import.yaml", "--state=state"]);
    expect([plain.exitCode, writesOf(sandbox) - before]).toEqual([0, 0]);
    expect(plain.stdout).toContain("accepted by retry of run");
  });

  it("takes what failed in earlier runs, which status and every closing count", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, { "import.yaml": jobText(products), "products.csv": bad });
    const monday = await project.report(["run", "import.yaml"]);
    await writeFile(
      join(project.folder, "products.csv"),
      lines("sku,name,category,price", "C,Gamma,Tools,1", "D,Delta,Tools,y"),
    );
    const tuesday = await project.call(["run", "import.yaml"]);
    expect(tuesday.stdout).toContain("1 row from earlier runs still open: luminous-import retry import.yaml");
    await writeFile(join(project.folder, "products.csv"), lines("sku,name,category,price", "E,Eps,Tools,1"));
    const wednesday = await project.call(["run", "import.yaml"]);
    expect([wednesday.exitCode, wednesday.stdout]).toEqual([
      0,
      expect.stringContaining("2 rows from earlier runs still open: luminous-import retry import.yaml"),
    ]);
    expect(wednesday.stdout.replace(/\s+/g, " ")).toContain(
      "Next: fix the failures files of the earlier runs and run: luminous-import retry import.yaml",
    );
    expect((await project.call(["status", "import.yaml"])).stdout).toContain("2 rows from earlier runs still open");
    await fix(monday.summary.results.folder, "products.csv", (text) => text.replace("Tools,x", "Tools,2"));
    const retried = await project.report(["retry", "import.yaml"]);
    expect(retried.rows.map(({ key, outcome }) => `${key} ${outcome}`)).toEqual(["B accepted", "D invalid"]);
    expect(retried.summary.open_failures).toEqual({ rows: 1, earlier_rows: 0 });
  });

  it("waits for a run that was killed; a retry that was killed is begun again", async () => {
    await using sandbox = await startSandbox({ latencyMs: 20, duplicates: "accept" });
    const count = 60;
    const job = jobText(
      products,
      "",
      "requests_per_second: 1000, concurrency: 4, timeout_seconds: 0.5, read_lag_seconds: 0",
    );
    await using project = await openProject(sandbox, { "import.yaml": job, "products.csv": productsCsv(count) });
    const early = await project.call(["retry", "import.yaml"]);
    expect([early.exitCode, early.stderr]).toEqual([
      2,
      expect.stringContaining("Start one: luminous-import run import.yaml"),
    ]);
    const kill = async (command: string, atLeast: number) => {
      const started = project.start([command, "import.yaml"]);
      while (sandbox.counts().created.products < atLeast) await new Promise((resolve) => setTimeout(resolve, 5));
      started.child.kill("SIGKILL");
      await started.ended;
    };
    await kill("run", 5);
    const refused = await project.call(["retry", "import.yaml"]);
    expect([refused.exitCode, refused.stderr]).toEqual([
      2,
      expect.stringContaining("was cut off, so what it did not make is not known yet"),
    ]);
    expect(refused.stderr).toContain("Run the same command again first: luminous-import run import.yaml");

    const good = await readFile(join(project.folder, "products.csv"), "utf8");
    await writeFile(join(project.folder, "products.csv"), good.replace(/,([\d.]+)$/gm, ",x$1"));
    const failed = await project.report(["run", "import.yaml"]);
    expect(failed.exitCode).toBe(3);
    const held = failed.rows.filter(({ outcome }) => outcome === "invalid").length;
    expect(held).toBe(count);
    const made = sandbox.counts().created.products;
    await fix(failed.summary.results.folder, "products.csv", (text) =>
      text.replace(/,x([\d.]+),invalid/gm, ",$1,invalid"),
    );
    await kill("retry", made + 5);
    const retried = await project.report(["retry", "import.yaml"]);
    expect([retried.exitCode, retried.rows.length]).toEqual([0, held]);
    expect(sandbox.counts()).toMatchObject({ created: { products: count }, duplicates: { products: 0 }, defects: 0 });
    // The rows as they were are known to be made good, and so are the good ones.
    expect((await project.report(["run", "import.yaml"])).exitCode).toBe(0);
    await writeFile(join(project.folder, "products.csv"), good);
    expect((await project.report(["run", "import.yaml"])).exitCode).toBe(0);
  });

  it("takes joined and grouped files of the shipped mappings, and references that were made meanwhile", async () => {
    await using sandbox = await startSandbox();
    const orders = (price: string) =>
      JSON.stringify({
        orders: [
          {
            number: "O1",
            date: "2024-01-31",
            status: "done",
            channel: "Default",
            customer: { name: "Ada" },
            items: [{ sku: "B", quantity: 1, price }],
          },
        ],
      });
    await using project = await openProject(sandbox, {
      "import.yaml": jobText({
        ...products,
        kits: { file: "kits.csv", mapping: "kits" },
        orders: { file: "orders.json", mapping: "orders" },
      }),
      "products.csv": bad,
      "kits.csv": lines("kit_sku,kit_name,component_sku,quantity", "K1,Kit,A,1", "K2,Kit,A,1", "K1,Kit,B,2"),
      "orders.json": orders("2.5"),
    });
    const run = await project.report(["run", "import.yaml"]);
    expect(Object.keys(run.failures).toSorted()).toEqual(["kits.csv", "orders.json", "products.csv"]);
    await fix(run.summary.results.folder, "products.csv", (text) => text.replace("Tools,x", "Tools,2"));
    const retried = await project.report(["retry", "import.yaml"]);
    expect(retried.exitCode).toBe(0);
    expect(retried.rows.map(({ key, outcome }) => `${key} ${outcome}`)).toEqual([
      "B accepted",
      "K1 accepted",
      "K1 accepted",
      "O1 accepted",
    ]);
    const before = writesOf(sandbox);
    const plain = await project.report(["run", "import.yaml"]);
    expect([plain.exitCode, writesOf(sandbox) - before]).toEqual([0, 0]);
  });
});
