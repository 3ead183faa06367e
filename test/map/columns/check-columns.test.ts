import { describe, expect, it, test } from "vitest";
import { collectPaths } from "../../../src/map/columns/header.ts";
import { compiled, csvHeader, productYaml } from "../rows.ts";

const header = csvHeader(["SKU", "Title", "Body (HTML)", "Weight (kg)"]);

test.each([
  { field: "name: Title", error: undefined },
  { field: "name: Titl", error: 'map.yaml:5:9: column "Titl" is not in in.csv. Did you mean "Title"?' },
  { field: "name: { from: Titl, optional: true }", error: undefined },
  { field: "name: { from: [Titl, Title] }", error: undefined },
  {
    field: "name: { from: [Nom, Titl] }",
    error: 'map.yaml:5:3: column "Titl" is not in in.csv. Did you mean "Title"?',
  },
  { field: "name: [{ from: Titl }, { value: X }]", error: undefined },
  { field: "product_weight: [{ from: Grams, unit: g }, { from: Weight (kg), unit: kg }]", error: undefined },
  { field: 'name: { template: "{Title} {Bodi}" }', error: 'map.yaml:5:3: column "Bodi" is not in in.csv.' },
])("$field needs its columns", ({ field, error }) => {
  const { errors } = compiled(productYaml(field)).checkColumns(header, {});
  expect(errors).toEqual(error === undefined ? [] : expect.arrayContaining([expect.stringContaining(error)]));
});

describe("columns that a file may be without", () => {
  const kits = (each: string, above = "") =>
    compiled(
      `${productYaml("name: Title", above)}children:\n  kit_items: { each: ${each}, fields: { sku: item, quantity: { value: 1 } } }\n`,
    );
  test.each([
    { each: '{ from: Parts, split: "," }', missing: ["Parts"] },
    { each: '{ from: Parts, split: ",", optional: true }', missing: [] },
    { each: '{ from: Parts, split: "," }', above: "source: { optional: [Parts] }\n", missing: [] },
    { each: "{ from: parts, optional: true }", missing: [] },
  ])("$each $above in a table", ({ each, above, missing }) => {
    const checked = kits(each, above).checkColumns(header, {});
    expect(checked.errors).toHaveLength(missing.length);
    expect(checked).toMatchObject({ warnings: [], missing });
  });

  test.each([
    { each: "parts", warnings: 1 },
    { each: "{ from: parts }", warnings: 1 },
    { each: "{ from: parts, optional: true }", warnings: 0 },
  ])("a nested list $each in JSON", ({ each, warnings }) => {
    const mapping = kits(each);
    const paths = collectPaths({ path: "in.json", format: "json" });
    mapping.checkColumns(paths.probe, {});
    paths.see({ SKU: "A", Title: "Tea" });
    const checked = mapping.checkColumns(paths.header(), {});
    expect(checked.errors).toEqual([]);
    expect(checked.warnings).toHaveLength(warnings);
  });

  it("source.optional names them once for fields, conditions, templates and indexes", () => {
    const yaml = (above: string) =>
      productYaml(
        `name: { template: "{Title} {Colour}" }\nupc: EAN\ntags: { expr: '[row["Season"]]' }`,
        `${above}where: 'row["Kind"] != "test"'\nindex: { named: { key: 'row["Also"]', value: 'row["SKU"]' } }\n`,
      );
    const strict = compiled(yaml("")).checkColumns(header, {});
    expect(strict).toMatchObject({ missing: ["Colour", "EAN"] });
    expect(strict.warnings).toHaveLength(3);
    const lenient = compiled(yaml("source: { optional: [Colour, EAN, Season, Kind, Also] }\n"));
    expect(lenient.checkColumns(header, {})).toEqual({ errors: [], warnings: [], missing: [] });
  });

  it("the key and the columns that rows are grouped by are not among them", () => {
    const yaml = productYaml("name: Title", "source: { optional: [Handle] }\ngroup: { by: Handle }\n");
    const { errors, missing } = compiled(yaml).checkColumns(csvHeader(["Title"]), {});
    expect(errors).toEqual([
      expect.stringContaining('column "Handle" is not in'),
      expect.stringContaining('column "SKU" is not in'),
    ]);
    expect(missing).toEqual([]);
  });

  it("asks about one that the mapping does not read", () => {
    const { warnings } = compiled(productYaml("name: Title", "source: { optional: [Titel] }\n")).checkColumns(
      header,
      {},
    );
    expect(warnings).toEqual([expect.stringContaining('reads no column "Titel". Did you mean "Title"?')]);
  });

  test.each([
    { columns: ["SKU", "Handle"], errors: 0 },
    { columns: ["SKU", "URL handle"], errors: 0 },
    { columns: ["SKU"], errors: 2 },
  ])("of columns that mean the same to a group one must be there: $columns", ({ columns, errors }) => {
    const yaml = productYaml("", 'group: { by: { from: [Handle, "URL handle"] } }\n');
    expect(compiled(yaml).checkColumns(csvHeader(columns), {}).errors).toHaveLength(errors);
  });
});

