import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import iconv from "iconv-lite";
import { describe, expect, it, test } from "vitest";
import type { Problem } from "../../src/model/problem.ts";
import type { FileInfo, Row, SourceSettings } from "../../src/model/row.ts";
import { openInput } from "../../src/read/open.ts";
import { writeFailures } from "../../src/report/failures.ts";
import { csvInfo, entry, type FakeRow, fakeResults, stagedFile, temporaryFolder } from "./fake-results.ts";

const wrong: Problem = {
  code: "too_small",
  message: "must be greater than 0",
  path: "quantity",
  column: "Qty",
  value: "0",
};
const invalid = (row: number, problem: Partial<Problem> = {}) =>
  entry("invalid", { problems: [{ ...wrong, file: "orders.csv", row, line: row + 1, ...problem }] });

describe("failures/", () => {
  it("holds all rows of the entries that failed, and none that was only not reached", async () => {
    await using folder = await temporaryFolder();
    const group = invalid(3);
    const rows: readonly FakeRow[] = [
      { raw: "A,1", entry: entry("accepted", { action: "created" }) },
      { raw: "B,2", entry: group },
      { raw: "B,0", entry: group },
      { raw: "C,1", outcome: "excluded" },
      { raw: "D,1", entry: entry("pending") },
    ];
    const written = await writeFailures(fakeResults([stagedFile(1, "orders")], rows), 1, folder.path);
    expect(written).toEqual([{ name: "failures/orders.csv", input: "orders", rows: 2 }]);
    expect(await readFile(join(folder.path, "failures/orders.csv"), "utf8")).toBe(
      [
        "Order,Qty,_import_outcome,_import_problem,_import_column",
        "B,2,invalid,row 2: orders.csv:4: must be greater than 0,",
        'B,0,invalid,"row 3: column ""Qty"" = ""0"" → quantity: must be greater than 0",Qty',
        "",
      ].join("\n"),
    );
  });

  it("does not exist when everything made it", async () => {
    await using folder = await temporaryFolder();
    const rows: readonly FakeRow[] = [{ raw: "A,1", entry: entry("unchanged") }];
    expect(await writeFailures(fakeResults([stagedFile(1, "orders")], rows), 1, folder.path)).toEqual([]);
    expect(await readdir(folder.path)).toEqual([]);
  });

  it("is not looked for in files of which it is known that nothing failed", async () => {
    await using folder = await temporaryFolder();
    const results = fakeResults(
      [stagedFile(1, "orders"), stagedFile(2, "products")],
      [{ raw: "A,1", entry: invalid(1) }],
    );
    const asked: number[] = [];
    const watched: typeof results = {
      ...results,
      unmade(file) {
        asked.push(file);
        return results.unmade(file);
      },
    };
    const written = await writeFailures(watched, 1, folder.path, (file) => file === 1);
    expect(written.map(({ input }) => input)).toEqual(["orders"]);
    expect(asked).toEqual([1]);
  });

  it("joins several problems in one line, errors first, with only the first of the other rows", async () => {
    await using folder = await temporaryFolder();
    const elsewhere = [5, 6, 7].map((row) => ({
      ...wrong,
      file: "orders.csv",
      row,
      line: row + 1,
      message: "no\r\nprice",
    }));
    const problems: readonly Problem[] = [
      {
        ...wrong,
        file: "orders.csv",
        row: 1,
        severity: "warning",
        column: "Note",
        message: "odd",
        code: "case_variant",
      },
      { ...wrong, file: "orders.csv", row: 1 },
      { code: "api_refused", message: "first\nsecond" },
      ...elsewhere,
    ];
    const rows: readonly FakeRow[] = [{ raw: "A,1", entry: entry("rejected", { problems }) }];
    await writeFailures(fakeResults([stagedFile(1, "orders")], rows), 1, folder.path);
    const [, line] = (await readFile(join(folder.path, "failures/orders.csv"), "utf8")).split("\n");
    expect(line?.replaceAll('""', '"')).toBe(
      'A,1,rejected,"row 1: column "Qty" = "0" → quantity: must be greater than 0; first second; ' +
        "orders.csv:6: no price; 2 more in other rows of the same entry; " +
        'warning: column "Note" = "0" → quantity: odd",Qty',
    );
  });
});

