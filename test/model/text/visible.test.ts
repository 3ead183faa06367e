import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { visible, visibleLine, visibleTexts } from "../../../src/model/text/visible.ts";

const at = (code: number): string => String.fromCodePoint(code);
const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** Everything that moves a cursor, turns text round, ends a line or is not there to see. */
const acting = [
  ...range(0x00, 0x1f).filter((code) => code !== 0x0a),
  ...range(0x7f, 0x9f),
  0x61c,
  ...range(0x200e, 0x200f),
  ...range(0x2028, 0x2029),
  ...range(0x202a, 0x202e),
  ...range(0x2066, 0x2069),
  0x200b,
  0xfeff,
];

describe("visible text", () => {
  it("shows every character that acts on a terminal by its number, and no such character is left", () => {
    for (const code of acting) {
      const shown = visible(`a${at(code)}b`);
      expect(shown).toMatch(/^a\\(t|r|u[0-9a-f]{4})b$/);
      if (![0x09, 0x0d].includes(code)) expect(shown).toBe(`a\\u${code.toString(16).padStart(4, "0")}b`);
    }
  });

  test.each(["plain", "Zoë", "日本語", "👩‍👧", "می‌خواهم", "two\nlines", "C:\\new"])("leaves %j as it is", (text) => {
    expect(visible(text)).toBe(text);
  });

  it("shows line ends too where a line is meant", () => {
    expect(visibleLine("one\r\ntwo")).toBe("one\\r\\ntwo");
  });

  it("is the same JSON, and the same text when done twice", () => {
    fc.assert(
      fc.property(fc.anything({ withObjectString: false }), fc.string({ unit: "binary" }), (value, text) => {
        const json = JSON.stringify({ value, text }, null, 2);
        expect(JSON.parse(visible(json))).toEqual(JSON.parse(json));
        expect(visible(visible(text))).toBe(visible(text));
      }),
    );
  });

  it("reaches every text of a value and nothing else", () => {
    const value = { a: ["x\u001b", 1, null, { b: "\n" }], c: true };
    expect(visibleTexts(value)).toEqual({ a: ["x\\u001b", 1, null, { b: "\\n" }], c: true });
  });
});
