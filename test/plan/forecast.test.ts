// The number of requests that a plan foretells is the number that its run makes: five jobs, each against a sandbox without faults.
import { expect, test } from "vitest";
import { plan } from "../../src/plan/plan.ts";
import { orderFields, ordersJob, type SandboxJob, sandboxJob } from "../run/sandbox-job.ts";
import type { Files } from "../staging/job-folder.ts";

const orders = "- { name: orders, file: o.csv, mapping: orders.yaml }\n";
const orderFiles: Files = {
  "orders.yaml": `version: 1
resource: sales_orders
group: { by: Order }
${orderFields}  customer_notes: { from: Note, optional: true }
children:
  items: { each: rows, fields: { sku: Part, quantity: { value: 1 }, unit_price: { value: 1 } } }
`,
};
const goods = (count: number, price = 1) =>
  `SKU\tPrice\n${Array.from({ length: count }, (_, at) => `G-${at}\t${price}\n`).join("")}`;
const goodsMapping =
  "version: 1\nresource: products\nfields: { sku: SKU, name: SKU, category.name: { value: Cups }, retail_price: Price }\n";
const onlyGoods: Files = {
  "import.yaml": `version: 1
limits: { requests_per_second: 1000, read_lag_seconds: 0 }
inputs:
  - { name: goods, file: goods.tsv, mapping: goods.yaml }
`,
  "goods.yaml": goodsMapping,
};

const jobs: readonly {
  readonly what: string;
  readonly files: Files;
  readonly before?: (job: SandboxJob) => Promise<unknown> | unknown;
  readonly counts: readonly object[];
  /** Requests that a run without the plan makes less. */
  readonly less?: number;
}[] = [
  {
    what: "products only, into an empty account",
    files: { ...onlyGoods, "goods.tsv": goods(230) },
    counts: [{ resource: "products", entries: 230, create: 230 }],
  },
  {
    what: "products of which half exist, some of them as they are in the file",
    files: { ...onlyGoods, "goods.tsv": goods(240) },
    before: ({ sandbox }) => {
      for (let at = 0; at < 120; at++)
        sandbox.seed("products", `G-${at}`, {
          sku: `G-${at}`,
          name: `G-${at}`,
          category: { name: "Cups" },
          retail_price: at < 20 ? 1 : 2,
        });
    },
    counts: [{ resource: "products", entries: 240, create: 120, update: 100, unchanged: 20 }],
  },
  {
    what: "orders with the job's own channel to be made, and products",
    files: {
      ...ordersJob(orders, "channel: { label: New, warehouse_group: 1 }\n"),
      ...orderFiles,
      "orders.yaml": (orderFiles["orders.yaml"] ?? "").replace("{ value: Web, ref", "{ value: New, ref"),
      "o.csv": `Order,Customer,Part\n${Array.from({ length: 30 }, (_, at) => `${at},Ann,${at % 2 === 0 ? "A" : "B"}\n`).join("")}99,Bob,NOWHERE\n`,
    },
    counts: [
      { resource: "channels", entries: 2, create: 2 },
      { resource: "products", entries: 2, create: 2 },
      { resource: "sales_orders", entries: 31, create: 30, blocked: 1 },
    ],
  },
  {
    what: "kits of kits, variants, and fields that only an update takes",
    files: {
      ...ordersJob("- { name: kits, file: kits.tsv, mapping: kits.yaml }\n"),
      "goods.yaml": `version: 1
resource: products
group: { by: SKU }
fields: { sku: SKU, name: SKU, category.name: { value: Cups }, retail_price: { value: 1 }, qty_low_alert: { value: 2 } }
children:
  variants: { each: rows, fields: { sku: Variant, name: Variant } }
`,
      "goods.tsv": "SKU\tVariant\nA\tA-1\nA\tA-2\nB\tB-1\n",
      "kits.yaml": `version: 1
resource: products
group: { by: SKU }
fields: { sku: SKU, name: SKU, type: { value: KIT }, category.name: { value: Sets }, retail_price: { value: 1 } }
children:
  kit_items: { each: rows, fields: { sku: Part, quantity: { value: 1 } } }
`,
      "kits.tsv": "SKU\tPart\nK-OUTER\tK-INNER\nK-INNER\tA-1\nK-3\tOLD\nK-4\tGONE\n",
    },
    before: ({ sandbox }) => {
      sandbox.seed("products", "OLD", { sku: "OLD", name: "OLD", category: { name: "Cups" } });
      sandbox.seed("products", "K-INNER", { sku: "K-INNER", name: "another", type: "KIT", category: { name: "Sets" } });
    },
    counts: [
      { resource: "channels", entries: 2, create: 2 },
      { resource: "products", entries: 6, create: 4, update: 1, blocked: 1 },
    ],
  },
  {
    what: "a second night: products and orders that changed, some that are new",
    files: {
      ...ordersJob(orders, "existing: { sales_orders: update }\n"),
      ...orderFiles,
      "goods.yaml": goodsMapping,
      "goods.tsv": goods(12, 1),
      "o.csv": "Order,Customer,Part,Note\n1,Ann,G-1,\n2,Bob,G-2,\n3,Cem,G-3,\n",
    },
    before: async (job) => {
      expect((await job.run()).exitCode).toBe(0);
      const more = { "goods.tsv": `${goods(5, 1)}G-5\t7\nG-6\t7\nG-NEW\t1\n` };
      await job.check({
        ...more,
        "o.csv": "Order,Customer,Part,Note\n1,Ann,G-1,\n2,Bob,G-2,call first\n4,Dee,G-NEW,\n",
      });
    },
    counts: [
      { resource: "channels", entries: 2, unchanged: 2 },
      { resource: "products", entries: 8, create: 1, update: 2, unchanged: 5 },
      { resource: "sales_orders", entries: 3, create: 1, update: 1, unchanged: 1 },
    ],
    less: 2,
  },
];

