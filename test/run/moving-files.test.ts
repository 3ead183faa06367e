// Files that change under a run: whatever happens to them between the first look and the last row, nothing is sent.
import {
  appendFileSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it, test } from "vitest";
import { openLedger } from "../../src/ledger/sqlite/open-ledger.ts";
import type { ImportError } from "../../src/model/error.ts";
import { exitCodeOf } from "../../src/model/exit-codes.ts";
import { check } from "../../src/run/check.ts";
import type { RunEvent } from "../../src/run/events.ts";
import { retry } from "../../src/run/retry.ts";
import { run } from "../../src/run/run.ts";
import { startSandbox } from "../../src/sandbox/server.ts";
import { writesOf } from "../e2e/program.ts";
import { errorOf, type Files, type JobFolder, jobFolder } from "../staging/job-folder.ts";

// More than is read ahead.
const numbers = Array.from({ length: 2_500 }, (_, index) => index + 1);
const note = "x".repeat(200);
const orders = `Order,Name,Note,Total\n${numbers.map((number) => `O${number},Ada,${note},1234567.89\n`).join("")}`;
const details = `Order,Item,Qty,Note,Price\n${numbers.map((number) => `O${number},cup,1,${note},1234567.89\n`).join("")}`;
const mapping = `version: 1
resource: sales_orders
join: { details: { on: { Order: Order } } }
fields:
  order_number: Order
  order_date: { value: "2024-01-31" }
  order_status: { value: completed }
  bill_to.name: Name
  ship_to.name: { from: Name, lookup: { file: names.csv, key: Code, value: Name } }
children: { items: { each: details, fields: { sku: Item, quantity: Qty, unit_price: Price } } }
`;
const files: Files = {
  "import.yaml": `version: 1
channel: { label: Default }
limits: { requests_per_second: 1000, read_lag_seconds: 0 }
guard: { missing_references: send }
inputs: [{ name: orders, file: "orders*.csv", join: { details: details.csv }, mapping: map.yaml }]
`,
  "map.yaml": mapping,
  "names.csv": "Code,Name\nAda,Ada Lovelace\n",
  "orders-1.csv": orders,
  "details.csv": details,
};

/** A job of one order, and the products that it needs. */
const small: Files = {
  ...files,
  "import.yaml": String(files["import.yaml"]).replace(
    "inputs: [",
    "inputs: [{ name: goods, file: goods.csv, mapping: goods.yaml }, ",
  ),
  "goods.yaml": "version: 1\nresource: products\nfields: { sku: SKU, name: SKU, category.name: { value: X } }\n",
  "goods.csv": "SKU\ncup\npot\n",
  "orders-1.csv": "Order,Name,Total\nO1,Ada,1\n",
  "details.csv": "Order,Item,Qty,Price\nO1,cup,1,2\n",
};

type When = (event: RunEvent) => boolean;
const inspecting: When = (event) => event.kind === "inspecting" && event.input === "orders";
const readingOrders: When = (event) => event.kind === "reading" && event.input === "orders";
const readingDetails: When = (event) => event.kind === "reading" && event.input === "orders.details";

/** Runs the job over real HTTP; `change` happens once, at the first event that `when` is true of. */
async function runWith(
  folder: JobFolder,
  changes: readonly { readonly when: When; readonly change: () => void }[],
): Promise<{ readonly error: ImportError; readonly writes: number; readonly done: number }> {
  await using sandbox = await startSandbox();
  let done = 0;
  const onEvent = (event: RunEvent): void => {
    const next = changes[done];
    if (next?.when(event) !== true) return;
    done += 1;
    next.change();
  };
  const account = { baseUrl: sandbox.url, baseUrlFrom: "the test", token: "sandbox" };
  const error = await errorOf(run(await folder.loadJob(), { account, onEvent }));
  return { error, writes: writesOf(sandbox), done };
}

