import { describe, expect, it, test } from "vitest";
import { loadMapping } from "../../../src/map/definition/load-mapping.ts";
import { ImportError } from "../../../src/model/error.ts";

/** The faults of a mapping text, without the name of the file. */
function faultsOf(yaml: string): readonly string[] {
  try {
    loadMapping(yaml, "m.yaml");
  } catch (error) {
    if (error instanceof ImportError && error.code === "MAPPING_INVALID") {
      expect(error.hint).toContain("docs/mapping-reference.md");
      return error.message.split("\n").map((line) => line.replace(/^m\.yaml:/, ""));
    }
    throw error;
  }
  return [];
}

const head = "version: 1\nresource: products\n";
const field = (text: string) => `${head}fields:\n  sku: SKU\n  ${text}\n`;
const withChildren = (text: string, above = "") => `${head}${above}fields: { sku: SKU }\nchildren:\n  ${text}\n`;

describe("a field", () => {
  test.each([
    {
      fault: "of an unknown name",
      text: "retail_prise: Price",
      line: '5:3: fields.retail_prise: unknown payload field of products. Did you mean "retail_price"?',
    },
    {
      fault: "that has fields of its own",
      text: "category: Type",
      line: "5:3: fields.category: has fields of its own: category.name",
    },
    {
      fault: "that is a list of objects",
      text: "variants: V",
      line: "5:3: fields.variants: is a list of objects: map it under children.variants",
    },
    {
      fault: "that stands in a list",
      text: "variants.name: V",
      line: "5:3: fields.variants.name: is in a list: map it under children.variants.fields",
    },
    {
      fault: "below a weight",
      text: "product_weight.value: W",
      line: "5:3: fields.product_weight.value: a weight is mapped as a whole: product_weight: { from: …, unit: … }",
    },
    {
      fault: "without a label",
      text: '"custom_fields.": X',
      line: "5:3: fields.custom_fields.: is not a payload field",
    },
    { fault: "that is given twice", text: "name: A\n  name: B", line: "6:3: this key is given twice" },
    {
      fault: "inside one that is mapped as a whole",
      text: "custom_fields: { value: { a: b } }\n  custom_fields.X: X",
      line: '6:3: fields.custom_fields.X: is given twice: "custom_fields" is mapped as a whole',
    },
    {
      fault: "with an unknown key",
      text: "name: { fromm: Title }",
      line: '5:11: fields.name.fromm: unknown key. Did you mean "from"?',
    },
    {
      fault: "nested as the payload is",
      text: "name: A\n  custom_fields: { Shelf: A }",
      line: "6:20: fields.custom_fields.Shelf: fields are written with their whole path, one each: custom_fields.Shelf: …",
    },
    {
      fault: "with two sources",
      text: "name: { from: A, value: B }",
      line: "5:3: fields.name: has from and value: only one can be",
    },
    {
      fault: "without a source",
      text: "name: { apply: [trim] }",
      line: "5:3: fields.name: needs one of from, template, expr, value, sum",
    },
    {
      fault: "from a number",
      text: "name: 5",
      line: "5:9: fields.name: must be text or a map or a list, not the number 5 (as text it needs quotes)",
    },
    {
      fault: "with an unknown transform",
      text: "name: { from: A, apply: [trim, uper] }",
      line: /^5:34: fields\.name\.apply\[1\]: unknown transform "uper"\. Did you mean "upper"\?/,
    },
    {
      fault: "with a wrong argument",
      text: "name: { from: A, apply: [{ slice: x }] }",
      line: /^5:28: fields\.name\.apply\[0\]: "slice" is written /,
    },
    { fault: "with a wrong expression", text: "name: { expr: 'row[' }", line: /^5:17: fields\.name\.expr: [^\n]+$/ },
    {
      fault: "with a condition that is none",
      text: "name: { from: A, when: 'size(row[\"A\"])' }",
      line: "5:26: fields.name.when: must give true or false, and gives number",
    },
    {
      fault: "with an open placeholder",
      text: 'name: { template: "{A" }',
      line: '5:21: fields.name.template: the placeholder "{A" is not closed (write {{ for a brace)',
    },
    {
      fault: "with a template of nothing",
      text: "name: { template: plain }",
      line: /^5:21: fields\.name\.template: a template needs a \{Column\}/,
    },
    {
      fault: "with a unit where none belongs",
      text: "name: { from: A, unit: kg }",
      line: "5:26: fields.name.unit: a unit belongs to weights and lengths, and this field is text",
    },
    {
      fault: "with a unit of another kind",
      text: "product_weight: { from: A, unit: cm }",
      line: '5:36: fields.product_weight.unit: "cm" is not a unit of weight; known are lb, oz, g, kg.',
    },
    {
      fault: "with otherwise but no map",
      text: "name: { from: A, otherwise: omit }",
      line: "5:31: fields.name.otherwise: only has a meaning beside map",
    },
    {
      fault: "with a map from blank",
      text: "name: { from: A, map: { '': B } }",
      line: "5:31: fields.name.map.: a blank cell never comes to map; use default",
    },
    {
      fault: "with a constant of another type",
      text: "type: { value: PRODUKT }",
      line: /^5:18: fields\.type\.value: "PRODUKT" is not one of PRODUCT, KIT\. Did you mean "PRODUCT"\?/,
    },
    {
      fault: "with a default of another type",
      text: "retail_price: { from: A, default: free }",
      line: /^5:37: fields\.retail_price\.default: /,
    },
    {
      fault: "with a map to another type",
      text: "sellable: { from: A, map: { on: maybe } }",
      line: /^5:35: fields\.sellable\.map\.on: "maybe" is not one of/,
    },
    {
      fault: "with otherwise of another type",
      text: "sellable: { from: A, map: { a: true }, otherwise: { value: x } }",
      line: /^5:62: fields\.sellable\.otherwise\.value: /,
    },
    {
      fault: "that is one value and split",
      text: 'name: { from: A, split: "," }',
      line: "5:27: fields.name.split: makes a list, and this field is text",
    },
    {
      fault: "that is cleared and has a default",
      text: "description: { from: A, blank: clear, default: x }",
      line: "5:34: fields.description.blank: a blank cell cannot both clear the field and take a default",
    },
    {
      fault: "that is cleared by a constant",
      text: "description: { value: A, blank: clear }",
      line: "5:35: fields.description.blank: only a cell can be blank: use it with from or template",
    },
    {
      fault: "with a reference to what the field takes no id of",
      text: "supplier_id: { from: A, ref: { resource: products, by: sku } }",
      line: "5:44: fields.supplier_id.ref.resource: this field does not take an id of products",
    },
    {
      fault: "with a reference where no id belongs",
      text: "name: { from: A, ref: { resource: products, by: sku } }",
      line: "5:20: fields.name.ref: gives an id, and this field is text",
    },
    {
      fault: "with one sign for two things",
      text: "retail_price: { from: A, decimal: ',', thousands: ',' }",
      line: '5:53: fields.retail_price.thousands: decimal and thousands are both ","',
    },
    {
      fault: "in an alternative",
      text: "product_weight: [{ from: A, unit: kg }, { from: B, unit: kgs }]",
      line: /^5:60: fields\.product_weight\[1\]\.unit: "kgs" is not a unit of weight.* Did you mean "kg"\?/,
    },
  ])("$fault is refused", ({ text, line }) => {
    expect(faultsOf(field(text))).toEqual([typeof line === "string" ? line : expect.stringMatching(line)]);
  });
});

