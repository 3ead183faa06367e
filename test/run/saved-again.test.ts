// A failures file that a spreadsheet saved in its own way: another decimal sign, other dates, another delimiter. Both
// directions, with what can be read in two ways.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadJob } from "../../src/job/job.ts";
import { retry } from "../../src/run/retry.ts";
import { run } from "../../src/run/run.ts";
import type { RunResult } from "../../src/run/run-options.ts";
import { startSandbox } from "../../src/sandbox/server.ts";
import { parseResults, parseTable, type TableRecord } from "../e2e/table.ts";
import { jobFolder } from "../staging/job-folder.ts";

const job = `version: 1
limits: { requests_per_second: 1000, timeout_seconds: 2, read_lag_seconds: 0 }
inputs: [{ name: main, file: in.csv, mapping: map.yaml }]
`;
const orders = (source = "", price = "Price"): string => `version: 1
resource: sales_orders
group: { by: Order }
${source}
fields:
  channel_id: { value: Default, ref: { resource: channels, by: label } }
  order_number: Order
  order_date: Date
  order_status: { value: on_hold }
  bill_to.name: Name
  ship_to.name: Name
children: { items: { each: rows, fields: { sku: { value: P }, quantity: Qty, unit_price: ${price} } } }
`;
const goods = {
  "import.yaml": `${job.replace("inputs: [", "inputs: [{ name: goods, file: goods.csv, mapping: goods.yaml }, ")}`,
  "goods.csv": "SKU,Name\nP,Pot\n",
  "goods.yaml": "version: 1\nresource: products\nfields: { sku: SKU, name: Name, category.name: { value: Tools } }\n",
};

interface Saved extends AsyncDisposable {
  readonly first: RunResult;
  /** Saves the failures file with these cells in place of others, and other cells between this delimiter. */
  save(delimiter: string, change: Readonly<Record<string, Readonly<Record<string, string>>>>): Promise<void>;
  retry(): Promise<{ readonly result: RunResult; readonly rows: readonly TableRecord[] }>;
  /** Date and unit price of every order, by its number. */
  sent(): Readonly<Record<string, string>>;
}

