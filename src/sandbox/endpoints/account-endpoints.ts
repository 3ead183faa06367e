// What importing only refers to: warehouse groups, warehouses and custom field definitions (facts §4.9, §7).
import { z } from "zod";
import type { JsonObject } from "../../model/json.ts";
import { isoSeconds, objectAt, textAt } from "../world/content.ts";
import { created, invalid } from "../world/reply.ts";
import { only, type Route, recordAt } from "../world/route.ts";
import { contentOf, latestOf, type RecordStore, type Seen } from "../world/store.ts";
import type { World } from "../world/world.ts";
import { type Listed, listReply } from "./listing.ts";
import { schemaErrors } from "./validation.ts";

const warehouseGroup = z.strictObject({
  name: z.string().min(1).max(255),
  description: z.string().nullable().optional(),
});

const customField = z.strictObject({
  label: z.string().min(1).max(255),
  type: z.enum(["number", "date", "string", "dropdown"]),
  options: z
    .strictObject({
      choices: z.array(z.string()).optional(),
      minLength: z.int().optional(),
      maxLength: z.int().optional(),
      helpText: z.string().nullable().optional(),
    })
    .optional(),
  object_types: z.array(z.string()).optional(),
});

/** The routes of warehouses (read only), warehouse groups and custom fields. */
export function accountRoutes(world: World): readonly Route[] {
  const { warehouse_groups, warehouses, custom_fields } = world.stores;
  return [
    ...readRoutes(world, "/warehouse-groups", warehouse_groups, ["name"]),
    ...readRoutes(world, "/warehouses", warehouses, ["name"]),
    ...readRoutes(world, "/custom-fields", custom_fields, ["label", "type"]),
    createRoute("/warehouse-groups", warehouse_groups, warehouseGroup, "name"),
    createRoute("/custom-fields", custom_fields, customField, "label"),
  ];
}

function readRoutes(world: World, path: string, store: RecordStore, names: readonly string[]): readonly Route[] {
  const objectTypes = (content: JsonObject): readonly unknown[] =>
    Array.isArray(content.object_types) ? content.object_types : [];
  const listed: Listed = { store, view, fields: { ...only(names), object_types: objectTypes } };
  return [
    {
      method: "GET",
      path,
      answer: ({ query }) => listReply(listed, withObjectType(query), world.lies),
    },
    { method: "GET", path: `${path}/{id}`, answer: ({ id }) => recordAt(store, id, "record", view) },
  ];
}

/** `object_type=products` is this list's own parameter; `object_types` is the field that it looks at. */
function withObjectType(query: URLSearchParams): URLSearchParams {
  const objectType = query.get("object_type");
  if (objectType === null) return query;
  const rewritten = new URLSearchParams(query);
  rewritten.delete("object_type");
  rewritten.set("object_types[eq]", objectType);
  return rewritten;
}

function createRoute(path: string, store: RecordStore, schema: z.ZodObject, keyField: string): Route {
  return {
    method: "POST",
    path,
    answer: ({ body, bodyText }) => {
      const errors = schemaErrors(schema, body);
      if (errors.length > 0) return invalid(errors);
      const key = (textAt(body, keyField) ?? "").trim();
      if (store.withKey(key).length > 0) {
        return invalid([{ path: keyField, message: `The ${keyField} has already been taken.` }]);
      }
      const choices = objectAt(body, "options")?.choices;
      if (body.type === "dropdown" && !(Array.isArray(choices) && choices.length > 0)) {
        return invalid([{ path: "options.choices", message: "The options.choices field is required for a dropdown." }]);
      }
      const record = store.create(store.nextId(), { key, text: bodyText, received: bodyText });
      return created(view({ record, version: latestOf(record) }));
    },
  };
}

function view({ record, version }: Seen): JsonObject {
  return {
    id: record.id,
    ...contentOf(version),
    created_at: isoSeconds(record.createdAtMs),
    updated_at: isoSeconds(version.writtenAtMs),
  };
}
