// Open orders, as shipped mappings and `init` bring them in: on hold, for every status that is open in Luminous.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { parse as parseYaml } from "yaml";
import { allocating } from "../src/dispatch/open-orders.ts";
import { wordMap } from "../src/init/words.ts";
import { type Files, stagedJob } from "./job-folder.ts";

const shipped = (name: string): string => readFileSync(join(import.meta.dirname, `../mappings/${name}.yaml`), "utf8");

const words = [...allocating, "Awaiting Shipment", "paid", "new", "open", "Partially-Shipped"];

const ordersJson = (statuses: readonly string[], mapping = shipped("orders")): Files => ({
  "import.yaml": "version: 1\ninputs: [{ name: o, file: o.json, mapping: m.yaml }]\n",
  "m.yaml": mapping,
  "o.json": JSON.stringify({
    orders: statuses.map((status, at) => ({
      channel: "Main store",
      number: `A${at}`,
      date: "2026-11-20",
      status,
      customer: { name: "Pat" },
      items: [{ sku: "A", quantity: 1, price: 2.5 }],
    })),
  }),
});

const b2b = (statuses: readonly string[], mapping = shipped("b2b-orders")): Files => ({
  "import.yaml": "version: 1\ninputs: [{ name: o, file: o.csv, mapping: m.yaml }]\n",
  "m.yaml": mapping,
  "o.csv": [
    "order_number,order_date,channel,company,status,sku,quantity,unit_price",
    ...statuses.map((status, at) => `A${at},2026-11-20,Main store,Acme,${status},A,1,2.50`),
  ].join("\n"),
});

async function statusesOf(files: Files): Promise<readonly unknown[]> {
  await using staged = await stagedJob(files);
  return (await staged.open()).map(({ payload }) => payload.order_status);
}

describe.each([
  { name: "orders", files: ordersJson },
  { name: "b2b-orders", files: b2b },
])("$name.yaml", ({ name, files }) => {
  it("puts every open order on hold, and keeps what is done", async () => {
    expect(await statusesOf(files(words))).toEqual(words.map(() => "on_hold"));
    const closed = ["shipped", "fulfilled", "completed", "cancelled", "on_hold", "partially_refunded"];
    expect(await statusesOf(files(closed))).toEqual(closed);
  });

  it("lets new orders through as open ones with the line that it names", async () => {
    const mapping = shipped(name);
    const line = /write (pending: pending) below/.exec(mapping)?.[1] ?? "";
    const edited = mapping.replace("pending: on_hold", line);
    expect(await statusesOf(files(["pending", "processing"], edited))).toEqual(["pending", "on_hold"]);
  });
});

test.each(["amazon-orders", "northwind-orders", "shopify-orders", "sales-ledger"])(
  "%s.yaml says in one line how to let orders through as open ones, and gives none of its fixture so",
  (name) => {
    expect(shipped(name)).toMatch(/To let (?:new orders|it|them) through as (?:an )?open/);
    const fixture = name === "northwind-orders" ? "northwind" : name;
    const text = readFileSync(join(import.meta.dirname, `../fixtures/${fixture}/expected.json`), "utf8");
    const statuses = [...text.matchAll(/"order_status": "(\w+)"/g)].map(([, status]) => status);
    expect(statuses.length).toBeGreaterThan(0);
    expect(statuses.filter((status) => allocating.some((open) => open === status))).toEqual([]);
    expect(parseYaml(shipped(name))).toMatchObject({ resource: "sales_orders" });
  },
);

it("init knows every open status as one that goes on hold", () => {
  const { map, unknown } = wordMap(words, "statuses");
  expect(unknown).toEqual([]);
  expect(new Set(Object.values(map))).toEqual(new Set(["on_hold"]));
});
