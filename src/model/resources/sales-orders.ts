// Sales orders: the payload of POST /sales-orders (create-sales-order page, facts §5) and everything else in which
// they differ from other resources. An order's lines cannot be changed and an order cannot be deleted. How the rest of it is
// changed: order-changes.ts.
import { z } from "zod";
import { isPlainObject, type JsonObject } from "../json.ts";
import { readKey, readRemoteId } from "../remote-id.ts";
import type { Reference, RemoteRecord, Resource } from "../resource.ts";
import {
  amount,
  choice,
  date,
  decimal,
  email,
  flag,
  holding,
  idOf,
  labelled,
  naming,
  quantity,
  requiredText,
  someObjects,
  text,
  texts,
} from "./field.ts";
import { orderMerge } from "./order-changes.ts";
import { customFields, dayFields, listField, sameFields, tagFields } from "./record-fields.ts";

declare module "../resource.ts" {
  interface PhasesOf {
    readonly sales_orders: "sales_orders";
  }
}

/** What is in the table under this name. */
export interface SalesOrders extends Resource {
  readonly name: "sales_orders";
}

/** The twelve statuses of the page, lower snake case. */
export const orderStatuses = [
  "pending",
  "shipped",
  "fulfilled",
  "cancelled",
  "awaiting_shipment",
  "partially_shipped",
  "on_hold",
  "backorder",
  "partially_refunded",
  "committed",
  "processing",
  "completed",
] as const;
/** One of `orderStatuses`. */
export type OrderStatus = (typeof orderStatuses)[number];

// Only `name` is seen as required (facts §5.4); street3 comes from the newer reference.
const address = z.strictObject({
  name: requiredText(),
  company: text().optional(),
  street1: text().optional(),
  street2: text().optional(),
  street3: text().optional(),
  city: text().optional(),
  state: text().optional(),
  postal_code: holding("postal_code", text()).optional(),
  country: text().optional(),
  phone: holding("identifier", text()).optional(),
});

const item = z.strictObject({
  product_id: idOf("products").optional(),
  sku: naming(holding("identifier", text())).optional(),
  quantity: quantity(),
  unit_price: decimal(),
  tags: texts(255).optional(),
  custom_fields: labelled().optional(),
});

/** Facts §5.6: PATCH takes them, and the page of POST does not have them. Their limits are not stated. */
const updateOnly = {
  carrier_code: text().nullable().optional(),
  service_code: text().nullable().optional(),
  gift_message: text().nullable().optional(),
  gift: flag().optional(),
  international_options: z.array(z.record(z.string(), z.unknown())).meta({ fieldType: "any" }).optional(),
};

const schema = z.strictObject({
  channel_id: idOf("channels"),
  order_number: naming(holding("identifier", requiredText(255))),
  order_date: date(),
  order_status: choice(orderStatuses),
  items: someObjects(item, "an order needs at least one item"),
  company_id: idOf("companies").nullable().optional(),
  bill_to: address.optional(),
  ship_to: address.optional(),
  customer_email: email(255).nullable().optional(),
  customer_username: text(255).nullable().optional(),
  customer_po_number: text(255).nullable().optional(),
  ship_date: date().nullable().optional(),
  hold_until_date: date().nullable().optional(),
  ship_by_date: date().nullable().optional(),
  earliest_ship_date: date().nullable().optional(),
  total_tax: amount().nullable().optional(),
  total_shipping: amount().nullable().optional(),
  requested_shipping_service: text(255).nullable().optional(),
  customer_notes: text().nullable().optional(),
  internal_notes: text().nullable().optional(),
  custom_fields: labelled().optional(),
  tags: texts(255).nullable().optional(),
  ...updateOnly,
});

