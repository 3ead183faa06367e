// A retry over real HTTP: what a run did not make, fixed in its failures files, and what a plain run says afterwards.
import { existsSync } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import iconv from "iconv-lite";
import { describe, expect, it, test } from "vitest";
import { loadJob } from "../../src/job/job.ts";
import { type RetryOptions, retry } from "../../src/run/retry.ts";
import { run } from "../../src/run/run.ts";
import type { RunOptions, RunResult } from "../../src/run/run-options.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { parseResults, parseTable, type TableRecord } from "../e2e/table.ts";
import { errorOf, type Files, jobFolder } from "../staging/job-folder.ts";

const products = `version: 1
resource: products
fields: { sku: SKU, name: Name, category.name: { from: Group, optional: true, default: Tools }, retail_price: Price }
`;
const orders = (group: string): string => `version: 1
resource: sales_orders
group: { by: Order, rows: ${group} }
fields:
  channel_id: { value: Default, ref: { resource: channels, by: label } }
  order_number: Order
  order_date: { value: "2024-01-31" }
  order_status: { value: on_hold }
  bill_to.name: Name
  ship_to.name: Name
children: { items: { each: rows, fields: { sku: { value: P }, quantity: Qty, unit_price: Price } } }
`;
const joinedOrders = `version: 1
resource: sales_orders
join: { lines: { on: { Order: Order } }, people: { on: { Id: Person }, one: true } }
fields:
  channel_id: { value: Default, ref: { resource: channels, by: label } }
  order_number: Order
  order_date: { value: "2024-01-31" }
  order_status: { value: on_hold }
  bill_to.name: people.Name
  ship_to.name: people.Name
children: { items: { each: lines, fields: { sku: { value: P }, quantity: Qty, unit_price: { value: 2 } } } }
`;
const job = (inputs: string): string =>
  `version: 1\nlimits: { requests_per_second: 1000, timeout_seconds: 2, read_lag_seconds: 0 }\ninputs: [${inputs}]\n`;
const oneInput = (file: string): Files => ({
  "import.yaml": job(`{ name: main, file: ${file}, mapping: map.yaml }`),
});
/** What orders need to be sent. */
const goods: Files = { "goods.yaml": products, "goods.csv": "SKU,Name,Price\nP,Pot,1\n" };
const withGoods = (input: string): string => job(`{ name: goods, file: goods.csv, mapping: goods.yaml }, ${input}`);
const orderFiles = (rows: string, lines: readonly string[]): Files => ({
  ...goods,
  "import.yaml": withGoods("{ name: main, file: orders.csv, mapping: map.yaml }"),
  "map.yaml": orders(rows),
  "orders.csv": csv("Order,Name,Qty,Price", ...lines),
});
const csv = (...lines: readonly string[]): string => `${lines.join("\n")}\n`;

interface Trial extends AsyncDisposable {
  readonly sandbox: Sandbox;
  run(files?: Files, options?: Partial<RunOptions>): Promise<RunResult>;
  retry(options?: Partial<RetryOptions>): Promise<RunResult>;
  /** The retry as it is, for what has no result. */
  retryOnly(options?: Partial<RetryOptions>): ReturnType<typeof retry>;
  edit(result: RunResult, name: string, change: (text: string) => string | Buffer | undefined): Promise<void>;
  state(): unknown;
  readonly path: string;
}

async function trial(files: Files): Promise<Trial> {
  const sandbox = await startSandbox();
  const folder = await jobFolder(files);
  const account = { baseUrl: sandbox.url, baseUrlFrom: "the test", token: "sandbox" };
  const retryOnly = async (options: Partial<RetryOptions> = {}) =>
    await retry(await folder.loadJob(), { account, ...options });
  return {
    sandbox,
    path: folder.path,
    async run(changed = {}, options = {}) {
      for (const [name, text] of Object.entries(changed)) await writeFile(join(folder.path, name), text);
      return await run(await loadJob("import.yaml", { cwd: folder.path }), { account, ...options });
    },
    retryOnly,
    async retry(options) {
      const { result } = await retryOnly(options);
      if (result === undefined) throw new Error("there was nothing to retry");
      return result;
    },
    async edit(result, name, change) {
      const file = join(result.folder, "failures", name);
      const changed = change(await readFile(file, "utf8"));
      if (changed === undefined) await rm(file);
      else await writeFile(file, changed);
    },
    state: () => stateOf(sandbox),
    async [Symbol.asyncDispose]() {
      await folder[Symbol.asyncDispose]();
      await sandbox[Symbol.asyncDispose]();
    },
  };
}

