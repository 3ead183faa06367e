// What the shops' mappings make of exports that are not like the fixture: rows in another order, columns that are not
// there, rows that are wrong. The payloads of the fixtures themselves are in shipped-mappings.test.ts.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/model/json.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { openProject, type Project, type Reported, repository } from "./program.ts";
import { parseTable, type TableRecord, tableText } from "./table.ts";

interface Shop extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly project: Project;
  /** The fixture's job. */
  readonly job: string;
  /** Runs the fixture's job over rows that are made of its own. */
  run(change: (rows: readonly TableRecord[]) => readonly TableRecord[]): Promise<Reported>;
}

async function openShop(name: string, input: string, file: string): Promise<Shop> {
  const sandbox = await startSandbox();
  const project = await openProject(sandbox);
  const job = join(repository, "fixtures", name, "import.yaml");
  const rows = parseTable(await readFile(join(repository, "fixtures", name, file), "utf8"));
  return {
    sandbox,
    project,
    job,
    async run(change) {
      const path = await project.write(file, tableText(change(rows)));
      return project.report(["run", job, "--state", "state", "--input", `${input}=${path}`]);
    },
    async [Symbol.asyncDispose]() {
      await project[Symbol.asyncDispose]();
      await sandbox[Symbol.asyncDispose]();
    },
  };
}

async function expected(name: string): Promise<Readonly<Record<string, Readonly<Record<string, JsonObject>>>>> {
  return JSON.parse(await readFile(join(repository, "fixtures", name, "expected.json"), "utf8"));
}

function stored({ sandbox }: Shop, resource: "products" | "sales_orders"): Readonly<Record<string, JsonObject>> {
  return Object.fromEntries(sandbox.records(resource).map(({ key, content }) => [key, content]));
}

/** `line code column` of every row that did not make it. */
function refused({ rows }: Reported): readonly string[] {
  return rows.flatMap(({ line, outcome, code, column }) =>
    outcome === "accepted" ? [] : [`${line} ${outcome} ${code} ${column}`.trim()],
  );
}

function without(...columns: readonly string[]): (rows: readonly TableRecord[]) => readonly TableRecord[] {
  return (rows) =>
    rows.map((row) => Object.fromEntries(Object.entries(row).filter(([column]) => !columns.includes(column))));
}

describe.concurrent("woocommerce-products.yaml", () => {
  const open = () => openShop("woocommerce-products", "products", "wc-product-export.csv");
  const sorted = (products: Readonly<Record<string, JsonObject>>) =>
    Object.fromEntries(
      Object.entries(products).map(([key, { variants, ...product }]) => [
        key,
        { ...product, variants: Array.isArray(variants) ? variants.map((each) => JSON.stringify(each)).sort() : [] },
      ]),
    );

  it("finds the same products whatever the order of the rows", async () => {
    await using shop = await open();
    const { exitCode } = await shop.run((rows) => rows.toReversed());
    expect(exitCode).toBe(0);
    expect(sorted(stored(shop, "products"))).toEqual(sorted((await expected("woocommerce-products")).products ?? {}));
  });

  it("takes older exports without GTIN, and exports of a few columns", async () => {
    await using shop = await open();
    const { exitCode, summary } = await shop.run(
      without("GTIN, UPC, EAN, or ISBN", "Low stock amount", "Weight (kg)", "Short description", "Tags", "Images"),
    );
    expect(exitCode).toBe(0);
    expect(summary.warnings).toEqual([]);
    expect(stored(shop, "products")["SOIL-5"]).not.toHaveProperty("upc");
  });

  it("reads weights and lengths in the unit of the heading", async () => {
    await using shop = await open();
    const heading = (column: string) => column.replace("(kg)", "(oz)").replace("(cm)", "(yd)");
    await shop.run((rows) =>
      rows.map((row) => Object.fromEntries(Object.entries(row).map(([column, cell]) => [heading(column), cell]))),
    );
    const { variants } = stored(shop, "products").Trowel ?? {};
    expect(stored(shop, "products")["SOIL-5"]).toMatchObject({
      product_weight: { unit: "lb", value: 0.325 },
      product_length: 1440,
      product_height: 306,
    });
    expect(variants).toMatchObject([
      { sku: "TROWEL-G", product_weight: { value: 0.015625 } },
      { sku: "TROWEL-R", product_weight: { value: 0.01875 } },
    ]);
  });

  it("refuses a variation without its parent, a kit of what is not there, and two products of one SKU", async () => {
    await using shop = await open();
    const changed = await shop.run((rows) =>
      rows.map((row) => {
        if (row.SKU === "FERN-S") return { ...row, Parent: "id:4" };
        if (row.SKU === "STARTER") return { ...row, "Grouped products": "SOIL-5, id:470" };
        return row.SKU === "GUIDE" ? { ...row, SKU: "HOSE-20" } : row;
      }),
    );
    expect(refused(changed)).toEqual([
      "2 invalid expression_failed Parent",
      "8 invalid same_entry",
      "10 invalid expression_failed Grouped products",
      "11 invalid several_heads",
    ]);
    expect(changed.rows[0]?.message).toContain('sku_of() knows no "id:4"');
    expect(stored(shop, "products")["WOO-44"]?.variants).toHaveLength(1);
  });

  it("finds in a retry what the run before had, and explains it", async () => {
    await using shop = await open();
    const broken = await shop.run((rows) => rows.map((row) => (row.SKU === "STARTER" ? { ...row, Name: "" } : row)));
    expect(refused(broken)).toEqual(["10 invalid missing_value Name"]);
    const file = join("state/runs", broken.summary.run_id, "failures/products.csv");
    const rows = parseTable(broken.failures["products.csv"] ?? "");
    await shop.project.write(file, tableText(rows.map((row) => ({ ...row, Name: "Starter set" }))));
    const fixed = await shop.project.report(["retry", shop.job, "--state", "state"]);
    expect(fixed.exitCode).toBe(0);
    expect(stored(shop, "products")).toEqual((await expected("woocommerce-products")).products);
    const told = await shop.project.call(["explain", shop.job, "STARTER", "--state", "state"]);
    expect(told.stdout).toContain("WOO-47");
    expect(told.stdout).not.toContain("knows no");
  });
});

