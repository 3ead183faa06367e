import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { outcomes } from "../../src/model/outcome.ts";
import type { Problem } from "../../src/model/problem.ts";
import { resultColumns, resultLine, writeResults } from "../../src/report/results.ts";
import { runFiles } from "../../src/report/row-outcome.ts";
import { parseResults, parseTable } from "../e2e/table.ts";
import { entry, type FakeRow, fakeResults, resultRow, stagedFile, temporaryFolder } from "./fake-results.ts";

const files = [
  stagedFile(1, "orders"),
  stagedFile(2, "orders", { join: "details", file: "details.csv" }),
  stagedFile(3, "orders", { join: "customers", file: "customers.csv", kind: "reference" }),
];

const tooSmall: Problem = {
  code: "too_small",
  message: "must be greater than 0",
  path: "items[1].quantity",
  file: "orders.csv",
  line: 9,
  row: 8,
  column: "Qty",
  value: "0",
};
const conflict: Problem = {
  code: "group_conflict",
  message: "Status differs from the first row",
  severity: "warning",
  file: "orders.csv",
  line: 8,
  row: 7,
  column: "Status",
  value: "open",
};
const refused: Problem = { code: "api_refused", message: "the API refused this order" };
const constant: Problem = {
  code: "not_allowed",
  message: "is not a status",
  path: "order_status",
  file: "mappings/orders.yaml",
  line: 14,
};
const ofCustomer: Problem = { ...tooSmall, file: "customers.csv", line: 3, row: 2, column: "Name", code: "too_long" };
const ragged: Problem = {
  code: "ragged_row",
  message: "2 cells expected, 3 found",
  file: "orders.csv",
  line: 8,
  row: 7,
};

// Every row here is row 7 on line 8 of orders.csv.
describe("the problem that a line shows", () => {
  const blank = { code: null, path: null, column: null, value: null, message: null };
  const own = {
    code: "too_small",
    path: "items[1].quantity",
    column: "Qty",
    value: "0",
    message: "must be greater than 0",
  };
  const warned = {
    code: "group_conflict",
    path: null,
    column: "Status",
    value: "open",
    message: "Status differs from the first row",
  };
  const sameEntry = { ...blank, code: "same_entry", message: "orders.csv:9: must be greater than 0" };
  test.each<{ readonly claim: string; readonly row: FakeRow; readonly shows: Record<string, string | null> }>([
    {
      claim: "its own cell's",
      row: { entry: entry("invalid", { problems: [{ ...tooSmall, line: 8, row: 7 }] }) },
      shows: own,
    },
    {
      claim: "its own by line where no row number is known",
      row: { entry: entry("rejected", { problems: [{ ...withoutRow(tooSmall), line: 8 }] }) },
      shows: own,
    },
    {
      claim: "its own error before its own warning",
      row: { entry: entry("invalid", { problems: [conflict, { ...tooSmall, line: 8, row: 7 }] }) },
      shows: own,
    },
    {
      claim: "another row's as same_entry",
      row: { entry: entry("invalid", { problems: [tooSmall] }) },
      shows: sameEntry,
    },
    {
      claim: "same_entry although it has a warning, which is not the reason",
      row: { entry: entry("invalid", { problems: [conflict, tooSmall] }) },
      shows: sameEntry,
    },
    {
      claim: "the same row number of another file as same_entry",
      row: { entry: entry("invalid", { problems: [{ ...tooSmall, file: "details.csv", row: 7 }] }) },
      shows: { ...sameEntry, message: "details.csv:9: must be greater than 0" },
    },
    {
      claim: "the entry's problem that has no cell",
      row: { entry: entry("rejected", { problems: [refused] }) },
      shows: { ...blank, code: "api_refused", message: "the API refused this order" },
    },
    {
      claim: "the mapping's line in the message when a constant is at fault",
      row: { entry: entry("invalid", { problems: [constant] }) },
      shows: {
        ...blank,
        code: "not_allowed",
        path: "order_status",
        message: "mappings/orders.yaml:14: is not a status",
      },
    },
    {
      claim: "a reference file's cell in the message, not as a column of its own",
      row: { entry: entry("invalid", { problems: [ofCustomer] }) },
      shows: {
        ...blank,
        code: "too_long",
        path: "items[1].quantity",
        message: "customers.csv:3: must be greater than 0",
      },
    },
    {
      claim: "a fault of the row itself, before all others",
      row: { problems: [ragged], entry: entry("invalid", { problems: [refused, tooSmall] }) },
      shows: { ...blank, code: "ragged_row", message: "2 cells expected, 3 found" },
    },
    {
      claim: "a fault of a row without an entry",
      row: { outcome: "invalid", problems: [ragged] },
      shows: { ...blank, code: "ragged_row", message: "2 cells expected, 3 found" },
    },
    { claim: "nothing when it was accepted", row: { entry: entry("accepted", { action: "created" }) }, shows: blank },
    {
      claim: "its warning when it was accepted",
      row: { entry: entry("accepted", { action: "created", problems: [conflict] }) },
      shows: warned,
    },
    {
      claim: "nothing when it was accepted and another row has a warning",
      row: { entry: entry("accepted", { problems: [{ ...conflict, row: 6, line: 7 }] }) },
      shows: blank,
    },
    { claim: "nothing when it is pending without a reason", row: { entry: entry("pending") }, shows: blank },
  ])("is $claim", ({ row, shows }) => {
    const line = resultLine(resultRow({ number: 7, ...row }), runFiles(files));
    const { code, path, column, value, message } = line;
    expect({ code, path, column, value, message }).toEqual(shows);
  });
});

