// Channels over HTTP: both creations, list, single record, merge update and the lock (facts §6).
import type { JsonObject } from "../../model/json.ts";
import { channels, legacyFields } from "../../model/resources/channels.ts";
import { numberAt, objectsAt, textAt } from "../world/content.ts";
import { created, type FieldError, invalid, notFound, ok, type Reply, refusal } from "../world/reply.ts";
import { type ApiRequest, only, type Route, recordAt } from "../world/route.ts";
import { contentOf, latestOf, type StoredRecord } from "../world/store.ts";
import type { World } from "../world/world.ts";
import { channelView } from "./channel-view.ts";
import { type Listed, listReply } from "./listing.ts";
import { invalidSelection, prohibitedErrors, requirementErrors, schemaErrors } from "./validation.ts";

// `endpoint` is ours and never sent.
const createSchema = channels.schema.omit({ endpoint: true });
const updateSchema = channels.updateSchema.omit({ endpoint: true }).partial();
const legacySchema = channels.schema.pick(legacyFields);

/** The routes of channels. */
export function channelRoutes(world: World): readonly Route[] {
  const { channels: store } = world.stores;
  const listed: Listed = {
    store,
    view: (seen) => channelView(world, seen),
    fields: only(["label", "channelType", "warehouseGroupId"]),
  };
  const existing = (answer: (record: StoredRecord, request: ApiRequest) => Reply) => (request: ApiRequest) => {
    const record = store.get(request.id);
    return record === undefined ? notFound("channel") : answer(record, request);
  };
  return [
    { method: "GET", path: "/channels", answer: ({ query }) => listReply(listed, query, world.lies) },
    { method: "GET", path: "/channels/{id}", answer: ({ id }) => recordAt(store, id, "channel", listed.view) },
    {
      method: "POST",
      path: "/channels",
      answer: ({ body, bodyText }) =>
        create(world, body, bodyText, [...schemaErrors(createSchema, body), ...requirementErrors(channels, body)]),
    },
    {
      method: "POST",
      path: "/channels/sales",
      answer: ({ body, bodyText }) =>
        create(world, { ...body, channelType: "sales_channel" }, bodyText, [
          ...schemaErrors(legacySchema, body),
          ...requirementErrors(channels, { ...body, endpoint: "legacy" }),
        ]),
    },
    {
      method: "PUT",
      path: "/channels/{id}",
      answer: existing((record, { body, bodyText }) => update(world, record, body, bodyText)),
    },
    {
      method: "DELETE",
      path: "/channels/{id}",
      answer: existing((record) => {
        if (isLocked(record)) return lockedRefusal();
        const version = latestOf(record);
        store.remove(record.id);
        return ok(channelView(world, { record, version }));
      }),
    },
    {
      method: "POST",
      path: "/channels/{id}/integration-products",
      answer: existing((record, { body, bodyText }) => addProducts(world, record, body, bodyText)),
    },
    {
      method: "PATCH",
      path: "/channels/{id}/lock",
      answer: existing((record, { body, bodyText }) => lock(world, record, body, bodyText)),
    },
  ];
}

function create(world: World, content: JsonObject, bodyText: string, errors: readonly FieldError[]): Reply {
  if (errors.length > 0) return invalid(errors);
  const wrong = accountErrors(world, content, undefined);
  if (wrong.length > 0) return invalid(wrong);
  const { channels: store } = world.stores;
  const record = store.create(store.nextId(), {
    key: labelOf(content),
    text: JSON.stringify(content),
    received: bodyText,
  });
  return created(channelView(world, { record, version: latestOf(record) }));
}

/** Merges: what is not sent stays (facts §6.1). */
function update(world: World, record: StoredRecord, body: JsonObject, bodyText: string): Reply {
  const before = contentOf(latestOf(record));
  if (isLocked(record)) return lockedRefusal();
  const { channelType, ...sent } = body;
  const errors = [
    ...prohibitedErrors(["channelType"], channelType === undefined ? {} : { channelType }),
    ...schemaErrors(updateSchema, sent),
  ];
  if (errors.length > 0) return invalid(errors);
  const content = { ...before, ...sent };
  const wrong = [...requirementErrors(channels, content), ...accountErrors(world, content, record)];
  if (wrong.length > 0) return invalid(wrong);
  return saved(world, record, content, bodyText);
}

/** The shape of the items is not documented, beyond that there are at most 500 (facts §2). */
function addProducts(world: World, record: StoredRecord, body: JsonObject, bodyText: string): Reply {
  if (isLocked(record)) return lockedRefusal();
  const errors = schemaErrors(createSchema.pick({ integrationProducts: true }).required(), body);
  if (errors.length > 0) return invalid(errors);
  const before = contentOf(latestOf(record));
  const added = objectsAt(body, "integrationProducts");
  const integrationProducts = [...objectsAt(before, "integrationProducts"), ...added];
  return saved(world, record, { ...before, integrationProducts }, bodyText);
}

/** The lock is on changes of the channel; orders pass (facts §6.6). */
function isLocked(record: StoredRecord): boolean {
  return contentOf(latestOf(record)).apiLocked === true;
}

function lockedRefusal(): Reply {
  return refusal(403, "This channel is locked for the external API.");
}

function lock(world: World, record: StoredRecord, body: JsonObject, bodyText: string): Reply {
  if (body.apiLocked !== true) {
    return invalid([
      { path: "apiLocked", message: "The apiLocked field must be true: unlocking is not possible here." },
    ]);
  }
  return saved(world, record, { ...contentOf(latestOf(record)), apiLocked: true }, bodyText);
}

function saved(world: World, record: StoredRecord, content: JsonObject, bodyText: string): Reply {
  const { channels: store } = world.stores;
  const after = store.update(record.id, { key: labelOf(content), text: JSON.stringify(content), received: bodyText });
  return ok(channelView(world, { record: after, version: latestOf(after) }));
}

/** Labels are unique whatever `duplicates` says: that one is documented. */
function accountErrors(world: World, content: JsonObject, self: StoredRecord | undefined): readonly FieldError[] {
  const { channels: store, warehouse_groups: groups } = world.stores;
  const groupId = numberAt(content, "warehouseGroupId");
  const isTaken = store.withKey(labelOf(content)).some(({ id }) => id !== self?.id);
  return [
    ...(isTaken ? [{ path: "label", message: "The label has already been taken." }] : []),
    ...(groupId !== undefined && groups.get(groupId) === undefined ? [invalidSelection("warehouseGroupId")] : []),
  ];
}

function labelOf(content: JsonObject): string {
  return (textAt(content, "label") ?? "").trim();
}
