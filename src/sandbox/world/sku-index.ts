// Who answers to a SKU: products by their own, their alternate and their variants' SKUs.
import type { JsonObject } from "../../model/json.ts";
import type { RemoteKey } from "../../model/resource.ts";
import { numberAt, objectsAt, textAt } from "./content.ts";

/** One thing that answers to a SKU. */
export interface SkuOwner {
  readonly sku: string;
  readonly role: RemoteKey["role"];
  readonly productId: number;
  /** What an order line's `product_id` would be: the product's id, for variants the variant's own. */
  readonly id: number;
}

/** Finds owners by SKU and variants by id. */
export interface SkuIndex {
  /** The product itself first, then alternates, then variants. */
  find(sku: string): readonly SkuOwner[];
  /** The variant with this id. */
  variant(id: number): SkuOwner | undefined;
  add(owners: readonly SkuOwner[]): void;
  remove(owners: readonly SkuOwner[]): void;
}

/** An empty index. SKUs are compared exactly, after trimming and after the change that the server makes to keys. */
export function createSkuIndex(changedKey: (key: string) => string): SkuIndex {
  const owners = new Map<string, readonly SkuOwner[]>();
  const variants = new Map<number, SkuOwner>();
  const stored = (owner: SkuOwner): SkuOwner => ({ ...owner, sku: changedKey(owner.sku) });
  return {
    find: (sku) => owners.get(changedKey(sku.trim())) ?? [],
    variant: (id) => variants.get(id),
    add(added) {
      for (const owner of added.map(stored)) {
        const known = owners.get(owner.sku);
        owners.set(owner.sku, known === undefined ? [owner] : [...known, owner].sort(byRole));
        if (owner.role === "variant") variants.set(owner.id, owner);
      }
    },
    remove(removed) {
      for (const { sku, productId, id } of removed.map(stored)) {
        const rest = (owners.get(sku) ?? []).filter((owner) => owner.productId !== productId);
        if (rest.length === 0) owners.delete(sku);
        else owners.set(sku, rest);
        variants.delete(id);
      }
    },
  };
}

/** Every SKU that a product's content answers to. `childIds` starts with the variants' ids. */
export function skuOwners(productId: number, content: JsonObject, childIds: readonly number[]): readonly SkuOwner[] {
  const owner = (sku: string | undefined, role: RemoteKey["role"], id: number): readonly SkuOwner[] =>
    sku === undefined ? [] : [{ sku: sku.trim(), role, productId, id }];
  return [
    ...owner(textAt(content, "sku"), "own", productId),
    ...objectsAt(content, "alternate_skus").flatMap((item) => owner(textAt(item, "sku"), "alternate", productId)),
    ...objectsAt(content, "variants").flatMap((item, index) =>
      owner(textAt(item, "sku"), "variant", childIds[index] ?? numberAt(item, "id") ?? productId),
    ),
  ];
}

const roleOrder = { own: 0, alternate: 1, variant: 2 } as const;

function byRole(a: SkuOwner, b: SkuOwner): number {
  return roleOrder[a.role] - roleOrder[b.role];
}
