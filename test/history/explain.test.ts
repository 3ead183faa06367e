// The story of an entry, put together from a real ledger: what is found, what is told, and what is told when things are gone.
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { explain } from "../../src/history/explain.ts";
import { loadJob } from "../../src/job/job.ts";
import { readJobOutline } from "../../src/job/job-outline.ts";
import { openLedger } from "../../src/ledger/sqlite/open-ledger.ts";
import { Database } from "../../src/ledger/sqlite/storage/database.ts";
import { ledgerPath } from "../../src/ledger/sqlite/storage/ledger-file.ts";
import type { Ledger } from "../../src/model/ledger/ledger.ts";
import type { EntryStory, Explanation } from "../../src/report/explanation.ts";
import { storyText } from "../../src/report/story-text.ts";
import { run } from "../../src/run/run.ts";
import type { RunResult } from "../../src/run/run-options.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { errorOf, type Files, jobFolder } from "../staging/job-folder.ts";

const files: Files = {
  "import.yaml": `version: 1
limits: { requests_per_second: 1000, timeout_seconds: 0.3, read_lag_seconds: 0 }
inputs:
  - { name: products, file: in/products.csv, mapping: products.yaml }
  - { name: orders, file: orders.csv, mapping: orders.yaml, join: { customers: customers.csv } }
`,
  "products.yaml": `version: 1
resource: products
where: 'row["Vendor"] != "Test"'
fields:
  sku: SKU
  name: { from: Name, apply: [trim, upper] }
  category.name: { value: Kitchen }
  retail_price: Price
`,
  "in/products.csv": [
    "SKU,Name,Price,Vendor,Note",
    'CUP-1,"Blue\ncup",4.50,Acme,x',
    "POT-1,Pot,dear,Acme,",
    "TST-1,Trial,1,Test,",
    "PAN-1,Pan,9,Acme,",
    "",
  ].join("\n"),
  "orders.yaml": `version: 1
resource: sales_orders
group: { by: No, rows: adjacent }
join: { customers: { on: { id: Customer }, one: true } }
fields:
  order_number: No
  order_date: Date
  order_status: { value: completed }
  channel_id: { value: 1 }
  bill_to.name: customers.name
  ship_to.name: customers.name
children:
  items: { each: rows, fields: { sku: SKU, quantity: Qty, unit_price: { value: 1 } } }
`,
  "orders.csv": "No,Date,Customer,SKU,Qty\nO-1,2024-05-01,7,CUP-1,2\nO-1,2024-05-01,7,PAN-1,1\n",
  "customers.csv": "id,name\n17,Somebody else\n7,Ada\n",
};

interface Setting extends AsyncDisposable {
  readonly folder: string;
  readonly sandbox: Sandbox;
  readonly run: () => Promise<RunResult>;
  readonly explain: (what: string, cwd?: string) => Promise<Explanation>;
  /** The ledger's file while nobody has it open. */
  readonly sql: (statement: string) => void;
}