describe.concurrent("shopify-orders.yaml", () => {
  const open = () => openShop("shopify-orders", "orders", "orders_export.csv");

  it("makes the totals that Shopify shows, also of an order with a discount on the whole", async () => {
    await using shop = await open();
    const rows = parseTable(await readFile(join(repository, "fixtures/shopify-orders/orders_export.csv"), "utf8"));
    await shop.run((all) => all);
    const totals = Object.entries(stored(shop, "sales_orders")).map(([number, order]) => {
      const items = order.items as readonly { readonly quantity: number; readonly unit_price: number }[];
      const lines = items.reduce((sum, { quantity, unit_price }) => sum + quantity * unit_price, 0);
      const total = lines + Number(order.total_tax ?? 0) + Number(order.total_shipping ?? 0);
      const shown = Number(rows.find((row) => row.Name === number && row.Total !== "")?.Total);
      return [number, (total - shown).toFixed(2)] as const;
    });
    expect(totals.filter(([, difference]) => difference !== "0.00")).toEqual([]);
    expect(stored(shop, "sales_orders")["#1002"]?.internal_notes).toContain("Discount 7.80 SPRING10");
  });

  it("finds the first row of an order when the file was sorted", async () => {
    await using shop = await open();
    const { rows } = await shop.run((all) =>
      all.toSorted((a, b) => (a["Lineitem name"] ?? "").localeCompare(b["Lineitem name"] ?? "")),
    );
    expect(rows.filter(({ outcome }) => outcome === "invalid")).toHaveLength(2);
    expect(stored(shop, "sales_orders")["#1001"]).toMatchObject({ ship_to: { postal_code: "94607" } });
  });

  it("refuses an order of two shops with one number, and takes what lacks newer columns", async () => {
    await using shop = await open();
    const trim = without("Id", "Phone", "Payment References", "Receipt Number", "Duties", "Tags", "Note Attributes");
    const { rows } = await shop.run((all) => [...trim(all), ...trim(all).filter(({ Name }) => Name === "#1001")]);
    const invalid = rows.filter(({ outcome }) => outcome === "invalid").map(({ key }) => key);
    expect([...new Set(invalid)].toSorted()).toEqual(["#1001", "#1008"]);
    expect(rows.find(({ key, outcome }) => key === "#1001" && outcome === "invalid")?.code).toMatch(
      /several_heads|same_entry/,
    );
  });

  it("takes items without a SKU in as the product that the mapping names", async () => {
    await using shop = await open();
    const text = await readFile(join(repository, "mappings/shopify-orders.yaml"), "utf8");
    await shop.project.write("map.yaml", text.replace("# default: SHOPIFY-CUSTOM", "default: TEAPOT"));
    const job = await readFile(shop.job, "utf8");
    const local = job.replaceAll("../../", `${repository}/`).replace(/\S+shopify-orders.yaml/, "map.yaml");
    const files = (name: string) => join(repository, "fixtures/shopify-orders", name);
    await shop.project.write(
      "import.yaml",
      local.replace("orders_export.csv", files("orders_export.csv")).replace("products.csv", files("products.csv")),
    );
    const { exitCode } = await shop.project.report(["run", "import.yaml"]);
    expect(exitCode).toBe(0);
    expect(stored(shop, "sales_orders")["#1008"]?.items).toEqual([
      { sku: "MUG-BLUE", quantity: 1, unit_price: 14.5 },
      { sku: "TEAPOT", quantity: 1, unit_price: 5 },
    ]);
  });
});

