// Sales orders as replies show them: the record of the create-sales-order page and the rows of the export (facts §5.6).
import type { Json, JsonObject } from "../../model/json.ts";
import { isoSeconds, numberAt, objectsAt, pick, rounded, textAt } from "../world/content.ts";
import { contentOf, latestOf, type Seen } from "../world/store.ts";
import type { World } from "../world/world.ts";
import { productSummary, resolveProduct, tagsView } from "./product-view.ts";

/** The record as create, update, the list and GET by id give it. Totals are computed here, as the API does. */
export function orderView(world: World, { record, version }: Seen): JsonObject {
  const content = contentOf(version);
  const items = objectsAt(content, "items");
  const company = numberAt(content, "company_id");
  // With a company the API fills in its addresses; here only its name stands for them.
  const name = company === undefined ? null : companyName(world, company);
  const companyView: Json = company === undefined ? null : { id: company, name, status: "active" };
  const address: Json = company === undefined ? null : { name };
  return {
    id: record.id,
    created_at: isoSeconds(record.createdAtMs),
    updated_at: isoSeconds(version.writtenAtMs),
    status: "Active",
    order_id: String(record.id),
    channel_id: content.channel_id ?? null,
    ...pick(content, ["order_number", "order_date", "order_status"]),
    ...pick(content, ["customer_email", "customer_username", "customer_po_number", "company_id"]),
    company: companyView,
    bill_to: content.bill_to ?? address,
    ship_to: content.ship_to ?? address,
    total: orderTotal(content),
    total_paid: 0,
    total_tax: content.total_tax ?? 0,
    total_shipping: content.total_shipping ?? 0,
    product_total: productTotal(content),
    ...pick(content, ["requested_shipping_service", "customer_notes", "internal_notes"]),
    ...pick(content, ["ship_date", "hold_until_date", "ship_by_date", "earliest_ship_date"]),
    externally_fulfilled: false,
    is_posted: false,
    source: "external_api",
    total_order_quantity: rounded(items.reduce((sum, item) => sum + (numberAt(item, "quantity") ?? 0), 0)),
    items: items.map((item, index) => itemView(world, item, index, version.childIds[index] ?? null)),
    tags: tagsView(world, content),
    custom_fields: content.custom_fields ?? {},
  };
}

/** The row of GET /sales-orders/export: other names, and `order_id` is a number here. */
export function orderExportRow(world: World, { record, version }: Seen): JsonObject {
  const content = contentOf(version);
  return {
    order_id: record.id,
    ...pick(content, ["order_number", "order_date", "order_status", "customer_email", "company_id"]),
    total_amount: orderTotal(content),
    total_tax: content.total_tax ?? 0,
    total_shipping: content.total_shipping ?? 0,
    created_at: isoSeconds(record.createdAtMs),
    updated_at: isoSeconds(version.writtenAtMs),
    items: objectsAt(content, "items").map((item, index) => ({
      order_item_id: version.childIds[index] ?? null,
      product_id: resolveProduct(world, item) ?? null,
      sku: item.sku ?? null,
      price: item.unit_price ?? null,
      tax: 0,
      quantity_ordered: item.quantity ?? null,
      quantity_shipped: 0,
      quantity_cancelled: 0,
    })),
  };
}

function companyName({ stores }: World, id: number): string | null {
  const company = stores.companies.get(id);
  return company === undefined ? null : (textAt(contentOf(latestOf(company)), "name") ?? null);
}

// The line shows the product's own SKU, also when an alternate was sent: not documented.
function itemView(world: World, item: JsonObject, index: number, id: number | null): JsonObject {
  const productId = resolveProduct(world, item);
  const product = productId === undefined ? undefined : productSummary(world, productId);
  return {
    id,
    line_number: index + 1,
    sku: product?.sku ?? item.sku ?? null,
    name: product?.name ?? null,
    ...pick(item, ["quantity", "unit_price"]),
    upc: product?.upc ?? null,
    product_id: productId ?? null,
    tags: tagsView(world, item),
    custom_fields: item.custom_fields ?? {},
  };
}

function productTotal(content: JsonObject): number {
  const lines = objectsAt(content, "items");
  return rounded(
    lines.reduce((sum, item) => sum + (numberAt(item, "quantity") ?? 0) * (numberAt(item, "unit_price") ?? 0), 0),
  );
}

function orderTotal(content: JsonObject): number {
  return rounded(
    productTotal(content) + (numberAt(content, "total_tax") ?? 0) + (numberAt(content, "total_shipping") ?? 0),
  );
}
