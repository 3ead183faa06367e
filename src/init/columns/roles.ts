// What a file holds, told by which of its columns have a meaning where. Joins between files are links.ts.
import { addressNames, bareAddressNames } from "../names/addresses.ts";
import { itemNames, orderNames } from "../names/orders.ts";
import { kitNames, productNames } from "../names/products.ts";
import type { Role } from "../proposal/proposal.ts";
import { componentListOf } from "./component-lists.ts";
import { named } from "./find-column.ts";
import { type Match, type MatchRules, matchColumns, type Pins } from "./match.ts";
import { platformOf, withOutlet } from "./platforms.ts";
import type { Column, Table } from "./table.ts";

/** The rules by which columns of products are found. */
export function productRules(table: Table, pins?: Pins): MatchRules {
  const prefixes = ["product", "item", "article", "variant", "master", "parent"];
  return rulesOf("products", table, [productNames], prefixes, pins);
}

/** The rules by which columns of a kit file are found. */
export function kitRules(table: Table, pins?: Pins): MatchRules {
  return rulesOf("products", table, [kitNames], ["kit", "bundle"], pins);
}

/** The same where components stand in one cell: every other column is the kit's own. */
export function listedKitRules(table: Table, pins?: Pins): MatchRules {
  const own = Object.entries(kitNames).filter(([path]) => !path.startsWith("kit_items."));
  const { sku: _, ...products } = productNames;
  return rulesOf("products", table, [Object.fromEntries(own), products], ["kit", "bundle"], pins);
}

/** The rules by which columns of an order are found; with lines in the same rows, those of the lines too. */
export function orderRules(table: Table, withLines: boolean, pins?: Pins): MatchRules {
  const names = [orderNames, addressNames, ...(withLines ? [itemNames] : []), bareAddressNames];
  return rulesOf(
    "sales_orders",
    table,
    names,
    withLines ? ["line item", "order item", "order", "sales order"] : ["order"],
    pins,
  );
}

/** The rules by which columns of order lines alone are found. */
export function lineRules(table: Table, pins?: Pins): MatchRules {
  const prefixes = ["line item", "order item", "line", "item", "product"];
  return rulesOf("sales_orders", table, [itemNames], prefixes, pins);
}

function rulesOf(
  resource: MatchRules["resource"],
  table: Table,
  names: MatchRules["names"],
  prefixes: readonly string[],
  pins: Pins | undefined,
): MatchRules {
  const headings = table.columns.map(({ heading }) => heading);
  const platform = withOutlet(platformOf(headings), headings);
  return { resource, names, prefixes, platform, ...(pins === undefined ? {} : { pins }) };
}

/** What a file is taken for, and why; `unknown` when its columns do not say. */
export function roleOf(table: Table): { readonly role: Role; readonly why: string } {
  const kit = found(matchColumns(table.columns, kitRules(table)));
  if (kit("kit_items.sku", "high") && kit("sku", "medium") && kit("kit_items.quantity", "medium")) {
    return { role: "kits", why: kit.named(["sku", "kit_items.sku", "kit_items.quantity"]) };
  }
  const list = componentListOf(table);
  if (list !== undefined && kit("sku", "medium"))
    return { role: "kits", why: `${kit.named(["sku"])}, "${list.column.name}"` };
  const variants = variantsListOf(table);
  if (variants !== undefined) return { role: "products", why: `the list "${variants}" has keys` };
  const order = found(matchColumns(table.columns, orderRules(table, true)));
  const isOrderFile = /order|sales|invoice/i.test(table.sample.name);
  const signs = orderSigns.filter((path) => order(path, "medium"));
  if (order("order_number", isOrderFile ? "low" : "medium") && order("order_date", "medium")) {
    const hasLines = table.lists.some(({ columns }) => isLines(found(matchColumns(columns, lineRules(table)))));
    if (signs.length > 0 || hasLines || isOrderFile) {
      return { role: "orders", why: order.named(["order_number", "order_date", ...signs]) };
    }
  }
  const line = found(matchColumns(table.columns, orderRules(table, true)));
  const isOfOrder = line("order_number", "medium") && !line.isPossible("order_number");
  if (isOfOrder && (isLines(line) || isNumbered(table, line))) {
    return { role: "lines", why: line.named(["order_number", "items.sku", "items.quantity"]) };
  }
  return productRole(table);
}

