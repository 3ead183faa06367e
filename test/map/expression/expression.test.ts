import { describe, expect, it, test } from "vitest";
import { compileExpression, type Scope } from "../../../src/map/expression/expression.ts";
import type { ExpressionKind } from "../../../src/map/expression/language.ts";
import type { Value } from "../../../src/map/values/coerce.ts";
import type { ValueStyle } from "../../../src/map/values/style.ts";
import type { Cells } from "../../../src/model/row.ts";

const style: ValueStyle = { decimal: ".", dates: [], timezone: "UTC" };
const comma: ValueStyle = { decimal: ",", dates: ["d.M.yyyy"], timezone: "UTC" };

const row: Cells = cells({
  Title: "Shirt",
  Price: "12.50",
  Qty: "3",
  Blank: "",
  Status: "active",
  Date: "2024-01-05",
  constructor: "odd",
  customer: cells({ name: "Ann", address: cells({ city: "Oslo" }) }),
  tags: ["a", "b"],
});
const second = cells({ Title: "Hat", Price: "7.25", Qty: "1" });
const scope: Scope = { row, rows: [row, second], parent: second, item: "piece" };

function cells(record: Record<string, Cells[string]>): Cells {
  return Object.assign(Object.create(null), record) as Cells;
}

function run(source: string, kind: ExpressionKind = "child", of: Scope = scope, by = style) {
  const compiled = compileExpression(source, kind, by);
  if (!compiled.ok) throw new Error(compiled.message);
  const { reads: _, ...outcome } = compiled.expression(of);
  return outcome;
}

function refusal(source: string, kind: ExpressionKind = "row"): string {
  const compiled = compileExpression(source, kind, style);
  return compiled.ok ? "compiled" : compiled.message;
}

describe("cells", () => {
  test.each<{ source: string; is: Value }>([
    { source: 'row["Title"]', is: "Shirt" },
    { source: "row.Title", is: "Shirt" },
    { source: 'row["Blank"]', is: "" },
    { source: 'row["Missing"]', is: "" },
    { source: "row.Missing == ''", is: true },
    { source: 'row["constructor"]', is: "odd" },
    { source: 'row["__proto__"]', is: "" },
    { source: 'row["toString"]', is: "" },
    { source: 'row["size"]', is: "" },
    { source: 'row["customer"]["name"]', is: "Ann" },
    { source: "row.customer.address.city", is: "Oslo" },
    { source: 'row["customer.address.city"]', is: "Oslo" },
    { source: 'row["customer.address.zip"]', is: "" },
    { source: 'row["nobody.address.zip"]', is: "" },
    { source: "row.customer.phone", is: "" },
    { source: "row.tags", is: ["a", "b"] },
    { source: "row.tags.size()", is: 2 },
    { source: 'row.tags.join("/")', is: "a/b" },
    { source: 'parent["Title"]', is: "Hat" },
    { source: "item", is: "piece" },
    { source: 'rows.map(r, r["Title"])', is: ["Shirt", "Hat"] },
    { source: 'rows[0]["Title"]', is: "Shirt" },
    { source: 'row["Title"] != "" && row["Status"] != "archived"', is: true },
    { source: 'row["Status"] in ["active", "draft"]', is: true },
    { source: 'row["Title"] == rows[0]["Title"]', is: true },
  ])("$source is $is", ({ source, is }) => {
    expect(run(source)).toEqual({ ok: true, value: is });
  });
});

describe("numbers", () => {
  test.each<{ source: string; is: Value }>([
    { source: 'number(row["Price"])', is: 12.5 },
    { source: 'number(row["Price"]) * 2', is: 25 },
    { source: '2 * number(row["Price"])', is: 25 },
    { source: 'number(row["Price"]) / number(row["Qty"]) > 4', is: true },
    { source: 'number(row["Qty"]) + 1', is: 4 },
    { source: '10 - number(row["Qty"])', is: 7 },
    { source: 'number(row["Qty"]) == 3', is: true },
    { source: '3 == number(row["Qty"])', is: true },
    { source: 'number(row["Qty"]) != 3', is: false },
    { source: 'number(row["Qty"]) >= 3 && number(row["Qty"]) < 4', is: true },
    { source: 'row["Blank"] == "" ? 0 : number(row["Blank"])', is: 0 },
    { source: 'row["Price"] == "" ? 0 : number(row["Price"])', is: 12.5 },
    { source: '(row["Blank"] == "" ? 1 : number(row["Blank"])) * 2', is: 2 },
    { source: '-number(row["Price"])', is: -12.5 },
    { source: "-number('0')", is: 0 },
    { source: "1 + 2", is: 3 },
    { source: "9007199254740993", is: 9007199254740993n },
    { source: 'round(number(row["Price"]) * 1.2, 1)', is: 15 },
    { source: "round(1.005, 2)", is: 1.01 },
    { source: "abs(number('-2'))", is: 2 },
    { source: 'rows.map(r, number(r["Price"]) * number(r["Qty"])).sum()', is: 44.75 },
    { source: "[1, 2.5]", is: [1, 2.5] },
  ])("$source is $is", ({ source, is }) => {
    expect(run(source)).toEqual({ ok: true, value: is });
  });

  it("are read by the source's style", () => {
    expect(run("number(row.P) + 1", "row", { row: cells({ P: "1234,5" }) }, comma)).toEqual({
      ok: true,
      value: 1235.5,
    });
  });
});

