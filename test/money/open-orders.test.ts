// What is said of open orders is done: every status of the API that allocates stock goes on hold, by shipped mappings and by init.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, test } from "vitest";
import { allocating } from "../../src/dispatch/open-orders.ts";
import { wordMap } from "../../src/init/columns/meant-words.ts";
import { loadMapping } from "../../src/map/definition/load-mapping.ts";
import type { Cell } from "../../src/model/row.ts";
import { compiled, draftOf, sourceRow } from "../map/rows.ts";

const mappings = join(import.meta.dirname, "../../mappings");
const said = (name: string) => readFile(join(mappings, `${name}.yaml`), "utf8");

const open: readonly { readonly name: string; readonly rows: readonly Record<string, Cell>[] }[] = [
  {
    name: "orders",
    rows: [...allocating, "paid", "Awaiting Shipment", "partially-shipped", "New", "open"].map((status) => ({
      status,
    })),
  },
  { name: "b2b-orders", rows: [...allocating, "paid", "Awaiting Shipment", ""].map((status) => ({ status })) },
  { name: "woocommerce-orders", rows: ["pending", "processing", "on-hold"].map((status) => ({ status })) },
  {
    name: "amazon-orders",
    rows: ["Unshipped", "PartiallyShipped", "Partially Shipped"].map((status) => ({ "order-status": status })),
  },
  {
    name: "shopify-orders",
    rows: ["", "unfulfilled", "partial", "pending"].map((status) => ({ "Fulfillment Status": status })),
  },
  { name: "shopify-orders-json", rows: ["", "partial"].map((status) => ({ fulfillment_status: status })) },
  { name: "ebay-orders", rows: [{ "Shipped On Date": "" }] },
  { name: "etsy-orders", rows: [{ "Date Shipped": "" }] },
  { name: "northwind-orders", rows: [{ shippedDate: "NULL" }] },
  { name: "squarespace-orders", rows: ["PENDING", ""].map((status) => ({ "Fulfillment Status": status })) },
];

test.each(open)("$name puts open orders on hold, whatever the word", async ({ name, rows }) => {
  const mapping = compiled(await said(name));
  for (const row of rows)
    expect([row, draftOf(mapping, [sourceRow(row)]).payload.order_status]).toEqual([row, "on_hold"]);
});

it("init maps every open status to on_hold, and every word for one", () => {
  const words = [...allocating, "paid", "partial", "Awaiting Fulfillment", "back ordered", "in progress"];
  expect(wordMap(words, "statuses")).toEqual({
    map: Object.fromEntries(words.map((word) => [word, "on_hold"])),
    unknown: [],
  });
});

it("every order mapping says how new orders are let through as open", async () => {
  for (const file of await readdir(mappings)) {
    if (!file.endsWith(".yaml")) continue;
    const text = await said(file.replace(".yaml", ""));
    if (loadMapping(text, file).resource !== "sales_orders") continue;
    const prose = text.replace(/\n *# */g, " ");
    expect([file, /write\s+pending\s+for (on_hold|completed)/.test(prose)]).toEqual([file, true]);
  }
});
