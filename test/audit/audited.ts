// A job that was run twice against a sandbox, with a bit of everything in it, and copies of what that left behind: to be
// audited, and to be broken.
import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type JobOutline, readJobOutline } from "../../src/job/job-outline.ts";
import { Database } from "../../src/ledger/sqlite/storage/database.ts";
import { run } from "../../src/run/run.ts";
import type { Sandbox } from "../../src/sandbox/server.ts";
import { type JobFolder, jobFolder } from "../staging/job-folder.ts";

const mappings = join(import.meta.dirname, "../../mappings");

const products = `version: 1
resource: products
group: { by: sku, rows: adjacent, where: 'row["status"] != "old"' }
fields:
  sku: sku
  name: name
  category.name: { value: Tools }
  supplier.name: supplier
  retail_price: price
  product_weight: { from: weight, unit: kg, optional: true }
  tags: { from: tags, split: "," }
  unit_cost: { from: cost, optional: true }
  qty_low_alert: alert
  custom_fields.Origin: origin
children:
  variants:
    each: rows
    where: 'row["variant"] != ""'
    fields: { name: variant, sku: variant, retail_price: price }
`;

/** What the job reads. */
export const auditedFiles = {
  "products.yaml": products,
  "products.csv": [
    "sku,name,supplier,price,weight,tags,cost,alert,origin,variant,status",
    'A-1,Hammer,Forge Ltd,12.5,0.5,"iron,new",7.25,5,DK,,',
    "A-2,Saw,,8,,,,,,A-2-S,",
    "A-2,Saw,,9,,,,,,A-2-L,",
    "A-3,Old,,1,,,,,,,old",
    "A-4,Wrong,,cheap,,,,,,,",
    "A-5,Nail,Forge Ltd,0.1,,,,,,,",
    "A-6,Screw,,0.2,,,,,,,",
    "",
  ].join("\n"),
  "kits.csv": "kit_sku,kit_name,component_sku,quantity\nK-1,Set,A-1,1\nK-1,Set,A-5,10\n",
  "orders.json": JSON.stringify({
    orders: [
      order("O-1", "A-1", {
        shipping: { name: "Ida", street: "Strandvej 4", city: "Aarhus", zip: "8000" },
        tags: "vip",
      }),
      order("O-2", "A-5", { tax: 1.25 }),
      order("O-3", "A-4", {}),
    ],
  }),
  "import.yaml": `version: 1
limits: { requests_per_second: 1000, timeout_seconds: 5, read_lag_seconds: 0 }
inputs:
  - { name: products, file: products.csv, mapping: products.yaml }
  - { name: kits, file: kits.csv, mapping: ${JSON.stringify(join(mappings, "kits.yaml"))} }
  - { name: orders, file: orders.json, mapping: ${JSON.stringify(join(mappings, "orders.yaml"))} }
`,
};

function order(number: string, sku: string, more: object): object {
  return {
    number,
    date: "2024-03-02",
    status: "Done",
    channel: "Default",
    customer: { name: "Ida Holm" },
    items: [
      { sku, quantity: 2, price: 14.5 },
      { sku, quantity: 1, price: 10 },
    ],
    ...more,
  };
}

/** The account at a sandbox. */
export function accountAt({ url }: Sandbox): { baseUrl: string; baseUrlFrom: string; token: string } {
  return { baseUrl: url, baseUrlFrom: "the test", token: "sandbox" };
}

/** The folder after one run. */
export async function ranJob(
  sandbox: Sandbox,
  files: Readonly<Record<string, string>> = auditedFiles,
): Promise<JobFolder> {
  const folder = await jobFolder(files);
  await run(await folder.loadJob(), { account: accountAt(sandbox), report: { ndjson: true } });
  return folder;
}

/** A copy of a job's folder, to break. */
export interface Copy extends AsyncDisposable {
  readonly path: string;
  readonly job: JobOutline;
  readonly ledger: string;
  readonly runFolder: string;
  /** Changes the ledger behind the program's back. */
  sql(script: string): void;
}

/** Copies a folder. The job's own path stays the original's: a ledger knows its job by it. */
export async function copyOf(original: string): Promise<Copy> {
  const path = await mkdtemp(join(tmpdir(), "luminous-import-audit-"));
  await cp(original, path, { recursive: true });
  const state = join(path, ".luminous-import");
  const outline = await readJobOutline("import.yaml", { cwd: original });
  const [ledger = ""] = (await readdir(join(state, "ledgers"))).filter((name) => name.endsWith(".db"));
  const [runId = ""] = (await readdir(join(state, "runs"))).sort().reverse();
  const file = join(state, "ledgers", ledger);
  return {
    path,
    job: { ...outline, state },
    ledger: file,
    runFolder: join(state, "runs", runId),
    sql(script) {
      const database = new Database(file, "write");
      try {
        database.exec("pragma foreign_keys = off");
        database.exec(script);
        database.exec("pragma wal_checkpoint(truncate)");
      } finally {
        database.close();
      }
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}
