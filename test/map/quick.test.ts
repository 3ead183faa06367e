// The quick way of a field and the one that tells where values come from: whatever a mapping says and cells hold, both come
// to the same. The long way is heard through the trace, which always goes it.
import fc from "fast-check";
import { expect, it } from "vitest";
import type { LookupTables } from "../../src/map/definition/mapping.ts";
import { parsePath, valueAt } from "../../src/model/payload-path.ts";
import type { Problem } from "../../src/model/problem.ts";
import { locateProblem } from "../../src/model/problem-place.ts";
import { compiled, group, productYaml, sourceRows } from "./rows.ts";

const lookups: LookupTables = () =>
  new Map([
    ["a", "Cups"],
    ["b", ""],
    ["12.50", "Pots"],
  ]);

const fields = [
  "name: A",
  "name: [A, B]",
  "name: { from: [A, B], default: None }",
  "name: [{ from: A, default: First }, B]",
  "name: [{ from: A, optional: true }, { value: Constant }]",
  'name: { template: "{A} - {B}" }',
  'name: { expr: \'row["A"] + row["B"]\' }',
  'name: { from: A, when: \'row["B"] != ""\' }',
  "name: { from: A, apply: [upper, trim] }",
  'name: { from: A, apply: [{ replace: ["[0-9]", ""] }] }',
  "name: { from: A, blank: clear }",
  "category.name: { from: A, map: { a: Cups, b: Pots }, otherwise: keep }",
  "category.name: { from: A, map: { a: Cups }, otherwise: omit }",
  "category.name: { from: A, map: { a: Cups } }",
  "category.name: { from: A, lookup: { file: t.csv, key: k, value: v }, optional: true }",
  'tags: { from: A, split: "," }',
  "retail_price: A",
  "retail_price: { from: A, round: 1 }",
  "retail_price: { from: A, invalid: omit }",
  "retail_price: { from: A, apply: [money] }",
  'retail_price: { expr: \'row["A"] == "" ? 0.0 : number(row["A"])\' }',
  "product_weight: { from: A, unit: kg }",
  "product_length: { from: A, unit: cm }",
  "sellable: A",
  "upc: A",
  'upc: { expr: \'row["A"].replace(".0", "")\' }',
  'upc: { expr: \'row["A"] == "" ? row["B"] : row["A"].split("E")[0]\' }',
  "upc: { from: A, apply: [{ prefix: X }] }",
  "supplier_id: A",
  "custom_fields.Note: A",
];

const cells = fc.oneof(
  fc.constantFrom(
    "",
    " ",
    "n/a",
    "a",
    "b",
    "a,b",
    "12.50",
    "1,5",
    "1.234",
    "007",
    "-0",
    "1e5",
    "4.00638E+12",
    "SKU12E4",
    "1001.0",
    "true",
    "yes",
    "$ 4",
    "\u200bx",
    "3 kg",
  ),
  fc.string({ maxLength: 6 }),
  fc.double({ noNaN: true }).map(String),
);

it("come to the same payload, references, problems and places", () => {
  const mapping = fc
    .uniqueArray(fc.constantFrom(...fields), { minLength: 1, maxLength: 6, selector: (field) => field.split(":")[0] })
    .filter((lines) => new Set(lines.map((line) => line.split(/[.:]/)[0])).size === lines.length);
  const rows = fc.array(fc.record({ SKU: fc.constantFrom("A-1", "1001.0", "\u200bA"), A: cells, B: cells }), {
    minLength: 1,
    maxLength: 4,
  });
  let quick = 0;
  let alones = 0;
  fc.assert(
    fc.property(
      mapping,
      fc.constantFrom("", 'source: { blank: ["", "n/a"] }\n', 'source: { decimal: "," }\n'),
      rows,
      (lines, above, given) => {
        const map = compiled(productYaml(lines.join("\n"), above), lookups);
        for (const row of sourceRows(given)) {
          const drafted = map.draft(group([row]));
          if (drafted.kind !== "draft") throw new Error("it was left out");
          const { draft } = drafted;
          const failed = map.trace(group([row])).flatMap(({ path, result }) => {
            const made = valueAt(draft.payload, parsePath(path));
            if (result.kind === "value" || result.kind === "default") expect(made, path).toEqual(result.value);
            else expect(made, path).toBeUndefined();
            return result.kind === "failed" ? [path] : [];
          });
          expect(draft.problems.filter(({ severity }) => severity === undefined).map(({ path }) => path)).toEqual(
            failed,
          );
          expect([...draft.origins.keys()].sort()).toEqual(
            ["", "sku", ...lines.map((line) => line.slice(0, line.indexOf(":")))].sort(),
          );
          for (const path of draft.origins.keys()) {
            const alone = map.fieldOrigins(group([row]), path);
            if (alone === undefined) continue;
            const problem: Problem = { code: "duplicate_key", message: "", path };
            const located = locateProblem(problem, alone.origins, { payload: alone.payload, elseFirstRow: true });
            expect(located).toEqual(
              locateProblem(problem, draft.origins, { payload: draft.payload, elseFirstRow: true }),
            );
            alones += 1;
          }
          if (draft.problems.length === 0) quick += 1;
        }
      },
    ),
    { numRuns: 500 },
  );
  expect(quick).toBeGreaterThan(50);
  expect(alones).toBeGreaterThan(500);
});

it("come to the same list of items", () => {
  const yaml = `version: 1
resource: sales_orders
group: { by: Order }
totals: { order: { from: Total, optional: true } }
fields:
  channel_id: { from: Shop, ref: { resource: channels, by: label } }
  order_number: Order
  order_date: Date
  total_shipping: { from: Freight, optional: true }
children:
  items:
    each: rows
    where: 'row["Item"] != ""'
    fields: { sku: Item, quantity: Quantity, unit_price: { from: [Price, parent.Price] } }
`;
  const map = compiled(yaml);
  const row = fc.record({
    Order: fc.constant("1"),
    Shop: fc.constantFrom("Web", ""),
    Date: fc.constantFrom("2026-03-09", "2026-03-09T23:30:00Z", "soon"),
    Freight: fc.constantFrom("", "5.00", "x"),
    Total: fc.constantFrom("", "15.00", "10"),
    Item: fc.constantFrom("CUP", "", "10.0"),
    Quantity: fc.constantFrom("1", "2", "", "two"),
    Price: fc.constantFrom("5.00", "", "10"),
  });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 4 }), (given) => {
      const rows = sourceRows(given);
      const drafted = map.draft(group(rows));
      if (drafted.kind !== "draft") throw new Error("it was left out");
      const { payload, references } = drafted.draft;
      for (const { path, result } of map.trace(group(rows))) {
        if (path.startsWith("totals.")) continue;
        if (result.kind === "value") expect(valueAt(payload, parsePath(path)), path).toEqual(result.value);
        if (result.kind === "reference")
          expect(references).toContainEqual({ path, resource: result.resource, key: result.key, fill: true });
      }
      const items = Array.isArray(payload.items) ? payload.items.length : 0;
      expect(items).toBe(given.filter(({ Item }) => Item !== "").length);
    }),
    { numRuns: 400 },
  );
});
