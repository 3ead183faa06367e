// Products and kits: the payload of POST /products (create-product page), what only an update takes (newer reference,
// facts §4.6), and everything else in which products differ from other resources.
import { z } from "zod";
import { isPlainObject, type JsonObject } from "../json.ts";
import { readKey, readRemoteId } from "../remote-id.ts";
import type { Reference, RemoteKey, RemoteRecord, Resource } from "../resource.ts";
import {
  amount,
  choice,
  decimal,
  flag,
  holding,
  idOf,
  inches,
  integer,
  integers,
  labelled,
  naming,
  objects,
  quantity,
  requiredText,
  text,
  texts,
  webAddress,
  weight,
} from "./field.ts";
import { customFields, listField, namedFields, sameFields, tagFields, weightFields } from "./record-fields.ts";

declare module "../resource.ts" {
  interface PhasesOf {
    readonly products: "products" | "kits";
  }
}

/** What is in the table under this name. */
export interface Products extends Resource {
  readonly name: "products";
}

const name = z.strictObject({ name: requiredText() });

/** The six weights and fifteen dimensions, on products and on variants alike. */
const measures = {
  product_weight: weight().optional(),
  dimensional_weight: weight().optional(),
  product_length: inches().optional(),
  product_width: inches().optional(),
  product_height: inches().optional(),
  box_weight: weight().optional(),
  box_length: inches().optional(),
  box_width: inches().optional(),
  box_height: inches().optional(),
  carton_weight: weight().optional(),
  carton_length: inches().optional(),
  carton_width: inches().optional(),
  carton_height: inches().optional(),
  shipping_weight: weight().optional(),
  shipping_length: inches().optional(),
  shipping_width: inches().optional(),
  shipping_height: inches().optional(),
  pallet_weight: weight().optional(),
  pallet_length: inches().optional(),
  pallet_width: inches().optional(),
  pallet_height: inches().optional(),
};

/** Facts §4.6: accepted by update and upsert, not by create. */
const updateOnly = {
  qty_low_alert: amount().optional(),
  qty_reorder_threshold: amount().optional(),
  qty_minimum: amount().optional(),
};

/** What products and variants share. */
const common = {
  image_url: webAddress(255).optional(),
  supplier_id: integer().optional(),
  supplier: name.optional(),
  sellable: flag().optional(),
  default_receiving_location_id: integer().optional(),
  description: text().optional(),
  wholesale_price: amount().optional(),
  retail_price: amount().optional(),
  unit_cost: amount().optional(),
  upc: holding("gtin", text()).optional(),
  custom_fields: labelled().optional(),
  tags: texts().optional(),
  ...measures,
  ...updateOnly,
};

// The page does not show limits for variants; the parent's are taken (facts §4.3, inferred).
const variant = z.strictObject({
  name: requiredText(200),
  sku: naming(holding("identifier", requiredText(100))),
  discontinued: flag().optional(),
  ...common,
});

const kitItem = z.strictObject({
  product_id: idOf("products").optional(),
  sku: naming(holding("identifier", text())).optional(),
  quantity: quantity(),
  uom_id: integer().optional(),
  price: decimal().optional(),
  original_price: decimal().optional(),
});

const fields = {
  name: requiredText(200),
  sku: naming(holding("identifier", requiredText(100))),
  category_id: integer().optional(),
  category: name.optional(),
  lot_tracking: flag().optional(),
  sub_category_id: integer().optional(),
  subcategory: name.optional(),
  type: choice(["PRODUCT", "KIT"]).optional(),
  variants: objects(variant).optional(),
  kit_items: objects(kitItem).optional(),
  boms: integers().nullable().optional(),
  ...common,
  priority_list_id: integer().optional(),
};

const schema = z.strictObject(fields);

