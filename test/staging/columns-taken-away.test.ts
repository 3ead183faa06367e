// Takes every column that a shipped mapping reads out of the mapping's own fixture, one at a time: the file is imported
// without it, unless it is one of the few that no product or order can do without, and then it is refused by name.
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import { expect, it, test } from "vitest";
import { type ColumnPlace, locate } from "../../src/map/columns/column-uses.ts";
import { compileMapping } from "../../src/map/compile.ts";
import { loadMapping } from "../../src/map/definition/load-mapping.ts";
import { openRowIndexes } from "../../src/map/row-index.ts";
import { ImportError } from "../../src/model/error.ts";
import { type Files, stagedJob } from "./job-folder.ts";

const repository = join(dirname(fileURLToPath(import.meta.url)), "../..");
const mappings = join(repository, "mappings");

interface Shipped {
  readonly mapping: string;
  /** Its fixture, and files of its joins, in `fixtures/`. */
  readonly file: string;
  readonly joins?: Readonly<Record<string, string>>;
  /** False for a file without quoted cells. */
  readonly quote?: false;
  /** What the job says beside its input. */
  readonly job?: string;
  /** The columns without which nothing could be made, or something else would be sent than the source says. */
  readonly needs: readonly string[];
  /** The columns that only some entries need: these are refused, or not created, and the others are as they were. */
  readonly some?: readonly string[];
}

const orderChannel = "channel: { label: Default }\n";

