// The script that people write: csv-parse, a queue, fetch with retries, a line appended for each row:
// `node usual-script.mjs FILE URL CONCURRENCY RESULTS`. It proves nothing and cannot continue. Prints the number of products created.
import { createReadStream } from "node:fs";
import { appendFile } from "node:fs/promises";
import { parse } from "csv-parse";
import PQueue from "p-queue";
import pRetry from "p-retry";

const [file = "", url = "", concurrency = "32", results = ""] = process.argv.slice(2);
const queue = new PQueue({ concurrency: Number(concurrency) });
let created = 0;

const send = async (product) => {
  const response = await fetch(url, {
    method: "POST",
    headers: { authorization: "Bearer sandbox", "content-type": "application/json" },
    body: JSON.stringify(product),
  });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return response.json();
};

for await (const row of createReadStream(file).pipe(parse({ columns: true }))) {
  const product = {
    sku: row.SKU,
    name: row.Title,
    category: { name: row.Category },
    supplier: { name: row.Brand },
    description: row.Description,
    unit_cost: Number(row.Cost),
    retail_price: Number(row.Price),
    wholesale_price: Number(row.Wholesale),
    upc: row.UPC,
    product_weight: { unit: "lb", value: Number(row.Weight) / 0.45359237 },
    product_length: Number(row.Length) / 2.54,
    product_width: Number(row.Width) / 2.54,
    product_height: Number(row.Height) / 2.54,
    tags: row.Tags.split(";"),
    image_url: row.Image,
    sellable: row.Active === "yes",
  };
  queue.add(async () => {
    const { data } = await pRetry(() => send(product), { retries: 5 });
    created += 1;
    await appendFile(results, `${row.SKU},created,${data.id}\n`);
  });
  await queue.onSizeLessThan(1000);
}
await queue.onIdle();
console.log(created);
