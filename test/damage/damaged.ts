// Damaged columns: which pattern, what was done to it, and to which of its rows.
import { type CellMaker, dates, identifiers, numbers, texts } from "./cells.ts";
import * as harms from "./harms.ts";

/** How a damaged column is made. */
export interface DamagedRecipe {
  readonly field: string;
  readonly cell: CellMaker;
  readonly kind: harms.DamageKind;
  readonly harm: harms.Harm;
  /** Every how-many-eth row it happens to; 1 for all. Rows that the harm does not change are not damaged. */
  readonly every: number;
  readonly rows: number;
}

type Line = readonly [field: string, cell: CellMaker, harm: harms.Harm, every: number, rows: number];

function recipes(
  kind: harms.DamageKind,
  lines: Readonly<Record<string, Line>>,
): Readonly<Record<string, DamagedRecipe>> {
  return Object.fromEntries(
    Object.entries(lines).map(([name, [field, cell, harm, every, rows]]) => [
      name,
      { field, cell, kind, harm, every, rows },
    ]),
  );
}

/** `1E5`, `12E4`: numbers to a spreadsheet; every fourth of these SKUs is one. */
const exponentSku: CellMaker = (random, row) =>
  row % 4 === 0
    ? `${random.int(1, 99)}E${random.int(2, 9)}`
    : `${random.int(1, 99)}${random.pick(["A", "B", "F"])}${random.int(2, 9)}`;

/** `SEP-1` and `OCT-12` among SKUs that are no dates. */
const sometimesMonth: CellMaker = (random, row) =>
  row % 6 === 2
    ? `${random.pick(["MAR", "SEP", "DEC"])}-${random.int(1, 28)}`
    : `${random.pick(["MUG", "POT", "CUP"])}-${random.int(1, 400)}`;

const sometimesDashed: CellMaker = (random, row) =>
  row % 5 === 1 ? `${random.int(1, 12)}-${random.int(1, 28)}` : `${random.int(13, 99)}-${random.int(100, 999)}`;

const longDescription: CellMaker = (random) =>
  "A sentence that goes on about the goods, their maker and their use. ".repeat(random.int(600, 700));

/** From 40 characters to several hundred. */
const anyLength: CellMaker = (random) => "Hand made in a small workshop by the sea. ".repeat(random.int(1, 12)).trim();

