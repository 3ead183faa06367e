import { describe, expect, it, test } from "vitest";
import { cellPlace } from "../../src/model/draft.ts";
import type { Cell } from "../../src/model/row.ts";
import { compiled, draftOf, sourceRow, sourceRows } from "./rows.ts";

const orders = (children: string, above = "") =>
  compiled(
    `version: 1\nresource: sales_orders\n${above}fields: { order_number: No }\nchildren:\n  items: ${children}\n`,
  );
const items = (draft: { payload: unknown }) => JSON.parse(JSON.stringify(draft.payload)).items;

describe("each: a nested array", () => {
  const mapping = orders(
    '{ each: order.lines, where: \'row["qty"] != "0"\', fields: { sku: s, quantity: qty, tags: parent.tag } }',
  );
  const row = sourceRow({
    No: "1",
    tag: "web",
    order: {
      lines: [
        { s: "A", qty: "1" },
        { s: "B", qty: "0" },
        { s: "C", qty: "x" },
      ],
    },
  });
  const draft = draftOf(mapping, [row]);

  it("makes an item of every element that where lets through, with parent.X out of the enclosing row", () => {
    expect(items(draft)).toEqual([
      { sku: "A", quantity: 1, tags: ["web"] },
      { sku: "C", tags: ["web"] },
    ]);
  });

  it("finds the cell of a problem from the row", () => {
    expect(draft.problems).toMatchObject([
      { code: "not_a_number", path: "items[1].quantity", column: "order.lines.2.qty", value: "x", line: 2 },
    ]);
  });

  it("has origins that can be read", () => {
    const [origin] = draft.origins.get("items[0].sku") ?? [];
    expect(origin).toMatchObject({ kind: "cell", column: "order.lines.0.s" });
    expect(cellPlace(row, "order.lines.0.s").value).toBe("A");
  });

  test.each<{ what: string; lines: Cell; is: unknown; problem?: object }>([
    { what: "missing list", lines: "", is: undefined },
    { what: "empty list", lines: [], is: undefined },
    { what: "list of pieces of text", lines: ["A", "B"], is: [{ sku: "A" }, { sku: "B" }] },
    {
      what: "text",
      lines: "A,B",
      is: undefined,
      problem: { code: "not_a_list", path: "items", column: "lines", value: "A,B" },
    },
    { what: "list of lists", lines: [["A"]], is: undefined, problem: { code: "not_a_list", path: "items" } },
  ])("takes a $what for what it is", ({ lines, is, problem }) => {
    const made = draftOf(orders("{ each: lines, fields: { sku: item } }"), [sourceRow({ No: "1", lines })]);
    expect(items(made)).toEqual(is);
    expect(made.problems).toMatchObject(problem === undefined ? [] : [problem]);
  });
});

