// Staging on a real ledger: which rows make which entries, and what becomes of every row. `fates` says it line by line.
import { describe, expect, it, test } from "vitest";
import { errorOf, type Files, type StageParts, stagedJob } from "./job-folder.ts";

const job = (inputs: string): string => `version: 1\ninputs:\n${inputs}`;
const oneInput = job("  - { name: orders, file: orders.csv, mapping: orders.yaml }\n");

const orderFields = `
fields:
  channel_id: { value: 1 }
  company_id: { value: 5 }
  order_number: Order
  order_date: { value: "2024-01-15" }
  order_status: { value: pending }
`;
const itemFields = "    fields: { sku: Item, quantity: Qty, unit_price: { value: 1 } }\n";

/** Orders whose lines are rows. */
function grouped(group: string, more = ""): string {
  return `version: 1\nresource: sales_orders\n${more}group: { by: Order, ${group} }\n${orderFields}children:\n  items:\n    each: rows\n${itemFields}`;
}

/** Orders whose lines are rows of another file. */
function joined(more = ""): string {
  return `version: 1\nresource: sales_orders\n${more}join: { details: { on: { OrderRef: Order } } }\n${orderFields}children:\n  items:\n    each: details\n${itemFields}`;
}

async function fatesOf(files: Files, parts?: StageParts): Promise<readonly string[]> {
  await using staged = await stagedJob(files, parts);
  return await staged.fates();
}

async function problemsOf(files: Files, parts?: StageParts): Promise<readonly string[]> {
  await using staged = await stagedJob(files, parts);
  return await staged.problems();
}

describe("days", () => {
  const files = (source: string): Files => ({
    "import.yaml": oneInput,
    "orders.yaml": `version: 1\nresource: sales_orders\n${source}${orderFields.replace('{ value: "2024-01-15" }', "At")}`,
    "orders.csv": "Order,At\nA,2024-03-09 23:59:59 -0500\nB,2024-03-09 08:00:00 -0500\nC,2024-03-09 23:59:59\n",
  });
  const told = async (source: string): Promise<readonly string[]> => {
    const found: string[] = [];
    await using _ = await stagedJob(files(source), { onDetected: (file, what) => found.push(`${file}: ${what}`) });
    return found;
  };

  it("are told where a time zone would move them", async () => {
    expect(await told("")).toEqual([
      'orders.csv: days as the cells show them: with source: { timezone: UTC } 1 of 2 dates with an offset would be another day ("2024-03-09 23:59:59 -0500" is 2024-03-09, and 2024-03-10 in UTC)',
    ]);
  });

  it("are told where the time zone that is said moves them", async () => {
    expect(await told("source: { timezone: Asia/Tokyo }\n")).toEqual([
      'orders.csv: days in Asia/Tokyo, as source.timezone says: 1 of 2 dates with an offset are another day than the cell shows ("2024-03-09 23:59:59 -0500" is 2024-03-09, and 2024-03-10 there)',
    ]);
  });

  it("are not talked about where no zone moves any", async () => {
    expect(await told("source: { timezone: America/New_York }\n")).toEqual([]);
  });
});

