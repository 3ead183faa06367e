import { expect, test } from "vitest";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import type { SandboxOptions } from "../../src/sandbox/world/options.ts";
import { call, order, product, testClock } from "./api.ts";

async function withShelf(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox(options);
  await call(
    sandbox,
    "POST",
    "/products",
    product("A-1", { retail_price: 9.5, variants: [{ name: "Red", sku: "A-1-R" }] }),
  );
  await call(sandbox, "POST", "/products/alternate-sku", { sku: "A-1", alternate_sku: "ASIN" });
  await call(sandbox, "POST", "/products", product("007", { retail_price: 10, upc: "123", tags: ["blue"] }));
  await call(sandbox, "POST", "/products", product("B,1", { type: "KIT", kit_items: [{ sku: "A-1", quantity: 1 }] }));
  await call(sandbox, "POST", "/products", product("ß & 1/2+3", { sellable: false }));
  return sandbox;
}

async function skus(sandbox: Sandbox, query: string): Promise<readonly unknown[]> {
  const answer = await call(sandbox, "GET", `/products?sort=id:asc&per_page=100&${query}`);
  expect(answer.status).toBe(200);
  return (answer.at("data") as { sku: string }[]).map(({ sku }) => sku);
}

test.each([
  { query: "sku=A-1", finds: ["A-1"] },
  { query: "sku[eq]=A-1", finds: ["A-1"] },
  { query: "sku%5Bin%5D=A-1%2C007%2CNONE", finds: ["A-1", "007"] },
  { query: "sku[in]=A-1,A-1,ASIN", finds: ["A-1"] },
  { query: "sku%5Bin%5D=B%2C1", finds: [] },
  { query: "sku%5Beq%5D=B%2C1", finds: ["B,1"] },
  { query: `sku%5Beq%5D=${encodeURIComponent("ß & 1/2+3")}`, finds: ["ß & 1/2+3"] },
  { query: "sku[eq]=7", finds: [] },
  { query: "sku[eq]=a-1", finds: [] },
  { query: "sku[eq]=ASIN", finds: ["A-1"] },
  { query: "sku[eq]=A-1-R", finds: [] },
  { query: "sku[in]=", finds: [] },
  { query: "sku[neq]=A-1", finds: ["007", "B,1", "ß & 1/2+3"] },
  { query: "sku[notin]=A-1,007", finds: ["B,1", "ß & 1/2+3"] },
  { query: "sku[contains]=-1", finds: ["A-1"] },
  { query: "type=KIT", finds: ["B,1"] },
  { query: "type=PRODUCT&sku[in]=B-1,007", finds: ["007"] },
  { query: "retail_price[gt]=9.5", finds: ["007"] },
  { query: "retail_price[gte]=9.5", finds: ["A-1", "007"] },
  { query: "retail_price[lt]=10", finds: ["A-1"] },
  { query: "retail_price[lte]=10", finds: ["A-1", "007"] },
  { query: "upc[set]=1", finds: ["007"] },
  { query: "upc[notset]=1", finds: ["A-1", "B,1", "ß & 1/2+3"] },
  { query: "name[notcontains]=1", finds: ["007"] },
  { query: "tag=blue", finds: ["007"] },
  { query: "sellable=false", finds: ["ß & 1/2+3"] },
  { query: "category.name=Tools&upc=123", finds: ["007"] },
  { query: "kit_items.product_id=1", finds: ["B,1"] },
  { query: "id[in]=1,4", finds: ["A-1", "007"] },
  { query: "nothing_like_that=1", finds: ["A-1", "007", "B,1", "ß & 1/2+3"] },
])("filters products by $query", async ({ query, finds }) => {
  await using sandbox = await withShelf();
  expect(await skus(sandbox, query)).toEqual(finds);
});

test("finds variants by SKU only when asked to", async () => {
  await using sandbox = await withShelf({ skuFilterFindsVariants: true });
  expect(await skus(sandbox, "sku[eq]=A-1-R")).toEqual(["A-1"]);
});

test("finds an order by its number and by its date", async () => {
  await using sandbox = await withShelf();
  for (const number of ["17", "18", "017"]) await call(sandbox, "POST", "/sales-orders", order(number));
  await call(sandbox, "POST", "/sales-orders", order("19", { order_date: "2025-01-01", order_status: "pending" }));
  const numbers = async (query: string) =>
    ((await call(sandbox, "GET", `/sales-orders?sort=id:asc&${query}`)).at("data") as { order_number: string }[]).map(
      (found) => found.order_number,
    );
  expect(await numbers("order_number[in]=17,19,20")).toEqual(["17", "19"]);
  expect(await numbers("order_date[gte]=2024-06-01")).toEqual(["19"]);
  expect(await numbers("order_status[in]=pending,shipped")).toEqual(["19"]);
});

test("answers everything when filters are ignored", async () => {
  await using sandbox = await withShelf({ ignoreFilters: true });
  expect(await skus(sandbox, "sku[eq]=A-1")).toHaveLength(4);
});

