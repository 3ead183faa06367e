// A watch passes over most cells without trying its patterns on them. Here the rules are written out plainly, each tried on
// every cell, and both find the same.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isMojibake } from "../../src/damage/mojibake.ts";
import { isStandIn } from "../../src/damage/stand-in-words.ts";
import { inspectColumn } from "../../src/damage/watch-column.ts";
import type { DamageKind } from "../../src/model/damage.ts";
import { isScientific } from "../../src/model/text/spoilt-code.ts";

const formulaError =
  /^#(?:REF!|N\/A|NAME\?|VALUE!|DIV\/0!|NULL!|NUM!|SPILL!|CALC!|FIELD!|GETTING_DATA|ERROR!|BEZUG!|NV|WERT!|ZAHL!|#{3,})$/i;
const entity = /&(?:amp|lt|gt|quot|apos|nbsp|#\d{2,5}|#x[\da-f]{2,4});/i;
const oddSpace = /[\u00a0\u00ad\u2007\u200b-\u200f\u202a-\u202f\u2060\ufeff]/;

const inIdentifiers: Partial<Record<DamageKind, (text: string) => boolean>> = {
  formula_error: (text) => formulaError.test(text),
  scientific_notation: isScientific,
  html_entities: (text) => entity.test(text) && !/<[a-z!/]/i.test(text),
  mojibake: isMojibake,
  odd_spaces: (text) => oddSpace.test(text),
};

const standIns = [
  "NULL",
  "null",
  "(null)",
  "<null>",
  "\\N",
  "N/A",
  "n/a",
  "NaN",
  "nan",
  "None",
  "undefined",
  "-",
  "--",
];

const month = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mrz|Mai|Okt|Dez)";
const dates = [
  new RegExp(`^${month}-\\d{2}$`),
  new RegExp(`^\\d{1,2}-${month}(?:-\\d{2}(?:\\d{2})?)?$`),
  new RegExp(`^\\d{1,2}\\. ${month}$`),
  /^(?:0?[1-9]|[12]\d|3[01])([/.])(?:0?[1-9]|[12]\d|3[01])\1(?:19|20)\d{2}$/,
  /^(?:19|20)\d{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?: 00:00:00)?$/,
];

/** How many cells are dates among identifiers that are not named so. */
function datesAmong(cells: readonly string[]): number {
  const shapeOf = (text: string): string =>
    text
      .replace(/\d/g, "9")
      .replace(/\p{Lu}/gu, "A")
      .replace(/\p{Ll}/gu, "a");
  const found = cells.filter((text) => dates.some((pattern) => pattern.test(text)));
  const others = cells.filter((text) => !found.includes(text));
  const shapes = new Set(others.map(shapeOf));
  return found.some((text) => shapes.has(shapeOf(text))) || found.length > others.length * 1.5 ? 0 : found.length;
}

const odd = fc.constantFrom(
  ...["#N/A", "#n/a", "####", "# 1", "R&D", "Pots &amp; pans", "<b>a &amp; b</b>", "CafÃ©", "SÃO", "Caf\ufffd"],
  ...["a\u00a0b", "x\u200b", "\ufeffx", "4.00638E+12", "-1E+05", "1E5", "Größe", "日本", "\ud800"],
);
const code = fc.stringMatching(/^[A-Zäa]{0,3}[-. /]?\d{0,5}[-. /]?[A-Z]?[a-z]{0,2}$/);
const date = fc.constantFrom(
  "Sep-01",
  "01-Jan",
  "9-Mrz",
  "01-Jan-2024",
  "1. Okt",
  "1/2/2020",
  "2020-01-02",
  "Sap-01",
  "X1-Jan",
);
const cells = fc.array(fc.oneof(odd, code, date, fc.string({ maxLength: 12 })), { maxLength: 40 });

describe("a watch finds what the plain rules find", () => {
  it("in every single cell", () => {
    fc.assert(
      fc.property(cells, (texts) => {
        const filled = texts.filter((text) => text.trim() !== "");
        const found = new Map(inspectColumn(filled, "identifier").map(({ kind, count }) => [kind, count]));
        for (const [kind, isDamaged] of Object.entries(inIdentifiers))
          expect([kind, found.get(kind as DamageKind) ?? 0]).toEqual([kind, filled.filter(isDamaged).length]);
      }),
    );
  });

  it("of words for nothing", () => {
    const padded = fc.tuple(
      fc.constantFrom("", " ", "\t", "\u00a0"),
      fc.constantFrom(...standIns),
      fc.constantFrom("", " "),
    );
    const texts = fc.oneof(
      padded.map((parts) => parts.join("")),
      fc.string({ maxLength: 10 }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(isStandIn(text)).toBe(text.length <= 9 && standIns.includes(text.trim()));
      }),
    );
  });

  it("of dates among codes, whatever their shapes", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(code, code, date), { maxLength: 30 }), (texts) => {
        const filled = texts.filter((text) => text.trim() !== "");
        const found = inspectColumn(filled, "identifier").find(({ kind }) => kind === "date_in_identifier");
        expect(found?.count ?? 0).toBe(datesAmong(filled));
      }),
    );
  });
});