describe("rows become entries", () => {
  const csv = (...rows: readonly string[]): string => `Order,Item,Qty\n${rows.join("\n")}\n`;
  const files = (group: string, ...rows: readonly string[]): Files => ({
    "import.yaml": oneInput,
    "orders.yaml": grouped(group),
    "orders.csv": csv(...rows),
  });
  const itemsOf = async (given: Files): Promise<unknown> => {
    await using staged = await stagedJob(given);
    const entries = await staged.open();
    return Object.fromEntries(
      entries.map(({ key, payload }) => [key, (payload.items as { sku: string }[]).map(({ sku }) => sku).join("+")]),
    );
  };

  it("adjacent ones with the same key are one", async () => {
    expect(await itemsOf(files("rows: adjacent", "A,cup,1", "A,pot,2", "B,cup,1"))).toEqual({ A: "cup+pot", B: "cup" });
  });

  it("a blank key continues the row above", async () => {
    expect(await itemsOf(files("rows: continued", "A,cup,1", ",pot,2", "B,cup,1"))).toEqual({ A: "cup+pot", B: "cup" });
  });

  it("scattered ones are gathered, in the order of the file", async () => {
    expect(await itemsOf(files("rows: anywhere", "A,cup,1", "B,cup,1", "A,pot,2", "B,jug,1", "A,mug,1"))).toEqual({
      A: "cup+pot+mug",
      B: "cup+jug",
    });
  });

  it("scattered ones over several files too", async () => {
    const given = {
      "import.yaml": job('  - { name: orders, file: "orders-*.csv", mapping: orders.yaml }\n'),
      "orders.yaml": grouped("rows: anywhere"),
      "orders-1.csv": csv("A,cup,1", "B,cup,1"),
      "orders-2.csv": csv("A,pot,2"),
    };
    expect(await itemsOf(given)).toEqual({ A: "cup+pot", B: "cup" });
    expect(await fatesOf(given)).toEqual([
      "orders-1.csv:2 pending A",
      "orders-1.csv:3 pending B",
      "orders-2.csv:2 pending A",
    ]);
  });

  it("adjacent ones that come back are a duplicate, and the hint names the way out", async () => {
    const given = files("rows: adjacent", "A,cup,1", "B,cup,1", "A,pot,2");
    expect(await fatesOf(given)).toEqual([
      "orders.csv:2 invalid A duplicate_key",
      "orders.csv:3 pending B",
      "orders.csv:4 invalid A duplicate_key",
    ]);
    expect(await problemsOf(given)).toEqual([
      'orders.csv:2 column "Order" = "A" → order_number: "A" occurs more than once: also at orders.csv:4 (if these rows make one order: group.rows: anywhere)',
      'orders.csv:4 column "Order" = "A" → order_number: "A" occurs more than once: also at orders.csv:2 (if these rows make one order: group.rows: anywhere)',
    ]);
  });

  test.each(["adjacent", "continued", "anywhere"])("a row that belongs to nobody is invalid (%s)", async (rows) => {
    const given = files(`rows: ${rows}`, ",lost,1", "A,cup,1");
    expect(await fatesOf(given)).toEqual(["orders.csv:2 invalid - missing_value", "orders.csv:3 pending A"]);
    expect((await problemsOf(given))[0]).toMatch(/^orders\.csv:2 column "Order" = "": .*key.*blank/);
  });
});

it("a lookup finds its answers in its file, beside the mapping", async () => {
  const fields =
    "{ name: Name, sku: SKU, category.name: { from: Group, lookup: { file: groups.csv, key: id, value: text } } }";
  await using staged = await stagedJob({
    "import.yaml": job("  - { name: goods, file: goods.csv, mapping: maps/goods.yaml }\n"),
    "maps/goods.yaml": `version: 1\nresource: products\nfields: ${fields}\n`,
    "maps/groups.csv": "id,text\n07,Pots\n7,Pans\n",
    "goods.csv": "SKU,Name,Group\nA,Pot,07\nB,Pan,7\nC,Cup,8\n",
  });
  const entries = await staged.open();
  expect(entries.map(({ payload }) => payload.category)).toEqual([{ name: "Pots" }, { name: "Pans" }]);
  expect(await staged.problems()).toEqual([expect.stringContaining('"8" is not in column "id" of groups.csv')]);
});

