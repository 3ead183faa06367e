// What is found out before a row is staged, and what rows are made of it.
import { readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, it, test } from "vitest";
import type { JsonObject } from "../../src/model/json.ts";
import { check } from "../../src/run/check.ts";
import { copyStreams } from "../../src/staging/files/stdin-copy.ts";
import { prepareInputs } from "../../src/staging/prepare.ts";
import { errorOf, type Files, jobFolder, stagedJob } from "./job-folder.ts";

const job = (file: string, more = ""): string =>
  `version: 1\ninputs: [{ name: main, file: "${file}", mapping: map.yaml${more} }]\n`;
const products = (fields: string, above = ""): string =>
  `version: 1\nresource: products\n${above}fields:\n  sku: SKU\n${fields.replace(/^(?=.)/gm, "  ")}\n`;
const table = (fields: string, text: string, above = ""): Files => ({
  "import.yaml": job("in.csv"),
  "map.yaml": products(fields, above),
  "in.csv": `${text}\n`,
});

async function payloadsOf(files: Files): Promise<readonly JsonObject[]> {
  await using staged = await stagedJob(files);
  expect(await staged.problems()).toEqual([]);
  return (await staged.open()).map(({ payload }) => payload);
}

async function faultsOf(files: Files): Promise<readonly string[]> {
  const error = await errorOf(stagedJob(files));
  expect(error.code).toBe("MAPPING_INVALID");
  return error.message.split("\n");
}

async function detectedIn(files: Files): Promise<readonly string[]> {
  await using folder = await jobFolder(files);
  const [input] = await prepareInputs(await folder.loadJob());
  return [...(input?.infos.values() ?? [])].flatMap(({ detected }) => detected);
}

describe("numbers are read as their column proves", () => {
  test.each([
    { name: "a field", fields: "retail_price: P", text: "SKU;P\nA;1.234\nB;1,5", is: { retail_price: 1234 } },
    {
      name: "an expression",
      fields: `retail_price: { expr: 'number(row["P"]) * 2.0', round: 2 }`,
      text: "SKU;P\nA;1,5",
      is: { retail_price: 3 },
    },
    {
      name: "a comparison",
      fields: `name: { value: x, when: 'number(row["P"]) > 1.0' }`,
      text: "SKU;P\nA;1,5",
      is: { name: "x" },
    },
    {
      name: "a condition on rows",
      above: `where: 'number(row["P"]) > 1.0'\n`,
      fields: "name: P",
      text: "SKU;P\nB;0,5\nA;1,5",
      is: { name: "1,5" },
    },
    {
      name: "a cell with a unit",
      fields: "product_length: { from: P, unit: in }",
      text: "SKU;P\nA;1,5\nB;2,5 in",
      is: { product_length: 1.5 },
    },
    {
      name: "a cell without its currency",
      fields: `retail_price: { from: P, apply: [{ replace: ["EUR ", ""] }] }`,
      text: "SKU;P\nA;EUR 1,5",
      is: { retail_price: 1.5 },
    },
    {
      name: "an argument that is made of a cell",
      fields: `retail_price: { expr: 'number(row["P"].replace("EUR ", ""))', round: 2 }`,
      text: "SKU;P\nA;EUR 1,5",
      is: { retail_price: 1.5 },
    },
    {
      name: "a transform of text",
      fields: "custom_fields.P: { from: P, apply: [number] }",
      text: "SKU;P\nA;1,5",
      is: { custom_fields: { P: 1.5 } },
    },
    {
      name: "a template",
      fields: `retail_price: { template: "{P}" }`,
      text: "SKU;P\nA;1,5",
      is: { retail_price: 1.5 },
    },
    {
      name: "whichever column has the value",
      fields: "retail_price: { from: [P, Q] }",
      text: "SKU;P;Q\nB;;2.5\nA;1,5;",
      is: { retail_price: 1.5 },
    },
  ])("in $name", async ({ fields, text, is, above = "" }) => {
    expect((await payloadsOf(table(fields, text, above))).find(({ sku }) => sku === "A")).toMatchObject(is);
  });

  it("of a joined file by that file's own cells", async () => {
    const files: Files = {
      "import.yaml": job("in.csv", ", join: { prices: prices.csv }"),
      "map.yaml": products(
        "unit_cost: Cost\nretail_price: prices.Price",
        "join: { prices: { on: { id: SKU }, one: true } }\n",
      ),
      "in.csv": "SKU;Cost\nA;1,5\n",
      "prices.csv": "id,Price,Cost\nA,2.5,3.5\n",
    };
    expect(await payloadsOf(files)).toMatchObject([{ unit_cost: 1.5, retail_price: 2.5 }]);
  });

  it("of several files of an input together", async () => {
    const files = {
      ...table("retail_price: P", "SKU;P\nA;1.234"),
      "import.yaml": job("in*.csv"),
      "in2.csv": "SKU;P\nB;1,5\n",
    };
    expect(await payloadsOf(files)).toMatchObject([{ retail_price: 1234 }, { retail_price: 1.5 }]);
    expect(await detectedIn(files)).toContain('decimal ",", thousands "." in "P" (line 2: "1,5")');
  });
});