describe("dates and texts", () => {
  test.each<{ source: string; is: Value }>([
    { source: 'date(row["Date"]) >= "2024-01-01"', is: true },
    { source: 'date(row["Date"])', is: "2024-01-05" },
    { source: 'row["Title"].matches("^S.*t$")', is: true },
    { source: 'row["Title"] . matches ("^x")', is: false },
    { source: '(row["Title"]).matches(r"\\w+")', is: true },
    { source: 'matches(row["Title"], "hir")', is: true },
    { source: 'rows.exists(r, r["Title"].matches("^H"))', is: true },
    { source: '"matches" + row["Title"]', is: "matchesShirt" },
    { source: '"matches".matches("matches")', is: true },
    { source: 'row["Title"].replace("S", "s").upperAscii()', is: "SHIRT" },
    { source: 'row["Title"].lowerAscii().contains("shi")', is: true },
    { source: '"a-b".split("-")', is: ["a", "b"] },
    { source: 'row["Title"].substring(0, 2)', is: "Sh" },
    { source: 'row["Title"].size()', is: 5 },
  ])("$source is $is", ({ source, is }) => {
    expect(run(source)).toEqual({ ok: true, value: is });
  });

  it("dates are read by the source's formats", () => {
    expect(run("date(row.D)", "row", { row: cells({ D: "5.1.2024" }) }, comma)).toEqual({
      ok: true,
      value: "2024-01-05",
    });
  });

  it("a pattern that blows up a backtracking engine does not", () => {
    const hostile = cells({ A: `${"a".repeat(5000)}!` });
    expect(run('row.A.matches("^(a+)+$")', "row", { row: hostile })).toEqual({ ok: true, value: false });
  });
});

describe("a row's problem", () => {
  test.each([
    { source: 'number(row["Blank"])', says: "number() of a blank cell" },
    { source: 'number(row["Title"])', says: '"Shirt" is not a number' },
    { source: 'date(row["Title"])', says: "is not a date" },
    { source: 'date(row["Blank"])', says: "date() of a blank cell" },
    { source: 'number("12345678901234567890")', says: "exactly" },
    { source: 'number(row["Price"]) / 0', says: "division by zero" },
    { source: "1 / 0", says: "division by zero" },
    { source: 'row["Title"] - row["Price"]', says: "cannot compute text - text; cells are text, so write number(…)" },
    { source: "row.customer", says: "a row or a nested object" },
    { source: "row.nobody.name", says: 'row["a.b"] is "" when a part of it is missing' },
    { source: 'row["Title"].matches(row["Bad"] + "(")', says: "is not a regular expression of RE2" },
    { source: 'rows.map(r, r["Price"]).sum()', says: "adds numbers only" },
    { source: 'row["Title"].matches(1)', says: "there is no text.matches(number)" },
    { source: "rows[7].Title", says: "index out of bounds" },
  ])("$source", ({ source, says }) => {
    const result = run(source);
    expect(result.ok ? result.value : result.message).toContain(says);
    expect(result.ok ? "" : result.message).not.toContain("\n");
  });

  it("is a variable without a value", () => {
    expect(run("item", "child", { row })).toEqual({ ok: false, message: '"item" has no value here' });
  });
});

