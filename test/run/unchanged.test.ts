// A record that Luminous shows just as the file has it is unchanged, and costs no write. Whatever is not proven is sent.
import { expect, it, test } from "vitest";
import type { Files } from "../staging/job-folder.ts";
import { changeProduct, fatesIn, sandboxJob } from "./sandbox-job.ts";

const files: Files = {
  "import.yaml": `version: 1
limits: { requests_per_second: 1000, read_lag_seconds: 0 }
inputs:
  - { name: p, file: p.csv, mapping: p.yaml }
`,
  "p.yaml": `version: 1
resource: products
fields:
  sku: SKU
  name: Name
  category.name: { value: Cups }
  retail_price: { from: Price, optional: true }
  product_weight: { from: Grams, unit: g, optional: true }
  tags: { from: Tags, split: ",", optional: true }
  description: { from: Text, optional: true, blank: clear }
  default_receiving_location_id: { from: Place, optional: true }
`,
};
const there = {
  sku: "P",
  name: "Pot",
  category: { name: "Cups" },
  retail_price: 12.5,
  product_weight: { unit: "lb", value: 1.5 },
  tags: ["red", "blue"],
  description: "A pot",
};

test.each([
  { what: "all of it agrees", row: { Price: "12.50", Grams: "680.388555", Tags: "red,blue" }, is: "unchanged" },
  { what: "a list has the same words in another order", row: { Tags: "blue,red" }, is: "unchanged" },
  { what: "an amount differs by a cent", row: { Price: "12.51" }, is: "updated" },
  { what: "a weight differs", row: { Grams: "681" }, is: "updated" },
  { what: "a tag is missing", row: { Tags: "red" }, is: "updated" },
  { what: "a field is to be emptied that is not empty", row: { Text: "" }, is: "updated" },
  { what: "a field is not shown, so that nobody knows", row: { Place: "7" }, is: "updated" },
])("is $is where $what", async ({ row, is }) => {
  const cells: Readonly<Record<string, string | undefined>> = row;
  const columns = Object.keys(cells);
  const csv = `SKU,Name,${columns.join(",")}\nP,Pot,${columns.map((column) => JSON.stringify(cells[column])).join(",")}\n`;
  await using job = await sandboxJob({ ...files, "p.csv": csv });
  job.sandbox.seed("products", "P", there);
  const [fate] = await fatesIn(await job.run());
  expect(fate).toContain(is);
  expect(job.writes()).toBe(is === "unchanged" ? 0 : 1);
});

it("is so with --force too, and the run after it asks again", async () => {
  const csv = "SKU,Name,Price\nP,Pot,12.50\nQ,Pan,1\n";
  await using job = await sandboxJob({ ...files, "p.csv": csv });
  await job.run();
  const writes = job.writes();
  expect(await fatesIn(await job.run({}, { force: true }))).toEqual(["p.csv:2 unchanged P", "p.csv:3 unchanged Q"]);
  expect(job.writes()).toBe(writes);
  await changeProduct(job.sandbox, job.sandbox.records("products", "Q")[0]?.id ?? 0, { retail_price: 2 });
  expect(await fatesIn(await job.run({}, { force: true }))).toEqual([
    "p.csv:2 unchanged P",
    "p.csv:3 accepted updated Q",
  ]);
});

it("is not believed within the read lag of a write of ours, which a list may not show yet", async () => {
  const slow = { "import.yaml": (files["import.yaml"] ?? "").replace("read_lag_seconds: 0", "read_lag_seconds: 30") };
  await using job = await sandboxJob({ ...files, ...slow, "p.csv": "SKU,Name,Price\nP,Pot,12.50\n" });
  job.sandbox.seed("products", "P", { ...there, retail_price: 1 });
  await job.run();
  expect(await fatesIn(await job.run({}, { force: true }))).toEqual(["p.csv:2 accepted updated P"]);
});
