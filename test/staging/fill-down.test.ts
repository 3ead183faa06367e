// Merged cells: what blank cells take from above, whatever becomes of the rows on the way.
import { describe, expect, it, test } from "vitest";
import { errorOf, type Files, stagedJob } from "./job-folder.ts";

const job = 'version: 1\ninputs: [{ name: main, file: "in*.csv", mapping: map.yaml }]\n';

/** Products with a category that is filled down. */
const productFiles = (csv: string, above = ""): Files => ({
  "import.yaml": job,
  "map.yaml": `version: 1\nresource: products\n${above}fields: { sku: SKU, name: SKU, category.name: { from: Group, fill: down }, retail_price: { from: Price, optional: true } }\n`,
  "in.csv": csv,
});

/** Orders whose first rows are merged over their lines. */
const orderFiles = (group: string, csv: string): Files => ({
  "import.yaml": job,
  "map.yaml": `version: 1
resource: sales_orders
${group}
fields:
  channel_id: { value: 1 }
  order_number: { from: Order, fill: down }
  order_date: { value: "2024-01-15" }
  order_status: { value: on_hold }
  bill_to.name: { from: Name, fill: down }
  ship_to.name: { from: Name, fill: down }
children:
  items: { each: rows, fields: { sku: { from: Item, fill: down }, quantity: Qty, unit_price: { value: 1 } } }
`,
  "in.csv": csv,
});

async function categoriesOf(files: Files): Promise<Record<string, unknown>> {
  await using staged = await stagedJob(files);
  const entries = await staged.open();
  return Object.fromEntries(entries.map(({ key, payload }) => [key, (payload.category as { name?: string })?.name]));
}

async function problemsOf(files: Files): Promise<readonly string[]> {
  await using staged = await stagedJob(files);
  return await staged.problems();
}

describe("a blank cell", () => {
  it("takes the last filled one above it, and none where there is none", async () => {
    const csv = "SKU,Group\nA,\nB,Cups\nC,\nD,\nE,Pots\nF,\n";
    expect(await categoriesOf(productFiles(csv))).toEqual({
      A: undefined,
      B: "Cups",
      C: "Cups",
      D: "Cups",
      E: "Pots",
      F: "Pots",
    });
  });

  it("may be a word that means nothing", async () => {
    const csv = "SKU,Group\nA,Cups\nB,n/a\n";
    expect(await categoriesOf(productFiles(csv, "source: { blank: [n/a] }\n"))).toEqual({ A: "Cups", B: "Cups" });
  });

  it("takes that of a row that the mapping leaves out: cells are merged in the sheet", async () => {
    const csv = "SKU,Group\n-,Cups\nA,\n";
    expect(await categoriesOf(productFiles(csv, 'where: \'row["SKU"] != "-"\'\n'))).toEqual({ A: "Cups" });
  });

  it("takes nothing from another file", async () => {
    const files = { ...productFiles("SKU,Group\nA,Cups\n"), "in2.csv": "SKU,Group\nB,\n" };
    expect(await categoriesOf(files)).toEqual({ A: "Cups", B: undefined });
  });

  it("is refused below a row that could not be read, as far as the next filled one", async () => {
    expect(await problemsOf(productFiles("SKU,Group\nA,Cups\nB,Pots,1,2\nC,\nD,Jugs\nE,\n"))).toEqual([
      expect.stringContaining("in.csv:3"),
      'in.csv:4 column "Group" = "" → category.name: the cell is blank, and which cell above fills it is not known: line 3 above it could not be read',
    ]);
  });
});

it("names the cell that it came from in a problem", async () => {
  const files = productFiles("SKU,Group,Price\nA,,x\nB,1,y\nC,,\n");
  const priced = { ...files, "map.yaml": files["map.yaml"]?.replace("from: Price", "from: Group, fill: down") ?? "" };
  const wordy = { ...priced, "in.csv": "SKU,Group\nA,cheap\nB,\n" };
  expect(await problemsOf(wordy)).toEqual([
    'in.csv:2 column "Group" = "cheap" → retail_price: "cheap" is not a number',
    'in.csv:3 column "Group" = "cheap" → retail_price: "cheap" is not a number (filled down from in.csv:2)',
  ]);
});

