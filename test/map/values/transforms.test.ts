import { describe, expect, it, test } from "vitest";
import type { Value } from "../../../src/map/values/coerce.ts";
import type { ValueStyle } from "../../../src/map/values/style.ts";
import { compileTransform, type TransformSpec, transformNames } from "../../../src/map/values/transforms.ts";

const point: ValueStyle = { decimal: ".", dates: [], timezone: "UTC" };
const comma: ValueStyle = { decimal: ",", thousands: ".", dates: [], timezone: "UTC" };

function apply(spec: TransformSpec, value: Value, style = point) {
  const compiled = compileTransform(spec, style);
  if (!compiled.ok) throw new Error(compiled.message);
  return compiled.transform(value);
}

const done: string[] = [];

test.each<{ spec: TransformSpec; value: Value; is: Value; style?: ValueStyle }>([
  { spec: "trim", value: "  a b ", is: "a b" },
  { spec: "upper", value: "straße", is: "STRASSE" },
  { spec: "lower", value: "ABC", is: "abc" },
  { spec: "title", value: "OCEAN blue o'neill jean-luc", is: "Ocean Blue O'neill Jean-Luc" },
  { spec: "collapse", value: " a \n  b ", is: "a b" },
  { spec: "strip_html", value: "<p>Soft &amp; warm</p>", is: "Soft & warm" },
  { spec: "decode_entities", value: "Pots &amp; pans &#8211; &lt;6&quot;&nbsp;wide", is: 'Pots & pans – <6" wide' },
  { spec: "decode_entities", value: "R&D, AT&T; &amp;amp; once", is: "R&D, AT&T; &amp; once" },
  { spec: "digits", value: "(030) 12-34", is: "0301234" },
  { spec: { slice: [0, 3] }, value: "abcdef", is: "abc" },
  { spec: { slice: [-2] }, value: "abcdef", is: "ef" },
  { spec: { slice: [1, -1] }, value: "😀ab😀", is: "ab" },
  { spec: { pad_left: [6, "0"] }, value: "123", is: "000123" },
  { spec: { pad_left: [2, "0"] }, value: "123", is: "123" },
  { spec: { pad_left: [6, "0"] }, value: 123, is: "000123" },
  { spec: { pad_right: [5, "-"] }, value: "ab", is: "ab---" },
  { spec: { fit: 16 }, value: "sixteen-is-short", is: "sixteen-is-short" },
  { spec: { fit: 16 }, value: 12, is: 12 },
  { spec: { replace: ["(\\d+)-(\\d+)", "$2/$1"] }, value: "12-34 5-6", is: "34/12 6/5" },
  { spec: { replace: ["[$€£¥]", ""] }, value: "$12.50", is: "12.50" },
  { spec: { replace: ["a", "$$"] }, value: "aa", is: "$$" },
  { spec: { prefix: "LEG-" }, value: "7", is: "LEG-7" },
  { spec: { suffix: "-OLD" }, value: "7", is: "7-OLD" },
  { spec: "abs", value: "-12.50", is: "12.50" },
  { spec: "abs", value: -3, is: 3 },
  { spec: "abs", value: "-1.234,50", is: "1.234,50", style: comma },
  { spec: "negate", value: "12.50", is: "-12.50" },
  { spec: "negate", value: "-12.50", is: "12.50" },
  { spec: "negate", value: "0.00", is: "0.00" },
  { spec: "negate", value: 0, is: 0 },
  { spec: "negate", value: "-0.1234567890123456789", is: "0.1234567890123456789" },
  { spec: { round: 2 }, value: "1.005", is: "1.01" },
  { spec: { round: 2 }, value: 1.005, is: 1.01 },
  { spec: { round: 2 }, value: 33.294000000000004, is: 33.29 },
  { spec: { round: 2 }, value: 1.2000000000000002, is: 1.2 },
  { spec: { round: 0 }, value: "-2.5", is: "-3" },
  { spec: { round: 2 }, value: "1.234,567", is: "1234,57", style: comma },
  { spec: "money", value: "CHF 1'234.50", is: "1'234.50" },
  { spec: "money", value: "12,50 EUR", is: "12,50" },
  { spec: "money", value: "USD 12.50", is: "12.50" },
  { spec: "money", value: "$12.50", is: "12.50" },
  { spec: "money", value: "-$5", is: "-5" },
  { spec: "money", value: "$-5", is: "-5" },
  { spec: "money", value: "\u22125 kr", is: "-5" },
  { spec: "money", value: "5.00-", is: "-5.00" },
  { spec: "money", value: "($5.00)", is: "-5.00" },
  { spec: "money", value: "(1,234.00)", is: "-1,234.00" },
  { spec: "money", value: "US $57.75", is: "57.75" },
  { spec: "money", value: "AU $57.75", is: "57.75" },
  { spec: "money", value: "$12.50 USD", is: "12.50" },
  { spec: "money", value: "Fr. 12.50", is: "12.50" },
  { spec: "money", value: "1 234,50 zł", is: "1 234,50" },
  { spec: "money", value: "₹1,23,456.50", is: "1,23,456.50" },
  { spec: "money", value: "12.50", is: "12.50" },
  { spec: "money", value: 12.5, is: 12.5 },
  { spec: { money: "CHF" }, value: "CHF 12.50", is: "12.50" },
  { spec: { money: "CAD" }, value: "$12.50", is: "12.50" },
  { spec: { money: "CHF" }, value: "12.50", is: "12.50" },
  { spec: "number", value: "1.234,5", is: 1234.5, style: comma },
  { spec: "number", value: 7, is: 7 },
  { spec: { date: "M/d/yyyy" }, value: "1/5/2024", is: "2024-01-05" },
  { spec: { date: ["d.M.yyyy", "M/d/yy"] }, value: "1/5/24", is: "2024-01-05" },
  { spec: "upper", value: ["a", ["b", ""]], is: ["A", ["B", ""]] },
])("$spec makes $is of $value", ({ spec, value, is, style }) => {
  done.push(typeof spec === "string" ? spec : (Object.keys(spec)[0] ?? ""));
  expect(apply(spec, value, style)).toEqual({ ok: true, value: is });
});

