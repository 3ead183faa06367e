import { describe, expect, it, test } from "vitest";
import { openInput, parseRow } from "../../src/read/open.ts";
import { faultOf, longStdin, plain, readText, stdinOf } from "./read-text.ts";

const csv = { format: "csv" } as const;

describe("rows of a CSV file", () => {
  it("have their number, their line and their own text", async () => {
    const { rows, info } = await readText('SKU,Note\r\nA-1,"two\r\nlines"\r\n\r\n  \r\nA-2, plain \r\n', csv);
    expect(rows.map(({ number, line, raw }) => ({ number, line, raw }))).toEqual([
      { number: 1, line: 2, raw: 'A-1,"two\r\nlines"' },
      { number: 2, line: 6, raw: "A-2, plain " },
    ]);
    expect(rows.map(({ cells }) => plain(cells))).toEqual([
      { SKU: "A-1", Note: "two\r\nlines" },
      { SKU: "A-2", Note: "plain" },
    ]);
    expect(info).toEqual({
      path: "-",
      format: "csv",
      encoding: "utf-8",
      bom: false,
      gzip: false,
      delimiter: ",",
      newline: "\r\n",
      headerRaw: "SKU,Note",
      columns: ["SKU", "Note"],
      detected: [],
    });
  });

  test.each([
    { ends: "\n", text: "a,b\n1,2\n3,4\n" },
    { ends: "\r\n", text: "a,b\r\n1,2\r\n3,4\r\n" },
    { ends: "\r", text: "a,b\r1,2\r3,4\r" },
  ])("are the same whether lines end in $ends", async ({ ends, text }) => {
    for (const pieceLength of [1, 2, 3, 100]) {
      const { rows, info } = await readText(text, csv, pieceLength);
      expect(info.newline).toBe(ends);
      expect(rows.map(({ line, raw }) => [line, raw])).toEqual([
        [2, "1,2"],
        [3, "3,4"],
      ]);
    }
  });

  it("takes the line end of the header, not a line break inside a quoted header cell", async () => {
    const { info, rows } = await readText('"a\nb",c\r\n1,2\r\n', csv);
    expect(info).toMatchObject({ newline: "\r\n", headerRaw: '"a\nb",c', columns: ["a\nb", "c"] });
    expect(rows[0]).toMatchObject({ line: 3, raw: "1,2" });
  });

  it("reads the last row without a line end", async () => {
    expect((await readText("a\n1\n2", csv)).rows.map(({ raw }) => raw)).toEqual(["1", "2"]);
  });

  test.each([
    { cell: '"say ""hi"""', is: 'say "hi"' },
    { cell: '" inside "', is: "inside" },
    { cell: ' \t"quoted" ', is: "quoted" },
    { cell: "\u00a0no-break\u3000", is: "no-break" },
    { cell: '""', is: "" },
    { cell: "", is: "" },
    { cell: "é😀", is: "é😀" },
  ])("the cell $cell is $is, and keeps its bytes in raw", async ({ cell, is }) => {
    for (const pieceLength of [1, 5, 1000]) {
      const { rows, info } = await readText(`a,b\n${cell},x\n`, csv, pieceLength);
      expect(rows[0]?.raw).toBe(`${cell},x`);
      expect(rows[0]?.cells.a).toBe(is);
      expect(parseRow(info, `${cell},x`)).toEqual(rows[0]?.cells);
    }
  });

  it("counts blank lines before the header", async () => {
    const { rows, info } = await readText("\n \na,b\n1,2\n", csv);
    expect(info.headerRaw).toBe("a,b");
    expect(rows[0]?.line).toBe(4);
  });

  test.each([
    { text: 'a,b\n1,2\n,\n , \n"",\n\n,,,\n', late: ["4 rows of blank cells, left out (the first on line 3)"] },
    { text: ",\n\na,b\n1,2\n", late: ["a row of blank cells on line 1, left out"] },
    { text: "a,b\n\n,\n1,2\n\n", late: ["a row of blank cells on line 3, left out"] },
    { text: "\n \na,b\n\n1,2\n\n\n", late: [] },
  ])("are none where every cell is blank, which is told: $late", async ({ text, late }) => {
    const { rows, info, detectedLate } = await readText(text, csv);
    expect(info.columns).toEqual(["a", "b"]);
    expect(rows).toMatchObject([{ number: 1, raw: "1,2" }]);
    expect(rows[0]).not.toHaveProperty("fault");
    expect(detectedLate).toEqual(late);
  });

  it("of TSV keeps blank cells at the start and the end", async () => {
    const { rows, info } = await readText("a\tb\tc\n\tx\t\n\t\ty\n", { format: "tsv" });
    expect(info.delimiter).toBe("\t");
    expect(rows.map(({ raw }) => raw)).toEqual(["\tx\t", "\t\ty"]);
    expect(plain(rows[0]?.cells)).toEqual({ a: "", b: "x", c: "" });
  });

  it("come in batches of at most 500", async () => {
    const text = `n\n${Array.from({ length: 1201 }, (_, n) => n).join("\n")}`;
    await using input = await openInput("-", "in.txt", csv, { stdin: stdinOf(text) });
    const sizes: number[] = [];
    for await (const batch of input.batches()) sizes.push(batch.length);
    expect(Math.max(...sizes)).toBe(500);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(1201);
  });

  it("columns may be named like parts of Object", async () => {
    const { rows } = await readText("__proto__,constructor,toString\n1,2,3\n", csv);
    const cells = rows[0]?.cells ?? {};
    expect(Object.entries(cells)).toEqual([
      ["__proto__", "1"],
      ["constructor", "2"],
      ["toString", "3"],
    ]);
    expect(Object.getPrototypeOf(cells)).toBeNull();
  });
});

