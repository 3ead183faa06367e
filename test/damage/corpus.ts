// The labelled corpus of spreadsheet damage: columns as exports have them, each with what was done to it and to which rows.
// Made from patterns and chance with a seed; knows nothing of what looks for damage.
import { type DamagedRecipe, damaged } from "./damaged.ts";
import type { DamageKind } from "./harms.ts";
import { randomOf } from "./random.ts";
import { type UndamagedRecipe, undamaged } from "./undamaged.ts";

/** What a column holds, by the payload field that it is mapped to. */
export type ColumnRole = "identifier" | "number" | "date" | "text";

/** A column and the truth about it. */
export interface LabelledColumn {
  /** Its own among all: `lost_leading_zeros: US ZIP codes`. */
  readonly name: string;
  readonly resource: "products" | "sales_orders";
  /** The payload field it is mapped to: `ship_to.postal_code`, `items[].sku`. */
  readonly field: string;
  readonly role: ColumnRole;
  /** As reading gives them: trimmed. Between 20 and 300. */
  readonly cells: readonly string[];
  /** Absent where nothing is wrong. */
  readonly damage?: {
    readonly kind: DamageKind;
    /** The rows that have it, from 1, in order. */
    readonly rows: readonly number[];
  };
}

/** All columns, damaged ones first; the same in every call. */
export function damageCorpus(): readonly LabelledColumn[] {
  return [
    ...Object.entries(damaged).map(([name, recipe]) => damagedColumn(name, recipe)),
    ...Object.entries(undamaged).map(([name, recipe]) => undamagedColumn(name, recipe)),
  ];
}

function damagedColumn(shortName: string, { field, cell, kind, harm, every, rows }: DamagedRecipe): LabelledColumn {
  const name = `${kind}: ${shortName}`;
  const whole = cellsOf(name, cell, rows);
  // Not the first ones alone: damage begins somewhere in the column.
  const cells = whole.map((text, row) => (row % every === every - 1 ? harm(text) : text));
  const hit = cells.flatMap((text, row) => (text === whole[row] ? [] : [row + 1]));
  return { name, ...placeOf(field), cells, damage: { kind, rows: hit } };
}

function undamagedColumn(shortName: string, { field, cell, rows }: UndamagedRecipe): LabelledColumn {
  const name = `undamaged: ${shortName}`;
  return { name, ...placeOf(field), cells: cellsOf(name, cell, rows) };
}

function cellsOf(name: string, cell: DamagedRecipe["cell"], rows: number): readonly string[] {
  const random = randomOf(name);
  return Array.from({ length: rows }, (_, row) => cell(random, row));
}

const productFields: Readonly<Record<string, ColumnRole>> = {
  sku: "identifier",
  upc: "identifier",
  name: "text",
  description: "text",
  tags: "text",
  "custom_fields.Version": "text",
  retail_price: "number",
  unit_cost: "number",
  product_weight: "number",
};

const orderFields: Readonly<Record<string, ColumnRole>> = {
  order_number: "identifier",
  customer_po_number: "identifier",
  "items[].sku": "identifier",
  "ship_to.postal_code": "identifier",
  "bill_to.postal_code": "identifier",
  "ship_to.phone": "identifier",
  "ship_to.city": "text",
  "ship_to.street1": "text",
  customer_notes: "text",
  order_date: "date",
  ship_date: "date",
  "items[].quantity": "number",
};

function placeOf(field: string): Pick<LabelledColumn, "resource" | "field" | "role"> {
  const ofProduct = productFields[field];
  const role = ofProduct ?? orderFields[field];
  if (role === undefined) throw new Error(`the corpus does not know what ${field} is`);
  return { resource: ofProduct === undefined ? "sales_orders" : "products", field, role };
}
