// Every hint that proposes an edit of a mapping or a job is followed: the edit is made as the hint words it, and what was
// said is gone. Hints about reading files are followed in the tests of src/read.
import { expect, it, test } from "vitest";
import { ImportError } from "../../src/model/error.ts";
import { type Files, stagedJob } from "./job-folder.ts";

/** Everything that is said about a job, in one text; `""` when there is nothing. */
async function said(files: Files): Promise<string> {
  try {
    await using staged = await stagedJob(files);
    return [...(await staged.problems()), ...staged.warnings].join("\n");
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    return `${error.message}\n${error.hint ?? ""}`;
  }
}

interface Followed {
  /** Words of the hint; the edit follows them. */
  readonly hint: string;
  /** The mapping below `version` and `resource`. */
  readonly mapping: string;
  /** In the mapping: what is there, and what the hint puts in its place. `""` stands for the top of the file. */
  readonly edit: readonly [string, string];
  readonly csv: string;
  readonly more?: Files;
}

const job = (more = ""): string =>
  `version: 1\ninputs: [{ name: main, file: in.csv, mapping: map.yaml${more === "" ? "" : `, ${more}`} }]\n`;
const products = (fields: string, above = ""): string =>
  `resource: products\n${above}fields:\n  sku: SKU\n  name: { value: Cup }\n  category.name: { value: Cups }\n  ${fields}\n`;
const orders = (field: string, above = "", children = ""): string =>
  `resource: sales_orders\n${above}fields:\n  order_number: Order\n  channel_id: { value: 1 }\n  company_id: { value: 5 }\n  order_date: { value: "2024-01-15" }\n  order_status: { value: on_hold }\n  ${field}\n${children}`;
const lines = "children:\n  items: { each: EACH, fields: { sku: SKU, quantity: Qty, unit_price: { value: 1 } } }\n";
const joins = "join: { details: { on: { Order: Order } } }\n";
const people = "join: { people: { on: { Id: Order }, one: true } }\n";