describe("a mapping", () => {
  test.each([
    {
      fault: "of an unknown resource",
      yaml: "version: 1\nresource: product\nfields: { sku: SKU }\n",
      line: '2:11: resource: must be one of channels, products, companies, sales_orders, not "product". Did you mean "products"?',
    },
    {
      fault: "with a company where a channel belongs",
      yaml: orders("channel_id: { from: Shop, ref: { resource: companies, by: name } }"),
      line: "5:46: fields.channel_id.ref.resource: this field takes an id of channels, not of companies",
    },
    {
      fault: "with a company by another key than its name",
      yaml: orders("company_id: { from: Shop, ref: { resource: companies, by: label } }"),
      line: '5:61: fields.company_id.ref.by: companies are found by name, not by "label"',
    },
    {
      fault: "of another version",
      yaml: "version: 2\nresource: products\nfields: { sku: SKU }\n",
      line: "1:10: version: must be 1, not the number 2",
    },
    {
      fault: "without its key",
      yaml: `${head}fields: { name: A }\n`,
      line: "3:1: fields: sku, the key of products, is not mapped",
    },
    {
      fault: "with a key that is no field of it",
      yaml: `${head}key: skus\nfields: { sku: A }\n`,
      line: '3:6: key: Luminous finds products by sku, so that has to be the key, not "skus"',
    },
    {
      fault: "with an unknown key",
      yaml: `${head}feilds: {}\nfields: { sku: A }\n`,
      line: '3:1: feilds: unknown key. Did you mean "fields"?',
    },
    {
      fault: "with an unknown zone",
      yaml: `${head}source: { timezone: Mars }\nfields: { sku: A }\n`,
      line: "3:21: source.timezone: is not a time zone that this machine knows (write it as Europe/Berlin or UTC)",
    },
    {
      fault: "with a date format that names no day",
      yaml: `${head}source: { dates: [yyyy-MM] }\nfields: { sku: A }\n`,
      line: /^3:19: source\.dates\[0\]: date format/,
    },
    {
      fault: "with one sign for two things",
      yaml: `${head}source: { decimal: ".", thousands: "." }\nfields: { sku: A }\n`,
      line: '3:36: source.thousands: is the decimal sign too (".")',
    },
    {
      fault: "with a wrong condition",
      yaml: `${head}where: 'rows.size() > 1'\nfields: { sku: A }\n`,
      line: /^3:8: where: [^\n]+$/,
    },
    {
      fault: "with a wrong head",
      yaml: `${head}group: { by: A, head: 'size(row["X"])' }\nfields: { sku: A }\n`,
      line: "3:23: group.head: must give true or false, and gives number",
    },
    {
      fault: "with a join of a reserved name",
      yaml: `${head}join: { parent: { on: { a: b } } }\nfields: { sku: A }\n`,
      line: '3:9: join.parent: a join cannot be called "parent": that name has a meaning of its own',
    },
    {
      fault: "with a join on two pairs",
      yaml: `${head}join: { d: { on: { a: b, c: d } } }\nfields: { sku: A }\n`,
      line: "3:14: join.d.on: must be one pair of columns, theirs: ours",
    },
    {
      fault: "with a list as a field and as a child",
      yaml: `${head}fields: { sku: S, variants: V }\nchildren: { variants: { each: lines, fields: { sku: A } } }\n`,
      line: "3:19: fields.variants: is a list of objects: map it under children.variants",
    },
    {
      fault: "with a field as a child too",
      yaml: `${head}fields: { sku: S, tags: T }\nchildren: { tags: { each: lines, fields: {} } }\n`,
      line: "4:13: children.tags: is not a list of objects of products. Known: variants, kit_items",
    },
    {
      fault: "with one item of a list",
      yaml: `${head}fields: { sku: S, "variants[0].sku": V }\n`,
      line: /^3:19: fields\.variants\[0\]\.sku: is in a list: map it under/,
    },
    {
      fault: "with an unknown child",
      yaml: withChildren("variant: { each: lines, fields: {} }"),
      line: '5:3: children.variant: is not a list of objects of products. Did you mean "variants"?',
    },
    {
      fault: "with rows of no group",
      yaml: withChildren("variants: { each: rows, fields: {} }"),
      line: "5:21: children.variants.each: each: rows means the rows of a group: add group: { by: … }",
    },
    {
      fault: "with each of a misspelt join",
      yaml: withChildren("variants: { each: detials, fields: {} }", "join: { details: { on: { a: b } } }\n"),
      line: '6:21: children.variants.each: there is no join "detials". Did you mean "details"?',
    },
    {
      fault: "with each of an unknown join in a CSV",
      yaml: withChildren("variants: { each: lines, fields: {} }", "source: { format: csv }\n"),
      line: '6:21: children.variants.each: there is no join "lines".',
    },
    {
      fault: "with each of a join of one",
      yaml: withChildren("variants: { each: d, fields: {} }", "join: { d: { on: { a: b }, one: true } }\n"),
      line: '6:21: children.variants.each: at most one row of "d" belongs to an entry (one: true): read it with from: d.column',
    },
    {
      fault: "with an unknown field in a child",
      yaml: withChildren("variants: { each: lines, fields: { skuu: S } }"),
      line: '5:38: children.variants.fields.skuu: unknown payload field of products.variants. Did you mean "sku"?',
    },
    {
      fault: "that clears in a child",
      yaml: withChildren("variants: { each: lines, fields: { upc: { from: U, blank: clear } } }"),
      line: "5:61: children.variants.fields.upc.blank: lists are replaced as a whole, so nothing in them can be cleared",
    },
  ])("$fault is refused", ({ yaml, line }) => {
    expect(faultsOf(yaml)).toEqual([typeof line === "string" ? line : expect.stringMatching(line)]);
  });

  it("that maps a whole and a part of it has both lines named", () => {
    const yaml = "version: 1\nresource: sales_orders\nfields:\n  order_number: N\n  bill_to: A\n  bill_to.name: B\n";
    expect(faultsOf(yaml)).toEqual([
      expect.stringMatching(/^5:3: fields\.bill_to: has fields of its own: bill_to\.name, /),
      '6:3: fields.bill_to.name: is given twice: "bill_to" is mapped as a whole',
    ]);
  });

  it("has all its faults told at once, each with line and column", () => {
    const yaml = `version: 1
resource: products
sourse: { format: csv }
group: { by: Handle, rows: scattered }
fields:
  sku: SKU
  nam: Title
  retail_price: { from: Price, unit: kg }
  description: { from: Body, apply: [strip_htm] }
  sellable: { expr: 'row[' }
children:
  variants:
    each: rows
    fields: { sku: { form: X } }
`;
    expect(faultsOf(yaml).map((line) => line.replace(/^(\d+:\d+: \S+).*/, "$1"))).toEqual([
      "3:1: sourse:",
      "4:28: group.rows:",
      "7:3: fields.nam:",
      "8:38: fields.retail_price.unit:",
      "9:38: fields.description.apply[0]:",
      "10:21: fields.sellable.expr:",
      "14:22: children.variants.fields.sku.form:",
    ]);
  });

  it("keeps constants as they are written", () => {
    const mapping = loadMapping(
      field("upc: { value: 007 }\n  retail_price: { value: 1.10 }\n  custom_fields.N: { value: 5 }"),
      "m.yaml",
    );
    const constants = mapping.fields.flatMap(({ alternatives }) =>
      alternatives.map(({ source }) => (source.kind === "value" ? source.value : undefined)),
    );
    expect(constants).toEqual([undefined, "007", "1.10", 5]);
  });

  it("names every file that it looks values up in once", () => {
    const lookup = "lookup: { file: c.csv, key: id, value: name }";
    const mapping = loadMapping(field(`name: { from: A, ${lookup} }\n  description: { from: B, ${lookup} }`), "m.yaml");
    expect(mapping.lookups).toEqual([{ file: "c.csv", key: "id", value: "name" }]);
  });

  it("has its defaults in place", () => {
    const mapping = loadMapping(`${head}group: { by: [A, B] }\nfields: { sku: SKU }\n`, "m.yaml");
    expect(mapping).toMatchObject({
      key: "sku",
      blank: [],
      style: { decimal: ".", dates: [] },
      group: { rows: "adjacent", conflict: "warn", by: { columns: ["A", "B"] } },
      fields: [{ path: "sku", alternatives: [{ optional: false, otherwise: { kind: "error" }, clear: false }] }],
    });
  });
});