describe("a row that could not be read", () => {
  const ragged = "A,cup,1,surplus";
  const files = (group: string, ...rows: readonly string[]): Files => ({
    "import.yaml": oneInput,
    "orders.yaml": grouped(group),
    "orders.csv": `Order,Item,Qty\n${rows.join("\n")}\n`,
  });

  test.each<{
    readonly name: string;
    readonly group: string;
    readonly rows: readonly string[];
    readonly fates: readonly string[];
  }>([
    {
      name: "takes the order that its key names along",
      group: "rows: adjacent",
      rows: ["A,pot,1", ragged, "A,mug,1", "B,cup,1"],
      fates: ["2 invalid A ragged_row", "3 invalid A ragged_row", "4 invalid A ragged_row", "5 pending B"],
    },
    {
      name: "takes the groups above and below along when its key could be either's",
      group: "rows: adjacent",
      rows: ["A,pot,1", "Z", "B,cup,1", "C,cup,1"],
      fates: ["2 invalid A group_damaged", "3 invalid Z ragged_row", "4 invalid B group_damaged", "5 pending C"],
    },
    {
      name: "takes along all of a scattered order",
      group: "rows: anywhere",
      rows: ["A,pot,1", "B,cup,1", ragged],
      fates: ["2 invalid A ragged_row", "3 pending B", "4 invalid A ragged_row"],
    },
    {
      name: "is alone when nothing is known of a scattered one",
      group: "rows: anywhere",
      rows: ["A,pot,1", ",cup,1,surplus"],
      fates: ["2 pending A", "3 invalid - ragged_row"],
    },
  ])("$name", async ({ group, rows, fates }) => {
    expect(await fatesOf(files(group, ...rows))).toEqual(fates.map((fate) => `orders.csv:${fate}`));
  });

  it("is one problem, not a list of everything that is missing", async () => {
    expect(await problemsOf(files("rows: adjacent", ragged))).toHaveLength(1);
  });

  it("of JSON is one problem too", async () => {
    const given = {
      "import.yaml": job("  - { name: orders, file: orders.json, mapping: orders.yaml }\n"),
      "orders.yaml": `version: 1\nresource: sales_orders\n${orderFields}children:\n  items:\n    each: lines\n${itemFields}`,
      "orders.json": '[\n 7,\n {"Order": "A", "lines": [{"Item": "cup", "Qty": 1}]}\n]\n',
    };
    expect(await fatesOf(given)).toEqual(["orders.json:2 invalid - not_an_object", "orders.json:3 pending A"]);
    expect(await problemsOf(given)).toHaveLength(1);
  });

  it.each(["json", "ndjson"])(
    "of %s is a key that stands twice, at any depth: nothing of that record is sent",
    async (format) => {
      const records = [
        '{"Order": "A", "lines": [{"Item": "cup", "Qty": 1, "Qty": 2}]}',
        '{"Order": "B", "lines": [{"Item": "cup", "Qty": 1}]}',
        '{"Order": "C", "Order": "D", "lines": [{"Item": "cup", "Qty": 1}]}',
      ];
      const given = {
        "import.yaml": job(`  - { name: orders, file: orders.${format}, mapping: orders.yaml }\n`),
        "orders.yaml": `version: 1\nresource: sales_orders\n${orderFields}children:\n  items:\n    each: lines\n${itemFields}`,
        [`orders.${format}`]: format === "json" ? `[${records.join(",\n")}]\n` : `${records.join("\n")}\n`,
      };
      expect(await fatesOf(given)).toEqual([
        `orders.${format}:1 invalid A duplicate_json_key`,
        `orders.${format}:2 pending B`,
        `orders.${format}:3 invalid D duplicate_json_key`,
      ]);
      expect(await problemsOf(given)).toEqual([
        expect.stringMatching(/^orders\.\w+:1 column "lines\.0\.Qty": the key "Qty" occurs twice/),
        expect.stringMatching(/^orders\.\w+:3 column "Order": the key "Order" occurs twice/),
      ]);
    },
  );
});

describe("rows that the mapping leaves out", () => {
  it("are excluded one by one, and the rest of their group stays", async () => {
    const given = {
      "import.yaml": oneInput,
      "orders.yaml": grouped("rows: adjacent", 'where: \'row["Item"] != "test"\'\n'),
      "orders.csv": "Order,Item,Qty\nA,cup,1\nA,test,1\nB,test,1\n",
    };
    expect(await fatesOf(given)).toEqual([
      "orders.csv:2 pending A",
      "orders.csv:3 excluded -",
      "orders.csv:4 excluded -",
    ]);
  });

  test.each(["adjacent", "anywhere"])("go as whole groups by the first row (%s)", async (rows) => {
    const given = {
      "import.yaml": oneInput,
      "orders.yaml": grouped(`rows: ${rows}, where: 'row["Item"] != "test"'`),
      "orders.csv": "Order,Item,Qty\nA,test,1\nA,cup,1\nB,cup,1\n",
    };
    expect(await fatesOf(given)).toEqual([
      "orders.csv:2 excluded -",
      "orders.csv:3 excluded -",
      "orders.csv:4 pending B",
    ]);
  });

  it("make their row invalid when the condition fails on it", async () => {
    const given = {
      "import.yaml": oneInput,
      "orders.yaml": grouped("rows: anywhere", "where: 'number(row[\"Qty\"]) > 0'\n"),
      "orders.csv": "Order,Item,Qty\nA,cup,1\nB,cup,many\n",
    };
    const fates = await fatesOf(given);
    expect(fates[0]).toBe("orders.csv:2 pending A");
    expect(fates[1]).toMatch(/^orders\.csv:3 invalid . expression_failed$/);
  });
});

