// Every column that a shipped mapping reads, taken away from its fixture one at a time: the file is imported without it, and
// nothing but the fields made of it changes; or it is refused, by name, for a column that no product or order can do without.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { parse as parseCsv } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import { describe, expect, it, test } from "vitest";
import { parse as parseYaml, stringify as toYaml } from "yaml";
import { readsOf, sourceSettings } from "../src/map/columns-read.ts";
import { loadMapping } from "../src/map/load-mapping.ts";
import type { Mapping } from "../src/map/mapping.ts";
import { ImportError } from "../src/model/error.ts";
import type { JsonObject } from "../src/model/json.ts";
import { type Files, stagedJob } from "./job-folder.ts";

const fixtures = join(import.meta.dirname, "../fixtures");

/** What nothing can be made without, by mapping; of a join with its name. */
const essential: Readonly<Record<string, string>> = {
  "amazon-orders":
    "amazon-order-id, purchase-date, order-status, item-status, sales-channel, fulfillment-channel, sku, quantity, item-price, item-tax, shipping-price, shipping-tax, gift-wrap-price, gift-wrap-tax, item-promotion-discount, ship-promotion-discount",
  "b2b-orders": "order_number, order_date, sku, quantity, unit_price",
  "bigcommerce-products": "Item Type, Product Code/SKU, Product Name",
  kits: "kit_sku, kit_name, component_sku, quantity",
  "magento-products": "sku, name, product_type, configurable_variations",
  "northwind-orders":
    "orderID, orderDate, shippedDate, shipName, customerID, customers.customerID, details.orderID, details.productID, details.unitPrice, details.quantity",
  "northwind-products":
    "productID, productName, categoryID, supplierID, categories.categoryID, categories.categoryName, suppliers.supplierID",
  orders: "channel, number, date, status, items, items[].sku, items[].quantity, items[].price",
  products: "sku",
  "quickbooks-items": "Type, Item, Product/Service Name",
  "sales-ledger": "Invoice No, Invoice Date, Customer, Item, Qty, Unit Price",
  "shopify-orders":
    "Name, Created at, Total, Cancelled at, Financial Status, Fulfillment Status, Lineitem sku, Lineitem quantity, Lineitem price",
  "shopify-products": "Handle, Title, Option1 Value",
  "unified-importer": "SKU, MASTER_SKU, Product Name, PRODUCT_NAME, Row Type, TYPE, Category, PRODUCT_CATEGORY",
  "woocommerce-products": "Type, SKU, Parent, Name",
};

/** Columns without which some entries are invalid, each for what it lacks: the others need no such column. */
const neededBySome: Readonly<Record<string, string>> = {
  "b2b-orders": "company, company_id, ship_to_name",
  "unified-importer": "Parent SKU, Quantity",
};

interface Subject {
  readonly title: string;
  readonly name: string;
  readonly files: Files;
  /** By join; "" is the main file. */
  readonly paths: Readonly<Record<string, string>>;
  readonly mapping: Mapping;
}

const subjects: readonly Subject[] = readdirSync(fixtures)
  .filter((folder) => readdirSync(join(fixtures, folder)).includes("import.yaml"))
  .flatMap((folder) => subjectsOf(folder));

it("has every shipped mapping among its subjects", () => {
  const shipped = readdirSync(join(fixtures, "../mappings")).map((file) => basename(file, ".yaml"));
  expect(shipped.filter((name) => !subjects.some((subject) => subject.name === name))).toEqual([]);
  expect(Object.keys(essential).sort()).toEqual(shipped.sort());
});

describe.each(subjects)("$title", (subject) => {
  const { mapping, paths, files } = subject;
  const taken = Object.entries(paths).flatMap(([of, path]) =>
    (sourceSettings(mapping, of === "" ? undefined : of).names ?? [])
      .filter((name) => without(files[path] ?? "", path, name) !== files[path])
      .map((name) => ({ shown: of === "" ? name : `${of}.${name}`, of, path, name })),
  );

  test.each(taken)("without $shown", async ({ shown, of, path, name }) => {
    const whole = await entriesOf(files);
    const less = await entriesOf({ ...files, [path]: without(files[path] ?? "", path, name) });
    const list = (essential[subject.name] ?? "").split(", ");
    if (less instanceof ImportError) {
      expect(less.message).toContain(`"${name}"`);
      expect(list).toContain(shown);
      return;
    }
    if (whole instanceof ImportError) throw whole;
    expect(list).not.toContain(shown);
    const mayLack = (neededBySome[subject.name] ?? "").split(", ").includes(shown);
    const made = pathsMadeOf(mapping, of, name);
    for (const [key, payload] of whole) {
      const same = less.get(key);
      if (same === undefined && mayLack) continue;
      const ignored = mayLack ? [...made, "variants", "kit_items"] : made;
      expect(stripped(same, ignored), key).toEqual(stripped(payload, ignored));
    }
    expect([...less.keys()].filter((key) => !whole.has(key))).toEqual([]);
  });
});