describe("what the mapping says is not looked for", () => {
  test.each([
    { where: "under source", fields: "retail_price: P", above: `source: { decimal: "." }\n` },
    { where: "in the field", fields: `retail_price: { from: P, decimal: "." }`, above: "" },
    { where: "by what stands between thousands", fields: "retail_price: P", above: `source: { thousands: "," }\n` },
  ])("$where", async ({ fields, above }) => {
    const files = table(fields, "SKU;P\nA;1.234", above);
    expect(await payloadsOf(files)).toMatchObject([{ retail_price: 1.234 }]);
    expect((await detectedIn(files)).join()).not.toContain("decimal");
  });

  it("nor in JSON, whose numbers have a point", async () => {
    const files = {
      "import.yaml": job("in.json"),
      "map.yaml": products("retail_price: P"),
      "in.json": '[{"SKU":"A","P":1.234}]',
    };
    expect(await payloadsOf(files)).toMatchObject([{ retail_price: 1.234 }]);
  });

  it("nor in cells that a map answers", async () => {
    const files = table(`retail_price: { from: P, map: { "1.234": 7 } }`, "SKU;P\nA;1.234");
    expect(await payloadsOf(files)).toMatchObject([{ retail_price: 7 }]);
  });
});

describe("what cells leave open stops the job", () => {
  it("with all such columns at once, beside the columns that are missing", async () => {
    const files = table(
      "retail_price: P\nunit_cost: C\nwholesale_price: W\nname: Nam",
      "SKU;P;C;W;Name\nA;1.234;1,5;2,5;x\nB;2.500;1.5;3,5;y",
    );
    expect(await faultsOf(files)).toEqual([
      'map.yaml:8:9: column "Nam" is not in in.csv. Did you mean "Name"?',
      'map.yaml:5:17: column "P": "1.234" (in.csv:2), "2.500" (in.csv:3) may be read in two ways, and no cell of the column shows which: "1.234" is 1.234 with decimal ".", and 1234 with decimal ","',
      'map.yaml:6:14: column "C" is written in two ways: "1,5" (in.csv:2) has a decimal comma, "1.5" (in.csv:3) a decimal point',
    ]);
    const { hint } = await errorOf(stagedJob(files));
    expect(hint).toContain('source: { decimal: ".", thousands: "," }');
    expect(hint).toContain('decimal "," in "W"');
  });

  test.each([
    {
      cells: "01/02/2024\nB;02/03/2024",
      says: '"01/02/2024" (in.csv:2), "02/03/2024" (in.csv:3) may be read as "d/M/yyyy" or "M/d/yyyy", and no cell of the column shows which',
    },
    {
      cells: "13/02/2024\nB;02/13/2024",
      says: 'is written in two ways: no format reads both "02/13/2024" (in.csv:3) and "13/02/2024" (in.csv:2)',
    },
  ])("with dates: $says", async ({ cells, says }) => {
    const files = {
      ...table("", `SKU;D\nA;${cells}`),
      "map.yaml": `version: 1\nresource: sales_orders\nfields: { order_number: SKU, order_date: D }\n`,
    };
    const [fault] = await faultsOf(files);
    expect(fault).toContain(says);
  });

  const orders = (field: string) => `version: 1\nresource: sales_orders\nfields:\n  order_number: SKU\n  ${field}\n`;
  test.each([
    {
      name: "a column with other dates beside it, by the field with all its formats",
      field: "order_date: D",
      rows: ["01/02/2024", "2024-02-13 10:00:00", "13.2.2024"],
      hint: 'Say which it is: "01/02/2024" is 1 February 2024 with { from: D, dates: ["d/M/yyyy", "d.M.yyyy"] }, 2 January 2024 with { from: D, dates: ["M/d/yyyy", "d.M.yyyy"] } in map.yaml.',
    },
    {
      name: "a column that is clear but for one cell, by fixing that",
      field: "order_date: D",
      rows: ["01/02/2024", ...Array.from({ length: 20 }, () => "2024-02-13")],
      hint: 'All other dates of "D" are clear: fix in.csv:2. Or say what it means: "01/02/2024" is 1 February',
    },
    {
      name: "an expression, by what stands in its field",
      field: `order_date: { expr: 'date(row["D"])' }`,
      rows: ["01/02/2024"],
      hint: '"01/02/2024" is 1 February 2024 with dates: ["d/M/yyyy"], 2 January 2024 with dates: ["M/d/yyyy"] in the field at map.yaml:5.',
    },
  ])("and says what to do about $name", async ({ field, rows, hint }) => {
    const text = ["SKU;D", ...rows.map((cell, at) => `A${at};${cell}`)].join("\n");
    const files = { ...table("", text), "map.yaml": orders(field) };
    expect((await errorOf(stagedJob(files))).hint).toContain(hint);
  });

  it("and answers for all columns at once where all are in the same doubt", async () => {
    const files = {
      ...table("", "SKU;D;S\nA;01/02/2024;03/04/2024"),
      "map.yaml": orders("order_date: D\n  ship_by_date: S"),
    };
    expect((await errorOf(stagedJob(files))).hint).toContain(
      '"01/02/2024" is 1 February 2024 with source: { dates: ["d/M/yyyy"] }, 2 January 2024 with source: { dates: ["M/d/yyyy"] }',
    );
  });

  it("and its answer, written down, reads the whole column", async () => {
    const files = {
      ...table("", "SKU;D\nA;01/02/2024\nB;2024-02-13T10:00:00Z"),
      "map.yaml": orders(`order_date: { from: D, dates: ["d/M/yyyy"] }`),
    };
    await using staged = await stagedJob(files);
    expect((await staged.problems()).filter((text) => text.includes("order_date"))).toEqual([]);
  });

  it("and columns of one expression that are not written alike", async () => {
    const files = table(
      `retail_price: { expr: 'number(row["P"]) + number(row["Q"])', round: 2 }`,
      "SKU;P;Q\nA;1,5;2.5",
    );
    expect(await faultsOf(files)).toEqual([
      'map.yaml:5:3: one expression reads columns that are not written alike: "P" has decimal ",", "Q" has decimal "."',
    ]);
  });
});