/** All that is stored, without ids and the order of creation. */
function stateOf(sandbox: Sandbox): unknown {
  return (["products", "sales_orders"] as const).map((resource) =>
    sandbox
      .records(resource)
      .map(({ key, received }) => ({ key, last: received.at(-1), times: received.length }))
      .sort((a, b) => (a.key < b.key ? -1 : 1)),
  );
}

async function stateOfCorrect(files: Files): Promise<unknown> {
  await using correct = await trial(files);
  expect((await correct.run()).exitCode).toBe(0);
  return correct.state();
}

async function rowsOf({ folder }: RunResult): Promise<readonly TableRecord[]> {
  return parseResults(await readFile(join(folder, "results.csv"), "utf8"));
}

function writes(sandbox: Sandbox): number {
  return Object.entries(sandbox.counts().requests).reduce(
    (sum, [route, count]) => sum + (route.startsWith("GET") ? 0 : count),
    0,
  );
}

async function outcomes(result: RunResult): Promise<readonly string[]> {
  return (await rowsOf(result)).map(
    ({ key, outcome, message }) => `${key} ${outcome}${message === "" ? "" : `: ${message}`}`,
  );
}

const productFiles: Files = {
  ...oneInput("products.csv"),
  "map.yaml": products,
  "products.csv": csv("SKU,Name,Price", "A,Alpha,1", "B,Beta,x2", ",Gamma,3", "D,Delta,4"),
};
const productsCorrect = {
  ...productFiles,
  "products.csv": csv("SKU,Name,Price", "A,Alpha,1", "B,Beta,2", "C,Gamma,3", "D,Delta,4"),
};
const fixProducts = (text: string): string => text.replace("x2", "2").replace("\n,Gamma", "\nC,Gamma");
const withDelimiter = (text: string, delimiter: string): string =>
  parseTable(text)
    .map((record) => Object.values(record))
    .reduce(
      (lines, cells) => `${lines}${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(delimiter)}\n`,
      `${Object.keys(parseTable(text)[0] ?? {}).join(delimiter)}\n`,
    );
const withoutNotes = (text: string): string =>
  csv("SKU,Name,Price", ...parseTable(text).map(({ SKU, Name, Price }) => [SKU, Name, Price].join(",")));

