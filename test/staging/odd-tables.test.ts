// Tables as spreadsheets, reports and put-together exports leave them: headings that are almost right, titles above,
// lines below, quotes and codes that a program spoilt. What becomes of their rows, and what is told.
import { describe, expect, it, test } from "vitest";
import type { JsonObject } from "../../src/model/json.ts";
import { prepareInputs } from "../../src/staging/prepare.ts";
import { errorOf, type Files, jobFolder, stagedJob } from "./job-folder.ts";

const zeroWidth = "\u200b";

function jobOf(text: string, mapping: string, file = "in.csv"): Files {
  return {
    "import.yaml": `version: 1\ninputs: [{ name: main, file: ${file}, mapping: map.yaml }]\n`,
    "map.yaml": `version: 1\n${mapping}\n`,
    [file]: text,
  };
}

const products = (text: string, fields = "name: Name, retail_price: { from: Price, optional: true }", above = "") =>
  jobOf(text, `resource: products\n${above}fields: { sku: SKU, ${fields} }`);

const orders = (text: string, above = "") =>
  jobOf(
    text,
    `resource: sales_orders
${above}group: { by: Order }
fields: { order_number: Order, order_date: Date, order_status: { value: completed }, bill_to.name: Who, ship_to.name: Who, channel_id: { value: Web, ref: { resource: channels, by: label } } }
children: { items: { each: rows, fields: { sku: SKU, quantity: Qty, unit_price: Price } } }`,
  );

async function payloads(files: Files): Promise<readonly JsonObject[]> {
  await using staged = await stagedJob(files);
  return (await staged.open()).map(({ payload }) => payload);
}

async function fates(files: Files): Promise<readonly string[]> {
  await using staged = await stagedJob(files);
  return await staged.fates();
}

async function detections(files: Files): Promise<readonly string[]> {
  await using folder = await jobFolder(files);
  const [input] = await prepareInputs(await folder.loadJob());
  return [...(input?.infos.values() ?? [])].flatMap(({ detected }) => detected);
}

describe("headings", () => {
  test.each([
    { what: "in another case", header: "sku,NAME,price" },
    { what: "with white space within", header: "SKU,Name ,  Price" },
    { what: "with characters without width", header: `${zeroWidth}SKU,Na\u00adme,Price\u2060` },
  ])("$what are read under the mapping's names, and that is told", async ({ header }) => {
    const files = products(`${header}\nA,Cup,4.20\n`);
    expect(await payloads(files)).toEqual([{ sku: "A", name: "Cup", retail_price: 4.2 }]);
    const own = header.split(",").map((heading) => heading.trim());
    expect((await detections(files)).filter((what) => what.startsWith("heading"))).toEqual(
      own.flatMap((heading, at) => {
        const name = ["SKU", "Name", "Price"][at];
        return heading === name ? [] : [`heading ${JSON.stringify(heading)} read as ${JSON.stringify(name)}`];
      }),
    );
  });

  it("fit wherever a mapping reads a column", async () => {
    const files: Files = {
      ...jobOf(
        `sku,Parent,KIND,Option,of,Tag list,Price\nP,,variable,,d1,"a, b",1\nP-1,P,variation,red,,,2\nQ,,other,,,,3\n`,
        `resource: products
index: { type_of: { key: 'row["SKU"]', value: 'row["Kind"]' } }
where: 'row["Kind"] != "other" && type_of(row["SKU"]) != ""'
group: { by: { expr: 'row["parent"] == "" ? row["SKU"] : row["parent"]' }, head: 'row["Kind"] == "variable"', conflict: ignore }
join: { details: { on: { "ID no": Of } , one: true } }
fields:
  sku: SKU
  name: details.name
  tags: { from: [nothing, Tag List], split: "," }
  description: { template: "{Kind} {SKU}" }
  retail_price: { expr: 'number(rows[1]["price"])', round: 2 }
children:
  variants:
    each: rows
    where: 'row["option"] != ""'
    fields: { sku: SKU, name: { expr: 'parent["Kind"] + " " + row["option"]' }, description: parent.tag list }`,
      ),
      "details.csv": "id No,NAME\nd1,Shirt\n",
    };
    const job = files["import.yaml"]?.replace("map.yaml", "map.yaml, join: { details: details.csv }") ?? "";
    // Two names of the mapping for one heading: the first has it.
    const mapping = files["map.yaml"]?.replace("parent.tag list", "parent.Tag List") ?? "";
    expect(await payloads({ ...files, "import.yaml": job, "map.yaml": mapping })).toEqual([
      {
        sku: "P",
        name: "Shirt",
        tags: ["a", "b"],
        description: "variable P",
        retail_price: 2,
        variants: [{ sku: "P-1", name: "variable red", description: "a, b" }],
      },
    ]);
  });

  it("that fit exactly win, and of several that nearly fit none is taken", async () => {
    expect(await payloads(products("sku,SKU,Name\nx,A,Cup\n"))).toEqual([{ sku: "A", name: "Cup" }]);
    expect((await errorOf(stagedJob(products("sku,Sku,Name\nx,A,Cup\n")))).message).toContain(
      'column "SKU" is not in in.csv',
    );
  });

  it("may stand twice where nobody reads them, and not where the mapping does", async () => {
    const files = products("SKU,Name,Stock,Min,Stock\nA,Cup,3,1,7\n");
    expect(await payloads(files)).toEqual([{ sku: "A", name: "Cup" }]);
    expect(await detections(files)).toContain('heading "Stock" occurs more than once; these columns are not read');
    expect((await errorOf(stagedJob(products("SKU,Name,name,SKU\nA,Cup,Pot,B\n")))).message).toBe(
      'in.csv:1: the header names a column more than once that the mapping reads: "SKU" (columns 1 and 4)',
    );
  });

  it("are named in problems as they stand in the file, where people look for the cell", async () => {
    await using staged = await stagedJob(products('sku,NAME,price\nA,Cup,x\nB,"a"b,1\n'));
    expect(await staged.problems()).toEqual([
      expect.stringContaining('in.csv:2 column "price" = "x" → retail_price: '),
      expect.stringContaining('in.csv:3 column "NAME": this row cannot be read: '),
    ]);
  });
});

