// The account of somebody who only plans: questions go to the account itself, writes go nowhere and count as accepted, and
// what they would have made is in the answers to later questions. A dispatch over it asks what a run would ask, in the same
// order, so that counting its requests is counting those of the run. Not foreseen: what the API itself refuses.

import { ownKeyOf } from "../api/answers.ts";
import type { ApiRequest } from "../api/client.ts";
import type { Line } from "../api/line.ts";
import { parseJson, type Reads } from "../api/reply.ts";
import type { Transport } from "../api/transport.ts";
import { pageSize } from "../api/whole-list.ts";
import { isPlainObject, type JsonObject } from "../model/json.ts";
import type { Phase, Resource, ResourceName } from "../model/resource.ts";
import { resources } from "../model/resources/resources.ts";

/** Requests of a run that meets no fault. */
export interface PretendedRequests {
  /** Questions: lookups, and records that are read before they are changed. */
  readonly reads: number;
  /** By the phase that was told last; the job's own channel, made before the first, under `channels`. */
  readonly writes: ReadonlyMap<Phase, number>;
}

/** A line whose writes are pretended. Disposing it leaves the real one open. */
export interface PretendedAccount {
  readonly line: Line;
  /** What follows is of this phase. */
  begin(phase: Phase): void;
  requests(): PretendedRequests;
  /** The fields that the updates of a record said; undefined where none did, and for all but the first few thousand records. */
  fieldsSent(resource: ResourceName, remoteId: string): readonly string[] | undefined;
}

/** `recordOf` gives what a lookup showed of a record: it need not be asked for by itself then, though a run does so. */
export function pretendAccount(
  { halt, transport }: Line,
  recordOf: (resource: ResourceName, remoteId: string) => Promise<JsonObject | undefined>,
): PretendedAccount {
  const made = new Map<ResourceName, Made>();
  const writes = new Map<Phase, number>();
  const updates = new Map<string, readonly string[]>();
  let reads = 0;
  let phase: Phase = "channels";

  const write = <T>(request: ApiRequest, read: Reads<T>) => {
    writes.set(phase, (writes.get(phase) ?? 0) + 1);
    const resource = createdBy(request);
    if (resource === undefined) {
      noteUpdate(request);
      return accepted(200, read(""));
    }
    const known = made.get(resource.name) ?? { first: [], count: 0 };
    const body: unknown = parseJson(request.body ?? "");
    const id = idOf(resource, known.count);
    const record: JsonObject = { ...(isPlainObject(body) ? (body as JsonObject) : {}), id };
    const first = known.first.length < mostKept ? [...known.first, record] : known.first;
    made.set(resource.name, { first, count: known.count + 1 });
    return accepted(201, read(JSON.stringify({ data: record })));
  };

  /** `PATCH /sales-orders/7` sends the fields of its body, `PUT /sales-orders/7/custom-fields` that one. */
  const noteUpdate = ({ path, body }: ApiRequest): void => {
    if (updates.size >= mostUpdates) return;
    const [record = "", part] = /^(\/[^/]+\/[^/]+)\/(.+)$/.exec(path)?.slice(1) ?? [path];
    const said: unknown = parseJson(body ?? "");
    const fields = part === undefined ? Object.keys(isPlainObject(said) ? said : {}) : [part.replaceAll("-", "_")];
    updates.set(record, [...(updates.get(record) ?? []), ...fields]);
  };

  /** The record that a path is about, where it need not be asked for. */
  const known = async (path: string): Promise<JsonObject | undefined> => {
    for (const { name, list } of Object.values(resources)) {
      if (!path.startsWith(`${list.path}/`)) continue;
      const id = decodeURIComponent(path.slice(list.path.length + 1));
      return made.get(name)?.first.find((record) => record.id === id) ?? (await recordOf(name, id));
    }
    return undefined;
  };

  const request: Transport["request"] = async (asked, read, purpose) => {
    if (purpose.purpose === "write") return write(asked, read);
    const record = asked.path.includes("?") ? undefined : await known(asked.path);
    if (record !== undefined) {
      reads += 1;
      return accepted(200, read(JSON.stringify({ data: record })));
    }
    const reply = await transport.request(asked, (text) => read(withMade(asked.path, text, made)), purpose);
    if (reply.kind === "accepted" || reply.kind === "refused") reads += 1;
    return reply;
  };

  return {
    line: {
      halt,
      transport: {
        get everAnswered() {
          return transport.everAnswered;
        },
        get isDown() {
          return transport.isDown;
        },
        get serverNowMs() {
          return transport.serverNowMs;
        },
        // Only questions leave, and they wait for their turn by themselves.
        ready: async () => ({ start: async () => "go", cancel: () => undefined }),
        request,
        driveBy: (lease) => transport.driveBy(lease),
        [Symbol.asyncDispose]: async () => undefined,
      },
      [Symbol.asyncDispose]: async () => undefined,
    },
    begin(next) {
      phase = next;
    },
    requests: () => ({ reads, writes }),
    fieldsSent: (name, remoteId) => updates.get(`${resources[name].list.path}/${encodeURIComponent(remoteId)}`),
  };
}

