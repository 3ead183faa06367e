// Companies as replies show them: the record of the reference's company page, as far as it could be read. Shipping
// addresses have other names there than in payloads.
import type { JsonObject } from "../../model/json.ts";
import { isoSeconds, numberAt, objectAt, objectsAt, pick, textAt } from "../world/content.ts";
import { contentOf, type Seen } from "../world/store.ts";
import type { World } from "../world/world.ts";
import { tagsView } from "./product-view.ts";

/** The record as create, update, the list and GET by id give it. */
export function companyView(world: World, { record, version }: Seen): JsonObject {
  const content = contentOf(version);
  const type = objectAt(content, "client_type") ?? {};
  const typeId = numberAt(type, "id");
  const addresses = objectsAt(content, "shipping_addresses").map((address, index) => ({
    id: index + 1,
    company_id: record.id,
    address: address.address_1 ?? null,
    address_line_2: address.address_2 ?? null,
    postal_code: address.zip ?? null,
    ...pick(address, ["city", "state", "country", "first_name", "last_name", "email", "phone"]),
    is_default: address.is_default ?? false,
  }));
  return {
    id: record.id,
    ...pick(content, ["status", "name"]),
    created_at: isoSeconds(record.createdAtMs),
    updated_at: isoSeconds(version.writtenAtMs),
    type: textAt(type, "name") ?? (typeId === undefined ? null : (world.clientTypes.nameOf(typeId) ?? null)),
    ...pick(content, ["phone", "address", "address_line_2", "city", "state", "postal_code", "country"]),
    ...pick(content, ["payment_term", "notes", "fein"]),
    tax_exempt: content.tax_exempt ?? false,
    due_date_days: content.days ?? null,
    tags: tagsView(world, content),
    default_shipping: addresses.find(({ is_default }) => is_default === true) ?? null,
    shipping_addresses: addresses,
  };
}
