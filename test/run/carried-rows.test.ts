// What earlier passes left open goes along in a later one: under its original file and line, with today's mapping, once.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { RunResult } from "../../src/run/run.ts";
import { type PassJob, passJob } from "./pass-job.ts";
import { fatesIn, orderFields } from "./sandbox-job.ts";

const files = (group = "{ by: Order }") => ({
  "import.yaml": `version: 1
limits: { requests_per_second: 1000, read_lag_seconds: 0, attempts: 1 }
inputs:
  - { name: products, file: x.csv, mapping: products.yaml }
  - { name: shops, file: x.csv, mapping: shops.yaml }
  - { name: orders, file: x.csv, mapping: orders.yaml }
`,
  "products.yaml":
    "version: 1\nresource: products\nfields: { sku: SKU, name: SKU, category.name: { value: Cups }, retail_price: { value: 1 } }\n",
  "shops.yaml":
    "version: 1\nresource: channels\nfields: { channelType: { value: sales_channel }, label: Label, warehouseGroupId: { value: 1 } }\n",
  "orders.yaml": `version: 1
resource: sales_orders
group: ${group}
${orderFields}children:
  items: { each: rows, fields: { sku: SKU, quantity: Qty, unit_price: Price } }
`,
});
const shops = { "shops.csv": "Label\nWeb\n" };
const orders = (...lines: readonly string[]) => `${["Order,Customer,SKU,Qty,Price", ...lines].join("\n")}\n`;
const skus = (...lines: readonly string[]) => `${["SKU", ...lines].join("\n")}\n`;

/** `A2: A×3 B×1` of every order that the account holds. */
function held({ sandbox }: PassJob): readonly string[] {
  return sandbox.records("sales_orders").map(({ key, received }) => {
    const items = received[0]?.items as readonly { readonly sku: string; readonly quantity: number }[];
    return `${key}: ${items.map(({ sku, quantity }) => `${sku}×${quantity}`).join(" ")}`;
  });
}

async function ordersIn(result: RunResult | undefined): Promise<readonly string[]> {
  if (result === undefined) return [];
  const fates = await fatesIn(result);
  return fates.filter((fate) => fate.startsWith("o"));
}

describe("an order whose product comes in a later file", () => {
  it("waits, and goes by itself in the pass that brings the product, under its own file and line", async () => {
    await using job = await passJob(files());
    const first = await job.pass({
      products: { "p.csv": skus("A") },
      shops,
      orders: { "o-1.csv": orders("1,Pat,A,1,2.00", "2,Sam,A,1,2.00", "2,Sam,B,3,2.00", "3,Kim,A,1,2.00") },
    });
    expect(first?.exitCode).toBe(3);
    const second = await job.pass({ orders: { "o-2.csv": orders("4,Lee,A,1,2.00") } });
    expect(await ordersIn(second)).toEqual(
      [
        "o-1.csv:3 blocked 2 reference_failed",
        "o-1.csv:4 blocked 2 missing_reference",
        "o-2.csv:2 accepted created 4",
      ].map((line) => expect.stringMatching(line.replace(/ \w+_\w+$/, ""))),
    );
    expect(second?.exitCode).toBe(3);
    expect(await job.breaches()).toEqual([]);
    const third = await job.pass({ products: { "p.csv": skus("B") } });
    expect(await ordersIn(third)).toEqual(["o-1.csv:3 accepted created 2", "o-1.csv:4 accepted created 2"]);
    expect(third?.exitCode).toBe(0);
    expect(third?.summary.open_failures).toEqual({ rows: 0, earlier_rows: 0 });
    expect(third?.summary.files).toMatchObject([
      { input: "products", carried_from: null },
      { file: "o-1.csv", input: "orders", kind: "input", rows: 2, carried_from: first?.summary.run_id },
    ]);
    expect(held(job)).toEqual(["1: A×1", "3: A×1", "4: A×1", "2: A×1 B×3"]);
    expect(await job.breaches()).toEqual([]);
    expect(await job.pass({})).toBeUndefined();
    const results = await readFile(join(third?.folder ?? "", "results.csv"), "utf8");
    expect(results).toContain("orders,o-1.csv,3,2,sales_orders,2,accepted");
    const [one, two] = await job.ledger((ledger, { file }) => ledger.failures.madeGoodLater(file.path));
    expect([one, two]).toEqual([
      { run: 1, runId: third?.summary.run_id, rows: 2 },
      { run: 2, runId: third?.summary.run_id, rows: 2 },
    ]);
  });
});