test.each([
  { field: "name: { from: titel, optional: true }", near: undefined },
  { field: "name: { from: Titles, optional: true }", near: "Title" },
  { field: "name: { from: [Nom, TITLE], optional: true }", near: "Title" },
  { field: "name: { from: [Titles, Body (HTML)], optional: true }", near: undefined },
  { field: "product_weight: { from: weight_(kg), optional: true, unit: kg }", near: "Weight (kg)" },
  { field: "product_weight: { from: Weight (lb), optional: true, unit: lb }", near: undefined },
  { field: "upc: { from: Titles, optional: true }\nname: Title", near: undefined },
  { field: "upc: [{ from: Titles, optional: true }, { value: x }]", near: undefined },
])("asks about $field when the file has almost that name for nothing else", ({ field, near }) => {
  const { errors, warnings } = compiled(productYaml(field)).checkColumns(header, {});
  expect(errors).toEqual([]);
  expect(warnings).toEqual(near === undefined ? [] : [expect.stringContaining(`Did you mean "${near}"?`)]);
});

it("does not take one number for another in the name of an optional column", () => {
  const { warnings } = compiled(productYaml("upc: { from: Option2 Name, optional: true }")).checkColumns(
    csvHeader(["SKU", "Option1 Name"]),
    {},
  );
  expect(warnings).toEqual([]);
});

it("tells all columns that are missing at once", () => {
  const { errors } = compiled(productYaml("name: A1\nupc: B1")).checkColumns(csvHeader(["C"]), {});
  expect(errors).toHaveLength(3);
});

test.each([
  { fields: "upc: { from: EAN, optional: true }" },
  { fields: "upc: { from: [EAN, Title] }" },
  { fields: "upc: [{ from: EAN }, { from: Title }]" },
])("an expression may read a column that $fields does without", ({ fields }) => {
  const checked = compiled(productYaml(`name: { expr: 'row["EAN"] + row["Title"]' }\n${fields}`));
  expect(checked.checkColumns(header, {})).toEqual({ errors: [], warnings: [], missing: [] });
});

it("warns of columns that an expression reads and the file does not have", () => {
  const { errors, warnings } = compiled(productYaml(`name: { expr: 'row["Titl"] + row["Title"]' }`)).checkColumns(
    header,
    {},
  );
  expect(errors).toEqual([]);
  expect(warnings).toEqual([
    'map.yaml:5:3: the expression reads column "Titl", which is not in in.csv and so always blank. Did you mean "Title"?',
  ]);
});

