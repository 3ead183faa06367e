// What to do with an entry whose key Luminous has already: the job's `existing:` decides.
import type { Found } from "../api/answers.ts";
import type { Settlement } from "../model/ledger/entry.ts";
import type { ExistingPolicy, Resource } from "../model/resource.ts";

/** What follows from a key that exists. */
export type ExistingDecision =
  | { readonly kind: "update" }
  | { readonly kind: "settle"; readonly settlement: Settlement };

/** True where what Luminous has can become what an entry says: an order only where the job asks for that. */
export function isUpdatable({ updateEndpoint, staysAsAccepted }: Resource, policy: ExistingPolicy): boolean {
  return updateEndpoint !== undefined && (!staysAsAccepted || policy === "update");
}

/** A key that belongs to another record (its alternate or variant SKU) can be neither created nor updated. */
export function foundSettlement(
  resource: Resource,
  key: string,
  found: Found,
  policy: ExistingPolicy,
): ExistingDecision {
  const { remoteId, role, ownKey, others } = found;
  if (role !== "own") {
    const owner = ownKey === undefined ? `id ${remoteId}` : `"${ownKey}" (id ${remoteId})`;
    const message = `"${key}" is known to Luminous as ${role === "variant" ? "a variant" : "an alternate"} of the ${resource.singular} ${owner}`;
    return {
      kind: "settle",
      settlement: { outcome: "invalid", problems: [{ code: "sku_is_alternate", message, path: resource.keyPath }] },
    };
  }
  switch (policy) {
    case "update": {
      if (others.length === 0) return { kind: "update" };
      const message = `Luminous has ${others.length + 1} ${resource.plural} called "${key}", ids ${[remoteId, ...others].join(" and ")}: which one is meant? Rename or delete all but one in the app`;
      return {
        kind: "settle",
        settlement: { outcome: "invalid", problems: [{ code: "several_found", message, path: resource.keyPath }] },
      };
    }
    case "skip":
      return { kind: "settle", settlement: { outcome: "skipped", remoteId } };
    case "fail": {
      const message = `the ${resource.singular} "${key}" exists in Luminous already (id ${remoteId})`;
      return {
        kind: "settle",
        settlement: {
          outcome: "invalid",
          remoteId,
          problems: [{ code: "already_exists", message, path: resource.keyPath }],
        },
      };
    }
    default:
      return policy satisfies never;
  }
}