const cases: readonly Followed[] = [
  // columns that are not there
  {
    hint: 'source: { optional: ["Price"] }',
    mapping: products("retail_price: Price"),
    edit: ["", 'source: { optional: ["Price"] }\n'],
    csv: "SKU\nA\n",
  },
  {
    hint: 'source: { optional: ["Price","Note"] }'.replace(",", ", "),
    mapping: products('retail_price: Price\n  description: { template: "{Note}!" }'),
    edit: ["", 'source: { optional: ["Price", "Note"] }\n'],
    csv: "SKU\nA\n",
  },
  {
    hint: 'source: { optional: ["Parts"] }',
    mapping: `${products("upc: SKU")}children:\n  kit_items: { each: { from: Parts, split: "," }, fields: { sku: item, quantity: { value: 1 } } }\n`,
    edit: ["", 'source: { optional: ["Parts"] }\n'],
    csv: "SKU\nA\n",
  },
  {
    hint: 'Did you mean "Price"?',
    mapping: products("retail_price: Prize"),
    edit: ["Prize", "Price"],
    csv: "SKU,Price\nA,1\n",
  },
  {
    hint: 'Did you mean "Price"?',
    mapping: products("retail_price: { from: Prize, optional: true }"),
    edit: ["Prize", "Price"],
    csv: "SKU,Price\nA,1\n",
  },
  {
    hint: 'the mapping reads no column "Prize". Did you mean "Price"?',
    mapping: products("retail_price: Price", "source: { optional: [Prize] }\n"),
    edit: ["Prize", "Price"],
    csv: "SKU,Price\nA,1\n",
  },
  // numbers
  ...[
    'source: { decimal: ".", thousands: "," }',
    'source: { decimal: ".", thousands: "," } or { decimal: ",", thousands: "." }',
  ].map(
    (hint, index): Followed => ({
      hint,
      mapping: products("retail_price: Price"),
      edit: ["", `source: { decimal: "${".,"[index]}", thousands: "${",."[index]}" }\n`],
      csv: 'SKU,Price\nA,"1,234"\nB,"2,345"\n',
    }),
  ),
  {
    hint: '{ from: Price, decimal: "." }',
    mapping: products("retail_price: Price"),
    edit: ["retail_price: Price", 'retail_price: { from: Price, decimal: "." }'],
    csv: "SKU,Price\nA,1.234\n",
  },
  {
    hint: 'decimal: "." in the field at map.yaml:7',
    mapping: products(`retail_price: { expr: 'number(row["Price"])', round: 2 }`),
    edit: ["round: 2", 'round: 2, decimal: "."'],
    csv: "SKU,Price\nA,1.234\n",
  },
  {
    hint: "say decimal: and thousands: in the mapping",
    mapping: products("retail_price: Price", 'source: { decimal: "." }\n'),
    edit: ['decimal: "."', 'decimal: ".", thousands: ","'],
    csv: 'SKU,Price\nA,"1,234.50"\n',
  },
  {
    hint: "say decimal: and thousands: in the mapping",
    mapping: products("retail_price: Price"),
    edit: ["", 'source: { decimal: ".", thousands: "," }\n'],
    csv: 'SKU,Price\nA,"1,23,456.50"\n',
  },
  {
    hint: 'say decimal: "." or ","',
    mapping: products("retail_price: { from: SKU, lookup: { file: prices.csv, key: SKU, value: Price } }"),
    edit: ["from: SKU, lookup", 'from: SKU, decimal: ".", lookup'],
    csv: "SKU\nA\n",
    more: { "prices.csv": "SKU,Price\nA,1.234\n" },
  },
  ...["CHF 1'234.50", "12.50 USD", "$12.50", "-$5", "($5.00)", "€ 24.90"].map(
    (cell): Followed => ({
      hint: "apply: [money]",
      mapping: products("upc: SKU") + kitOf("Price"),
      edit: ["price: Price", "price: { from: Price, apply: [money] }"],
      csv: `SKU,Price\nA,${cell}\n`,
    }),
  ),
  {
    hint: "[{ money: CHF }]",
    mapping: products("retail_price: Price"),
    edit: ["retail_price: Price", "retail_price: { from: Price, apply: [{ money: CHF }] }"],
    csv: "SKU,Price\nA,CHF 12.50\n",
  },
  {
    hint: "number(money(…))",
    mapping: products(`retail_price: { expr: 'number(row["Price"])', round: 2 }`),
    edit: ['number(row["Price"])', 'number(money(row["Price"]))'],
    csv: "SKU,Price\nA,CHF 12.50\n",
  },
  {
    hint: 'money(…, "CHF")',
    mapping: products(`retail_price: { expr: 'number(row["Price"])', round: 2 }`),
    edit: ['number(row["Price"])', 'number(money(row["Price"], "CHF"))'],
    csv: "SKU,Price\nA,CHF 12.50\n",
  },
  {
    hint: 'apply: [money] reads it as "-5.00"',
    mapping: products("upc: SKU") + kitOf("Price"),
    edit: ["price: Price", "price: { from: Price, apply: [money] }"],
    csv: "SKU,Price\nA,(5.00)\n",
  },
  // dates
  {
    hint: 'source: dates:, such as ["M/d/yyyy"]',
    mapping: orders("ship_date: Shipped", "", lines.replace("EACH", "rows")).replace(
      "fields:",
      "group: { by: Order }\nfields:",
    ),
    edit: ["ship_date: Shipped", 'ship_date: { from: Shipped, apply: [trim], dates: ["d MMM, yyyy"] }'],
    csv: 'Order,Shipped,SKU,Qty\n1,"9 Mar, 2024",P,1\n',
  },
  {
    hint: "name its format under source: dates:",
    mapping: orders("ship_date: Shipped", "group: { by: Order }\n", lines.replace("EACH", "rows")),
    edit: ["", 'source: { dates: ["d MMM, yyyy"] }\n'],
    csv: 'Order,Shipped,SKU,Qty\n1,"9 Mar, 2024",P,1\n',
  },
  {
    hint: '{ from: Shipped, dates: ["d/M/yyyy"] }',
    mapping: orders("ship_date: Shipped", "group: { by: Order }\n", lines.replace("EACH", "rows")),
    edit: ["ship_date: Shipped", 'ship_date: { from: Shipped, dates: ["d/M/yyyy"] }'],
    csv: "Order,Shipped,SKU,Qty\n1,1/2/2024,P,1\n",
  },
  {
    hint: 'source: { dates: ["M/d/yyyy"] }',
    mapping: orders("ship_date: Shipped\n  ship_by_date: By", "group: { by: Order }\n", lines.replace("EACH", "rows")),
    edit: ["", 'source: { dates: ["M/d/yyyy"] }\n'],
    csv: "Order,Shipped,By,SKU,Qty\n1,1/2/2024,3/4/2024,P,1\n",
  },
  {
    hint: 'dates: ["d/M/yyyy"], 2 January 2024 with',
    mapping: orders(
      `ship_date: { expr: 'date(row["Shipped"])' }`,
      "group: { by: Order }\n",
      lines.replace("EACH", "rows"),
    ),
    edit: [`'date(row["Shipped"])'`, `'date(row["Shipped"])', dates: ["d/M/yyyy"]`],
    csv: "Order,Shipped,SKU,Qty\n1,1/2/2024,P,1\n",
  },
  // other values
  {
    hint: "add unit: to the mapping (lb, oz, g, kg)",
    mapping: products("product_weight: Weight"),
    edit: ["product_weight: Weight", "product_weight: { from: Weight, unit: kg }"],
    csv: "SKU,Weight\nA,2\n",
  },
  {
    hint: "other words need map:",
    mapping: products("sellable: Status"),
    edit: ["sellable: Status", "sellable: { from: Status, map: { live: true } }"],
    csv: "SKU,Status\nA,live\n",
  },
  {
    hint: "apply: [upper] does that",
    mapping: products("type: Type"),
    edit: ["type: Type", "type: { from: Type, apply: [upper] }"],
    csv: "SKU,Type\nA,product\n",
  },
  {
    hint: "apply: [lower] does that",
    mapping: orders("internal_notes: { value: x }", "group: { by: Order }\n", lines.replace("EACH", "rows")).replace(
      "order_status: { value: on_hold }",
      "order_status: Status",
    ),
    edit: ["order_status: Status", "order_status: { from: Status, apply: [lower] }"],
    csv: "Order,Status,SKU,Qty\n1,Shipped,P,1\n",
  },
  {
    hint: "The source's own words need map:",
    mapping: products("type: Type"),
    edit: ["type: Type", "type: { from: Type, map: { good: PRODUCT } }"],
    csv: "SKU,Type\nA,good\n",
  },
  {
    hint: 'Did you mean "active"?',
    mapping: products("sellable: { from: Status, map: { active: true } }"),
    edit: ["active: true", "active: true, activ: true"],
    csv: "SKU,Status\nA,activ\n",
  },
  {
    hint: "use it with from or template",
    mapping: products("description: { value: x, blank: clear }"),
    edit: ["value: x", "from: Note"],
    csv: "SKU,Note\nA,x\n",
  },
  {
    hint: "a blank cell never comes to map; use default",
    mapping: products('sellable: { from: Status, map: { "": false, a: true } }'),
    edit: ['map: { "": false, a: true }', "map: { a: true }, default: false"],
    csv: "SKU,Status\nA,\n",
  },
  {
    hint: "give it a default, which is taken then",
    mapping: orders("internal_notes: { value: x }", "group: { by: Order }\n", lines.replace("EACH", "rows")).replace(
      "order_status: { value: on_hold }",
      "order_status: { from: Status, invalid: omit }",
    ),
    edit: ["invalid: omit", "invalid: omit, default: on_hold"],
    csv: "Order,Status,SKU,Qty\n1,shipped,P,1\n",
  },
  {
    hint: 'source: { accept: { "SKU": [date_in_identifier] } } in map.yaml',
    mapping: products("upc: { value: x }"),
    edit: ["", 'source: { accept: { "SKU": [date_in_identifier] } }\n'],
    csv: "SKU\nB-10\nSep-01\n",
  },
  // rows that belong together
  {
    hint: "group.rows: anywhere",
    mapping: orders("internal_notes: { value: x }", "group: { by: Order }\n", lines.replace("EACH", "rows")),
    edit: ["{ by: Order }", "{ by: Order, rows: anywhere }"],
    csv: "Order,SKU,Qty\n1,P,1\n2,P,1\n1,Q,1\n",
  },
  {
    hint: "add group: { by: … }",
    mapping: orders("internal_notes: { value: x }", "", lines.replace("EACH", "rows")),
    edit: ["", "group: { by: Order }\n"],
    csv: "Order,SKU,Qty\n1,P,1\n",
  },
  {
    hint: 'there is no join "detail". Did you mean "details"?',
    mapping: orders("internal_notes: { value: x }", joins, lines.replace("EACH", "detail")),
    edit: ["each: detail,", "each: details,"],
    csv: "Order\n1\n",
    more: { "import.yaml": job("join: { details: details.csv }"), "details.csv": "Order,SKU,Qty\n1,P,1\n" },
  },
  {
    hint: "write one: true beside its on:",
    mapping:
      orders("customer_notes: details.Note", joins) +
      'children:\n  items: { each: { from: Order, split: "," }, fields: { sku: item, quantity: { value: 1 }, unit_price: { value: 1 } } }\n',
    edit: ["on: { Order: Order }", "on: { Order: Order }, one: true"],
    csv: "Order\n1\n",
    more: { "import.yaml": job("join: { details: details.csv }"), "details.csv": "Order,Note\n1,Hello\n" },
  },
  ...[
    ["from: people.Name", "customer_notes: { from: people.Name }"],
    ['template: "{people.Name}"', 'customer_notes: { template: "{people.Name}" }'],
  ].map(
    ([hint = "", written = ""]): Followed => ({
      hint,
      mapping: `${orders(`customer_notes: { expr: 'row["people.Name"]' }`, people)}children:\n  items: { each: { from: Order, split: "," }, fields: { sku: item, quantity: { value: 1 }, unit_price: { value: 1 } } }\n`,
      edit: [`customer_notes: { expr: 'row["people.Name"]' }`, written],
      csv: "Order\n1\n",
      more: { "import.yaml": job("join: { people: people.csv }"), "people.csv": "Id,Name\n1,Ann\n" },
    }),
  ),
  // expressions
  {
    hint: 'A column is written row["Note"]',
    mapping: products("description: { expr: 'Note' }"),
    edit: ["'Note'", `'row["Note"]'`],
    csv: "SKU,Note\nA,x\n",
  },
  {
    hint: 'a cell is text, so ">" with a number needs number(row["Stock"])',
    mapping: products(`sellable: { expr: 'row["Stock"] > 0' }`),
    edit: ['row["Stock"] > 0', 'number(row["Stock"]) > 0.0'],
    csv: "SKU,Stock\nA,3\n",
  },
  {
    hint: "write both as text or both as numbers",
    mapping: products(`retail_price: { expr: 'row["P"] == "" ? "0" : 1' }`),
    edit: ['? "0" :', "? 0 :"],
    csv: "SKU,P\nA,3\n",
  },
  {
    hint: "number(…) reads numbers as the source writes them",
    mapping: products(`retail_price: { expr: 'double(row["P"])', round: 2 }`, 'source: { decimal: "," }\n'),
    edit: ["double(", "number("],
    csv: 'SKU,P\nA,"3,5"\n',
  },
  // as the payload nests it
  {
    hint: "fields are written with their whole path, one each: bill_to.name: …",
    mapping: orders("bill_to: { name: Who }", "group: { by: Order }\n", lines.replace("EACH", "rows")),
    edit: ["bill_to: { name: Who }", "bill_to.name: Who"],
    csv: "Order,Who,SKU,Qty\n1,Ann,P,1\n",
  },
];

