import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { ImportError } from "../../src/model/error.ts";
import type { SourceSettings } from "../../src/model/row.ts";
import { parseRow } from "../../src/read/open.ts";
import { faultOf, plain, readText } from "./read-text.ts";

const csv = { format: "csv" } as const;
const lines = (count: number, line: string): string => `${line}\n`.repeat(count);

describe("the delimiter", () => {
  test.each([
    { text: "SKU;Price\nA;1,5\n", delimiter: ";", evidence: "2 cells in header and row" },
    { text: "SKU\tPrice\nA\t1\n", delimiter: "\t", evidence: "2 cells in header and row" },
    { text: "a|b;c|d\n1|2|3\n", delimiter: "|", evidence: "3 cells in header and row" },
    { text: '"a;b;c",d\n1,2\n', delimiter: "," },
    { text: '"a,b";c\n1;2\n', delimiter: ";", evidence: "2 cells in header and row" },
    { text: '"a\n;b",c;d,e\n1,2;3,4\n"1;;\n;;",2,3\n', delimiter: "," },
    { text: "Name, first;Name, last\nAnn;Ng\nBo;Li\n", delimiter: ";", evidence: "2 cells in each of the 2 rows" },
    { text: "SKU;Price;Was\nA;1,5;2,0\nB;3,5;4,0\n", delimiter: ";", evidence: "3 cells in each of the 2 rows" },
    {
      text: `SKU;Name, long;Price\n${lines(8, "A;b;12")}A;b\nA;b;1,5\n`,
      delimiter: ";",
      evidence: "3 cells in 9 of the 10 rows",
    },
    { text: "a;b;c;;\n1;2;3;;\n;;;;\n1;2;3\n", delimiter: ";", evidence: "5 cells in each of the 2 rows" },
    // One column, whatever stands in it.
    { text: "SKU\nA;1\n", delimiter: "," },
    { text: "Text\nred, blue\ngreen, white\n", delimiter: "," },
    { text: "SKU\nA\nB\n", delimiter: "," },
    // A header alone.
    { text: "a;b;c", delimiter: ";", evidence: "3 cells in the header" },
    { text: "a;b,c\n", delimiter: "," },
    {
      text: `a;b\n${lines(40_000, "1;22222222")}`,
      delimiter: ";",
      evidence: "2 cells in each of the first 23,830 rows",
    },
  ])("of $text is $delimiter", async ({ text, delimiter, evidence }) => {
    const name = delimiter === "\t" ? "tab" : `"${delimiter}"`;
    expect((await readText(text, csv)).info).toMatchObject({
      delimiter,
      detected: evidence === undefined ? [] : [`delimiter ${name} (${evidence})`],
    });
  });

  test.each([
    {
      text: "Name, first;Price\nAnn;1,5\nBo;2,5\n",
      comma: "2 cells in each of the 2 rows",
      semicolon: "2 cells in each of the 2 rows",
    },
    {
      text: `SKU;Name, long;Price\n${lines(8, "A;b;1,5")}A;b\nA;b;1,5;2\n`,
      comma: "2 cells in 9 of the 10 rows",
      semicolon: "3 cells in 8 of the 10 rows",
    },
  ])("is not guessed where two fit: $text", async ({ text, comma, semicolon }) => {
    expect(await faultOf(readText(text, csv))).toEqual({
      code: "INPUT_UNREADABLE",
      message: `in.txt: the cells may be separated by "," (${comma}) or ";" (${semicolon}): the rows do not tell which`,
      hint: 'say it in the mapping: source: { delimiter: "," } or source: { delimiter: ";" }',
    });
  });

  it("that is said is not second-guessed", async () => {
    const { info } = await readText("a;b,c\n1;2,3\n", { ...csv, delimiter: ";" });
    expect(info).toMatchObject({ columns: ["a", "b,c"], detected: [] });
  });

  test.each(["", ",,", '"', "\n"])("must not be %j", async (delimiter) => {
    expect((await faultOf(readText("a,b\n", { ...csv, delimiter }))).code).toBe("MAPPING_INVALID");
  });
});

