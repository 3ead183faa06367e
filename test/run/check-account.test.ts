// A check that asks the account: what exists, and what a run would meet. The account is read, and never written to.
import { createServer } from "node:http";
import { expect, it, test } from "vitest";
import { ImportError } from "../../src/model/error.ts";
import { exitCodeOf } from "../../src/model/exit-codes.ts";
import { terminalSummary } from "../../src/report/terminal-summary.ts";
import type { CheckResult } from "../../src/run/check.ts";
import type { RunEvent } from "../../src/run/events.ts";
import { orderFields, ordersJob, type SandboxJob, sandboxJob } from "./sandbox-job.ts";

const inputs =
  "- { name: orders, file: o.csv, mapping: orders.yaml }\n- { name: kits, file: kits.tsv, mapping: kits.yaml }\n";

const files = {
  ...ordersJob(inputs),
  "goods.yaml":
    "version: 1\nresource: products\nfields: { sku: SKU, name: SKU, category.name: { from: Kind, optional: true }, retail_price: { value: 1 } }\n",
  "goods.tsv": "SKU\tKind\nA\tCups\nB\t\nC\t\n",
  "kits.yaml": `version: 1
resource: products
group: { by: SKU }
fields: { sku: SKU, name: SKU, type: { value: KIT }, category.name: { value: Sets }, retail_price: { value: 1 } }
children:
  kit_items: { each: rows, fields: { sku: Part, quantity: { value: 1 } } }
`,
  "kits.tsv": "SKU\tPart\nK-OUTER\tK-INNER\nK-INNER\tA\n",
  "orders.yaml": `version: 1
resource: sales_orders
group: { by: Order }
${orderFields}children:
  items: { each: rows, fields: { sku: Part, quantity: { value: 1 }, unit_price: { value: 1 } } }
`,
  "o.csv": "Order,Customer,Part\n1,Ann,A\n2,Bob,C\n3,Cem,NOWHERE\n4,Dee,K-OUTER\n",
};

const accountOf = ({ sandbox }: SandboxJob) => ({ baseUrl: sandbox.url, baseUrlFrom: "the test", token: "sandbox" });
const closing = ({ summary }: CheckResult) => terminalSummary(summary, { width: 400, again: "check", send: "run" });
const countsOf = ({ summary }: CheckResult) =>
  (summary.forecast?.phases ?? []).map(({ reasons: _, ...counts }) =>
    Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0)),
  );

it("tells what exists, what would be created, refused and blocked, and the run then does just that", async () => {
  await using job = await sandboxJob(files);
  job.sandbox.seed("products", "B", { name: "B", sku: "B", category: { name: "Cups" } });
  job.sandbox.seed("sales_orders", "1", { order_number: "1" });
  const alone = await job.check();
  const check = await job.check({}, { account: accountOf(job) });
  expect([job.writes(), check.summary.forecast?.earlier_runs]).toEqual([0, false]);
  expect(countsOf(check)).toEqual([
    { phase: "channels", entries: 2, created: 2 },
    { phase: "products", entries: 3, updated: 1, created: 1, refused: 1 },
    { phase: "kits", entries: 2, created: 2 },
    { phase: "sales_orders", entries: 4, skipped: 1, created: 1, blocked: 2 },
  ]);
  const [, products, , orders] = check.summary.forecast?.phases ?? [];
  expect(products?.reasons).toMatchObject([
    { fate: "refused", entries: 1, first: { path: "category.name", file: "goods.tsv", line: 4, column: "Kind" } },
  ]);
  expect(orders?.reasons).toMatchObject([
    { fate: "blocked", first: { file: "o.csv", line: 3, column: "Part", value: "C" } },
    { fate: "blocked", first: { file: "o.csv", line: 4, column: "Part", value: "NOWHERE" } },
  ]);
  expect(closing(check)).toContain(`
In Luminous (${job.sandbox.url}; asked, nothing written)
  2 channels would be created
  3 products: 1 exists already and would be updated, 1 would be created, 1 would be refused
    1 × goods.tsv:4 column "Kind" = "" → category.name: a product needs a category (is required, and the cell is blank)
  2 kits would be created
  4 orders: 1 exists already and would be skipped, 1 would be created, 2 would be blocked
    1 × o.csv:3 column "Part" = "C" → items[0].sku: the product "C" (goods.tsv:4) is invalid
    1 × o.csv:4 column "Part" = "NOWHERE" → items[0].sku: the product "NOWHERE" is neither in this job nor in Luminous

Next: fix what would not be sent (above) and check again: check. To send the rest: run`);

  const narrow = terminalSummary(check.summary, { width: 60, again: "check", send: "run" }).split("\n");
  expect(narrow.filter((line) => line.length > 60 && !line.includes(job.sandbox.url))).toEqual([
    expect.stringContaining("Files in"),
  ]);

  // Outcomes, exit code and the counts of the files alone are those of a check that asks nobody.
  const { outcomes, tallies, creation_needs } = check.summary;
  expect({ exitCode: check.exitCode, outcomes, tallies, creation_needs }).toEqual({
    exitCode: alone.exitCode,
    outcomes: alone.summary.outcomes,
    tallies: alone.summary.tallies,
    creation_needs: alone.summary.creation_needs,
  });
  expect([alone.summary.forecast, alone.summary.account, alone.summary.traffic]).toEqual([null, null, null]);
  expect(check.summary.traffic?.requests).toBe(job.sandbox.counts().started);

  const { summary } = await job.run();
  expect(
    summary.tallies
      .filter(({ phase }) => phase !== null)
      .map(({ phase, outcome, action, entries }) => `${phase} ${action ?? outcome} ${entries}`)
      .sort(),
  ).toEqual([
    "channels created 2",
    "kits created 2",
    "products created 1",
    "products invalid 1",
    "products updated 1",
    "sales_orders blocked 2",
    "sales_orders created 1",
    "sales_orders skipped 1",
  ]);

  const again = await job.check({}, { account: accountOf(job) });
  expect(countsOf(again).at(-1)).toEqual({ phase: "sales_orders", entries: 4, skipped: 2, blocked: 2 });
  expect(again.summary.forecast?.earlier_runs).toBe(true);
  expect(closing(again)).toContain("  What earlier runs of this job brought in counts as existing.");
});

