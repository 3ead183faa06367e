// Products over HTTP: create, upsert, update, alternate SKUs, list, single record, export (facts §4).
import { z } from "zod";
import type { JsonObject } from "../../model/json.ts";
import { products } from "../../model/resources/products.ts";
import { objectAt, objectsAt, textAt } from "../world/content.ts";
import { rejectErrors } from "../world/rejects.ts";
import { created, type FieldError, invalid, notFound, ok, type Reply, refusal } from "../world/reply.ts";
import { only, type Route, recordAt } from "../world/route.ts";
import { skuOwners } from "../world/sku-index.ts";
import { contentOf, latestOf, type StoredRecord } from "../world/store.ts";
import type { World } from "../world/world.ts";
import { exportReply } from "./export.ts";
import { type Listed, listReply } from "./listing.ts";
import { productExportRow, productView, resolveProduct, tagsView } from "./product-view.ts";
import { invalidSelection, prohibitedErrors, requirementErrors, schemaErrors } from "./validation.ts";

/** The routes of products. */
export function productRoutes(world: World): readonly Route[] {
  const { products: store } = world.stores;
  const listed = listedProducts(world);
  return [
    {
      method: "POST",
      path: "/products",
      // Update-only fields are refused on create, so that a rehearsal notices them; what the API does is not documented.
      answer: ({ body, bodyText }) => create(world, body, bodyText, prohibitedErrors(products.updateOnly, body)),
    },
    { method: "PATCH", path: "/products", answer: ({ body, bodyText }) => upsert(world, body, bodyText) },
    {
      method: "POST",
      path: "/products/alternate-sku",
      answer: ({ body, bodyText }) => addAlternate(world, body, bodyText),
    },
    { method: "GET", path: "/products", answer: ({ query }) => listReply(listed, query, world.lies) },
    {
      method: "GET",
      path: "/products/export",
      answer: ({ query }) =>
        exportReply(
          { store, row: (seen) => productExportRow(world, seen), defaultLimit: 100 },
          query,
          world.settings.nowMs(),
        ),
    },
    { method: "GET", path: "/products/{id}", answer: ({ id }) => recordAt(store, id, "product", listed.view) },
    {
      method: "POST",
      path: "/products/{id}",
      answer: ({ id, body, bodyText }) => {
        const record = store.get(id);
        return record === undefined ? notFound("product") : update(world, record, body, bodyText);
      },
    },
  ];
}

function create(world: World, body: JsonObject, bodyText: string, prohibited: readonly FieldError[]): Reply {
  const errors = [
    ...schemaErrors(products.schema, body),
    ...prohibited,
    ...rejectErrors(world.settings.rejects, "products", body),
  ];
  if (errors.length > 0) return invalid([...errors, ...requirementErrors(products, body)]);
  const taken = takenSkus(world, body, undefined);
  const refused = refuse(world, [...requirementErrors(products, body), ...componentErrors(world, body)], taken);
  if (refused !== undefined) return refused;

  const { products: store } = world.stores;
  const id = store.nextId();
  const childIds = childIdsOf(world, body, undefined);
  const record = store.create(id, {
    key: textAt(body, "sku")?.trim() ?? "",
    text: bodyText,
    childIds,
    received: bodyText,
  });
  world.skus.add(skuOwners(id, body, childIds));
  return created(productView(world, { record, version: latestOf(record) }));
}

/** PATCH /products. Matches the own SKU only: whether alternates or variants match is not documented (facts §4.6). */
function upsert(world: World, { id: _ignored, ...body }: JsonObject, bodyText: string): Reply {
  const existing = world.stores.products.withKey((textAt(body, "sku") ?? "").trim())[0];
  return existing === undefined ? create(world, body, bodyText, []) : update(world, existing, body, bodyText);
}

function update(world: World, record: StoredRecord, body: JsonObject, bodyText: string): Reply {
  const errors = [
    ...schemaErrors(products.updateSchema.partial(), body),
    ...rejectErrors(world.settings.rejects, "products", body),
  ];
  if (errors.length > 0) return invalid(errors);
  const before = latestOf(record);
  const content = merged(contentOf(before), body);
  const taken = takenSkus(world, content, record);
  const refused = refuse(world, [...requirementErrors(products, content), ...componentErrors(world, body)], taken);
  if (refused !== undefined) return refused;

  const childIds = childIdsOf(world, content, record);
  world.skus.remove(skuOwners(record.id, contentOf(before), before.childIds));
  const key = textAt(content, "sku")?.trim() ?? record.key;
  const after = world.stores.products.update(record.id, {
    key,
    text: JSON.stringify(content),
    childIds,
    received: bodyText,
  });
  world.skus.add(skuOwners(record.id, content, childIds));
  return ok(productView(world, { record: after, version: latestOf(after) }));
}

const alternateBody = z.strictObject({ sku: z.string().min(1), alternate_sku: z.string().min(1).max(100) });

