// The judge of the matrix with a lying sandbox: what it has to notice, on results that were made up.
import { expect, it } from "vitest";
import type { JsonObject } from "../../src/model/json.ts";
import { startSandbox } from "../../src/sandbox/server.ts";
import { lieInput } from "./lie-input.ts";
import { judgeLies } from "./lie-judge.ts";

const input = lieInput(1);
const [sku = ""] = input.wanted.products.keys();
const [number = ""] = input.wanted.sales_orders.keys();

it.each([
  { of: "what is as it was told", finds: [] },
  { of: "a second record of the key", twice: true, finds: ["doubled"] },
  { of: "an id that another record has", order: { remote_id: "7" }, finds: ["false claim"] },
  { of: "no id", order: { remote_id: "" }, finds: ["false claim"] },
  { of: "another price than was sent", price: 9, finds: ["false claim"] },
  { of: "a refusal of what was stored", order: { outcome: "rejected" }, finds: ["denied"] },
  { of: "in doubt, which claims nothing", order: { outcome: "in_doubt", remote_id: "" }, finds: [] },
  { of: "a row without an end", order: { outcome: "pending" }, finds: ["lost"] },
  { of: "a row that is missing", withoutOrder: true, finds: ["lost"] },
  { of: "a crash", exitCode: 1, finds: ["defect"] },
])("judges $of: $finds", async ({ twice, order = {}, price, withoutOrder, exitCode = 0, finds }) => {
  await using sandbox = await startSandbox({ duplicates: "accept" });
  const post = (path: string, content: JsonObject | undefined) =>
    fetch(`${sandbox.url}${path}`, {
      method: "POST",
      headers: { authorization: "Bearer sandbox" },
      body: JSON.stringify({ ...content, ...(path === "/products" ? {} : { channel_id: 1 }) }),
    });
  const product = input.wanted.products.get(sku);
  await post("/products", { ...product, ...(price === undefined ? {} : { retail_price: price }) });
  await post("/sales-orders", input.wanted.sales_orders.get(number));
  if (twice) await post("/sales-orders", input.wanted.sales_orders.get(number));
  const row = {
    file: "orders.csv",
    resource: "sales_orders",
    key: number,
    outcome: "accepted",
    remote_id: "1",
    ...order,
  };
  const rows = [
    { file: "products.csv", line: "2", resource: "products", key: sku, outcome: "accepted", remote_id: "1" },
    ...(withoutOrder
      ? []
      : [
          { ...row, line: "2" },
          { ...row, line: "3" },
        ]),
  ];
  const report = { exitCode, rows, stderr: "" };
  const breaches = judgeLies(sandbox, input, new Map(), report);
  expect([...new Set(breaches.map(({ kind }) => kind))]).toEqual(finds);
});
