// A run that does a plan: nothing but that, nothing where the plan does not hold any more, and nothing of an entry whose record is
// not as the plan saw it.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { ImportError } from "../../src/model/error.ts";
import { exitCodeOf } from "../../src/model/exit-codes.ts";
import { type PlanOptions, type PlanResult, plan } from "../../src/plan/plan.ts";
import { nextCommands } from "../../src/report/html/next-commands.ts";
import { verdict } from "../../src/report/html/verdict.ts";
import { terminalSummary } from "../../src/report/terminal-summary.ts";
import { run } from "../../src/run/run.ts";
import type { RunOptions } from "../../src/run/run-options.ts";
import { startSandbox } from "../../src/sandbox/server.ts";
import { parseResults } from "../e2e/table.ts";
import { changeProduct, orderFields, ordersJob, type SandboxJob, sandboxJob } from "../run/sandbox-job.ts";
import { type Files, jobFolder } from "../staging/job-folder.ts";

const goods: Files = {
  "import.yaml": `version: 1
limits: { requests_per_second: 1000, read_lag_seconds: 0 }
existing: { products: update }
inputs:
  - { name: goods, file: goods.tsv, mapping: goods.yaml }
`,
  "goods.yaml":
    "version: 1\nresource: products\nfields: { sku: SKU, name: SKU, category.name: { value: Cups }, retail_price: Price }\n",
  "goods.tsv": "SKU\tPrice\nNEW\t1\nSAME\t1\nDEAR\t1\nGOES\t1\nALSO\t1\nLAST\t1\n",
};

const accountOf = ({ sandbox }: SandboxJob) => ({ baseUrl: sandbox.url, baseUrlFrom: "the test", token: "sandbox" });
const planOf = async (job: SandboxJob, options: Partial<PlanOptions> = {}): Promise<PlanResult> =>
  plan(await job.folder.loadJob(), { account: accountOf(job), ...options });
const refusal = async (job: SandboxJob, file: string, options: Partial<RunOptions> = {}): Promise<ImportError> =>
  job.run({}, { plan: file, ...options }).then(
    () => expect.unreachable("the run was not refused"),
    (error) => error,
  );
const seed = ({ sandbox }: SandboxJob, sku: string, retail_price: number) =>
  sandbox.seed("products", sku, { sku, name: sku, category: { name: "Cups" }, retail_price });
const fates = async ({ folder }: { readonly folder: string }) =>
  Object.fromEntries(
    parseResults(await readFile(join(folder, "results.csv"), "utf8")).map(({ key, outcome, action, code }) => [
      key,
      [outcome, action, code].filter((word) => (word ?? "") !== "").join(" "),
    ]),
  );

it("is refused when one byte of anything that the plan was made of is another, and names it", async () => {
  const orders =
    "- name: orders\n  file: o.csv\n  join: { lines: lines.csv, people: people.csv }\n  mapping: orders.yaml\n";
  await using job = await sandboxJob({
    ...ordersJob(orders),
    "orders.yaml": `version: 1
resource: sales_orders
join:
  lines: { on: { Order: Order } }
  people: { on: { Id: Who }, one: true }
${orderFields.replace("bill_to.name: Customer", "bill_to.name: { from: people.Name }").replace("ship_to.name: Customer", "ship_to.name: { from: Who, lookup: { file: names.csv, key: Id, value: Name, otherwise: error } }")}children:
  items: { each: lines, fields: { sku: Part, quantity: { value: 1 }, unit_price: { value: 1 } } }
`,
    "o.csv": "Order,Who\n1,7\n",
    "lines.csv": "Order,Part\n1,A\n",
    "people.csv": "Id,Name\n7,Ann\n",
    "names.csv": "Id,Name\n7,Ann\n",
  });
  const made = await planOf(job);
  expect([made.exitCode, made.plan.examples.length]).toEqual([0, 5]);
  const names = [
    "import.yaml",
    "orders.yaml",
    "goods.yaml",
    "goods.tsv",
    "o.csv",
    "lines.csv",
    "people.csv",
    "names.csv",
  ];
  for (const name of names) {
    const path = join(job.folder.path, name);
    const before = await readFile(path);
    // A line end more, in which no reader sees a difference.
    await writeFile(path, Buffer.concat([before, Buffer.from("\n")]));
    const refused = await refusal(job, made.file);
    expect([refused.code, exitCodeOf(refused.code), refused.message]).toEqual([
      "PLAN_OUTDATED",
      2,
      `the plan ${made.plan.plan_id} cannot be done: ${name} has changed`,
    ]);
    await writeFile(path, before);
  }
  const text = await readFile(made.file, "utf8");
  await writeFile(made.file, text.replace('"create"', '"update"'));
  expect((await refusal(job, made.file)).message).toContain("was changed since it was made");
  await writeFile(made.file, `{${text}`);
  expect((await refusal(job, made.file)).message).toContain("is not a plan, or is damaged");
  await writeFile(made.file, text);

  expect((await refusal(job, made.file, { program: "9.9.9" })).message).toContain("made it, and this is 9.9.9");
  const other = { ...accountOf(job), baseUrl: job.sandbox.url.replace("127.0.0.1", "127.0.0.2") };
  expect((await refusal(job, made.file, { account: other })).message).toContain("it is for the account");
  expect((await refusal(job, made.file, { limit: 1, force: true })).message).toContain("--limit and --force");
  expect(job.writes()).toBe(0);

  // With everything as it was it goes, once.
  const { exitCode } = await job.run({}, { plan: made.file });
  expect([exitCode, job.writes()]).toEqual([0, 5]);
  expect((await refusal(job, made.file)).message).toMatch(/run .* has done it already/);
});