describe("Excel's first line sep=", () => {
  const detected = ['delimiter ";" (its first line is sep=)'];
  test.each([
    { what: "plain", text: "sep=;\na,x;b\n1;2\n", line: 3, separatorLine: "sep=;", newline: "\n" },
    { what: "quoted", text: '"sep=;"\r\na,x;b\r\n1;2\r\n', line: 3, separatorLine: '"sep=;"', newline: "\r\n" },
    {
      what: "with the line ends of old Macs",
      text: "SEP=;\ra,x;b\r1;2\r",
      line: 3,
      separatorLine: "SEP=;",
      newline: "\r",
    },
    {
      what: "behind a byte order mark",
      text: "\ufeffsep=;\na,x;b\n1;2",
      line: 3,
      separatorLine: "sep=;",
      newline: "\n",
    },
    { what: "filled up with cells", text: "sep=;;;\n\na,x;b\n1;2", line: 4, separatorLine: "sep=;;;", newline: "\n" },
  ])("$what decides, is no row, and counts as a line", async ({ text, line, separatorLine, newline }) => {
    for (const pieceLength of [1, 4, 1000]) {
      const { rows, info } = await readText(text, csv, pieceLength);
      expect(info).toMatchObject({ delimiter: ";", separatorLine, newline, headerRaw: "a,x;b", detected });
      expect(rows).toMatchObject([{ number: 1, line, raw: "1;2" }]);
      expect(parseRow(info, "1;2")).toEqual(rows[0]?.cells);
    }
  });

  test.each<{ settings: SourceSettings; wanted: string; name: string }>([
    { settings: { format: "csv", delimiter: "," }, wanted: ",", name: '","' },
    { settings: { format: "tsv" }, wanted: "\t", name: "tab" },
  ])("yields to the mapping's $settings, and says so", async ({ settings, wanted, name }) => {
    const { rows, info } = await readText(`sep=;\na${wanted}b\n1${wanted}2\n`, settings);
    expect(info).toMatchObject({
      delimiter: wanted,
      detected: [`delimiter ${name} (the mapping says so; the first line "sep=;" is ignored)`],
    });
    expect(plain(rows[0]?.cells)).toEqual({ a: "1", b: "2" });
  });

  it("is told even where it says what would be taken anyway", async () => {
    expect((await readText("sep=,\na,b\n1,2\n", { format: "csv" })).info).toMatchObject({
      delimiter: ",",
      detected: ['delimiter "," (its first line is sep=)'],
    });
  });

  it("is only meant in the first line", async () => {
    expect((await readText("a,b\nsep=;,1\n", csv)).rows[0]?.cells.a).toBe("sep=;");
  });
});

it("gives the cells of any table back, or refuses: it never cuts in the wrong place", async () => {
  const cell = fc.oneof(
    fc.constantFrom("", "A-1", "1,5", "12.50", "red; blue", "a|b", "Größe", 'say "hi"', "two\nlines"),
    fc.string({ unit: fc.constantFrom(..."ab1 ,;|\t."), maxLength: 6 }),
  );
  const name = fc.constantFrom("SKU", "Name, first", "Price", "Was; now", "Tags|all", "Preis, brutto");
  let read = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(name, { minLength: 2, maxLength: 5 }),
      fc.array(fc.array(cell, { minLength: 5, maxLength: 5 }), { minLength: 1, maxLength: 15 }),
      fc.constantFrom(",", ";", "\t", "|"),
      fc.constantFrom("\n", "\r\n", "\r"),
      fc.constantFrom("needed", "always"),
      async (names, rows, delimiter, newline, quoting) => {
        const quote = (text: string): string =>
          quoting === "always" || text.includes(delimiter) || /["\n\r]/.test(text)
            ? `"${text.replaceAll('"', '""')}"`
            : text;
        const table = [names, ...rows.map((cells) => ["K", ...cells].slice(0, names.length))];
        const text = table.map((cells) => cells.map(quote).join(delimiter)).join(newline);
        let found: Awaited<ReturnType<typeof readText>>;
        try {
          found = await readText(text, csv);
        } catch (error) {
          expect(error).toBeInstanceOf(ImportError);
          return;
        }
        read++;
        expect(found.info.delimiter).toBe(delimiter);
        expect(found.rows.map(({ cells }) => names.map((column) => cells[column]))).toEqual(
          table.slice(1).map((cells) => cells.map((one) => one.trim())),
        );
      },
    ),
    { numRuns: 500 },
  );
  expect(read).toBeGreaterThan(350);
});
