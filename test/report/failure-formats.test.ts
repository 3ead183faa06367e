import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { csvFailures, splitCells } from "../../src/report/failure-csv.ts";
import { annotated, jsonFailures } from "../../src/report/failure-json.ts";
import { failureNames } from "../../src/report/failure-names.ts";
import { csvInfo, stagedFile } from "./fake-results.ts";

const note = { outcome: "invalid", problem: "no price", column: "Price" } as const;

describe("a CSV row", () => {
  test.each([
    { claim: "gets three cells", header: "A,B", row: "1,2", is: "1,2,invalid,no price,Price" },
    {
      claim: "gets new cells for old ones",
      header: "A,B,_import_outcome,_import_problem,_import_column",
      row: '1,"2,\n""",rejected,"old; , ""one""",A',
      is: '1,"2,\n""",invalid,no price,Price',
    },
    {
      claim: "loses old cells also where a spreadsheet moved them",
      header: '_import_problem,A,"_import_outcome", _import_column ,B',
      row: "old,1,failed,A,2",
      is: "1,2,invalid,no price,Price",
    },
    {
      claim: "that was added by hand without them keeps all of its own",
      header: "A,B,C,D,_import_outcome,_import_problem,_import_column",
      row: "1,pending,3,4",
      is: "1,pending,3,4,invalid,no price,Price",
    },
    {
      claim: "that is ragged loses its old cells too",
      header: "A,B,_import_outcome,_import_problem,_import_column",
      row: '1,2,3,invalid,"row 4: 2 cells expected, 3 found",',
      is: "1,2,3,invalid,no price,Price",
    },
    {
      claim: "loses notes of which a spreadsheet dropped the last, blank cell",
      header: "A,B,_import_outcome,_import_problem,_import_column",
      row: "1,2,failed,row 3",
      is: "1,2,invalid,no price,Price",
    },
  ])("$claim", ({ header, row, is }) => {
    const format = csvFailures({ ...csvInfo, headerRaw: header });
    expect(format.row(row, note, true)).toBe(`${is}\n`);
  });

  it("of a file without quoted cells gets cells without quotes", () => {
    const format = csvFailures({ ...csvInfo, delimiter: "\t", quote: "none", headerRaw: `A\tB\t_import_outcome` });
    const problem = 'row 1: column "B"\t= "x"';
    expect(format.row('12" pan\t"x\tfailed', { ...note, problem }, true)).toBe(
      '12" pan\t"x\tinvalid\trow 1: column "B" = "x"\tPrice\n',
    );
  });

  test.each([
    { delimiter: ",", problem: 'a, "b"', is: '1,invalid,"a, ""b""",' },
    { delimiter: ";", problem: "a, b; c", is: '1;invalid;"a, b; c";' },
    { delimiter: "\t", problem: "a, b; c", is: "1\tinvalid\ta, b; c\t" },
  ])("is quoted for the delimiter $delimiter", ({ delimiter, problem, is }) => {
    const format = csvFailures({ ...csvInfo, delimiter, headerRaw: "A" });
    expect(format.row("1", { ...note, problem, column: "" }, true)).toBe(`${is}\n`);
  });
});

describe("splitting a record", () => {
  const cell = fc.oneof(
    fc.string({ unit: fc.constantFrom("a", " ", "ä", "x"), maxLength: 5 }),
    fc
      .string({ unit: fc.constantFrom("a", '"', ",", ";", "\t", "\n", "\r", " "), maxLength: 6 })
      .chain((text) => fc.constantFrom("", " ").map((space) => `${space}"${text.replaceAll('"', '""')}"${space}`)),
  );
  const record = fc.tuple(fc.array(cell, { minLength: 1, maxLength: 6 }), fc.constantFrom(",", ";", "\t"));

  it("finds the cells that were put together, and the delimiter puts them together again", () => {
    fc.assert(
      fc.property(record, ([cells, delimiter]) => {
        expect(splitCells(cells.join(delimiter), delimiter)).toEqual(cells);
      }),
    );
  });

  it("agrees with the parser about the number of cells", () => {
    fc.assert(
      fc.property(record, ([cells, delimiter]) => {
        const raw = cells.join(delimiter);
        fc.pre(raw.trim() !== "");
        const [parsed] = parse(raw, {
          delimiter,
          trim: true,
          relax_column_count: true,
          record_delimiter: "\u0000",
        }) as string[][];
        expect(splitCells(raw, delimiter).length).toBe(parsed?.length);
      }),
    );
  });

  it("takes linear time for a long cell full of quotes", () => {
    const raw = `x${'"'.repeat(1_000_000)}`;
    expect(splitCells(raw, ",")).toEqual([raw]);
  });
});