describe("lines above the header", () => {
  const table = "SKU,Name,Price\nA,Cup,4.20\n";
  it("are left out where the columns of the mapping show the header, in the first 20 lines", async () => {
    const files = products(`Product list,,\n"as of 1 May, 2026"\n\n${table}`);
    expect(await payloads(files)).toEqual([{ sku: "A", name: "Cup", retail_price: 4.2 }]);
    expect(await fates(files)).toEqual(["in.csv:5 pending A"]);
    expect(await detections(files)).toContain(
      'header on line 4; 2 lines above it are left out, first "Product list,,"',
    );
  });

  it("do not hide the delimiter", async () => {
    const files = products(`Artikel, alle\n${table.replaceAll(",", ";")}`);
    expect(await payloads(files)).toEqual([{ sku: "A", name: "Cup", retail_price: 4.2 }]);
  });

  it("are left out where the mapping says the line of the header", async () => {
    const files = products(`SKU,Name\nx,old\n${table}`, undefined, "source: { header_line: 3 }\n");
    expect(await payloads(files)).toEqual([{ sku: "A", name: "Cup", retail_price: 4.2 }]);
    const beyond = products(table, undefined, "source: { header_line: 9 }\n");
    expect((await errorOf(stagedJob(beyond))).message).toContain(
      "source.header_line: 9, but the file has no such line",
    );
  });

  it("are not looked for where the first line fits", async () => {
    expect(await fates(products(`${table}SKU,Name,Price\nB,Pot,5\n`))).toEqual([
      "in.csv:2 pending A",
      "in.csv:3 excluded - repeated_header",
      "in.csv:4 pending B",
    ]);
  });
});

describe("a first line that is no header", () => {
  test.each([
    { text: "A-1,Cup,4.20\nA-2,Pot,5.10\n", says: 'looks like data, not like a header: "A-1", "Cup", "4.20"' },
    { text: "1|2004-06-01|x|5\n2|2004-06-02|y|6\n", says: 'looks like data, not like a header: "1", "2004-06-01"' },
    { text: "SKU|+|Name|+|Price\nA|+|Cup|+|1\n", says: 'separated by "|+|": a separator of several characters' },
    { text: "SKU~~Name\nA~~Cup\n", says: 'separated by "~~": a separator of several characters' },
  ])("is called that: $says", async ({ text, says }) => {
    const error = await errorOf(stagedJob(products(text)));
    expect(error.code).toBe("INPUT_UNREADABLE");
    expect(error.message).toContain(says);
    expect(error.hint).toMatch(/put a line with the names|replace every separator/);
  });

  test.each([
    { text: "Artikel,Name,2025,2026\nA,Cup,1,2\n" },
    { text: "Rabatt %,MwSt %,Name\n5 %,7 %,x\n5 %,7 %,x\n" },
    { text: "a||b||c\n1||2||3\n" },
  ])("is not seen in $text", async ({ text }) => {
    expect((await errorOf(stagedJob(products(text)))).code).toBe("MAPPING_INVALID");
  });
});