describe("each: a joined input", () => {
  const above = "join:\n  details: { on: { order: No } }\n  customers: { on: { id: Customer }, one: true }\n";
  const mapping = orders("{ each: details, fields: { sku: sku, quantity: qty, tags: customers.tag } }", above);
  const main = sourceRow({ No: "1", Customer: "7" });
  const details = sourceRows(
    [
      { order: "1", sku: "A", qty: "1" },
      { order: "1", sku: "B", qty: "" },
    ],
    "details.csv",
  );
  const customers = [sourceRow({ id: "7", tag: "vip" }, 4, "customers.csv")];
  const draft = draftOf(mapping, [main], { details, customers });

  it("makes an item of every joined row", () => {
    expect(items(draft)).toEqual([
      { sku: "A", quantity: 1, tags: ["vip"] },
      { sku: "B", tags: ["vip"] },
    ]);
  });

  it("counts the joined rows among its rows, but not those of reference data", () => {
    expect(draft.rows).toEqual([main, ...details]);
  });

  it("points at the joined file", () => {
    expect(draft.origins.get("items[1].quantity")).toEqual([{ kind: "cell", source: details[1], column: "qty" }]);
    expect(draft.origins.get("items[0].tags")).toEqual([{ kind: "cell", source: customers[0], column: "tag" }]);
  });

  it("leaves the list out when nothing is joined, and points at the column that found nothing", () => {
    const alone = draftOf(mapping, [main]);
    expect(alone.payload).not.toHaveProperty("items");
    expect(alone.origins.get("items")).toEqual([{ kind: "cell", source: main, column: "No" }]);
  });

  it("is invalid as a whole when a joined row could not be read", () => {
    const faulty = sourceRow({ order: "1", sku: "B" }, 3, "details.csv", {
      code: "ragged_row",
      message: "2 cells, 3 expected",
    });
    const damaged = draftOf(mapping, [main], { details: [...details, faulty], customers });
    expect(damaged).toMatchObject({
      key: "1",
      payload: {},
      problems: [{ code: "ragged_row", file: "details.csv", line: 4 }],
    });
    expect(damaged.rows).toHaveLength(4);
  });

  it("takes a faulty row of reference data for no match, and warns of it", () => {
    const faulty = sourceRow({ id: "7", tag: "vip" }, 4, "customers.csv", { code: "ragged_row", message: "x" });
    const made = draftOf(mapping, [main], { details, customers: [faulty] });
    expect(made.problems).toMatchObject([{ severity: "warning", file: "customers.csv", line: 5 }]);
    expect(items(made)[0]).toEqual({ sku: "A", quantity: 1 });
  });

  it("refuses to choose between several matches of a join of one", () => {
    const twice = [...customers, sourceRow({ id: "7", tag: "new" }, 9, "customers.csv")];
    expect(draftOf(mapping, [main], { details, customers: twice }).problems).toMatchObject([
      {
        code: "join_several",
        file: "in.csv",
        line: 2,
        column: "Customer",
        value: "7",
        message: expect.stringContaining("lines 5, 10"),
      },
    ]);
  });
});

describe("each: a split cell", () => {
  const mapping = compiled(`version: 1
resource: products
fields: { sku: SKU }
children:
  kit_items:
    each: { from: Parts, split: "," }
    where: 'item != "none"'
    fields:
      sku: { from: item, apply: [{ replace: [" x.*", ""] }] }
      quantity: { expr: 'item.contains(" x") ? item.split(" x")[1] : "1"' }
`);

  it("makes an item of every piece, which is called item", () => {
    const row = sourceRow({ SKU: "K", Parts: "A x2, none,, B" });
    const draft = draftOf(mapping, [row]);
    expect(JSON.parse(JSON.stringify(draft.payload)).kit_items).toEqual([
      { sku: "A", quantity: 2 },
      { sku: "B", quantity: 1 },
    ]);
    expect(draft.origins.get("kit_items[1].sku")).toEqual([
      { kind: "cell", source: row, column: "Parts", part: "made" },
    ]);
    expect(draft.origins.get("kit_items[1].quantity")).toEqual([
      { kind: "cell", source: row, column: "Parts", part: "made" },
    ]);
  });

  it("makes none of a blank cell", () => {
    expect(draftOf(mapping, [sourceRow({ SKU: "K", Parts: "" })]).payload).not.toHaveProperty("kit_items");
  });
});

describe("each: rows", () => {
  const mapping = compiled(`version: 1
resource: products
group: { by: Handle }
fields: { sku: Handle, name: Title }
children:
  variants:
    each: rows
    where: 'row["Option"] != "" && rows.size() > 1'
    fields:
      name: { template: "{Title} - {Option}" }
      sku: { expr: 'parent["Handle"] + "-" + row["Option"]' }
      upc: Title
`);
  const rows = sourceRows([
    { Handle: "shirt", Title: "Shirt", Option: "S" },
    { Handle: "shirt", Title: "", Option: "" },
    { Handle: "shirt", Title: "", Option: "L" },
  ]);

  it("goes through every row of the group; a template falls back to the first row, a plain from does not", () => {
    expect(JSON.parse(JSON.stringify(draftOf(mapping, rows).payload)).variants).toEqual([
      { name: "Shirt - S", sku: "shirt-S", upc: "Shirt" },
      { name: "Shirt - L", sku: "shirt-L" },
    ]);
  });

  it("leaves the list out when no row is let through", () => {
    expect(draftOf(mapping, rows.slice(0, 1)).payload).not.toHaveProperty("variants");
  });

  it("points at the row that an item came from, and for its template at the first row too", () => {
    const { origins } = draftOf(mapping, rows);
    expect(origins.get("variants[1].upc")).toEqual([{ kind: "cell", source: rows[2], column: "Title" }]);
    expect(origins.get("variants[1].name")).toEqual([
      { kind: "cell", source: rows[0], column: "Title", part: "made" },
      { kind: "cell", source: rows[2], column: "Option", part: "made" },
    ]);
  });
});

