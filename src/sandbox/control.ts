// The sandbox's own page beside the API: what happened, and what is stored. It needs no token: it is for tests and
// for the person at the keyboard, and the server takes local connections only.
import type { JsonObject } from "../model/json.ts";
import type { SandboxCounts } from "./tally.ts";
import { contentOf, latestOf, type StoredRecord } from "./world/store.ts";
import { type SandboxResource, sandboxResources, type World } from "./world/world.ts";

/** Where the page is: outside the API's base address. */
export const controlPath = "/__sandbox";

/** A record for tests: what came in, and what it is now. */
export interface SandboxRecord {
  readonly id: number;
  readonly key: string;
  /** The bodies as they came, oldest first; empty for what the sandbox starts with. */
  readonly received: readonly JsonObject[];
  /** The content now, updates merged. */
  readonly content: JsonObject;
}

const maxShown = 1000;

/** The records of a resource by id, or those with a key. */
export function storedRecords(world: World, resource: SandboxResource, key?: string): readonly SandboxRecord[] {
  return [...recordsOf(world, resource, key)].map((record) => ({
    id: record.id,
    key: record.key,
    received: record.received.map((text) => JSON.parse(text) as JsonObject),
    content: contentOf(latestOf(record)),
  }));
}

/**
 * The answer to a request under `controlPath`, as JSON text: counts; `/records/<resource>` with `?key=`, or without it
 * the first 1000 after `?after=<id>`. Bodies are given digit by digit as they came.
 */
export function controlReply(
  world: World,
  counts: SandboxCounts,
  path: string,
  query: URLSearchParams,
): { status: number; text: string } {
  if (path === controlPath || path === `${controlPath}/`) return { status: 200, text: JSON.stringify(counts, null, 2) };
  const resource = path.slice(`${controlPath}/records/`.length);
  if (!path.startsWith(`${controlPath}/records/`) || !isResource(resource)) {
    const message = `There is ${controlPath} and ${controlPath}/records/<${sandboxResources.join("|")}>.`;
    return { status: 404, text: JSON.stringify({ message }) };
  }
  const after = Number(query.get("after") ?? 0);
  const shown: string[] = [];
  for (const record of recordsOf(world, resource, query.get("key") ?? undefined)) {
    if (shown.length === maxShown) break;
    if (record.id > after) shown.push(recordText(record));
  }
  return { status: 200, text: `[${shown.join(",\n")}]` };
}

function recordsOf(world: World, resource: SandboxResource, key: string | undefined): Iterable<StoredRecord> {
  const store = world.stores[resource];
  return key === undefined ? store.byId() : store.withKey(key);
}

function recordText(record: StoredRecord): string {
  const { id, key, received } = record;
  return `{"id":${id},"key":${JSON.stringify(key)},"received":[${received.join(",")}],"content":${latestOf(record).text}}`;
}

function isResource(text: string): text is SandboxResource {
  return (sandboxResources as readonly string[]).includes(text);
}
