// Money of several currencies in one channel, which has room for one: in a file, over inputs, and from run to run.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, test } from "vitest";
import { fatesIn, ordersJob, sandboxJob } from "./sandbox-job.ts";

const mapping = (totals: string) => `version: 1
resource: sales_orders
totals: ${totals}
fields:
  channel_id: { from: Shop, ref: { resource: channels, by: label } }
  order_number: Order
  order_date: { value: "2024-03-09" }
  order_status: { value: completed }
  bill_to.name: { value: Pat }
  ship_to.name: { value: Pat }
children:
  items: { each: { from: SKU, split: "|" }, fields: { sku: item, quantity: { value: 1 }, unit_price: parent.Price } }
`;
const files = (csv: string, totals = "{ currency: Currency }") => ({
  ...ordersJob("- { name: orders, file: o.csv, mapping: m.yaml }\n"),
  "m.yaml": mapping(totals),
  "o.csv": csv,
});
const header = "Order,Shop,SKU,Price,Currency\n";

it("all of a channel's orders are refused where a file brings several and nothing is known of the channel", async () => {
  await using job = await sandboxJob(
    files(`${header}1,Web,A,29.99,USD\n2,Web,A,89.90,eur\n3,Web,A,899.00,MXN\n4,Hall,A,5,EUR\n5,Hall,A,5,\n`),
  );
  const { exitCode, folder } = await job.check();
  expect(exitCode).toBe(3);
  expect(await fatesIn({ folder })).toEqual([
    "o.csv:2 invalid 1 mixed_currency",
    "o.csv:3 invalid 2 mixed_currency",
    "o.csv:4 invalid 3 mixed_currency",
    "o.csv:5 pending 4",
    "o.csv:6 pending 5",
  ]);
  expect(await readFile(join(folder, "results.csv"), "utf8")).toContain(
    "the orders of the channel Web are in several currencies (EUR 1, MXN 1, USD 1), this one in EUR. Luminous has no currency and would take the numbers as they are, whatever they mean: give each currency a channel of its own or, if they belong together, say totals: { currencies: [EUR, MXN, USD] } in m.yaml",
  );
  await job.run();
  expect(job.sandbox.records("sales_orders").map(({ key }) => key)).toEqual(["4", "5"]);
});

test.each([
  { listed: "[usd, EUR, MXN]", refused: [] },
  { listed: "[USD, EUR]", refused: ["3"] },
  { listed: "[USD]", refused: ["2", "3"] },
])("those that are listed may stand together: $listed", async ({ listed, refused }) => {
  const csv = `${header}1,Web,A,1,USD\n2,Web,A,1,EUR\n3,Web,A,1,MXN\n`;
  await using job = await sandboxJob(files(csv, `{ currency: Currency, currencies: ${listed} }`));
  await job.run();
  const sent = job.sandbox.records("sales_orders").map(({ key }) => key);
  expect(["1", "2", "3"].filter((key) => !sent.includes(key))).toEqual(refused);
});

it("a channel is known by what was accepted: the next run, and its check, refuse any other currency", async () => {
  await using job = await sandboxJob(files(`${header}1,Web,A,1,USD\n`));
  await job.run();
  const next = { "o.csv": `${header}1,Web,A,1,USD\n2,Web,A,1,EUR\n3,Web,A,2,USD\n` };
  for (const { folder } of [await job.check(next), await job.run(next)])
    expect((await fatesIn({ folder }))[1]).toBe("o.csv:3 invalid 2 mixed_currency");
  expect(job.sandbox.records("sales_orders").map(({ key }) => key)).toEqual(["1", "3"]);
  const { folder } = await job.run({ "o.csv": `${header}2,Web,A,1,EUR\n` });
  expect(await fatesIn({ folder })).toEqual(["o.csv:2 invalid 2 mixed_currency"]);
  expect(await readFile(join(folder, "results.csv"), "utf8")).toContain(
    "this order is in EUR, and the channel Web has orders in USD",
  );
  const listed = { "m.yaml": mapping("{ currency: Currency, currencies: [USD, EUR] }") };
  expect((await job.run(listed)).exitCode).toBe(0);
});