it("looks for the columns of joins in the joined file", () => {
  const yaml = `version: 1
resource: sales_orders
join:
  details: { on: { orderId: No } }
  customers: { on: { id: Customer }, one: true }
fields: { order_number: No, company_id: customers.company }
children:
  items: { each: details, fields: { sku: Sku, quantity: parent.Quantity, tags: customers.tagg } }
`;
  const { errors } = compiled(yaml).checkColumns(csvHeader(["No", "Qty"]), {
    details: csvHeader(["orderID", "sku"], "d.csv"),
    customers: csvHeader(["id", "company", "tag"], "c.csv"),
  });
  expect(errors).toEqual([
    'map.yaml:4:14: column "orderId" is not in d.csv. Did you mean "orderID"?',
    'map.yaml:5:16: column "Customer" is not in in.csv.',
    'map.yaml:8:42: column "Sku" is not in d.csv. Did you mean "sku"?',
    'map.yaml:8:57: column "Quantity" is not in in.csv.',
    'map.yaml:8:80: column "tagg" is not in c.csv. Did you mean "tag"?',
  ]);
});

it("needs every join from the job, and warns of one that it does not use", () => {
  const mapping = compiled(
    "version: 1\nresource: products\njoin: { details: { on: { a: SKU } } }\nfields: { sku: SKU }\n",
  );
  expect(mapping.checkColumns(header, { detail: csvHeader(["a"]) })).toEqual({
    errors: ['map.yaml:3:20: the job gives no input for the join "details"'],
    warnings: ['map.yaml: the job joins "detail", which the mapping does not use. Did you mean "details"?'],
    missing: [],
  });
});

it("knows that a CSV has no nested lists, and takes JSON as it comes", () => {
  const mapping = compiled(
    "version: 1\nresource: products\nfields: { sku: S.K.U }\nchildren: { variants: { each: lines, fields: { sku: x } } }\n",
  );
  expect(mapping.checkColumns(csvHeader(["S.K.U"]), {}).errors).toEqual([
    'map.yaml:4:31: there is no join "lines", and a csv file has no nested lists.',
  ]);
  expect(mapping.checkColumns(undefined, {})).toEqual({ errors: [], warnings: [], missing: [] });
});

test.each(["by: Handel", "by: [SKU, Handel]"])("needs the columns of group %s", (by) => {
  const mapping = compiled(productYaml("", `group: { ${by} }\n`));
  expect(mapping.checkColumns(header, {}).errors).toEqual(
    ['map.yaml:3:14: column "Handel" is not in in.csv.'].map((line) => expect.stringContaining(line.slice(13))),
  );
});

it("does not take the name item for a piece where there are none", () => {
  const yaml =
    "version: 1\nresource: products\ngroup: { by: SKU }\nfields: { sku: SKU }\nchildren: { variants: { each: rows, fields: { sku: item } } }\n";
  expect(compiled(yaml).checkColumns(header, {}).errors).toEqual([
    expect.stringContaining('column "item" is not in in.csv'),
  ]);
});

describe("a name that means a joined row", () => {
  const faultsOf = (field: string) => {
    const yaml = `version: 1
resource: sales_orders
join:
  details: { on: { No: No } }
  customers: { on: { id: Customer }, one: true }
fields:
  order_number: No
  ${field}
`;
    return compiled(yaml).checkColumns(csvHeader(["No", "Customer"]), {
      details: csvHeader(["No", "sku"], "d.csv"),
      customers: csvHeader(["id", "name"], "c.csv"),
    });
  };

  test.each([
    {
      field: "bill_to.name: details.sku",
      says: '"details.sku": details is a join of many rows. If one row belongs to an entry, write one: true beside its on:; the many are read under children with each: details',
    },
    {
      field: "bill_to.name: customer.name",
      says: '"customer.name": there is no join "customer". Did you mean "customers.name"?',
    },
    {
      field: `bill_to.name: { expr: 'row["customers.name"]' }`,
      says: 'the expression reads "customers.name": an expression sees no joined row, only the row itself. A field can take it, with from: customers.name, or beside other columns with template: "{customers.name}"',
    },
  ])("$field", ({ field, says }) => {
    expect(faultsOf(field)).toEqual({
      errors: [`map.yaml:8:${field.includes("expr") ? 3 : 17}: ${says}`],
      warnings: [],
      missing: [],
    });
  });
});
