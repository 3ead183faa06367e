import { stringify } from "csv-stringify/sync";
import fc from "fast-check";
import { expect, it } from "vitest";
import { csvLine } from "../../../src/model/text/csv-line.ts";

it("writes what csv-stringify writes, with outer white space and line ends between quotes", () => {
  const char = fc.constantFrom('"', ",", "\r", "\n", " ", "\t", "'", "=", "ä", "\u00a0", "\ufeff", "\u2028", "a", "1");
  const cell = fc.oneof(
    fc.constant(null),
    fc.constant(""),
    fc.integer(),
    fc.string({ unit: char, maxLength: 6 }),
    fc.string({ unit: "binary" }),
  );
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 6 }), (cells) => {
      expect(csvLine(cells)).toBe(stringify([cells], { quoted_match: /[\r\n]|^\s|\s$/ }));
    }),
    { numRuns: 2000 },
  );
});
