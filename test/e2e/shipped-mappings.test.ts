// The shipped mappings on the readable fixtures: what a user of each platform would find in Luminous afterwards.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import type { JsonObject } from "../../src/model/json.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import type { SandboxOptions } from "../../src/sandbox/world/options.ts";
import { openProject, outcomesOf, repository } from "./program.ts";

const fixtures = join(repository, "fixtures");
const rehearsed: readonly Rehearsed[] = [
  { name: "shopify-products", outcomes: { accepted: 6 }, exitCode: 0 },
  { name: "shopify-products-json", outcomes: { accepted: 3 }, exitCode: 0 },
  { name: "bigcommerce-v3-products", outcomes: { accepted: 7 }, exitCode: 0 },
  { name: "etsy-listings", outcomes: { accepted: 3 }, exitCode: 0 },
  { name: "square-catalogue", outcomes: { accepted: 4 }, exitCode: 0 },
  { name: "lightspeed-products", outcomes: { accepted: 5 }, exitCode: 0 },
  { name: "squarespace-products", outcomes: { accepted: 3, excluded: 1 }, exitCode: 0 },
  { name: "prestashop-products", outcomes: { accepted: 3 }, exitCode: 0 },
  { name: "odoo-products", outcomes: { accepted: 3, excluded: 2 }, exitCode: 0 },
  { name: "magento-products", outcomes: { accepted: 11, excluded: 1 }, exitCode: 0 },
  { name: "bigcommerce-products", outcomes: { accepted: 14 }, exitCode: 0 },
  { name: "shopify-orders", outcomes: { accepted: 16, invalid: 2 }, exitCode: 3 },
  { name: "woocommerce-products", outcomes: { accepted: 11 }, exitCode: 0 },
  { name: "products", outcomes: { accepted: 5 }, exitCode: 0 },
  { name: "kits", outcomes: { accepted: 7, blocked: 2 }, exitCode: 3 },
  { name: "orders", outcomes: { accepted: 6 }, exitCode: 0 },
  { name: "northwind", outcomes: { accepted: 9, invalid: 3 }, exitCode: 3 },
  { name: "amazon-orders", outcomes: { accepted: 6, excluded: 5, invalid: 1 }, exitCode: 3 },
  { name: "woocommerce-orders", outcomes: { accepted: 5, invalid: 1 }, exitCode: 3 },
  { name: "shopify-orders-json", outcomes: { accepted: 6, excluded: 1, invalid: 1 }, exitCode: 3 },
  { name: "ebay-orders", outcomes: { accepted: 6, excluded: 2, invalid: 1 }, exitCode: 3 },
  { name: "squarespace-orders", outcomes: { accepted: 5, invalid: 1 }, exitCode: 3 },
  { name: "etsy-orders", outcomes: { accepted: 5, invalid: 2 }, exitCode: 3 },
  { name: "square-items", outcomes: { accepted: 5, excluded: 1, invalid: 1 }, exitCode: 3 },
  { name: "quickbooks-items", outcomes: { accepted: 7, excluded: 9 }, exitCode: 0 },
  { name: "unified-importer", outcomes: { accepted: 7, excluded: 3, invalid: 2 }, exitCode: 3 },
  { name: "sales-ledger", outcomes: { accepted: 7, excluded: 2, invalid: 2, blocked: 2 }, exitCode: 3 },
  {
    name: "b2b-orders",
    account: { companies: ["Holm & Co, ApS", "Larsen Supply", "Nordisk", "Nordisk"] },
    outcomes: { accepted: 7, blocked: 2, invalid: 3 },
    exitCode: 3,
  },
];

it("has a fixture for every mapping that is shipped", async () => {
  const jobs = await Promise.all(rehearsed.map(({ name }) => readFile(join(fixtures, name, "import.yaml"), "utf8")));
  for (const mapping of await readdir(join(repository, "mappings"))) {
    expect(
      jobs.some((job) => job.includes(`mapping: ../../mappings/${mapping}\n`)),
      mapping,
    ).toBe(true);
  }
});

test.concurrent.each(rehearsed)(
  "stores exactly the payloads of fixtures/$name/expected.json",
  async ({ name, account, outcomes, exitCode, warnings = [] }) => {
    await using sandbox = await startSandbox(account);
    await using project = await openProject(sandbox);
    const run = await project.report(["run", join(fixtures, name, "import.yaml"), "--state", "state"]);
    expect(run.exitCode).toBe(exitCode);
    expect(outcomesOf(run.rows)).toEqual(outcomes);
    expect(run.summary.warnings).toEqual(warnings.map((part) => expect.stringContaining(part)));
    expect(stored(sandbox)).toEqual(JSON.parse(await readFile(join(fixtures, name, "expected.json"), "utf8")));
    expect(sandbox.counts()).toMatchObject({ defects: 0, duplicates: { products: 0, sales_orders: 0 } });
  },
);