it("is refused when another run of the account came between", async () => {
  await using job = await sandboxJob(goods);
  const made = await planOf(job);
  await job.run();
  const writes = job.writes();
  expect((await refusal(job, made.file)).message).toMatch(/cannot be done: run .* of the account came between/);
  expect(job.writes()).toBe(writes);
  const again = await planOf(job);
  expect(again.plan.resources).toMatchObject([{ resource: "products", entries: 6, unchanged: 6 }]);
});

it("sends nothing of an entry whose record appeared, vanished or changed since, and everything else", async () => {
  await using job = await sandboxJob(goods);
  const same = seed(job, "SAME", 1);
  const [dear = 0, goes = 0, also = 0] = ["DEAR", "GOES", "ALSO"].map((sku) => seed(job, sku, 5));
  const made = await planOf(job);
  expect(made.plan.resources).toMatchObject([{ create: 2, update: 3, unchanged: 1 }]);
  expect(made.plan.examples.find(({ key }) => key === "DEAR")).toMatchObject({
    decision: "update",
    changes: [{ path: "retail_price", from: 5, to: 1 }],
    not_compared: [],
  });
  seed(job, "NEW", 3);
  await changeProduct(job.sandbox, same, { retail_price: 2 });
  await changeProduct(job.sandbox, dear, { retail_price: 6 });
  await changeProduct(job.sandbox, goes, { sku: "RENAMED" });
  // A field that the file says nothing of is nobody's business.
  await changeProduct(job.sandbox, also, { description: "somebody wrote this" });
  const before = job.writes();
  const result = await job.run({}, { plan: made.file });
  expect(await fates(result)).toEqual({
    NEW: "failed plan_outdated",
    SAME: "failed plan_outdated",
    DEAR: "failed plan_outdated",
    GOES: "failed plan_outdated",
    ALSO: "accepted updated",
    LAST: "accepted created",
  });
  expect([result.exitCode, job.writes() - before]).toEqual([3, 2]);
  // The same command would be refused from here on, and so nobody is told to type it.
  const words = ["run", "import.yaml", "--plan", "plan.json", "--max-errors", "5", "--state", "there"];
  const step = "Make a new plan: luminous-import plan import.yaml --state there";
  expect(
    terminalSummary(result.summary, { width: 300, ...nextCommands(words) })
      .split("\n")
      .at(-1),
  ).toBe(`Next: some records are not what the plan saw, and were left alone. ${step}`);
  expect(verdict(result.summary, { commands: nextCommands(words), state: "ended", jobName: "j" }).markup).toMatch(
    /Make a new plan: <[^<]*luminous-import plan import.yaml --state there</,
  );
  const messages = result.summary.problems.top.flatMap(({ examples }) => examples.map(({ message }) => message));
  expect(messages).toEqual(
    expect.arrayContaining([
      expect.stringMatching(
        /"NEW" is not what the plan saw: the plan would create it, and Luminous has it now \(id \d+\)/,
      ),
      expect.stringMatching(/"GOES" .* the plan would update it \(id \d+\), and Luminous does not have it now/),
      expect.stringMatching(/"DEAR" .* its fields are no longer what they were; retail_price is 6 now/),
    ]),
  );
});

it("keeps to what the plan skips, refuses and blocks, whatever Luminous says by now", async () => {
  const orders = "- { name: orders, file: o.csv, mapping: orders.yaml }\n";
  await using job = await sandboxJob({
    ...ordersJob(orders, "existing: { products: fail, sales_orders: skip }\n"),
    "orders.yaml": `version: 1
resource: sales_orders
group: { by: Order }
${orderFields}children:
  items: { each: rows, fields: { sku: Part, quantity: { value: 1 }, unit_price: { value: 1 } } }
`,
    "o.csv": "Order,Customer,Part\n1,Ann,A\n2,Bob,NOWHERE\n3,Cem,A\n",
  });
  const taken = seed(job, "B", 1);
  job.sandbox.seed("sales_orders", "3", { order_number: "3" });
  const made = await planOf(job);
  expect(made.exitCode).toBe(3);
  expect(made.plan.reasons.map(({ decision, first }) => `${decision} ${first.code}`)).toEqual([
    "invalid already_exists",
    "blocked missing_reference",
  ]);
  await changeProduct(job.sandbox, taken, { sku: "RENAMED" });
  seed(job, "NOWHERE", 1);
  const result = await job.run({}, { plan: made.file });
  expect(await fates(result)).toMatchObject({
    A: "accepted created",
    B: "invalid already_exists",
    1: "accepted created",
    2: "blocked missing_reference",
    3: "skipped",
  });
});