describe.concurrent("bigcommerce-products.yaml", () => {
  const open = () => openShop("bigcommerce-products", "products", "products-2024-03-09.csv");

  it("gives a variant the price of its rule, and none where a rule cannot be told", async () => {
    await using shop = await open();
    await shop.run((rows) =>
      rows
        .map((row) => (row["Product ID"] === "31" ? { ...row, Price: "[REMOVE]5" } : row))
        .map((row) => (row["Product ID"] === "32" ? { ...row, Price: "[PERCENT]10" } : row)),
    );
    const prices = (sku: string) => variantsOf(stored(shop, "products")[sku]).map(({ retail_price }) => retail_price);
    expect({ TS: prices("TS"), ROPE: prices("ROPE"), LAN: prices("LAN") }).toEqual({
      TS: [35, 30],
      ROPE: [undefined, undefined],
      LAN: [undefined, undefined],
    });
  });

  it("takes new products without an id for products of their own, and an export without the last columns", async () => {
    await using shop = await open();
    const trim = without(
      "Product UPC/EAN",
      "Global Trade Item Number",
      "Search Keywords",
      "Cost Price",
      "Product Image File - 1",
    );
    const { exitCode, summary } = await shop.run((rows) =>
      trim(rows).map((row) =>
        row["Item Type"] === "Product" && row["Product Code/SKU"] !== "" ? { ...row, "Product ID": "" } : row,
      ),
    );
    expect([exitCode, summary.warnings]).toEqual([0, []]);
    expect(Object.keys(stored(shop, "products")).sort()).toEqual(["BC-108", "GC", "LAN", "ROPE", "TS"]);
  });

  it("refuses a SKU row that stands above every product", async () => {
    await using shop = await open();
    const run = await shop.run((rows) => [...rows.slice(1, 2), ...rows.slice(5)]);
    expect(refused(run)).toEqual(["2 invalid missing_value"]);
  });
});

describe.concurrent("magento-products.yaml", () => {
  const open = () => openShop("magento-products", "products", "export_catalog_product_20240309.csv");

  it("finds the same products whatever the order of the rows", async () => {
    await using shop = await open();
    const { exitCode } = await shop.run((rows) => rows.toSorted((a, b) => (a.name ?? "").localeCompare(b.name ?? "")));
    expect(exitCode).toBe(0);
    const { FLEECE, ...others } = (await expected("magento-products")).products ?? {};
    expect(stored(shop, "products")).toMatchObject(others);
    const skus = (product: JsonObject | undefined) =>
      variantsOf(product)
        .map(({ sku }) => String(sku))
        .toSorted();
    expect(skus(stored(shop, "products").FLEECE)).toEqual(skus(FLEECE));
  });

  it("takes an export of a shop without bundles, in fewer columns", async () => {
    await using shop = await open();
    const trim = without("special_price", "short_description", "notify_on_stock_below", "created_at", "updated_at");
    const run = await shop.run((rows) => trim(rows).filter(({ product_type }) => product_type !== "bundle"));
    expect([run.exitCode, run.summary.warnings]).toEqual([0, []]);
    expect(stored(shop, "products").FLEECE?.variants).toHaveLength(2);
  });

  it("refuses a product of two configurables, a bundle without a fixed part, and a kit of what is nowhere", async () => {
    await using shop = await open();
    const run = await shop.run((rows) => [
      ...rows.map((row) => {
        if (row.sku === "KIT-PICK")
          return { ...row, bundle_values: (row.bundle_values ?? "").replaceAll("default=1,", "default=0,") };
        return row.sku === "STRAPS" ? { ...row, associated_skus: "STRAP=2.0000,ROPE=1.0000" } : row;
      }),
      { ...rows[2], sku: "VEST", name: "Vest", configurable_variations: "sku=FLEECE-S-Grey,size=S" },
    ]);
    expect(refused(run).filter((line) => !line.includes("excluded"))).toEqual([
      "2 invalid expression_failed sku",
      "11 blocked missing_reference associated_skus",
      "13 invalid missing_value bundle_values",
    ]);
    expect(run.rows[0]?.message).toContain('"FLEECE" by');
    expect(run.rows[0]?.message).toContain('"VEST" by');
  });
});

function variantsOf(product: JsonObject | undefined): readonly JsonObject[] {
  return Array.isArray(product?.variants) ? (product.variants as readonly JsonObject[]) : [];
}
