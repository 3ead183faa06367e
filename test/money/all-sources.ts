// Every shipped order mapping, with what writes its source.
import type { Source } from "./known-order.ts";
import { b2bOrders, northwindOrders, salesLedger } from "./sources/books.ts";
import { amazonOrders, ebayOrders, etsyOrders, squareItems } from "./sources/reports.ts";
import { shopifyOrders, shopifyOrdersJson } from "./sources/shopify.ts";
import { ordersJson, squarespaceOrders, woocommerceOrders } from "./sources/shops.ts";

/** One for each order mapping in mappings/. */
export const allSources: readonly Source[] = [
  amazonOrders,
  b2bOrders,
  ebayOrders,
  etsyOrders,
  northwindOrders,
  ordersJson,
  salesLedger,
  shopifyOrders,
  shopifyOrdersJson,
  squareItems,
  squarespaceOrders,
  woocommerceOrders,
];
