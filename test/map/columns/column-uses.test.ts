// The columns that a mapping reads: of which file, and what for.
import { describe, expect, it, test } from "vitest";
import { type ColumnUse, columnUses, locate } from "../../../src/map/columns/column-uses.ts";
import { loadMapping } from "../../../src/map/definition/load-mapping.ts";

const ordersYaml = `version: 1
resource: sales_orders
index:
  name_of: { key: 'row["Id"]', value: 'row["Name"]' }
where: 'row["Skip"] == ""'
group: { by: [No], head: 'row["Kind"] == "order"', where: 'row["Open"] == "yes"' }
join:
  details: { on: { orderId: No } }
  customers: { on: { id: Customer }, one: true }
fields:
  order_number: No
  ship_to.name: { from: [customers.name, Ship To], when: 'row["Ship"] == "yes"' }
  customer_notes: { template: "{Note} by {customers.clerk}" }
  order_date: [{ from: Date }, { expr: 'row["Day"] + "." + row["Month"]' }, { value: "2024-01-05" }]
children:
  items:
    each: details
    where: 'row["Qty"] != "0"'
    fields:
      sku: Sku
      quantity: { from: Qty, when: 'parent["Kind"] != ""' }
      tags: [{ from: parent.Tags }, { from: customers.tags }]
`;

const anywhere = () => false;

/** Such as `from "customers.name" is name of customers, for ship_to.name`. */
function told(use: ColumnUse, isColumn: Parameters<typeof locate>[1] = anywhere): string {
  const { place } = locate(use, isColumn);
  const file = place?.join ?? (place?.list === undefined ? "the main file" : `the items of ${place.list}`);
  const where = place === undefined ? "no column" : `${place.column} of ${file}`;
  const child = use.reader.child === undefined ? "" : `${use.reader.child.path}.`;
  return `${use.use} "${use.name}" is ${where}${use.of === undefined ? "" : `, for ${child}${use.of.field.path}`}`;
}

describe("the uses of a mapping's columns", () => {
  it("name every column with its file, its field and what it is for, keys first", () => {
    const uses = columnUses(loadMapping(ordersYaml, "map.yaml"));
    expect(uses.all.map((use) => told(use))).toEqual([
      'group "No" is No of the main file',
      'join "No" is No of the main file',
      'join "orderId" is orderId of details',
      'join "Customer" is Customer of the main file',
      'join "id" is id of customers',
      'condition "Skip" is Skip of the main file',
      'condition "Kind" is Kind of the main file',
      'condition "Open" is Open of the main file',
      'condition "Id" is Id of the main file',
      'condition "Name" is Name of the main file',
      'from "No" is No of the main file, for order_number',
      'when "Ship" is Ship of the main file, for ship_to.name',
      'from "customers.name" is name of customers, for ship_to.name',
      'from "Ship To" is Ship To of the main file, for ship_to.name',
      'template "Note" is Note of the main file, for customer_notes',
      'template "customers.clerk" is clerk of customers, for customer_notes',
      'from "Date" is Date of the main file, for order_date',
      'expr "Day" is Day of the main file, for order_date',
      'expr "Month" is Month of the main file, for order_date',
      'condition "Qty" is Qty of details',
      'from "Sku" is Sku of details, for items.sku',
      'from "Qty" is Qty of details, for items.quantity',
      'from "parent.Tags" is Tags of the main file, for items.tags',
      'from "customers.tags" is tags of customers, for items.tags',
    ]);
  });

  it("are found by the alternative that reads them", () => {
    const mapping = loadMapping(ordersYaml, "map.yaml");
    const uses = columnUses(mapping);
    const date = mapping.fields.find(({ path }) => path === "order_date");
    const named = date?.alternatives.map((alternative) => uses.of(alternative).map(({ name }) => name));
    expect(named).toEqual([["Date"], ["Day", "Month"], []]);
  });

  test.each([
    { each: "rows", name: "Sku", is: "Sku of the main file" },
    { each: "lines", name: "Sku", is: "Sku of the items of lines" },
    { each: "lines", name: "parent.Sku", is: "Sku of the main file" },
    { each: "lines", name: "item", is: "no column" },
    { each: '{ from: Skus, split: ";" }', name: "item", is: "Skus of the main file" },
    { each: '{ from: Skus, split: ";" }', name: "Sku", is: "Sku of the main file" },
    { each: `{ expr: 'row["Skus"].split(";")' }`, name: "item", is: "no column" },
  ])("of a child with each: $each, $name is $is", ({ each, name, is }) => {
    const group = each === "rows" ? "group: { by: No }\n" : "";
    const yaml = `version: 1
resource: sales_orders
${group}fields: { order_number: No }
children: { items: { each: ${each}, fields: { sku: ${name} } } }
`;
    const uses = columnUses(loadMapping(yaml, "map.yaml")).all.filter(({ of }) => of?.field.path === "sku");
    expect(uses.map((use) => told(use))).toEqual([`from "${name}" is ${is}, for items.sku`]);
  });

  it("are a column that is called exactly so before anything else that the name may mean", () => {
    const uses = columnUses(loadMapping(ordersYaml, "map.yaml")).all;
    const name = uses.find((use) => use.name === "customers.name");
    const tags = uses.find((use) => use.name === "parent.Tags");
    const isThere = ({ column }: { readonly column: string }) => ["customers.name", "parent.Tags"].includes(column);
    expect([name, tags].map((use) => use && told(use, isThere))).toEqual([
      'from "customers.name" is customers.name of the main file, for ship_to.name',
      'from "parent.Tags" is parent.Tags of details, for items.tags',
    ]);
  });

  it("of an expression are columns of its own row alone, whatever they are called", () => {
    const yaml = `version: 1
resource: sales_orders
join: { customers: { on: { id: Customer }, one: true } }
fields: { order_number: No, customer_notes: { expr: 'row["customers.name"] + row["parent.Tags"]', when: 'row["customers.id"] != ""' } }
`;
    const uses = columnUses(loadMapping(yaml, "map.yaml")).all.filter(({ of }) => of?.field.path === "customer_notes");
    expect(uses.map((use) => told(use))).toEqual([
      'when "customers.id" is customers.id of the main file, for customer_notes',
      'expr "customers.name" is customers.name of the main file, for customer_notes',
      'expr "parent.Tags" is parent.Tags of the main file, for customer_notes',
    ]);
  });
});