describe("a mapping's fault", () => {
  test.each<{ source: string; kind?: ExpressionKind; says: string }>([
    { source: "1 +", says: "Unexpected token: EOF (at column 4)" },
    { source: "", says: "Unexpected token" },
    { source: 'Title == "x"', says: 'unknown variable "Title". A column is written row["Title"] (at column 1)' },
    { source: 'roww["x"]', says: 'Did you mean "row"?' },
    {
      source: 'row["a"] == ""\n && rows.size() > 1',
      says: '"rows" is not known here; there is only row (at line 2, column 5)',
    },
    { source: "item", kind: "group", says: "there is only row, rows" },
    { source: 'number(row["a"]) + "kg"', says: "cannot compute number + text" },
    { source: 'row["Qty"] == 0', says: 'a cell is text, so "==" with a number needs number(row["Qty"])' },
    { source: '-1 < row["Qty"]', says: "a cell is text" },
    { source: 'row["Active"] == true', says: 'compare with "true" in quotes' },
    { source: 'rows.exists(r, r["Qty"] == 0)', kind: "group", says: 'needs number(r["Qty"])' },
    { source: "has(row.Qty)", says: "has() is always true" },
    { source: 'row["a"].matches("(a")', says: "missing closing )" },
    { source: 'row["a"].matches("a(?=b)")', says: "is not a regular expression of RE2" },
    { source: '"a".matches(1)', says: "there is no text.matches(number)" },
    { source: 'row["a"].nope()', says: "nope()" },
    { source: "nope(1)", says: "nope" },
    { source: "row", says: "the expression gives Row" },
    { source: "rows", kind: "group", says: "the expression gives list<Row>" },
    { source: "null", says: "the expression gives null" },
    { source: '{"a": 1}', says: "the expression gives map" },
    { source: 'timestamp("2024-01-01T00:00:00Z")', says: "the expression gives google.protobuf.Timestamp" },
    { source: 'row["a"] == "" ? "x" : 1', says: "write both as text or both as numbers" },
  ])("$source", ({ source, kind, says }) => {
    expect(refusal(source, kind)).toContain(says);
    expect(refusal(source, kind)).not.toContain("\n");
  });
});

test.each<{ source: string; columns: string[] }>([
  { source: 'row["A"] + row.B + row["A"]', columns: ["A", "B"] },
  { source: 'row["customer.name"] + row.customer.phone', columns: ["customer.name", "customer"] },
  { source: 'rows.exists(r, r["X"] == row["Y"]) || parent["Z"] == ""', columns: ["Y"] },
  { source: 'number(row["P"]) > 1 ? [row["Q"]][0] : "row[\'no\']"', columns: ["P", "Q"] },
  { source: 'row[item] == ""', columns: [] },
])("reads the columns of $source", ({ source, columns }) => {
  expect(compileExpression(source, "child", style)).toMatchObject({ ok: true, columns });
});

test.each([
  { source: 'row["a"] == ""', yields: "boolean" },
  { source: 'number(row["a"])', yields: "number" },
  { source: "1", yields: "number" },
  { source: '"a" + "b"', yields: "text" },
  { source: '"a".split(",")', yields: "list" },
  { source: 'row["a"]', yields: "unknown" },
])("knows that $source gives $yields", ({ source, yields }) => {
  expect(compileExpression(source, "row", style)).toMatchObject({ ok: true, yields });
});

it("keeps nothing of one row for the next", () => {
  const compiled = compileExpression('rows.map(r, number(r["P"])).sum() + number(row["P"])', "group", style);
  const of = (price: string): Scope => ({ row: cells({ P: price }), rows: [cells({ P: price })] });
  expect(
    compiled.ok && [compiled.expression(of("1")), compiled.expression(of("x")), compiled.expression(of("2"))],
  ).toMatchObject([{ ok: true, value: 2 }, { ok: false }, { ok: true, value: 4 }]);
});

