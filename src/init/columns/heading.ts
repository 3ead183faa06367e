// What a header cell says, whatever its spelling: `unitPrice`, `Unit_Price` and `Unit Price` are one heading. A unit in it
// (`Weight (kg)`, `weight_kg`, `Variant Grams`) is taken out and kept beside it.

/** Units of weight and length that a heading may name, as a mapping writes them. */
export type HeadingUnit = "lb" | "oz" | "g" | "kg" | "in" | "ft" | "cm" | "mm" | "m";

/** A header cell, normalised. */
export interface Heading {
  /** Lower-case words with one space between them, common abbreviations written out. */
  readonly text: string;
  /** Only for headings that speak of a weight or a length. */
  readonly unit: HeadingUnit | undefined;
}

/** The heading of a header cell or of a dotted JSON path. Never fails; a cell without letters gives the text `""`. */
export function headingOf(name: string): Heading {
  const words = wordsOf(name);
  const bare = words.filter((word) => unitOf(word) === undefined && word !== "in");
  const isMeasure = bare.some((word) => measures.has(word));
  const last = words.at(-1) ?? "";
  // A column that is called after its unit alone, "Variant Grams", is a weight.
  if (!isMeasure && unitNouns.has(last))
    return { text: [...words.slice(0, -1), "weight"].join(" "), unit: unitOf(last) };
  const unit = isMeasure ? words.map(unitOf).findLast((found) => found !== undefined) : undefined;
  return { text: (unit === undefined ? words : bare).join(" "), unit };
}

const measures = new Set(["weight", "length", "width", "height", "depth"]);
const unitNouns = new Set(["grams", "kilograms", "ounces", "pounds"]);

const units: Readonly<Record<string, HeadingUnit>> = {
  lb: "lb",
  lbs: "lb",
  pound: "lb",
  pounds: "lb",
  oz: "oz",
  ounces: "oz",
  g: "g",
  gr: "g",
  grams: "g",
  kg: "kg",
  kgs: "kg",
  kilograms: "kg",
  in: "in",
  inch: "in",
  inches: "in",
  ft: "ft",
  feet: "ft",
  cm: "cm",
  mm: "mm",
  m: "m",
};

function unitOf(word: string): HeadingUnit | undefined {
  return Object.hasOwn(units, word) ? units[word] : undefined;
}

const writtenOut: Readonly<Record<string, string>> = {
  qty: "quantity",
  qnty: "quantity",
  amt: "amount",
  desc: "description",
  descr: "description",
  addr: "address",
  img: "image",
  pic: "picture",
  tel: "phone",
  telephone: "phone",
  no: "number",
  nr: "number",
  num: "number",
  nbr: "number",
  prod: "product",
  cust: "customer",
  mfg: "manufacturer",
  mfr: "manufacturer",
  lineitem: "line item",
};

function wordsOf(name: string): readonly string[] {
  return name
    .replace(/e-?mail/gi, "email")
    .replace(/#/g, " number ")
    .replace(/%/g, " percent ")
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2")
    .replace(/(\p{L})(\p{N})/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "")
    .flatMap((word) => (Object.hasOwn(writtenOut, word) ? (writtenOut[word] ?? "").split(" ") : [word]));
}