async function saved(lines: readonly string[], mapping: string): Promise<Saved> {
  const sandbox = await startSandbox();
  const folder = await jobFolder({ ...goods, "map.yaml": mapping, "in.csv": `${lines.join("\n")}\n` });
  const account = { baseUrl: sandbox.url, baseUrlFrom: "the test", token: "sandbox" };
  const theJob = () => loadJob("import.yaml", { cwd: folder.path });
  const first = await run(await theJob(), { account });
  const written = first.summary.files.find(({ input }) => input === "main");
  const delimiter = lines[0]?.includes(";") === true ? ";" : ",";
  expect(written?.format).toBe("csv");
  return {
    first,
    async save(to, changes) {
      const file = join(first.folder, "failures", "main.csv");
      const text = (await readFile(file, "utf8")).replaceAll("\r\n", "\n");
      const records = parseTable(delimiter === ";" ? swapped(text) : text);
      const cells = records.map((record) => ({ ...record, ...changes[record.Order ?? ""] }));
      const line = (values: readonly string[]): string =>
        values.map((value) => (/[",;\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)).join(to);
      await writeFile(
        file,
        [Object.keys(records[0] ?? {}), ...cells.map((record) => Object.values(record) as string[])]
          .map((each) => `${line(each)}\n`)
          .join(""),
      );
    },
    async retry() {
      const { result } = await retry(await theJob(), { account });
      if (result === undefined) throw new Error("there was nothing to retry");
      return { result, rows: parseResults(await readFile(join(result.folder, "results.csv"), "utf8")) };
    },
    sent: () =>
      Object.fromEntries(
        sandbox.records("sales_orders").map(({ key, received }) => {
          const sent = received.at(-1) as { order_date: string; items: { unit_price: number }[] };
          return [key, `${sent.order_date} ${sent.items[0]?.unit_price}`];
        }),
      ),
    async [Symbol.asyncDispose]() {
      await folder[Symbol.asyncDispose]();
      await sandbox[Symbol.asyncDispose]();
    },
  };
}

// The table reader of the tests knows commas only; no cell of these files has both signs.
function swapped(text: string): string {
  return text
    .split("\n")
    .map((line) =>
      line
        .split(/;(?=(?:[^"]*"[^"]*")*[^"]*$)/)
        .map((cell) => (cell.includes(",") && !cell.startsWith('"') ? `"${cell}"` : cell))
        .join(","),
    )
    .join("\n");
}

// The names are missing, so nothing but the first order is made; what is wrong is typed in by a person.
const american = [
  "Order,Date,Name,Qty,Price",
  "O0,12/31/2025,Ada,1,1.50",
  "O1,3/4/2026,,1,24.90",
  'O2,11/27/2026,,1,"1,234.50"',
  "O3,2/1/2026,,x,7.25",
];
const german = [
  "Order;Date;Name;Qty;Price",
  "O0;31.12.2025;Ada;1;1,50",
  "O1;4.3.2026;;1;24,90",
  "O2;27.11.2026;;1;1.234,50",
  "O3;1.2.2026;;x;7,25",
];
const all = { O0: "2025-12-31 1.5", O1: "2026-03-04 24.9", O2: "2026-11-27 1234.5", O3: "2026-02-01 7.25" };
const named = { Name: "Bob", Qty: "1" };

describe.each([
  { how: "detected", source: { us: "", de: "" } },
  {
    how: "said in the mapping",
    source: {
      us: 'source: { decimal: ".", thousands: ",", dates: ["M/d/yyyy"] }',
      de: 'source: { decimal: ",", thousands: ".", dates: ["d.M.yyyy"] }',
    },
  },
])("a style that was $how", ({ source }) => {
  it("American, saved again by a German spreadsheet", async () => {
    await using at = await saved(american, orders(source.us));
    expect(at.sent()).toEqual({ O0: all.O0 });
    await at.save(";", {
      O1: { ...named, Date: "04.03.2026", Price: "24,9" },
      O2: { ...named, Date: "27.11.2026", Price: "1234,5" },
      O3: { ...named, Date: "01.02.2026", Price: "7,25" },
    });
    const { result } = await at.retry();
    expect(result.exitCode).toBe(0);
    expect(at.sent()).toEqual(all);
    const { detected } = result.summary.files.find(({ input }) => input === "main") ?? { detected: [] };
    expect(detected.join("\n")).toContain('decimal "," in "Price" (line 2: "24,9", before it was saved again "24.90")');
    expect(detected.join("\n")).toContain('dates "d.M.yyyy" in "Date"');
  });

  it("German, saved again by an American spreadsheet", async () => {
    await using at = await saved(german, orders(source.de));
    expect(at.sent()).toEqual({ O0: all.O0 });
    await at.save(",", {
      O1: { ...named, Date: "3/4/2026", Price: "24.9" },
      O2: { ...named, Date: "11/27/2026", Price: "1,234.50" },
      O3: { ...named, Date: "2/1/2026", Price: "7.25" },
    });
    expect((await at.retry()).result.exitCode).toBe(0);
    expect(at.sent()).toEqual(all);
  });

  it("as it was written, with cells typed in the first style", async () => {
    await using at = await saved(american, orders(source.us));
    await at.save(",", { O1: { ...named, Date: "5/6/2026", Price: "1,234" }, O2: named, O3: named });
    expect((await at.retry()).result.exitCode).toBe(0);
    expect(at.sent()).toEqual({ ...all, O1: "2026-05-06 1234" });
  });
});

describe("what was typed into a file that was saved again", () => {
  it("is read as the cells that say the same as before, days up to 12 included", async () => {
    await using at = await saved(american, orders());
    await at.save(";", {
      O1: { ...named, Date: "05.06.2026", Price: "1,234" },
      O2: { ...named, Date: "27.11.2026", Price: "1.234,50" },
      O3: { ...named, Date: "01.02.2026", Price: "7,25" },
    });
    expect((await at.retry()).result.exitCode).toBe(0);
    expect(at.sent()).toEqual({ ...all, O1: "2026-06-05 1.234" });
  });

  it("and can be read in two ways, is a problem of the cell that names both, and what it proposes helps", async () => {
    const lines = ["Order,Date,Name,Qty,Price", 'O0,12/31/2025,Ada,1,"1,001.50"', "O1,,,1,x"];
    await using at = await saved(lines, orders());
    await at.save(";", { O1: { ...named, Date: "05.06.2026", Price: "1,234" } });
    // Read once more as it is, it is no clearer.
    for (const { result, rows } of [await at.retry(), await at.retry()]) {
      expect(rows.map(({ outcome }) => outcome)).toEqual(["invalid"]);
      const text = JSON.stringify(result.summary.problems.top.map(({ examples }) => examples));
      expect(text).toContain('is 1.234 with decimal \\",\\" and 1234 with decimal \\".\\"');
      expect(text).toContain('is 2026-06-05 as \\"d.M.yyyy\\" and 2026-05-06 as \\"M.d.yyyy\\"');
    }
    expect(at.sent()).toEqual({ O0: "2025-12-31 1001.5" });
  });

  it.each([
    { Price: "1,2340", Date: "2026-06-05", is: "2026-06-05 1.234" },
    { Price: "1234", Date: "2026-05-06", is: "2026-05-06 1234" },
  ])("is clear as it proposes: $Price, $Date", async ({ is, ...cells }) => {
    const lines = ["Order,Date,Name,Qty,Price", "O0,12/31/2025,Ada,1,1.50", "O1,,,1,x"];
    await using at = await saved(lines, orders());
    await at.save(";", { O1: { ...named, ...cells } });
    expect((await at.retry()).result.exitCode).toBe(0);
    expect(at.sent().O1).toBe(is);
  });

  it("counts in expressions as well", async () => {
    await using at = await saved(american, orders("", `{ expr: 'number(row["Price"]) * 2.0', round: 2 }`));
    await at.save(";", {
      O1: { ...named, Date: "04.03.2026", Price: "24,9" },
      O2: { ...named, Date: "27.11.2026", Price: "1234,5" },
      O3: { ...named, Date: "01.02.2026", Price: "1,234" },
    });
    expect((await at.retry()).result.exitCode).toBe(0);
    expect(at.sent()).toMatchObject({ O1: "2026-03-04 49.8", O2: "2026-11-27 2469", O3: "2026-02-01 2.47" });
  });

  it("stays so in a retry of what failed again", async () => {
    await using at = await saved(american, orders());
    await at.save(";", {
      O1: { Date: "04.03.2026", Price: "24,9" },
      O2: { ...named, Date: "27.11.2026", Price: "1234,5" },
      O3: { ...named, Date: "01.02.2026", Price: "7,25" },
    });
    const second = (await at.retry()).result;
    expect(second.exitCode).toBe(3);
    const file = join(second.folder, "failures", "main.csv");
    await writeFile(file, (await readFile(file, "utf8")).replace("04.03.2026;;", "04.03.2026;Bob;"));
    expect((await at.retry()).result.exitCode).toBe(0);
    expect(at.sent()).toEqual(all);
  });
});