describe("groups", () => {
  const itemsOf = async (files: Files): Promise<unknown> => {
    await using staged = await stagedJob(files);
    const entries = await staged.open();
    const made = entries.map(({ key, payload }) => [
      key,
      `${(payload.bill_to as { name: string }).name}: ${(payload.items as { sku: string }[]).map(({ sku }) => sku).join("+")}`,
    ]);
    return Object.fromEntries(made);
  };

  test.each([
    { group: "group: { by: { from: Order, fill: down } }" },
    { group: "group: { by: { from: Order, fill: down }, rows: anywhere }" },
    { group: "group: { by: Order, rows: continued }" },
  ])("$group", async ({ group }) => {
    const csv = "Order,Name,Item,Qty\n1,Ann,cup,1\n,,,2\n2,,pot,1\n,Bob,jug,3\n";
    expect(await itemsOf(orderFiles(group, csv))).toEqual({ 1: "Ann: cup+cup", 2: "Ann: pot+jug" });
  });

  it("scattered over the file", async () => {
    const csv = "Order,Name,Item,Qty\n1,Ann,cup,1\n2,,,2\n1,Bob,,3\n,,mug,1\n";
    expect(await itemsOf(orderFiles("group: { by: { from: Order, fill: down }, rows: anywhere }", csv))).toEqual({
      1: "Ann: cup+cup+mug",
      2: "Ann: cup",
    });
  });

  it("has a key that nobody knows below a row that could not be read", async () => {
    const csv = "Order,Name,Item,Qty\n1,Ann,cup,1\n2,Bob,pot\n,,jug,3\n";
    const problems = await problemsOf(orderFiles("group: { by: { from: Order, fill: down }, rows: anywhere }", csv));
    expect(problems.join("\n")).toContain('in.csv:4 column "Order"');
    expect(problems.join("\n")).toContain("line 3 above it could not be read");
  });
});

it("reads what fills a number by what its column shows", async () => {
  const files = productFiles('SKU,Group,Price\nA,Cups,"1.234,50"\nB,Cups,\n');
  const filled = {
    ...files,
    "map.yaml": files["map.yaml"]?.replace("from: Price", "from: Price, fill: down") ?? "",
  };
  await using staged = await stagedJob(filled);
  expect((await staged.open()).map(({ payload }) => payload.retail_price)).toEqual([1234.5, 1234.5]);
});

it("still has what fills its cells when its rows are read again", async () => {
  const csv = "SKU,Group\nA,Cups\nB,\n";
  await using staged = await stagedJob(productFiles(csv));
  const id = await staged.entryAt("in.csv", 3);
  const [located] = await staged.locate(id, [{ code: "api_rejected", message: "is unknown", path: "category.name" }]);
  expect(located).toMatchObject({ line: 3, column: "Group", value: "Cups" });
  expect(located?.message).toBe("is unknown (filled down from in.csv:2)");
});

describe("is refused", () => {
  test.each([
    { field: '{ template: "{Group}", fill: down }', says: "only a cell can be filled" },
    { field: "{ from: Group, fill: down, blank: clear }", says: "cannot both clear the field and be filled" },
  ])("$field", async ({ field, says }) => {
    const files = productFiles("SKU,Group\nA,Cups\n");
    const wrong = { ...files, "map.yaml": files["map.yaml"]?.replace("{ from: Group, fill: down }", field) ?? "" };
    expect(String(await errorOf(stagedJob(wrong)))).toContain(says);
  });

  it("for JSON, which has no merged cells", async () => {
    const files = {
      ...productFiles(""),
      "import.yaml": job.replace("in*.csv", "in.json"),
      "in.json": '[{ "SKU": "A", "Group": "x", "Price": 1 }]',
    };
    expect(String(await errorOf(stagedJob(files)))).toContain("fill: down is for cells of tables, and in.json is json");
  });
});