async function setting(
  given: Files = files,
  sandboxOptions: Parameters<typeof startSandbox>[0] = {},
): Promise<Setting> {
  const folder = await jobFolder(given);
  const sandbox = await startSandbox({ token: "t", ...sandboxOptions });
  const account = { baseUrl: sandbox.url, baseUrlFrom: "test", token: "t" };
  const remains = () => readJobOutline("import.yaml", { cwd: folder.path });
  return {
    folder: folder.path,
    sandbox,
    run: async () => run(await folder.loadJob(), { account }),
    explain: async (what, cwd = folder.path) => explain(await remains(), { what, baseUrl: sandbox.url, cwd }),
    sql: (statement) => {
      const place = new Database(ledgerPath(stateOf(folder.path), sandbox.url), "write");
      place.exec(statement);
      place.close();
    },
    async [Symbol.asyncDispose]() {
      await sandbox[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function only(explanation: Explanation): EntryStory {
  const [entry, ...others] = explanation.entries;
  if (entry === undefined || others.length > 0) throw new Error(`${explanation.entries.length} stories`);
  return entry;
}

describe("an entry that was accepted", () => {
  it("is told from its cells to its answer", async () => {
    await using at = await setting();
    await at.run();
    const story = only(await at.explain("CUP-1"));
    expect(story).toMatchObject({ resource: "products", outcome: "accepted", action: "created", attempts: 1 });
    expect(story.rows).toEqual([
      {
        file: "in/products.csv",
        line: 2,
        row: 1,
        cells: [
          { column: "SKU", cell: "CUP-1" },
          { column: "Name", cell: "Blue\ncup" },
          { column: "Price", cell: "4.50" },
        ],
        other_columns: 2,
      },
    ]);
    expect(story.mapping).toMatchObject({ file: "products.yaml", state: "same" });
    expect(story.mapping.fields.map(({ path }) => path)).toEqual(["sku", "name", "category.name", "retail_price"]);
    expect(story.payload).toEqual({
      content: { sku: "CUP-1", name: "BLUE\nCUP", category: { name: "Kitchen" }, retail_price: 4.5 },
      from: expect.stringMatching(/^(ledger|mapped_again)$/),
      plan: "create",
      unfilled: [],
    });
    expect(story.events).toMatchObject([{ kind: "send", plan: "create", result: "accepted", http_status: 201 }]);
    expect(story.earlier).toEqual([]);
  });

  it("finds the rows of its joins again, also those of an earlier run, and shows the ones that were read", async () => {
    await using at = await setting();
    await at.run();
    await at.run();
    const story = only(await at.explain("O-1"));
    expect(story.mapping.state).toBe("same");
    expect(story.outcome).toBe("unchanged");
    expect(story.earlier).toMatchObject([{ outcome: "accepted", action: "created", attempts: 1 }]);
    const name = story.mapping.fields.find(({ path }) => path === "bill_to.name");
    expect(name).toMatchObject({
      alternatives: [{ cells: [{ file: "customers.csv", line: 3, column: "name", cell: "Ada" }] }],
      result: { kind: "value", value: "Ada" },
    });
  });

  it("is told without its payload as mapped again, when the ledger does not keep it", async () => {
    await using at = await setting();
    await at.run();
    at.sql("delete from payloads; delete from payload_blocks");
    const story = only(await at.explain("O-1"));
    expect(story.payload).toMatchObject({ from: "mapped_again", plan: "create" });
    expect(story.payload.content).toMatchObject({ order_number: "O-1", bill_to: { name: "Ada" } });
    expect(storyText(await at.explain("O-1"), { width: 100 })).toContain("mapped again from the rows");
  });

  it("says so when today's mapping would make something else of it", async () => {
    await using at = await setting();
    await at.run();
    await writeFile(
      join(at.folder, "products.yaml"),
      (files["products.yaml"] ?? "").replace("value: Kitchen", "value: Garden"),
    );
    const explanation = await at.explain("PAN-1");
    expect(only(explanation).mapping.state).toBe("changed");
    expect(storyText(explanation, { width: 100 })).toContain("has changed since");
  });
});

describe("what is gone or broken takes nothing else away", () => {
  test.each<{ name: string; spoil: (folder: string) => Promise<void>; reason: RegExp }>([
    { name: "the mapping", spoil: (folder) => rm(join(folder, "products.yaml")), reason: /cannot be read/ },
    {
      name: "a broken mapping",
      spoil: (folder) => writeFile(join(folder, "products.yaml"), "version: 1\nresource: producs\n"),
      reason: /products\.yaml:2/,
    },
    {
      name: "the input in the job",
      spoil: (folder) => writeFile(join(folder, "import.yaml"), "version: 1\ninputs: [ { name: other\n"),
      reason: /names no mapping for the input "products"/,
    },
  ])("$name", async ({ spoil, reason }) => {
    await using at = await setting();
    await at.run();
    await rm(join(at.folder, "in"), { recursive: true });
    await spoil(at.folder);
    const story = only(await at.explain("CUP-1"));
    expect(story.mapping).toMatchObject({ state: "unavailable", reason: expect.stringMatching(reason), fields: [] });
    expect(story.rows[0]?.cells).toContainEqual({ column: "Vendor", cell: "Acme" });
    expect(story.events).toHaveLength(1);
  });

  it("but the job file itself has to be there: it says where the ledger is", async () => {
    await using at = await setting();
    await at.run();
    await rm(join(at.folder, "import.yaml"));
    expect(await errorOf(at.explain("CUP-1"))).toMatchObject({ code: "JOB_INVALID" });
  });
});

describe("file:line", () => {
  test.each([
    { what: "in/products.csv:2", key: "CUP-1" },
    { what: "in/products.csv:3", key: "CUP-1" }, // the second line of a quoted cell
    { what: "products.csv:4", key: "POT-1" },
    { what: "orders.csv:3", key: "O-1" },
    { what: "./orders.csv:2", key: "O-1" },
  ])("$what is $key", async ({ what, key }) => {
    await using at = await setting();
    await at.run();
    expect(only(await at.explain(what))).toMatchObject({ key });
  });

  it("is also found from another folder, relative to it", async () => {
    await using at = await setting();
    await at.run();
    expect(only(await at.explain("products.csv:6", join(at.folder, "in"))).key).toBe("PAN-1");
    expect(only(await at.explain("../orders.csv:2", join(at.folder, "in"))).key).toBe("O-1");
  });

  it("tells of a row that no entry has, and which condition leaves it out", async () => {
    await using at = await setting();
    await at.run();
    const { entries, row } = await at.explain("products.csv:5");
    expect(entries).toEqual([]);
    expect(row).toMatchObject({ outcome: "excluded", left_out_by: 'where: row["Vendor"] != "Test"', line: 5 });
    expect(row?.cells).toContainEqual({ column: "SKU", cell: "TST-1" });
  });

  test.each([
    {
      what: "products.csv:1",
      message: /^in\/products\.csv, as the newest run that read it found it, has no row at line 1$/,
    },
    { what: "products.csv:7", message: /has no row at line 7/ },
    { what: "prices.csv:2", message: /no file of a run is called "prices\.csv"/ },
  ])("$what is refused", async ({ what, message }) => {
    await using at = await setting();
    await at.run();
    expect(await errorOf(at.explain(what))).toMatchObject({ code: "USAGE", message: expect.stringMatching(message) });
  });

  it("finds every line of a file, with gaps between row numbers and several rows on a line", async () => {
    await using at = await setting();
    await at.run();
    await using ledger = await openLedger({ folder: stateOf(at.folder), baseUrl: at.sandbox.url, mode: "write" });
    const file = await fileWithRows(ledger, [
      [1, 2],
      [2, 2],
      [5, 7],
      [6, 7],
      [7, 7],
      [90, 8],
    ]);
    const numbers = [1, 2, 3, 6, 7, 8, 9].map(async (line) => (await ledger.history.rowAtLine(file, line))?.raw);
    expect(await Promise.all(numbers)).toEqual([undefined, "row 1", "row 1", "row 1", "row 5", "row 90", "row 90"]);
  });
});

describe("a key that nobody knows", () => {
  test.each([
    { what: "CUP-2", near: "CUP-1" },
    { what: "pot-1", near: "POT-1" },
    { what: "PAN1", near: "PAN-1" },
  ])("$what names what is near: $near", async ({ what, near }) => {
    await using at = await setting();
    await at.run();
    const error = await errorOf(at.explain(what));
    expect(error).toMatchObject({ code: "USAGE", message: expect.stringContaining(`"${what}"`) });
    expect(error.hint).toContain(`"${near}"`);
  });

  it("is not near to keys that are only referred to", async () => {
    await using at = await setting({
      ...files,
      "orders.csv": "No,Date,Customer,SKU,Qty\nO-1,2024-05-01,7,GHOST-1,2\n",
    });
    await at.run();
    expect((await errorOf(at.explain("GHOST-2"))).hint).not.toContain("GHOST-1");
  });
});

describe("sends without an answer", () => {
  it("are told with every lookup, its time and what it found", async () => {
    await using at = await setting(
      { ...files, "orders.csv": "No,Date,Customer,SKU,Qty\n" },
      { faults: { "error-after": 1 } },
    );
    await at.run();
    const { events, outcome, action } = only(await at.explain("CUP-1"));
    expect([outcome, action]).toEqual(["accepted", "recovered"]);
    expect(events[0]).toMatchObject({ kind: "send", result: "recovered", http_status: 500 });
    expect(events.at(-1)).toMatchObject({ kind: "lookup", found: true });
    expect(storyText(await at.explain("CUP-1"), { width: 100 })).toMatch(
      /create sent: no usable answer \(HTTP 500\)[^\n]*\n[\s\S]*looked up by key: found/,
    );
  });

  it("count each time that nothing was there before they are sent again", async () => {
    const keys = Array.from({ length: 12 }, (_, index) => `P-${index}`);
    await using at = await setting(
      {
        ...files,
        "in/products.csv": `SKU,Name,Price,Vendor\n${keys.map((key) => `${key},Pan,1,Acme\n`).join("")}`,
        "orders.csv": "No,Date,Customer,SKU,Qty\n",
      },
      { faults: { "error-before": 0.5 } },
    );
    await at.run();
    const stories = await Promise.all(keys.map(async (key) => only(await at.explain(key))));
    const story = stories.find(({ events }) => events[0]?.kind === "send" && events[0].result === "absent");
    expect(story?.events.slice(0, 3)).toMatchObject([
      { kind: "send", result: "absent", http_status: 500, waited_ms: null },
      { kind: "lookup", found: false },
      { kind: "lookup", found: false },
    ]);
    const sends = story?.events.filter(({ kind }) => kind === "send") ?? [];
    expect(sends.length).toBe(story?.attempts);
  });
});

it("tells nothing secret", async () => {
  await using at = await setting(files, { token: "s3cr3t-T0ken" });
  const account = { baseUrl: at.sandbox.url, baseUrlFrom: "test", token: "s3cr3t-T0ken" };
  const job = await loadJob("import.yaml", { cwd: at.folder });
  await run(job, { account });
  const explanation = await at.explain("CUP-1");
  expect(JSON.stringify(explanation) + storyText(explanation, { width: 100 })).not.toMatch(/s3cr3t|authorization/i);
});

function stateOf(folder: string): string {
  return join(folder, ".luminous-import");
}

async function fileWithRows(
  ledger: Ledger,
  rows: readonly (readonly [number: number, line: number])[],
): Promise<number> {
  const { id: runId } = await ledger.runs.begin({ runId: "x", job: "j", command: "run", startedAtMs: 0 });
  const info = { path: "/x.csv", format: "csv", encoding: "utf-8", bom: false, gzip: false, newline: "\n" } as const;
  const { id } = await ledger.staging.addFile({
    run: runId,
    input: "x",
    kind: "input",
    file: "x.csv",
    info: { ...info, detected: [] },
  });
  await ledger.staging.addRows(
    rows.map(([number, line]) => ({ ref: { file: id, number }, line, raw: `row ${number}` })),
  );
  return id;
}