/** A kit with one item whose price may be below nothing. */
function kitOf(column: string): string {
  return `children:\n  kit_items: { each: { from: SKU, split: "," }, fields: { sku: { value: P }, quantity: { value: 1 }, price: ${column} } }\n`;
}

test.each(cases)("$hint ($csv)", async ({ hint, mapping, edit: [from, to], csv, more }) => {
  const files = (text: string): Files => ({
    "import.yaml": job(),
    "map.yaml": `version: 1\n${text}`,
    "in.csv": csv,
    ...more,
  });
  expect(await said(files(mapping))).toContain(hint);
  expect(mapping).toContain(from);
  expect(await said(files(from === "" ? to + mapping : mapping.replace(from, () => to)))).toBe("");
});

it("names the file of a join that the job leaves out as the job has to name it", async () => {
  const files = (more: string): Files => ({
    "import.yaml": job(more),
    "map.yaml": `version: 1\n${orders("internal_notes: { value: x }", joins, lines.replace("EACH", "details"))}`,
    "in.csv": "Order\n1\n",
    "path/to/details.csv": "Order,SKU,Qty\n1,P,1\n",
  });
  const hint = "join: { details: path/to/details.csv }";
  expect(await said(files(""))).toContain(hint);
  expect(await said(files(hint))).toBe("");
});
