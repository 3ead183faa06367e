// Sales orders over HTTP: create, change (never the lines), custom fields, list, single record, export (facts §5).
import { z } from "zod";
import type { JsonObject } from "../../model/json.ts";
import { changeableFields } from "../../model/resources/order-changes.ts";
import { salesOrders } from "../../model/resources/sales-orders.ts";
import { numberAt, objectAt, objectsAt, textAt } from "../world/content.ts";
import { rejectErrors } from "../world/rejects.ts";
import { created, type FieldError, invalid, notFound, ok, type Reply, refusal } from "../world/reply.ts";
import { only, type Route, recordAt } from "../world/route.ts";
import { contentOf, latestOf, type StoredRecord } from "../world/store.ts";
import type { World } from "../world/world.ts";
import { exportReply } from "./export.ts";
import { type Listed, listReply } from "./listing.ts";
import { orderExportRow, orderView } from "./order-view.ts";
import { resolveProduct, tagsView } from "./product-view.ts";
import { invalidSelection, prohibitedErrors, requirementErrors, schemaErrors } from "./validation.ts";

/** The routes of sales orders. There is none to delete or to change lines: the API has none either. */
export function orderRoutes(world: World): readonly Route[] {
  const { sales_orders: store } = world.stores;
  const listed: Listed = {
    store,
    view: (seen) => orderView(world, seen),
    fields: {
      ...only(["order_number", "order_date", "order_status", "channel_id", "company_id"]),
      ...only(["customer_email", "customer_username", "customer_po_number", "ship_date"]),
      source: () => ["external_api"],
      tag: (content) => tagsView(world, content).map(({ name }) => name),
    },
    indexed: { field: "order_number", candidates: (key) => store.withKey(key.trim()) },
  };
  const exported = {
    store,
    row: (seen: Parameters<typeof orderExportRow>[1]) => orderExportRow(world, seen),
    defaultLimit: 1000,
  };
  return [
    { method: "POST", path: "/sales-orders", answer: ({ body, bodyText }) => create(world, body, bodyText) },
    {
      method: "GET",
      path: "/sales-orders",
      answer: ({ query }) => listReply(listed, query, world.lies),
    },
    {
      method: "GET",
      path: "/sales-orders/export",
      answer: ({ query }) => exportReply(exported, query, world.settings.nowMs()),
    },
    { method: "GET", path: "/sales-orders/{id}", answer: ({ id }) => recordAt(store, id, "sales order", listed.view) },
    {
      method: "PATCH",
      path: "/sales-orders/{id}",
      answer: ({ id, body, bodyText }) => {
        const record = store.get(id);
        return record === undefined ? notFound("sales order") : change(world, record, body, bodyText);
      },
    },
    {
      method: "PUT",
      path: "/sales-orders/{id}/custom-fields",
      answer: ({ id, body, bodyText }) => {
        const record = store.get(id);
        return record === undefined ? notFound("sales order") : setCustomFields(world, record, body, bodyText);
      },
    },
  ];
}

function create(world: World, body: JsonObject, bodyText: string): Reply {
  const errors = [
    ...prohibitedErrors(salesOrders.updateOnly, body),
    ...schemaErrors(salesOrders.schema, body),
    ...requirementErrors(salesOrders, body),
  ];
  if (errors.length > 0) return invalid(errors);
  const { sales_orders: store, channels, companies } = world.stores;
  const companyId = numberAt(body, "company_id");
  const key = (textAt(body, "order_number") ?? "").trim();
  const isTaken = world.settings.duplicates !== "accept" && store.withKey(key).length > 0;
  const taken = "The order_number has already been taken.";
  const wrong: FieldError[] = [
    ...(channels.get(numberAt(body, "channel_id") ?? 0) === undefined ? [invalidSelection("channel_id")] : []),
    ...(companyId !== undefined && companies.get(companyId) === undefined ? [invalidSelection("company_id")] : []),
    ...objectsAt(body, "items").flatMap((item, index) =>
      resolveProduct(world, item) === undefined ? [invalidSelection(`items.${index}.product`)] : [],
    ),
    ...rejectErrors(world.settings.rejects, "sales_orders", body),
  ];
  if (isTaken && wrong.length === 0 && world.settings.duplicates === "conflict") return refusal(409, taken);
  if (isTaken) wrong.unshift({ path: "order_number", message: taken });
  if (wrong.length > 0) return invalid(wrong);

  const id = store.nextId();
  const childIds = objectsAt(body, "items").map(() => store.nextId());
  const record = store.create(id, { key, text: bodyText, childIds, received: bodyText });
  return created(orderView(world, { record, version: latestOf(record) }));
}

const changeable = Object.entries(salesOrders.schema.shape).filter(([field]) =>
  changeableFields.some((name) => name === field),
);
const changeSchema = z
  .strictObject({
    ...Object.fromEntries(changeable),
    // A list, and nobody says of what (facts §5.6): an empty one is all that can be rehearsed.
    custom_fields: z.array(z.unknown()).max(0, "what is in the list is not documented"),
  })
  .partial();

function change(world: World, record: StoredRecord, body: JsonObject, bodyText: string): Reply {
  const errors = [...schemaErrors(changeSchema, body), ...rejectErrors(world.settings.rejects, "sales_orders", body)];
  if (errors.length > 0) return invalid(errors);
  const { custom_fields: _, ...fields } = body;
  return saved(world, record, fields, bodyText);
}

/** Single labels are set, and the others stay: so the vendor's client uses it (facts §5.1). */
function setCustomFields(world: World, record: StoredRecord, body: JsonObject, bodyText: string): Reply {
  const fields = { custom_fields: body };
  const errors = [
    ...schemaErrors(salesOrders.schema.pick({ custom_fields: true }), fields),
    ...rejectErrors(world.settings.rejects, "sales_orders", fields),
  ];
  if (errors.length > 0) return invalid(errors);
  const labels = { ...objectAt(contentOf(latestOf(record)), "custom_fields"), ...body };
  saved(world, record, { custom_fields: labels }, bodyText);
  return ok(labels);
}

function saved(world: World, record: StoredRecord, fields: JsonObject, bodyText: string): Reply {
  const before = latestOf(record);
  const text = JSON.stringify({ ...contentOf(before), ...fields });
  const { sales_orders: store } = world.stores;
  const after = store.update(record.id, { key: record.key, text, childIds: before.childIds, received: bodyText });
  return ok(orderView(world, { record: after, version: latestOf(after) }));
}
