// The resource table: the one place that lists what can be imported.
import { channels } from "./channels.ts";
import { products } from "./products.ts";
import type { Resource, ResourceName } from "./resource.ts";
import { salesOrders } from "./sales-orders.ts";

/** Every resource, by its name. */
export const resources: Readonly<Record<ResourceName, Resource>> = {
  channels,
  products,
  sales_orders: salesOrders,
};
