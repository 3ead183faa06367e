// A job in a folder of its own, checked and run over real HTTP against a sandbox of its own, as often as a test likes.
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type CheckOptions, type CheckResult, check } from "../../src/run/check.ts";
import { run } from "../../src/run/run.ts";
import type { RunOptions, RunResult } from "../../src/run/run-options.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { parseResults } from "../e2e/table.ts";
import { type Files, type JobFolder, jobFolder } from "../staging/job-folder.ts";

/** A job with these inputs, and the products A and B and the channels Web and Hall before them. */
export function ordersJob(inputs: string, more = ""): Files {
  return {
    "import.yaml": `version: 1
limits: { requests_per_second: 1000, read_lag_seconds: 0 }
${more}inputs:
  - { name: goods, file: goods.tsv, mapping: goods.yaml }
  - { name: shops, file: shops.tsv, mapping: shops.yaml }
${inputs.replace(/^(?=.)/gm, "  ")}`,
    "goods.tsv": "SKU\nA\nB\n",
    "goods.yaml":
      "version: 1\nresource: products\nfields: { sku: SKU, name: SKU, category.name: { value: Cups }, retail_price: { value: 1 } }\n",
    "shops.tsv": "Label\nWeb\nHall\n",
    "shops.yaml":
      "version: 1\nresource: channels\nfields: { channelType: { value: sales_channel }, label: Label, warehouseGroupId: { value: 1 } }\n",
  };
}

/** The fields of an order of `Customer`, numbered by `Order`, in the channel Web; its items are the test's own. */
export const orderFields = `fields:
  channel_id: { value: Web, ref: { resource: channels, by: label } }
  order_number: Order
  order_date: { value: "2024-03-09" }
  order_status: { value: completed }
  bill_to.name: Customer
  ship_to.name: Customer
`;

/** The job and its account. `files` of a call are written first; one that is undefined is removed. */
export interface SandboxJob extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly folder: JobFolder;
  run(files?: ChangedFiles, options?: Partial<RunOptions>): Promise<RunResult>;
  check(files?: ChangedFiles, options?: CheckOptions): Promise<CheckResult>;
  /** How often anything was written to the account so far. */
  writes(): number;
}

type ChangedFiles = Readonly<Record<string, string | undefined>>;

export async function sandboxJob(files: Files): Promise<SandboxJob> {
  const sandbox = await startSandbox();
  const folder = await jobFolder(files);
  const account = { baseUrl: sandbox.url, baseUrlFrom: "the test", token: "sandbox" };
  const change = async (changed: ChangedFiles = {}): Promise<void> => {
    for (const [name, text] of Object.entries(changed)) {
      if (text === undefined) await rm(join(folder.path, name));
      else await writeFile(join(folder.path, name), text);
    }
  };
  return {
    sandbox,
    folder,
    async run(changed, options = {}) {
      await change(changed);
      return await run(await folder.loadJob(), { account, ...options });
    },
    async check(changed, options) {
      await change(changed);
      return await check(await folder.loadJob(), options);
    },
    writes: () =>
      Object.entries(sandbox.counts().requests).reduce(
        (sum, [route, count]) => sum + (route.startsWith("GET") ? 0 : count),
        0,
      ),
    async [Symbol.asyncDispose]() {
      await folder[Symbol.asyncDispose]();
      await sandbox[Symbol.asyncDispose]();
    },
  };
}

/** Changes a product as somebody does it in the app. */
export async function changeProduct({ url }: Sandbox, id: number, body: object): Promise<void> {
  const headers = { authorization: "Bearer sandbox", accept: "application/json", "content-type": "application/json" };
  const answer = await fetch(`${url}/products/${id}`, { method: "POST", headers, body: JSON.stringify(body) });
  if (answer.status !== 200) throw new Error(`the sandbox answers ${answer.status}`);
}

/** `o.csv:2 accepted created 1001`, `o.csv:3 excluded same_row`: every line of results.csv but those of goods and shops. */
export async function fatesIn({ folder }: { readonly folder: string }): Promise<readonly string[]> {
  const rows = parseResults(await readFile(join(folder, "results.csv"), "utf8"));
  const ours = rows.filter(({ input }) => input !== "goods" && input !== "shops");
  return ours.map(({ file, line, outcome, action, key, code }) =>
    [`${file}:${line}`, outcome, action, key, code].filter((word) => (word ?? "") !== "").join(" "),
  );
}
