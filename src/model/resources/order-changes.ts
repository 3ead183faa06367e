// What an update of an order has to say, given the order as a reply shows it: PATCH /sales-orders/{id} takes some fields and
// never lines, number, channel, company or totals (facts §5.6). Compared like the audit does (compare-records.ts).
import { compare, type Difference } from "../compare-records.ts";
import { isPlainObject, type Json, type JsonObject } from "../json.ts";
import { formatPath, parsePath } from "../payload-path.ts";
import type { Problem } from "../problem.ts";
import type { Merge } from "../resource.ts";

/** The fields of an order that PATCH takes (facts §5.6). */
export const changeableFields = [
  "order_status",
  "customer_email",
  "customer_username",
  "customer_po_number",
  "bill_to",
  "ship_to",
  "ship_date",
  "hold_until_date",
  "ship_by_date",
  "earliest_ship_date",
  "requested_shipping_service",
  "carrier_code",
  "service_code",
  "customer_notes",
  "internal_notes",
  "gift_message",
  "gift",
  "international_options",
  "custom_fields",
  "tags",
] as const;

/** What orders need to be compared with their payloads. */
export interface OrderReading {
  /** A record as the payload that would have made it, without what the reply does not show. */
  readonly readBack: (record: JsonObject) => JsonObject;
  /** The members of an address that the API takes. */
  readonly addressMembers: readonly string[];
}

/** How orders are changed: only what differs is sent, and an order that differs in anything else is left as it is. */
export function orderMerge({ readBack, addressMembers }: OrderReading): Merge {
  return {
    difference(body, record) {
      const shown = readBack(record);
      return Object.fromEntries(
        changeableFields.flatMap((field): [string, Json][] => {
          const wanted = body[field];
          if (wanted === undefined || isSame(field, wanted, shown)) return [];
          if (field === "order_status" && wouldOpenAgain(wanted, shown.order_status)) return [];
          return [[field, valueToSend(field, wanted, shown[field], addressMembers)]];
        }),
      );
    },
    conflicts(payload, record) {
      const shown = withPlainMoney(readBack(record));
      const fixed = withPlainMoney(Object.fromEntries(Object.entries(payload).filter(([path]) => isFixed(path))));
      return compare(fixed, shown).differences.map((difference) => problemOf(difference, String(record.id)));
    },
    kept({ order_status: wanted }, record) {
      const { order_status: shown } = readBack(record);
      if (!wouldOpenAgain(wanted, shown)) return [];
      const message = `Luminous has this order as "${String(shown)}" (id ${String(record.id)}), and an update does not take it back to "${String(wanted)}": its status is left as it is`;
      return [{ code: "status_kept", severity: "warning", path: "order_status", message }];
    },
    isFixed,
    lockOf: () => undefined,
    // The sample of PATCH shows `custom_fields: [null]`: a list, and nothing of what is in it (facts §5.6). The vendor's own
    // client writes them by PUT /sales-orders/{id}/custom-fields, with a body of labels and values (facts §5.1).
    apart: {
      field: "custom_fields",
      endpoint: (remoteId) => ({
        method: "PUT",
        path: `/sales-orders/${encodeURIComponent(remoteId)}/custom-fields`,
      }),
    },
  };
}

/** How far an order has come. What is not named has not left yet. */
const progress: Readonly<Record<string, number>> = {
  partially_shipped: 1,
  shipped: 2,
  fulfilled: 2,
  completed: 2,
  cancelled: 2,
  partially_refunded: 2,
};

/**
 * An order that was shipped or cancelled in Luminous is not opened again by a file that has not heard of it: it would allocate
 * stock a second time, and could be shipped twice (facts §5.7).
 */
function wouldOpenAgain(wanted: Json | undefined, shown: Json | undefined): boolean {
  if (typeof wanted !== "string" || typeof shown !== "string") return false;
  return (progress[wanted] ?? 0) < (progress[shown] ?? 0);
}

function isFixed(path: string): boolean {
  const [field] = parsePath(path);
  return !changeableFields.some((name) => name === field);
}

/** What a reply does not show may be anything, so it is never the same. */
function isSame(field: string, wanted: Json, shown: JsonObject): boolean {
  const sent = { [field]: field === "tags" ? once(wanted) : wanted };
  const have = field === "tags" && shown.tags !== undefined ? { tags: once(shown.tags) } : shown;
  const { differences, unreadable } = compare(sent, have);
  return differences.length === 0 && unreadable.length === 0;
}

function isSameLabel(label: string, value: Json, before: JsonObject): boolean {
  return compare({ custom_fields: { [label]: value } }, { custom_fields: before }).differences.length === 0;
}

/** Tags are a set: a server may keep one that comes twice once. */
function once(tags: Json): Json {
  if (!Array.isArray(tags)) return tags;
  return [...new Set(tags.map((tag: Json) => (typeof tag === "string" ? tag.trim() : tag)))];
}

/**
 * Whether PATCH replaces an address or merges its members is not documented, so an address goes whole: what the order shows,
 * and over it what the payload says. Of custom fields the labels that differ are enough: the vendor's client sets single ones.
 */
function valueToSend(field: string, wanted: Json, shown: Json | undefined, addressMembers: readonly string[]): Json {
  if (!isPlainObject(wanted)) return wanted;
  const parts = wanted as JsonObject;
  const before = isPlainObject(shown) ? (shown as JsonObject) : {};
  if (field === "custom_fields") {
    const differing = Object.entries(parts).filter(([label, value]) => !isSameLabel(label, value, before));
    return Object.fromEntries(differing);
  }
  const kept = Object.entries(before).filter(
    ([name, value]) => addressMembers.includes(name) && typeof value === "string" && value !== "",
  );
  return { ...Object.fromEntries(kept), ...parts };
}

/** An order without tax or shipping shows 0. */
function withPlainMoney(order: JsonObject): JsonObject {
  const money = ["total_tax", "total_shipping"].flatMap((field) =>
    order[field] === null ? [[field, 0] as const] : [],
  );
  return { ...order, ...Object.fromEntries(money) };
}

function problemOf({ path, sent, have }: Difference, id: string): Problem {
  return {
    code: "order_immutable",
    path,
    message: `${stateOf(path, sent, have)} (order id ${id}), and the API cannot change that; nothing of this order was sent`,
  };
}

function stateOf(path: string, sent: Json, have: Json | undefined): string {
  const [list, at, ...inside] = parsePath(path);
  if (list === "items" && at !== undefined && inside.length === 0) {
    if (have === undefined) return `Luminous has no such line: ${lineText(sent)}`;
    if (sent === null) return `Luminous has one more line: ${lineText(have)}`;
  }
  const there = have === undefined ? "nothing" : JSON.stringify(have);
  return `${formatPath(parsePath(path))} is ${there} in Luminous and ${JSON.stringify(sent)} in the file`;
}

/** `2 × SCREW at 1.5`. */
function lineText(line: Json): string {
  if (!isPlainObject(line)) return JSON.stringify(line);
  const { sku, product_id: id, quantity, unit_price: price } = line as JsonObject;
  return `${JSON.stringify(quantity)} × ${sku === undefined ? `product ${String(id)}` : String(sku)} at ${JSON.stringify(price)}`;
}
