// What earlier passes left open goes along in a later one: under its original file and line, with today's mapping, once.
import { readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { RunResult } from "../../src/run/run-options.ts";
import { type PassJob, passJob } from "./pass-job.ts";
import { fatesIn, orderFields } from "./sandbox-job.ts";

const files = (group = "{ by: Order }") => ({
  "import.yaml": `version: 1
limits: { requests_per_second: 1000, read_lag_seconds: 0, attempts: 1, timeout_seconds: 0.5, second_send_seconds: 0 }
inputs:
  - { name: products, file: x.csv, mapping: products.yaml }
  - { name: shops, file: x.csv, mapping: shops.yaml }
  - { name: orders, file: x.csv, mapping: orders.yaml }
`,
  "products.yaml":
    "version: 1\nresource: products\nfields: { sku: SKU, name: SKU, category.name: { value: Cups }, retail_price: { value: 1 } }\n",
  "shops.yaml":
    "version: 1\nresource: channels\nfields: { channelType: { value: sales_channel }, label: Label, warehouseGroupId: { value: 1 } }\n",
  "orders.yaml": `version: 1
resource: sales_orders
group: ${group}
${orderFields}children:
  items: { each: rows, fields: { sku: SKU, quantity: Qty, unit_price: Price } }
`,
});
const shops = { "shops.csv": "Label\nWeb\n" };
const orders = (...lines: readonly string[]) => `${["Order,Customer,SKU,Qty,Price", ...lines].join("\n")}\n`;
const skus = (...lines: readonly string[]) => `${["SKU", ...lines].join("\n")}\n`;

/** `A2: A×3 B×1` of every order that the account holds. */
function held({ sandbox }: PassJob): readonly string[] {
  return sandbox.records("sales_orders").map(({ key, received }) => {
    const items = received[0]?.items as readonly { readonly sku: string; readonly quantity: number }[];
    return `${key}: ${items.map(({ sku, quantity }) => `${sku}×${quantity}`).join(" ")}`;
  });
}

async function ordersIn(result: RunResult | undefined): Promise<readonly string[]> {
  if (result === undefined) return [];
  const fates = await fatesIn(result);
  return fates.filter((fate) => fate.startsWith("o"));
}

describe("an order whose product comes in a later file", () => {
  it("waits, and goes by itself in the pass that brings the product, under its own file and line", async () => {
    await using job = await passJob(files());
    const first = await job.pass({
      products: { "p.csv": skus("A") },
      shops,
      orders: { "o-1.csv": orders("1,Pat,A,1,2.00", "2,Sam,A,1,2.00", "2,Sam,B,3,2.00", "3,Kim,A,1,2.00") },
    });
    expect(first?.exitCode).toBe(3);
    const second = await job.pass({ orders: { "o-2.csv": orders("4,Lee,A,1,2.00") } });
    expect(await ordersIn(second)).toEqual([
      "o-1.csv:3 blocked 2 same_entry",
      "o-1.csv:4 blocked 2 missing_reference",
      "o-2.csv:2 accepted created 4",
    ]);
    expect(second?.exitCode).toBe(3);
    expect(await job.breaches()).toEqual([]);
    const third = await job.pass({ products: { "p.csv": skus("B") } });
    expect(await ordersIn(third)).toEqual(["o-1.csv:3 accepted created 2", "o-1.csv:4 accepted created 2"]);
    expect(third?.exitCode).toBe(0);
    expect(third?.summary.open_failures).toEqual({ rows: 0, earlier_rows: 0 });
    expect(third?.summary.files).toMatchObject([
      { input: "products", carried_from: null },
      { file: "o-1.csv", input: "orders", kind: "input", rows: 2, carried_from: first?.summary.run_id },
    ]);
    expect(held(job)).toEqual(["1: A×1", "3: A×1", "4: A×1", "2: A×1 B×3"]);
    expect(await job.breaches()).toEqual([]);
    expect(await job.pass({})).toBeUndefined();
    const results = await readFile(join(third?.folder ?? "", "results.csv"), "utf8");
    expect(results).toContain("orders,o-1.csv,3,2,sales_orders,2,accepted");
    const [one, two] = await job.ledger((ledger, { file }) => ledger.failures.madeGoodLater(file.path));
    expect([one, two]).toEqual([
      { run: 1, runId: third?.summary.run_id, rows: 2 },
      { run: 2, runId: third?.summary.run_id, rows: 2 },
    ]);
  });
});

describe("what was corrected in a failures file", () => {
  it("is not taken along as it was: the pass says so and leaves it to a retry", async () => {
    await using job = await passJob(files());
    const first = await job.pass({
      products: { "p.csv": skus("A") },
      shops,
      orders: { "o-1.csv": orders("1,Pat,B,1,2.00", "2,Sam,B,1,2.00") },
    });
    const failures = join(first?.folder ?? "", "failures", "orders.csv");
    const written = await readFile(failures, "utf8");
    // Long after the run, whatever the clock of the disk.
    const save = async (text: string): Promise<void> => {
      await writeFile(failures, text);
      await utimes(failures, new Date(), new Date(Date.now() + 60_000));
    };
    await save(written.replace("1,Pat,B", "1,Patricia,A"));
    const second = await job.pass({ products: { "p.csv": skus("B") } });
    expect(await ordersIn(second)).toEqual(["o-1.csv:3 accepted created 2"]);
    expect(second?.summary.warnings).toEqual([
      expect.stringMatching(
        /^1 row of (\S*\/)?failures\/orders\.csv was edited by hand, so this pass leaves it to luminous-import retry import\.yaml$/,
      ),
    ]);
    expect(second?.summary.open_failures?.rows).toBe(1);
    expect((await job.retry()).exitCode).toBe(0);
    expect(held(job)).toEqual(["2: B×1", "1: A×1"]);
    expect(job.sandbox.records("sales_orders", "1")[0]?.received[0]).toMatchObject({ bill_to: { name: "Patricia" } });
    expect(await job.breaches()).toEqual([]);
    // What a retry has read is no correction that waits any more.
    const third = await job.pass({ products: { "p.csv": skus("C") } });
    expect(third?.summary.warnings).toEqual([]);
  });

  it("goes along where the file was only saved again", async () => {
    await using job = await passJob(files());
    const first = await job.pass({
      products: { "p.csv": skus("A") },
      shops,
      orders: { "o.csv": orders("1,Pat,B,1,2") },
    });
    const failures = join(first?.folder ?? "", "failures", "orders.csv");
    await utimes(failures, new Date(), new Date(Date.now() + 60_000));
    const second = await job.pass({ products: { "p.csv": skus("B") } });
    expect(await ordersIn(second)).toEqual(["o.csv:2 accepted created 1"]);
    expect(second?.summary.warnings).toEqual([]);
  });
});

it("is left to a retry as a whole where the failures file was changed and cannot be read", async () => {
  await using job = await passJob(files());
  const first = await job.pass({ products: { "p.csv": skus("A") }, shops, orders: { "o.csv": orders("1,Pat,B,1,2") } });
  const failures = join(first?.folder ?? "", "failures", "orders.csv");
  await writeFile(failures, Buffer.from([0x22, 0xff, 0xfe, 0, 0, 0x22]));
  await utimes(failures, new Date(), new Date(Date.now() + 60_000));
  const second = await job.pass({ products: { "p.csv": skus("B") } });
  expect(await ordersIn(second)).toEqual([]);
  expect(second?.summary.warnings).toEqual([expect.stringContaining("was changed and cannot be read")]);
  expect(second?.summary.open_failures?.rows).toBe(1);
});

describe("what was open", () => {
  const blocked = { products: { "p.csv": skus("A") }, shops, orders: { "o.csv": orders("1,Pat,B,1,2.00") } };

  it("goes again when the API had failed on it", async () => {
    const odds = { "error-before": 1 };
    await using job = await passJob(files(), { faults: odds });
    odds["error-before"] = 0;
    await job.pass({ products: { "p.csv": skus("A") }, shops });
    odds["error-before"] = 1;
    const first = await job.pass({ orders: { "o.csv": orders("1,Pat,A,1,2.00") } });
    expect(await ordersIn(first)).toEqual(["o.csv:2 failed 1 api_failed"]);
    odds["error-before"] = 0;
    const second = await job.pass({ orders: { "o.csv": orders("2,Pat,A,1,2.00") } });
    expect(await ordersIn(second)).toEqual(["o.csv:2 accepted created 1", "o.csv:2 accepted created 2"]);
    expect(second?.exitCode).toBe(0);
    expect(await job.breaches()).toEqual([]);
  });

  it("is looked up before it goes again where a pass was cut off with it in flight: never twice", async () => {
    const odds = { "hang-after": 1 };
    await using job = await passJob(files(), { faults: odds, duplicates: "accept" });
    odds["hang-after"] = 0;
    await job.pass(blocked);
    await job.pass({ products: { "p.csv": skus("B") } }, { keepOpenDays: 0 });
    odds["hang-after"] = 1;
    const cut = new AbortController();
    const watch = setInterval(() => job.sandbox.records("sales_orders").length > 0 && cut.abort(), 20);
    const stopped = await job.pass({ shops }, { stop: cut.signal, abort: cut.signal });
    clearInterval(watch);
    expect(stopped?.exitCode).toBe(4);
    expect(await ordersIn(stopped)).toEqual(["o.csv:2 in_doubt 1"]);
    odds["hang-after"] = 0;
    const next = await job.pass({ shops });
    expect(await ordersIn(next)).toEqual(["o.csv:2 accepted recovered 1"]);
    expect(held(job)).toEqual(["1: B×1"]);
    expect(await job.breaches()).toEqual([]);
  });

  it("goes as long as the job says, counted from the pass that brought it, and by retry after that", async () => {
    await using job = await passJob(files());
    await job.pass(blocked);
    const tenth = await job.pass({ shops }, { day: 10, keepOpenDays: 10.1 });
    expect(await ordersIn(tenth)).toEqual(["o.csv:2 blocked 1 missing_reference"]);
    const eleventh = await job.pass({ products: { "p.csv": skus("B") } }, { day: 11, keepOpenDays: 10.1 });
    expect(await ordersIn(eleventh)).toEqual([]);
    expect(eleventh?.summary.open_failures).toEqual({ rows: 1, earlier_rows: 1 });
    const { result } = await job.retry();
    expect(result?.exitCode).toBe(0);
    expect(held(job)).toEqual(["1: B×1"]);
    expect(await job.breaches()).toEqual([]);
  });

  it("goes again after a pass that was stopped, and what it did not reach is not lost", async () => {
    await using job = await passJob(files());
    await job.pass(blocked);
    const stop = new AbortController();
    const stopped = await job.pass(
      { products: { "p.csv": skus("B") } },
      { stop: stop.signal, onEvent: ({ kind }) => kind === "staged" && stop.abort() },
    );
    expect(stopped?.exitCode).toBe(4);
    expect(await ordersIn(stopped)).toEqual(["o.csv:2 pending 1"]);
    expect(await job.breaches()).toEqual([]);
    const next = await job.pass({ products: { "p.csv": skus("B") } });
    expect(await ordersIn(next)).toEqual(["o.csv:2 accepted created 1"]);
    expect(next?.summary.open_failures).toEqual({ rows: 0, earlier_rows: 0 });
    expect(await job.breaches()).toEqual([]);
  });

  it("gives way to what a newer file says of the same order, and that counts alone", async () => {
    await using job = await passJob(files());
    await job.pass(blocked);
    const second = await job.pass({ orders: { "o.csv": orders("1,Pat,A,7,2.00") } });
    expect(await ordersIn(second)).toEqual(["o.csv:2 excluded superseded", "o.csv:2 accepted created 1"]);
    expect(second?.exitCode).toBe(0);
    expect(second?.summary.open_failures).toEqual({ rows: 0, earlier_rows: 0 });
    expect(held(job)).toEqual(["1: A×7"]);
    expect(await job.breaches()).toEqual([]);
    expect(await ordersIn(await job.pass({ products: { "p.csv": skus("B") } }))).toEqual([]);
  });

  it("counts once where tonight's file has the very same rows again", async () => {
    await using job = await passJob(files());
    await job.pass(blocked);
    const second = await job.pass({
      products: { "p.csv": skus("B") },
      orders: { "o-2.csv": orders("1,Pat,B,1,2.00") },
    });
    expect(await ordersIn(second)).toEqual(["o.csv:2 excluded same_row", "o-2.csv:2 accepted created 1"]);
    expect(held(job)).toEqual(["1: B×1"]);
    expect(second?.summary.open_failures).toEqual({ rows: 0, earlier_rows: 0 });
    expect(await job.breaches()).toEqual([]);
  });

  it("is left to people where a check of ours refused it or they took it out of its failures file", async () => {
    await using job = await passJob(files());
    const first = await job.pass({
      ...blocked,
      orders: { "o.csv": orders("1,Pat,B,1,2.00", "2,Pat,B,x,2.00", "3,Pat,B,1,2.00") },
    });
    const failures = join(first?.folder ?? "", "failures", "orders.csv");
    const text = await readFile(failures, "utf8");
    await writeFile(
      failures,
      text
        .split("\n")
        .filter((line) => !line.startsWith("3,"))
        .join("\n"),
    );
    await job.retry();
    const third = await job.pass({ products: { "p.csv": skus("B") } });
    expect(await ordersIn(third)).toEqual(["o.csv:2 accepted created 1"]);
    expect(third?.summary.open_failures?.rows).toBe(1);
    expect(await job.breaches()).toEqual([]);
  });

  it("goes as today's mapping reads it, and does not keep the others when that cannot", async () => {
    await using job = await passJob(files());
    await job.pass(blocked);
    const mapping = join(job.folder.path, "orders.yaml");
    const text = await readFile(mapping, "utf8");
    await writeFile(
      mapping,
      text.replace("bill_to.name: Customer", "bill_to.name: { from: Customer, apply: [upper] }"),
    );
    await job.pass({ products: { "p.csv": skus("B") } });
    expect(job.sandbox.records("sales_orders", "1")[0]?.content).toMatchObject({ bill_to: { name: "PAT" } });

    await job.pass({ orders: { "late.csv": orders("5,Pat,C,1,2.00") } });
    await writeFile(mapping, text.replace("bill_to.name: Customer", "bill_to.name: Buyer"));
    const other = "Order,Buyer,Customer,SKU,Qty,Price\n6,Pat,Pat,A,1,2.00\n";
    const last = await job.pass({ products: { "p.csv": skus("C") }, orders: { "new.csv": other } });
    expect(last?.exitCode).toBe(0);
    expect(last?.summary.warnings.join("\n")).toContain("late.csv: what is open of it since run");
    expect(last?.summary.open_failures).toEqual({ rows: 1, earlier_rows: 1 });
    expect(await job.breaches()).toEqual([]);
  });

  it("is carried by later passes and retried after them as what it was at first", async () => {
    await using job = await passJob(files("{ by: Order, rows: adjacent }"));
    await job.pass({
      products: { "p.csv": skus("A") },
      shops,
      orders: { "o.csv": orders("0,Pat,A,1,2.00", "1,Pat,B,1,2.00", "1,Pat,A,1,2.00") },
    });
    for (const _ of [1, 2, 3]) await job.pass({ shops });
    const { result } = await job.retry();
    expect(result?.exitCode).toBe(3);
    const next = await job.pass({ products: { "p.csv": skus("B") } });
    expect(await ordersIn(next)).toEqual(["o.csv:3 accepted created 1", "o.csv:4 accepted created 1"]);
    expect(held(job)).toEqual(["0: A×1", "1: B×1 A×1"]);
    expect(next?.summary.open_failures).toEqual({ rows: 0, earlier_rows: 0 });
    expect(await job.breaches()).toEqual([]);
  });
});
