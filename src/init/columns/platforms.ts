// Exports of well-known shops and ledgers, told by columns that only they have. In such a file a name means what the
// platform means by it: `Type` is the category in a Shopify export and the kind of product in a WooCommerce one.
import { accounting } from "../names/accounting.ts";
import { namesIn, type Platform } from "../names/name-table.ts";
import { shopOrders } from "../names/shop-orders.ts";
import { shopProducts } from "../names/shop-products.ts";
import { shops } from "../names/shops.ts";
import type { Heading } from "./heading.ts";

/** The platform that wrote this header, if one is recognised: three quarters of its signature have to be there. */
export function platformOf(headings: readonly Heading[]): Platform | undefined {
  const texts = new Set(headings.map(({ text }) => text));
  const rated = [...shops, ...shopOrders, ...shopProducts, ...accounting].map((platform) => {
    const signature = namesIn(platform.signature);
    const share = signature.filter((name) => texts.has(name)).length / signature.length;
    return { platform, share, size: signature.length };
  });
  const [best] = rated.filter(({ share }) => share >= 0.75).toSorted((a, b) => b.share - a.share || b.size - a.size);
  return best?.platform;
}

/** The platform with the columns of the only outlet among its names; those of several outlets are a person's choice. */
export function withOutlet(platform: Platform | undefined, headings: readonly Heading[]): Platform | undefined {
  if (platform?.perOutlet === undefined) return platform;
  const found = Object.entries(platform.perOutlet).flatMap(([path, beginning]) => {
    const own = headings.filter(({ text }) => text.startsWith(`${beginning} `));
    return own.length === 1 ? [[path, { surely: own[0]?.text ?? "" }] as const] : [];
  });
  return { ...platform, names: { ...platform.names, ...Object.fromEntries(found) } };
}
