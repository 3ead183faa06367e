// A job with a drop folder, and passes over it against a sandbox over HTTP. Where every file lies can be asked at any time.
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { type DropOptions, type DropResult, drop } from "../../src/drop/drop.ts";
import type { RunEvent } from "../../src/run/events.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { type Files, type JobFolder, jobFolder } from "../staging/job-folder.ts";

/** Products, orders, and orders whose lines come in a file of their own. */
export const dropFiles: Files = {
  "import.yaml": `version: 1
limits: { requests_per_second: 1000, read_lag_seconds: 0, outage_patience_minutes: 0.001 }
drop: { inbox: in, archive: done, quarantine: failed, quiet_seconds: 0 }
channel: { label: Default }
inputs:
  - { name: goods, mapping: goods.yaml }
  - { name: orders, match: "orders*.csv*", mapping: orders.yaml }
  - { name: sales, match: "sales*.csv", join: { lines: { match: "lines*.csv" } }, mapping: sales.yaml }
`,
  "goods.yaml": `version: 1
resource: products
source: { match: "goods*.csv" }
fields: { sku: SKU, name: Name, category.name: { value: Cups }, retail_price: Price }
`,
  "orders.yaml": `version: 1
resource: sales_orders
fields:
  order_number: Order
  order_date: { value: "2026-11-27" }
  order_status: { value: completed }
  bill_to.name: Customer
  ship_to.name: Customer
children: { items: { each: rows, fields: { sku: SKU, quantity: Qty, unit_price: Price } } }
group: { by: Order }
`,
  "sales.yaml": `version: 1
resource: sales_orders
join: { lines: { on: { Sale: Sale } } }
fields:
  order_number: Sale
  order_date: { value: "2026-11-27" }
  order_status: { value: completed }
  bill_to.name: Name
  ship_to.name: Name
children: { items: { each: lines, fields: { sku: SKU, quantity: Qty, unit_price: Price } } }
`,
};

/** Goods with these SKUs. */
export const goods = (...skus: readonly string[]): string =>
  `SKU,Name,Price\n${skus.map((sku) => `${sku},Cup ${sku},1.50\n`).join("")}`;

/** Orders with these numbers, of one cup A each. */
export const orders = (...numbers: readonly string[]): string =>
  `Order,Customer,SKU,Qty,Price\n${numbers.map((number) => `${number},Ada,A,1,1.50\n`).join("")}`;

/** The folder, its account, and passes. */
export interface DropFolder extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly folder: JobFolder;
  readonly events: readonly RunEvent[];
  /** Writes these files into the inbox first. */
  pass(files?: Files, options?: Partial<DropOptions>): Promise<DropResult>;
  put(files: Files): Promise<void>;
  path(...steps: readonly string[]): string;
  /** Every file below these folders, dot files of passes left out; names of days and passes read as `DAY` and `PASS`. */
  lie(...folders: readonly string[]): Promise<readonly string[]>;
  /** Order numbers and SKUs that the account has, sorted. */
  held(): readonly string[];
}

/** A folder with a job and an account. `changes` replace files of `dropFiles`. */
export async function dropFolder(changes: Files = {}): Promise<DropFolder> {
  const sandbox = await startSandbox();
  const folder = await jobFolder({ ...dropFiles, ...changes });
  await mkdir(join(folder.path, "in"));
  const account = { baseUrl: sandbox.url, baseUrlFrom: "the test", token: "sandbox" };
  const events: RunEvent[] = [];
  const put = async (files: Files): Promise<void> => {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder.path, "in", name), text);
  };
  return {
    sandbox,
    folder,
    events,
    put,
    async pass(files = {}, options = {}) {
      await put(files);
      const onEvent = (event: RunEvent): void => void events.push(event);
      return await drop(await folder.loadJob(), { account, onEvent, ...options });
    },
    path: (...steps) => join(folder.path, ...steps),
    lie: async (...folders) => (await Promise.all(folders.map((name) => filesBelow(folder.path, name)))).flat(),
    held: () => heldBy(sandbox),
    async [Symbol.asyncDispose]() {
      await folder[Symbol.asyncDispose]();
      await sandbox[Symbol.asyncDispose]();
    },
  };
}

/** Order numbers and SKUs, once for each record. */
export function heldBy(sandbox: Sandbox): readonly string[] {
  return [...sandbox.records("sales_orders"), ...sandbox.records("products")].map(({ key }) => key).sort();
}

/** Paths below `root/folder`, without results and the dot files of passes. */
export async function filesBelow(root: string, folder: string): Promise<readonly string[]> {
  const found = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(() => []);
  return found
    .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !path.includes("/results/"))
    .map((path) =>
      path.replace(/\d{4}-\d\d-\d\d\/\d{8}-\d{6}-[0-9a-f]{4}/, "DAY/PASS").replace(/\d{8}-\d{6}-[0-9a-f]{4}/, "PASS"),
    )
    .sort();
}

/** The text of the one file whose path ends so. */
export async function textBelow(root: string, folder: string, end: string): Promise<string> {
  const found = await readdir(join(root, folder), { recursive: true });
  const path = found.find((name) => name.endsWith(end));
  return path === undefined ? "" : await readFile(join(root, folder, path), "utf8");
}