test("pages with meta, ten by default, and shows the last write first", async () => {
  await using sandbox = await startSandbox();
  for (let n = 1; n <= 12; n += 1) await call(sandbox, "POST", "/products", product(`S${n}`));
  const first = await call(sandbox, "GET", "/products");
  expect(first.at("meta")).toEqual({ current_page: 1, from: 1, last_page: 2, per_page: 10, to: 10, total: 12 });
  expect(first.at("data.0.sku")).toBe("S12");
  const second = await call(sandbox, "GET", "/products?page=2&sort=id:asc");
  expect(second.at("meta")).toEqual({ current_page: 2, from: 11, last_page: 2, per_page: 10, to: 12, total: 12 });
  expect(second.body).toMatchObject({ data: [{ sku: "S11" }, { sku: "S12" }] });
  const beyond = await call(sandbox, "GET", "/products?page=3");
  expect(beyond.body).toMatchObject({ data: [], meta: { from: null, to: null, total: 12 } });
  await call(sandbox, "POST", "/products/1", { name: "touched" });
  expect((await call(sandbox, "GET", "/products")).at("data.0.sku")).toBe("S1");
});

test.each([
  "per_page=101",
  "per_page=0",
  "page=x",
  "sku[like]=A",
  "since=1970-01-01&limit=1001",
  "limit=0&since=1970-01-01",
])("refuses the query %s", async (query) => {
  await using sandbox = await startSandbox();
  const path = query.includes("limit") ? "/products/export" : "/products";
  expect((await call(sandbox, "GET", `${path}?${query}`)).status).toBe(422);
});

test("exports every record once by cursor, also when the last page is full", async () => {
  await using sandbox = await startSandbox();
  for (let n = 1; n <= 4; n += 1) await call(sandbox, "POST", "/products", product(`S${n}`));
  await call(sandbox, "POST", "/products/1", { name: "touched" });
  const pages: unknown[] = [];
  let query = "since=1970-01-01T00:00:00Z&limit=2";
  for (;;) {
    const page = await call(sandbox, "GET", `/products/export?${query}`);
    const cursor = page.at("next_cursor");
    const rows = (page.at("data") as { sku: string }[]).map(({ sku }) => sku);
    pages.push({ rows, more: page.at("has_more") });
    if (cursor === null) break;
    query = `limit=2&cursor=${encodeURIComponent(String(cursor))}`;
  }
  expect(pages).toEqual([
    { rows: ["S2", "S3"], more: true },
    { rows: ["S4", "S1"], more: true },
    { rows: [], more: false },
  ]);
});

test("anchors an export to its start: what is written later is in no page of it", async () => {
  await using sandbox = await startSandbox();
  for (const sku of ["A", "B"]) await call(sandbox, "POST", "/products", product(sku));
  const first = await call(sandbox, "GET", "/products/export?since=1970-01-01&limit=1");
  await call(sandbox, "POST", "/products", product("C"));
  const second = await call(sandbox, "GET", `/products/export?limit=5&cursor=${String(first.at("next_cursor"))}`);
  expect(second.body).toMatchObject({ data: [{ sku: "B" }], has_more: false, next_cursor: null });
});

test("exports what was written since a moment, that moment included", async () => {
  const clock = testClock();
  await using sandbox = await startSandbox({ nowMs: clock.now });
  await call(sandbox, "POST", "/products", product("A"));
  clock.advance(60_000);
  await call(sandbox, "POST", "/products", product("B"));
  const since = "2024-01-15T10:01:00Z";
  expect((await call(sandbox, "GET", `/products/export?since=${since}`)).body).toMatchObject({ data: [{ sku: "B" }] });
});

test.each([
  ["neither since nor cursor", "", "since"],
  ["both", "since=1970-01-01&cursor=x", "cursor"],
  ["a cursor of its own making", "cursor=x", "cursor"],
  ["a moment that is none", "since=yesterday", "since"],
])("refuses an export with %s", async (_what, query, path) => {
  await using sandbox = await startSandbox();
  const answer = await call(sandbox, "GET", `/sales-orders/export?${query}`);
  expect(answer.status).toBe(422);
  expect(Object.keys(answer.at("errors") as object)).toEqual([path]);
});

test("exports orders under their other names, with a number as order_id", async () => {
  await using sandbox = await withShelf();
  await call(sandbox, "POST", "/sales-orders", order("17"));
  expect((await call(sandbox, "GET", "/sales-orders/export?since=1970-01-01")).body).toMatchObject({
    data: [{ order_id: 1, order_number: "17", total_amount: 19.98, items: [{ product_id: 1, quantity_ordered: 2 }] }],
    meta: { rows: 1 },
  });
});

test("reads see a write only after the lag, and until then what was there before", async () => {
  const clock = testClock();
  await using sandbox = await startSandbox({ nowMs: clock.now, readLagMs: 5000 });
  await call(sandbox, "POST", "/products", product("A", { name: "first" }));
  const seen = async () => ({
    single: (await call(sandbox, "GET", "/products/1")).at("data.name"),
    listed: (await call(sandbox, "GET", "/products?sku[eq]=A")).at("data.0.name"),
    exported: (await call(sandbox, "GET", "/products/export?since=1970-01-01")).at("data.0.name"),
  });
  const all = (name: string | undefined) => ({ single: name, listed: name, exported: name });
  expect(await seen()).toEqual(all(undefined));
  // A check of a write is not a read: the SKU is taken at once.
  expect((await call(sandbox, "POST", "/products", product("A"))).status).toBe(422);
  clock.advance(4999);
  expect(await seen()).toEqual(all(undefined));
  clock.advance(1);
  expect(await seen()).toEqual(all("first"));
  await call(sandbox, "POST", "/products/1", { name: "second" });
  await call(sandbox, "POST", "/products/1", { name: "third" });
  expect(await seen()).toEqual(all("first"));
  clock.advance(5000);
  expect(await seen()).toEqual(all("third"));
});
