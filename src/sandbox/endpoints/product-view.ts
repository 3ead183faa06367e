// Products as replies show them: the full record of the create-product page, and the slimmer rows of the export.
import type { Json, JsonObject } from "../../model/json.ts";
import { isoSeconds, numberAt, objectAt, objectsAt, pick, rounded, textAt } from "../world/content.ts";
import { contentOf, latestOf, type Seen } from "../world/store.ts";
import type { NameTable, World } from "../world/world.ts";

const weights = ["product", "dimensional", "box", "carton", "shipping", "pallet"].map((part) => `${part}_weight`);
const dimensions = ["product", "box", "carton", "shipping", "pallet"].flatMap((part) =>
  ["length", "width", "height"].map((side) => `${part}_${side}`),
);
const prices = ["retail_price", "wholesale_price", "unit_cost"];
const thresholds = ["qty_low_alert", "qty_reorder_threshold", "qty_minimum"];

/** The record as create, update, the list and GET by id give it. */
export function productView(world: World, { record, version }: Seen): JsonObject {
  const content = contentOf(version);
  const variants = objectsAt(content, "variants");
  const stamps = { created_at: isoSeconds(record.createdAtMs), updated_at: isoSeconds(version.writtenAtMs) };
  return {
    id: record.id,
    ...pick(content, ["name", "description", ...prices]),
    ...weightsView(content),
    ...pick(content, dimensions),
    ...Object.fromEntries(thresholds.flatMap((name) => (content[name] === undefined ? [] : [[name, content[name]]]))),
    sellable: content.sellable ?? true,
    lot_tracking: content.lot_tracking ?? false,
    discontinued: false,
    image_url: content.image_url ?? null,
    category: named(world.categories, numberAt(content, "category_id"), objectAt(content, "category")),
    subcategory: named(world.subcategories, numberAt(content, "sub_category_id"), objectAt(content, "subcategory")),
    custom_fields: content.custom_fields ?? {},
    attachments: [],
    variants: variants.map((variant, index) => ({
      id: version.childIds[index] ?? null,
      ...pick(variant, ["name", "description"]),
      ...weightsView(variant),
      attachments: [],
      ...pick(variant, ["retail_price", "wholesale_price"]),
      // A list here, an object on the parent: facts §4.3.
      custom_fields: Object.entries(objectAt(variant, "custom_fields") ?? {}).map(([label, value]) => ({
        label,
        value,
      })),
      variant_attributes: {},
      ...pick(variant, ["sku", "upc"]),
      ...stamps,
    })),
    variant_attributes: {},
    sku: content.sku ?? null,
    alternate_skus: content.alternate_skus ?? [],
    upc: content.upc ?? null,
    tags: tagsView(world, content),
    substitutions: [],
    supplier: named(world.suppliers, numberAt(content, "supplier_id"), objectAt(content, "supplier")),
    type: content.type ?? "PRODUCT",
    kit_items: objectsAt(content, "kit_items").map((item, index) =>
      kitItemView(world, item, version.childIds[variants.length + index] ?? null),
    ),
    boms: bomIds(content).map((id) => ({ id, name: `BOM ${id}`, items: [], extra_costs: [] })),
    ...stamps,
  };
}

/** The row of GET /products/export: weights are single objects here, and alternate SKUs carry a conversion rule. */
export function productExportRow(world: World, { record, version }: Seen): JsonObject {
  const content = contentOf(version);
  return {
    id: record.id,
    ...pick(content, ["name", "sku", "upc", "description", ...prices, ...weights]),
    type: content.type ?? "PRODUCT",
    category: named(world.categories, numberAt(content, "category_id"), objectAt(content, "category")),
    alternate_skus: objectsAt(content, "alternate_skus").map((item) => ({ ...item, unit_conversion_rule_id: null })),
    created_at: isoSeconds(record.createdAtMs),
    updated_at: isoSeconds(version.writtenAtMs),
  };
}

/** Name, SKU and UPC of a product or variant, by the id that a line or kit item has for it. */
export function productSummary(world: World, id: number): JsonObject | undefined {
  const variant = world.skus.variant(id);
  const record = world.stores.products.get(variant?.productId ?? id);
  if (record === undefined) return undefined;
  const product = contentOf(latestOf(record));
  const content =
    variant === undefined
      ? product
      : objectsAt(product, "variants").find((item) => textAt(item, "sku")?.trim() === variant.sku);
  return { id, ...pick(content ?? {}, ["name", "sku", "description", "retail_price", "wholesale_price", "upc"]) };
}

/**
 * The id that a line's `product_id` or `sku` stands for. Variants have ids of their own that can be used like
 * products': not documented (facts §4.3), and the kinder case for an import.
 */
export function resolveProduct(world: World, item: JsonObject): number | undefined {
  const id = numberAt(item, "product_id");
  if (id !== undefined)
    return world.stores.products.get(id) !== undefined || world.skus.variant(id) !== undefined ? id : undefined;
  return world.skus.find(textAt(item, "sku") ?? "")[0]?.id;
}

/** Tags as replies show them. */
export function tagsView(world: World, content: JsonObject): readonly JsonObject[] {
  const names = Array.isArray(content.tags) ? content.tags.map(String) : [];
  return names.map((name) => ({ id: world.tags.idOf(name), name }));
}

function weightsView(content: JsonObject): JsonObject {
  return Object.fromEntries(
    weights.flatMap((name): [string, Json][] => {
      const weight = objectAt(content, name);
      const pounds = weight === undefined ? undefined : numberAt(weight, "value");
      return [
        [name, weight === undefined ? [] : [weight]],
        [`${name}_oz`, pounds === undefined ? null : rounded(pounds * 16)],
        [`${name}_lb`, pounds ?? null],
      ];
    }),
  );
}

function named(table: NameTable, id: number | undefined, byName: JsonObject | undefined): Json {
  const name = byName === undefined ? undefined : textAt(byName, "name");
  if (name !== undefined) return { id: table.idOf(name), name };
  return id === undefined ? null : { id, name: table.nameOf(id) ?? `#${id}` };
}

function kitItemView(world: World, item: JsonObject, id: number | null): JsonObject {
  const productId = resolveProduct(world, item);
  const quantity = numberAt(item, "quantity") ?? 0;
  const price = numberAt(item, "price");
  return {
    id,
    product_id: productId ?? null,
    quantity,
    base_uom_quantity: quantity,
    ...pick(item, ["uom_id", "price", "original_price"]),
    total: price === undefined ? null : rounded(price * quantity),
    product: (productId === undefined ? undefined : productSummary(world, productId)) ?? null,
    unit_of_measure: null,
  };
}

function bomIds(content: JsonObject): readonly number[] {
  return Array.isArray(content.boms) ? content.boms.filter((id): id is number => typeof id === "number") : [];
}
