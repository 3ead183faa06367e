// The resource tables: the one place that lists what can be imported, and what can only be referred to.
import type { Referable, ReferableName, Resource, ResourceName } from "../resource.ts";
import { channels } from "./channels.ts";
import { companies } from "./companies.ts";
import { products } from "./products.ts";
import { salesOrders } from "./sales-orders.ts";

/** Every resource that can be imported, by its name. */
export const resources: Readonly<Record<ResourceName, Resource>> = {
  channels,
  products,
  sales_orders: salesOrders,
};

/** Every resource that a payload may refer to, by its name. */
export const referables: Readonly<Record<ReferableName, Referable>> = { ...resources, companies };