// What is read back must be what was read: same raw text but for the `_import_*` cells, same cells.
describe("a failures file is an input again", () => {
  const messy = ['"a ""quoted"" one", 5 ', '"two\nlines",6', "plain,7", '  "x,y"  ,8', '"",""'];
  test.each<{
    readonly name: string;
    readonly file?: string;
    readonly text: string;
    readonly settings?: SourceSettings;
    readonly encoding?: string;
    readonly bom?: boolean;
  }>([
    { name: "quotes, line ends in cells, outer spaces", text: ["Order,Qty", ...messy].join("\n") },
    { name: "CR LF", text: ["Order,Qty", ...messy, ""].join("\r\n") },
    { name: "a byte order mark", text: ["Order,Qty", ...messy].join("\r\n"), bom: true },
    { name: "semicolons", text: 'Order;Qty\nA;1,5\n"B;";2\n' },
    { name: "one column", text: 'Order\nA\n"B,"\n' },
    { name: "tabs", file: "orders.tsv", text: 'Order\tQty\nA\t1\n"B\t"\t2\n' },
    {
      name: "windows-1252",
      text: "Größe,Preis\nXL,5 €\n“L”,4\n",
      encoding: "windows-1252",
      settings: { encoding: "windows-1252" },
    },
    { name: "utf-16le with a byte order mark", text: "Größe,Preis\r\nXL,5 €\r\n", encoding: "utf-16le", bom: true },
    {
      name: "JSON with its path",
      file: "orders.json",
      text: '{"data":{"orders":[{"a": 1.10},\n{"a":\n "}"}, {}]}}',
      settings: { records: "data.orders" },
    },
    { name: "JSON at the top", file: "orders.json", text: '[{"a": 12345678901234567890, "b": [1, {"c": "\\","}]}]' },
    { name: "NDJSON", file: "orders.ndjson", text: '{"a": 1.0}\n\n{"b": {"_import": 1}}\nnot json\n[1]\n' },
  ])("with $name", async ({ file = "orders.csv", text, settings = {}, encoding = "utf-8", bom = false }) => {
    await using folder = await temporaryFolder();
    const first = join(folder.path, file);
    await writeFile(first, iconv.encode((bom ? "\uFEFF" : "") + text, encoding, { addBOM: false }));
    const original = await readAll(first, settings);

    const again = await failAll(folder.path, original, settings);
    expect(again.rows.map(({ cells }) => cells)).toEqual(original.rows.map(({ cells }) => cells));
    expect(again.rows.map(({ fault }) => fault?.code)).toEqual(original.rows.map(({ fault }) => fault?.code));
    const { encoding: writtenIn, bom: hasBom, newline, delimiter } = again.info;
    const { info } = original;
    expect({ writtenIn, hasBom, newline, delimiter }).toEqual({
      writtenIn: info.encoding,
      hasBom: info.bom,
      newline: info.newline,
      delimiter: info.delimiter,
    });

    // And once more: the old notes are replaced, so nothing grows.
    const third = await failAll(folder.path, again, settings);
    expect(third.rows.map(({ raw }) => raw)).toEqual(again.rows.map(({ raw }) => raw));
    expect(third.info.headerRaw).toBe(again.info.headerRaw);
  });

  it("keeps the bytes of every row in the encoding they came in", async () => {
    await using folder = await temporaryFolder();
    const info: FileInfo = { ...csvInfo, encoding: "windows-1252", headerRaw: "Größe,Preis", newline: "\r\n" };
    const problem: Partial<Problem> = { message: "→ 漢 is no price", column: "Preis", value: "5 €" };
    const rows: readonly FakeRow[] = [{ raw: "“XL”,5 €", entry: invalid(1, problem) }];
    await writeFailures(fakeResults([stagedFile(1, "orders", { info })], rows), 1, folder.path);
    const bytes = await readFile(join(folder.path, "failures/orders.csv"));
    expect(bytes.subarray(0, 11)).toEqual(Buffer.from("Gr\xF6\xDFe,Preis", "latin1"));
    const text = iconv.decode(bytes, "windows-1252");
    expect(text.split("\r\n")[1]).toMatch(
      /^“XL”,5 €,invalid,"row 1: column ""Preis"" = ""5 €"" \? quantity: \? \? is no price",Preis$/,
    );
  });

  it("writes what came compressed uncompressed", async () => {
    await using folder = await temporaryFolder();
    const file = stagedFile(1, "orders", { file: "orders.csv.gz", info: { ...csvInfo, gzip: true } });
    const written = await writeFailures(fakeResults([file], [{ raw: "A,0", entry: entry("failed") }]), 1, folder.path);
    expect(written.map(({ name }) => name)).toEqual(["failures/orders.csv"]);
    expect(await readFile(join(folder.path, "failures/orders.csv"), "utf8")).toContain("\nA,0,failed,row 1,\n");
  });
});