describe("a JSON element", () => {
  const added = '"_import": {"outcome":"invalid","problem":"no price","column":"Price"}';
  test.each([
    { raw: "{}", is: `{${added}}` },
    { raw: "{ }", is: `{${added} }` },
    { raw: '{"a":1.10}', is: `{"a":1.10, ${added}}` },
    { raw: '{\n  "a": "}",\n  "b": []\n}', is: `{\n  "a": "}",\n  "b": [], ${added}\n}` },
    { raw: '{"_import":{"outcome":"failed"},"a":1}', is: `{"a":1, ${added}}` },
    { raw: '{"a":1,"\\u005fimport":[{},"\\"}"], "b":2}', is: `{"a":1, "b":2, ${added}}` },
    { raw: '{"a":{"_import":1}}', is: `{"a":{"_import":1}, ${added}}` },
    { raw: "[1]", is: "[1]" },
    { raw: '"text"', is: '"text"' },
    { raw: "{broken", is: "{broken" },
  ])("$raw becomes $is", ({ raw, is }) => {
    expect(annotated(raw, note)).toBe(is);
  });

  it("keeps its content, and a second note replaces the first", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(0, 2), (element, indent) => {
        const raw = JSON.stringify(element, null, indent);
        const once = annotated(raw, { ...note, problem: "another one" });
        const twice = annotated(once, note);
        const { _import: _, ...rest } = JSON.parse(raw) as Record<string, unknown>;
        expect(JSON.parse(twice)).toEqual({ ...rest, _import: note });
        expect(annotated(twice, note)).toBe(twice);
      }),
    );
  });

  it("stands in an array at the path at which it was", () => {
    const format = jsonFailures({ ...csvInfo, format: "json", records: "data.orders" });
    const text = format.head + format.row("{}", note, true) + format.row("7", note, false) + format.foot;
    expect(JSON.parse(text)).toEqual({ data: { orders: [{ _import: note }, 7] } });
  });
});

describe("names of failures files", () => {
  test.each([
    { claim: "the input's", files: [stagedFile(1, "orders")], are: ["orders.csv"] },
    {
      claim: "the input's and join's",
      files: [stagedFile(1, "orders"), stagedFile(2, "orders", { join: "details" })],
      are: ["orders.csv", "orders.details.csv"],
    },
    {
      claim: "the input's and file's when there are several, numbered when that is the same",
      files: ["in/jan.csv", "in/feb.csv.gz", "old/JAN.csv"].map((file, at) => stagedFile(at + 1, "orders", { file })),
      are: ["orders.jan.csv", "orders.feb.csv", "orders.JAN.2.csv"],
    },
    {
      claim: "told apart when an input is called like another's join",
      files: [stagedFile(1, "orders"), stagedFile(2, "orders", { join: "details" }), stagedFile(3, "orders.details")],
      are: ["orders.csv", "orders.details.orders.csv", "orders.details.orders.details.csv"],
    },
    {
      claim: "in one folder, whatever the input is called",
      files: [stagedFile(1, "../a/b"), stagedFile(2, "a:b")],
      are: ["__a_b.csv", "a_b.csv"],
    },
    {
      claim: "given the format's extension",
      files: [stagedFile(1, "orders", { file: "-", info: { ...csvInfo, format: "ndjson" } })],
      are: ["orders.ndjson"],
    },
  ])("are $claim", ({ files, are }) => {
    expect([...failureNames(files).values()]).toEqual(are);
  });
});