describe("run, fix the failures file, retry", () => {
  it.each<{ how: string; save: (text: string) => string | Buffer; warning?: string; unlinked?: true }>([
    { how: "as it is", save: (text) => text },
    { how: "with a byte order mark", save: (text) => `\uFEFF${text}` },
    { how: "with CRLF", save: (text) => text.replaceAll("\n", "\r\n") },
    { how: "in UTF-16", save: (text) => iconv.encode(text, "utf-16le", { addBOM: true }) },
    {
      how: "with semicolons, everything quoted",
      save: (text) => withDelimiter(text, ";"),
      warning: 'failures/main.csv: read with ";" instead of "," (re-saved?)',
    },
    {
      how: "with tabs",
      save: (text) => withDelimiter(text, "\t"),
      warning: 'failures/main.csv: read with tab instead of "," (re-saved?)',
    },
    { how: "without its last, blank cells", save: (text) => text.replace(/^(.*row \d+: .*),[^,\n]*$/gm, "$1") },
    { how: "without the _import columns", save: withoutNotes, unlinked: true },
    { how: "with a new row", save: (text) => `${text}E,Epsilon,5,,,\n` },
  ])("$how", async ({ how, save, warning, unlinked }) => {
    const more = how === "with a new row" ? "E,Epsilon,5\n" : "";
    const correct = await stateOfCorrect({
      ...productsCorrect,
      "products.csv": `${productsCorrect["products.csv"]}${more}`,
    });
    await using at = await trial({ ...productFiles, "map.yaml": `${products}source: { delimiter: "," }\n` });
    const first = await at.run();
    expect(first.exitCode).toBe(3);
    await at.edit(first, "main.csv", (text) => save(fixProducts(text)));
    const retried = await at.retry();
    expect(await outcomes(retried)).not.toContain("invalid");
    expect(retried.exitCode).toBe(0);
    expect(at.state()).toEqual(correct);
    expect(retried.summary).toMatchObject({ command: "retry", retry_of: first.summary.run_id });
    expect(retried.summary.warnings).toEqual(warning === undefined ? [] : [warning]);

    const before = writes(at.sandbox);
    const plain = await at.run();
    expect(writes(at.sandbox)).toBe(before);
    const told = `accepted by retry of run ${first.summary.run_id}`;
    // Without the columns an entry is known by its key, and a row without a key by nothing.
    expect((await outcomes(plain)).map((line) => (line.startsWith(" invalid") ? " invalid" : line))).toEqual([
      "A unchanged",
      `B unchanged: ${told}`,
      unlinked === true ? " invalid" : ` unchanged: ${told}`,
      "D unchanged",
    ]);
    expect(plain.exitCode).toBe(unlinked === true ? 3 : 0);
  });

  it("with an edited key: a plain run does not bring the old one in", async () => {
    await using at = await trial(productFiles);
    const first = await at.run();
    await at.edit(first, "main.csv", (text) => fixProducts(text).replace("\nB,", "\nB-2,"));
    expect((await at.retry()).exitCode).toBe(0);
    expect(
      at.sandbox
        .records("products")
        .map(({ key }) => key)
        .sort(),
    ).toEqual(["A", "B-2", "C", "D"]);
    const before = writes(at.sandbox);
    const plain = await at.run();
    expect([plain.exitCode, writes(at.sandbox) - before]).toEqual([0, 0]);
    expect((await rowsOf(plain))[1]).toMatchObject({
      outcome: "unchanged",
      remote_id: /\d/,
      code: "accepted_by_retry",
    });
  });

  it("with a removed row, and the file of everything removed", async () => {
    await using at = await trial(productFiles);
    const first = await at.run();
    await at.edit(first, "main.csv", (text) => fixProducts(text).replace(/^C,.*\n/m, ""));
    expect((await at.retry()).exitCode).toBe(0);
    expect(
      at.sandbox
        .records("products")
        .map(({ key }) => key)
        .sort(),
    ).toEqual(["A", "B", "D"]);
    const plain = await at.run();
    expect(await outcomes(plain)).toMatchObject(
      [/A unch/, /B unch/, " invalid: is required, and the cell is blank", /D/].map((line) =>
        expect.stringMatching(line),
      ),
    );
    await at.edit(plain, "main.csv", () => undefined);
    expect(await at.retryOnly()).toEqual({
      exitCode: 0,
      retried: plain.summary.run_id,
      result: undefined,
      warnings: [
        `failures/main.csv is gone: 1 row of input "main" that run ${plain.summary.run_id} could not bring in, and nothing since; bring them in with a run over a file that has them`,
      ],
    });
  });

  it("with a row that could have been sent as it was: a plain run does not send the old content as an update", async () => {
    const files = orderFiles("adjacent", ["O1,Ada,1,2", "O2,Bob,1,3"]);
    await using at = await trial({ ...files, "goods.csv": "SKU,Name,Price\nP,Pot,x\n" });
    const first = await at.run();
    expect(await outcomes(first)).toMatchObject(
      [/P invalid/, /O1 blocked/, /O2 blocked/].map((line) => expect.stringMatching(line)),
    );
    await at.edit(first, "goods.csv", (text) => text.replace("Pot,x", "Pot,1"));
    await at.edit(first, "main.csv", (text) => text.replace("Bob,1,3", "Bob,1,33"));
    expect((await at.retry()).exitCode).toBe(0);
    const before = writes(at.sandbox);
    // O1 was sent as it was: that is no news.
    expect(await outcomes(await at.run())).toEqual([
      `P unchanged: accepted by retry of run ${first.summary.run_id}`,
      "O1 unchanged",
      `O2 unchanged: accepted by retry of run ${first.summary.run_id}`,
    ]);
    expect(writes(at.sandbox)).toBe(before);
  });

  it("with a row that the original changed since: it is judged afresh", async () => {
    await using at = await trial(productFiles);
    await at.edit(await at.run(), "main.csv", fixProducts);
    await at.retry();
    const changed = String(productFiles["products.csv"]).replace("x2", "2.50");
    expect(await outcomes(await at.run({ "products.csv": changed }))).toContain("B accepted");
    // The old rows come back, but what was accepted last is something else: nothing vouches for them.
    const old = await rowsOf(await at.run({ "products.csv": String(productFiles["products.csv"]) }));
    expect(old[1]).toMatchObject({ outcome: "invalid", code: "not_a_number" });
  });

  it("step by step: a retry of a retry, and the plain run names the run whose failures it was", async () => {
    await using at = await trial(productFiles);
    const first = await at.run();
    await at.edit(first, "main.csv", (text) => text.replace("x2", "2"));
    const second = await at.retry();
    expect(second.exitCode).toBe(3);
    await at.edit(second, "main.csv", (text) => withDelimiter(text.replace("\n,Gamma", "\nC,Gamma"), ";"));
    const third = await at.retry();
    expect([third.exitCode, third.summary.retry_of]).toEqual([0, second.summary.run_id]);
    expect(at.state()).toEqual(await stateOfCorrect(productsCorrect));
    const plain = await at.run();
    expect(await outcomes(plain)).toEqual([
      "A unchanged",
      `B unchanged: accepted by retry of run ${first.summary.run_id}`,
      ` unchanged: accepted by retry of run ${second.summary.run_id}`,
      "D unchanged",
    ]);
    expect((await at.retryOnly()).result).toBeUndefined();
  });
});