it("tells a spreadsheet's day number for what it is, in its cell", async () => {
  await using staged = await stagedJob({
    ...table("", "SKU;D\nA;45231\nB;13/02/2024"),
    "map.yaml": "version: 1\nresource: sales_orders\nfields: { order_number: SKU, order_date: D }\n",
  });
  expect((await staged.problems()).join("\n")).toContain(
    `in.csv:2 column "D" = "45231" → order_date: "45231" looks like a spreadsheet's day number (2023-11-01, if it counts from 1900)`,
  );
});

describe("a number that may be read in two ways and that no column shows is never guessed", () => {
  const lookup = "retail_price: { from: P, lookup: { file: prices.csv, key: k, value: v } }";
  test.each([
    { name: "looked up", fields: lookup, cell: "x", more: { "prices.csv": "k;v\nx;1.234\n" } },
    {
      name: "bound in an expression",
      fields: `retail_price: { expr: 'cel.bind(p, row["P"], number(p))' }`,
      cell: "1.234",
    },
    { name: "of a column that is computed", fields: `retail_price: { expr: 'number(row["" + "P"])' }`, cell: "1.234" },
    {
      name: "found by an index",
      above: `index: { price: { key: 'row["SKU"]', value: 'row["P"]' } }\n`,
      fields: `retail_price: { expr: 'number(price(row["SKU"]))' }`,
      cell: "1.234",
    },
  ])("$name", async ({ fields, cell, more = {}, above = "" }) => {
    await using staged = await stagedJob({ ...table(fields, `SKU;P\nA;${cell}`, above), ...more });
    expect(await staged.problems()).toEqual([expect.stringContaining("may be read in two ways")]);
  });

  it("in pieces of an expression", async () => {
    await using staged = await stagedJob({
      ...table("name: SKU", "SKU;P\nA;1.234|2.500"),
      "map.yaml": `${products("name: SKU")}children:\n  kit_items:\n    each: { expr: 'row["P"].split("|")' }\n    fields: { sku: SKU, quantity: item }\n`,
    });
    expect((await staged.problems()).join("\n")).toContain("may be read in two ways");
  });

  it("nor in what an index is made of", async () => {
    await using staged = await stagedJob(
      table(
        `retail_price: { expr: 'number(price(row["SKU"], "0"))' }`,
        "SKU;P\nA;1.234",
        `index: { price: { key: 'row["SKU"]', value: 'string(number(row["P"]))' } }\n`,
      ),
    );
    expect((await staged.open()).map(({ payload }) => payload.retail_price)).toEqual([0]);
  });

  it("but JSON has numbers with a point", async () => {
    expect(
      await payloadsOf({
        "import.yaml": job("in.json"),
        "map.yaml": products(`retail_price: { expr: 'cel.bind(p, row["P"], number(p))' }\nunit_cost: P`),
        "in.json": '[{ "SKU": "A", "P": 1.234 }]',
      }),
    ).toEqual([{ sku: "A", retail_price: 1.234, unit_cost: 1.234 }]);
  });
});

