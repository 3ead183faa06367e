// Facts of the create-product page and of the newer reference of the update, written out.
import { describe, expect, it, test } from "vitest";
import type { JsonObject } from "../../../src/model/json.ts";
import { type FieldType, fieldAt, fieldPaths } from "../../../src/model/resources/field.ts";
import { products } from "../../../src/model/resources/products.ts";

const measures: Readonly<Record<string, FieldType>> = Object.fromEntries([
  ...["product", "dimensional", "box", "carton", "shipping", "pallet"].map((of) => [`${of}_weight`, "weight"]),
  ...["product", "box", "carton", "shipping", "pallet"].flatMap((of) =>
    ["length", "width", "height"].map((side) => [`${of}_${side}`, "length"]),
  ),
]);

const shared: Readonly<Record<string, FieldType>> = {
  name: "text",
  sku: "text",
  image_url: "text",
  supplier_id: "integer",
  supplier: "object",
  "supplier.name": "text",
  sellable: "boolean",
  default_receiving_location_id: "integer",
  description: "text",
  wholesale_price: "decimal",
  retail_price: "decimal",
  unit_cost: "decimal",
  upc: "text",
  custom_fields: "labelled",
  tags: "texts",
  qty_low_alert: "decimal",
  qty_reorder_threshold: "decimal",
  qty_minimum: "decimal",
  ...measures,
};

const ofProducts: Readonly<Record<string, FieldType>> = {
  ...shared,
  category_id: "integer",
  category: "object",
  "category.name": "text",
  lot_tracking: "boolean",
  sub_category_id: "integer",
  subcategory: "object",
  "subcategory.name": "text",
  type: "choice",
  variants: "objects",
  kit_items: "objects",
  "kit_items.product_id": "integer",
  "kit_items.sku": "text",
  "kit_items.quantity": "decimal",
  "kit_items.uom_id": "integer",
  "kit_items.price": "decimal",
  "kit_items.original_price": "decimal",
  boms: "integers",
  priority_list_id: "integer",
};

const ofVariants = Object.fromEntries(
  Object.entries({ ...shared, discontinued: "boolean" as const }).map(([name, type]) => [`variants.${name}`, type]),
);

const everything = { ...ofProducts, ...ofVariants };

describe("the fields of a product", () => {
  test.each(Object.entries(everything))("%s is read as %s", (path, type) => {
    expect(fieldAt(products.schema, path)?.type).toBe(type);
  });

  it("are these and no others", () => {
    const withoutWeightParts = fieldPaths(products.schema).filter((path) => !/_weight\.(unit|value)$/.test(path));
    expect([...withoutWeightParts].sort()).toEqual(Object.keys(everything).sort());
  });

  test.each(["lot_tracking", "category_id", "type", "kit_items", "boms", "option1"])("a variant has no %s", (name) => {
    expect(fieldAt(products.schema, `variants.${name}`)).toBeUndefined();
  });

  it("know the two types of a product", () => {
    expect(fieldAt(products.schema, "type")?.choices).toEqual(["PRODUCT", "KIT"]);
  });

  it("take any label as a custom field, dots included", () => {
    expect(fieldAt(products.schema, "custom_fields.Country of origin v1.2")).toMatchObject({
      type: "text",
      anyScalar: true,
    });
    expect(fieldAt(products.schema, "variants[3].custom_fields.Size")).toMatchObject({ type: "text", anyScalar: true });
  });

  test.each(["constructor", "__proto__", "supplier.toString", "name.first", "variants.variants", ""])(
    "%j is no field",
    (path) => expect(fieldAt(products.schema, path)).toBeUndefined(),
  );
});

const minimal = { name: "Cup", sku: "C-1", category: { name: "Kitchen" } } satisfies JsonObject;
const variant = { name: "Cup, red", sku: "C-1-R" };
const sample: JsonObject = {
  ...minimal,
  category_id: 123,
  supplier_id: 123,
  supplier: { name: "s" },
  image_url: "https://example.com/u.jpg",
  sellable: true,
  lot_tracking: true,
  sub_category_id: 123,
  subcategory: { name: "s" },
  default_receiving_location_id: 123,
  description: "d",
  wholesale_price: 1,
  retail_price: 0,
  unit_cost: 1,
  ...Object.fromEntries(
    Object.entries(measures).map(([name, type]) => [name, type === "weight" ? { unit: "lb", value: 1 } : 1]),
  ),
  upc: "u",
  custom_fields: { Origin: "PT", Count: 3, Fragile: true, None: null, Uses: ["a", "b"] },
  tags: ["t"],
  type: "KIT",
  kit_items: [{ product_id: 1, quantity: 1, sku: "x", uom_id: 2, price: 1, original_price: 1 }],
  boms: [123],
};

