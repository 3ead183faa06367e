// Exports of accounting and inventory systems: QuickBooks, NetSuite, and the sheet of Luminous's own Unified Importer.
import { type Platform, sureNames } from "./name-table.ts";

/** The accounting and inventory systems that are known. */
export const accounting: readonly Platform[] = [
  {
    name: "QuickBooks Online",
    signature: "product service name | type | sales description | sales price rate | income account",
    names: sureNames({
      item_path: "product service name",
      sku: "sku",
      "category.name": "category",
      description: "sales description",
      retail_price: "sales price rate",
      unit_cost: "purchase cost",
      qty_reorder_threshold: "reorder point",
      "supplier.name": "preferred vendor",
    }),
    ignore: "type | income account | purchase description",
  },
  {
    name: "QuickBooks Desktop",
    signature: "item | description | type | cost | price | preferred vendor",
    names: sureNames({
      item_path: "item",
      description: "description",
      retail_price: "price",
      unit_cost: "cost",
      "supplier.name": "preferred vendor",
      qty_reorder_threshold: "reorder pt min | reorder point",
    }),
    ignore: "type | mpn | purchase description",
  },
  {
    name: "Zoho",
    signature:
      "sales order id | sales order number | order date | item name | quantity ordered | item price | item total",
    names: sureNames({
      order_number: "sales order number",
      customer_po_number: "reference number",
      "items.sku": "sku",
      "items.quantity": "quantity ordered",
      "ship.postal_code": "shipping code",
      "bill.postal_code": "billing code",
    }),
    ignore: "sales order id | item name",
  },
  {
    name: "NetSuite",
    signature: "internal id | name | display name | base price | purchase price",
    names: sureNames({
      sku: "name",
      name: "display name",
      retail_price: "base price",
      unit_cost: "purchase price",
      "category.name": "class",
      upc: "upc code",
      description: "sales description",
      "supplier.name": "preferred vendor",
    }),
    ignore: "internal id | type",
  },
];