it("says that nothing stands in the way where the account has what the files lack", async () => {
  await using job = await sandboxJob({ ...files, "o.csv": "Order,Customer,Part\n" });
  for (const sku of ["B", "C"]) job.sandbox.seed("products", sku, { name: sku, sku, category: { name: "Cups" } });
  const check = await job.check({}, { account: accountOf(job) });
  expect(closing(check)).toContain("2 exist already and would be updated");
  expect(closing(check)).not.toContain("in an account that does not have");
  expect(closing(check).split("\n").at(-1)).toBe("Next: nothing stands in the way. To send it: run");
});

it("counts the job's own channel as going to exist, makes none, and tells what the guard would refuse", async () => {
  const own = { ...files, "orders.yaml": files["orders.yaml"].replace("{ value: Web, ref", "{ value: New, ref") };
  await using job = await sandboxJob({ ...own, ...ordersJob(inputs, "channel: { label: New, warehouse_group: 1 }\n") });
  const check = await job.check({ "o.csv": "Order,Customer,Part\n1,Ann,A\n" }, { account: accountOf(job) });
  expect(countsOf(check).at(-1)).toEqual({ phase: "sales_orders", entries: 1, created: 1 });
  expect([check.summary.forecast?.guard, job.writes()]).toEqual([null, 0]);

  job.sandbox.seed("channels", "New", { label: "New", channelType: "sales_channel", pushOrdersToOms: true });
  const guarded = await job.check({}, { account: accountOf(job) });
  expect([guarded.exitCode, guarded.summary.forecast?.guard?.message, job.writes()]).toEqual([
    0,
    expect.stringContaining("pushes orders to an OMS"),
    0,
  ]);
  expect(closing(guarded)).toContain('A run would send nothing: the channel "New"');
  expect(closing(guarded).split("\n").at(-1)).toMatch(
    /^Next: Send them to another channel: .*Then check again: check$/,
  );
});

it("goes by what the job says of records that exist", async () => {
  const failing = ordersJob("", "existing: { products: fail }\n");
  await using job = await sandboxJob(failing);
  job.sandbox.seed("products", "B", { name: "B", sku: "B", category: { name: "Cups" } });
  const events: RunEvent[] = [];
  const check = await job.check({}, { account: accountOf(job), onEvent: (event) => events.push(event) });
  const products = check.summary.forecast?.phases.find(({ phase }) => phase === "products");
  expect(products).toMatchObject({
    entries: 2,
    created: 1,
    refused: 1,
    reasons: [{ first: { code: "already_exists" } }],
  });
  expect(products?.reasons[0]?.first).toMatchObject({ file: "goods.tsv", line: 3, column: "SKU", value: "B" });
  expect(events).toContainEqual({ kind: "asking", account: job.sandbox.url, entries: 4 });
});

it("ends with exit code 5 where the token is refused, before anything is read", async () => {
  await using job = await sandboxJob({ ...files, "goods.tsv": "no such column\n" });
  const refused = await job.check({}, { account: { ...accountOf(job), token: "wrong" } }).catch((error) => error);
  expect(refused).toBeInstanceOf(ImportError);
  expect([refused.code, exitCodeOf(refused.code), job.sandbox.counts().started]).toEqual(["ACCOUNT_REFUSED", 5, 1]);
});

it("ends with exit code 5 where the token is refused only later", async () => {
  await using job = await sandboxJob(files);
  let asked = 0;
  await using api = await answering(() => (asked++ === 0 ? 200 : 401));
  const refused = await job.check({}, { account: { ...accountOf(job), baseUrl: api.url } }).catch((error) => error);
  expect(refused.code).toBe("ACCOUNT_REFUSED");
});

test.each([
  { what: "nobody answers", status: undefined, says: "cannot be reached" },
  { what: "everything is 404", status: 404, says: "has no API" },
])("ends with what the check found, and a warning, where $what", async ({ status, says }) => {
  await using job = await sandboxJob(files);
  await using api = await answering(() => status ?? 500);
  if (status === undefined) await api[Symbol.asyncDispose]();
  const check = await job.check({}, { account: { ...accountOf(job), baseUrl: api.url } });
  expect([check.exitCode, check.summary.outcomes.pending.entries, check.summary.forecast]).toEqual([0, 11, null]);
  expect(check.summary.warnings).toEqual([
    expect.stringContaining(says),
    expect.stringMatching(/^What Luminous has was not found out: .*The counts are of the files alone\.$/),
  ]);
  expect(closing(check)).toContain("2 of 5 products would be refused in an account that does not have them yet");
});

async function answering(status: () => number): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((_request, response) => {
    response.writeHead(status(), { "content-type": "application/json" }).end('{"data":[]}');
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/external/api/v1`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      if (server.listening) await new Promise((closed) => server.close(closed));
    },
  };
}
