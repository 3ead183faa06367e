// Whether the cells of a column can be what its name promises: a "Price" column without numbers is no price.
import type { ResourceName } from "../../model/resource.ts";
import { type Field, fieldAt } from "../../model/resources/field.ts";
import { resources } from "../../model/resources/resources.ts";
import { isKindAlone } from "../names/kinds-of-goods.ts";
import type { ColumnProfile } from "./column-profile.ts";
import { areStatuses } from "./meant-words.ts";

/** `confirms`: the values alone would suggest it; `allows`: they say nothing; `contradicts`: it cannot be. */
export type Plausibility = "confirms" | "allows" | "contradicts";

/** How the cells of a column fit a payload field. Parts that recipes use (`items.discount`) fit by what they are made of. */
export function plausibilityOf(resource: ResourceName, path: string, profile: ColumnProfile): Plausibility {
  if (profile.filled === 0) return "allows";
  const special = Object.hasOwn(specials, path) ? specials[path] : undefined;
  if (special !== undefined) return special(profile);
  const field = fieldAt(resources[resource].schema, path);
  return field === undefined ? fitsText(profile) : plausibilityOfType(field, profile);
}

function plausibilityOfType({ type }: Field, profile: ColumnProfile): Plausibility {
  switch (type) {
    case "decimal":
      return byShare(profile.numbers);
    case "length":
      return byShare(profile.numbers + profile.measures);
    case "integer":
      return byShare(profile.integers);
    case "weight":
      return profile.numbers + profile.measures >= 0.9
        ? "confirms"
        : profile.dates + profile.urls + profile.emails > 0.5
          ? "contradicts"
          : "allows";
    case "boolean":
      return profile.flags >= 0.9
        ? "confirms"
        : hasFewWords(profile) && (profile.numbers < 0.5 || profile.words.every(isState))
          ? "allows"
          : "contradicts";
    case "date":
      return byShare(profile.dates);
    case "email":
      return byShare(profile.emails);
    case "choice":
      return hasFewWords(profile) && profile.numbers < 0.5 ? "confirms" : "contradicts";
    case "texts":
    case "text":
    case "object":
    case "objects":
    case "integers":
    case "labelled":
    case "any":
      return fitsText(profile);
    default:
      return type satisfies never;
  }
}

/** WooCommerce writes -1 for a draft, and spreadsheets an apostrophe before it. */
function isState(word: string): boolean {
  return /^'?(0|1|-1)$/.test(word);
}

/** A few words that come again: a status, a kind. In a sample of a few rows every column has few. */
export function hasFewWords({ distinct, filled }: ColumnProfile): boolean {
  return distinct <= 25 && (filled < 30 || distinct <= filled / 4);
}

const specials: Readonly<Record<string, (profile: ColumnProfile) => Plausibility>> = {
  sku: (profile) => (isProse(profile) ? "contradicts" : fitsKey(profile)),
  "items.sku": fitsKey,
  "kit_items.sku": fitsKey,
  order_number: fitsKey,
  name: fitsWords,
  "category.name": fitsCategory,
  "subcategory.name": fitsWords,
  "supplier.name": fitsWords,
  description: fitsWords,
  upc: (profile) =>
    profile.upcs >= 0.8 ? "confirms" : profile.numbers + profile.apostrophes >= 0.6 ? "allows" : "contradicts",
  // The name of a picture's file is no address of it.
  image_url: (profile) => (profile.urls >= 0.5 ? "confirms" : "contradicts"),
  "variants.image_url": (profile) => (profile.urls >= 0.5 ? "confirms" : "contradicts"),
  order_status: (profile) =>
    hasFewWords(profile) && profile.numbers < 0.5
      ? areStatuses(profile.words)
        ? "confirms"
        : "allows"
      : "contradicts",
  customer_notes: fitsNotes,
  internal_notes: fitsNotes,
  "customer.state": fitsState,
  "bill.name": fitsPerson,
  "ship.name": fitsPerson,
  "customer.name": fitsPerson,
  "bill.state": fitsState,
  "ship.state": fitsState,
  requested_shipping_service: fitsWords,
  channel_id: fitsText,
  company_id: fitsText,
  "items.discount": (profile) => byShare(profile.numbers),
  "items.line_discount": (profile) => byShare(profile.numbers),
  "total_tax+shipping": (profile) => byShare(profile.numbers),
  "total_tax+wrap": (profile) => byShare(profile.numbers),
  "total_shipping+wrap": (profile) => byShare(profile.numbers),
  "total_shipping-discount": (profile) => byShare(profile.numbers),
  "items.line_total": (profile) => byShare(profile.numbers),
};

function fitsKey(profile: ColumnProfile): Plausibility {
  if (profile.dates >= 0.5 || profile.emails >= 0.5 || profile.urls >= 0.5 || profile.html >= 0.5) return "contradicts";
  if (profile.words.length > 0 && profile.words.every((word) => /^(__export__|gid:\/\/)/.test(word)))
    return "contradicts";
  const isMoney = profile.numbers >= 0.9 && profile.integers < 0.5;
  if (isMoney || (profile.flags >= 0.95 && profile.filled > 2)) return "contradicts";
  return profile.isUnique ? "confirms" : "allows";
}

/** Words one after the other, as names have them and codes do not. */
function isProse({ words }: ColumnProfile): boolean {
  return words.filter((word) => /\p{Ll}{2}\s+\p{L}{3}/u.test(word)).length >= words.length * 0.8;
}

/** What every row says in the same words is nobody's note. */
function fitsNotes(profile: ColumnProfile): Plausibility {
  return profile.distinct === 1 && profile.filled > 3 ? "contradicts" : fitsText(profile);
}

/** The state of an order is no part of an address. */
function fitsState(profile: ColumnProfile): Plausibility {
  return areStatuses(profile.words) ? "contradicts" : fitsText(profile);
}

function fitsWords(profile: ColumnProfile): Plausibility {
  return profile.numbers >= 0.9 || profile.dates >= 0.9 || profile.emails >= 0.9 ? "contradicts" : "allows";
}

/** What every row is by its kind, such as a consumable, is no category. */
function fitsCategory(profile: ColumnProfile): Plausibility {
  return profile.words.every(isKindAlone) ? "contradicts" : fitsWords(profile);
}

/** `#1001` is an order and `K17` a number of somebody, but nobody's name. */
function fitsPerson(profile: ColumnProfile): Plausibility {
  return profile.words.every((word) => /^#|^\p{L}?[\d-]+$/u.test(word)) ? "contradicts" : fitsText(profile);
}

function fitsText(profile: ColumnProfile): Plausibility {
  return profile.dates >= 0.95 ? "contradicts" : "allows";
}

function byShare(share: number): Plausibility {
  return share >= 0.9 ? "confirms" : share < 0.5 ? "contradicts" : "allows";
}