describe("lines below the table", () => {
  const table = "Order,Date,Who,SKU,Qty,Price\n1,2024-03-09,Pat,X,1,2.50\n2,2024-03-09,Pat,X,3,2.50\n";
  test.each([
    { what: "of one cell", below: ["3 record(s) downloaded", "Seller ID : x"] },
    { what: "without a line end", below: ["End of report"], end: "" },
    { what: "filled up with blank cells", below: ["Generated by: shop,,,,,"] },
    { what: "behind blank lines", below: ["", ",,,,,", "*** end ***"] },
  ])("$what are excluded and bring no entry down", async ({ below, end = "\n" }) => {
    const lines = below.filter((line) => line.replaceAll(",", "") !== "");
    const found = await fates(orders(table + below.join("\n") + end));
    expect(found.slice(0, 2)).toEqual(["in.csv:2 pending 1", "in.csv:3 pending 2"]);
    expect(found.slice(2).map((fate) => fate.replace(/^\S+ /, ""))).toEqual(lines.map(() => "excluded - footer_row"));
  });

  test.each([
    { what: "may be the rest of a row that was cut off", below: "2" },
    {
      what: "may be a piece of a broken line, as others are",
      below: "late delivery\n3,2024-03-09,Pat,X,1,1\nto the door\n",
    },
  ])("$what: then the last entry is refused", async ({ below }) => {
    const found = await fates(orders(table + below));
    expect(found.at(-2)).toContain(" invalid ");
    expect(found.at(-1)).toContain("ragged_row");
  });

  it("are known behind a row that cannot be read too", async () => {
    expect(await fates(products('SKU,Name\nA,Cup\nB,"5 pipe\nC,Pot\n3 rows exported\n', "name: Name"))).toEqual([
      "in.csv:2 pending A",
      "in.csv:3 invalid B unreadable_row",
      "in.csv:4 pending C",
      "in.csv:5 excluded - footer_row",
    ]);
  });

  it("are no rows of a joined file either", async () => {
    const files: Files = {
      ...jobOf(
        "SKU,Name\nK,Set\n",
        `resource: products
join: { parts: { on: { Kit: SKU } } }
fields: { sku: SKU, name: Name, type: { value: KIT } }
children: { kit_items: { each: parts, fields: { sku: Part, quantity: Qty } } }`,
      ),
      "parts.csv": "Kit,Part,Qty\nK,A,1\n1 row exported\n",
    };
    const job = files["import.yaml"]?.replace("map.yaml", "map.yaml, join: { parts: parts.csv }") ?? "";
    expect(await fates({ ...files, "import.yaml": job })).toEqual([
      "in.csv:2 pending K",
      "parts.csv:2 pending K",
      "parts.csv:3 excluded - footer_row",
    ]);
  });
});

