import { describe, expect, it, test } from "vitest";
import { cellPlace, type Origin, type Origins, type SourceRow } from "../../src/model/draft.ts";
import { describeProblem, type Problem, problemSignature } from "../../src/model/problem.ts";
import { locateProblem } from "../../src/model/problem-place.ts";
import type { Cells } from "../../src/model/row.ts";

const source = (line: number, cells: Cells): SourceRow => ({
  ref: { file: 1, number: line - 1 },
  file: "orders.csv",
  row: { number: line - 1, line, raw: "", cells },
});
const row = source(5, { Order: "A", Item: "CUP", Qty: "0", "Unit.Price": "9", ship: { name: "Jane" } });
const cell = (column: string): Origin => ({ kind: "cell", source: row, column });
const constant: Origin = { kind: "mapping", file: "map.yaml", line: 7 };

function columnOf(path: string, origins: Record<string, readonly Origin[]>): string | undefined {
  const known: Origins = new Map(Object.entries(origins));
  const found = locateProblem({ code: "api_rejected", message: "no", path }, known);
  return found.column ?? (found.file === undefined ? undefined : `${found.file}:${found.line}`);
}

describe("a problem finds its cell", () => {
  test.each<{
    readonly name: string;
    readonly path: string;
    readonly origins: Record<string, readonly Origin[]>;
    readonly at: string | undefined;
  }>([
    {
      name: "at its own path before anything else",
      path: "items[0].sku",
      origins: { "items[0].sku": [cell("Item")], "items[0].quantity": [cell("Qty")] },
      at: "Item",
    },
    {
      name: "at the row of the fields below it",
      path: "ship_to",
      origins: { "ship_to.city": [cell("City")], "ship_to.name": [cell("Name")] },
      at: "orders.csv:5",
    },
    {
      name: "at the sibling that stands for it",
      path: "items[0].product",
      origins: { "items[0].quantity": [cell("Qty")], "items[0].sku": [cell("Item")] },
      at: "Item",
    },
    {
      name: "not at a sibling in another item",
      path: "items[1].product",
      origins: { "items[0].sku": [cell("Item")], items: [cell("Order")] },
      at: "Order",
    },
    { name: "at what encloses it", path: "tags[3]", origins: { tags: [cell("Tags")] }, at: "Tags" },
    {
      name: "below a list that has no cell of its own",
      path: "items",
      origins: { items: [], "items[0].sku": [cell("Item")] },
      at: "orders.csv:5",
    },
    {
      name: "not at a name that only begins like it",
      path: "ship",
      origins: { ship_date: [cell("Shipped")] },
      at: undefined,
    },
    {
      name: "in the mapping when the value is a constant",
      path: "type",
      origins: { type: [constant] },
      at: "map.yaml:7",
    },
    {
      name: "at a cell rather than the constant beside it",
      path: "type",
      origins: { type: [constant, cell("Type")] },
      at: "Type",
    },
    { name: "nowhere when nothing is known", path: "total", origins: { name: [cell("Name")] }, at: undefined },
  ])("$name", ({ path, origins, at }) => {
    expect(columnOf(path, origins)).toBe(at);
  });

  it("unless it names one already, or has no path", () => {
    const origins: Origins = new Map([["sku", [cell("Item")]]]);
    const named: Problem = { code: "too_long", message: "m", path: "sku", file: "other.csv", line: 9 };
    expect(locateProblem(named, origins)).toBe(named);
    const whole: Problem = { code: "api_refused", message: "m" };
    expect(locateProblem(whole, origins)).toBe(whole);
  });

  it("with the row, the line and the value", () => {
    expect(locateProblem({ code: "too_small", message: "m", path: "q" }, new Map([["q", [cell("Qty")]]]))).toEqual({
      code: "too_small",
      message: "m",
      path: "q",
      file: "orders.csv",
      line: 5,
      row: 4,
      column: "Qty",
      value: "0",
    });
  });
});

test.each([
  { name: "a column", column: "Qty", value: "0" },
  { name: "a column whose name has a dot", column: "Unit.Price", value: "9" },
  { name: "a nested value", column: "ship.name", value: "Jane" },
  { name: "a column that is not there", column: "Gone", value: undefined },
  { name: "a name that objects have by birth", column: "toString", value: undefined },
  { name: "a value that is no text", column: "ship", value: undefined },
])("the place of $name has its value", ({ column, value }) => {
  expect(cellPlace(row, column)).toEqual({
    file: "orders.csv",
    line: 5,
    row: 4,
    column,
    ...(value === undefined ? {} : { value }),
  });
});

it("knows elements of nested lists by number", () => {
  expect(cellPlace(source(2, { items: [{ sku: "a" }, { sku: "b" }] }), "items.1.sku").value).toBe("b");
});

test.each<{ readonly name: string; readonly problem: Omit<Problem, "code">; readonly text: string }>([
  {
    name: "a cell",
    problem: {
      message: "must be greater than 0",
      path: "items[1].quantity",
      file: "orders.csv",
      line: 1043,
      column: "Qty",
      value: "0",
    },
    text: 'orders.csv:1043 column "Qty" = "0" → items[1].quantity: must be greater than 0',
  },
  {
    name: "a blank cell",
    problem: { message: "is required", file: "a.csv", line: 2, column: "SKU", value: "" },
    text: 'a.csv:2 column "SKU" = "": is required',
  },
  {
    name: "a column that is missing",
    problem: { message: "m", file: "a.csv", line: 2, column: "SKU" },
    text: 'a.csv:2 column "SKU": m',
  },
  {
    name: "a constant",
    problem: { message: "m", path: "type", file: "map.yaml", line: 7 },
    text: "map.yaml:7 → type: m",
  },
  { name: "a file", problem: { message: "m", file: "a.csv" }, text: "a.csv: m" },
  { name: "a path alone", problem: { message: "m", path: "bill_to.name" }, text: "→ bill_to.name: m" },
  { name: "nothing", problem: { message: "m", path: "" }, text: "m" },
  {
    name: "a value with line breaks",
    problem: { message: "m", file: "a.csv", line: 1, column: "C", value: "one\r\n two" },
    text: 'a.csv:1 column "C" = "one two": m',
  },
])("a problem of $name reads well", ({ problem, text }) => {
  expect(describeProblem({ code: "too_small", ...problem })).toBe(text);
});

it("shows 80 characters of a value at most", () => {
  const text = describeProblem({ code: "too_long", message: "m", column: "C", value: "x".repeat(500) });
  expect(text).toBe(`column "C" = "${"x".repeat(79)}…": m`);
});

describe("two problems are the same thing", () => {
  const problem: Problem = {
    code: "too_long",
    path: "items[1].sku",
    column: "SKU",
    message: '"abc" has 101 characters',
    line: 4,
  };

  it("when only the row, the item, the numbers and the quoted values differ", () => {
    const other: Problem = { ...problem, path: "items[22].sku", message: '"def" has 200 characters', line: 9 };
    expect(problemSignature(other)).toBe(problemSignature(problem));
  });

  test.each<Partial<Problem>>([
    { code: "too_big" },
    { path: "items[1].name" },
    { column: "Name" },
    { message: "another thing" },
  ])("and not when %j differs", (part) => {
    expect(problemSignature({ ...problem, ...part })).not.toBe(problemSignature(problem));
  });
});
