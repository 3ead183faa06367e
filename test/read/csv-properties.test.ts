import fc from "fast-check";
import { expect, it } from "vitest";
import { parseRow } from "../../src/read/open.ts";
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
        expect(rows.map(({ fault }) => fault === undefined)).toEqual(
          expected.map(({ raw }) => [3, 3 + padding].includes(raw.split(",").length)),
        );
      },
    ),
    { numRuns: 200 },
  );
});
