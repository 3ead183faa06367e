// The one mapping behind all shapes: every way in which a field can get its value, in the names of the shape.
import { constants } from "./kinds.ts";

/** How a shape calls its cells in a mapping. */
export interface Naming {
  /** Top-level keys of the mapping: `group`, `join`, `source.records`. */
  readonly top: string;
  /** A column of the order, as `from` has it. */
  readonly column: (name: string) => string;
  readonly each: string;
  /** A condition on the elements beside the common one, ending in `&& `. */
  readonly only?: string;
  /** Where a field of an item comes from: `from: "Qty"`. */
  readonly itemSource: (name: string) => string;
  /** A cell of an item in an expression. */
  readonly itemCell: (name: string) => string;
  /** A cell of an item in a template, where items have columns. */
  readonly itemColumn?: (name: string) => string;
  /** Every row of a group is an item: a field of the order adds up a column of all. */
  readonly sumsRows?: boolean;
}

/** A constant of every order or of every item that the server refuses. */
export type Pure = "order" | "item";

/** The job's mapping. With `pure`, one of its constants is refused. */
export function mappingText(naming: Naming, pure?: Pure): string {
  const { top, each, only = "", itemSource, itemCell, itemColumn, sumsRows } = naming;
  const column = (name: string): string => JSON.stringify(naming.column(name));
  const cell = (name: string): string => `row[${column(name)}]`;
  const weight = `  custom_fields.Weight: { expr: 'rows.map(r, number(r["Weight"])).sum()', round: 2 }\n`;
  const label = `      custom_fields.Label: { template: "{${itemColumn?.("Lot")}}/{${naming.column("Season")}}" }\n`;
  const template = `{${naming.column("First")}} {${naming.column("Last")}}`;
  return `version: 1
resource: sales_orders
${top}
where: '${cell("Rank")} == "" || number(${cell("Rank")}) < 100.0'
fields:
  channel_id: { from: ${column("Shop")}, ref: { resource: channels, by: label } }
  order_number: ${column("Order")}
  order_date: ${column("Date")}
  order_status: { from: ${column("Status")}, map: { open: on_hold, done: shipped, late: backorder } }
  customer_email: ${column("Email")}
  bill_to.name: { template: ${JSON.stringify(template)} }
  ship_to.name: { from: [${column("Recipient")}, ${column("Firm")}] }
  ship_to.city: ${column("City")}
  ship_to.postal_code: ${column("Zip")}
  ship_to.country: { value: ${pure === "order" ? constants.pure : "US"} }
  tags: { from: ${column("Tags")}, split: "," }
  requested_shipping_service: { from: ${column("Carrier")}, lookup: { file: carriers.csv, key: Code, value: Name } }
  customer_po_number: ${column("PO")}
  custom_fields.Season: { from: ${column("Season")}, when: 'number(${cell("Year")}) > 2000.0' }
  customer_notes: { from: ${column("Note")}, default: ${constants.byDefault} }
  internal_notes:
    - ${column("Internal")}
    - { value: ${constants.alternative} }
  total_shipping: { expr: 'number(${cell("Freight")}) + number(${cell("Handling")})', round: 2 }
  total_tax: ${column("Tax")}
  ship_date: { expr: '${cell("Shipped")} != "" ? ${cell("Shipped")} : ${cell("Planned")}' }
${sumsRows === true ? weight : ""}\
children:
  items:
    each: ${each}
    where: '${only}${itemCell("Kind")} != "note" && number(${itemCell("Line")}) > 0.0'
    fields:
      sku: { ${itemSource("SKU")} }
      quantity: { ${itemSource("Qty")} }
      unit_price: { expr: 'number(${itemCell("Price")}) * (1 - number(${itemCell("Discount")}))', round: 2 }
      tags: { ${itemSource("Marks")}, split: "|" }
      custom_fields.Lot: { ${itemSource("Lot")} }
${itemColumn === undefined ? "" : label}\
      custom_fields.Made: { value: ${pure === "item" ? constants.pure : "by hand"} }
      custom_fields.Source: ${JSON.stringify(`parent.${naming.column("Source")}`)}
`;
}

/** What the mapping's `lookup` reads. */
export const carriers = "Code,Name\nU,UPS\nD,DHL\nS,Space Freight\n";
