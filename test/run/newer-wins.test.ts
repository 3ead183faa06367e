// Of the files of a pass that have one key, the newest counts: for rows that make an entry alone, for groups, for joins. And
// whatever comes in whatever order, the account ends with the newest version of each key.
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { type PassJob, passJob } from "./pass-job.ts";
import { fatesIn, orderFields } from "./sandbox-job.ts";

const products = (group = "") => ({
  "import.yaml": `version: 1
limits: { requests_per_second: 1000, read_lag_seconds: 0 }
existing: { products: update }
inputs: [{ name: products, file: x.csv, mapping: m.yaml }]
`,
  "m.yaml": `version: 1
resource: products
${group}fields: { sku: SKU, name: Name, category.name: { value: Cups }, retail_price: { value: 1 } }
`,
});
const csv = (...lines: readonly string[]) => `${["SKU,Name", ...lines].join("\n")}\n`;

function names({ sandbox }: PassJob): Readonly<Record<string, unknown>> {
  return Object.fromEntries(sandbox.records("products").map(({ key, content }) => [key, content.name]));
}

describe("of two files of a pass", () => {
  test.each([
    {
      claim: "the newer counts, and the rows of the older are excluded",
      given: { "1.csv": csv("A,one", "B,one"), "2.csv": csv("A,two") },
      fates: ["1.csv:2 excluded superseded", "1.csv:3 accepted created B", "2.csv:2 accepted created A"],
      ends: { A: "two", B: "one" },
      exitCode: 0,
    },
    {
      claim: "a version that comes back counts again",
      given: { "1.csv": csv("A,one"), "2.csv": csv("A,two"), "3.csv": csv("A,one") },
      fates: ["1.csv:2 excluded same_row", "2.csv:2 excluded superseded", "3.csv:2 accepted created A"],
      ends: { A: "one" },
      exitCode: 0,
    },
    {
      claim: "the older is not sent where the newer is invalid",
      given: { "1.csv": csv("A,one"), "2.csv": csv("A,") },
      fates: ["1.csv:2 excluded superseded", "2.csv:2 invalid A missing_value"],
      ends: {},
      exitCode: 3,
    },
    {
      claim: "a key that stands twice in the newer is a duplicate there",
      given: { "1.csv": csv("A,one"), "2.csv": csv("A,two", "A,three") },
      fates: ["1.csv:2 excluded superseded", "2.csv:2 invalid A duplicate_key", "2.csv:3 invalid A duplicate_key"],
      ends: {},
      exitCode: 3,
    },
    {
      claim: "a key that stood twice in the older only is none any more",
      given: { "1.csv": csv("A,one", "A,two"), "2.csv": csv("A,three") },
      fates: ["1.csv:2 excluded superseded", "1.csv:3 excluded superseded", "2.csv:2 accepted created A"],
      ends: { A: "three" },
      exitCode: 0,
    },
    {
      claim: "rows that are the same in one file count once, as always",
      given: { "1.csv": csv("A,one"), "2.csv": csv("A,two", "A,two") },
      fates: ["1.csv:2 excluded superseded", "2.csv:2 accepted created A", "2.csv:3 accepted created A"],
      ends: { A: "two" },
      exitCode: 0,
    },
  ])("$claim", async ({ given, fates, ends, exitCode }) => {
    await using job = await passJob(products());
    const result = await job.pass({ products: given });
    expect(result === undefined ? [] : await fatesIn(result)).toEqual(fates);
    expect(result?.exitCode).toBe(exitCode);
    expect(names(job)).toEqual(ends);
    expect(await job.breaches()).toEqual([]);
  });
});

const ordersJob = (group: string, join = "") => ({
  "import.yaml": `version: 1
limits: { requests_per_second: 1000, read_lag_seconds: 0 }
inputs: [{ name: goods, file: x.csv, mapping: goods.yaml }, { name: orders, file: x.csv, mapping: m.yaml${join === "" ? "" : ", join: { details: x.csv }"} }]
channel: { label: Web, warehouse_group: 1 }
`,
  "goods.yaml": products()["m.yaml"],
  "m.yaml": `version: 1
resource: sales_orders
${join}group: ${group}
${orderFields.replace(/ {2}channel_id.*\n/, "")}children:
  items: { each: ${join === "" ? "rows" : "details"}, fields: { sku: SKU, quantity: Qty, unit_price: { value: 1 } } }
`,
});
const lines = (...rows: readonly string[]) => `${["Order,Customer,SKU,Qty", ...rows].join("\n")}\n`;
const goods = { goods: { "g.csv": csv("A,A", "B,B", "C,C") } };
const heads = (...rows: readonly string[]) => `${["Order,Customer", ...rows].join("\n")}\n`;
const details = (...rows: readonly string[]) => `${["No,SKU,Qty", ...rows].join("\n")}\n`;