const shipped: readonly Shipped[] = [
  {
    mapping: "amazon-orders",
    file: "amazon-orders/orders.txt",
    quote: false,
    job: orderChannel,
    // The sales channel decides whether tax is taken; the fulfilment, which open orders come in.
    needs: [
      "amazon-order-id",
      "order-status",
      "quantity",
      "sales-channel",
      "fulfillment-channel",
      "purchase-date",
      "sku",
      "item-price",
    ],
  },
  {
    mapping: "b2b-orders",
    file: "b2b-orders/orders.csv",
    needs: [
      "order_number",
      "channel",
      "order_date",
      "status",
      "company",
      "ship_to_name",
      "sku",
      "quantity",
      "unit_price",
    ],
  },
  {
    mapping: "bigcommerce-products",
    file: "bigcommerce-products/products-2024-03-09.csv",
    needs: ["Item Type", "Product Name"],
    some: ["Product ID"],
  },
  { mapping: "kits", file: "kits/kits.csv", needs: ["kit_sku", "kit_name", "component_sku", "quantity"] },
  {
    mapping: "magento-products",
    file: "magento-products/export_catalog_product_20240309.csv",
    needs: ["product_type", "sku", "name"],
    some: ["store_view_code", "associated_skus", "bundle_values"],
  },
  {
    mapping: "northwind-products",
    file: "northwind/products.csv",
    joins: { categories: "northwind/categories.csv", suppliers: "northwind/suppliers.csv" },
    needs: [
      "productID",
      "productName",
      "categoryID",
      "categories.categoryID",
      "categories.categoryName",
      "supplierID",
      "suppliers.supplierID",
    ],
  },
  {
    mapping: "northwind-orders",
    file: "northwind/orders.csv",
    joins: { details: "northwind/order-details.csv", customers: "northwind/customers.csv" },
    needs: [
      "orderID",
      "details.orderID",
      "customerID",
      "customers.customerID",
      "orderDate",
      "shippedDate",
      "freight",
      "shipName",
      "details.productID",
      "details.quantity",
      "details.unitPrice",
      "details.discount",
    ],
  },
  {
    mapping: "orders",
    file: "orders/orders.json",
    needs: [
      "channel",
      "number",
      "date",
      "status",
      "customer.name",
      "items",
      "items.sku",
      "items.quantity",
      "items.price",
    ],
  },
  { mapping: "products", file: "products/products.csv", needs: ["sku", "name", "category"] },
  { mapping: "quickbooks-items", file: "quickbooks-items/desktop.csv", needs: ["Type", "Item"] },
  { mapping: "quickbooks-items", file: "quickbooks-items/online.csv", needs: ["Type", "Product/Service Name"] },
  {
    mapping: "sales-ledger",
    file: "sales-ledger/ledger.csv",
    job: orderChannel,
    needs: ["Discount %", "Invoice No", "Item", "Qty", "Invoice Date", "Customer", "Unit Price"],
  },
  {
    mapping: "shopify-orders",
    file: "shopify-orders/orders_export.csv",
    needs: [
      "Total",
      "Shipping",
      "Discount Amount",
      "Subtotal",
      "Taxes",
      "Name",
      "Created at",
      "Lineitem quantity",
      "Lineitem sku",
      "Lineitem price",
    ],
    some: ["Email"],
  },
  {
    mapping: "shopify-products",
    file: "shopify-products/products_export.csv",
    needs: ["Handle", "Title"],
  },
  {
    mapping: "unified-importer",
    file: "unified-importer/sheet.csv",
    needs: ["Row Type", "SKU", "Product Name", "Category", "Quantity"],
  },
  {
    mapping: "unified-importer",
    file: "unified-importer/sku-import.csv",
    needs: ["TYPE", "MASTER_SKU", "PRODUCT_NAME", "PRODUCT_CATEGORY"],
  },
  {
    mapping: "woocommerce-products",
    file: "woocommerce-products/wc-product-export.csv",
    needs: ["Name"],
    some: ["ID", "Grouped products"],
  },
  {
    mapping: "bigcommerce-v3-products",
    file: "bigcommerce-v3-products/products-export.csv",
    needs: ["Item", "ID", "Name"],
  },
  {
    mapping: "ebay-orders",
    file: "ebay-orders/eBay-OrdersReport-Mar-12-2024.csv",
    job: orderChannel,
    needs: [
      "Order Number",
      "Sale Date",
      "Total Price",
      "Shipping And Handling",
      "Seller Collected Tax",
      "eBay Collected Tax and Fees Included in Total",
      "eBay Collected Tax",
      "Custom Label",
      "Quantity",
      "Sold For",
    ],
  },
  { mapping: "etsy-listings", file: "etsy-listings/EtsyListingsDownload.csv", needs: ["TITLE"] },
  {
    mapping: "etsy-orders",
    file: "etsy-orders/EtsySoldOrderItems2024.csv",
    job: orderChannel,
    needs: ["Order ID", "Sale Date", "SKU", "Quantity", "Price"],
  },
  {
    mapping: "lightspeed-products",
    file: "lightspeed-products/products-export.csv",
    needs: ["handle", "name"],
    some: ["sku", "composite_sku", "composite_quantity"],
  },
  { mapping: "odoo-products", file: "odoo-products/product.template.csv", needs: ["Name", "External ID"] },
  { mapping: "prestashop-products", file: "prestashop-products/products.csv", needs: ["Product ID", "Name *"] },
  {
    mapping: "shopify-orders-json",
    file: "shopify-orders-json/orders.json",
    job: orderChannel,
    needs: [
      "name",
      "created_at",
      "shipping_lines",
      "total_shipping_price_set.shop_money.amount",
      "total_tax",
      "taxes_included",
      "line_items",
      "total_tip_received",
      "line_items.sku",
      "line_items.quantity",
      "line_items.price",
      "line_items.discount_allocations",
    ],
  },
  {
    mapping: "shopify-products-json",
    file: "shopify-products-json/products.json",
    needs: ["title", "variants", "handle"],
  },
  {
    mapping: "square-catalogue",
    file: "square-catalogue/catalog-2026-11-01.csv",
    needs: ["Item Name"],
    some: ["Token"],
  },
  {
    mapping: "square-items",
    file: "square-items/items-2024-03-09-2024-03-11.csv",
    job: orderChannel,
    needs: ["Transaction ID", "Date", "SKU", "Qty", "Net Sales", "Discounts"],
  },
  {
    mapping: "squarespace-orders",
    file: "squarespace-orders/orders.csv",
    job: orderChannel,
    needs: ["Order ID", "Total", "Taxes", "Discount Amount", "Lineitem quantity", "Lineitem sku", "Lineitem price"],
  },
  { mapping: "squarespace-products", file: "squarespace-products/products_Nov-01_2026.csv", needs: ["Title"] },
  {
    mapping: "woocommerce-orders",
    file: "woocommerce-orders/orders.json",
    job: orderChannel,
    needs: [
      "date_created",
      "status",
      "shipping_total",
      "shipping_tax",
      "fee_lines",
      "total_tax",
      "total",
      "line_items",
      "line_items.sku",
      "line_items.quantity",
      "line_items.total",
      "line_items.total_tax",
    ],
  },
];