test.each(jobs)("foretells the requests of $what", async ({ files, before, counts, less = 0 }) => {
  // The same again for a run without the plan, because the account is another after the first.
  for (const way of ["with", "without"] as const) {
    await using job = await sandboxJob(files);
    await before?.(job);
    const account = { baseUrl: job.sandbox.url, baseUrlFrom: "the test", token: "sandbox" };
    const writes = job.writes();
    const made = await plan(await job.folder.loadJob(), { account });
    expect(job.writes()).toBe(writes);
    const found = made.plan.resources.map((of) =>
      Object.fromEntries(Object.entries(of).filter(([, count]) => count !== 0)),
    );
    expect(found).toEqual(counts);
    const asked = job.sandbox.counts().started;
    const { summary } = await job.run({}, way === "with" ? { plan: made.file } : {});
    const { total, without_plan } = made.plan.requests;
    expect(total - without_plan).toBe(less);
    expect(job.sandbox.counts().started - asked).toBe(way === "with" ? total : without_plan);
    expect(summary.traffic?.requests).toBe(way === "with" ? total : without_plan);
    expect(await fates(summary)).toEqual(planned(counts));
  }
});

function planned(counts: readonly object[]): unknown {
  const sums = { created: 0, updated: 0, unchanged: 0, blocked: 0 };
  for (const { create = 0, update = 0, unchanged = 0, blocked = 0 } of counts as readonly Record<string, number>[]) {
    sums.created += create;
    sums.updated += update;
    sums.unchanged += unchanged;
    sums.blocked += blocked;
  }
  return sums;
}

async function fates({
  tallies,
}: {
  readonly tallies: readonly { outcome: string; action: string | null; entries: number }[];
}) {
  const of = (name: string) =>
    tallies
      .filter(({ outcome, action }) => (action ?? outcome) === name)
      .reduce((sum, { entries }) => sum + entries, 0);
  return { created: of("created"), updated: of("updated"), unchanged: of("unchanged"), blocked: of("blocked") };
}