function subjectsOf(folder: string): readonly Subject[] {
  const at = join(fixtures, folder);
  const { inputs, ...job } = parseYaml(readFileSync(join(at, "import.yaml"), "utf8")) as {
    inputs: readonly { name: string; file: string; mapping: string; join?: Record<string, string> }[];
  };
  return inputs.map((input) => {
    const name = basename(input.mapping, ".yaml");
    const text = readFileSync(join(at, input.mapping), "utf8");
    const paths = { "": input.file, ...input.join };
    const local = Object.fromEntries(Object.entries(paths).map(([of, path]) => [of, basename(path)]));
    const { "": file = "", ...joins } = local;
    const own = { ...input, file, mapping: `${name}.yaml`, ...(input.join === undefined ? {} : { join: joins }) };
    return {
      title: `${relative(fixtures, join(at, input.file))} by ${name}.yaml`,
      name,
      mapping: loadMapping(text, `${name}.yaml`),
      paths: local,
      files: {
        "import.yaml": toYaml({ ...job, inputs: [own] }),
        [`${name}.yaml`]: text,
        ...Object.fromEntries(Object.values(paths).map((path) => [basename(path), readFileSync(join(at, path), "utf8")])),
      },
    };
  });
}

/** What is ready, by key; the error when the job cannot be read. */
async function entriesOf(files: Files): Promise<ReadonlyMap<string, JsonObject> | ImportError> {
  try {
    await using staged = await stagedJob(files);
    return new Map((await staged.open()).map(({ key, payload }) => [key ?? "", payload]));
  } catch (error) {
    if (error instanceof ImportError) return error;
    throw error;
  }
}

/** The file without a column, or without a member in every element. */
function without(text: string, path: string, name: string): string {
  if (path.endsWith(".json")) {
    const data = JSON.parse(text) as JsonObject;
    const before = JSON.stringify(data);
    for (const list of Object.values(data)) if (Array.isArray(list)) for (const item of list) drop(item, name.split("."));
    return JSON.stringify(data) === before ? text : JSON.stringify(data);
  }
  const delimiter = path.endsWith(".txt") ? "\t" : ",";
  const quote = delimiter === "\t" ? null : '"';
  const records = parseCsv(text, { delimiter, quote, relax_column_count: true, trim: true }) as string[][];
  const column = records[0]?.indexOf(name) ?? -1;
  if (column === -1) return text;
  const kept = records.map((cells) => cells.filter((_, at) => at !== column));
  return quote === null ? kept.map((cells) => cells.join(delimiter)).join("\n") : stringify(kept, { delimiter });
}

function drop(item: unknown, [step = "", ...rest]: readonly string[]): void {
  if (typeof item !== "object" || item === null) return;
  const owner = item as Record<string, unknown>;
  const name = step.replace("[]", "");
  if (rest.length === 0) delete owner[name];
  else if (Array.isArray(owner[name])) for (const inner of owner[name]) drop(inner, rest);
  else drop(owner[name], rest);
}

/** The payload fields that a column goes into. */
function pathsMadeOf(mapping: Mapping, of: string, name: string): readonly string[] {
  const bare = { ...mapping, fields: [], children: [], group: undefined, joins: [], where: undefined, needs: undefined };
  const reads = (part: Partial<Mapping>) =>
    readsOf({ ...bare, joins: mapping.joins, ...part }).filter(
      (read) => read.name === name && (read.join ?? "") === of,
    ).length;
  const base = reads({});
  const own = mapping.fields.filter((field) => reads({ fields: [field] }) > base).map(({ path }) => path);
  const inner = mapping.children.flatMap((child) => {
    if (reads({ children: [{ ...child, fields: [] }] }) > base) return [child.path];
    return child.fields
      .filter((field) => reads({ children: [{ ...child, fields: [field] }] }) > base)
      .map(({ path }) => `${child.path}.${path}`);
  });
  return [...own, ...inner];
}

/** A payload without these fields; objects that are left empty are gone. */
function stripped(value: unknown, paths: readonly string[], at = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => stripped(item, paths, at));
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).flatMap(([name, inner]) => {
    const path = at === "" ? name : `${at}.${name}`;
    if (paths.includes(path)) return [];
    const left = stripped(inner, paths, path);
    const isEmpty = typeof left === "object" && left !== null && !Array.isArray(left) && Object.keys(left).length === 0;
    return isEmpty ? [] : [[name, left]];
  });
  return Object.fromEntries(kept);
}