/** In the middle of a number, far behind what was read. */
const cutAt = (text: string): number => text.lastIndexOf("1234567.89") + 4;

describe("a file that changes while a run reads it ends the run with exit 2, is named, and nothing is sent", () => {
  test.each<{
    readonly what: string;
    readonly file: string;
    readonly when: When;
    readonly change: (path: string) => void;
    readonly says: RegExp;
  }>([
    {
      what: "cut off in the middle of a number",
      file: "orders-1.csv",
      when: readingOrders,
      change: (path) => truncateSync(path, cutAt(orders)),
      says: /had [\d,]+ bytes/,
    },
    {
      what: "cut off in the middle of a number, before its rows are staged",
      file: "orders-1.csv",
      when: inspecting,
      change: (path) => truncateSync(path, cutAt(orders)),
      says: /had [\d,]+ bytes/,
    },
    {
      what: "cut off, when it is a join",
      file: "details.csv",
      when: readingDetails,
      change: (path) => truncateSync(path, cutAt(details)),
      says: /had [\d,]+ bytes/,
    },
    {
      what: "cut off so that what is left cannot be read",
      file: "orders-1.csv",
      when: inspecting,
      change: (path) => writeFileSync(path, 'Order,Name,Total\n"O1,Ada'),
      says: /had [\d,]+ bytes, now it has 24 bytes/,
    },
    {
      what: "that grows",
      file: "orders-1.csv",
      when: readingOrders,
      change: (path) => appendFileSync(path, "Z,Ada,1\n"),
      says: /had [\d,]+ bytes, /,
    },
    {
      what: "whose content is written anew, as long as it was",
      file: "orders-1.csv",
      when: readingOrders,
      change: (path) => writeFileSync(path, orders.replaceAll("7.89", "9.87")),
      says: /it was written again/,
    },
    {
      what: "that is touched",
      file: "details.csv",
      when: readingOrders,
      change: (path) => utimesSync(path, 1, 1),
      says: /written again/,
    },
    {
      what: "with another one renamed over it",
      file: "details.csv",
      when: readingOrders,
      change: (path) => {
        writeFileSync(`${path}.new`, details);
        renameSync(`${path}.new`, path);
      },
      says: /another file was put in its place/,
    },
    {
      what: "that goes",
      file: "orders-1.csv",
      when: readingOrders,
      change: (path) => rmSync(path),
      says: /it is gone/,
    },
    {
      what: "that a lookup reads",
      file: "names.csv",
      when: readingOrders,
      change: (path) => appendFileSync(path, "Bob,Robert\n"),
      says: /had 27 bytes, now it has 38 bytes/,
    },
    {
      what: "that is the mapping",
      file: "map.yaml",
      when: readingDetails,
      change: (path) => appendFileSync(path, "# \n"),
      says: /had [\d,]+ bytes/,
    },
  ])("$what ($file)", async ({ file, when, change, says }) => {
    await using folder = await jobFolder(files);
    const { error, writes, done } = await runWith(folder, [{ when, change: () => change(join(folder.path, file)) }]);
    expect(done).toBe(1);
    expect(error).toMatchObject({ code: "INPUT_CHANGED", hint: expect.stringContaining("Nothing was sent.") });
    expect(error.message).toMatch(new RegExp(`^${file} changed while it was read: `));
    expect(error.message).toMatch(says);
    expect(exitCodeOf(error.code)).toBe(2);
    expect(writes).toBe(0);
  });

  it("also where it is packed", async () => {
    const packed = { ...files, "import.yaml": String(files["import.yaml"]).replace("orders*.csv", "packed.csv.gz") };
    await using folder = await jobFolder(packed);
    const path = join(folder.path, "packed.csv.gz");
    writeFileSync(path, gzipSync(orders, { level: 0 }));
    const change = (): void => truncateSync(path, statSync(path).size - 5_000);
    const { error, writes } = await runWith(folder, [{ when: readingOrders, change }]);
    expect([error.code, writes]).toEqual(["INPUT_CHANGED", 0]);
    expect(error.message).toContain("packed.csv.gz changed while it was read");
  });

  it("also where a pattern stands for one file more", async () => {
    await using folder = await jobFolder(files);
    const change = (): void => writeFileSync(join(folder.path, "orders-2.csv"), "Order,Name,Total\nO1,Ada,1\n");
    const { error, writes } = await runWith(folder, [{ when: readingOrders, change }]);
    expect([error.code, writes]).toEqual(["INPUT_CHANGED", 0]);
    expect(error.message).toMatch(/^orders\*\.csv matches more files than when the job began: .*orders-2\.csv$/);
  });

  it("and all of them at once", async () => {
    await using folder = await jobFolder(files);
    const change = (): void => {
      for (const name of ["orders-1.csv", "names.csv"]) appendFileSync(join(folder.path, name), "x\n");
    };
    const { error } = await runWith(folder, [{ when: readingOrders, change }]);
    expect(error.message.split("\n").map((line) => line.replace(/ changed.*/, ""))).toEqual([
      "orders-1.csv",
      "names.csv",
    ]);
  });
});