function held({ sandbox }: PassJob): readonly string[] {
  return sandbox.records("sales_orders").map(({ key, received }) => {
    const items = received[0]?.items as readonly { readonly sku: string; readonly quantity: number }[];
    return `${key}: ${items.map(({ sku, quantity }) => `${sku}×${quantity}`).join(" ")}`;
  });
}

describe("orders of several rows", () => {
  it.each(["adjacent", "anywhere", "continued"])("count as the newest file has them, whole (%s)", async (rows) => {
    const more = (order: string) => (rows === "continued" ? "" : order);
    await using job = await passJob(ordersJob(`{ by: Order, rows: ${rows} }`));
    const result = await job.pass({
      ...goods,
      orders: {
        "1.csv": lines("1,Pat,A,1", `${more("1")},Pat,B,1`, "2,Sam,A,1"),
        "2.csv": lines("1,Pat,A,1", `${more("1")},Pat,C,4`, "3,Kim,A,1"),
      },
    });
    expect(result?.exitCode).toBe(0);
    expect(held(job).toSorted()).toEqual(["1: A×1 C×4", "2: A×1", "3: A×1"]);
    expect(result === undefined ? [] : await fatesIn(result)).toEqual([
      "1.csv:2 excluded superseded",
      "1.csv:3 excluded superseded",
      "1.csv:4 accepted created 2",
      "2.csv:2 accepted created 1",
      "2.csv:3 accepted created 1",
      "2.csv:4 accepted created 3",
    ]);
    expect(await job.breaches()).toEqual([]);
  });

  it("have the rows of a join that the newest file of the join has for them", async () => {
    await using job = await passJob(ordersJob("{ by: Order }", "join: { details: { on: { No: Order } } }\n"));
    const result = await job.pass({
      ...goods,
      orders: { "o-1.csv": heads("1,Pat", "2,Sam"), "o-2.csv": heads("1,Pat B.", "3,Kim") },
      "orders.details": { "d-1.csv": details("1,A,1", "1,B,1", "2,A,2"), "d-2.csv": details("1,A,9", "3,A,3") },
    });
    expect(result?.exitCode).toBe(0);
    expect(held(job).toSorted()).toEqual(["1: A×9", "2: A×2", "3: A×3"]);
    expect(result === undefined ? [] : await fatesIn(result)).toEqual([
      "o-1.csv:2 excluded superseded",
      "o-1.csv:3 accepted created 2",
      "o-2.csv:2 accepted created 1",
      "o-2.csv:3 accepted created 3",
      "d-1.csv:2 excluded superseded",
      "d-1.csv:3 excluded superseded",
      "d-1.csv:4 accepted created 2",
      "d-2.csv:2 accepted created 1",
      "d-2.csv:3 accepted created 3",
    ]);
    expect(await job.breaches()).toEqual([]);
  });

  it("keep the rows of a join that only an older file of the join has, and open ones take theirs along", async () => {
    await using job = await passJob(ordersJob("{ by: Order }", "join: { details: { on: { No: Order } } }\n"));
    const first = await job.pass({
      orders: { "o-1.csv": heads("1,Pat"), "o-2.csv": heads("1,Pat B.") },
      "orders.details": { "d-1.csv": details("1,A,1", "1,B,2") },
    });
    expect(first?.exitCode).toBe(3);
    const second = await job.pass(goods);
    expect(second?.exitCode).toBe(0);
    expect(held(job)).toEqual(["1: A×1 B×2"]);
    expect(second === undefined ? [] : await fatesIn(second)).toEqual([
      "o-2.csv:2 accepted created 1",
      "d-1.csv:2 accepted created 1",
      "d-1.csv:3 accepted created 1",
    ]);
    expect(await job.breaches()).toEqual([]);
  });
});

describe("files in any order and in any batches", () => {
  it("leave the newest version of each key, and every row has one line", async () => {
    const file = fc.uniqueArray(fc.record({ key: fc.constantFrom("A", "B", "C"), version: fc.nat({ max: 3 }) }), {
      selector: ({ key }) => key,
      minLength: 1,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(file, { maxLength: 3 }), { maxLength: 4 }), async (batches) => {
        await using job = await passJob(products());
        const expected: Record<string, string> = {};
        let number = 0;
        for (const batch of batches) {
          const texts: Record<string, string> = {};
          for (const rows of batch) {
            number += 1;
            texts[`${number}.csv`] = csv(...rows.map(({ key, version }) => `${key},v${version}`));
            for (const { key, version } of rows) expected[key] = `v${version}`;
          }
          const result = await job.pass({ products: texts });
          if (result === undefined) continue;
          expect(await fatesIn(result)).toHaveLength(batch.flat().length);
          expect(await job.breaches()).toEqual([]);
        }
        expect(names(job)).toEqual(expected);
      }),
      { numRuns: 8 },
    );
  });
});