const orderLines = ["O1,Ada,1,2", "O2,Bob,1,3", "O2,Bob,0,4", "O3,Cy,1,5", "O4,Di,x,6", "O4,Di,2,7"];
const fixOrders = (text: string): string => text.replace("O2,Bob,0", "O2,Bob,2").replace("O4,Di,x", "O4,Di,3");

describe("orders of several rows", () => {
  it.each(["adjacent", "anywhere"])("%s: the same state as one run of a correct file", async (rows) => {
    const lines =
      rows === "adjacent" ? orderLines : orderLines.toSorted((a, b) => (a.slice(-1) < b.slice(-1) ? 1 : -1));
    const files = orderFiles(rows, lines);
    await using at = await trial(files);
    const first = await at.run();
    await at.edit(first, "main.csv", fixOrders);
    expect((await at.retry()).exitCode).toBe(0);
    expect(at.state()).toEqual(
      await stateOfCorrect({ ...files, "orders.csv": fixOrders(String(files["orders.csv"])) }),
    );
    const before = writes(at.sandbox);
    const plain = await at.run();
    expect([plain.exitCode, writes(at.sandbox) - before]).toEqual([0, 0]);
    // Told once, with the entry's first row.
    const told = (await rowsOf(plain)).filter(({ message }) => message?.startsWith("accepted by retry"));
    expect(told.map(({ key }) => key).sort()).toEqual(["O2", "O4"]);
  });

  it("links a group by its other rows when its bad one was removed", async () => {
    await using at = await trial(orderFiles("adjacent", orderLines));
    await at.edit(await at.run(), "main.csv", (text) =>
      text.replace(/^O2,Bob,0.*\n/m, "").replace(/^O4,Di,x.*\n/m, ""),
    );
    expect((await at.retry()).exitCode).toBe(0);
    const before = writes(at.sandbox);
    expect([(await at.run()).exitCode, writes(at.sandbox) - before]).toEqual([0, 0]);
  });

  it("vouches for nobody whose rows went into two orders of which one did not make it", async () => {
    await using at = await trial(orderFiles("adjacent", orderLines));
    await at.edit(await at.run(), "main.csv", (text) => fixOrders(text).replace("O2,Bob,2", "O5,Bob,0"));
    expect((await at.retry()).exitCode).toBe(3);
    const plain = await rowsOf(await at.run());
    expect(plain.filter(({ key }) => key === "O2").map(({ outcome }) => outcome)).toEqual(["invalid", "invalid"]);
    expect(plain.filter(({ key }) => key === "O4").map(({ outcome }) => outcome)).toEqual(["unchanged", "unchanged"]);
  });

  it("never adds to what was made, and never merges what stood apart", async () => {
    await using at = await trial(
      orderFiles("adjacent", ["O1,Ada,1,2", "O2,Bob,x,3", "O3,Cy,1,1", "O4,Di,1,1", "O3,Cy,2,2"]),
    );
    const first = await at.run();
    await at.edit(first, "main.csv", (text) => text.replace("O2,Bob,x", "O1,Bob,2"));
    const again = await rowsOf(await at.retry());
    expect(again.map(({ key, outcome, code }) => [key, outcome, code])).toEqual([
      ["O1", "invalid", "duplicate_key"],
      ["O3", "invalid", "duplicate_key"],
      ["O3", "invalid", "same_entry"],
    ]);
    expect(again[0]?.message).toContain(
      `run ${first.summary.run_id} made the order "O1" from rows that are not in this file`,
    );
    expect(again[1]?.message).toContain("group.rows: anywhere");
    expect(at.sandbox.counts().created.sales_orders).toBe(2);
  });
});

