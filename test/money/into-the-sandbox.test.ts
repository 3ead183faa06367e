// The same known orders the whole way: written as files, read, sent, and looked at where they arrived. The files overlap, as
// those of a nightly drop do: rows that stand in both count once.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, test } from "vitest";
import { tableText } from "../e2e/table.ts";
import { ordersJob, sandboxJob } from "../run/sandbox-job.ts";
import { allSources } from "./all-sources.ts";
import { differenceOf } from "./judge.ts";
import type { KnownOrder, Source } from "./known-order.ts";
import { seeded } from "./random.ts";

const nested: readonly string[] = ["orders", "shopify-orders-json", "woocommerce-orders"];
/** Those with joins, or with companies that an account has to have, are told apart in their own tests. */
const whole = allSources.filter(({ name, joins }) => joins === undefined && name !== "b2b-orders");

test.each(whole)("$name: what arrives is what the shop has, and what contradicts itself stays away", async (source) => {
  const orders = someOrders(source, 40);
  await using job = await sandboxJob(await filesOf(source, orders));
  await job.run();
  const arrived = new Map(job.sandbox.records("sales_orders").map(({ key, content }) => [key, content]));
  for (const order of orders) {
    const content = arrived.get(order.number);
    if (!order.isConsistent) expect(content, order.number).toBeUndefined();
    else expect(content === undefined ? "never arrived" : differenceOf(order, content), order.number).toBeUndefined();
  }
  expect(job.sandbox.counts()).toMatchObject({ defects: 0, duplicates: { sales_orders: 0 } });
});

it("is refused, order by order, where two currencies meet in one channel", async () => {
  const [source] = whole.filter(({ name }) => name === "amazon-orders");
  if (source === undefined) throw new Error("there is no such source");
  const random = seeded(7);
  const orders = Array.from({ length: 12 }, (_, index) => source.order(random, index + 1));
  expect(new Set(orders.map(currencyOf))).toEqual(new Set(["USD", "EUR"]));
  await using job = await sandboxJob(await filesOf(source, orders));
  const { exitCode } = await job.run();
  expect(exitCode).toBe(3);
  expect(job.sandbox.records("sales_orders")).toEqual([]);
});

function someOrders(source: Source, count: number): readonly KnownOrder[] {
  const random = seeded(20241126);
  const orders = Array.from({ length: count }, (_, index) => source.order(random, index + 1));
  // A channel has one currency.
  return orders.filter((order) => currencyOf(order) === currencyOf(orders[0] ?? order));
}

function currencyOf({ rows: [first] }: KnownOrder): unknown {
  return first?.currency;
}

async function filesOf({ name }: Source, orders: readonly KnownOrder[]): Promise<Record<string, string>> {
  const yaml = await readFile(join(import.meta.dirname, "../../mappings", `${name}.yaml`), "utf8");
  const hasChannel = yaml.includes("  channel_id:");
  const more = hasChannel ? "" : "channel: { label: Web }\n";
  const ending = nested.includes(name) ? "json" : name === "amazon-orders" ? "txt" : "csv";
  const job = ordersJob(`- { name: orders, file: "orders-*.${ending}", mapping: orders.yaml }\n`, more);
  const skus = new Set(orders.flatMap(({ pieces }) => Object.keys(pieces)));
  const mapping = {
    "orders.yaml": yaml.replace('"Main store"', "Web"),
    "goods.tsv": `SKU\n${[...skus].join("\n")}\n`,
  };
  const rows = orders.flatMap((order) => order.rows);
  if (ending === "json") {
    const list = rows.map((row) => row as unknown);
    return { ...job, ...mapping, "orders-1.json": JSON.stringify(name.startsWith("woo") ? list : { orders: list }) };
  }
  // The second file begins in the middle of what the first has.
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const table = rows.map((row) => Object.fromEntries(columns.map((column) => [column, String(row[column] ?? "")])));
  const [end, start] = [Math.ceil((table.length * 2) / 3), Math.floor(table.length / 3)];
  const written = (part: typeof table) =>
    ending === "txt"
      ? `${[columns, ...part.map((row) => columns.map((column) => row[column] ?? ""))].map((cells) => cells.join("\t")).join("\n")}\n`
      : name === "sales-ledger"
        ? `${[columns, ...part.map((row) => columns.map((column) => row[column] ?? ""))].map((cells) => cells.join(";")).join("\n")}\n`
        : tableText(part);
  return {
    ...job,
    ...mapping,
    [`orders-1.${ending}`]: written(table.slice(0, end)),
    [`orders-2.${ending}`]: written(table.slice(start)),
  };
}
