// Money in the smallest units of its currency: what the name says is divided, what nothing says is asked, and either answer is right.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { allLines, guessImport, proposeImport, readExports } from "../../src/init/init.ts";
import { type Answer, draftsAnswered, told } from "./answered.ts";
import { sampleOf } from "./samples.ts";

const address = { first_name: "Ann", last_name: "Lee", address_1: "1 Road", city: "Leeds", postal_code: "LS1" };

function ordersOf(money: (amount: number, at: number) => object, ways: { readonly price?: string } = {}) {
  const { price = "unit_price" } = ways;
  return [1999, 2500].map((amount, at) => ({
    order_number: `A-${at + 1}`,
    created_at: `2026-02-0${at + 1}T10:00:00Z`,
    status: "completed",
    email: "ann@example.org",
    ...money(amount, at),
    billing_address: address,
    shipping_address: address,
    line_items: [{ sku: "CUP-1", quantity: 2, [price]: amount }],
    shipping_total: 495,
    discount_total: 0,
  }));
}

async function withFile<T>(name: string, content: unknown, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "init-cents-"));
  try {
    await writeFile(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function linesIn(name: string, content: unknown) {
  return withFile(name, content, async (folder) => {
    const { mappings } = proposeImport(await readExports([name], folder), { channel: "Legacy" });
    return mappings.flatMap(allLines);
  });
}

function payloadsOf(content: unknown, answers: readonly Answer[]) {
  return withFile("orders.json", content, async (folder) => {
    const { payloads, problems } = told(await draftsAnswered(["orders.json"], folder, answers));
    expect(problems).toEqual([]);
    return payloads;
  });
}

const left: readonly Answer[] = [{ todo: 'nothing takes "currency_code"' }];

describe("where a name says cents", () => {
  const price = (header: string, cell: string) =>
    guessImport([sampleOf("products.csv", `SKU,Name,${header}\nA,Cup,${cell}\nB,Pot,2450\n`)])
      .mappings.flatMap(allLines)
      .find(({ path }) => path === "retail_price");

  it.each(["price_cents", "Price (cents)", "unitPriceInCents", "price_in_cents", "priceMinor", "Retail price pence"])(
    "%s of whole numbers is divided, and sure",
    (header) => {
      const expr = `number(row[${JSON.stringify(header)}]) / 100`;
      expect(price(header, "1999")).toMatchObject({ spec: { expr, round: 2 }, confidence: "high" });
    },
  );

  it("cents with decimals are none, and a plain price of whole numbers in a table stays as it is", () => {
    expect(price("price_cents", "19.99")).toBeUndefined();
    expect(price("Price", "1999")).toMatchObject({ spec: "Price", confidence: "high" });
    expect(price("Discount per cent", "10")).toBeUndefined();
  });

  it("lines, shipping and totals of orders are divided alike, and compared as money", () => {
    const header =
      "order_number,created_at,sku,qty,unit_price_cents,line_total_cents,discount_cents,shipping_cents,total_cents";
    const rows = ["1,2026-03-01,A,2,1999,3798,200,495,4293", "2,2026-03-02,B,1,2500,2500,0,495,2995"];
    const [mapping] = guessImport([sampleOf("orders.csv", `${header}\n${rows.join("\n")}\n`)]).mappings;
    const spec = (path: string) =>
      (mapping === undefined ? [] : allLines(mapping)).find((line) => line.path === path && line.kind === "guess");
    expect(spec("total_shipping")).toMatchObject({ spec: { expr: 'number(row["shipping_cents"]) / 100' } });
    expect(spec("items.unit_price")).toMatchObject({
      spec: { expr: expect.stringContaining('(number(row["line_total_cents"]) / 100)') },
    });
    expect(mapping?.totals?.spec).toMatchObject({ order: { expr: '(number(row["total_cents"]) / 100)', round: 2 } });
  });

  it("orders of several currencies are divided by what each has", async () => {
    const orders = ordersOf((_, at) => ({ currency_code: at === 0 ? "EUR" : "JPY" }), { price: "unit_price_cents" });
    const payloads = await payloadsOf(
      orders.map(({ shipping_total, discount_total, ...order }) => order),
      [],
    );
    expect(payloads["A-1"]).toMatchObject({ items: [{ unit_price: 19.99 }] });
    expect(payloads["A-2"]).toMatchObject({ items: [{ unit_price: 2500 }] });
  });

  it("commercetools' own number of decimals decides", async () => {
    const money = (centAmount: number, fractionDigits: number) => ({ centAmount, currencyCode: "EUR", fractionDigits });
    const orders = [2, 0].map((digits, at) => ({
      orderNumber: `C-${at}`,
      createdAt: "2026-02-01T10:00:00Z",
      orderState: "Complete",
      billingAddress: { firstName: "Ann", lastName: "Lee", city: "Leeds" },
      shippingAddress: { firstName: "Ann", lastName: "Lee", city: "Leeds" },
      lineItems: [{ variant: { sku: "CUP" }, quantity: 1, price: { value: money(1999, digits) } }],
      shippingInfo: { price: money(500, digits) },
    }));
    const payloads = await payloadsOf(orders, [{ todo: "nothing takes" }]);
    expect(payloads["C-0"]).toMatchObject({ total_shipping: 5, items: [{ unit_price: 19.99 }] });
    expect(payloads["C-1"]).toMatchObject({ total_shipping: 500, items: [{ unit_price: 1999 }] });
  });

  it("Square's objects of money are cents", async () => {
    const money = (amount: number) => ({ amount, currency: "USD" });
    const lines = await linesIn("items.json", [
      { sku: "A", name: "Cup", price_money: money(1999) },
      { sku: "B", name: "Pot", price_money: money(2500) },
    ]);
    expect(lines.find(({ path }) => path === "retail_price")).toMatchObject({
      spec: { expr: 'number(row["price_money.amount"]) / 100', round: 2 },
      confidence: "high",
    });
  });
});

describe("where nothing says it", () => {
  const orders = ordersOf(() => ({ currency_code: "usd" }));

  it("each line of money is a question with both answers, one of them for people", async () => {
    const lines = await linesIn("orders.json", orders);
    const asked = lines.filter((line) => line.kind === "todo" && line.asks?.about === "the unit of money");
    expect(asked.map(({ path }) => path)).toEqual(["total_shipping", "items.unit_price"]);
    expect(asked.at(-1)).toMatchObject({ isRequired: true, text: expect.stringMatching(/^required: unit_price: /) });
  });

  it("cents are right after only taking the # off", async () => {
    const payloads = await payloadsOf(orders, [
      ...left,
      { todo: "total_shipping: are", change: ["#total_shipping: { expr", "total_shipping: { expr"] },
      { todo: "required: unit_price: are", change: ["#unit_price: { expr", "unit_price: { expr"] },
    ]);
    expect(payloads["A-1"]).toMatchObject({ total_shipping: 4.95, items: [{ unit_price: 19.99 }] });
  });

  it("whole units are right after only taking the # off", async () => {
    const payloads = await payloadsOf(orders, [
      ...left,
      { todo: "total_shipping: are", change: ["#total_shipping: shipping_total", "total_shipping: shipping_total"] },
      { todo: "required: unit_price: are", change: ["#unit_price: unit_price", "unit_price: unit_price"] },
    ]);
    expect(payloads["A-1"]).toMatchObject({ total_shipping: 495, items: [{ unit_price: 1999 }] });
  });

  it("money of a currency without cents, and amounts with decimals, are as they stand", async () => {
    const price = async (all: unknown) =>
      (await linesIn("orders.json", all)).find(({ path }) => path === "items.unit_price");
    expect(await price(ordersOf(() => ({ currency_code: "JPY" })))).toMatchObject({ spec: "unit_price" });
    const [first, second] = orders;
    expect(await price([first, { ...second, shipping_total: 4.95 }])).toMatchObject({ spec: "unit_price" });
  });
});