describe("a failures row that stands twice in its file", () => {
  const twice = (text: string): string => {
    const [head, first, second, ...rest] = text.split("\n");
    return [head, first, second, first, ...rest].join("\n");
  };

  test.each(["adjacent", "anywhere"])(
    "is refused, naming both places, and sent once it is taken away (rows: %s)",
    async (rows) => {
      await using at = await trial(orderFiles(rows, ["O1,Ada,x,2", "O1,Ada,2,2", "O2,Bob,x,3"]));
      const first = await at.run();
      await at.edit(first, "main.csv", (text) => twice(text).replaceAll("Ada,x", "Ada,1").replace("Bob,x", "Bob,3"));
      await at.retry();
      // What a refused retry left behind knows of it too.
      const again = await at.retry();
      expect(again.exitCode).toBe(3);
      const told = (await rowsOf(again)).flatMap(({ line, key, outcome, code, message }) =>
        code === "duplicate_row" ? [`${line} ${key} ${outcome} ${message}`] : [],
      );
      expect(told).toEqual([
        expect.stringMatching(
          /^2 O1 invalid row 1 of the original stands here and again on line 4 \(row 3\): keep one/,
        ),
        expect.stringMatching(
          /^4 O1 invalid row 1 of the original stands here and again on line 2 \(row 1\): keep one/,
        ),
      ]);
      expect(at.sandbox.records("sales_orders").map(({ key }) => key)).toEqual(["O2"]);
      await at.edit(again, "main.csv", (text) => text.replace(/\n[^\n]*row 3: [^\n]*/, ""));
      expect((await at.retry()).exitCode).toBe(0);
      const [order] = at.sandbox.records("sales_orders").filter(({ key }) => key === "O1");
      expect(order?.received.at(-1)?.items).toMatchObject([{ quantity: 1 }, { quantity: 2 }]);
    },
  );

  it("is refused where nothing is grouped, too, whether the copies are equal or not", async () => {
    await using at = await trial({
      ...productFiles,
      "products.csv": csv("SKU,Name,Price", "A,Alpha,x", "B,Beta,x", "C,Gamma,x"),
    });
    const edit = (text: string): string =>
      text
        .replace(/(\nA.*)(\nB.*)/, "$1$1$2$2")
        .replaceAll(",x", ",1")
        .replace("B,Beta,1", "B,Beta,2");
    await at.edit(await at.run(), "main.csv", edit);
    const again = await rowsOf(await at.retry());
    expect(again.map(({ key, outcome }) => `${key} ${outcome}`)).toEqual([
      ...["A invalid", "A invalid", "B invalid", "B invalid"],
      "C accepted",
    ]);
    expect(at.sandbox.records("products").map(({ key }) => key)).toEqual(["C"]);
  });

  it("may stand beside a new row that says nothing of where it was", async () => {
    await using at = await trial(orderFiles("adjacent", ["O1,Ada,x,2"]));
    const edit = (text: string): string => text.replace(/(\nO1,Ada,)x(,2.*)/, "$11$2$12,2,,,");
    await at.edit(await at.run(), "main.csv", edit);
    expect((await at.retry()).exitCode).toBe(0);
    const [order] = at.sandbox.records("sales_orders");
    expect(order?.received.at(-1)?.items).toMatchObject([{ quantity: 1 }, { quantity: 2 }]);
  });
});

