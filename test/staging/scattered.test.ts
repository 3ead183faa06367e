// Scattered groups: whatever order the rows of a file are in, the entries are those of the sorted file. bench/scattered.ts
// says the same of five million rows.
import fc from "fast-check";
import { expect, it } from "vitest";
import { canonicalJson, type Json } from "../../src/model/json.ts";
import { check } from "../../src/run/check.ts";
import { errorOf, jobFolder, stagedJob } from "./job-folder.ts";

const mapping = `version: 1
resource: sales_orders
group: { by: Order, rows: anywhere, conflict: error }
fields:
  channel_id: { value: 1 }
  company_id: { value: 5 }
  order_number: Order
  order_date: Date
  order_status: { value: completed }
children:
  items: { each: rows, fields: { sku: SKU, quantity: Qty, unit_price: { value: 1 } } }
`;

function filesWith(rows: readonly string[]): Readonly<Record<string, string>> {
  return {
    "import.yaml": "version: 1\ninputs: [{ name: orders, file: orders.csv, mapping: orders.yaml }]\n",
    "orders.yaml": mapping,
    "orders.csv": `Order,Date,SKU,Qty\n${rows.map((row) => `${row}\n`).join("")}`,
  };
}

/** Payloads by order number; the items of an order as they stand in the file. */
async function payloadsOf(rows: readonly string[]): Promise<ReadonlyMap<string, Json>> {
  await using staged = await stagedJob(filesWith(rows));
  expect(await staged.problems()).toEqual([]);
  return new Map((await staged.open()).map(({ key = "", payload }) => [key, payload]));
}

/** Items follow the order of the file, so those of a shuffled file can only be compared as a set. */
function withItemsSorted(payloads: ReadonlyMap<string, Json>): readonly string[] {
  return [...payloads]
    .map(([key, payload]) => {
      const { items, ...own } = payload as { readonly items: readonly Json[] };
      return `${key} ${canonicalJson(own as Json)} ${items.map(canonicalJson).sort().join()}`;
    })
    .sort();
}

it("any shuffle of a few thousand rows gives the payloads of the sorted file, items in the order of the file", async () => {
  const lineCounts = fc.array(fc.nat({ max: 6 }), { minLength: 900, maxLength: 900 });
  await fc.assert(
    fc.asyncProperty(lineCounts, fc.infiniteStream(fc.nat({ max: 2 ** 31 - 1 })), async (counts, numbers) => {
      const sorted = counts.flatMap((count, order) =>
        Array.from({ length: count }, (_, line) => `SO-${order},2024-01-1${order % 10},P${line},${line + 1}`),
      );
      const places = new Map(sorted.map((row) => [row, numbers.next().value]));
      const shuffled = sorted.toSorted((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0));
      const payloads = await payloadsOf(shuffled);
      expect(withItemsSorted(payloads)).toEqual(withItemsSorted(await payloadsOf(sorted)));
      const skusOf = (key: string) =>
        shuffled.filter((row) => row.startsWith(`${key},`)).map((row) => row.split(",")[2]);
      for (const [key, payload] of payloads) {
        const { items } = payload as { readonly items: readonly { readonly sku: string }[] };
        expect(items.map(({ sku }) => sku)).toEqual(skusOf(key));
      }
    }),
    { numRuns: 4, endOnFailure: true },
  );
});

it("tells how many rows it has brought together, and can be stopped at that", async () => {
  const rows = Array.from({ length: 9_000 }, (_, row) => `SO-${row % 3_000},2024-01-15,P${row},1`);
  await using folder = await jobFolder(filesWith(rows));
  const told: string[] = [];
  const stop = new AbortController();
  const options: Parameters<typeof check>[1] = {
    stop: stop.signal,
    onEvent: (event) => {
      if (event.kind !== "reading" || event.of === undefined) return;
      told.push(`${event.rows} of ${event.of}`);
      if (told.length === 2) setImmediate(() => stop.abort());
    },
  };
  const error = await errorOf(check(await folder.loadJob(), options));
  expect([error.code, error.hint]).toEqual(["STOPPED", "Run the same command again."]);
  expect(told).toEqual(["2001 of 9000", "4002 of 9000"]);
});