describe("a quote where none belongs", () => {
  it("is text inside an unquoted cell", async () => {
    const rows = ['A,"Cup, 1",1', 'B,Pipe 1/2" elbow,2', 'C,5" x 3",3', 'D,"5"" pipe",4'];
    const made = await payloads(products(`SKU,Name,Price\n${rows.join("\n")}\n`));
    expect(made.map(({ name }) => name)).toEqual(["Cup, 1", 'Pipe 1/2" elbow', '5" x 3"', '5" pipe']);
  });

  it("makes its own row invalid, with the column, and the next one is read", async () => {
    await using staged = await stagedJob(products('SKU,Name,Price\nA,"5 pipe,1\nB,"6" long",2\nC,"Cup, 3",3\n'));
    expect(await staged.fates()).toEqual([
      "in.csv:2 invalid A unreadable_row",
      "in.csv:3 invalid B unreadable_row",
      "in.csv:4 pending C",
    ]);
    expect(await staged.problems()).toEqual([
      expect.stringContaining(
        'in.csv:2 column "Name": this row cannot be read: a quote is opened and never closed; a quote inside',
      ),
      expect.stringContaining(
        'in.csv:3 column "Name": this row cannot be read: text follows the quote that closes the cell',
      ),
    ]);
  });

  it("brings down only the order that its row belongs to", async () => {
    const text =
      'Order,Date,Who,SKU,Qty,Price\n1,2024-03-09,Pat,X,1,1\n1,2024-03-09,"Pat,Y,1,1\n2,2024-03-09,Pat,X,1,1\n';
    expect(await fates(orders(text))).toEqual([
      "in.csv:2 invalid 1 unreadable_row",
      "in.csv:3 invalid 1 unreadable_row",
      expect.stringContaining("in.csv:4 "),
    ]);
  });

  it("stops the file where nobody can tell the next row, and shows the line", async () => {
    const error = await errorOf(stagedJob(products('SKU,Name,Price\nA,Cup,1\nB,"this is\nnot\nclosed,2\n')));
    expect(error.code).toBe("INPUT_UNREADABLE");
    expect(error.message).toBe(
      'in.csv:3: a quote is opened and never closed in cell 2, and it is not clear where the next row begins: B,"this is',
    );
  });
});

describe('cells written as ="…"', () => {
  test.each([
    { what: "raw", row: '="00123",Cup,="1"' },
    { what: "in quotes", row: '"=""00123""","=""Cup""",1' },
  ])("$what are the text in the quotes", async ({ row }) => {
    expect(await payloads(products(`SKU,Name,Price\n${row}\n`))).toEqual([
      { sku: "00123", name: "Cup", retail_price: 1 },
    ]);
  });

  it("are text as they stand where more follows", async () => {
    await using staged = await stagedJob(products('SKU,Name\n="01",Cup\n="02",Pot\n="a"b,Lid\n'));
    expect((await staged.open()).map(({ key }) => key)).toEqual(["01", "02", '="a"b']);
  });
});

describe("codes that a spreadsheet spoilt", () => {
  test.each([
    { key: "5.23E+11", code: "damaged_key" },
    { key: "4.00638E+12", code: "damaged_key" },
    { key: "5,23e+11", code: "damaged_key" },
    { key: "1E+21", code: "damaged_key" },
    { key: "1001.0", code: "damaged_key" },
    { key: "1E5", code: undefined },
    { key: "5E-12", code: undefined },
    { key: "A-2.0", code: undefined },
    { key: "10.10", code: undefined },
  ])("as the key $key: $code", async ({ key, code }) => {
    const text = `SKU;Name\n${key};Cup\n`;
    expect(await fates(products(text, "name: Name"))).toEqual([
      code === undefined ? `in.csv:2 pending ${key}` : `in.csv:2 invalid - ${code}`,
    ]);
  });

  it("are sent where the mapping accepts them, and where a transform has made them good", async () => {
    const accepting = "source: { accept: { SKU: [point_zero, scientific_notation] } }\n";
    expect(await fates(products("SKU,Name\n1001.0,Cup\n5.23E+11,Pot\n", "name: Name", accepting))).toEqual([
      "in.csv:2 pending 1001.0",
      "in.csv:3 pending 5.23E+11",
    ]);
    const fields = `sku: { from: SKU, apply: [{ replace: ['\\.0$', ""] }] }, name: Name`;
    expect(await fates(jobOf("SKU,Name\n1001.0,Cup\n", `resource: products\nfields: { ${fields} }`))).toEqual([
      "in.csv:2 pending 1001",
    ]);
  });

  it("are seen in keys that are made of them", async () => {
    const fields = `sku: { from: SKU, apply: [{ prefix: "W-" }] }, name: Name`;
    const text = "SKU,Name\n1001.0,Cup\n5.23E+11,Pot\n1E5,Lid\n";
    expect(await fates(jobOf(text, `resource: products\nfields: { ${fields} }`))).toEqual([
      "in.csv:2 invalid - damaged_key",
      "in.csv:3 invalid - damaged_key",
      "in.csv:4 pending W-1E5",
    ]);
  });

  it("refuse the order whose line refers by one", async () => {
    const text = "Order,Date,Who,SKU,Qty,Price\n1,2024-03-09,Pat,5.23E+11,1,1\n2,2024-03-09,Pat,X,1,1\n";
    expect(await fates(orders(text))).toEqual(["in.csv:2 invalid 1 damaged_key", "in.csv:3 pending 2"]);
  });

  it("leave a barcode out, with a warning", async () => {
    await using staged = await stagedJob(products("SKU,Name,EAN\nA,Cup,4.00638E+12\n", "name: Name, upc: EAN"));
    expect((await staged.open()).map(({ payload }) => payload)).toEqual([{ sku: "A", name: "Cup" }]);
    expect(await staged.problems()).toEqual([
      expect.stringMatching(/^warning: in\.csv:2 column "EAN" = "4\.00638E\+12" → upc: .* left out;/),
    ]);
  });

  it("lose characters without width, in keys and in what refers to them", async () => {
    const text = `Order,Date,Who,SKU,Qty,Price\n1${zeroWidth},2024-03-09,Pat,X${zeroWidth},1,1\n1,2024-03-09,Pat,Y,1,1\n`;
    await using staged = await stagedJob(orders(text));
    expect((await staged.open()).map(({ key, payload }) => [key, payload.items])).toEqual([
      ["1", [expect.objectContaining({ sku: "X" }), expect.objectContaining({ sku: "Y" })]],
    ]);
    expect(await staged.problems()).toContainEqual(expect.stringContaining("characters without width were taken out"));
    expect(await fates(products(`SKU,Name\n${zeroWidth}X,Pot\nX,Pan\n`, "name: Name"))).toEqual([
      "in.csv:2 invalid X cleaned_key duplicate_key",
      "in.csv:3 invalid X duplicate_key",
    ]);
  });
});