describe("orders whose rows below the first have no key", () => {
  // Two rows of each order; O1 is made, O2 and O3 are to be fixed.
  const lines = ["O1,Ada,1,2", ",,2,2", "O2,Bob,x,3", ",,1,4", "O3,Cy,x,5", ",,2,6"];
  const fix = (text: string): string => text.replace("O2,Bob,x", "O2,Bob,3").replace("O3,Cy,x", "O3,Cy,4");

  it("make the same state as one run of a correct file", async () => {
    const files = orderFiles("continued", lines);
    await using at = await trial(files);
    await at.edit(await at.run(), "main.csv", fix);
    expect((await at.retry()).exitCode).toBe(0);
    expect(at.state()).toEqual(await stateOfCorrect({ ...files, "orders.csv": fix(String(files["orders.csv"])) }));
  });

  it("never join the order above when the row with their key was removed", async () => {
    await using at = await trial(orderFiles("continued", lines));
    await at.edit(await at.run(), "main.csv", (text) => fix(text).replace(/^O3,Cy.*\n/m, ""));
    const again = await rowsOf(await at.retry());
    expect(again.map(({ key, outcome, code }) => [key, outcome, code])).toEqual([
      ["O2", "invalid", "duplicate_key"],
      ["O2", "invalid", "same_entry"],
      ["O2", "invalid", "same_entry"],
    ]);
    expect(again[0]?.message).toContain('(row 3 of "O2", row 6 of "O3")');
    expect(at.sandbox.counts().created.sales_orders).toBe(1);
  });

  it("may be removed together with it", async () => {
    await using at = await trial(orderFiles("continued", lines));
    await at.edit(await at.run(), "main.csv", (text) => fix(text).replace(/^O3,Cy[\s\S]*$/m, ""));
    expect((await at.retry()).exitCode).toBe(0);
    expect(at.sandbox.counts().created.sales_orders).toBe(2);
  });
});

const joinedFiles: Files = {
  ...goods,
  "import.yaml": withGoods(
    "{ name: main, file: orders.csv, mapping: map.yaml, join: { lines: lines.csv, people: people.csv } }",
  ),
  "map.yaml": joinedOrders,
  "orders.csv": csv("Order,Person", "O1,1", "O2,1", "O3,1"),
  "lines.csv": csv("Order,Qty", "O1,1", "O2,x", "O3,3", "O2,4"),
  "people.csv": csv("Id,Name", "1,Ada"),
};

describe("joined files", () => {
  it("are retried with their own failures, and with the job's files of one: true joins", async () => {
    await using at = await trial(joinedFiles);
    const first = await at.run();
    expect((await readdir(join(first.folder, "failures"))).sort()).toEqual(["main.csv", "main.lines.csv"]);
    await at.edit(first, "main.lines.csv", (text) => text.replace("O2,x", "O2,2"));
    expect((await at.retry()).exitCode).toBe(0);
    expect(at.state()).toEqual(
      await stateOfCorrect({ ...joinedFiles, "lines.csv": String(joinedFiles["lines.csv"]).replace("x", "2") }),
    );
    const before = writes(at.sandbox);
    const plain = await at.run();
    expect([plain.exitCode, writes(at.sandbox) - before]).toEqual([0, 0]);
  });

  it("with nothing but orphans are orphans again, and no more than that", async () => {
    await using at = await trial({ ...joinedFiles, "lines.csv": csv("Order,Qty", "O1,1", "O2,2", "O3,3", "O9,4") });
    const first = await at.run();
    expect(await readdir(join(first.folder, "failures"))).toEqual(["main.lines.csv"]);
    const retried = await at.retry();
    expect((await rowsOf(retried)).map(({ input, outcome, code }) => [input, outcome, code])).toEqual([
      ["main.lines", "invalid", "join_orphan"],
    ]);
    expect(retried.exitCode).toBe(3);
  });
});