it("sends no group without the row that `where` could not judge, wherever it stands", async () => {
  const fates = await fatesOf({
    "import.yaml": oneInput,
    "orders.yaml": grouped("rows: anywhere", "where: 'number(row[\"Qty\"]) > 0.0'\n"),
    "orders.csv": "Order,Item,Qty\nA,cup,1\nB,cup,1\nA,pot,two\n",
  });
  expect(fates.map((fate) => fate.split(" ").slice(0, 2).join(" "))).toEqual([
    "orders.csv:2 invalid",
    "orders.csv:3 pending",
    "orders.csv:4 invalid",
  ]);
});

describe("rows of a join", () => {
  const withJoin = job(
    "  - { name: orders, file: orders.csv, mapping: orders.yaml, join: { details: details.csv } }\n",
  );
  const files = (mapping: string, orders: readonly string[], details: readonly string[]): Files => ({
    "import.yaml": withJoin,
    "orders.yaml": mapping,
    "orders.csv": `Order,Kind\n${orders.join("\n")}\n`,
    "details.csv": `OrderRef,Item,Qty,Order\n${details.join("\n")}\n`,
  });

  it("belong to the entry that their key names, wherever they stand", async () => {
    const given = files(joined(), ["A,x", "B,x"], ["B,cup,1,", "A,cup,1,", "B,pot,2,"]);
    expect(await fatesOf(given)).toEqual([
      "orders.csv:2 pending A",
      "orders.csv:3 pending B",
      "details.csv:2 pending B",
      "details.csv:3 pending A",
      "details.csv:4 pending B",
    ]);
  });

  it("that cannot be read and name no entry make those of the rows around them invalid", async () => {
    const given = files(joined(), ["A,x", "B,x", "C,x"], ["A,cup,1,", "12,A,pot,1,", "B,cup,1,", "C,cup,1,"]);
    expect((await fatesOf(given)).map((fate) => fate.split(" ").slice(0, 2).join(" "))).toEqual([
      "orders.csv:2 invalid",
      "orders.csv:3 invalid",
      "orders.csv:4 pending",
      "details.csv:2 invalid",
      "details.csv:3 invalid",
      "details.csv:4 invalid",
      "details.csv:5 pending",
    ]);
  });

  it("that belong to nothing are invalid, each saying why", async () => {
    const given = files(joined(), ["A,x"], ["A,cup,1,", "Z,cup,1,", ",cup,1,"]);
    expect((await fatesOf(given)).slice(2)).toEqual([
      "details.csv:3 invalid - join_orphan",
      "details.csv:4 invalid - join_orphan",
    ]);
    expect(await problemsOf(given)).toEqual([
      'details.csv:3 column "OrderRef" = "Z": belongs to nothing: no row of orders has Order "Z"',
      'details.csv:4 column "OrderRef" = "": belongs to nothing: the key is blank',
    ]);
  });

  it("that could not be read take their entry along", async () => {
    const given = files(joined(), ["A,x", "B,x"], ["A,cup,1,", "A,pot,1,,surplus", "B,cup,1,"]);
    expect(await fatesOf(given)).toEqual([
      "orders.csv:2 invalid A ragged_row",
      "orders.csv:3 pending B",
      "details.csv:2 invalid A ragged_row",
      "details.csv:3 invalid A ragged_row",
      "details.csv:4 pending B",
    ]);
  });

  it("missing altogether make an order without items, told at the column that joins", async () => {
    const given = files(joined(), ["A,x"], []);
    expect(await problemsOf(given)).toEqual([
      'orders.csv:2 column "Order" = "A" → items: is required, and no row or element makes one',
    ]);
  });

  test.each([
    { by: "where", mapping: joined('where: \'row["Kind"] != "test"\'\n') },
    { by: "group.where", mapping: joined('group: { by: Order, where: \'row["Kind"] != "test"\' }\n') },
    {
      by: "group.where of scattered rows",
      mapping: joined('group: { by: Order, rows: anywhere, where: \'row["Kind"] != "test"\' }\n'),
    },
  ])("go with a row that is left out by $by, and nobody else's do", async ({ mapping }) => {
    // The detail of A names B in a column that has the same name as the one that joins: it is no reason to take B's.
    const given = files(mapping, ["A,test", "B,x"], ["A,cup,1,Z", "B,cup,1,", "Z,cup,1,", ",cup,1,"]);
    expect(await fatesOf(given)).toEqual([
      "orders.csv:2 excluded -",
      "orders.csv:3 pending B",
      "details.csv:2 excluded -",
      "details.csv:3 pending B",
      "details.csv:4 invalid - join_orphan",
      "details.csv:5 invalid - join_orphan",
    ]);
  });

  it("without a key stay orphans when a row without a key is left out", async () => {
    const given = files(joined('where: \'row["Kind"] != "test"\'\n'), [",test", "B,x"], ["B,cup,1,", ",cup,1,"]);
    expect((await fatesOf(given)).at(-1)).toBe("details.csv:3 invalid - join_orphan");
  });

  it("stay with an order of which only one row is left out", async () => {
    const mapping = joined('group: { by: Order }\nwhere: \'row["Kind"] != "test"\'\n');
    const given = files(mapping, ["A,x", "A,test"], ["A,cup,1,"]);
    expect(await fatesOf(given)).toEqual([
      "orders.csv:2 pending A",
      "orders.csv:3 excluded -",
      "details.csv:2 pending A",
    ]);
  });

  it("of which there is one at most have no fate, and a faulty one is no match", async () => {
    const given = {
      "import.yaml": job(
        "  - { name: orders, file: orders.csv, mapping: orders.yaml, join: { customers: customers.csv } }\n",
      ),
      "orders.yaml": `version: 1\nresource: sales_orders\njoin: { customers: { on: { Id: Customer }, one: true } }\n${orderFields}  customer_notes: { from: customers.Name, optional: true }\nchildren:\n  items:\n    each: { from: Items, split: "," }\n    fields: { sku: { expr: item }, quantity: { value: 1 }, unit_price: { value: 1 } }\n`,
      "orders.csv": "Order,Customer,Items\nA,c1,cup\nB,c2,cup\nC,c3,cup\n",
      "customers.csv": "Id,Name\nc1,Ann\nc2,Bob,surplus\nc3,Cleo\nc3,Carl\n",
    };
    await using staged = await stagedJob(given);
    expect(await staged.fates()).toEqual([
      "orders.csv:2 pending A",
      "orders.csv:3 pending B group_damaged",
      "orders.csv:4 invalid C join_several",
    ]);
    const notes = (await staged.open()).map(({ payload }) => payload.customer_notes);
    expect(notes).toEqual(["Ann", undefined]);
    expect((await staged.problems()).join("\n")).toContain(
      "customers.csv:3: this row of customers may belong to it and could not be read, so customers is blank: 2 cells expected, 3 found",
    );
  });
});

