import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { parseDecimal } from "../../../src/map/values/decimal.ts";
import { type NumberFinding, numberEvidence } from "../../../src/map/values/number-evidence.ts";

function findingOf(cells: readonly string[], thousands?: string): NumberFinding {
  const evidence = numberEvidence();
  for (const [index, text] of cells.entries()) evidence.see(text, { file: "in.csv", line: index + 2 }, thousands);
  return evidence.finding();
}

describe("a cell proves", () => {
  test.each([
    { cell: "12.5", style: { decimal: "." } },
    { cell: "-.5", style: { decimal: "." } },
    { cell: "0.123", style: { decimal: "." } },
    { cell: "012.345", style: { decimal: "." } },
    { cell: "1.2345", style: { decimal: "." } },
    { cell: "1234.567", style: { decimal: "." } },
    { cell: "1,234.50", style: { decimal: ".", thousands: "," } },
    { cell: "1,234,567", style: { decimal: ".", thousands: "," } },
    { cell: "12,5", style: { decimal: "," } },
    { cell: "0,123", style: { decimal: "," } },
    { cell: "1.234,50", style: { decimal: ",", thousands: "." } },
    { cell: "1.234.567", style: { decimal: ",", thousands: "." } },
    { cell: "1 234,50", style: { decimal: ",", thousands: " " } },
    { cell: "1\u202f234,50", style: { decimal: ",", thousands: " " } },
    { cell: "1’234.50", style: { decimal: ".", thousands: "'" } },
    { cell: "12 345", style: { thousands: " " } },
  ])("$style by $cell", ({ cell, style }) => {
    expect(findingOf([cell])).toEqual({ kind: "found", style, proof: { text: cell, file: "in.csv", line: 2 } });
  });

  test.each(["7", "1234", "n/a", "12,34,567", "1.5E3", "€12.50", "1.2.3", "2024-01-02", "1,234,56", "5."])(
    "nothing by %s",
    (cell) => {
      expect(findingOf([cell])).toEqual({ kind: "nothing" });
    },
  );
});

describe("a column", () => {
  it("of cells that may be either is ambiguous, with its cells", () => {
    expect(findingOf(["7", "1.234", "1.234", "2.500", "3.999", "4.000"])).toEqual({
      kind: "ambiguous",
      cells: {
        first: [
          { text: "1.234", file: "in.csv", line: 3 },
          { text: "2.500", file: "in.csv", line: 5 },
          { text: "3.999", file: "in.csv", line: 6 },
        ],
        count: 5,
      },
    });
  });

  it("is settled by one proof among such cells", () => {
    expect(findingOf(["1.234", "2.500", "12,5"])).toMatchObject({ style: { decimal: ",", thousands: "." } });
    expect(findingOf(["1.234", "2.500", "12.5"])).toMatchObject({ style: { decimal: "." } });
  });

  it("that proves both is contradictory", () => {
    expect(findingOf(["12,5", "12.5", "12,7"])).toMatchObject({
      kind: "contradictory",
      comma: { count: 2 },
      point: { count: 1, first: [{ line: 3 }] },
    });
  });

  it("has its decimal sign where the mapping says what else stands between thousands", () => {
    expect(findingOf(["1.234"], " ")).toMatchObject({ kind: "found", style: { decimal: "." } });
  });
});

it("never finds a style in which a number that was written means another one", () => {
  const number = fc.record({
    whole: fc.integer({ min: 0, max: 9_999_999 }),
    fraction: fc.option(fc.stringMatching(/^\d{1,4}$/), { nil: undefined }),
    isGrouped: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(number, { maxLength: 8 }), fc.boolean(), (numbers, isComma) => {
      const decimal = isComma ? "," : ".";
      const thousands = isComma ? "." : ",";
      const write = ({ whole, fraction, isGrouped }: (typeof numbers)[number]): string => {
        const digits = isGrouped ? String(whole).replace(/\B(?=(\d{3})+$)/g, thousands) : String(whole);
        return fraction === undefined ? digits : `${digits}${decimal}${fraction}`;
      };
      const finding = findingOf(numbers.map(write));
      expect(finding.kind).not.toBe("contradictory");
      if (finding.kind === "ambiguous") return;
      const style = { decimal: ".", ...(finding.kind === "found" ? finding.style : {}) } as const;
      for (const written of numbers) {
        const read = parseDecimal(write(written), style);
        const meant = parseDecimal(write(written), { decimal, thousands });
        expect(read).toEqual(meant);
      }
    }),
  );
});

it("takes the short way to what the patterns of numbers say", () => {
  const groups = /^[+-]?\d{1,3}([.,' ])\d{3}(?:\1\d{3})*(?:[.,]\d+)?$/;
  const plain = /^[+-]?\d*([.,])\d+$/;
  fc.assert(
    fc.property(fc.stringMatching(/^[+-]?\d{0,5}[., ']?\d{0,5}[.,]?\d{0,2}$/), (text) => {
      fc.pre(!groups.test(text));
      const decimal = plain.exec(text)?.[1];
      expect(findingOf([text])).toEqual(
        decimal === undefined
          ? { kind: "nothing" }
          : { kind: "found", style: { decimal }, proof: { text, file: "in.csv", line: 2 } },
      );
    }),
  );
});
