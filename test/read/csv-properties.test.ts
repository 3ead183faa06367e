import fc from "fast-check";
import { expect, it } from "vitest";
import { parseRow } from "../../src/read/open.ts";
import { cellsOf, layoutOf } from "../../src/read/table-layout.ts";
import { readText } from "./read-text.ts";

const delimiters = [",", ";", "\t", "|"] as const;
const newlines = ["\n", "\r\n", "\r"] as const;
const columns = ["one", "two", "three"];

const cell = fc.oneof(
  fc.string({
    unit: fc.constantFrom("a", "é", "😀", " ", "\t", '"', ",", ";", "|", "\n", "\r", "0", "\u00a0"),
    maxLength: 8,
  }),
  fc.string({ unit: "grapheme", maxLength: 6 }).filter((text) => !text.includes("\0")),
);
const table = fc.record({
  rows: fc.array(
    fc.array(cell, { minLength: 3, maxLength: 3 }).filter((cells) => cells.some((one) => one.trim() !== "")),
    { maxLength: 12 },
  ),
  delimiter: fc.constantFrom(...delimiters),
  newline: fc.constantFrom(...newlines),
  endsWithNewline: fc.boolean(),
  pieceLength: fc.constantFrom(1, 2, 3, 7, 64, 65536),
});

// The line of each row, counted by someone who knows nothing of CSV.
function linesOf(parts: readonly string[], newline: string): readonly number[] {
  let before = "";
  return parts.map((part) => {
    const line = before.split(/\r\n|\n|\r/).length;
    before += part + newline;
    return line;
  });
}

it("gives every cell, the row's text and its line back, however the file is cut into pieces", async () => {
  await fc.assert(
    fc.asyncProperty(table, async ({ rows, delimiter, newline, endsWithNewline, pieceLength }) => {
      const quote = (text: string): string =>
        /["\n\r,;\t|]/.test(text) || text === "" || text.trim() !== text ? `"${text.replaceAll('"', '""')}"` : text;
      const parts = [columns, ...rows].map((cells) => cells.map(quote).join(delimiter));
      const text = parts.join(newline) + (endsWithNewline ? newline : "");
      const read = await readText(text, { format: "csv", delimiter }, pieceLength);

      expect(read.rows.map((row) => columns.map((column) => row.cells[column]))).toEqual(
        rows.map((cells) => cells.map((one) => one.trim())),
      );
      expect(
        [read.info.headerRaw, ...read.rows.map(({ raw }) => raw)].join(newline) + (endsWithNewline ? newline : ""),
      ).toBe(text);
      expect(read.rows.map(({ line }) => line)).toEqual(linesOf(parts, newline).slice(1));
      expect(read.rows.map(({ number }) => number)).toEqual(rows.map((_, index) => index + 1));
      expect(read.rows.every(({ fault }) => fault === undefined)).toBe(true);
      for (const row of read.rows) expect(parseRow(read.info, row.raw)).toEqual(row.cells);
    }),
    { numRuns: 300 },
  );
});

it("makes cells that are their columns and nothing else, whatever these are called and however many there are", () => {
  const name = fc.oneof(
    fc.constantFrom("__proto__", "constructor", "toString", "hasOwnProperty", "0", "1", "10", "-1", "1.5"),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 4 }),
    fc.nat(400).map((number) => `Column ${number}`),
  );
  const header = fc.uniqueArray(name, { minLength: 1, maxLength: 300, size: "max" });
  fc.assert(
    fc.property(header, fc.array(fc.nat(300), { maxLength: 4 }), (names, widths) => {
      const layout = layoutOf(names);
      for (const width of [names.length, ...widths]) {
        const texts = names.slice(0, width).map((one) => `of ${one}`);
        const cells = cellsOf(texts, layout);
        const bare: Record<string, string> = Object.create(null);
        for (const { name, index } of layout.columns) {
          if (texts[index] !== undefined) bare[name] = texts[index];
        }
        expect(Object.getPrototypeOf(cells)).toBeNull();
        expect(Object.entries(cells)).toEqual(Object.entries(bare));
        expect(JSON.stringify({ ...cells })).toBe(JSON.stringify({ ...bare }));
        for (const one of [...names, "valueOf"]) expect(Object.hasOwn(cells, one)).toBe(Object.hasOwn(bare, one));
      }
    }),
    { numRuns: 60 },
  );
});