describe("scalars of JSON", () => {
  const made = async (elements: string) =>
    await fates(jobOf(`[${elements}]`, "resource: products\nfields: { sku: sku, name: name, upc: ean }", "in.json"));
  test.each([
    { what: "the number 1001.0 is 1001", json: "1001.0", fate: "pending 1001" },
    { what: "the text 1001.0 is damage", json: '"1001.0"', fate: "invalid - damaged_key" },
    { what: "the number 1e21 is damage", json: "1e21", fate: "invalid - damaged_key" },
    { what: "the number 1E5 is damage", json: "1E5", fate: "invalid - damaged_key" },
    { what: "the text 1E5 is a key", json: '"1E5"', fate: "pending 1E5" },
    { what: "true is no key", json: "true", fate: "invalid - damaged_key" },
    { what: "the text true is one", json: '"true"', fate: "pending true" },
    { what: "a long number keeps its digits", json: "1234567890123456789", fate: "pending 1234567890123456789" },
  ])("as keys: $what", async ({ json, fate }) => {
    expect(await made(`{"sku":${json},"name":"Cup","ean":""}`)).toEqual([`in.json:1 ${fate}`]);
  });

  it("are accepted by their path, in lists too", async () => {
    const mapping = `resource: products
source: { accept: { sku: [scientific_notation], parts.sku: [point_zero] } }
fields: { sku: sku, name: name, type: { value: KIT } }
children: { kit_items: { each: parts, fields: { sku: sku, quantity: qty } } }`;
    const text = '[{"sku":"5.23E+11","name":"Set","parts":[{"sku":"1001.0","qty":1}]}]';
    expect(await fates(jobOf(text, mapping, "in.json"))).toEqual(["in.json:1 pending 5.23E+11"]);
  });

  it("are whole in lists and codes too", async () => {
    const mapping = `resource: sales_orders
fields: { order_number: number, order_date: date, order_status: { value: completed }, bill_to.name: name, ship_to.name: name, ship_to.postal_code: zip }
children: { items: { each: lines, fields: { sku: sku, quantity: qty, unit_price: price } } }`;
    const text = `[{"number":7.0,"date":"2024-03-09","name":"Pat","zip":2134.0,"lines":[{"sku":10045.0,"qty":2.0,"price":2.5}]}]`;
    const files = jobOf(text, mapping, "in.json");
    const job = files["import.yaml"]?.replace("inputs", "channel: { label: Main }\ninputs") ?? "";
    expect(await payloads({ ...files, "import.yaml": job })).toContainEqual(
      expect.objectContaining({
        order_number: "7",
        ship_to: { name: "Pat", postal_code: "2134" },
        items: [{ sku: "10045", quantity: 2, unit_price: 2.5 }],
      }),
    );
  });
});