describe.concurrent("products.yaml", () => {
  it("takes a file of prices alone for products that exist, and refuses what it would have to create", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox);
    const job = join(fixtures, "products/import.yaml");
    await project.report(["run", job, "--state", "state"]);
    const before = stored(sandbox).products;
    const prices = ["--input", `products=${join(fixtures, "products/prices.csv")}`];
    const run = await project.report(["run", job, "--state", "state", ...prices]);

    expect(run.exitCode).toBe(3);
    expect(run.rows.map(({ key, outcome, action, code, path }) => [key, outcome, action, code, path])).toEqual([
      ["000123", "accepted", "updated", "", ""],
      ["NAIL-40", "accepted", "updated", "", ""],
      ["GHOST", "invalid", "", "missing_value", "name"],
    ]);
    expect(stored(sandbox).products).toEqual({
      ...before,
      "000123": { ...before["000123"], retail_price: 36.9 },
      "NAIL-40": { ...before["NAIL-40"], retail_price: 0.06 },
    });
  });
});

describe.concurrent("northwind-orders.yaml", () => {
  it("blames the damaged order for its details, names the orphan, and counts damaged reference rows", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox);
    const { rows, failures, summary } = await project.report([
      "run",
      join(fixtures, "northwind/import.yaml"),
      "--state",
      "state",
    ]);
    const failed = rows.filter(({ outcome }) => outcome === "invalid");
    expect(failed.map(({ input, line, code }) => [input, line, code])).toEqual([
      ["orders", "4", "ragged_row"],
      ["orders.details", "5", "same_entry"],
      ["orders.details", "6", "join_orphan"],
    ]);
    expect(failed[1]?.message).toContain("orders.csv:4:");
    expect(Object.keys(failures)).toEqual(["orders.csv", "orders.details.csv"]);
    expect(summary.reference_faults.map(({ input, join: name, rows: count }) => [input, name, count])).toEqual([
      ["products", "suppliers", 1],
      ["orders", "customers", 1],
    ]);
  });
});

describe.concurrent("amazon-orders.yaml", () => {
  it("leaves out what is not final and what others sold, row by row, and names the line without a price", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox);
    const { rows } = await project.report(["run", join(fixtures, "amazon-orders/import.yaml"), "--state", "state"]);
    const left = rows.filter(({ outcome }) => outcome !== "accepted");
    expect(left.map(({ line, outcome, column, path }) => [line, outcome, column, path])).toEqual([
      ["5", "excluded", "", ""], // a cancelled item of an order that came in
      ["6", "excluded", "", ""], // cancelled
      ["7", "excluded", "", ""], // pending
      ["8", "excluded", "", ""], // not yet shipped by Amazon
      ["9", "excluded", "", ""], // sold elsewhere
      ["10", "invalid", "item-price", "items[0].unit_price"],
    ]);
  });

  it("refuses a status that it does not know", async () => {
    await using project = await openProject();
    const report = await readFile(join(fixtures, "amazon-orders/orders.txt"), "utf8");
    const orders = await project.write(
      "orders.txt",
      report.replace("\tUnshipped\tMerchant", "\tUnfulfillable\tMerchant"),
    );
    const job = join(fixtures, "amazon-orders/import.yaml");
    const { rows } = await project.report(["check", job, "--state", "state", "--input", `orders=${orders}`]);
    expect(rows.find(({ line }) => line === "3")).toMatchObject({ column: "order-status", value: "Unfulfillable" });
  });
});

describe.concurrent("quickbooks-items.yaml", () => {
  it("refuses items of two parents with the same own name, and a type that it does not know", async () => {
    await using project = await openProject();
    const desktop = await readFile(join(fixtures, "quickbooks-items/desktop.csv"), "utf8");
    const items = desktop.replace("Garden Gate", "Steel:000417").replace("Non-inventory Part", "Fresh Part");
    const file = await project.write("items.csv", items);
    const job = join(fixtures, "quickbooks-items/import.yaml");
    const { rows } = await project.report(["check", job, "--state", "state", "--input", `desktop=${file}`]);
    const invalid = rows.filter(({ outcome }) => outcome === "invalid");
    expect(invalid.map(({ line, code, column, value }) => [line, code, column, value])).toEqual([
      ["5", "duplicate_key", "Item", "Lumber:000417"],
      ["6", "not_in_map", "Type", "Fresh Part"],
      ["7", "duplicate_key", "Item", "Steel:000417"],
    ]);
  });
});

