// Words by which exports tell what a row is: `Simple`, `Variation`, `Service`.

/** What a row can be. `image`: it has an image of the product above; `rest`: it continues the row above; `none`: it is no goods. */
export type Kind = "product" | "kit" | "variant" | "component" | "image" | "rest" | "none";

/** The kind that a word means, or the first of several: `simple, virtual`. Undefined where it is not known. */
export function kindOf(text: string): Kind | undefined {
  const folded = fold(text);
  return kinds.get(folded) ?? kinds.get(folded.split(" ")[0] ?? "");
}

/** True for a text that says a kind and nothing else; `goods` are one too, of which nobody knows more. */
export function isKindAlone(text: string): boolean {
  const folded = fold(text);
  return folded === "goods" || kinds.has(folded);
}

function fold(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

const words: readonly (readonly [Kind, string])[] = [
  [
    "product",
    "product|simple|variable|configurable|inventory|inventory part|inventory item|inventory assembly|assembly|non inventory|non inventory part|non inventory item|noninventory|stock|physical|virtual|downloadable|external",
  ],
  // Odoo's, in English and German.
  [
    "product",
    "storable product|storable|consumable|einlagerbares produkt|lagerfähiges produkt|verbrauchsmaterial|verbrauchsartikel",
  ],
  ["kit", "kit|grouped"],
  ["variant", "variant|variation|sku"],
  ["component", "kit component|component"],
  ["image", "image"],
  ["rest", "rule"],
  [
    "none",
    "video|service|other charge|discount|subtotal|payment|sales tax item|sales tax group|fixed asset|group|bundle|category|alternate sku|bom|bom component",
  ],
  ["none", "dienstleistung"],
];

const kinds: ReadonlyMap<string, Kind> = new Map(
  words.flatMap(([kind, list]) => list.split("|").map((word) => [word, kind] as const)),
);