describe("a path that no JSON element has", () => {
  const files = (fields: string, json: string): Files => ({
    "import.yaml": job("in.json"),
    "map.yaml": products(fields),
    "in.json": json,
  });

  it("stops the job, with the nearest that occurs", async () => {
    expect(await faultsOf(files("name: title.tex", '[{"SKU":"A"},{"SKU":"B","title":{"text":null}}]'))).toEqual([
      expect.stringMatching(
        /^map\.yaml:5:9: "title\.tex" is in no element of in\.json\. Did you mean "title\.text"\?$/,
      ),
    ]);
  });

  test.each([
    { fields: "name: title.text", json: '[{"SKU":"A"},{"SKU":"B","title":{"text":null}}]' },
    { fields: "name: { from: title, optional: true }", json: '[{"SKU":"A"}]' },
    { fields: "name: { from: [title, SKU] }", json: '[{"SKU":"A"}]' },
    { fields: "name: title", json: "[]" },
  ])("is none: $fields in $json", async ({ fields, json }) => {
    await using staged = await stagedJob(files(fields, json));
    expect(staged.warnings.filter((text) => !text.includes("no rows"))).toEqual([]);
  });

  it("is looked for in the elements of nested lists", async () => {
    const json = '[{"SKU":"A","lines":[{"s":"1"}]},{"SKU":"B","lines":[{"s":"1","q":2}]}]';
    const children = "children: { kit_items: { each: lines, fields: { sku: s, quantity: qty } } }";
    const [fault] = await faultsOf({
      ...files("type: { value: KIT }", json),
      "map.yaml": `${products("type: { value: KIT }")}${children}\n`,
    });
    expect(fault).toContain('"qty" is in no element of');
  });
});