/** The products resource. */
export const products: Products = {
  name: "products",
  singular: "product",
  plural: "products",
  schema,
  updateSchema: schema.partial().required({ sku: true }),
  keyPath: "sku",
  policies: ["update", "skip", "fail"],
  existingText: "Products that Luminous has already.",
  phases: ["products", "kits"], // the components of kits are products
  tellsEmptyPhases: true,
  eitherOr: (payload) => [
    // The page names neither as required; its sample and the vendor's importers do (facts §4.2, inferred).
    { paths: ["category.name", "category_id"], message: "a product needs a category" },
    ...(payload.type === "KIT" ? [{ paths: ["kit_items"], message: "a KIT needs at least one kit item" }] : []),
    ...listOf(payload.kit_items).map((_, index) => ({
      paths: [`kit_items[${index}].sku`, `kit_items[${index}].product_id`],
      message: "a kit item needs a SKU or a product id",
    })),
  ],
  objections: () => [],
  updateOnly: [
    "qty_low_alert",
    "qty_reorder_threshold",
    "qty_minimum",
    "priority_list_id",
    "variants.qty_low_alert",
    "variants.qty_reorder_threshold",
    "variants.qty_minimum",
  ],
  neverSent: [],
  phaseOf: (payload) => (payload.type === "KIT" ? "kits" : "products"),
  innerKeys: (payload) =>
    listOf(payload.variants).flatMap((item, index) =>
      typeof item.sku === "string" ? [{ key: item.sku, path: `variants[${index}].sku` }] : [],
    ),
  references: (payload) =>
    listOf(payload.kit_items).flatMap((item, index): Reference[] =>
      typeof item.sku === "string"
        ? [{ path: `kit_items[${index}].sku`, resource: "products", key: item.sku, fill: false }]
        : [],
    ),
  refersTo: ["products"],
  customFieldsOf: () => "products",
  createEndpoint: () => ({ method: "POST", path: "/products" }),
  // POST, not PUT or PATCH: facts §4.1.
  updateEndpoint: (remoteId) => ({ method: "POST", path: `/products/${encodeURIComponent(remoteId)}` }),
  staysAsAccepted: false,
  merge: undefined,
  changedByServer: [],
  isIrrevocable: false,
  isKeyUnique: false, // facts §3
  readPath: (remoteId) => `/products/${encodeURIComponent(remoteId)}`,
  list: { path: "/products", filter: "sku", exportPath: "/products/export" },
  remoteRecord,
  readBack,
};

function remoteRecord(record: unknown): RemoteRecord | undefined {
  if (!isPlainObject(record)) return undefined;
  const remoteId = readRemoteId(record.id);
  const key = readKey(record.sku);
  if (remoteId === undefined || key === undefined) return undefined;
  return {
    remoteId,
    keys: [{ key, role: "own" }, ...skusOf(record.alternate_skus, "alternate"), ...skusOf(record.variants, "variant")],
  };
}

function skusOf(records: unknown, role: RemoteKey["role"]): readonly RemoteKey[] {
  if (!Array.isArray(records)) return [];
  return records.flatMap((item: unknown) => {
    const key = isPlainObject(item) ? readKey(item.sku) : undefined;
    return key === undefined ? [] : [{ key, role }];
  });
}

function listOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly JsonObject[]) : [];
}

const weights = Object.keys(measures).filter((field) => field.endsWith("_weight"));
const plain = [
  "name",
  "sku",
  "lot_tracking",
  "type",
  "image_url",
  "sellable",
  "discontinued",
  "default_receiving_location_id",
  "description",
  "wholesale_price",
  "retail_price",
  "unit_cost",
  "upc",
  "priority_list_id",
  ...Object.keys(measures).filter((field) => !field.endsWith("_weight")),
  ...Object.keys(updateOnly),
];

function readBack(record: JsonObject): JsonObject {
  return {
    ...readItem(record),
    ...namedFields(record, "category", "category_id"),
    ...namedFields(record, "subcategory", "sub_category_id"),
    ...listField(record, "variants", (item) => (isPlainObject(item) ? readItem(item) : item)),
    ...listField(record, "kit_items", (item) => (isPlainObject(item) ? readKitItem(item) : item)),
    ...listField(record, "boms", (item) => (isPlainObject(item) ? (item.id ?? null) : item)),
  };
}

function readItem(record: JsonObject): JsonObject {
  return {
    ...sameFields(record, plain),
    ...weightFields(record, weights),
    ...namedFields(record, "supplier", "supplier_id"),
    ...customFields(record),
    ...tagFields(record),
  };
}

// The SKU of a component is that of the product inside it (facts §4.4).
function readKitItem(item: JsonObject): JsonObject {
  const product = isPlainObject(item.product) ? sameFields(item.product, ["sku"]) : {};
  return { ...sameFields(item, ["product_id", "sku", "quantity", "uom_id", "price", "original_price"]), ...product };
}
