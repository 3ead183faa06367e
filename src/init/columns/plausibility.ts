// Whether the cells of a column can be what its name promises: a "Price" column without numbers is no price.
import type { ResourceName } from "../../model/resource.ts";
import { type Field, fieldAt } from "../../model/resources/field.ts";
import { resources } from "../../model/resources/resources.ts";
import type { Look } from "./column-profile.ts";

/** `confirms`: the values alone would suggest it; `allows`: they say nothing; `contradicts`: it cannot be. */
export type Fit = "confirms" | "allows" | "contradicts";

/** How the cells of a column fit a payload field. Parts that recipes use (`items.discount`) fit by what they are made of. */
export function fitOf(resource: ResourceName, path: string, look: Look): Fit {
  if (look.filled === 0) return "allows";
  const special = Object.hasOwn(specials, path) ? specials[path] : undefined;
  if (special !== undefined) return special(look);
  const field = fieldAt(resources[resource].schema, path);
  return field === undefined ? fitsText(look) : fitOfType(field, look);
}

function fitOfType({ type }: Field, look: Look): Fit {
  switch (type) {
    case "decimal":
    case "length":
      return byShare(look.numbers);
    case "integer":
      return byShare(look.integers);
    case "weight":
      return look.numbers >= 0.9 ? "confirms" : look.dates + look.urls + look.emails > 0.5 ? "contradicts" : "allows";
    case "boolean":
      return look.flags >= 0.9 ? "confirms" : hasFewWords(look) && look.numbers < 0.5 ? "allows" : "contradicts";
    case "date":
      return byShare(look.dates);
    case "email":
      return byShare(look.emails);
    case "choice":
      return hasFewWords(look) && look.numbers < 0.5 ? "confirms" : "contradicts";
    case "texts":
    case "text":
    case "object":
    case "objects":
    case "integers":
    case "labelled":
    case "any":
      return fitsText(look);
    default:
      return type satisfies never;
  }
}

/** A few words that come again: a status, a kind. In a sample of a few rows every column has few. */
export function hasFewWords({ distinct, filled }: Look): boolean {
  return distinct <= 25 && (filled < 30 || distinct <= filled / 4);
}

const specials: Readonly<Record<string, (look: Look) => Fit>> = {
  sku: fitsKey,
  "items.sku": fitsKey,
  "kit_items.sku": fitsKey,
  order_number: fitsKey,
  name: fitsWords,
  "category.name": fitsWords,
  "subcategory.name": fitsWords,
  "supplier.name": fitsWords,
  description: fitsWords,
  upc: (look) => (look.upcs >= 0.8 ? "confirms" : look.numbers + look.apostrophes >= 0.6 ? "allows" : "contradicts"),
  image_url: (look) => (look.urls >= 0.5 ? "confirms" : look.numbers >= 0.5 ? "contradicts" : "allows"),
  requested_shipping_service: fitsWords,
  channel_id: fitsText,
  company_id: fitsText,
  "items.discount": (look) => byShare(look.numbers),
  "items.line_discount": (look) => byShare(look.numbers),
  "total_tax+shipping": (look) => byShare(look.numbers),
  "total_tax+wrap": (look) => byShare(look.numbers),
  "total_shipping+wrap": (look) => byShare(look.numbers),
  "total_shipping-discount": (look) => byShare(look.numbers),
  "items.line_total": (look) => byShare(look.numbers),
};

function fitsKey(look: Look): Fit {
  if (look.dates >= 0.5 || look.emails >= 0.5 || look.urls >= 0.5 || look.html >= 0.5) return "contradicts";
  const isMoney = look.numbers >= 0.9 && look.integers < 0.5;
  if (isMoney || (look.flags >= 0.95 && look.filled > 2)) return "contradicts";
  return look.isUnique ? "confirms" : "allows";
}

function fitsWords(look: Look): Fit {
  return look.numbers >= 0.9 || look.dates >= 0.9 || look.emails >= 0.9 ? "contradicts" : "allows";
}

function fitsText(look: Look): Fit {
  return look.dates >= 0.95 ? "contradicts" : "allows";
}

function byShare(share: number): Fit {
  return share >= 0.9 ? "confirms" : share < 0.5 ? "contradicts" : "allows";
}
