// Everyday column names of orders and of their lines. Addresses are in addresses.ts.
import type { NameTable } from "./name-table.ts";

/** Fields of the order itself. */
export const orderNames: NameTable = {
  order_number: {
    surely:
      "order number | order id | order | sales order number | so number | invoice number | order reference | increment id | amazon order id | order code | order name | sales order | transaction number | document number",
    mostly: "number | purchase id | invoice id | invoice | order key",
    perhaps: "id | reference | name",
  },
  order_date: {
    surely:
      "order date | purchase date | ordered at | created at | date ordered | order created | placed at | placed on | ordered on | order created at | purchase timestamp | order timestamp | invoice date | transaction date | sales date | date placed | order placed",
    mostly: "date | sale date | created | date created | creation date | paid at",
  },
  order_status: {
    surely: "order status | status | fulfillment status | order state | display fulfillment status",
    mostly: "state | state name | item status | payment status | financial status",
  },
  channel_id: {
    surely: "channel | sales channel | channel name | store | store name | shop | marketplace | sales channel name",
    mostly: "website | purchase point | shop name",
    perhaps: "source | source name",
  },
  company_id: { surely: "company id" },
  customer_email: {
    surely:
      "email | customer email | buyer email | billing email | contact email | email address | customer email address | bill to email",
    mostly: "shipping email | ship to email",
  },
  customer_username: {
    surely: "username | customer username | user name | customer login | login | buyer username",
    perhaps: "customer id | customer number | customer code | account number",
  },
  customer_po_number: {
    surely:
      "po number | purchase order number | customer po | purchase order | customer po number | po | buyer po number",
    mostly: "customer reference | your reference",
  },
  ship_date: {
    surely:
      "ship date | shipped date | date shipped | shipped on | shipped at | fulfilled at | shipping date | shipped on date | delivered carrier date | dispatch date | dispatched at | despatch date",
  },
  ship_by_date: {
    surely:
      "ship by | ship by date | required date | date required | required by | need by date | latest ship date | promised date | requested ship date",
    mostly: "due date | delivery date | requested delivery date",
  },
  earliest_ship_date: { surely: "earliest ship date | ship not before" },
  hold_until_date: { surely: "hold until | hold until date" },
  total_tax: {
    surely:
      "total tax | tax | taxes | tax amount | order tax | tax total | sales tax | vat amount | order total tax | taxed price total tax",
    mostly: "vat | gst | seller collected tax",
  },
  total_shipping: {
    surely:
      "shipping cost | total shipping | shipping | freight | shipping total | shipping amount | shipping charge | shipping price | postage | shipping charges | freight cost | freight value | freight amount | freight charge | freight charges | shipping value | postage cost | order shipping | shipping fee | shipping and handling | shipping info price | total shipping price",
    mostly: "delivery cost | delivery",
  },
  "total_tax+shipping": { surely: "shipping tax | freight tax" },
  requested_shipping_service: {
    surely:
      "shipping method | shipping service | ship method | shipping method title | requested shipping service | carrier service | ship service level | delivery method | shipping type | ship mode | shipping mode",
    mostly: "ship via | carrier | shipping description",
  },
  customer_notes: {
    surely:
      "customer notes | customer note | order notes | note | notes | buyer notes | customer comments | customer message | delivery instructions | order note",
    mostly: "comments | comment | memo | message | remarks",
  },
  internal_notes: {
    surely: "internal notes | internal note | staff notes | admin notes | private notes | seller notes | internal memo",
  },
  tags: { surely: "tags | order tags", mostly: "labels" },
};

/** Fields of an order line. Parts of a price: `line_total`, `line_discount` (money) and `discount` (a share or percent). */
export const itemNames: NameTable = {
  "items.sku": {
    surely:
      "sku | item sku | product sku | line item sku | seller sku | custom label | custom label sku | item code | item number | product code | part number | article number | stock code | variant sku | product number | line sku",
    mostly: "article | product id | item id | product key | part key | item key | product | item",
  },
  "items.quantity": {
    surely:
      "quantity | line item quantity | item quantity | quantity ordered | quantity purchased | order quantity | ordered quantity | units | pieces | quantity sold | units ordered | product quantity",
    mostly: "quantity shipped | count | quantity invoiced",
  },
  "items.unit_price": {
    surely:
      "unit price | line item price | price | item price | price each | price per unit | sales price | product price | selling price | item unit price | net unit price | unit net | unit price net | unit net price | sale price | base price | discounted unit price | original unit price",
    mostly:
      "rate | item cost | unit amount | list price | sold for | net price | gross price | price net | price gross | price incl tax | price excl tax",
  },
  "items.line_total": {
    surely:
      "line total | line amount | extended price | extended amount | row total | line item total | item total | net amount line | line net | line net total | line price",
    mostly: "amount | sales",
  },
  "items.discount": {
    surely:
      "discount | line discount | item discount | discount rate | discount percent | line discount percent | discount percentage",
  },
  "items.line_discount": {
    surely: "line discount amount | item discount amount",
    mostly: "discount amount | coupon amount | promotion discount | discount total | rebate",
  },
};
