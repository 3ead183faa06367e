// Companies, the B2B customers: the payload of POST /companies (the create-a-company page, facts §5.4 and §7) and
// everything else in which they differ from other resources. Orders refer to them by name.
import { z } from "zod";
import { isPlainObject, type Json, type JsonObject } from "../json.ts";
import { readKey, readRemoteId } from "../remote-id.ts";
import type { RemoteRecord, Resource } from "../resource.ts";
import { amount, flag, holding, idOf, integer, labelled, objects, requiredText, text, texts } from "./field.ts";
import { customFields, listField, sameFields, tagFields } from "./record-fields.ts";

declare module "../resource.ts" {
  interface PhasesOf {
    readonly companies: "companies";
  }
}

/** What is in the table under this name. */
export interface Companies extends Resource {
  readonly name: "companies";
}

const shippingAddress = z.strictObject({
  address_1: text().optional(),
  address_2: text().optional(),
  city: text().optional(),
  state: text().optional(),
  zip: holding("postal_code", text()).optional(),
  country: text().optional(),
  first_name: text().optional(),
  last_name: text().optional(),
  email: text().optional(),
  phone: holding("identifier", text()).optional(),
  is_default: flag().optional(),
});

const schema = z.strictObject({
  name: requiredText(255),
  client_type: z.strictObject({ id: integer().optional(), name: requiredText().optional() }).optional(),
  parent_company_id: idOf("companies").optional(),
  address: text(255).optional(),
  address_line_2: text(255).optional(),
  city: text(255).optional(),
  state: text(255).optional(),
  postal_code: holding("postal_code", text(255)).optional(),
  country: text(255).optional(),
  phone: holding("identifier", text(255)).optional(),
  fein: holding("identifier", text(255)).optional(),
  tax_exempt: flag().optional(),
  notes: text().optional(),
  // It must be one that the account supports; which there are is not documented.
  payment_term: text().optional(),
  days: amount().optional(),
  tags: texts(255).optional(),
  custom_fields: labelled().optional(),
  shipping_addresses: objects(shippingAddress).optional(),
});

/** The companies resource. */
export const companies: Companies = {
  name: "companies",
  singular: "company",
  plural: "companies",
  schema,
  updateSchema: schema.partial().required({ name: true }),
  keyPath: "name",
  policies: ["update", "skip", "fail"],
  existingText: "Companies that Luminous has already.",
  phases: ["companies"],
  eitherOr: () => [],
  objections: (payload) => listOf(payload.shipping_addresses).flatMap(incomplete),
  updateOnly: [],
  neverSent: [],
  phaseOf: () => "companies",
  innerKeys: () => [],
  references: () => [],
  refersTo: [],
  customFieldsOf: () => "companies",
  createEndpoint: () => ({ method: "POST", path: "/companies" }),
  // The reference's own page was not readable; the vendor's client updates with POST (facts §7).
  updateEndpoint: (remoteId) => ({ method: "POST", path: `/companies/${encodeURIComponent(remoteId)}` }),
  staysAsAccepted: false,
  merge: undefined,
  changedByServer: [],
  isIrrevocable: false,
  isKeyUnique: false, // nothing says that names are
  readPath: (remoteId) => `/companies/${encodeURIComponent(remoteId)}`,
  // What the list can be filtered by is not documented (facts §7), and names have commas, which `in` would split: the
  // list is read whole, once, and compared here.
  list: { path: "/companies", filter: undefined, exportPath: undefined },
  remoteRecord,
  readBack,
  missing: (name) => `Luminous has no ${name}; every letter and space counts`,
  namedBy: "orders",
};

function remoteRecord(record: unknown): RemoteRecord | undefined {
  if (!isPlainObject(record)) return undefined;
  const key = readKey(record.name);
  const remoteId = readRemoteId(record.id);
  return key === undefined || remoteId === undefined ? undefined : { remoteId, keys: [{ key, role: "own" }] };
}

// The page's sample has these first, as it has what is required (facts §5.4, inferred): the API may not mind.
const expected = ["address_1", "city", "state", "country", "zip"];

function incomplete(address: JsonObject, index: number) {
  const absent = expected.filter((field) => address[field] === undefined || address[field] === "");
  return absent.map((field) => ({
    path: `shipping_addresses[${index}].${field}`,
    message: "Luminous may refuse a shipping address without this",
    severity: "warning" as const,
  }));
}

function listOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly JsonObject[]) : [];
}

const plain = Object.keys(schema.shape).filter(
  (field) => !["client_type", "days", "tags", "custom_fields", "shipping_addresses"].includes(field),
);

// Replies show the client type as its name alone, and `due_date_days` for terms of any kind: `days` is not readable.
function readBack(record: JsonObject): JsonObject {
  return {
    ...sameFields(record, plain),
    ...(typeof record.type === "string" ? { client_type: { name: record.type } } : {}),
    ...tagFields(record),
    ...customFields(record),
    ...listField(record, "shipping_addresses", (address) => (isPlainObject(address) ? readAddress(address) : address)),
  };
}

const shownAs = { address_1: "address", address_2: "address_line_2", zip: "postal_code" } as const;

// Shipping addresses have other names in replies than in payloads.
function readAddress(record: JsonObject): JsonObject {
  const renamed = Object.entries(shownAs).flatMap(([field, shown]): [string, Json][] =>
    record[shown] === undefined ? [] : [[field, record[shown]]],
  );
  return {
    ...sameFields(record, ["city", "state", "country", "first_name", "last_name", "email", "phone", "is_default"]),
    ...Object.fromEntries(renamed),
  };
}