describe("keys", () => {
  const products = "version: 1\nresource: products\nfields: { sku: SKU, name: Name, retail_price: Price }\n";
  const two: Files = {
    "import.yaml": job(
      "  - { name: old, file: old.csv, mapping: products.yaml }\n  - { name: new, file: new.csv, mapping: products.yaml }\n",
    ),
    "products.yaml": products,
  };

  it("that stand in two files make all of them invalid, each naming the other's line", async () => {
    const given = {
      ...two,
      "old.csv": "SKU,Name,Price\nA,Cup,1\nB,Pot,2\n",
      "new.csv": "SKU,Name,Price\nC,Jug,1\nA,Cup,3\n",
    };
    expect(await fatesOf(given)).toEqual([
      "old.csv:2 invalid A duplicate_key",
      "old.csv:3 pending B",
      "new.csv:2 pending C",
      "new.csv:3 invalid A duplicate_key",
    ]);
    const texts = await problemsOf(given);
    expect(texts[0]).toMatch(/^old\.csv:2 column "SKU" = "A" → sku: "A" occurs more than once: also at new\.csv:3 \(/);
    expect(texts[1]).toMatch(/^new\.csv:3 .* also at old\.csv:2 \(/);
  });

  it("of invalid entries count too", async () => {
    const given = { ...two, "old.csv": "SKU,Name,Price\nA,Cup,dear\n", "new.csv": "SKU,Name,Price\nA,Cup,3\n" };
    expect(await fatesOf(given)).toEqual([
      "old.csv:2 invalid A not_a_number duplicate_key",
      "new.csv:2 invalid A duplicate_key",
    ]);
  });

  it("of entries that could not be read count too, and their line is named", async () => {
    const given = { ...two, "old.csv": "SKU,Name,Price\nA,Cup,1,surplus\n", "new.csv": "SKU,Name,Price\nA,Cup,3\n" };
    expect(await fatesOf(given)).toEqual([
      "old.csv:2 invalid A ragged_row duplicate_key",
      "new.csv:2 invalid A duplicate_key",
    ]);
    expect((await problemsOf(given)).at(-1)).toContain("also at old.csv:2 (");
  });

  it("that stand often name five of the other lines", async () => {
    const rows = Array.from({ length: 8 }, (_, index) => `A,Cup,${index}`).join("\n");
    const given = { ...two, "old.csv": `SKU,Name,Price\n${rows}\n`, "new.csv": "SKU,Name,Price\nB,Pot,1\n" };
    expect((await problemsOf(given))[0]).toContain(
      "also at old.csv:3, old.csv:4, old.csv:5, old.csv:6, old.csv:7 and 2 more",
    );
  });

  it("are compared after trimming", async () => {
    const given = { ...two, "old.csv": 'SKU,Name,Price\n" A ",Cup,1\n', "new.csv": "SKU,Name,Price\nA ,Cup,3\n" };
    expect(await fatesOf(given)).toEqual(["old.csv:2 invalid A duplicate_key", "new.csv:2 invalid A duplicate_key"]);
  });

  it("with the same content become one entry with all the rows", async () => {
    const given = { ...two, "old.csv": "SKU,Name,Price\nA,Cup,1\n", "new.csv": "SKU,Name,Price\nA,Cup,1.00\n" };
    await using staged = await stagedJob(given);
    expect(await staged.fates()).toEqual(["old.csv:2 pending A", "new.csv:2 pending A"]);
    expect(await staged.open()).toHaveLength(1);
  });

  it("that differ only in case are a warning at the first, with the others' lines", async () => {
    const given = { ...two, "old.csv": "SKU,Name,Price\nab-1,Cup,1\n", "new.csv": "SKU,Name,Price\nAB-1,Pot,2\n" };
    expect(await fatesOf(given)).toEqual(["old.csv:2 pending ab-1 case_variant", "new.csv:2 pending AB-1"]);
    expect(await problemsOf(given)).toEqual([
      'warning: old.csv:2 column "SKU" = "ab-1" → sku: differs only in case from "AB-1" at new.csv:2',
    ]);
  });

  it("that differ only in case are an error of all when warnings count as errors", async () => {
    const given = { ...two, "old.csv": "SKU,Name,Price\nab-1,Cup,1\n", "new.csv": "SKU,Name,Price\nAB-1,Pot,2\n" };
    expect(await fatesOf(given, { strict: true })).toEqual([
      "old.csv:2 invalid ab-1 case_variant",
      "new.csv:2 invalid AB-1 case_variant",
    ]);
  });

  it("of variants clash with the SKU of another product", async () => {
    const given = {
      "import.yaml": job("  - { name: products, file: products.csv, mapping: products.yaml }\n"),
      "products.yaml":
        'version: 1\nresource: products\ngroup: { by: Handle }\nfields: { sku: Handle, name: Handle }\nchildren:\n  variants:\n    each: rows\n    where: \'row["Size"] != ""\'\n    fields: { name: Size, sku: SKU }\n',
      "products.csv": "Handle,Size,SKU\ncup,S,cup-s\ncup,M,cup-m\ncup-m,,\npot,S,pot-s\n",
    };
    expect(await fatesOf(given)).toEqual([
      "products.csv:2 invalid cup duplicate_key",
      "products.csv:3 invalid cup duplicate_key",
      "products.csv:4 invalid cup-m duplicate_key",
      "products.csv:5 pending pot",
    ]);
    expect((await problemsOf(given))[0]).toMatch(
      /^products\.csv:3 column "SKU" = "cup-m" → variants\[1\]\.sku: "cup-m" occurs more than once: also at products\.csv:4/,
    );
  });
});

describe("files", () => {
  const products = "version: 1\nresource: products\nfields: { sku: SKU, name: { from: Name, optional: true } }\n";
  const files = (file: string, csv: string): Files => ({
    "import.yaml": job(`  - { name: products, file: "${file}", mapping: products.yaml }\n`),
    "products.yaml": products,
    ...(file === "-" ? {} : { [file]: csv }),
  });

  it("with a header and nothing else are a warning", async () => {
    await using staged = await stagedJob(files("products.csv", "SKU,Name\n"));
    expect(staged.warnings).toEqual(["products.csv has no rows"]);
    expect(await staged.fates()).toEqual([]);
  });

  it("can be standard input", async () => {
    expect(await fatesOf(files("-", ""), { stdin: "SKU,Name\nA,Cup\n" })).toEqual(["-:2 pending A"]);
  });

  it("from standard input have their header checked, before any row is mapped", async () => {
    const error = await errorOf(stagedJob(files("-", ""), { stdin: "Sku number,Name\nA,Cup\n" }));
    expect(error).toMatchObject({ code: "MAPPING_INVALID" });
    expect(error.message).toContain('"SKU"');
    expect(error.hint).toContain("products.yaml");
  });

  it("from standard input can have joins, whose columns are checked with it", async () => {
    const given = {
      "import.yaml": job('  - { name: orders, file: "-", mapping: orders.yaml, join: { details: details.csv } }\n'),
      "orders.yaml": joined(),
      "details.csv": "OrderRef,Item,Qty\nA,cup,1\n",
    };
    expect(await fatesOf(given, { stdin: "Order\nA\n" })).toEqual(["-:2 pending A", "details.csv:2 pending A"]);
    const error = await errorOf(
      stagedJob({ ...given, "details.csv": "Ref,Item,Qty\nA,cup,1\n" }, { stdin: "Order\nA\n" }),
    );
    expect(error.code).toBe("MAPPING_INVALID");
    expect(error.message).toContain("OrderRef");
  });

  it("of all inputs are checked before anything is staged, and all faults come together", async () => {
    const error = await errorOf(
      stagedJob({
        "import.yaml": job(
          "  - { name: a, file: a.csv, mapping: products.yaml }\n  - { name: b, file: b.csv, mapping: products.yaml }\n  - { name: c, file: c.csv, mapping: gone.yaml }\n",
        ),
        "products.yaml": products,
        "a.csv": "Code\nA\n",
      }),
    );
    expect(error.message).toContain('products.yaml:3:16: column "SKU" is not in a.csv.');
    expect(error.message).toContain("b.csv");
    expect(error.message).toContain("gone.yaml cannot be read");
    expect(error.hint).toBeDefined();
  });

  it("are left at once when it is told to stop, with nothing sent", async () => {
    const error = await errorOf(stagedJob(files("products.csv", "SKU\nA\n"), { signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ code: "STOPPED", hint: "Run the same command again." });
  });
});

describe("a join that mapping and job disagree on", () => {
  const details = "OrderRef,Item,Qty\nA,cup,1\n";

  test.each([
    {
      name: "is missing in the job",
      join: "",
      mapping: joined(),
      says: 'orders.yaml joins "details", and the job names no file',
    },
    {
      name: "is unknown to the mapping",
      join: ", join: { detials: details.csv, details: details.csv }",
      mapping: joined(),
      says: 'the job joins "detials", which orders.yaml does not know. Did you mean "details"?',
    },
  ])("$name", async ({ join, mapping, says }) => {
    const error = await errorOf(
      stagedJob({
        "import.yaml": job(`  - { name: orders, file: orders.csv, mapping: orders.yaml${join} }\n`),
        "orders.yaml": mapping,
        "orders.csv": "Order\nA\n",
        "details.csv": details,
      }),
    );
    expect(error.code).toBe("JOB_INVALID");
    expect(error.message).toContain(says);
    expect(error.hint).toContain("join:");
  });
});

it("keeps a thousand problems of an entry that has more, counts the others, and tells each row what it can", async () => {
  const rows = Array.from({ length: 3_000 }, (_, row) => `A,P${row},0`);
  await using staged = await stagedJob({
    "import.yaml": oneInput,
    "orders.yaml": grouped("rows: anywhere"),
    "orders.csv": `Order,Item,Qty\n${rows.join("\n")}\n`,
  });
  const problems = await staged.problems();
  expect(problems).toHaveLength(1_001);
  expect(problems.at(-1)).toBe("warning: 2000 more problems of this entry are not listed: fix these first");
  expect(new Set((await staged.fates()).map((fate) => fate.split(" ")[1]))).toEqual(new Set(["invalid"]));
});

describe("one key in thousands of rows", () => {
  const files = (rows: number, keyOf: (row: number) => string): Files => ({
    "import.yaml": job("  - { name: goods, file: goods.csv, mapping: goods.yaml }\n"),
    "goods.yaml":
      "version: 1\nresource: products\nfields: { sku: SKU, name: Name, category.name: { value: Tools }, supplier.name: { value: x } }\n",
    "goods.csv": `SKU,Name\n${Array.from({ length: rows }, (_, row) => `${keyOf(row)},Name ${row}\n`).join("")}`,
  });

  it("gives each row its own problem, which names the first five others and how many more there are", async () => {
    const given = files(20, () => "A");
    const problems = await problemsOf(given);
    expect(problems).toHaveLength(20);
    expect(problems[1]).toMatch(
      /^goods\.csv:3 column "SKU" = "A".*also at goods\.csv:2, goods\.csv:4, goods\.csv:5, goods\.csv:6, goods\.csv:7 and 14 more \(/,
    );
    expect(problems[19]).toMatch(/^goods\.csv:21 .*also at goods\.csv:2, .*goods\.csv:6 and 14 more \(/);
  });

  it("has the cells of each entry looked up once, however many claim the key", async () => {
    let located = 0;
    await using staged = await stagedJob(
      files(300, () => "A"),
      { onLocate: () => (located += 1) },
    );
    expect(new Set((await staged.fates()).map((fate) => fate.replace(/^\S+ /, "")))).toEqual(
      new Set(["invalid A duplicate_key"]),
    );
    expect(located).toBe(300);
  });

  it.each([
    { keys: "the same", keyOf: () => "A" },
    {
      keys: "different in case only",
      keyOf: (row: number) =>
        [..."abcdefghijklm"].map((letter, bit) => ((row >> bit) & 1 ? letter.toUpperCase() : letter)).join(""),
    },
  ])("is left soon after a signal that comes while they are told ($keys)", async ({ keyOf }) => {
    const controller = new AbortController();
    let located = 0;
    const stop = (): void => controller.abort();
    process.once("SIGTERM", stop);
    const onLocate = (): void => {
      if (located === 0) process.kill(process.pid, "SIGTERM");
      located += 1;
    };
    const error = await errorOf(stagedJob(files(5_000, keyOf), { strict: true, signal: controller.signal, onLocate }));
    process.off("SIGTERM", stop);
    expect(error.code).toBe("STOPPED");
    expect(located).toBeLessThan(2_000);
  });
});

describe("an order of more rows than an entry can have", () => {
  const many = 20_003;
  const lines = [
    { order: "B", item: "cup" },
    ...Array.from({ length: many }, (_, row) => ({ order: "A", item: `P${row}` })),
    { order: "C", item: "cup" },
  ];
  const asCsv = `Order,Item,Qty\n${lines.map(({ order, item }) => `${order},${item},1\n`).join("")}`;
  const asNdjson = lines.map(({ order, item }) => `{"Order":"${order}","Item":"${item}","Qty":"1"}\n`).join("");

  it.each([
    { rows: "adjacent", file: "orders.csv", text: asCsv, line: 3 },
    { rows: "anywhere", file: "orders.ndjson", text: asNdjson, line: 2 },
  ])(
    "is one invalid entry with all its rows, and the others go on ($rows, $file)",
    async ({ rows, file, text, line }) => {
      await using staged = await stagedJob({
        "import.yaml": oneInput.replace("orders.csv", file),
        "orders.yaml": grouped(`rows: ${rows}`),
        [file]: text,
      });
      const fates = await staged.fates();
      expect(fates).toHaveLength(many + 2);
      expect(fates.filter((fate) => !fate.endsWith(" invalid A group_too_large"))).toEqual([
        `${file}:${line - 1} pending B`,
        `${file}:${line + many} pending C`,
      ]);
      expect(await staged.problems()).toEqual([
        `${file}:${line} column "Order" = "A": the group "A" has more than 20,000 rows, which is the most that one entry can have (is group.by in orders.yaml the column that tells entries apart?)`,
      ]);
      expect(await staged.entryAt(file, line)).toBe(await staged.entryAt(file, line + many - 1));
    },
  );

  it("claims all rows of a join, too many as they are: none of them is said to belong to nothing", async () => {
    const details = lines.map(({ order, item }) => `${order},${item},1\n`).join("");
    await using staged = await stagedJob({
      "import.yaml": job(
        "  - { name: orders, file: orders.csv, mapping: orders.yaml, join: { details: details.csv } }\n",
      ),
      "orders.yaml": joined(),
      "orders.csv": "Order\nA\nB\nC\n",
      "details.csv": `OrderRef,Item,Qty\n${details}`,
    });
    const fates = await staged.fates();
    expect(fates.filter((fate) => fate.endsWith(" invalid A join_several"))).toHaveLength(many + 1);
    expect(fates.filter((fate) => fate.includes(" pending "))).toHaveLength(4);
    expect(fates).toHaveLength(many + 5);
  });
});