describe("fit", () => {
  it("cuts a longer text so that it has as many characters, with a hash of the whole at its end, and says so", () => {
    expect(apply({ fit: 16 }, "a-very-long-handle")).toEqual({
      ok: true,
      value: "a-very--ca338585",
      notices: [{ code: "shortened", message: '18 characters, shortened to 16: "a-very--ca338585"' }],
    });
  });

  it("counts characters as the limits of payloads do", () => {
    const emojis = "😀".repeat(100);
    expect(apply({ fit: 100 }, emojis)).toEqual({ ok: true, value: emojis });
    const result = apply({ fit: 100 }, `${emojis}😀`);
    expect(result.ok && [...String(result.value)].length).toBe(100);
  });

  it("keeps texts apart that differ only at their end", () => {
    const same = "long-".repeat(30);
    const made = ["a", "b"].map((end) => apply({ fit: 100 }, same + end));
    expect(made[0]).not.toEqual(made[1]);
  });

  it("shortens each item of a list", () => {
    expect(apply({ fit: 16 }, ["a-very-long-handle", "b"])).toMatchObject({ value: ["a-very--ca338585", "b"] });
  });
});

it("has a row in the table above for every transform", () => {
  expect([...new Set(done)].sort()).toEqual([...transformNames].sort());
});

test.each<TransformSpec>([
  "digits",
  { pad_left: [6, "0"] },
  { prefix: "LEG-" },
  "number",
  "abs",
  { round: 2 },
  { date: "d.M.yy" },
])("%j leaves a blank blank", (spec) => expect(apply(spec, "")).toEqual({ ok: true, value: "" }));

test.each<{ spec: TransformSpec; value: Value; code: string }>([
  { spec: "number", value: "abc", code: "not_a_number" },
  { spec: "number", value: "12345678901234567890", code: "not_exact" },
  { spec: "abs", value: "n/a", code: "not_a_number" },
  { spec: { round: 2 }, value: "1,5", code: "not_a_number" },
  { spec: "money", value: "12 apples", code: "not_a_number" },
  { spec: "money", value: "on request", code: "not_a_number" },
  { spec: "money", value: "$12.50 EUR", code: "not_a_number" },
  { spec: "money", value: "-(5.00)", code: "not_a_number" },
  { spec: "money", value: "--5", code: "not_a_number" },
  { spec: { money: "CHF" }, value: "USD 12.50", code: "not_allowed" },
  { spec: { money: "CHF" }, value: "$12.50", code: "not_allowed" },
  { spec: { round: 2 }, value: Number.NaN, code: "not_a_number" },
  { spec: { date: "M/d/yyyy" }, value: "5.1.2024", code: "not_a_date" },
  { spec: "number", value: ["1", "x"], code: "not_a_number" },
])("$spec refuses $value as $code", ({ spec, value, code }) => {
  expect(apply(spec, value)).toMatchObject({ ok: false, code });
});