describe("a header that comes out as one column is told before the columns that are missing", () => {
  test.each([
    { text: "sep=;\nSKU,P\nA,1", why: ' with cells separated by ";", as its first line "sep=;" says' },
    { text: "SKU#P\nA#1", why: ' with cells separated by ","' },
  ])("$text", async ({ text, why }) => {
    const [first, ...others] = await faultsOf(table("retail_price: P", text));
    expect(first).toMatch(/^in\.csv: its header is a single column, "SKU[,#]P",/);
    expect(first?.endsWith(why)).toBe(true);
    expect(others.length).toBeGreaterThan(0);
  });
});

describe("standard input", () => {
  const files = table("retail_price: P", "");

  it("is a file that only its owner may read, until the command is over", async () => {
    await using folder = await jobFolder({ ...files, "import.yaml": job("-") });
    const given = await folder.loadJob();
    const spool = join(given.state, "stdin");
    {
      await using stdinCopy = await copyStreams(given, { stdin: Readable.from(["SKU,P\n", "A,1.5\n"]) });
      const [name = ""] = await readdir(spool);
      expect((await stat(join(spool, name))).mode & 0o777).toBe(0o600);
      const [input] = await prepareInputs(stdinCopy.job);
      expect([...(input?.infos.values() ?? [])].map(({ path }) => path)).toEqual(["-"]);
    }
    expect(await readdir(spool)).toEqual([]);
  });

  it("that a killed process left is removed", async () => {
    await using folder = await jobFolder({ ...files, "import.yaml": job("-") });
    const given = await folder.loadJob();
    await using _first = await copyStreams(given, { stdin: Readable.from(["SKU,P\n"]) });
    await writeFile(join(given.state, "stdin", "999999999"), "left");
    await using _second = await copyStreams(given, { stdin: Readable.from(["SKU,P\n"]) });
    expect(await readdir(join(given.state, "stdin"))).toEqual([String(process.pid)]);
  });
});

describe("spreadsheet damage", () => {
  const cells = "SKU,Name\n00123,Cup\n00456,Caf\u00c3\u00a9\n789,Pot\n4.00638E+12,Lid";

  it("is a warning for each column and kind, with lines and a way to accept it", async () => {
    await using staged = await stagedJob(table("name: Name", cells));
    expect(staged.warnings).toEqual([
      expect.stringMatching(
        /^in\.csv: column "SKU": 1 cell \(line 5: "4\.00638E\+12"\) in scientific notation: .* source: \{ accept: \{ "SKU": \[scientific_notation\] \} \} in map\.yaml$/,
      ),
      expect.stringContaining('in.csv: column "SKU": 1 cell (line 4: "789") shorter than the others'),
      expect.stringContaining('in.csv: column "Name": 1 cell (line 3: "Caf\u00c3\u00a9") read in the wrong encoding'),
    ]);
    expect(await staged.problems()).toEqual([expect.stringContaining('column "SKU" = "4.00638E+12"')]);
  });

  it("is a problem of each cell under --strict", async () => {
    await using staged = await stagedJob(table("name: Name", cells), { strict: true });
    expect(await staged.fates()).toEqual([
      "in.csv:2 pending 00123",
      "in.csv:3 invalid 00456 damaged_cell",
      "in.csv:4 invalid 789 damaged_cell",
      "in.csv:5 invalid - damaged_key damaged_cell",
    ]);
    expect(await staged.problems()).toContainEqual(
      expect.stringMatching(/^in\.csv:4 column "SKU" = "789": shorter than the others/),
    );
  });

  it("is nothing where the mapping accepts it, or in columns that it does not use", async () => {
    const accept = "{ SKU: [scientific_notation, lost_leading_zeros] }";
    const files = table("name: { value: x }", cells, `source: { accept: ${accept} }\n`);
    await using staged = await stagedJob(files, { strict: true });
    expect(staged.warnings).toEqual([]);
    expect(await staged.problems()).toEqual([]);
  });

  it("can only be accepted in a column that is there, and by its name", async () => {
    expect(await faultsOf(table("", cells, "source: { accept: { SKV: [odd_spaces] } }\n"))).toEqual([
      'map.yaml: source.accept: no file has a column "SKV". Did you mean "SKU"?',
    ]);
    const [fault] = await faultsOf(table("", cells, "source: { accept: { SKU: [odd_space] } }\n"));
    expect(fault).toContain("odd_spaces");
  });

  it("stands in the summary", async () => {
    await using folder = await jobFolder(table("name: Name", cells));
    const { summary } = await check(await folder.loadJob());
    expect(summary.damage).toMatchObject([
      {
        input: "main",
        file: "in.csv",
        column: "SKU",
        kind: "scientific_notation",
        cells: 1,
        first: [{ line: 5, value: "4.00638E+12" }],
      },
      { kind: "lost_leading_zeros" },
      { column: "Name", kind: "mojibake" },
    ]);
  });
});

