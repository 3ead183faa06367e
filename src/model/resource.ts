// What differs between resources, in one shape. Adding a resource means adding one file like resources/products.ts
// (resources/companies.ts for what is only referred to) and one line in resources/resources.ts; no stage knows a
// resource by name.
import type { z } from "zod";
import type { JsonObject } from "./json.ts";
import type { Problem } from "./problem.ts";

/** Everything that can be imported, as the API calls it. */
export const resourceNames = ["channels", "products", "sales_orders"] as const;
/** One of `resourceNames`; mappings name it in `resource:`. */
export type ResourceName = (typeof resourceNames)[number];

/** Everything that a payload may refer to: companies are found, never made or changed. */
export const referableNames = [...resourceNames, "companies"] as const;
/** One of `referableNames`; mappings name it in `ref:`. */
export type ReferableName = (typeof referableNames)[number];

/** The parts of a run, in the order in which they are sent. */
export const phases = ["channels", "products", "kits", "sales_orders"] as const;
/** One of `phases`. Kits come after products because their components are products. */
export type Phase = (typeof phases)[number];

/** A key inside an entry that points at another entry or at something the account already has. */
export interface Reference {
  /** Where it stands in the payload: `items[1].sku`, `channel_id`. */
  readonly path: string;
  readonly resource: ReferableName;
  readonly key: string;
  /** True when the payload gets the remote id at `path` before it is sent (`ref:`); false when the key itself is sent. */
  readonly fill: boolean;
}

/** A key under which a remote record is known. */
export interface RemoteKey {
  readonly key: string;
  /** `own`: the record itself; `alternate` and `variant`: it answers to this key but is another record. */
  readonly role: "own" | "alternate" | "variant";
}

/** A remote record as a lookup or an export pass gives it. */
export interface RemoteRecord {
  readonly remoteId: string;
  readonly keys: readonly RemoteKey[];
}

/** Where a write goes. */
export interface Endpoint {
  readonly method: "POST" | "PUT" | "PATCH";
  /** Relative to the base address, with a leading slash. */
  readonly path: string;
}

/** An update of which only the difference is sent: the record is read first. */
export interface Merge {
  /** The fields of an update's body that the record does not show as they are to be; what replies never show differs. */
  readonly difference: (body: JsonObject, record: JsonObject) => JsonObject;
  /** What the payload says and no update can make of the record. */
  readonly conflicts: (payload: JsonObject, record: JsonObject) => readonly Problem[];
  /** Why the API refuses every update of the record, when the record says so. */
  readonly lockOf: (record: JsonObject) => string | undefined;
}

/** What may be asked of a resource when Luminous has the key already. */
export type ExistingPolicy = "update" | "skip" | "fail";

/** What can be found by its key: all that a reference has to know. */
export interface Referable {
  readonly name: ReferableName;
  /** For people: "product". */
  readonly singular: string;
  /** The field that is the key. */
  readonly keyPath: string;
  readonly list: {
    readonly path: string;
    /** The name in `name[in]=`; undefined when the list has to be read whole and compared here. */
    readonly filter: string | undefined;
    /** The cursor export that gives every record, if there is one. */
    readonly exportPath: string | undefined;
  };
  /** Reads one record of a list, an export or a `data` envelope; undefined when it is no such record. */
  readonly remoteRecord: (record: unknown) => RemoteRecord | undefined;
}

/** Everything in which one resource differs from the others. */
export interface Resource extends Referable {
  readonly name: ResourceName;
  /** The payload as creation takes it, complete. */
  readonly schema: z.ZodObject;
  /** The payload as an update takes it: nothing required but the key, same limits. */
  readonly updateSchema: z.ZodObject;
  readonly policies: readonly [ExistingPolicy, ...ExistingPolicy[]];
  /** Either-or requirements that a schema's `required` cannot say: at least one path of each group must be present. */
  readonly eitherOr: (
    payload: JsonObject,
  ) => readonly { readonly paths: readonly string[]; readonly message: string }[];
  /** What else speaks against creating a payload; a warning where it may be meant, or the API may not mind. */
  readonly objections: (
    payload: JsonObject,
  ) => readonly { readonly path: string; readonly message: string; readonly severity?: "warning" }[];
  /** Top-level fields, and fields of list items as `variants.qty_minimum`, that only an update takes. */
  readonly updateOnly: readonly string[];
  /** Top-level payload fields that steer the import and are never sent. */
  readonly neverSent: readonly string[];
  readonly phaseOf: (payload: JsonObject) => Phase;
  /** Keys of the payload that must be unique beside its own: SKUs of variants, with their paths. */
  readonly innerKeys: (payload: JsonObject) => readonly { readonly key: string; readonly path: string }[];
  readonly references: (payload: JsonObject) => readonly Reference[];
  readonly createEndpoint: (payload: JsonObject) => Endpoint;
  /** Undefined where the API cannot change what an import would change. */
  readonly updateEndpoint: ((remoteId: string) => Endpoint) | undefined;
  /** Undefined where an update says all that the payload has. */
  readonly merge: Merge | undefined;
  /** Fields that Luminous may change by itself after a write: they tell nothing of whose record it is. */
  readonly changedByServer: readonly string[];
  /** True where a record that was made by mistake cannot be deleted. */
  readonly isIrrevocable: boolean;
  /** True where the API is known to refuse a second record with the key: one that it calls taken is there. */
  readonly isKeyUnique: boolean;
  /** The single record. */
  readonly readPath: (remoteId: string) => string;
  /** A single record as the payload that would have made it; fields that replies do not have are left out. */
  readonly readBack: (record: JsonObject) => JsonObject;
}