describe.concurrent("unified-importer.yaml", () => {
  it("names the variant without a product and the row type that is none", async () => {
    await using project = await openProject();
    const job = join(fixtures, "unified-importer/import.yaml");
    const { rows } = await project.report(["check", job, "--state", "state"]);
    const invalid = rows.filter(({ outcome }) => outcome === "invalid");
    expect(invalid.map(({ line, code, column, value }) => [line, code, column, value])).toEqual([
      ["12", "no_head", "", ""],
      ["13", "not_in_map", "Row Type", "bundle"],
    ]);
  });

  it("takes the sheet of the SKU import as well", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox);
    const sheet = `sheet=${join(fixtures, "unified-importer/sku-import.csv")}`;
    const job = join(fixtures, "unified-importer/import.yaml");
    const { rows } = await project.report(["run", job, "--state", "state", "--input", sheet]);
    expect(rows.map(({ key, outcome, path }) => [key, outcome, path])).toEqual([
      ["LAMP", "accepted", ""],
      ["SET-3", "invalid", "kit_items"], // that sheet has no components
    ]);
    expect(stored(sandbox).products.LAMP).toEqual({
      sku: "LAMP",
      name: "Lamp",
      type: "PRODUCT",
      description: "Desk lamp",
      category: { name: "Light" },
      subcategory: { name: "Desk" },
      tags: ["metal"],
    });
  });
});

describe.concurrent("sales-ledger.yaml", () => {
  it("leaves credit notes out, but no invoice without its negative line", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox);
    const { rows } = await project.report(["run", join(fixtures, "sales-ledger/import.yaml"), "--state", "state"]);
    const left = rows.filter(({ outcome }) => outcome !== "accepted");
    expect(left.map(({ line, outcome, column, value }) => [line, outcome, column, value])).toEqual([
      ["6", "excluded", "", ""], // a line of text
      ["7", "excluded", "", ""], // a credit note
      ["8", "invalid", "", ""],
      ["9", "invalid", "Qty", "-1"],
      ["10", "blocked", "", ""],
      ["11", "blocked", "Item", "RABATT"],
    ]);
  });
});

describe.concurrent("b2b-orders.yaml", () => {
  it("says which companies were meant, and reads their list once however long it is", async () => {
    const others = Array.from({ length: 250 }, (_, index) => `Other ${index}`);
    await using sandbox = await startSandbox({
      companies: ["Holm & Co, ApS", ...others, "Larsen Supply", "Nordisk", "Nordisk"],
    });
    await using project = await openProject(sandbox);
    const run = await project.report(["run", join(fixtures, "b2b-orders/import.yaml"), "--state", "state"]);
    const faulty = run.rows.filter(({ input, outcome }) => input === "orders" && outcome !== "accepted");
    expect(faulty.map(({ line, code, column, message }) => [line, code, column, message])).toEqual([
      ["6", "missing_reference", "company", 'two companies are called "Nordisk": ids 253 and 254'],
      ["7", "missing_reference", "company", 'Luminous has no company "larsen supply"; every letter and space counts'],
      ["8", "same_entry", "", expect.stringContaining("orders.csv:9:")],
      ["9", "group_conflict", "company", expect.stringContaining("Larsen Supply")],
      ["10", "missing_value", "company_id", expect.stringContaining("without a company")],
    ]);
    // Its first page, which shows what is known to be there, then every page once.
    expect(sandbox.counts().requests["GET /companies"]).toBe(1 + 3);
    expect(sandbox.records("sales_orders", "B-2")[0]?.content).toMatchObject({ company_id: 252 });
    expect(sandbox.counts().created.companies).toBe(0);
  });
});

interface Rehearsed {
  readonly name: string;
  /** What the account has from the start. */
  readonly account?: SandboxOptions;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly exitCode: number;
  /** A part of each warning of the run. */
  readonly warnings?: readonly string[];
}

function stored(sandbox: Sandbox): Readonly<Record<"products" | "sales_orders", Readonly<Record<string, JsonObject>>>> {
  const byKey = (resource: "products" | "sales_orders") =>
    Object.fromEntries(sandbox.records(resource).map(({ key, content }) => [key, content]));
  return { products: byKey("products"), sales_orders: byKey("sales_orders") };
}