// A person who writes these means the text; YAML 1.1 would have made a number, a date or a boolean of each.
test.each(
  "0777 0o17 0x1F 1_000 1e5 1E5 .5 5. +7 -0 007 1.10 9007199254740993 12345678901234567890 2024-01-01 12:30:45 yes no on off".split(
    " ",
  ),
)("takes the constant %s as it is written", (written) => {
  const mapping = loadMapping(
    `version: 1\nresource: products\nfields: { name: Name, sku: SKU, description: { from: D, map: { ${written}: ${written} } }, upc: { value: ${written} } }\n`,
    "map.yaml",
  );
  const [, , description, upc] = mapping.fields;
  expect([...(description?.alternatives[0].map ?? [])]).toEqual([[written, written]]);
  expect(upc?.alternatives[0].source).toEqual({ kind: "value", value: written });
});

test.each([
  { pattern: "(a)\\1", says: "invalid escape sequence: `\\1`" },
  { pattern: "(?=a)b", says: "invalid or unsupported Perl syntax: `(?=`" },
  { pattern: "(?<!a)b", says: "invalid" },
  { pattern: "a{1,100000}", says: "invalid repeat count" },
  { pattern: "(", says: "missing closing )" },
])("refuses the pattern $pattern, which cannot run in linear time or is none", ({ pattern, says }) => {
  const load = () =>
    loadMapping(
      `version: 1\nresource: products\nfields: { sku: SKU, name: { from: Name, apply: [{ replace: ['${pattern}', ""] }] } }\n`,
      "map.yaml",
    );
  expect(load).toThrow("map.yaml:3:");
  expect(load).toThrow(`pattern "${pattern}" is not a regular expression of RE2: ${says}`);
});

function orders(field: string): string {
  return `version: 1\nresource: sales_orders\nfields:\n  order_number: No\n  ${field}\n`;
}