it("loses no row and no text of ragged files with blank lines and rows between", async () => {
  const line = fc.oneof(
    fc.array(fc.string({ unit: fc.constantFrom("a", "é", " ", "0"), maxLength: 4 }), { minLength: 1, maxLength: 5 }),
    fc.constant([" "]),
    fc.constant([""]),
    fc.constant(["", " ", ""]),
  );
  // Three columns in the header, and the same number of blank cells more in every row.
  const paddingOf = (rows: readonly (readonly string[])[]): number => {
    const surplus = (rows[0]?.length ?? 0) - 3;
    const isPadded = (row: readonly string[]) =>
      row.length === 3 + surplus && row.slice(3).every((one) => one.trim() === "");
    return surplus > 0 && rows.length > 1 && rows.every(isPadded) ? surplus : 0;
  };
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 20 }),
      fc.constantFrom(...newlines),
      fc.constantFrom(1, 3, 999),
      async (lines, newline, pieceLength) => {
        const texts = lines.map((cells) => cells.join(","));
        const { rows } = await readText([columns.join(","), ...texts].join(newline), { format: "csv" }, pieceLength);
        const expected = texts
          .map((raw, index) => ({ raw, line: index + 2 }))
          .filter(({ raw }) => raw.replaceAll(",", "").trim() !== "");
        const padding = paddingOf(expected.map(({ raw }) => raw.split(",")));
        expect(rows.map(({ raw, line: at }) => ({ raw, line: at }))).toEqual(expected);
        const fits = expected.map(({ raw }) => [3, 3 + padding].includes(raw.split(",").length));
        const below = rows.findLastIndex(({ leftOut }) => leftOut === undefined) + 1;
        // Lines below the table have a single filled cell with several words.
        for (const { raw, leftOut } of rows.slice(below)) {
          expect(leftOut?.code).toBe("footer_row");
          expect(raw.replaceAll(",", " ").trim()).toMatch(/\S\s+\S/);
        }
        expect(rows.slice(0, below).map(({ fault }) => fault === undefined)).toEqual(fits.slice(0, below));
      },
    ),
    { numRuns: 200 },
  );
});

// What Excel, Python and papaparse read: a quote opens a cell only at its beginning, and elsewhere it is text.
it("takes quotes inside unquoted cells as text, and gives the row's text and line back", async () => {
  const unit = fc.constantFrom("a", "1", "/", " ", '"', "é");
  const stray = fc.string({ unit, maxLength: 6 }).filter((text) => !text.trim().startsWith('"'));
  const quoted = fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", " "), maxLength: 6 });
  const odd = fc.oneof(
    stray.map((text) => ({ written: text, is: text.trim() })),
    quoted.map((text) => ({ written: `"${text.replaceAll('"', '""')}"`, is: text.trim() })),
  );
  const row = fc
    .array(odd, { minLength: 3, maxLength: 3 })
    .filter((cells) => cells.filter(({ is }) => is !== "").length > 1);
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 10 }),
      fc.constantFrom(...newlines),
      fc.constantFrom(1, 5, 999),
      async (rows, newline, pieceLength) => {
        const parts = [columns, ...rows.map((cells) => cells.map(({ written }) => written))].map((p) => p.join(","));
        const read = await readText(parts.join(newline) + newline, { format: "csv", delimiter: "," }, pieceLength);
        expect(read.rows.map((one) => columns.map((column) => one.cells[column]))).toEqual(
          rows.map((cells) => cells.map(({ is }) => is)),
        );
        expect(read.rows.map(({ raw }) => raw)).toEqual(parts.slice(1));
        expect(read.rows.map(({ line }) => line)).toEqual(linesOf(parts, newline).slice(1));
        for (const one of read.rows) expect(parseRow(read.info, one.raw)).toEqual(one.cells);
      },
    ),
    { numRuns: 300 },
  );
});

it("keeps a wrong quote in its row: the rows around it are read as if it were not there", async () => {
  const sound = fc.constantFrom('A,"Cup, 1",4.20', "B,Pot,5", 'C,"two\nlines",6', 'D,"5"" pipe",7', 'E,1/2" elbow,8');
  const wrong = fc.constantFrom('X,"Pipe 5" long",1', 'X,"Pipe 5" long,1', 'X,"5 pipe,1', 'X,"a"b,1', 'X,"a" b "c",1');
  const line = fc.oneof({ weight: 4, arbitrary: sound }, { weight: 1, arbitrary: wrong });
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 25 }), fc.constantFrom(1, 7, 65_536), async (lines, pieceLength) => {
      const text = `${["SKU,Name,Price", ...lines].join("\n")}\n`;
      const { rows, info } = await readText(text, { format: "csv" }, pieceLength);
      expect(rows.map(({ raw }) => raw)).toEqual(lines);
      expect(rows.map(({ fault }) => fault?.code)).toEqual(
        lines.map((one) => (one.startsWith("X") ? "unreadable_row" : undefined)),
      );
      for (const { raw, cells } of rows) expect(parseRow(info, raw)).toEqual(cells);
    }),
    { numRuns: 300 },
  );
});