describe("a ragged row", () => {
  it("is its own fault, with what could be read, and its neighbours survive", async () => {
    const { rows } = await readText("a,b\n1,2\n3,4,5\n6\n7,8\n", csv);
    expect(rows.map(({ fault }) => fault)).toEqual([
      undefined,
      {
        code: "ragged_row",
        message: '2 cells expected, 3 found: is there an unquoted "," in it?',
        file: "in.txt",
        line: 3,
        row: 2,
      },
      {
        code: "ragged_row",
        message: "2 cells expected, 1 found: is a cell missing, or a line broken in two?",
        file: "in.txt",
        line: 4,
        row: 3,
      },
      undefined,
    ]);
    expect(rows.map(({ cells }) => plain(cells))).toEqual([
      { a: "1", b: "2" },
      { a: "3", b: "4" },
      { a: "6" },
      { a: "7", b: "8" },
    ]);
  });

  test.each([
    { what: "the header is padded", text: "a,b,,\n1,2,,\n3,4\n,5,\n", padding: undefined },
    { what: "every row is padded", text: "a,b\n1,2,,\n3,4,,\n5,6\n,7,,\n".replace("5,6\n", ""), padding: 2 },
  ])("is none with nothing but blank cells at its end, where $what", async ({ text, padding }) => {
    const { rows, info } = await readText(text, csv);
    expect(rows.map(({ fault }) => fault)).toEqual(rows.map(() => undefined));
    expect(info.padding).toBe(padding);
    expect(info.detected).toEqual(padding === undefined ? [] : ["2 blank cells at the end of every row"]);
    for (const { raw, cells } of rows) expect(parseRow(info, raw)).toEqual(cells);
  });

  test.each([
    // Rather 1,5 without quotes, and a blank note.
    { text: "price,note\n1,5,\n2,x\n", says: "2 cells expected, 3 found" },
    { text: "price,note\n1,5,\n", says: "2 cells expected, 3 found" },
    { text: "price,note,,\n1,5,,x\n", says: 'cell 4 is "x", where the header has no name: is there an unquoted ","' },
  ])("is one where blank cells may hide a lost quote: $text", async ({ text, says }) => {
    const { rows } = await readText(text, csv);
    expect(rows[0]?.fault?.message).toContain(says);
  });

  it("parses again to the same cells", async () => {
    const { rows, info } = await readText("a,b\n3,4,5\n6\n", csv);
    for (const { raw, cells } of rows) expect(parseRow(info, raw)).toEqual(cells);
  });
});

