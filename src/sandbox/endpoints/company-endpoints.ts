// Companies over HTTP: create, update, list and single record (facts §5.4, §7).
import type { JsonObject } from "../../model/json.ts";
import { companies } from "../../model/resources/companies.ts";
import { numberAt, objectAt, textAt } from "../world/content.ts";
import { rejectErrors } from "../world/rejects.ts";
import { created, type FieldError, invalid, notFound, ok, type Reply, refusal } from "../world/reply.ts";
import { only, type Route, recordAt } from "../world/route.ts";
import { contentOf, latestOf, type StoredRecord } from "../world/store.ts";
import type { World } from "../world/world.ts";
import { companyView } from "./company-view.ts";
import { type Listed, listReply } from "./listing.ts";
import { invalidSelection, schemaErrors } from "./validation.ts";

/** The routes of companies. */
export function companyRoutes(world: World): readonly Route[] {
  const { companies: store } = world.stores;
  const listed: Listed = { store, view: (seen) => companyView(world, seen), fields: only(["name", "status"]) };
  return [
    { method: "POST", path: "/companies", answer: ({ body, bodyText }) => create(world, body, bodyText) },
    { method: "GET", path: "/companies", answer: ({ query }) => listReply(listed, query, world.lies) },
    { method: "GET", path: "/companies/{id}", answer: ({ id }) => recordAt(store, id, "company", listed.view) },
    {
      method: "POST",
      path: "/companies/{id}",
      answer: ({ id, body, bodyText }) => {
        const record = store.get(id);
        return record === undefined ? notFound("company") : update(world, record, body, bodyText);
      },
    },
  ];
}

function create(world: World, body: JsonObject, bodyText: string): Reply {
  const errors = schemaErrors(companies.schema, body);
  if (errors.length > 0) return invalid(errors);
  const refused = refuse(world, body, undefined);
  if (refused !== undefined) return refused;
  const { companies: store } = world.stores;
  const text = stored(world, { status: "active", ...body });
  const record = store.create(store.nextId(), { key: nameOf(body), text, received: bodyText });
  return created(companyView(world, { record, version: latestOf(record) }));
}

/** Scalars merge and lists replace, as those of products do (facts §4.6): not documented for companies. */
function update(world: World, record: StoredRecord, body: JsonObject, bodyText: string): Reply {
  const errors = schemaErrors(companies.schema.partial(), body);
  if (errors.length > 0) return invalid(errors);
  const before = contentOf(latestOf(record));
  const labels = { ...objectAt(before, "custom_fields"), ...objectAt(body, "custom_fields") };
  const content = { ...before, ...body, ...(body.custom_fields === undefined ? {} : { custom_fields: labels }) };
  const refused = refuse(world, content, record);
  if (refused !== undefined) return refused;
  const { companies: store } = world.stores;
  const after = store.update(record.id, { key: nameOf(content), text: stored(world, content), received: bodyText });
  return ok(companyView(world, { record: after, version: latestOf(after) }));
}

/** 422 with everything, 409 when a taken name is all there is and the sandbox is asked for that; undefined when all is well. */
function refuse(world: World, content: JsonObject, self: StoredRecord | undefined): Reply | undefined {
  const { companies: store } = world.stores;
  const { duplicates, rejects } = world.settings;
  const parent = numberAt(content, "parent_company_id");
  const type = numberAt(objectAt(content, "client_type") ?? {}, "id");
  const wrong: readonly FieldError[] = [
    ...(parent !== undefined && store.get(parent) === undefined ? [invalidSelection("parent_company_id")] : []),
    ...(type !== undefined && world.clientTypes.nameOf(type) === undefined ? [invalidSelection("client_type.id")] : []),
    ...rejectErrors(rejects, "companies", content),
  ];
  const isTaken = duplicates !== "accept" && store.withKey(nameOf(content)).some(({ id }) => id !== self?.id);
  const message = "The name has already been taken.";
  if (isTaken && wrong.length === 0 && duplicates === "conflict") return refusal(409, message);
  const errors = isTaken ? [{ path: "name", message }, ...wrong] : wrong;
  return errors.length === 0 ? undefined : invalid(errors);
}

/** With the client type made that it names: the page says that an unknown one is. */
function stored(world: World, content: JsonObject): string {
  const name = textAt(objectAt(content, "client_type") ?? {}, "name");
  if (name !== undefined) world.clientTypes.idOf(name);
  return JSON.stringify(content);
}

function nameOf(content: JsonObject): string {
  return (textAt(content, "name") ?? "").trim();
}