/** Elements with a list of variants, each with a key of its own, are products: no order has variants. */
function variantsListOf(table: Table): string | undefined {
  const list = table.lists.find(
    ({ heading, columns }) =>
      heading.text === "variants" && found(matchColumns(columns, productRules(table)))("sku", "medium"),
  );
  return list?.name;
}

const orderSigns = [
  "order_status",
  "customer_email",
  "bill.name",
  "ship.name",
  "customer.name",
  "customer.company",
  "ship.street1",
  "bill.street1",
  "total_shipping",
  "ship_date",
  "items.sku",
  "items.quantity",
];

const productSigns = [
  "category.name",
  "retail_price",
  "unit_cost",
  "wholesale_price",
  "upc",
  "product_weight",
  "qty_reorder_threshold",
];

function productRole(table: Table): { readonly role: Role; readonly why: string } {
  const product = found(matchColumns(table.columns, productRules(table)));
  const contact = found(
    matchColumns(table.columns, { ...productRules(table), names: [addressNames, bareAddressNames] }),
  );
  const isContacts = ["customer.street1", "customer.city", "customer.phone", "customer.postal_code"].filter((path) =>
    contact(path, "medium"),
  );
  const isProductFile = /product|item|article|catalog|sku/i.test(table.sample.name);
  const signs = productSigns.filter((path) => product(path, "medium"));
  const hasSku = product("sku", "high") || product("item_path", "high");
  const isNamed = product("sku", "low") && product("name", "medium");
  const isProducts =
    isContacts.length < 2 &&
    ((hasSku && (signs.length > 0 || product("name", "medium"))) ||
      (isNamed && (signs.length > 0 || isProductFile)) ||
      (isProductFile && product("sku", "low") && signs.length > 1));
  return isProducts
    ? { role: "products", why: product.named(["sku", "name", ...signs]) }
    : { role: "unknown", why: "no column names tell what it is" };
}

interface Found {
  (path: string, atLeast: Match["confidence"]): boolean;
  /** The columns behind these paths, for people. */
  named(paths: readonly string[]): string;
  /** The name of its column may mean other things as well. */
  isPossible(path: string): boolean;
}

function found(matches: readonly Match[]): Found {
  const rank = { low: 0, medium: 1, high: 2 } as const;
  const of = (path: string) => matches.find((match) => match.path === path);
  const has = (path: string, atLeast: Match["confidence"]): boolean => {
    const match = of(path);
    return match !== undefined && rank[match.confidence] >= rank[atLeast];
  };
  const named = (paths: readonly string[]) =>
    paths
      .flatMap((path) => of(path)?.column.name ?? [])
      .slice(0, 4)
      .map((name) => `"${name}"`)
      .join(", ");
  return Object.assign(has, { named, isPossible: (path: string) => of(path)?.isPossible === true });
}

function isLines(has: Found): boolean {
  return has("items.sku", "medium") && has("items.quantity", "medium");
}

/** Lines without a quantity, whose rows are counted in their order. */
function isNumbered(table: Table, has: Found): boolean {
  return has("items.sku", "medium") && has("items.unit_price", "medium") && lineNumber(table) !== undefined;
}

/** The column that numbers the lines of an order. */
export function lineNumber({ columns }: Table): Column | undefined {
  const column = named(columns, ["order item id", "line number", "line", "item number", "position", "line id"]);
  return column !== undefined && column.profile.integers === 1 && column.profile.words.includes("1")
    ? column
    : undefined;
}
