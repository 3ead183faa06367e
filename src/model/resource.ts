// What differs between resources, in one shape. Adding a resource means adding one file like resources/products.ts and
// one line in resources/resources.ts: its file names it and its phases, the line says when it is sent.
import type { z } from "zod";
import type { JsonObject } from "./json.ts";
import type { Problem } from "./problem.ts";

/**
 * The phases of everything that a payload may refer to, by its name. The file of each adds its own line, in
 * `declare module "../resource.ts"`; what is only referred to has no phase: `never`.
 */
export interface PhasesOf {
  /** Nothing is called so. An interface needs a member of its own before others can add to it. */
  readonly "": never;
}

/** Everything that a payload may refer to, as the API calls it; mappings name it in `ref:`. */
export type ReferableName = Exclude<keyof PhasesOf, "">;
/** Everything that can be imported; mappings name it in `resource:`. */
export type ResourceName = {
  [Name in ReferableName]: [PhasesOf[Name]] extends [never] ? never : Name;
}[ReferableName];
/** A part of a run. The order in which they are sent is in resources/resources.ts. */
export type Phase = PhasesOf[ReferableName];

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
  /** Warnings of what `difference` leaves out although it differs. */
  readonly kept: (body: JsonObject, record: JsonObject) => readonly Problem[];
  /** True for a payload path that no update can change. */
  readonly isFixed: (path: string) => boolean;
  /** Why the API refuses every update of the record, when the record says so. */
  readonly lockOf: (record: JsonObject) => string | undefined;
  /** A field that has an endpoint of its own, which takes the field's value as its body. It is sent before the others. */
  readonly apart: { readonly field: string; readonly endpoint: (remoteId: string) => Endpoint } | undefined;
}

/** What a payload comes to: the money of the elements of a list, and what is added to it. Luminous adds it up the same way. */
export interface Sums {
  /** The list whose elements are summed: quantity × price, each rounded to cents. */
  readonly list: string;
  readonly quantity: string;
  readonly price: string;
  /** Payload fields that are added, and what people call them: `total_tax`, "tax". */
  readonly added: readonly { readonly path: string; readonly word: string }[];
  /** The field that says within what all money has to be of one currency, and the word for it: `channel_id`, "channel". */
  readonly within: { readonly path: string; readonly word: string };
}

/** What may be asked of a resource when Luminous has the key already. */
export type ExistingPolicy = "update" | "skip" | "fail";

/** What can be found by its key: all that a reference has to know. */
export interface Referable {
  readonly name: ReferableName;
  /** For people: "product". */
  readonly singular: string;
  /** For people: "products". */
  readonly plural: string;
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
  /** Says of a reference that neither the job nor Luminous has it, where there is more to say than that. */
  readonly missing?: (name: string) => string;
  /** Whose mappings name its records, for people: "orders". `doctor` then looks whether those that they name are there. */
  readonly namedBy?: string;
}

/** Everything in which one resource differs from the others. */
export interface Resource extends Referable {
  readonly name: ResourceName;
  /** The payload as creation takes it, complete. */
  readonly schema: z.ZodObject;
  /** The payload as an update takes it: nothing required but the key, same limits. */
  readonly updateSchema: z.ZodObject;
  /** The first one counts where the job says nothing. */
  readonly policies: readonly [ExistingPolicy, ...ExistingPolicy[]];
  /** Explains its key below `existing:` in a job. */
  readonly existingText: string;
  /** In the order in which they are sent. */
  readonly phases: readonly [Phase, ...Phase[]];
  /** True where a run tells of its phases even when it has nothing for them. */
  readonly tellsEmptyPhases?: true;
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
  /** Undefined where a payload has no sums that a source could say as well. */
  readonly sums?: Sums;
  readonly phaseOf: (payload: JsonObject) => Phase;
  /** Keys of the payload that must be unique beside its own: SKUs of variants, with their paths. */
  readonly innerKeys: (payload: JsonObject) => readonly { readonly key: string; readonly path: string }[];
  readonly references: (payload: JsonObject) => readonly Reference[];
  /** What `references` points at. */
  readonly refersTo: readonly ReferableName[];
  /** What definitions of custom fields call its records, and those in one of its lists. */
  readonly customFieldsOf: (list: string | undefined) => string;
  readonly createEndpoint: (payload: JsonObject) => Endpoint;
  /** Undefined where the API cannot change what an import would change. */
  readonly updateEndpoint: ((remoteId: string) => Endpoint) | undefined;
  /**
   * True where a record stays as it was accepted unless the job says `update`: other content of it is refused under every
   * other policy, and not skipped.
   */
  readonly staysAsAccepted: boolean;
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
