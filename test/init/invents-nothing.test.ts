// A header that means nothing gives nothing; and whatever a header holds, what is written can be read again.
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { parse } from "yaml";
import { proposeImport } from "../../src/init/init.ts";
import { allLines } from "../../src/init/proposal/proposal.ts";
import { writeJob } from "../../src/init/proposal/write-job.ts";
import { writeMapping } from "../../src/init/proposal/write-mapping.ts";
import { loadMapping } from "../../src/map/definition/load-mapping.ts";
import type { ImportError } from "../../src/model/error.ts";
import { columnsWith, sampleOf } from "./samples.ts";

describe("nothing is invented", () => {
  test.each([
    { header: "a,b,c", row: "1,2,3" },
    { header: "Foo,Bar", row: "x,y" },
    { header: "id,name", row: "7,Ann" },
    { header: "Code,Label,Value", row: "A1,Blue,12.50" },
    { header: "timestamp,level,message", row: "2024-03-09T10:00:00Z,info,started" },
    { header: "first_name,last_name,email,phone,city", row: "Ann,Lee,ann@example.com,555,Aarhus" },
    { header: "employee id,name,department,salary", row: "17,Ann Lee,Sales,1200.00" },
    { header: "1,2,3", row: "sku,name,price" },
    { header: "latitude,longitude,country", row: "56.1,10.2,DK" },
  ])("for the columns $header, all lines are questions or comments, and so is what the file is", ({ header, row }) => {
    const { mappings } = proposeImport([sampleOf("export.csv", `${header}\n${row}\n`)]);
    expect(mappings).toHaveLength(1);
    expect(mappings.flatMap(allLines).filter((line) => line.kind === "guess" && line.confidence !== "low")).toEqual([]);
    expect(mappings[0]?.kindTodo).toContain("required: resource:");
  });

  it.each(["Foo\nx\n", "just a sentence\nand another\n"])("for the text %j, which is no table", (text) => {
    const error = errorOf(() => proposeImport([sampleOf("export.csv", text)]));
    expect(error.code).toBe("USAGE");
    expect(error.message).toContain("export.csv: it is no table");
    expect(error.hint).toContain("Nothing was written");
  });

  it("where a person leaves every file out", () => {
    const roles = new Map([["products", "unknown" as const]]);
    const error = errorOf(() => proposeImport([sampleOf("products.csv", "SKU,Name,Price\nA,Cup,4.50\n")], { roles }));
    expect(error.message).toContain("nothing is left to import: products.csv");
  });

  it("a file that means nothing is named beside one that is known, and gets no mapping", () => {
    const proposal = proposeImport([
      sampleOf("foo.csv", "Foo,Bar\nx,y\n"),
      sampleOf("products.csv", "SKU,Name,Price\nA,Cup,4.50\n"),
    ]);
    expect(proposal.mappings.map(({ name }) => name)).toEqual(["products"]);
    expect(proposal.unrecognised).toEqual([{ shown: "foo.csv", columns: ["Foo", "Bar"] }]);
  });
});