describe("a ragged row", () => {
  const text = "Order,Date,Qty\nA,2024,1,1\nB,1\nC,2024,3\n";

  it("is as ragged in the failures file as it was, once and again", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "orders.csv");
    await writeFile(path, text);
    let read = await readAll(path, {});
    for (const round of [1, 2, 3]) {
      read = await failAll(folder.path, read, {});
      expect(
        read.rows.map(({ fault }) => fault?.code),
        `round ${round}`,
      ).toEqual(["ragged_row", "ragged_row", undefined]);
      expect(read.rows.map(({ raw }) => raw.replace(/,invalid,.*$/, ""))).toEqual(["A,2024,1,1", "B,1", "C,2024,3"]);
    }
  });

  it("is whole when the odd cell is removed or added", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "orders.csv");
    await writeFile(path, text);
    await failAll(folder.path, await readAll(path, {}), {});
    const failures = join(folder.path, "failures/orders.csv");
    const fixed = (await readFile(failures, "utf8")).replace("A,2024,1,1,", "A,2024,1,").replace("B,1,", "B,2024,1,");
    await writeFile(failures, fixed);
    const { rows } = await readAll(failures, {});
    expect(rows.map(({ cells, fault }) => [fault, { ...cells }])).toEqual([
      [undefined, { Order: "A", Date: "2024", Qty: "1" }],
      [undefined, { Order: "B", Date: "2024", Qty: "1" }],
      [undefined, { Order: "C", Date: "2024", Qty: "3" }],
    ]);
  });
});

async function readAll(
  path: string,
  settings: SourceSettings,
): Promise<{ readonly info: FileInfo; readonly rows: readonly Row[] }> {
  await using input = await openInput(path, "orders.csv", settings);
  const rows: Row[] = [];
  for await (const batch of input.batches()) rows.push(...batch);
  return { info: input.info, rows };
}

// Writes all rows as failures, each with a problem of its own, and reads the file.
async function failAll(
  folder: string,
  { info, rows }: Awaited<ReturnType<typeof readAll>>,
  settings: SourceSettings,
): Promise<Awaited<ReturnType<typeof readAll>>> {
  const failed = rows.map(
    ({ raw, number, line, fault }): FakeRow => ({
      raw,
      number,
      line,
      ...(fault === undefined ? { entry: invalid(number) } : { outcome: "invalid", problems: [fault] }),
    }),
  );
  const [written] = await writeFailures(fakeResults([stagedFile(1, "orders", { info })], failed), 1, folder);
  expect(written?.rows).toBe(rows.length);
  return await readAll(join(folder, written?.name ?? ""), settings);
}