it("goes on with the same command after it was stopped", async () => {
  const oneByOne = goods["import.yaml"]?.replace("limits: {", "limits: { concurrency: 1,") ?? "";
  await using job = await sandboxJob({ ...goods, "import.yaml": oneByOne });
  seed(job, "DEAR", 5);
  const made = await planOf(job);
  const stop = new AbortController();
  const first = await job.run(
    {},
    {
      plan: made.file,
      stop: stop.signal,
      onEvent: (event) => {
        if (event.kind === "dispatch" && event.event.type === "entry.settled") stop.abort();
      },
    },
  );
  expect(first.exitCode).toBe(4);
  const second = await job.run({}, { plan: made.file });
  expect(second.exitCode).toBe(0);
  expect(job.writes()).toBe(6);
  expect((await refusal(job, made.file)).message).toContain("has done it already");
});

it("goes on with the update of what it had created before it was stopped", async () => {
  await using sandbox = await startSandbox({ rejects: [{ resource: "products", path: "qty_low_alert", equals: 13 }] });
  await using folder = await jobFolder({
    ...goods,
    "goods.yaml": `${goods["goods.yaml"]?.replace(" }\n", ", qty_low_alert: Low }\n")}`,
    "goods.tsv": "SKU\tPrice\tLow\nP\t1\t13\nQ\t1\t12\n",
  });
  const account = { baseUrl: sandbox.url, baseUrlFrom: "the test", token: "sandbox" };
  const job = await folder.loadJob();
  const made = await plan(job, { account });
  expect(made.plan.requests.writes).toEqual([{ phase: "products", requests: 4 }]);
  expect((await run(job, { account, plan: made.file, maxErrors: 0 })).exitCode).toBe(4);
  const { folder: results } = await run(job, { account, plan: made.file });
  expect((await fates({ folder: results })).P).toBe("rejected api_rejected");
  expect(sandbox.records("products")).toHaveLength(2);
});

it.each([
  {
    name: "somebody changed another field",
    later: { name: "By hand" },
    fate: "failed plan_outdated",
    holds: "By hand",
  },
  { name: "somebody changed the same field", later: { retail_price: 7 }, fate: "failed plan_outdated", holds: "DEAR" },
  { name: "nobody changed anything", later: undefined, fate: "accepted updated", holds: "DEAR" },
])("goes on with an update in doubt only where the record is as planned or as sent: $name", async (since) => {
  const faults = { "error-after": 1 };
  const stop = new AbortController();
  await using sandbox = await startSandbox({ faults, onRequest: ({ fault }) => fault !== undefined && stop.abort() });
  await using folder = await jobFolder({ ...goods, "goods.tsv": "SKU\tPrice\nDEAR\t1\n" });
  const id = sandbox.seed("products", "DEAR", {
    sku: "DEAR",
    name: "DEAR",
    category: { name: "Cups" },
    retail_price: 5,
  });
  const account = { baseUrl: sandbox.url, baseUrlFrom: "the test", token: "sandbox" };
  const job = await folder.loadJob();
  const made = await plan(job, { account });
  const first = await run(job, { account, plan: made.file, stop: stop.signal });
  expect(first.exitCode).toBe(4);
  expect(sandbox.records("products")[0]?.received).toMatchObject([{ retail_price: 1 }]);
  faults["error-after"] = 0;
  if (since.later !== undefined) await changeProduct(sandbox, id, since.later);
  const result = await run(job, { account, plan: made.file });
  expect((await fates(result)).DEAR).toBe(since.fate);
  const shown = await fetch(`${sandbox.url}/products/${id}`, { headers: { authorization: "Bearer sandbox" } });
  expect(await shown.text()).toContain(`"name":"${since.holds}"`);
});

it("takes the options from the plan", async () => {
  await using job = await sandboxJob({
    ...ordersJob(""),
    "goods.tsv": "SKU\nA\n",
  });
  const made = await planOf(job, { only: "goods", strict: true });
  expect(made.plan).toMatchObject({ only: "goods", strict: true, totals: { entries: 1 } });
  const { summary } = await job.run({}, { plan: made.file });
  expect(summary.totals.entries).toBe(1);
});

it("is made without disturbing a run: while one is under way, no plan is", async () => {
  await using job = await sandboxJob(goods);
  const loaded = await job.folder.loadJob();
  let refused: Promise<unknown> | undefined;
  await run(loaded, {
    account: accountOf(job),
    onEvent: (event) => {
      if (event.kind === "begun") refused = planOf(job).catch((error) => error.code);
    },
  });
  expect(await refused).toBe("STATE_LOCKED");
});