describe("an expression that would take for ever", () => {
  test.each([
    { name: "parentheses in parentheses", source: `${"(".repeat(5000)}1${")".repeat(5000)}` },
    { name: "nots of nots", source: `${"!".repeat(5000)}true` },
    { name: "choices in choices", source: `${'row["a"] == "b" ? "c" : '.repeat(3000)}"d"` },
    { name: "a back reference", source: 'row["Title"].matches("(a)\\\\1")' },
    { name: "a look-ahead", source: 'row["Title"].matches("(?=a)b")' },
  ])("is refused: $name", ({ source }) => {
    expect(refusal(source)).toMatch(/maxDepth|call stack|not a regular expression of RE2/);
  });

  it("fails on its row when each replace() multiplies what the one before made", () => {
    const long = cells({ Text: "x".repeat(3000) });
    const source = `row.Text${'.replace("x", row.Text)'.repeat(3)}.size()`;
    expect(run(source, "row", { row: long })).toEqual({
      ok: false,
      message: expect.stringContaining("replace() makes a text of more than 1,048,576 characters"),
    });
    expect(run('row.Text.replace("x", "yy").size()', "row", { row: long })).toEqual({ ok: true, value: 6000 });
  });

  const many = `[${Array.from({ length: 1000 }, (_, at) => at).join()}]`;
  const doubled = (times: number, value: string): string =>
    Array.from({ length: times })
      .reduceRight<string>(
        (inner, _, at) => `cel.bind(v${at + 1}, v${at} + v${at}, ${inner === "" ? `v${at + 1}` : inner})`,
        "",
      )
      .replace(/^/, `cel.bind(v0, ${value}, `)
      .concat(")");
  const nested = (depth: number): string => (depth === 0 ? "x" : `${many}.map(x, ${nested(depth - 1)})`);
  const shared = (depth: number): string =>
    Array.from({ length: depth }).reduce<string>((list) => `cel.bind(s, ${list}, [${"s,".repeat(99)}s])`, '["a"]');

  it.each([
    { what: "lists in lists", source: `${nested(3)}.size()`, says: "takes more than 2,000,000 steps" },
    {
      what: "exists() in exists()",
      source: `${many}.exists(x, ${many}.exists(y, ${many}.exists(z, x + y + z < 0)))`,
      says: "takes more than 2,000,000 steps",
    },
    {
      what: "steps beside something true",
      source: `${nested(3)}.size() == 1 || true`,
      says: "takes more than 2,000,000 steps",
    },
    {
      what: "a text that doubles",
      source: `${doubled(40, 'row["Text"]')}.size()`,
      says: "makes a text of more than 1,048,576 characters",
    },
    {
      what: "a list that doubles",
      source: `${doubled(40, "[1, 2, 3, 4]")}.size()`,
      says: /list that is too large|2,000,000 steps/,
    },
    {
      what: "lists that share lists",
      source: `cel.bind(l, ${shared(5)}, l == l)`,
      says: /list that is too large|2,000,000 steps/,
    },
    {
      what: "join() with a long text between",
      source: `row.Text.split("").join(row.Text).size()`,
      says: "join() makes a text of more than 1,048,576 characters",
    },
    {
      what: "a result that is a long list",
      source: `row.Text.split("").map(x, row.Text.substring(0, 300))`,
      says: "gives a list of more than 1,048,576",
    },
    {
      what: "long texts compared again and again",
      source: `${many}.exists(x, ${many}.exists(y, row.Text + "a" == row.Text + "b"))`,
      says: "takes more than 2,000,000 steps",
    },
    {
      what: "a time without an end",
      source: `duration(row.Text.replace("x", "1")) == duration("1s")`,
      says: "duration() takes a time like 90m",
    },
    { what: "a pattern as long as a cell", source: `"a".matches(row.Text)`, says: "is longer than 1000 characters" },
    {
      what: "a pattern on a long text, again and again",
      source: `${many}.exists(x, row.Text.matches("(x?){200}y"))`,
      says: "takes more than 2,000,000 steps",
    },
  ])("fails on its row, whatever the machine is doing: $what", ({ source, says }) => {
    const long = cells({ Text: "x".repeat(5000) });
    expect(run(source, "row", { row: long })).toEqual({
      ok: false,
      message: typeof says === "string" ? expect.stringContaining(says) : expect.stringMatching(says),
    });
    // And the next evaluation starts anew.
    expect(run("row.Text.size()", "row", { row: long })).toEqual({ ok: true, value: 5000 });
  });

  it("is enough for a group of as many rows as there may be, and for cells as long as there may be", () => {
    const rows = Array.from({ length: 20_000 }, (_, at) =>
      cells({ Qty: String(at), Price: "1.50", Text: "x".repeat(40) }),
    );
    const of = { row: rows[0] ?? row, rows };
    expect(run('rows.map(r, number(r["Qty"]) * number(r["Price"])).sum()', "group", of)).toMatchObject({ ok: true });
    expect(run('rows.filter(r, r["Qty"] != "" && r["Price"] != "").size()', "group", of)).toEqual({
      ok: true,
      value: 20_000,
    });
    expect(run('rows.map(r, r["Text"]).join(" ").size()', "group", of)).toEqual({ ok: true, value: 819_999 });
    const long = cells({ Text: "x".repeat(8_000_000) });
    expect(run('row["Text"] != ""', "row", { row: long })).toEqual({ ok: true, value: true });
    expect(run('row["Text"].substring(0, 3)', "row", { row: long })).toEqual({ ok: true, value: "xxx" });
  });

  it("still takes times and joins lists", () => {
    expect(run('duration("90m") > duration("1h")')).toEqual({ ok: true, value: true });
    expect(run('["a", "b"].join("-") + ["c"].join()')).toEqual({ ok: true, value: "a-bc" });
  });

  it("comes to its end where backtracking would not", () => {
    const long = cells({ Text: `${"a".repeat(50_000)}!` });
    expect(run('row.Text.matches("^(a+)+$")', "row", { row: long })).toEqual({ ok: true, value: false });
  });
});
