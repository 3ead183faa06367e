// Another version of the program that makes something else of the same rows: what was accepted stays, and nothing is sent.
// A ledger in which other content was accepted stands for what that version had made.
import { describe, expect, it, test } from "vitest";
import { Database } from "../../src/ledger/sqlite/storage/database.ts";
import { ledgerPath } from "../../src/ledger/sqlite/storage/ledger-file.ts";
import { terminalSummary } from "../../src/report/terminal-summary.ts";
import type { RunResult } from "../../src/run/run-options.ts";
import { changeProduct, fatesIn, orderFields, ordersJob, type SandboxJob, sandboxJob } from "./sandbox-job.ts";

const files = {
  ...ordersJob(`- { name: orders, file: o.csv, mapping: m.yaml }
- { name: pots, file: p.csv, mapping: p.yaml }
`),
  "m.yaml": `version: 1
resource: sales_orders
${orderFields}children:
  items: { each: { from: SKU, split: "|" }, fields: { sku: item, quantity: { value: 1 }, unit_price: { value: 2 } } }
`,
  "o.csv": "Order,Customer,SKU\n1,Pat,A\n2,Ann,B\n",
  "p.yaml":
    "version: 1\nresource: products\nfields: { sku: SKU, name: Name, category.name: { value: Pots }, retail_price: Price }\n",
  "p.csv": "SKU,Name,Price\nP,Pot,12\n",
};

/** Makes it so that these keys were accepted with other content than the rows make now. */
function changeContent({ folder, sandbox }: SandboxJob, keys: readonly string[], more = ""): void {
  const database = new Database(ledgerPath(`${folder.path}/.luminous-import`, sandbox.url), "write");
  const update = database.prepare(
    `update accepted set hash = 'of other content'${more} where role = 'own' and key in (select id from keys where key = ?)`,
  );
  for (const key of keys) expect(update.run(key).changes).toBe(1);
  database.close();
}

const told = ({ summary }: RunResult) => terminalSummary(summary, { width: 300, again: "run" });
const orders = (fates: readonly string[]) => fates.filter((fate) => fate.startsWith("o.csv"));
const pots = (fates: readonly string[]) => fates.filter((fate) => fate.startsWith("p.csv"));

async function afterFirstRun(): Promise<SandboxJob> {
  const job = await sandboxJob(files);
  expect((await job.run({}, { program: "0.9.0" })).exitCode).toBe(0);
  return job;
}

describe("what another version made of the same rows by the same mapping", () => {
  it("is unchanged, with a note, in that run and in the next ones, and nothing is sent", async () => {
    await using job = await afterFirstRun();
    changeContent(job, ["1", "P"]);
    const writes = job.writes();
    for (const program of ["1.0.0", "1.0.0", "1.1.0"]) {
      const result = await job.run({}, { program });
      expect(result.exitCode).toBe(0);
      expect(await fatesIn(result)).toEqual([
        "o.csv:2 unchanged 1 program_changed",
        "o.csv:3 unchanged 2",
        "p.csv:2 unchanged P program_changed",
      ]);
      expect(told(result)).toContain(
        "version 0.9.0 of this program made this order from the same rows and the same mapping, and this version would make it differently: it is left as it is",
      );
      expect(result.summary.traffic?.requests).toBe(1); // whether the account takes the token
    }
    expect(job.writes()).toBe(writes);
  });

  it("is a change of theirs where a row, or the mapping, is another one", async () => {
    await using job = await afterFirstRun();
    changeContent(job, ["1", "2", "P"]);
    const changed = { "o.csv": "Order,Customer,SKU\n1,Patrick,A\n2,Ann,B\n", "p.csv": "SKU,Name,Price\nP,Pot,13\n" };
    const fates = await fatesIn(await job.run(changed, { program: "1.0.0" }));
    expect(fates).toEqual([
      "o.csv:2 invalid 1 order_immutable",
      "o.csv:3 unchanged 2 program_changed",
      "p.csv:2 accepted updated P",
    ]);
    const mapping = { "m.yaml": files["m.yaml"].replace("{ value: 2 }", "{ value: 3 }") };
    expect(orders(await fatesIn(await job.run(mapping, { program: "1.0.0" })))[1]).toBe(
      "o.csv:3 invalid 2 order_immutable",
    );
  });

  it("is a change of theirs where it was this version", async () => {
    await using job = await afterFirstRun();
    changeContent(job, ["1"]);
    expect(orders(await fatesIn(await job.run({}, { program: "0.9.0" })))[0]).toBe("o.csv:2 invalid 1 order_immutable");
  });

  it("does not go by comments and layout of the mapping", async () => {
    await using job = await afterFirstRun();
    changeContent(job, ["1"]);
    const commented = { "m.yaml": `# of our shop\n${files["m.yaml"]}` };
    expect(orders(await fatesIn(await job.run(commented, { program: "1.0.0" })))[0]).toContain("program_changed");
  });

  it("is sent as this version makes it with --force, where the API can change it", async () => {
    await using job = await afterFirstRun();
    changeContent(job, ["1", "P"]);
    // Luminous has what this version makes: nothing has to be sent. As soon as it has something else, it is.
    const same = await fatesIn(await job.run({}, { program: "1.0.0", force: true }));
    expect(same).toEqual(["o.csv:2 skipped 1", "o.csv:3 skipped 2", "p.csv:2 unchanged P"]);
    await changeProduct(job.sandbox, job.sandbox.records("products", "P")[0]?.id ?? 0, { retail_price: 99 });
    const fates = await fatesIn(await job.run({}, { program: "1.0.0", force: true }));
    expect(fates).toEqual(["o.csv:2 skipped 1", "o.csv:3 skipped 2", "p.csv:2 accepted updated P"]);
  });
});

describe("a ledger that an older version wrote", () => {
  const unknown = ", mapping_hash = null, program = null";

  it("knows the rows of kept runs: an order is unchanged, and a product, of which more may have changed, is updated", async () => {
    await using job = await afterFirstRun();
    changeContent(job, ["1", "P"], unknown);
    const fates = await fatesIn(await job.run());
    expect([...orders(fates), ...pots(fates)]).toEqual([
      "o.csv:2 unchanged 1 program_changed",
      "o.csv:3 unchanged 2",
      "p.csv:2 accepted updated P",
    ]);
  });

  test.each([
    { customer: "Pat", fate: "o.csv:2 unchanged 1" },
    { customer: "Patrick", fate: "o.csv:2 invalid 1 order_immutable" },
  ])("that does not know them compares with what Luminous has: $customer", async ({ customer, fate }) => {
    await using job = await afterFirstRun();
    changeContent(job, ["1"], `${unknown}, rows_hash = null`);
    const changed = { "o.csv": `Order,Customer,SKU\n1,${customer},A\n` };
    const created = job.sandbox.counts().created.sales_orders;
    expect(orders(await fatesIn(await job.run(changed)))).toEqual([fate]);
    expect(job.sandbox.counts().created.sales_orders).toBe(created);
  });
});