function codesAt(payload: JsonObject): string[] {
  const result = products.schema.safeParse(payload);
  return result.success ? [] : result.error.issues.map(({ path, code }) => `${path.join(".")} ${code}`);
}

describe("the schema of a product", () => {
  it("accepts the page's own sample, every field of it", () => {
    const { lot_tracking, category_id, category, sub_category_id, subcategory, type, kit_items, boms, ...rest } =
      sample;
    expect(codesAt({ ...sample, variants: [{ ...rest, discontinued: true }] })).toEqual([]);
  });

  it("accepts the null with which every BOM is detached", () => {
    expect(codesAt({ ...minimal, boms: null })).toEqual([]);
  });

  test.each([
    { field: "name", max: 200 },
    { field: "sku", max: 100 },
    { field: "image_url", max: 255, begin: "https://example.com/" },
  ])("$field may have $max characters, of a variant too", ({ field, max, begin = "" }) => {
    const exact = begin.padEnd(max, "x");
    expect(codesAt({ ...minimal, [field]: exact, variants: [{ ...variant, [field]: exact }] })).toEqual([]);
    expect(
      codesAt({ ...minimal, [field]: `${exact}x`, variants: [{ ...variant, [field]: `${exact}x` }] }).sort(),
    ).toEqual([`${field} too_big`, `variants.0.${field} too_big`]);
  });

  test.each([
    { image_url: "https://example.com/a.jpg", code: [] },
    { image_url: "HTTP://example.com", code: [] },
    { image_url: "https://bücher.example/größe,1.jpg?v=1&x=[2]", code: [] },
    { image_url: "https://cdn.example.com/resize?w=100&from=https://example.com/a.jpg", code: [] },
    { image_url: "", code: [] }, // empties the field
    { image_url: "cup.png", code: ["image_url invalid_format"] },
    { image_url: "/m/h/cup.jpg", code: ["image_url invalid_format"] },
    { image_url: "//cdn.example.com/cup.jpg", code: ["image_url invalid_format"] },
    { image_url: "ftp://example.com/cup.jpg", code: ["image_url invalid_format"] },
    { image_url: "https:///cup.jpg", code: ["image_url invalid_format"] },
    { image_url: "https://example.com/my cup.jpg", code: ["image_url invalid_format"] },
    { image_url: "https://example.com/a.jpg, https://example.com/b.jpg", code: ["image_url invalid_format"] },
    { image_url: "https://example.com/a.jpg,https://example.com/b.jpg", code: ["image_url invalid_format"] },
  ])("takes one web address as an image: $image_url $code", ({ image_url, code }) => {
    expect(codesAt({ ...minimal, image_url })).toEqual(code);
  });

  test.each([
    ...Object.keys(measures).filter((name) => !name.endsWith("_weight")),
    "retail_price",
    "wholesale_price",
    "unit_cost",
  ])("%s may be 0 and not less", (field) => {
    expect(codesAt({ ...minimal, [field]: 0 })).toEqual([]);
    expect(codesAt({ ...minimal, [field]: -0.01 })).toEqual([`${field} too_small`]);
  });

  test.each([
    {
      name: "no weight below nothing",
      part: { box_weight: { unit: "lb", value: -1 } },
      code: "box_weight.value too_small",
    },
    {
      name: "no unit but pounds",
      part: { box_weight: { unit: "kg", value: 1 } },
      code: "box_weight.unit invalid_value",
    },
    { name: "no bare number as a weight", part: { box_weight: 1 }, code: "box_weight invalid_type" },
    {
      name: "no quantity of 0 in a kit",
      part: { kit_items: [{ sku: "x", quantity: 0 }] },
      code: "kit_items.0.quantity too_small",
    },
    {
      name: "no kit item without a quantity",
      part: { kit_items: [{ sku: "x" }] },
      code: "kit_items.0.quantity invalid_type",
    },
    { name: "no other type", part: { type: "BUNDLE" }, code: "type invalid_value" },
    { name: "no number as a SKU", part: { sku: 12 }, code: "sku invalid_type" },
    { name: "no empty SKU", part: { sku: "" }, code: "sku too_small" },
    { name: "no fraction as an id", part: { category_id: 1.5 }, code: "category_id invalid_type" },
    { name: "no variant without a name", part: { variants: [{ sku: "x" }] }, code: "variants.0.name invalid_type" },
    { name: "no variant without a SKU", part: { variants: [{ name: "x" }] }, code: "variants.0.sku invalid_type" },
    { name: "no field that nobody knows", part: { colour: "red" }, code: " unrecognized_keys" },
  ])("takes $name", ({ part, code }) => {
    expect(codesAt({ ...minimal, ...part })).toEqual([code]);
  });

  it("lets an update be a SKU and a price", () => {
    expect(products.updateSchema.safeParse({ sku: "C-1", retail_price: 9 }).success).toBe(true);
    expect(products.updateSchema.safeParse({ retail_price: 9 }).success).toBe(false);
  });
});

