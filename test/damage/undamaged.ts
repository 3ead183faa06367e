// Columns in which nothing is wrong, though much of it looks like damage.
import { type CellMaker, dates, identifiers, numbers, texts } from "./cells.ts";

/** How an undamaged column is made. */
export interface UndamagedRecipe {
  readonly field: string;
  readonly cell: CellMaker;
  readonly rows: number;
}

type Line = readonly [field: string, cell: CellMaker, rows: number];

/** A cell that comes once, in the row that is named, among others. */
function once(row: number, cell: string, others: CellMaker): CellMaker {
  return (random, at) => (at === row ? cell : others(random, at));
}

const lines: Readonly<Record<string, Line>> = {
  // Numbers that grow longer.
  "1 to 300": ["sku", (_, row) => String(row + 1), 300],
  "order numbers from 9,900 on": ["order_number", (_, row) => String(9_900 + row), 250],
  "order numbers from 998 on": ["order_number", (_, row) => String(998 + row), 60],
  "ids of any length": ["sku", (random) => random.digits(random.int(1, 7)), 200],
  "customer ids, few of them short": [
    "customer_po_number",
    (random, row) => random.digits(row % 20 === 3 ? 4 : 5),
    100,
  ],
  "order numbers of the web": ["order_number", identifiers.hashedOrder, 120],
  "order numbers with their year": ["order_number", identifiers.datedOrder, 120],
  // Zeros in front, all of them there.
  "padded numbers": ["sku", identifiers.paddedNumber, 200],
  "padded SKUs": ["sku", identifiers.paddedSku, 100],
  "US ZIP codes": ["ship_to.postal_code", identifiers.zipUs, 240],
  "German postal codes": ["ship_to.postal_code", identifiers.zipDe, 150],
  "ZIP codes with four digits more": ["ship_to.postal_code", identifiers.zipPlusFour, 60],
  "ZIP codes with and without": [
    "ship_to.postal_code",
    (random, row) => (row % 3 === 0 ? identifiers.zipPlusFour(random) : identifiers.zipUs(random, row)),
    90,
  ],
  "postcodes of two countries": [
    "ship_to.postal_code",
    (random, row) => (row % 2 === 0 ? identifiers.zipDe(random, row) : identifiers.postcodeNl(random)),
    80,
  ],
  "postal codes of Norway and Germany": [
    "ship_to.postal_code",
    (random, row) => random.digits(row % 2 === 0 ? 4 : 5),
    100,
  ],
  "British postcodes": ["ship_to.postal_code", identifiers.postcodeUk, 80],
  "barcodes of 12 digits": ["upc", identifiers.upc12, 120],
  "barcodes of 12, 13 and 14 digits": [
    "upc",
    (random) => random.pick([identifiers.upc12, identifiers.gtin13, identifiers.gtin14])(random),
    120,
  ],
  "barcodes of 13 digits": ["upc", identifiers.gtin13, 150],
  "barcodes where there are some": ["upc", (random, row) => (row % 3 === 0 ? "" : identifiers.gtin13(random)), 120],
  // Letters between digits.
  "1E5 among 1A5 and 1F2": ["sku", identifiers.threeSign, 120],
  "one 2E3 among numbers with letters": ["sku", once(31, "2E3", identifiers.mixedLengthSku), 90],
  "additives E100 to E1520": ["sku", identifiers.eNumber, 100],
  hexadecimal: ["sku", identifiers.hex, 120],
  ASIN: ["sku", identifiers.asin, 80],
  UUID: ["customer_po_number", identifiers.uuid, 40],
  "dashed SKUs": ["sku", identifiers.dashedSku, 150],
  "SKUs of letters and digits": ["sku", identifiers.letteredSku, 120],
  "SKUs of mixed length": ["sku", identifiers.mixedLengthSku, 200],
  "SKUs of order lines": ["items[].sku", identifiers.mixedLengthSku, 200],
  "numbers of 16 digits": ["sku", identifiers.sixteenDigits, 60],
  // Points and zeros.
  "versions of two parts": ["sku", identifiers.twoPart, 120],
  "versions of three parts": ["sku", identifiers.threePart, 120],
  "versions 1.0 and 2.1": ["custom_fields.Version", identifiers.twoPart, 60],
  "sizes with two digits": ["sku", identifiers.sizeCode, 150],
  "one SKU that ends in .0": ["sku", once(12, "A.0", identifiers.letteredSku), 60],
  // Names of months.
  "models MAR-12": ["sku", identifiers.monthModel, 120],
  "models MAR123": ["sku", identifiers.monthWord, 100],
  "fractions of an inch": ["sku", identifiers.fraction, 60],
  "numbers with a dash": ["sku", identifiers.dashedNumber, 90],
  "order numbers that are days": [
    "order_number",
    (_, row) => String(20_240_100 + (row % 28) + 1 + 100 * Math.floor(row / 28)),
    100,
  ],
  "tags with a day in them": ["tags", texts.tags, 80],
  "addresses in May": ["ship_to.street1", texts.address, 90],
  // Numbers and dates, as they should be.
  prices: ["retail_price", numbers.price, 150],
  "prices with one decimal": ["retail_price", numbers.priceOneDecimal, 120],
  "prices as short as they can be": ["unit_cost", numbers.priceShort, 200],
  "prices that all end in .0": ["unit_cost", numbers.pricePointZero, 80],
  "prices with a comma": ["retail_price", numbers.priceComma, 90],
  "prices in dollars": ["retail_price", numbers.dollars, 60],
  quantities: ["items[].quantity", numbers.whole, 120],
  weights: ["product_weight", numbers.weight, 90],
  "tiny weights with an exponent": ["product_weight", numbers.exponent, 40],
  days: ["order_date", dates.iso, 120],
  "days with midnight": ["order_date", dates.isoTime, 60],
  "American days": ["order_date", dates.american, 90],
  "German days": ["ship_date", dates.german, 90],
  "days with names of months": ["order_date", dates.named, 60],
  // Text in many languages.
  "English names": ["name", texts.english, 120],
  "German names": ["name", texts.german, 120],
  "French names": ["name", texts.french, 120],
  "Spanish cities": ["ship_to.city", texts.spanish, 80],
  "SÃO PAULO": ["ship_to.city", texts.portugueseCapitals, 120],
  "Polish names": ["name", texts.polish, 60],
  "Vietnamese names": ["name", texts.vietnamese, 60],
  "Japanese names": ["name", texts.japanese, 60],
  "signs, quotes and dashes": ["name", texts.signs, 90],
  "emoji of several parts": ["name", texts.emoji, 60],
  "hash signs": ["name", texts.hashtags, 80],
  "HTML with &nbsp;": ["description", texts.html, 80],
  addresses: ["ship_to.street1", texts.address, 60],
  "telephone numbers of America": ["ship_to.phone", identifiers.phoneUs, 60],
  "telephone numbers of Germany": ["ship_to.phone", identifiers.phoneDe, 60],
  "telephone numbers of France": ["ship_to.phone", identifiers.phoneFr, 60],
  // Long text.
  descriptions: ["description", texts.description, 80],
  "one description of 255, longer ones beside it": [
    "description",
    once(7, `${"x".repeat(254)}.`, texts.description),
    60,
  ],
  "one description of 255, the longest": [
    "description",
    once(7, `${"A mug for every day. ".repeat(12)}Yes.`.slice(0, 255).padEnd(255, "."), texts.english),
    60,
  ],
};

/** All undamaged columns, by name. */
export const undamaged: Readonly<Record<string, UndamagedRecipe>> = Object.fromEntries(
  Object.entries(lines).map(([name, [field, cell, rows]]) => [name, { field, cell, rows }]),
);
