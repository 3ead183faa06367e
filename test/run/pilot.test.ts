// A pilot (`--limit`) of a whole job, over HTTP: what it sends, what it says afterwards, and that the next one goes on.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { terminalSummary } from "../../src/report/terminal-summary.ts";
import { retry } from "../../src/run/retry.ts";
import type { RunResult } from "../../src/run/run-options.ts";
import { fatesIn, orderFields, ordersJob, sandboxJob } from "./sandbox-job.ts";

const items = `children:
  items: { each: { from: SKU, split: "|" }, fields: { sku: item, quantity: { value: 1 }, unit_price: { value: 2 } } }
`;
const input = "- { name: orders, file: o.csv, mapping: m.yaml }\n";
const files = {
  ...ordersJob(input),
  "goods.tsv": "SKU\nA\nB\nC\nD\n",
  "m.yaml": `version: 1\nresource: sales_orders\n${orderFields}${items}`,
  "o.csv": "Order,Customer,SKU\n1,Pat,C|A\n2,Ann,C\n3,Joe,B\n4,Sue,A\n",
};
const closing = ({ summary }: RunResult) =>
  terminalSummary(summary, { width: 300, again: "run --limit", rest: "run", retry: "retry" });

describe("a pilot", () => {
  it("sends the first orders with their products and channels, says so, and the same command goes on with the next", async () => {
    await using job = await sandboxJob(files);
    const pilot = await job.run({}, { limit: 2 });
    expect(pilot.exitCode).toBe(4);
    expect(await fatesIn(pilot)).toEqual([
      "o.csv:2 accepted created 1",
      "o.csv:3 accepted created 2",
      "o.csv:4 pending 3",
      "o.csv:5 pending 4",
    ]);
    expect(job.sandbox.counts().created).toMatchObject({ sales_orders: 2, products: 2, channels: 1 });
    expect(pilot.summary.pilot).toEqual({
      limit: 2,
      phases: [
        { phase: "products", taken: "needed", entries: 2, outcomes: { accepted: 2 } },
        { phase: "channels", taken: "needed", entries: 1, outcomes: { accepted: 1 } },
        { phase: "sales_orders", taken: "first", entries: 2, outcomes: { accepted: 2 } },
      ],
    });
    expect(closing(pilot)).toContain("\nPilot: 2 orders with their 2 products and 1 channel.\n");
    expect(closing(pilot)).toMatch(/Next: the pilot went through\. To send the rest: run$/);

    const second = await job.run({}, { limit: 1 });
    expect(await fatesIn(second)).toEqual([
      "o.csv:2 unchanged 1",
      "o.csv:3 unchanged 2",
      "o.csv:4 accepted created 3",
      "o.csv:5 pending 4",
    ]);
    expect(closing(second)).toContain("Pilot: 1 order with its 1 product.");
    const rest = await job.run();
    expect([rest.exitCode, rest.summary.pilot]).toEqual([0, null]);
    expect(job.sandbox.counts()).toMatchObject({ created: { sales_orders: 4, products: 4, channels: 2 }, defects: 0 });
  });

  it("goes on to orders that were not tried yet, when the first ones lack a product that nobody has", async () => {
    await using job = await sandboxJob({
      ...files,
      "o.csv": "Order,Customer,SKU\n1,Pat,GONE\n2,Ann,GONE\n3,Joe,B\n4,Sue,A\n",
    });
    const first = await job.run({}, { limit: 2 });
    expect(await fatesIn(first)).toEqual([
      "o.csv:2 blocked 1 missing_reference",
      "o.csv:3 blocked 2 missing_reference",
      "o.csv:4 pending 3",
      "o.csv:5 pending 4",
    ]);
    const second = await job.run({}, { limit: 2 });
    expect((await fatesIn(second)).slice(2)).toEqual(["o.csv:4 accepted created 3", "o.csv:5 accepted created 4"]);
  });

  it("blocks an order whose product is invalid beside its number, and sends as many others", async () => {
    await using job = await sandboxJob(files);
    const goods =
      "version: 1\nresource: products\nfields: { sku: SKU, name: SKU, category.name: { value: Cups }, retail_price: Price }\n";
    const pilot = await job.run({ "goods.yaml": goods, "goods.tsv": "SKU\tPrice\nA\t1\nB\t2\nC\tx\n" }, { limit: 1 });
    expect(await fatesIn(pilot)).toEqual([
      "o.csv:2 blocked 1 reference_failed",
      "o.csv:3 blocked 2 reference_failed",
      "o.csv:4 accepted created 3",
      "o.csv:5 pending 4",
    ]);
    expect(closing(pilot)).toMatch(
      /Next: the pilot went through\. To send the rest, except what .* lists, which needs a fix first: run$/,
    );
  });

  it("of which nothing was accepted says what to fix, and never to send the rest", async () => {
    await using job = await sandboxJob(files);
    const goods = "version: 1\nresource: products\nfields: { sku: SKU, name: SKU, retail_price: { value: 1 } }\n";
    const pilot = await job.run({ "goods.yaml": goods }, { limit: 1 });
    expect(pilot.summary.outcomes).toMatchObject({ accepted: { entries: 1 }, invalid: { entries: 2 } });
    expect((await fatesIn(pilot))[0]).toBe("o.csv:2 blocked 1 reference_failed");
    expect(closing(pilot)).toMatch(/Next: fix failures\/goods\.tsv.* and failures\/orders\.csv and run: retry$/);
    expect(closing(pilot)).not.toContain("rest");
  });

  it("of a retry is whole too", async () => {
    await using job = await sandboxJob(files);
    const goods = "version: 1\nresource: products\nfields: { sku: SKU, name: SKU, retail_price: { value: 1 } }\n";
    expect((await job.run({ "goods.yaml": goods })).summary.outcomes.blocked.entries).toBe(4);
    await writeFile(join(job.folder.path, "goods.yaml"), String(ordersJob(input)["goods.yaml"]));
    const account = { baseUrl: job.sandbox.url, baseUrlFrom: "the test", token: "sandbox" };
    const { result } = await retry(await job.folder.loadJob(), { account, limit: 1 });
    expect(result?.summary.pilot?.phases.map(({ phase, entries, outcomes }) => [phase, entries, outcomes])).toEqual([
      ["products", 2, { accepted: 2 }],
      ["sales_orders", 1, { accepted: 1 }],
    ]);
    expect(job.sandbox.counts().created).toMatchObject({ sales_orders: 1, products: 2 });
  });

  it("of what Luminous has already does not pretend to have shown anything", async () => {
    await using job = await sandboxJob({
      ...files,
      ...ordersJob(input, "existing: { products: skip }\n"),
      "goods.tsv": files["goods.tsv"],
    });
    for (const sku of ["A", "B"]) job.sandbox.seed("products", sku, { name: sku, sku, category: { name: "Cups" } });
    const pilot = await job.run({}, { limit: 2, only: "goods" });
    expect(pilot.summary.outcomes).toMatchObject({ skipped: { entries: 2 }, pending: { entries: 2 } });
    expect(closing(pilot)).toMatch(
      /Next: Luminous had all of the pilot already, so nothing was tried\. Name a larger number/,
    );
  });
});