it("a failing where of a child is a problem of its row", () => {
  const mapping = orders("{ each: lines, where: 'number(row[\"q\"]) > 0', fields: { sku: s } }");
  const { problems } = draftOf(mapping, [sourceRow({ No: "1", lines: [{ s: "A", q: "x" }] })]);
  expect(problems).toMatchObject([{ code: "expression_failed", path: "items[0]", file: "in.csv", line: 2 }]);
});

test.each([{ odd: "" }, { odd: "A" }, { odd: ["A"] }])(
  "a list of objects with $odd among them is a problem of that element, and no line is lost",
  ({ odd }) => {
    const mapping = orders("{ each: lines, fields: { sku: s } }");
    const { problems, payload } = draftOf(mapping, [sourceRow({ No: "1", lines: [{ s: "A" }, odd, { s: "B" }] })]);
    expect(problems).toMatchObject([
      { path: "items", column: "lines.1", message: expect.stringContaining("an object is expected") },
    ]);
    expect(payload).not.toHaveProperty("items");
  },
);

describe("pieces of an expression", () => {
  const kit = (each: string) =>
    `version: 1\nresource: products\nfields: { sku: SKU }\nchildren:\n  kit_items:\n    each: { expr: '${each}' }\n    fields: { sku: item, quantity: { value: 1 } }\n`;
  const kitOf = (each: string, cells: Record<string, string>) =>
    draftOf(compiled(kit(each)), [sourceRow({ SKU: "K", ...cells })]);
  const either = 'row["A"] != "" ? row["A"].split(",") : row["B"].split("|")';

  it("are elements, trimmed, without blank ones", () => {
    expect(kitOf(either, { A: "", B: "CUP | |LID" }).payload.kit_items).toEqual([
      { sku: "CUP", quantity: 1 },
      { sku: "LID", quantity: 1 },
    ]);
  });

  it("stand in the first cell that the expression reads and that is not blank", () => {
    const { origins } = kitOf(either, { A: "", B: "CUP" });
    expect(origins.get("kit_items[0].sku")).toEqual([expect.objectContaining({ kind: "cell", column: "B" })]);
    expect(origins.get("kit_items")).toMatchObject([{ column: "B" }, { column: "A" }]);
  });

  it("are a problem of the row where the expression fails, or gives no list", () => {
    expect(kitOf('[string(number(row["A"]))]', { A: "many" }).problems).toMatchObject([
      { code: "expression_failed", path: "kit_items", column: "A", message: expect.stringMatching(/^each: /) },
    ]);
    expect(kitOf('cel.bind(x, dyn(row["A"]), x)', { A: "CUP" }).problems).toMatchObject([
      { code: "not_a_list", path: "kit_items", column: "A" },
    ]);
  });

  test.each([
    { each: 'row["A"].trim()', fault: "must give a list, and gives text" },
    { each: 'item.split(",")', fault: '"item" is not known here' },
    { each: "[", fault: "children.kit_items.each" },
  ])("are refused for $each: $fault", ({ each, fault }) => {
    expect(() => compiled(kit(each))).toThrow(fault);
  });

  it("are told by the form that was meant when it is wrong", () => {
    expect(() => compiled(kit("x").replace("'x'", "1"))).toThrow(/each\.expr: must be text/);
    expect(() => compiled(kit("x").replace("expr: 'x'", "from: 1"))).toThrow(/each\.from: must be text/);
  });
});