describe("the header", () => {
  it("may have blank names: no column, but a place", async () => {
    const { rows, info } = await readText("a,,b,\n1,2,3,\n", csv);
    expect(info.columns).toEqual(["a", "b"]);
    expect(plain(rows[0]?.cells)).toEqual({ a: "1", b: "3" });
    expect(rows[0]?.fault).toBeUndefined();
    expect(parseRow(info, "1,2,3,")).toEqual(rows[0]?.cells);
  });

  it("of a failures file loses the columns that the import added, also when it was fed back twice", async () => {
    const added = "_import_outcome,_import_problem,_import_column";
    const { rows, info } = await readText(`a,${added},b,${added}\n1,x,y,z,2,x,y,z\n`, csv);
    expect(info.columns).toEqual(["a", "b"]);
    expect(plain(rows[0]?.cells)).toEqual({ a: "1", b: "2" });
    expect(rows[0]?.raw).toBe("1,x,y,z,2,x,y,z");
  });

  it("of a failures file lets every row say which one it was, ragged ones too", async () => {
    const text =
      "a,b,_import_outcome,_import_problem,_import_column\n1,2,failed,row 4,\n1,invalid,row 5: ragged,\n1,2,3,,\n";
    const { rows } = await readText(`${text}1,2,failed,row 7: no cell behind\n`, csv);
    expect(rows.map(({ retryOf, fault }) => [retryOf, fault?.code])).toEqual([
      [4, undefined],
      [5, "ragged_row"],
      [undefined, undefined],
      [7, undefined],
    ]);
    expect((await readText("a,b\n1,row 3\n", csv)).rows[0]).not.toHaveProperty("retryOf");
  });

  it("alone makes no rows and no error", async () => {
    const { rows, info } = await readText("a,b", csv);
    expect(rows).toEqual([]);
    expect(info).toMatchObject({ columns: ["a", "b"], headerRaw: "a,b", newline: "\n" });
  });

  it("must be there", async () => {
    expect(await faultOf(readText("\n \n", csv))).toMatchObject({
      code: "INPUT_UNREADABLE",
      message: "in.txt: there is no header: the file holds nothing but blank lines",
    });
  });
});

describe("a file that never puts cells in quotes", () => {
  it("has quotes that are text, wherever they stand", async () => {
    const text = 'a\tb\n12" pan\t"half open\n"whole"\t3""\n';
    const { info, rows } = await readText(text, { format: "tsv", quote: "none" }, 3);
    const cells = [
      { a: '12" pan', b: '"half open' },
      { a: '"whole"', b: '3""' },
    ];
    expect(rows.map((row) => plain(row.cells))).toEqual(cells);
    expect(rows.map(({ raw }) => plain(parseRow(info, raw)))).toEqual(cells);
  });
});

describe("a record over 8 MB", () => {
  const long = "x".repeat(9 * 1024 * 1024);
  test.each([
    { what: "in quotes", row: `1,"${long}",2` },
    { what: "out of delimiters", row: ",".repeat(9 * 1024 * 1024) },
    { what: "out of white space", row: `1,${" ".repeat(9 * 1024 * 1024)}2` },
  ])("$what ends the read at its line", async ({ row }) => {
    expect(await faultOf(readText(`a,b\n1,2\n${row}\n3,4\n`, csv))).toMatchObject({
      code: "INPUT_UNREADABLE",
      message: "in.txt:3: the row that starts here is longer than 8 MB",
      hint: expect.stringContaining("quote"),
    });
  });

  test.each([
    { what: "in quotes", start: '1,"', line: 2 },
    { what: "without quotes", start: "1,", line: 2 },
    { what: "in the header", start: "", line: 1 },
  ])("$what is not read to its end", async ({ start, line }) => {
    const { stdin, taken } = longStdin(line === 1 ? "a,b" : `a,b\n${start}`);
    const read = async () => {
      await using input = await openInput("-", "in.txt", csv, { stdin });
      for await (const _ of input.batches());
    };
    expect(await faultOf(read())).toMatchObject({
      code: "INPUT_UNREADABLE",
      message: `in.txt:${line}: the row that starts here is longer than 8 MB`,
    });
    expect(taken()).toBeLessThan(100);
  });

  it("is not made of blank lines", async () => {
    const blank = "\r\n".repeat(5 * 1024 * 1024);
    const { rows } = await readText(`a,b\n${blank}1,2\n`, csv);
    expect(rows).toMatchObject([{ line: 5 * 1024 * 1024 + 2, raw: "1,2" }]);
  });
});
