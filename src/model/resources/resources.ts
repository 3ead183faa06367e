// The resource table: the one place that lists what can be imported and what can only be referred to. Everything else
// that differs between resources is in their own files.
import type { Phase, Referable, ReferableName, Resource, ResourceName } from "../resource.ts";
import { channels } from "./channels.ts";
import { companies } from "./companies.ts";
import { products } from "./products.ts";
import { salesOrders } from "./sales-orders.ts";

/**
 * Every resource that a payload may refer to, by its name, in the order in which they are sent: what others refer to comes
 * before them. The types are those of the files, so that whoever reads the declarations of the library finds the names.
 */
export const referables = {
  channels,
  products,
  companies,
  sales_orders: salesOrders,
} satisfies { readonly [Name in ReferableName]: Entry<Name> };

type Entry<Name extends ReferableName> = (Name extends ResourceName ? Resource : Referable) & { readonly name: Name };

/** Their names. */
export const referableNames = Object.keys(referables) as readonly ReferableName[];

/** Every resource that can be imported, by its name, in the order in which they are sent. */
export const resources = Object.fromEntries(
  Object.entries<Referable>(referables).filter(([, referable]) => isResource(referable)),
) as Readonly<Record<ResourceName, Resource>>;
/** Their names. */
export const resourceNames = Object.keys(resources) as readonly ResourceName[];

/** The parts of a run, in the order in which they are sent. */
export const phases: readonly Phase[] = Object.values(resources).flatMap((resource) => resource.phases);

function isResource(referable: Referable): referable is Resource {
  return "phases" in referable;
}
