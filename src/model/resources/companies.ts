// Companies, the B2B customers: orders refer to them by name (`ref: { resource: companies, by: name }`). They are found
// and never made or changed, so that there is no payload here.
import { isPlainObject } from "../json.ts";
import { readKey, readRemoteId } from "../remote-id.ts";
import type { Referable, RemoteRecord } from "../resource.ts";

declare module "../resource.ts" {
  interface PhasesOf {
    readonly companies: never;
  }
}

/** What is in the table under this name. */
export interface Companies extends Referable {
  readonly name: "companies";
}

/** Companies, as a reference finds them: by their exact name. */
export const companies: Companies = {
  name: "companies",
  singular: "company",
  plural: "companies",
  keyPath: "name",
  // What the list can be filtered by is not documented (facts §7), and names have commas, which `in` would split: the
  // list is read whole, once, and compared here.
  list: { path: "/companies", filter: undefined, exportPath: undefined },
  remoteRecord,
  missing: (name) => `Luminous has no ${name}; every letter and space counts`,
  namedBy: "orders",
};

function remoteRecord(record: unknown): RemoteRecord | undefined {
  if (!isPlainObject(record)) return undefined;
  const key = readKey(record.name);
  const remoteId = readRemoteId(record.id);
  return key === undefined || remoteId === undefined ? undefined : { remoteId, keys: [{ key, role: "own" }] };
}
