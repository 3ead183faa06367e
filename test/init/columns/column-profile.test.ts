// The figures of a column by the patterns that define them, whatever its cells are.
import fc from "fast-check";
import { expect, it } from "vitest";
import { type ColumnProfile, isNumber, isUpc, profileOf } from "../../../src/init/columns/column-profile.ts";

const cell = fc.oneof(
  fc.constantFrom(
    "",
    "yes",
    "0",
    "1",
    "-12",
    "+3",
    "1,234.50",
    "$4.50",
    "4.50 EUR",
    "USD 3",
    "0.25",
    "1.0",
    "a;b",
    "a|b",
  ),
  fc.constantFrom(
    "2026-11-04",
    "4.11.2026",
    "Nov 4, 2026",
    "4-Nov-26",
    "ann@example.com",
    "https://x.example/a,b",
    "http",
  ),
  fc.constantFrom(
    "4006381333931",
    "'4006381333931",
    "4006381333932",
    "<b>Cup</b>",
    "a & b",
    "Caf&eacute;",
    "5 < 6",
    "ÄÖ 12",
  ),
  fc.string({ maxLength: 8 }).map((text) => text.trim()),
);

it("counts as its patterns say, every cell as often as it stands there", () => {
  fc.assert(
    fc.property(fc.array(cell, { maxLength: 30 }), (cells) => {
      const filled = cells.filter((text) => text !== "");
      const share = (is: (text: string) => boolean) =>
        filled.length === 0 ? 0 : filled.filter(is).length / filled.length;
      const wanted: Partial<ColumnProfile> = {
        rows: cells.length,
        filled: filled.length,
        distinct: new Set(filled).size,
        isUnique: filled.length > 0 && new Set(filled).size === cells.length,
        numbers: share(isNumber),
        integers: share((text) => /^[-+]?\d+$/.test(text)),
        fractions: share((text) => /^(0|1|0?[.,]\d+|[01][.,]0+)$/.test(text)),
        emails: share((text) => /^[^\s@,;]+@[^\s@,;]+\.[^\s@,;]+$/.test(text)),
        urls: share((text) => /^https?:\/\/\S/.test(text)),
        upcs: share((text) => isUpc(text.replace(/^'/, ""))),
        html: share((text) => /<\/?[a-z][^>]*>|&[a-z]+;/i.test(text)),
        apostrophes: share((text) => text.startsWith("'")),
        words: [...new Set(filled)],
      };
      expect(profileOf(cells)).toMatchObject(wanted);
    }),
  );
});

it.each([
  { cells: ["2026-11-04", "4.11.2026", "Nov 4, 2026", "4-Nov-26"], is: { dates: 1, numbers: 0 } },
  { cells: ["yes", "No", "0", "maybe"], is: { flags: 0.75 } },
  { cells: ["$4.50", "4.50 EUR", "4.50", "EUR"], is: { currency: 0.5, numbers: 0.75 } },
  { cells: ["a;b", "c;d", "e,f"], is: { separator: ";" } },
] satisfies readonly { cells: readonly string[]; is: Partial<ColumnProfile> }[])(
  "of $cells it is $is",
  ({ cells, is }) => {
    expect(profileOf(cells)).toMatchObject(is);
  },
);