it("a run that a changing file ended is a run with exit code 2, and the next one does everything", async () => {
  await using sandbox = await startSandbox();
  await using folder = await jobFolder(small);
  const account = { baseUrl: sandbox.url, baseUrlFrom: "the test", token: "sandbox" };
  const grow = (event: RunEvent): void => {
    if (readingDetails(event)) appendFileSync(join(folder.path, "details.csv"), "O1,pot,1,2\n");
  };
  await errorOf(run(await folder.loadJob(), { account, onEvent: grow }));
  expect((await run(await folder.loadJob(), { account })).exitCode).toBe(0);
  expect(sandbox.records("sales_orders")).toMatchObject([{ received: [{ items: [{ sku: "cup" }, { sku: "pot" }] }] }]);
  await using ledger = await openLedger({
    folder: join(folder.path, ".luminous-import"),
    baseUrl: sandbox.url,
    mode: "read",
  });
  expect((await ledger.runs.list()).map(({ exitCode }) => exitCode)).toEqual([0, 2]);
});

it("a check ends in the same way", async () => {
  await using folder = await jobFolder(files);
  const onEvent = (event: RunEvent): void => {
    if (readingDetails(event)) appendFileSync(join(folder.path, "orders-1.csv"), "Z,Ada,1\n");
  };
  const error = await errorOf(check(await folder.loadJob(), { onEvent }));
  expect(error).toMatchObject({ code: "INPUT_CHANGED", message: expect.stringMatching(/^orders-1\.csv changed/) });
});

it("so does a retry whose failures file changes", async () => {
  await using sandbox = await startSandbox();
  await using folder = await jobFolder({ ...small, "details.csv": "Order,Item,Qty,Price\nO1,cup,x,2\n" });
  const account = { baseUrl: sandbox.url, baseUrlFrom: "the test", token: "sandbox" };
  const first = await run(await folder.loadJob(), { account });
  expect(first.exitCode).toBe(3);
  const failures = join(first.folder, "failures", "orders.details.csv");
  writeFileSync(failures, readFileSync(failures, "utf8").replace("cup,x", "cup,1"));
  const before = writesOf(sandbox);
  const onEvent = (event: RunEvent): void => {
    if (readingDetails(event)) appendFileSync(failures, "O1,pot,1,2,,,\n");
  };
  const error = await errorOf(retry(await folder.loadJob(), { account, onEvent }));
  expect(error).toMatchObject({
    code: "INPUT_CHANGED",
    message: expect.stringMatching(/^failures\/orders\.details\.csv changed/),
  });
  expect(writesOf(sandbox)).toBe(before);
  expect((await retry(await folder.loadJob(), { account })).exitCode).toBe(0);
});
