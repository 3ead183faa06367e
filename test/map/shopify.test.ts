// The mapping of the documentation, on rows as Shopify exports them.
import { expect, it } from "vitest";
import { compiled, csvHeader, draftOf, groupsOf, sourceRows } from "./rows.ts";

const shopify = `
version: 1
resource: products
source:
  format: csv
  match: "products_export*.csv"
  blank: ["", "NULL", "N/A"]
  thousands: ","
  dates: ["yyyy-MM-dd", "M/d/yy H:mm"]
where: 'row["Vendor"] != "Test"'
group:
  by: Handle
  rows: adjacent
  head: 'row["Title"] != ""'
  where: 'row["Status"] != "archived"'
fields:
  name: Title
  sku: Handle
  type: { value: PRODUCT }
  description: { from: "Body (HTML)", apply: [strip_html] }
  category.name: { from: [Type, "Product Category"], default: Uncategorised }
  supplier.name: { from: Vendor, optional: true }
  tags: { from: Tags, split: "," }
  sellable: { from: Status, optional: true, map: { active: true, draft: false }, otherwise: error }
  product_weight: [{ from: "Weight (kg)", unit: kg }, { from: "Variant Grams", unit: g }]
  retail_price: { expr: 'number(row["Variant Price"]) * 1.2', round: 2 }
  custom_fields.Origin: { template: "{Title} / {Vendor}" }
  custom_fields.Season: { from: Season, optional: true, when: 'row["Season"] != ""' }
children:
  variants:
    each: rows
    where: 'row["Option1 Value"] != "" && row["Option1 Value"] != "Default Title"'
    fields:
      name: { template: "{Title} - {Option1 Value}" }
      sku: "Variant SKU"
      retail_price: "Variant Price"
`;

const columns = [
  "Handle",
  "Title",
  "Body (HTML)",
  "Vendor",
  "Type",
  "Tags",
  "Status",
  "Option1 Value",
  "Variant SKU",
  "Variant Grams",
  "Variant Price",
];
const table = [
  [
    "tea",
    "Tea",
    "<p>Green <b>tea</b></p>",
    "Acme",
    "Drinks",
    "a, b",
    "active",
    "Small",
    "T-S",
    "453.59237",
    "1,000.00",
  ],
  ["tea", "", "", "", "", "", "", "Large", "T-L", "907.18474", "12.50"],
  ["tea", "", "", "", "", "", "", "", "", "", ""],
  ["mug", "Mug", "", "Acme", "", "", "draft", "Default Title", "M", "N/A", "5"],
  ["old", "Old", "", "Acme", "", "", "archived", "", "O", "", "1"],
  ["try", "Try", "", "Test", "", "", "active", "", "X", "", "1"],
];
const rows = sourceRows(
  table.map((cells) => Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? ""]))),
);
const mapping = compiled(shopify);

it("fits the export's header, which has no column for the optional season", () => {
  expect(mapping.checkColumns(csvHeader(columns), {})).toEqual({ errors: [], warnings: [], missing: [] });
});

it("makes one product of a handle, with its variants, and warns of what only a later row says", async () => {
  const { groups } = await groupsOf(mapping, rows);
  const draft = draftOf(mapping, groups[0]?.rows ?? []);
  expect(draft.problems).toMatchObject([
    { code: "group_conflict", severity: "warning", line: 3, column: "Variant Grams" },
  ]);
  expect(draft.problems).toHaveLength(1);
  expect(JSON.parse(JSON.stringify(draft.payload))).toEqual({
    name: "Tea",
    sku: "tea",
    type: "PRODUCT",
    description: "Green tea",
    category: { name: "Drinks" },
    supplier: { name: "Acme" },
    tags: ["a", "b"],
    sellable: true,
    product_weight: { unit: "lb", value: 1 },
    retail_price: 1200,
    custom_fields: { Origin: "Tea / Acme" },
    variants: [
      { name: "Tea - Small", sku: "T-S", retail_price: 1000 },
      { name: "Tea - Large", sku: "T-L", retail_price: 12.5 },
    ],
  });
  expect(draft.rows).toHaveLength(3);
});

it("makes a product without variants of a default title, and fills in the category", async () => {
  const { groups } = await groupsOf(mapping, rows);
  const { payload, problems } = draftOf(mapping, groups[1]?.rows ?? []);
  expect(problems).toEqual([]);
  expect(payload).toMatchObject({ sku: "mug", sellable: false, category: { name: "Uncategorised" }, retail_price: 6 });
  expect(payload).not.toHaveProperty("variants");
  expect(payload).not.toHaveProperty("product_weight");
});

it("excludes rows before grouping and groups by their first row", async () => {
  const { groups, excluded } = await groupsOf(mapping, rows);
  expect(excluded).toEqual([6]);
  expect(groups.map((made) => mapping.draft(made).kind)).toEqual(["draft", "draft", "excluded"]);
});