/** All damaged columns, by name. */
export const damaged: Readonly<Record<string, DamagedRecipe>> = {
  ...recipes("scientific_notation", {
    "gtin-13, all": ["upc", identifiers.gtin13, harms.scientific(5), 1, 120],
    "gtin-13, a third": ["upc", identifiers.gtin13, harms.scientific(5), 3, 120],
    "gtin-14, short": ["upc", identifiers.gtin14, harms.scientific(2), 1, 60],
    "upc-12, all": ["upc", identifiers.upc12, harms.scientific(5), 1, 90],
    "upc-12, three": ["upc", identifiers.upc12, harms.scientific(5), 40, 120],
    isbn: ["sku", identifiers.isbn13, harms.scientific(5), 2, 80],
    "sku of 16 digits": ["sku", identifiers.sixteenDigits, harms.scientific(5), 1, 50],
    "order numbers of 12 digits": ["order_number", identifiers.twelveDigits, harms.scientific(4), 5, 100],
    "SKUs such as 12E4": ["sku", exponentSku, harms.scientific(2), 1, 80],
  }),
  ...recipes("lost_leading_zeros", {
    "US ZIP codes": ["ship_to.postal_code", identifiers.zipUs, harms.leadingZeros, 1, 240],
    "US ZIP codes, few": ["ship_to.postal_code", identifiers.zipUs, harms.leadingZeros, 1, 60],
    "German postal codes": ["bill_to.postal_code", identifiers.zipDe, harms.leadingZeros, 1, 180],
    "upc-12": ["upc", identifiers.upc12, harms.leadingZeros, 1, 200],
    "padded numbers, every eighth": ["sku", identifiers.paddedNumber, harms.leadingZeros, 8, 160],
    "padded SKUs, every sixth": ["sku", identifiers.paddedSku, harms.leadingZeros, 6, 120],
    "padded SKUs, one in thirty": ["sku", identifiers.paddedSku, harms.leadingZeros, 30, 300],
    "French phone numbers": ["ship_to.phone", identifiers.phoneFr, harms.leadingZeros, 4, 80],
  }),
  ...recipes("lost_trailing_zeros", {
    "sizes, all": ["sku", identifiers.sizeCode, harms.trailingZeros, 1, 150],
    "sizes, a third": ["sku", identifiers.sizeCode, harms.trailingZeros, 3, 150],
    "sizes in order lines": ["items[].sku", identifiers.sizeCode, harms.trailingZeros, 1, 90],
    "article numbers 100.10": [
      "sku",
      (random) => `${random.int(100, 999)}.${random.pick(["10", "15", "20", "25", "35"])}`,
      harms.trailingZeros,
      1,
      120,
    ],
    "article numbers 4.250": [
      "sku",
      (random) => `${random.int(1, 9)}.${random.digits(3)}`,
      harms.trailingZeros,
      1,
      200,
    ],
    "purchase orders 2024.10": [
      "customer_po_number",
      (random) => `2024.${random.int(10, 99)}`,
      harms.trailingZeros,
      1,
      160,
    ],
  }),
  ...recipes("date_in_identifier", {
    "MAR-12 as Mar-12": ["sku", sometimesMonth, harms.toDate.monthDay, 1, 120],
    "MAR-12 as 12-Mar": ["sku", sometimesMonth, harms.toDate.dayMonth, 1, 120],
    "MAR-12 with a time": ["sku", sometimesMonth, harms.toDate.isoTime, 1, 60],
    "MAR-12 as ISO": ["items[].sku", sometimesMonth, harms.toDate.iso, 1, 60],
    "3-12 as 12-Mar": ["sku", sometimesDashed, harms.toDate.dayMonth, 1, 100],
    "3-12 as 03/12/2024": ["sku", sometimesDashed, harms.toDate.slashes, 1, 100],
    "3/12 as Mar-12": [
      "sku",
      (random, row) =>
        row % 7 === 3 ? `${random.int(1, 12)}/${random.int(1, 28)}` : `${random.int(13, 40)}/${random.int(30, 80)}`,
      harms.toDate.monthDay,
      1,
      140,
    ],
    "one in a column of 300": [
      "sku",
      (random, row) => (row === 211 ? "SEP-1" : identifiers.dashedSku(random)),
      harms.toDate.dayMonth,
      1,
      300,
    ],
  }),
  ...recipes("mojibake", {
    "German names, all": ["name", texts.german, harms.mojibake, 1, 80],
    "German names, every seventh": ["name", texts.german, harms.mojibake, 7, 140],
    "French names": ["name", texts.french, harms.mojibake, 1, 80],
    "French names, twice": ["name", texts.french, harms.mojibakeTwice, 1, 60],
    "Spanish cities": ["ship_to.city", texts.spanish, harms.mojibake, 2, 100],
    "Polish names": ["name", texts.polish, harms.mojibake, 1, 60],
    "quotes and dashes": ["description", texts.signs, harms.mojibake, 1, 90],
    "Portuguese capitals": ["ship_to.city", texts.portugueseCapitals, harms.mojibake, 3, 90],
    "Japanese names": ["name", texts.japanese, harms.mojibake, 1, 40],
  }),
  ...recipes("odd_space", {
    "no-break spaces in names": ["name", texts.english, harms.noBreakSpace, 9, 120],
    "no-break spaces in postcodes": ["ship_to.postal_code", identifiers.postcodeUk, harms.noBreakSpace, 5, 100],
    "no-break spaces in phone numbers": ["ship_to.phone", identifiers.phoneDe, harms.noBreakSpace, 4, 60],
    "zero-width spaces in SKUs": ["sku", identifiers.dashedSku, harms.zeroWidth("\u200b"), 10, 100],
    "zero-width spaces in order numbers": ["order_number", identifiers.hashedOrder, harms.zeroWidth("\u200b"), 25, 100],
    "byte order marks in SKUs": ["sku", identifiers.letteredSku, harms.zeroWidth("\ufeff"), 50, 100],
    "zero-width spaces in names": ["name", texts.english, harms.zeroWidth("\u200b"), 12, 120],
  }),
  ...recipes("error_value", {
    "#REF! in SKUs": ["sku", identifiers.dashedSku, harms.failedFormula("#REF!"), 20, 100],
    "#N/A in prices": ["retail_price", numbers.price, harms.failedFormula("#N/A"), 7, 140],
    "#VALUE! in prices": ["unit_cost", numbers.priceComma, harms.failedFormula("#VALUE!"), 15, 90],
    "#NAME? in names": ["name", texts.english, harms.failedFormula("#NAME?"), 30, 90],
    "#DIV/0! in weights": ["product_weight", numbers.weight, harms.failedFormula("#DIV/0!"), 4, 60],
    "#N/A in dates": ["order_date", dates.iso, harms.failedFormula("#N/A"), 11, 110],
    "#REF! in all of a column": ["description", texts.english, harms.failedFormula("#REF!"), 1, 40],
    "#N/A in barcodes": ["upc", identifiers.gtin13, harms.failedFormula("#N/A"), 3, 60],
  }),
  ...recipes("trailing_point_zero", {
    "order numbers, all": ["order_number", identifiers.orderNumber, harms.pointZero, 1, 120],
    "order numbers, every fifth": ["order_number", identifiers.orderNumber, harms.pointZero, 5, 120],
    "SKUs of 7 digits": ["sku", identifiers.plainNumber, harms.pointZero, 1, 80],
    barcodes: ["upc", identifiers.gtin13, harms.pointZero, 1, 100],
    "barcodes, every ninth": ["upc", identifiers.gtin13, harms.pointZero, 9, 90],
    "postal codes": ["ship_to.postal_code", (random) => random.digits(5), harms.pointZero, 1, 150],
    "purchase orders": ["customer_po_number", identifiers.eightDigits, harms.pointZero, 2, 60],
    "SKUs of order lines": ["items[].sku", identifiers.plainNumber, harms.pointZero, 1, 200],
  }),
  ...recipes("cut_off", {
    "descriptions at 255": ["description", texts.description, harms.cutAt(255), 1, 60],
    "descriptions at 255, many short": ["description", anyLength, harms.cutAt(255), 1, 100],
    "notes at 255": ["customer_notes", anyLength, harms.cutAt(255), 1, 40],
    "names at 255": ["name", anyLength, harms.cutAt(255), 1, 200],
    "descriptions at 32,767": ["description", longDescription, harms.cutAt(32_767), 1, 20],
    "one description at 32,767": [
      "description",
      (random, row) => (row === 13 ? longDescription(random, row) : anyLength(random, row)),
      harms.cutAt(32_767),
      1,
      60,
    ],
  }),
};