describe("JSON", () => {
  const element = (sku: string, price: string): string => `{ "SKU": "${sku}", "Name": "N", "Price": ${price} }`;
  it.each([
    { format: "json", of: (elements: readonly string[]) => `{ "data": [\n${elements.join(",\n")}\n] }\n` },
    { format: "ndjson", of: (elements: readonly string[]) => csv(...elements) },
  ])("$format: the same state, and the plain run says so", async ({ format, of }) => {
    const files: Files = {
      ...oneInput(`products.${format}`),
      "map.yaml": `${products}${format === "json" ? "source: { records: data }\n" : ""}`,
      [`products.${format}`]: of([element("A", "1.10"), element("B", '"x2"'), element("", "3")]),
    };
    const fix = (text: string): string => text.replace('"x2"', "2").replace('"SKU": ""', '"SKU": "C"');
    await using at = await trial(files);
    const first = await at.run();
    await at.edit(first, `main.${format}`, (text) => `\uFEFF${fix(text)}`);
    expect((await at.retry()).exitCode).toBe(0);
    expect(at.state()).toEqual(
      await stateOfCorrect({ ...files, [`products.${format}`]: fix(String(files[`products.${format}`])) }),
    );
    const before = writes(at.sandbox);
    const plain = await at.run();
    expect([plain.exitCode, writes(at.sandbox) - before]).toEqual([0, 0]);
    expect((await rowsOf(plain)).map(({ code }) => code)).toEqual(["", "accepted_by_retry", "accepted_by_retry"]);
  });
});