/** A table without a column, or JSON without a path; `""` takes nothing away. */
function without(text: string, { list, column }: ColumnPlace, quote: false | undefined): string {
  if (/^\s*[[{]/.test(text)) {
    const whole = JSON.parse(text) as Record<string, unknown> | readonly unknown[];
    const owners = Array.isArray(whole)
      ? (whole as readonly unknown[])
      : Object.values(whole).flatMap((value) => (Array.isArray(value) ? (value as unknown[]) : []));
    for (const element of owners)
      for (const owner of list === undefined ? [element] : listAt(element, list)) remove(owner, column.split("."));
    return JSON.stringify(whole);
  }
  const delimiter = delimiterOf(text);
  const read = { delimiter, bom: true, trim: true, relax_column_count: true };
  const rows = parse(text, quote === false ? { ...read, quote: false } : read) as string[][];
  const header = rows.find((row) => row.filter((cell) => cell !== "").length > 2);
  const at = column === "" ? -1 : (header?.indexOf(column) ?? -1);
  if (at < 0) return text;
  const left = rows.map((row) => row.filter((_, index) => index !== at));
  return quote === false ? `${left.map((row) => row.join(delimiter)).join("\n")}\n` : stringify(left, { delimiter });
}

function delimiterOf(text: string): string {
  const [header = ""] = text.split("\n");
  return [",", ";", "\t"].toSorted((a, b) => header.split(b).length - header.split(a).length)[0] ?? ",";
}

function listAt(element: unknown, path: string): readonly unknown[] {
  const found = path
    .split(".")
    .reduce<unknown>((value, step) => (value as Record<string, unknown> | undefined)?.[step], element);
  return Array.isArray(found) ? found : [];
}

function remove(owner: unknown, [step = "", ...rest]: readonly string[]): void {
  if (typeof owner !== "object" || owner === null) return;
  const cells = owner as Record<string, unknown>;
  if (rest.length > 0) remove(cells[step], rest);
  else delete cells[step];
}

/** What becomes of the files: how many entries are ready, and could be created; or the refusal of all of it. */
async function fateOf(files: Files): Promise<{ ready: number; needs: number; refused: string }> {
  try {
    await using staged = await stagedJob(files, { showCreationNeeds: true });
    const problems = await staged.problems();
    return {
      ready: (await staged.open()).length,
      needs: problems.filter((text) => text.includes("needed to create it; an update works without")).length,
      refused: "",
    };
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    return { ready: 0, needs: 0, refused: error.message };
  }
}

/** The places that a mapping reads, each once. */
async function placesOf(mapping: string): Promise<readonly ColumnPlace[]> {
  const loaded = loadMapping(await readFile(join(mappings, `${mapping}.yaml`), "utf8"), mapping);
  const { uses } = compileMapping(loaded, () => new Map(), openRowIndexes(loaded).indexes);
  const places = uses.all.flatMap((use) => locate(use, () => false).place ?? []);
  return [...new Map(places.map((place) => [JSON.stringify(place), place])).values()];
}

const nameOf = ({ join: of, list, column }: ColumnPlace): string =>
  [of ?? list, column].filter((part) => part !== undefined).join(".");

test.each(shipped)(
  "$mapping does without any column of $file but its key and what nothing can be made without",
  async ({ mapping, file, joins = {}, quote, job = "", needs, some = [] }) => {
    const read = async (path: string): Promise<string> => await readFile(join(repository, "fixtures", path), "utf8");
    const texts = new Map<string | undefined, string>([[undefined, await read(file)]]);
    for (const [name, path] of Object.entries(joins)) texts.set(name, await read(path));
    const ending = file.split(".").at(-1) ?? "csv";
    const named = Object.keys(joins).map((name) => `${name}: ${name}.csv`);
    const filesWithout = (place: ColumnPlace): Files => ({
      "import.yaml": `version: 1\n${job}inputs:\n  - name: main\n    file: main.${ending}\n    mapping: ${join(mappings, `${mapping}.yaml`)}\n${named.length === 0 ? "" : `    join: { ${named.join(", ")} }\n`}`,
      ...Object.fromEntries(
        [...texts].map(([name, text]) => [
          name === undefined ? `main.${ending}` : `${name}.csv`,
          name === place.join ? without(text, place, quote) : text,
        ]),
      ),
    });
    const whole = await fateOf(filesWithout({ column: "" }));
    expect(whole.refused).toBe("");
    expect(whole.ready).toBeGreaterThan(0);
    const lost: string[] = [];
    for (const place of await placesOf(mapping)) {
      const { ready, needs: more, refused } = await fateOf(filesWithout(place));
      if (refused !== "") expect(refused).toContain(place.column);
      if (some.includes(nameOf(place))) {
        expect(refused).toBe("");
        expect(ready - (more - whole.needs)).toBeGreaterThan(0);
      }
      if (ready < whole.ready || more > whole.needs) lost.push(nameOf(place));
    }
    expect(lost.toSorted()).toEqual([...needs, ...some].toSorted());
  },
);

it("knows every mapping that is shipped", async () => {
  const names = (await readdir(mappings))
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => name.replace(".yaml", ""));
  expect([...new Set(shipped.map(({ mapping }) => mapping))].toSorted()).toEqual(names.toSorted());
});
