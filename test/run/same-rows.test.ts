// Exports that overlap: a row of two files counts once, an order of two shops is none, a file that comes twice is named.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { explain } from "../../src/history/explain.ts";
import { readJobOutline } from "../../src/job/job-outline.ts";
import { terminalSummary } from "../../src/report/terminal-summary.ts";
import type { RunResult } from "../../src/run/run-options.ts";
import { fatesIn, orderFields, ordersJob, type SandboxJob, sandboxJob } from "./sandbox-job.ts";

const mapping = (group: string) => `version: 1
resource: sales_orders
group: ${group}
${orderFields}children:
  items: { each: rows, fields: { sku: SKU, quantity: Qty, unit_price: Price } }
`;
const header = "Order,Customer,SKU,Qty,Price";
const csv = (...lines: readonly string[]) => `${[header, ...lines].join("\n")}\n`;
const overlapping = (group: string, files: Readonly<Record<string, string>>) => ({
  ...ordersJob('- { name: orders, file: "*.csv", mapping: m.yaml }\n'),
  "m.yaml": mapping(group),
  ...files,
});

/** `A2: A×3 B×1` of every order that the account holds. */
function held({ sandbox }: SandboxJob): readonly string[] {
  return sandbox.records("sales_orders").map(({ key, received }) => {
    const items = received[0]?.items as readonly { readonly sku: string; readonly quantity: number }[];
    return `${key}: ${items.map(({ sku, quantity }) => `${sku}×${quantity}`).join(" ")}`;
  });
}

const told = ({ summary }: RunResult) => terminalSummary(summary, { width: 300, again: "run" });

describe("a row of two files", () => {
  it("counts once in an order whose rows stand anywhere; the later one is excluded and names the first", async () => {
    await using job = await sandboxJob(
      overlapping("{ by: Order, rows: anywhere }", {
        "o-1.csv": csv("A1,Pat,A,1,2.50", "A1,Pat,B,2,2.50", "A2,Pat,A,3,2.50"),
        "o-2.csv": csv("A2,Pat,A,3,2.50", "A2,Pat,B,1,4.00", "A3,Pat,A,1,2.50"),
      }),
    );
    const result = await job.run();
    expect(result.exitCode).toBe(0);
    expect(held(job)).toEqual(["A1: A×1 B×2", "A2: A×3 B×1", "A3: A×1"]);
    expect(await fatesIn(result)).toEqual([
      "o-1.csv:2 accepted created A1",
      "o-1.csv:3 accepted created A1",
      "o-1.csv:4 accepted created A2",
      "o-2.csv:2 excluded same_row",
      "o-2.csv:3 accepted created A2",
      "o-2.csv:4 accepted created A3",
    ]);
    expect(await readFile(join(result.folder, "results.csv"), "utf8")).toContain(
      "the same row is in o-1.csv:4 and counts once",
    );
    expect(told(result)).toContain("orders: 1 row is in two files and counts once");
    expect((await job.run()).summary.outcomes.unchanged.entries).toBe(7); // with goods and shops
  });

  it("is explained by the row that counts, not by a condition of the mapping", async () => {
    const line = "A1,Pat,A,1,2.50";
    await using job = await sandboxJob(
      overlapping(`{ by: Order, rows: anywhere, where: 'row["Qty"] != "0"' }`, {
        "1.csv": csv(line),
        "2.csv": csv(line),
      }),
    );
    await job.run();
    const outline = await readJobOutline("import.yaml", { cwd: job.folder.path });
    const { row } = await explain(outline, { what: "2.csv:2", baseUrl: job.sandbox.url, cwd: job.folder.path });
    expect(row).toMatchObject({ outcome: "excluded", left_out_by: null, problems: [{ code: "same_row" }] });
  });

  it("counts as often as it stands in any one file", async () => {
    const line = "A1,Pat,A,1,2.50";
    await using job = await sandboxJob(
      overlapping("{ by: Order, rows: anywhere }", {
        "1.csv": csv(line, line),
        "2.csv": csv(line, line, line),
        "3.csv": csv(line),
      }),
    );
    const result = await job.run();
    expect(held(job)).toEqual(["A1: A×1 A×1 A×1"]);
    expect(told(result)).toContain("orders: 3 rows are in two or more files and count once");
  });

  test.each(["adjacent", "continued"])("is left out with its whole order where rows are %s", async (rows) => {
    const key = rows === "continued" ? "" : "A1";
    const other = rows === "continued" ? "" : "A9";
    await using job = await sandboxJob(
      overlapping(`{ by: Order, rows: ${rows} }`, {
        "o-1.csv": csv("A1,Pat,A,1,2.50", `${key},,B,2,2.50`),
        "o-2.csv": csv("A1,Pat,A,1,2.50", `${key},,B,2,2.50`, "A9,Pat,A,1,2.50", `${other},,B,2,2.50`),
      }),
    );
    const result = await job.run();
    expect((await fatesIn(result)).slice(2)).toEqual([
      "o-2.csv:2 excluded same_row",
      "o-2.csv:3 excluded same_row",
      "o-2.csv:4 accepted created A9",
      "o-2.csv:5 accepted created A9",
    ]);
    expect(held(job)).toEqual(["A1: A×1 B×2", "A9: A×1 B×2"]);
  });

  it("makes no order shorter: one that goes on in the later file is refused, both lines named", async () => {
    await using job = await sandboxJob(
      overlapping("{ by: Order }", {
        "o-1.csv": csv("A1,Pat,A,1,2.50"),
        "o-2.csv": csv("A1,Pat,A,1,2.50", "A1,Pat,B,2,2.50"),
      }),
    );
    expect(await fatesIn(await job.run())).toEqual([
      "o-1.csv:2 invalid A1 duplicate_key",
      "o-2.csv:2 invalid A1 duplicate_key",
      "o-2.csv:3 invalid A1 same_entry",
    ]);
  });
});