function addAlternate(world: World, body: JsonObject, bodyText: string): Reply {
  const errors = schemaErrors(alternateBody, body);
  if (errors.length > 0) return invalid(errors);
  const { products: store } = world.stores;
  const record = store.withKey((textAt(body, "sku") ?? "").trim())[0];
  if (record === undefined) return invalid([invalidSelection("sku")]);
  const sku = (textAt(body, "alternate_sku") ?? "").trim();
  if (world.skus.find(sku).length > 0) return invalid([alreadyTaken("alternate_sku")]);

  const before = latestOf(record);
  const content = contentOf(before);
  const alternates = [...objectsAt(content, "alternate_skus"), { id: store.nextId(), sku }];
  const text = JSON.stringify({ ...content, alternate_skus: alternates });
  const after = store.update(record.id, { key: record.key, text, childIds: before.childIds, received: bodyText });
  world.skus.add([{ sku, role: "alternate", productId: record.id, id: record.id }]);
  return created(productView(world, { record: after, version: latestOf(after) }));
}

/** Scalars merge and lists replace (facts §4.6). Custom fields merge by label: not documented, the kinder case. */
function merged(content: JsonObject, body: JsonObject): JsonObject {
  const replaced = new Set<string>(
    alternatives.flatMap(([a, b]) => (Object.hasOwn(body, a) ? [b] : Object.hasOwn(body, b) ? [a] : [])),
  );
  const kept = Object.fromEntries(Object.entries(content).filter(([name]) => !replaced.has(name)));
  const labels = { ...objectAt(content, "custom_fields"), ...objectAt(body, "custom_fields") };
  return { ...kept, ...body, ...(Object.hasOwn(body, "custom_fields") ? { custom_fields: labels } : {}) };
}

const alternatives = [
  ["category_id", "category"],
  ["sub_category_id", "subcategory"],
  ["supplier_id", "supplier"],
] as const;

/** 422 with everything, 409 when a taken key is all there is and the sandbox is asked for that; undefined when all is well. */
function refuse(world: World, errors: readonly FieldError[], taken: readonly FieldError[]): Reply | undefined {
  if (errors.length === 0 && taken.length > 0 && world.settings.duplicates === "conflict") {
    return refusal(409, taken[0]?.message ?? "");
  }
  return errors.length + taken.length === 0 ? undefined : invalid([...errors, ...taken]);
}

function componentErrors(world: World, body: JsonObject): readonly FieldError[] {
  return objectsAt(body, "kit_items").flatMap((item, index) =>
    resolveProduct(world, item) === undefined ? [invalidSelection(`kit_items.${index}.product`)] : [],
  );
}

/** SKUs of the product or its variants that something else answers to already, or that the body has twice. */
function takenSkus(world: World, content: JsonObject, self: StoredRecord | undefined): readonly FieldError[] {
  if (world.settings.duplicates === "accept") return [];
  const asked = [
    { sku: textAt(content, "sku"), path: "sku" },
    ...objectsAt(content, "variants").map((item, index) => ({
      sku: textAt(item, "sku"),
      path: `variants.${index}.sku`,
    })),
  ];
  const seen = new Set<string>();
  return asked.flatMap(({ sku, path }) => {
    if (sku === undefined) return [];
    const isTaken = seen.has(sku.trim()) || world.skus.find(sku).some(({ productId }) => productId !== self?.id);
    seen.add(sku.trim());
    return isTaken ? [alreadyTaken(path)] : [];
  });
}

function alreadyTaken(path: string): FieldError {
  return { path, message: `The ${path} has already been taken.` };
}

/** Ids for variants, then kit items, out of the products' own sequence. A variant keeps its id while its SKU stays. */
function childIdsOf(world: World, content: JsonObject, record: StoredRecord | undefined): readonly number[] {
  const { products: store } = world.stores;
  const nextId = (): number => store.nextId();
  const variantId = (item: JsonObject): number =>
    world.skus
      .find(textAt(item, "sku") ?? "")
      .find(({ role, productId }) => role === "variant" && productId === record?.id)?.id ?? nextId();
  return [...objectsAt(content, "variants").map(variantId), ...objectsAt(content, "kit_items").map(nextId)];
}

function listedProducts(world: World): Listed {
  const { products: store } = world.stores;
  const skuRoles = world.settings.skuFilterFindsVariants ? ["own", "alternate", "variant"] : ["own", "alternate"];
  const skus = (content: JsonObject): readonly string[] =>
    skuOwners(0, content, []).flatMap(({ sku, role }) => (skuRoles.includes(role) ? [sku] : []));
  const nameIn = (name: string) => (content: JsonObject) => [textAt(objectAt(content, name) ?? {}, "name")];
  return {
    store,
    view: (seen) => productView(world, seen),
    fields: {
      ...only(["name", "description", "upc", "retail_price", "wholesale_price", "category_id"]),
      sku: skus,
      type: (content) => [content.type ?? "PRODUCT"],
      sellable: (content) => [content.sellable ?? true],
      q: (content) => [content.name, content.upc, ...skus(content)],
      tag: (content) => tagsView(world, content).map(({ name }) => name),
      tags: (content) => tagsView(world, content).map(({ name }) => name),
      "category.name": nameIn("category"),
      "supplier.name": nameIn("supplier"),
      "kit_items.product_id": (content) => objectsAt(content, "kit_items").map((item) => resolveProduct(world, item)),
    },
    indexed: {
      field: "sku",
      candidates: (key) =>
        world.skus.find(key).flatMap(({ productId }) => {
          const record = store.get(productId);
          return record === undefined ? [] : [record];
        }),
    },
  };
}