/** The sales orders resource. */
export const salesOrders: SalesOrders = {
  name: "sales_orders",
  singular: "order",
  plural: "sales orders",
  schema,
  // The channel is what the guard judges an update by, though an update cannot change it.
  updateSchema: schema.partial().required({ order_number: true, channel_id: true }),
  keyPath: "order_number",
  policies: ["skip", "fail", "update"],
  existingText:
    "Orders that Luminous has already. `update` changes what the API can change: status, dates, addresses, notes, tags; never lines, number, channel, company or totals.",
  phases: ["sales_orders"],
  tellsEmptyPhases: true,
  eitherOr: (payload) => [
    ...(payload.company_id === undefined || payload.company_id === null
      ? [
          { paths: ["bill_to.name", "company_id"], message: "an order without a company needs a billing address" },
          { paths: ["ship_to.name", "company_id"], message: "an order without a company needs a shipping address" },
        ]
      : []),
    ...itemsOf(payload).map((_, index) => ({
      paths: [`items[${index}].sku`, `items[${index}].product_id`],
      message: "an item needs a SKU or a product id",
    })),
  ],
  objections: negativeMoney,
  updateOnly: Object.keys(updateOnly),
  neverSent: [],
  // The API's own formula: quantity × unit_price, tax and shipping (facts §5.5); it has no currency.
  sums: {
    list: "items",
    quantity: "quantity",
    price: "unit_price",
    added: [
      { path: "total_tax", word: "tax" },
      { path: "total_shipping", word: "shipping" },
    ],
    within: { path: "channel_id", word: "channel" },
  },
  phaseOf: () => "sales_orders",
  innerKeys: () => [],
  references: (payload) =>
    itemsOf(payload).flatMap((line, index): Reference[] =>
      typeof line.sku === "string"
        ? [{ path: `items[${index}].sku`, resource: "products", key: line.sku, fill: false }]
        : [],
    ),
  refersTo: ["products"],
  customFieldsOf: (list) => (list === "items" ? "sales-order items" : "sales-orders"),
  createEndpoint: () => ({ method: "POST", path: "/sales-orders" }),
  updateEndpoint: (remoteId) => ({ method: "PATCH", path: `/sales-orders/${encodeURIComponent(remoteId)}` }), // facts §5.6
  staysAsAccepted: true,
  merge: orderMerge({ readBack, addressMembers: Object.keys(address.shape) }),
  changedByServer: ["order_status"], // workflows move it on (facts §5.7)
  isIrrevocable: true, // facts §5.6
  isKeyUnique: false, // facts §3
  readPath: (remoteId) => `/sales-orders/${encodeURIComponent(remoteId)}`,
  list: { path: "/sales-orders", filter: "order_number", exportPath: "/sales-orders/export" },
  remoteRecord,
  readBack,
};

// The export names the id `order_id`, the other replies `id` (facts §5.6).
function remoteRecord(record: unknown): RemoteRecord | undefined {
  if (!isPlainObject(record)) return undefined;
  const key = readKey(record.order_number);
  const remoteId = readRemoteId(record.id) ?? readRemoteId(record.order_id);
  return key === undefined || remoteId === undefined ? undefined : { remoteId, keys: [{ key, role: "own" }] };
}

function itemsOf(payload: JsonObject): readonly JsonObject[] {
  return Array.isArray(payload.items) ? (payload.items as readonly JsonObject[]) : [];
}

/** An order that gives money back may be a credit note; a price below 0 is mostly a discount, and now and then a slip. */
function negativeMoney(payload: JsonObject): ReturnType<Resource["objections"]> {
  const items = itemsOf(payload).map(({ quantity: pieces, unit_price: price }) => ({
    price: numberIn(price),
    amount: numberIn(pieces) * numberIn(price),
  }));
  const sum = items.reduce((total, { amount: part }) => total + part, 0);
  const total = sum + numberIn(payload.total_tax) + numberIn(payload.total_shipping);
  return [
    ...items.flatMap(({ price }, index) =>
      price < 0
        ? [{ path: `items[${index}].unit_price`, message: "the price is below 0", severity: "warning" as const }]
        : [],
    ),
    ...(total < -0.005
      ? [{ path: "items", message: `the order comes to ${total.toFixed(2)}, below 0`, severity: "warning" as const }]
      : []),
  ];
}

function numberIn(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

const days = ["order_date", "ship_date", "hold_until_date", "ship_by_date", "earliest_ship_date"];
const plain = Object.keys(schema.shape).filter((field) => ![...days, "items", "tags", "custom_fields"].includes(field));

// Totals and statuses of their own are computed by the API: no payload has them.
function readBack(record: JsonObject): JsonObject {
  return {
    ...sameFields(record, plain),
    ...dayFields(record, days),
    ...customFields(record),
    ...tagFields(record),
    ...listField(record, "items", (line) =>
      isPlainObject(line)
        ? {
            ...sameFields(line, ["product_id", "sku", "quantity", "unit_price"]),
            ...customFields(line),
            ...tagFields(line),
          }
        : line,
    ),
  };
}