describe("words that stand for nothing are told before they are sent", () => {
  const text = "SKU;P;Q\nA;NULL;NULL\nB;x;NULL\nC;n/a;y";
  const warned = async (fields: string, above = "") => {
    await using folder = await jobFolder(table(fields, text, above));
    const [input] = await prepareInputs(await folder.loadJob());
    return input?.warnings ?? [];
  };

  it("by column, with what to write", async () => {
    expect(await warned("name: P\ndescription: Q")).toEqual([
      'in.csv: column "P": 2 cells (lines 2, 4: "NULL") with a word for nothing, which would be sent as it is: name it: source: { blank: ["NULL", "n/a"] }. If that is right: source: { accept: { "P": [stand_in_word] } } in map.yaml',
      expect.stringMatching(/^in\.csv: column "Q": 2 cells \(lines 2, 3: "NULL"\)/),
    ]);
  });

  test.each([
    { name: "that are named as blank", fields: "name: P", above: 'source: { blank: ["NULL", "n/a"] }\n' },
    { name: "of columns that nothing reads", fields: "", above: "" },
    {
      name: "that a map answers",
      fields: `name: { from: P, map: { "NULL": A, "n/a": B }, otherwise: keep }`,
      above: "",
    },
    {
      name: "that an expression asks for",
      fields: `name: { expr: 'row["P"] in ["NULL", "n/a"] ? "" : row["P"]' }`,
      above: "",
    },
    { name: "that are accepted", fields: "name: P", above: "source: { accept: { P: [stand_in_word] } }\n" },
  ])("but not those $name", async ({ fields, above }) => {
    expect(await warned(fields, above)).toEqual([]);
  });
});

describe("faults of files say whose they are", () => {
  it("of a join by its name in the job", async () => {
    const files = {
      "import.yaml": job("in.csv", ", join: { prices: price.csv }"),
      "map.yaml": products("retail_price: prices.P", "join: { prices: { on: { id: SKU }, one: true } }\n"),
      "in.csv": "SKU\nA\n",
    };
    const { message, hint } = await errorOf(stagedJob(files));
    expect(message).toBe("price.csv: there is no such file");
    expect(hint).toContain('The job names it as join.prices of the input "main"');
  });

  it("of several inputs with a hint for each", async () => {
    const input = (name: string) => `{ name: ${name}, file: ${name}.csv, mapping: ${name}.yaml }`;
    const files = {
      "import.yaml": `version: 1\ninputs: [${input("one")}, ${input("two")}]\n`,
      "one.yaml": products("name: Nme"),
      "one.csv": "SKU,Name\nA,B\n",
      "two.yaml": products("retail_price: P"),
      "two.csv": "SKU;P\nA;1,234\n",
    };
    const { hint = "" } = await errorOf(stagedJob(files));
    expect(hint.split("\n")).toEqual([
      expect.stringMatching(/^input "one": Fix one\.yaml/),
      expect.stringMatching(/^input "two": Say it in two\.yaml/),
    ]);
  });
});