describe("a mapping is refused", () => {
  test.each<{ spec: TransformSpec; says: string }>([
    {
      spec: "trimm",
      says: 'unknown transform "trimm". Did you mean "trim"? The transforms are listed in docs/mapping-reference.md#transforms-apply',
    },
    { spec: { toString: 1 }, says: 'unknown transform "toString"' },
    { spec: { trim: 1 }, says: '"trim" is written trim, without an argument' },
    { spec: "replace", says: '"replace" is written { replace:' },
    { spec: { replace: "a" }, says: '"replace" is written { replace:' },
    { spec: { replace: ["(a", "b"] }, says: "missing closing )" },
    { spec: { replace: ["(?=a)b", ""] }, says: "is not a regular expression of RE2" },
    { spec: { replace: ["(a)", "$2"] }, says: "has no group for $2" },
    { spec: { pad_left: 6 }, says: '{ pad_left: [6, "0"] }' },
    { spec: { pad_left: [1_000_000, "0"] }, says: '{ pad_left: [6, "0"] }' },
    { spec: { fit: 15 }, says: "{ fit: 100 }, with 16 characters or more" },
    { spec: { money: "Franken" }, says: 'money: "Franken" is not the code of a currency' },
    { spec: "fit", says: "{ fit: 100 }" },
    { spec: { round: "two" }, says: "{ round: 2 }" },
    { spec: { date: "YYYY-MM-DD" }, says: "years are yyyy" },
    { spec: { trim: null, upper: null }, says: "a map with one key" },
    { spec: {}, says: "a map with one key" },
  ])("for $spec", ({ spec, says }) => {
    const compiled = compileTransform(spec, point);
    expect(compiled.ok ? "compiled" : compiled.message).toContain(says);
  });

  it("for a date transform whose result the source's own formats would read as another day", () => {
    const compiled = compileTransform({ date: "M/d/yy" }, { ...point, dates: ["yyyy-dd-MM"] });
    expect(compiled.ok ? "compiled" : compiled.message).toContain("another day");
  });
});

it("is not stopped by a pattern that blows up a backtracking engine", () => {
  expect(apply({ replace: ["(a+)+$", "x"] }, `${"a".repeat(5000)}!`)).toEqual({
    ok: true,
    value: `${"a".repeat(5000)}!`,
  });
});

describe("a transform whose text would be longer than 1 MiB", () => {
  const long = "x".repeat(600_000);
  const tooLong = (name: string) => ({
    ok: false,
    code: "too_long",
    message: expect.stringMatching(new RegExp(`^${name} makes a text of more than 1,048,576 characters.*slice`)),
  });

  test.each<{ readonly what: string; readonly spec: TransformSpec; readonly value: Value; readonly name: string }>([
    { what: "doubles what matches", spec: { replace: ["x", "$0$0"] }, value: long, name: "replace" },
    {
      what: "puts a long text wherever there is one character",
      spec: { replace: ["", long] },
      value: long,
      name: "replace",
    },
    {
      what: "does so in a cell of 8 MB",
      spec: { replace: ["x", long] },
      value: "x".repeat(8_000_000),
      name: "replace",
    },
    { what: "begins with a long text", spec: { prefix: long }, value: long, name: "prefix" },
    { what: "makes two letters of one", spec: "upper", value: "ß".repeat(600_000), name: "upper" },
    { what: "does so for each element of a list", spec: { suffix: long }, value: ["a", "b", "c"], name: "suffix" },
  ])("fails when it $what", ({ spec, value, name }) => {
    expect(apply(spec, value)).toEqual(tooLong(name));
  });

  it("may be as long as that, and may be made of a longer one", () => {
    expect(apply({ replace: ["x", "yz"] }, "x".repeat(524_288))).toMatchObject({ ok: true });
    expect(apply({ slice: [0, 3] }, "x".repeat(2_000_000))).toEqual({ ok: true, value: "xxx" });
    expect(apply({ replace: ["x+", "y"] }, "x".repeat(2_000_000))).toEqual({ ok: true, value: "y" });
  });
});