describe("entities of HTML", () => {
  const text = "SKU,Name,Group\nA,Pots &amp; pans,Kitchen &amp; table\n";
  it("are warned of where the mapping does not decode them, and characters where it does", async () => {
    const fields = "name: Name, category.name: { from: Group, apply: [decode_entities] }";
    await using staged = await stagedJob(products(text, fields));
    expect(staged.warnings).toEqual([
      expect.stringMatching(/^in\.csv: column "Name": 1 cell .* with entities of HTML, .* apply decode_entities/),
    ]);
    expect((await staged.open()).map(({ payload }) => payload)).toEqual([
      { sku: "A", name: "Pots &amp; pans", category: { name: "Kitchen & table" } },
    ]);
  });
});

describe("what a message proposes", () => {
  const named = "name: Name";
  const withSource = (files: Files, source: string): Files => ({
    ...files,
    "map.yaml": (files["map.yaml"] ?? "").replace("resource: products\n", `resource: products\n${source}\n`),
  });
  const proposed = (text: string): string => /source: \{.*\}(?= in |$)/.exec(text)?.[0] ?? "nothing";

  test.each([
    { what: "scientific notation", text: "SKU,Name\n5.23E+11,Cup\n" },
    { what: "fractions", text: "SKU,Name\n1001.0,Cup\n1002.0,Pot\n1003.0,Pan\n" },
  ])("makes keys in $what right, where they are", async ({ text }) => {
    const files = products(text, named);
    await using before = await stagedJob(files);
    const [problem = "", ...others] = await before.problems();
    expect(others.length).toBe(text.split("\n").length - 3);
    await using after = await stagedJob(withSource(files, proposed(problem)));
    expect(await after.problems()).toEqual([]);
    expect(after.warnings).toEqual([]);
  });

  it("takes .0 off keys", async () => {
    await using before = await stagedJob(products("SKU,Name\n1001.0,Cup\n", named));
    const apply = /apply: \[.*?\](?= *\. If)/.exec((await before.problems())[0] ?? "")?.[0] ?? "nothing";
    const mapping = `resource: products\nfields: { sku: { from: SKU, ${apply} }, name: Name }`;
    expect(await fates(jobOf("SKU,Name\n1001.0,Cup\n", mapping))).toEqual(["in.csv:2 pending 1001"]);
  });

  test.each([
    { kind: "odd_spaces", text: "SKU,Name\nA\u00a0B,Cup\n" },
    { kind: "html_entities", text: "SKU,Name\nA,Pots &amp; pans\n" },
    { kind: "date_in_identifier", text: "SKU,Name\nSep-01,Cup\nA-1,Pot\n" },
    { kind: "stand_in_word", text: "SKU,Name\nA,NULL\nB,NULL\n" },
    { kind: "formula_error", text: "SKU,Name\nA,#REF!\n" },
  ])("accepts $kind", async ({ kind, text }) => {
    const files = products(text, named);
    await using before = await stagedJob(files);
    const [warning = "", ...others] = before.warnings;
    expect(others).toEqual([]);
    expect(warning).toContain(kind);
    const accept = /source: \{ accept: .*?\} \}(?= in map)/.exec(warning)?.[0] ?? "nothing";
    await using after = await stagedJob(withSource(files, accept));
    expect(after.warnings).toEqual([]);
  });

  it("reads a file that never puts cells in quotes", async () => {
    const files = products('SKU,Name,Price\nA,"half open,1\nB,Pot\n', named);
    const { hint = "" } = await errorOf(stagedJob(files));
    expect(await fates(withSource(files, proposed(hint)))).toEqual([
      "in.csv:2 pending A",
      "in.csv:3 invalid B ragged_row",
    ]);
  });

  it("finds a header that stands far down", async () => {
    const files = products(`${"1.50,2026-01-01\n".repeat(30)}SKU,Name\nA,Cup\n`, named);
    const { hint = "" } = await errorOf(stagedJob(files));
    const source = proposed(hint).replace(/\d+/, "31");
    expect(source).toBe("source: { header_line: 31 }");
    expect(await fates(withSource(files, source))).toEqual(["in.csv:32 pending A"]);
  });

  it("chooses a delimiter", async () => {
    const files = products("SKU,a;Name,b\nA,a;Cup,b\n", named);
    const { hint = "" } = await errorOf(stagedJob(files));
    const [, second = ""] = hint.match(/source: \{ delimiter: "." \}/g) ?? [];
    const error = await errorOf(stagedJob(withSource(files, second)));
    expect(error.message).not.toContain("do not tell which");
  });
});