describe("what there is to retry", () => {
  it("is nothing before the first run, and nothing when all made it", async () => {
    await using at = await trial(productsCorrect);
    expect(await errorOf(at.retryOnly())).toMatchObject({
      code: "USAGE",
      hint: "Start one: luminous-import run import.yaml",
    });
    const { summary } = await at.run();
    expect(await at.retryOnly()).toEqual({ exitCode: 0, retried: summary.run_id, result: undefined, warnings: [] });
  });

  it("is what the last run with results left, not one that could not start", async () => {
    await using at = await trial(productFiles);
    const first = await at.run();
    await at.edit(first, "main.csv", fixProducts);
    expect(await errorOf(at.run({ "products.csv": "" }))).toMatchObject({ code: "INPUT_UNREADABLE" });
    expect((await at.retry()).summary.retry_of).toBe(first.summary.run_id);
  });

  it("leaves inputs without failures out, and takes one with --only", async () => {
    await using at = await trial({
      ...productFiles,
      "import.yaml": job(
        "{ name: one, file: products.csv, mapping: map.yaml }, { name: two, file: two.csv, mapping: map.yaml }, { name: three, file: three.csv, mapping: map.yaml }",
      ),
      "two.csv": csv("SKU,Name,Price", "T,Two,x"),
      "three.csv": csv("SKU,Name,Price", "R,Three,3"),
    });
    await at.run();
    expect((await rowsOf(await at.retry({ only: "two" }))).map(({ input }) => input)).toEqual(["two"]);
    expect(await errorOf(at.retryOnly({ only: "twoo" }))).toMatchObject({
      code: "USAGE",
      message: expect.stringContaining('Did you mean "two"?'),
    });
  });

  it("names a file that cannot be read any more", async () => {
    await using at = await trial(productFiles);
    const first = await at.run();
    await at.edit(first, "main.csv", (text) => iconv.encode(text.replace("Beta", "Bèta"), "macintosh"));
    expect(await errorOf(at.retryOnly())).toMatchObject({
      code: "INPUT_UNREADABLE",
      message: expect.stringMatching(/^failures\/main\.csv:2: the encoding cannot be detected/),
    });
    await at.edit(first, "main.csv", () => "nothing like it\n1\n");
    expect(await errorOf(at.retryOnly())).toMatchObject({
      code: "MAPPING_INVALID",
      message: expect.stringContaining("is not in failures/main.csv."),
    });
    expect(existsSync(first.folder)).toBe(true);
  });

  it.each([
    { how: "as it is", save: (text: string) => text, warnings: [] },
    {
      how: "saved again with quotes",
      save: (text: string) => text.replace(/[^\t\n]*"[^\t\n]*/g, (cell) => `"${cell.replaceAll('"', '""')}"`),
      warnings: ["failures/main.csv: read with cells in quotes (re-saved?)"],
    },
  ])("keeps the quotes that are text in a file without quoted cells, $how", async ({ save, warnings }) => {
    await using at = await trial({
      ...productFiles,
      "map.yaml": `${products}source: { delimiter: "\\t", quote: none }\n`,
      "products.csv": 'SKU\tName\tPrice\nB\t"Round" pan 12"\tx2\n',
    });
    const first = await at.run();
    await at.edit(first, "main.csv", (text) => save(fixProducts(text)));
    const retried = await at.retry();
    expect(retried.summary.warnings).toEqual(warnings);
    expect(at.sandbox.records("products", "B")[0]?.received[0]?.name).toBe('"Round" pan 12"');
  });

  it("finds out what a spreadsheet made of UTF-8", async () => {
    await using at = await trial(productFiles);
    await at.edit(await at.run(), "main.csv", (text) =>
      iconv.encode(fixProducts(text).replace("Beta", "Bêta"), "windows-1252"),
    );
    const [file] = (await at.retry()).summary.files;
    expect(file?.detected[0]).toMatch(/^encoding windows-1252 \(guess: byte EA on line 2 .*"Bêta"\)$/);
    expect(at.sandbox.records("products", "B")[0]?.received[0]?.name).toBe("Bêta");
  });

  it("reads what a spreadsheet made UTF-8 of as that", async () => {
    await using at = await trial({
      ...productFiles,
      "map.yaml": `${products}source: { encoding: windows-1252 }\n`,
      "products.csv": csv("SKU,Name,Price", "B,Beta,x2"),
    });
    const first = await at.run();
    await at.edit(first, "main.csv", (text) => fixProducts(text).replace("Beta", "Bêta"));
    const retried = await at.retry();
    expect(retried.summary.warnings).toEqual(["failures/main.csv: read as utf-8 instead of windows-1252 (re-saved?)"]);
    expect(at.sandbox.records("products", "B")[0]?.received[0]?.name).toBe("Bêta");
  });
});

describe("a failures file is read as its own file was", () => {
  it("although the rows that are left prove nothing any more", async () => {
    const lines = ["SKU;Name;Group;Price", "A;Cup;Mugs;12,50", "B;;Mugs;1.234"];
    await using place = await trial({ ...oneInput("in.csv"), "map.yaml": products, "in.csv": csv(...lines) });
    const first = await place.run();
    expect(first.summary.files[0]?.detected).toContain('decimal ",", thousands "." in "Price" (line 2: "12,50")');
    await place.edit(first, "main.csv", (text) => text.replace("B;;", "B;Lid;"));
    expect((await place.retry()).exitCode).toBe(0);
    expect(place.sandbox.records("products").map(({ content }) => content.retail_price)).toEqual([12.5, 1234]);
  });

  it("with what stood above its rows: merged cells are filled as they were, also in a retry of a retry", async () => {
    const filled = products.replace("{ from: Group, optional: true, default: Tools }", "{ from: Group, fill: down }");
    const lines = ["SKU,Name,Group,Price", "A,Cup,Mugs,1", "B,Lid,,x", "C,Pot,Pots,1", "D,Jug,,y"];
    await using place = await trial({ ...oneInput("in.csv"), "map.yaml": filled, "in.csv": csv(...lines) });
    const first = await place.run();
    expect(first.exitCode).toBe(3);
    await place.edit(first, "main.csv", (text) => text.replace("D,Jug,,y", "D,Jug,,2"));
    const second = await place.retry();
    expect(second.exitCode).toBe(3);
    await place.edit(second, "main.csv", (text) => text.replace("B,Lid,,x", "B,Lid,,2"));
    expect((await place.retry()).exitCode).toBe(0);
    const made = place.sandbox.records("products").map(({ content }) => [content.sku, content.category]);
    expect(Object.fromEntries(made)).toMatchObject({
      A: { name: "Mugs" },
      B: { name: "Mugs" },
      C: { name: "Pots" },
      D: { name: "Pots" },
    });
  });

  it("and is refused, rather than filled with a wrong cell, where it is imported like any other file", async () => {
    const filled = products.replace("{ from: Group, optional: true, default: Tools }", "{ from: Group, fill: down }");
    const lines = ["SKU,Name,Group,Price", "A,Cup,Mugs,x", "B,Lid,Pots,1", "D,Jug,,y"];
    await using place = await trial({ ...oneInput("in.csv"), "map.yaml": filled, "in.csv": csv(...lines) });
    const first = await place.run();
    const failed = await readFile(join(first.folder, "failures", "main.csv"), "utf8");
    const again = await place.run({ "in.csv": failed.replace(",x,", ",1,").replace(",y,", ",2,") });
    expect(again.exitCode).toBe(3);
    expect(place.sandbox.records("products").map(({ content }) => content.sku)).not.toContain("D");
    const results = await readFile(join(again.folder, "results.csv"), "utf8");
    expect(results).toContain("a failures file lacks the rows above");
  });
});