describe("a file that comes twice", () => {
  it.each(["anywhere", "adjacent"])(
    "is named before anything is staged, and its rows count once (%s)",
    async (rows) => {
      const text = csv("R1,Pat,A,2,10", "R2,Pat,B,1,5");
      await using job = await sandboxJob(
        overlapping(`{ by: Order, rows: ${rows} }`, { "jan (1).csv": text, "jan.csv": text }),
      );
      const result = await job.run();
      expect(held(job)).toEqual(["R1: A×2", "R2: B×1"]);
      expect(result.summary.warnings).toContain(
        "jan.csv has the same content as jan (1).csv: its rows count once (same_row in results.csv)",
      );
      expect((await fatesIn(result)).filter((fate) => fate.endsWith("same_row"))).toHaveLength(2);
      expect(result.exitCode).toBe(0);
    },
  );
});

describe("an order number of two shops", () => {
  test.each(["warn", "ignore", "error"])("is an error, whatever conflict says (%s)", async (conflict) => {
    await using job = await sandboxJob(
      overlapping(`{ by: Order, rows: anywhere, conflict: ${conflict} }`, {
        "store-eu.csv": csv("1001,Pat Doe,A,1,10", "1002,Ann Lee,A,1,10"),
        "store-us.csv": csv("1001,Sam Roe,B,2,7", "1003,Ann Lee,B,1,10"),
      }),
    );
    const result = await job.run();
    expect(await fatesIn(result)).toEqual([
      "store-eu.csv:2 invalid 1001 same_entry",
      "store-eu.csv:3 accepted created 1002",
      "store-us.csv:2 invalid 1001 group_conflict",
      "store-us.csv:3 accepted created 1003",
    ]);
    expect(told(result)).toContain(
      'store-us.csv:2 column "Customer" = "Sam Roe" → bill_to.name: store-eu.csv:2 says "Pat Doe"',
    );
  });

  it("is no order when a line comes again with a change in a column that nobody reads", async () => {
    const [older, newer] = ["Updated\n", "Updated\n"].map((column) => `${header},${column}`);
    await using job = await sandboxJob(
      overlapping("{ by: Order, rows: anywhere }", {
        "o-1.csv": `${older}1001,Pat,A,1,10,Mon\n1001,Pat,A,1,10,Mon\n1002,Pat,A,1,10,Mon\n`,
        "o-2.csv": `${newer}1001,Pat,A,1,10,Tue\n1003,Pat,B,1,10,Tue\n`,
      }),
    );
    const result = await job.run();
    expect(held(job)).toEqual(["1002: A×1", "1003: B×1"]);
    expect(told(result)).toContain("o-2.csv:2: says the same as o-1.csv:2 in every column that the mapping reads");
  });

  it("is no order when a SKU comes again with another quantity: it was changed between two exports", async () => {
    await using job = await sandboxJob(
      overlapping("{ by: Order, rows: anywhere }", {
        "o-1.csv": csv("A1,Pat,A,1,2.50", "A2,Pat,A,1,2.50", "A2,Pat,A,2,2.00"),
        "o-2.csv": csv("A1,Pat,A,3,2.50", "A2,Pat,B,1,2.00"),
      }),
    );
    const { folder } = await job.check();
    expect(await fatesIn({ folder })).toEqual([
      "o-1.csv:2 invalid A1 same_entry",
      "o-1.csv:3 pending A2",
      "o-1.csv:4 pending A2",
      "o-2.csv:2 invalid A1 group_conflict",
      "o-2.csv:3 pending A2",
    ]);
    expect(await readFile(join(folder, "results.csv"), "utf8")).toContain("is in o-1.csv:2 too, with other cells");
  });

  it("is no order when a line comes again as a spreadsheet writes its numbers; a SKU is no number", async () => {
    await using job = await sandboxJob(
      overlapping("{ by: Order, rows: anywhere }", {
        "o-1.csv": csv("A1,Pat,A,1,2.50", "A2,Pat,7-A,1,2.00", "A3,Pat,1.50,1,2.00"),
        "o-2.csv": csv("A1,Pat,A,1.0,2.5", "A2,Pat,7-B,1,2.0", "A3,Pat,1.5,1,2.00"),
      }),
    );
    const { folder } = await job.check();
    expect(await fatesIn({ folder })).toEqual([
      "o-1.csv:2 invalid A1 same_entry",
      "o-1.csv:3 pending A2",
      "o-1.csv:4 pending A3",
      "o-2.csv:2 invalid A1 group_conflict",
      "o-2.csv:3 pending A2",
      "o-2.csv:4 pending A3",
    ]);
    expect(await readFile(join(folder, "results.csv"), "utf8")).toContain("but for how its numbers are written");
  });

  it("may go on in another file where the rows say nothing else", async () => {
    await using job = await sandboxJob(
      overlapping("{ by: Order, rows: anywhere, conflict: ignore }", {
        "o-1.csv": csv("1001,Pat,A,1,10", "1001,Sam,A,1,10"),
        "o-2.csv": csv("1001,,B,2,7"),
      }),
    );
    expect((await job.run()).exitCode).toBe(0);
    expect(held(job)).toEqual(["1001: A×1 A×1 B×2"]);
  });
});