/** What was pretended of a resource: the first records, and how many there are. Only the first become controls. */
interface Made {
  readonly first: readonly JsonObject[];
  readonly count: number;
}

const mostKept = 100;
/** More than there are examples in a plan. */
const mostUpdates = 5000;
const plannedId = "planned-";

function idOf({ name }: Resource, at: number): string {
  return `${plannedId}${name}-${at + 1}`;
}

/** The records from one place to another. Of those that are not kept nobody asks by key: the run knows what it made. */
function madeBetween(resource: Resource, { first, count }: Made, from: number, to: number): readonly JsonObject[] {
  const places = Array.from({ length: Math.max(0, Math.min(to, count) - from) }, (_, index) => from + index);
  return places.map((at) => {
    const id = idOf(resource, at);
    return first[at] ?? { id, [resource.keyPath]: id };
  });
}

/** True for the id of a record that only a plan has made. */
export function isPlannedId(remoteId: string): boolean {
  return remoteId.startsWith(plannedId);
}

function accepted<T>(status: number, value: T | undefined) {
  if (value === undefined) throw new Error("a pretended answer does not say what was asked");
  return { kind: "accepted", status, value } as const;
}

function createdBy({ method, path }: ApiRequest): Resource | undefined {
  return Object.values(resources).find(({ createEndpoint }) =>
    [{}, { endpoint: "legacy" }].some((payload) => {
      const endpoint = createEndpoint(payload);
      return endpoint.method === method && endpoint.path === path;
    }),
  );
}

/** The answer to a list, a filter or an export, with what was made; any other answer as it is. */
function withMade(path: string, text: string, made: ReadonlyMap<ResourceName, Made>): string {
  const { pathname, searchParams } = new URL(path, "http://plan.invalid");
  const resource = Object.values(resources).find(({ list }) => [list.path, list.exportPath].includes(pathname));
  const records = resource === undefined ? undefined : made.get(resource.name);
  const body = records === undefined ? undefined : parseJson(text);
  if (resource === undefined || records === undefined || !isPlainObject(body) || !Array.isArray(body.data)) return text;
  if (pathname === resource.list.exportPath) {
    const isLast =
      (body.next_cursor ?? (isPlainObject(body.meta) ? body.meta.next_cursor : undefined) ?? null) === null;
    const all = isLast ? madeBetween(resource, records, 0, records.count) : [];
    return isLast ? JSON.stringify({ ...body, data: [...body.data, ...all] }) : text;
  }
  const asked = keysAsked(resource, searchParams);
  const matching: Made =
    asked === undefined ? records : counted(records.first.filter((record) => asked.has(keyOf(resource, record))));
  const { total } = isPlainObject(body.meta) ? body.meta : body;
  if (typeof total !== "number")
    return JSON.stringify({ ...body, data: [...body.data, ...madeBetween(resource, matching, 0, matching.count)] });
  // After the rows that there are, as in the order of ids.
  const before = (Number(searchParams.get("page") ?? 1) - 1) * pageSize;
  const onPage = madeBetween(resource, matching, Math.max(0, before - total), Math.max(0, before + pageSize - total));
  const data = [...body.data, ...onPage];
  const all = { total: total + matching.count };
  return JSON.stringify(
    isPlainObject(body.meta) ? { ...body, data, meta: { ...body.meta, ...all } } : { ...body, data, ...all },
  );
}

function counted(first: readonly JsonObject[]): Made {
  return { first, count: first.length };
}

function keysAsked({ list }: Resource, query: URLSearchParams): ReadonlySet<string> | undefined {
  const several = query.get(`${list.filter}[in]`);
  const single = query.get(`${list.filter}[eq]`);
  if (several === null && single === null) return undefined;
  return new Set(several === null ? [single ?? ""] : several.split(","));
}

function keyOf(resource: Resource, row: JsonObject): string {
  const record = resource.remoteRecord(row);
  return (record === undefined ? undefined : ownKeyOf(record)) ?? "";
}