describe("what the schema of a product cannot say", () => {
  const missing = (payload: JsonObject) => products.eitherOr(payload).map(({ paths }) => paths);

  it("is that a category is needed, by name or id", () => {
    expect(missing({})).toEqual([["category.name", "category_id"]]);
  });

  it("is that a KIT needs kit items, and each of them a SKU or a product id", () => {
    expect(missing({ type: "KIT", kit_items: [{ quantity: 1 }, { quantity: 2 }] })).toEqual([
      ["category.name", "category_id"],
      ["kit_items"],
      ["kit_items[0].sku", "kit_items[0].product_id"],
      ["kit_items[1].sku", "kit_items[1].product_id"],
    ]);
    expect(missing({ type: "PRODUCT" })).not.toContainEqual(["kit_items"]);
  });
});

describe("a product among entries", () => {
  it("belongs to the phase of its type", () => {
    expect([{}, { type: "PRODUCT" }, { type: "KIT" }].map((payload) => products.phaseOf(payload))).toEqual([
      "products",
      "products",
      "kits",
    ]);
  });

  it("claims the SKUs of its variants", () => {
    expect(products.innerKeys({ variants: [{ sku: "a" }, { name: "no sku" }, { sku: "b" }] })).toEqual([
      { key: "a", path: "variants[0].sku" },
      { key: "b", path: "variants[2].sku" },
    ]);
    expect(products.innerKeys({})).toEqual([]);
  });

  it("refers to the SKUs of its kit items, not to their ids", () => {
    expect(products.references({ kit_items: [{ product_id: 1 }, { sku: "x" }] })).toEqual([
      { path: "kit_items[1].sku", resource: "products", key: "x", fill: false },
    ]);
  });

  it("is created by POST and updated by POST with its id, escaped", () => {
    expect(products.createEndpoint({})).toEqual({ method: "POST", path: "/products" });
    expect(products.updateEndpoint?.("7/8")).toEqual({ method: "POST", path: "/products/7%2F8" });
    expect(products.readPath("7")).toBe("/products/7");
  });

  it("names only fields that exist as those of an update alone", () => {
    expect(products.updateOnly.filter((path) => fieldAt(products.schema, path) === undefined)).toEqual([]);
    expect([...products.updateOnly].sort()).toEqual([
      "priority_list_id",
      "qty_low_alert",
      "qty_minimum",
      "qty_reorder_threshold",
      "variants.qty_low_alert",
      "variants.qty_minimum",
      "variants.qty_reorder_threshold",
    ]);
  });
});

test.each([
  {
    name: "a reply with everything",
    record: {
      id: 7,
      sku: " A ",
      alternate_skus: [{ id: 1, sku: "A-OLD" }],
      variants: [{ id: 8, sku: "A-RED" }],
      kit_items: [{ sku: "no" }],
    },
    keys: [
      { key: "A", role: "own" },
      { key: "A-OLD", role: "alternate" },
      { key: "A-RED", role: "variant" },
    ],
  },
  { name: "a slim row of an export", record: { id: "7", sku: "A" }, keys: [{ key: "A", role: "own" }] },
  {
    name: "variants without a SKU",
    record: { id: 7, sku: "A", variants: [{ id: 8, sku: null }, { id: 9, sku: " " }, null], alternate_skus: {} },
    keys: [{ key: "A", role: "own" }],
  },
])("a product is recognised in $name", ({ record, keys }) => {
  expect(products.remoteRecord(record)).toEqual({ remoteId: "7", keys });
});

test.each([
  { name: "no id", record: { sku: "A" } },
  { name: "an id that is none", record: { id: 0, sku: "A" } },
  { name: "no SKU", record: { id: 7 } },
  { name: "a blank SKU", record: { id: 7, sku: " " } },
  { name: "nothing", record: null },
  { name: "a list", record: [{ id: 7, sku: "A" }] },
  { name: "text", record: "<html>" },
])("a record with $name is no product", ({ record }) => {
  expect(products.remoteRecord(record)).toBeUndefined();
});
