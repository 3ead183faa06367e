// What a header cell says in English, whatever its spelling and its language. A unit in it (`Weight (kg)`, `weight_kg`,
// `Variant Grams`, `Gewicht kg`) is taken out and kept beside it.
import { addressBlockWords } from "../names/addresses.ts";
import { isKnownHeading, splitRunTogether } from "./known-words.ts";
import { type Translate, translationFor } from "./language-of.ts";
import { foldText, joinedWords, wordsOf } from "./words-of.ts";

/** Units of weight and length that a heading may name, as a mapping writes them. */
export type HeadingUnit = "lb" | "oz" | "g" | "kg" | "in" | "ft" | "cm" | "mm" | "m";

/** A header cell, normalised. */
export interface Heading {
  /** Lower-case English words with one space between them, common abbreviations written out. */
  readonly text: string;
  /** Only for headings that speak of a weight or a length. */
  readonly unit: HeadingUnit | undefined;
}

/** The heading of a header cell or of a dotted JSON path by itself. Never fails; a cell without letters gives the text `""`. */
export function headingOf(name: string): Heading {
  return englishHeading(apart(wordsOf(blockFirst(name))), undefined);
}

/** The headings of a whole header: its columns together tell the language, and what they all begin with says nothing. */
export function headingsOf(names: readonly string[]): readonly Heading[] {
  const words = withoutSharedPrefix(names.map((name) => apart(wordsOf(blockFirst(name)))));
  const translate = translationFor(words.map(withoutUnit), isKnownHeading);
  return withMeantReferences(
    words,
    words.map((each) => englishHeading(each, translate)),
  );
}

/** A bare `Réf` is the number of what its file is about: of orders, of customers, and of goods alone where nothing says otherwise. */
function withMeantReferences(words: readonly (readonly string[])[], headings: readonly Heading[]): readonly Heading[] {
  const isBare = (at: number) => bareReferences.has(foldText(joinedWords(words[at] ?? [])));
  const texts = new Set(headings.filter((_, at) => !isBare(at)).map(({ text }) => text));
  const has = (...names: readonly string[]) => names.some((name) => texts.has(name));
  const isOrder =
    has("order date") && has("order status", "grand total", "shipping cost", "customer name", "customer number");
  const isLine = has("sku", "product code", "article number") && has("quantity") && !has("price");
  const isContact = has("street", "city", "postal code") && !has("price", "unit price", "order date");
  const meant = has("order number")
    ? undefined
    : isLine || (isOrder && !has("quantity"))
      ? "order number"
      : isContact
        ? "customer number"
        : undefined;
  return meant === undefined
    ? headings
    : headings.map((heading, at) => (isBare(at) ? { text: meant, unit: undefined } : heading));
}

const bareReferences = new Set(["reference", "referencia", "referencja", "riferimento", "referenz"]);

function englishHeading(given: readonly string[], translate: Translate | undefined): Heading {
  const whole = translate?.(given);
  const part = whole === undefined ? translate?.(withoutUnit(given)) : undefined;
  if (part !== undefined && isMeasure(part.split(" "))) return { text: part, unit: unitIn(given) };
  const words = (whole ?? part)?.split(" ") ?? given;
  const bare = withoutUnit(words);
  const last = words.at(-1) ?? "";
  // A column that is called after its unit alone, "Variant Grams", is a weight.
  if (!isMeasure(bare) && unitNouns.has(last))
    return { text: [...words.slice(0, -1), "weight"].join(" "), unit: unitOf(last) };
  const unit = isMeasure(bare) ? unitIn(words) : undefined;
  return { text: (unit === undefined ? words : bare).join(" "), unit };
}

function isMeasure(words: readonly string[]): boolean {
  return words.some((word) => measures.has(word));
}

function withoutUnit(words: readonly string[]): readonly string[] {
  const bare = words.filter((word) => unitOf(word) === undefined && word !== "in");
  return bare.length === 0 ? words : bare;
}

function unitIn(words: readonly string[]): HeadingUnit | undefined {
  return words.map(unitOf).findLast((found) => found !== undefined);
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
  gram: "g",
  grams: "g",
  gramm: "g",
  gramme: "g",
  grammes: "g",
  gramos: "g",
  grammi: "g",
  gramas: "g",
  г: "g",
  kg: "kg",
  kgs: "kg",
  kilo: "kg",
  kilograms: "kg",
  кг: "kg",
  in: "in",
  inch: "in",
  inches: "in",
  ft: "ft",
  feet: "ft",
  cm: "cm",
  см: "cm",
  mm: "mm",
  мм: "mm",
  m: "m",
};

function unitOf(word: string): HeadingUnit | undefined {
  return Object.hasOwn(units, word) ? units[word] : undefined;
}

/** `City (Billing)` is said as `Billing City`. */
function blockFirst(name: string): string {
  const [, part = "", block = ""] = /^(.*\S)\s*\(([^()]+)\)$/.exec(name) ?? [];
  return addressBlockWords.has(block.toLowerCase()) ? `${block} ${part}` : name;
}

/** `ORDERNUMBER` is said as `order number`. */
function apart(words: readonly string[]): readonly string[] {
  return words.flatMap(splitRunTogether);
}

/** `o_orderkey, o_orderdate …`: what every column begins with is the table's own name. */
function withoutSharedPrefix(headings: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const [first] = headings[0] ?? [];
  if (first === undefined || first.length > 2 || headings.length < 3) return headings;
  return headings.every((words) => words.length > 1 && words[0] === first)
    ? headings.map((words) => words.slice(1))
    : headings;
}