describe("nothing is thrown away", () => {
  const odd = "Name,Barcode,Sales Price,Cost\nBlue cup,4006381333931,4.50,2.10\n";

  it("of a file without a key: what is recognised is written, and the key is a question", () => {
    const [mapping] = proposeImport([sampleOf("export.csv", odd)]).mappings;
    expect(mapping).toMatchObject({ resource: "products", role: "products" });
    const lines = mapping === undefined ? [] : allLines(mapping);
    expect(lines.flatMap((line) => (line.kind === "guess" ? [`${line.path}: ${line.confidence}`] : []))).toEqual(
      expect.arrayContaining(["name: medium", "upc: medium", "retail_price: medium", "unit_cost: medium"]),
    );
    expect(lines.flatMap((line) => (line.kind === "todo" && line.isRequired ? [line.path] : []))).toContain("sku");
  });

  it("beside a file that is known, and the job leaves it out until somebody says what it is", () => {
    const proposal = proposeImport([
      sampleOf("products.csv", "SKU,Name,Price\nA,Cup,4.50\n"),
      sampleOf("odd.csv", odd),
    ]);
    const job = writeJob(proposal, { schema: "s.json", account: "x", fileOf: (shown) => shown }).text;
    expect(proposal.mappings.map(({ name }) => name)).toEqual(["products", "odd"]);
    expect(parse(job).inputs).toEqual([{ name: "products", file: "products.csv", mapping: "products.yaml" }]);
    expect(parse(job.replace(/^#(?! )|^#(?= {2})/gm, "")).inputs).toHaveLength(2);
  });
});

describe("cells have the last word", () => {
  test.each([
    { column: "Price", cells: ["cheap", "dear", "free"], path: "retail_price" },
    { column: "UPC", cells: ["north", "south", "east"], path: "upc" },
    { column: "Barcode", cells: ["2024-01-05", "2024-01-06", "2024-01-07"], path: "upc" },
    { column: "Name", cells: ["1", "2", "3"], path: "name" },
    { column: "Cost", cells: ["a", "b", "4"], path: "unit_cost" },
  ])('"$column" with $cells is no $path', ({ column, cells, path }) => {
    const proposal = proposeImport([
      columnsWith("products.csv", {
        SKU: ["A-1", "A-2", "A-3"],
        Category: ["x", "y", "x"],
        Title: ["Cup", "Lid", "Pot"],
        [column]: cells,
      }),
    ]);
    expect(
      proposal.mappings
        .flatMap(allLines)
        .filter((line) => line.kind === "guess" && line.path === path && line.columns.includes(column)),
    ).toEqual([]);
    expect(proposal.mappings[0]?.unused).toContain(column);
  });

  it("no column serves two fields, and no field has two columns of the same kind", () => {
    const proposal = proposeImport([
      columnsWith("products.csv", {
        SKU: ["A"],
        "Product SKU": ["B"],
        Name: ["Cup"],
        Title: ["Mug"],
        Price: ["4"],
        "Retail Price": ["5"],
      }),
    ]);
    const guesses = proposal.mappings.flatMap(allLines).flatMap((line) => (line.kind === "guess" ? [line] : []));
    expect(new Set(guesses.map(({ path }) => path)).size).toBe(guesses.length);
    expect(guesses.filter(({ columns }) => columns.length > 1)).toEqual([]);
  });
});

it("whatever a header and cells hold, the mapping that is written can be read again with the same columns", () => {
  const text = fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 12 })
    .map((name) => name.trim())
    .filter((name) => name !== "");
  const extra = fc.array(
    fc.tuple(fc.constantFrom("Price", "Title", "Category", "Order", "Weight kg", "Status"), text),
    { maxLength: 4 },
  );
  fc.assert(
    fc.property(text, extra, fc.array(text, { minLength: 1, maxLength: 4 }), (odd, names, cells) => {
      const columns = Object.fromEntries([
        ["SKU", cells],
        ["Product Name", cells],
        ...names.map(([name, tail]) => [`${name} ${tail}`, cells]),
        [odd, cells],
      ]);
      const { mappings } = proposeImport([columnsWith("products.csv", columns)]);
      for (const mapping of mappings) {
        const loaded = loadMapping(writeMapping(mapping, { schema: "s.json", shipped: undefined }).text, "m.yaml");
        const wanted = mapping.lines.flatMap((line) =>
          line.kind === "guess" && line.confidence !== "low" ? [line.path] : [],
        );
        expect(loaded.fields.map(({ path }) => path)).toEqual(wanted);
        for (const { alternatives } of loaded.fields)
          for (const { source } of alternatives)
            if (source.kind === "from") for (const name of source.columns) expect(Object.keys(columns)).toContain(name);
      }
    }),
    { numRuns: 300 },
  );
});

function errorOf(act: () => unknown): ImportError {
  try {
    act();
  } catch (error) {
    return error as ImportError;
  }
  throw new Error("it did not fail");
}