describe("results.csv", () => {
  it("has these columns, and a line for each row in input order", async () => {
    await using folder = await temporaryFolder();
    const created = entry("accepted", { key: "SO-1", action: "created", remoteId: "77", attempts: 1, httpStatus: 201 });
    const rows: readonly FakeRow[] = [
      { entry: created },
      { entry: entry("invalid", { key: "=1+1", problems: [{ ...tooSmall, line: 3, row: 2 }] }) },
      { outcome: "excluded", line: 6 },
      { fileId: 2, entry: created },
    ];
    const count = await writeResults(fakeResults(files, rows), 1, folder.path, {
      resourceOf: { orders: "sales_orders" },
    });
    expect(count).toBe(4);
    expect(await readFile(join(folder.path, "results.csv"), "utf8")).toBe(
      [
        "input,file,line,row,resource,key,outcome,action,remote_id,attempts,http_status,code,path,column,value,message",
        "orders,orders.csv,2,1,sales_orders,SO-1,accepted,created,77,1,201,,,,,",
        "orders,orders.csv,3,2,sales_orders,'=1+1,invalid,,,0,,too_small,items[1].quantity,Qty,0,must be greater than 0",
        "orders,orders.csv,6,3,sales_orders,,excluded,,,0,,,,,,",
        "orders.details,details.csv,2,1,sales_orders,SO-1,accepted,created,77,1,201,,,,,",
        "",
      ].join("\n"),
    );
  });

  it("is there for a run without rows", async () => {
    await using folder = await temporaryFolder();
    await writeResults(fakeResults(files, []), 1, folder.path, { ndjson: true });
    expect(await readFile(join(folder.path, "results.csv"), "utf8")).toBe(`${resultColumns.join(",")}\n`);
    expect(await readFile(join(folder.path, "results.ndjson"), "utf8")).toBe("");
  });

  it("has as many lines as there are rows, and gives back every value, whatever is in it", async () => {
    const text = fc.string({
      unit: fc.constantFrom('"', ",", "\n", "\r", " ", "=", "-", "'", "7", "@", "\t", "(", "ä", "😀", "x"),
    });
    const rowArbitrary = fc.record({ outcome: fc.constantFrom(...outcomes), value: text, message: text });
    await fc.assert(
      fc.asyncProperty(fc.array(rowArbitrary, { maxLength: 9 }), async (drawn) => {
        await using folder = await temporaryFolder();
        const rows = drawn.map(({ outcome, value, message }, at): FakeRow => {
          const problem: Problem = { ...tooSmall, row: at + 1, line: at + 2, value, message };
          return outcome === "excluded" ? { outcome } : { entry: entry(outcome, { problems: [problem] }) };
        });
        const count = await writeResults(fakeResults(files, rows), 1, folder.path, { ndjson: true });
        const csv = parseResults(await readFile(join(folder.path, "results.csv"), "utf8"));
        const ndjson = (await readFile(join(folder.path, "results.ndjson"), "utf8")).split("\n").slice(0, -1);
        expect([count, csv.length, ndjson.length]).toEqual([rows.length, rows.length, rows.length]);
        for (const [at, { outcome, value, message }] of drawn.entries()) {
          const shows = outcome === "excluded" ? { outcome, value: "", message: "" } : { outcome, value, message };
          expect(csv[at]).toMatchObject(shows);
          if (outcome !== "excluded") expect(JSON.parse(ndjson[at] ?? "")).toMatchObject({ value, message });
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe("a cell of results.csv that a spreadsheet would run", () => {
  const files = [stagedFile(1, "orders", { file: "=cmd.csv" })];
  const shown = async (text: string) => {
    await using folder = await temporaryFolder();
    const problem: Problem = {
      ...tooSmall,
      file: "=cmd.csv",
      row: 1,
      line: 2,
      column: text,
      value: text,
      message: text,
    };
    const row: FakeRow = { entry: entry("invalid", { key: text, problems: [problem] }) };
    await writeResults(fakeResults(files, [row]), 1, folder.path, { ndjson: true });
    const [line] = parseTable(await readFile(join(folder.path, "results.csv"), "utf8"));
    const [exact] = parseResults(await readFile(join(folder.path, "results.csv"), "utf8"));
    const ndjson = JSON.parse(await readFile(join(folder.path, "results.ndjson"), "utf8")) as Record<string, unknown>;
    expect(line?.file).toBe("'=cmd.csv");
    for (const name of ["key", "column", "value", "message"] as const) {
      expect([ndjson[name], exact?.[name]]).toEqual([text, text]);
      expect(line?.[name]).toBe(line?.key);
    }
    return line?.key;
  };

  it.each([
    "=1+1",
    '=HYPERLINK("http://127.0.0.1","x")',
    "+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "-x",
    "-=1",
    "-.5",
    "-1+cmd|' /C calc'!A0",
    "-2*SUM(A1)",
    "'=1+1",
    "''@x",
  ])("%j begins with an apostrophe there, and is itself in results.ndjson", async (text) => {
    expect(await shown(text)).toBe(`'${text}`);
  });

  it.each(["-1", "-1.50", "-", "1+1", "x=1", "'quoted'", "' =1", " =1", ""])("%j is none", async (text) => {
    expect(await shown(text)).toBe(text);
  });
});

describe("results.ndjson", () => {
  it("has the same keys and all problems of the entry, the row's own first", async () => {
    await using folder = await temporaryFolder();
    const invalid = entry("invalid", { problems: [tooSmall, conflict, ragged] });
    await writeResults(fakeResults(files, [{ number: 7, entry: invalid, problems: [ragged] }]), 1, folder.path, {
      ndjson: true,
    });
    const line = JSON.parse(await readFile(join(folder.path, "results.ndjson"), "utf8")) as Record<string, unknown>;
    expect(Object.keys(line)).toEqual([...resultColumns, "problems"]);
    expect(line).toMatchObject({ line: 8, row: 7, remote_id: null, attempts: 0, code: "ragged_row" });
    expect(line.problems).toEqual([ragged, tooSmall, conflict]);
  });
});

function withoutRow({ row: _row, ...rest }: Problem): Problem {
  return rest;
}
