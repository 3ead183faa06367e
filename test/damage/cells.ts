// What cells of real exports look like: identifiers, numbers, dates and text, one function for each pattern.
import type { Random } from "./random.ts";

/** Makes the cell of a row; `row` counts from 0. */
export type CellMaker = (random: Random, row: number) => string;

const pad = (number: number, width: number): string => String(number).padStart(width, "0");

function withCheckDigit(digits: string): string {
  const sum = [...digits].reverse().reduce((total, digit, at) => total + Number(digit) * (at % 2 === 0 ? 3 : 1), 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

const colours = ["BLK", "WHT", "RED", "NVY", "GRN"] as const;
const sizes = ["XS", "S", "M", "L", "XL"] as const;
const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"] as const;

/** Identifiers, none of them damaged. */
export const identifiers = {
  gtin13: (random) => withCheckDigit(`4006${random.digits(8)}`),
  gtin14: (random) => withCheckDigit(`1${random.digits(12)}`),
  /** Every fifth begins with 0, as those of older American goods do. */
  upc12: (random) => withCheckDigit(random.oneIn(5) ? `0${random.digits(10)}` : random.digits(11)),
  isbn13: (random) => withCheckDigit(`978${random.digits(9)}`),
  asin: (random) => `B0${random.digits(2)}${random.pick(["X", "K", "Q"])}${random.digits(4)}${random.pick(["A", "Z"])}`,
  dashedSku: (random) => `TS-${random.pick(colours)}-${random.pick(sizes)}-${random.int(100, 999)}`,
  letteredSku: (random) => `KB${random.digits(5)}`,
  mixedLengthSku: (random) => `${random.pick(["A", "BX", "CAB", "DEL9"])}${random.digits(random.int(1, 7))}`,
  /** Six digits, zeros in front. */
  paddedNumber: (_random, row) => pad(row * 37 + 412, 6),
  paddedSku: (random) => pad(random.int(1, 99_999), 8),
  plainNumber: (random) => random.digits(7),
  eightDigits: (random) => random.digits(8),
  twelveDigits: (random) => random.digits(12),
  sixteenDigits: (random) => random.digits(16),
  orderNumber: (_random, row) => String(10_248 + row),
  hashedOrder: (_random, row) => `#${1001 + row}`,
  datedOrder: (random, row) => `2024-${pad(random.int(1, 12), 2)}-${pad(row + 1, 5)}`,
  /** Every twelfth from New England, with a 0 in front. */
  zipUs: (random, row) => (row % 12 === 5 ? `0${random.digits(4)}` : random.digits(5)),
  zipDe: (random, row) => (row % 9 === 4 ? `0${random.digits(4)}` : random.digits(5)),
  zipPlusFour: (random) => `${random.digits(5)}-${random.digits(4)}`,
  postcodeUk: (random) =>
    `${random.pick(["SW", "EC", "M", "LS"])}${random.int(1, 20)} ${random.int(1, 9)}${random.pick(["AB", "XY", "QP"])}`,
  postcodeNl: (random) => `${random.digits(4)} ${random.pick(["AB", "CD", "EF"])}`,
  phoneUs: (random) => `(${random.digits(3)}) 555-${pad(random.int(0, 9999), 4)}`,
  phoneDe: (random) => `+49 ${random.digits(2)} ${random.digits(7)}`,
  /** Ten digits with the 0 of the area in front. */
  phoneFr: (random) => `0${random.int(1, 7)}${pad(random.int(0, 99_999_999), 8)}`,
  /** Always with two digits behind the point. */
  sizeCode: (random) => `${random.int(1, 40)}.${pad(random.int(0, 19) * 5, 2)}`,
  threePart: (random) => `${random.int(1, 4)}.${random.int(0, 12)}.${random.int(0, 30)}`,
  twoPart: (random) => `${random.int(1, 4)}.${random.int(0, 12)}`,
  monthModel: (random) => `${random.pick(months)}-${random.int(1, 99)}`,
  monthWord: (random) => `${random.pick(months)}${random.int(100, 999)}`,
  /** `1E5` and its sisters: one digit, a letter, a digit. */
  threeSign: (random) => `${random.int(1, 9)}${random.pick(["A", "B", "C", "D", "E", "F"])}${random.int(1, 9)}`,
  eNumber: (random) => `E${random.int(100, 1520)}`,
  fraction: (random) => `${random.int(1, 9)}/${random.int(1, 9)}`,
  dashedNumber: (random) => `${random.int(1, 12)}-${random.int(1, 28)}`,
  hex: (random) => random.int(0x1000, 0xffff).toString(16).toUpperCase(),
  uuid: (random) =>
    `${random.digits(8)}-${random.digits(4)}-4${random.digits(3)}-a${random.digits(3)}-${random.digits(12)}`,
} as const satisfies Readonly<Record<string, CellMaker>>;

/** Numbers, none of them damaged. */
export const numbers = {
  price: (random) => `${random.int(1, 400)}.${random.pick(["00", "50", "95", "99"])}`,
  priceOneDecimal: (random) => `${random.int(1, 400)}.${random.int(0, 9)}`,
  priceShort: (random) => String(random.int(100, 9999) / 100),
  pricePointZero: (random) => `${random.int(1, 400)}.0`,
  priceComma: (random) => `${random.int(1, 400)},${random.pick(["00", "50", "90"])}`,
  whole: (random) => String(random.int(0, 5000)),
  weight: (random) => `${random.int(0, 30)}.${pad(random.int(0, 999), 3)}`,
  dollars: (random) => `$${random.int(1, 4)},${pad(random.int(0, 999), 3)}.00`,
  exponent: (random) => `${random.int(1, 9)}.${random.int(10, 99)}E-0${random.int(2, 5)}`,
} as const satisfies Readonly<Record<string, CellMaker>>;

/** Dates, none of them damaged. */
export const dates = {
  iso: (random) => `2024-${pad(random.int(1, 12), 2)}-${pad(random.int(1, 28), 2)}`,
  isoTime: (random) => `2024-${pad(random.int(1, 12), 2)}-${pad(random.int(1, 28), 2)} 00:00:00`,
  american: (random) => `${random.int(1, 12)}/${random.int(1, 28)}/2024`,
  german: (random) => `${pad(random.int(1, 28), 2)}.${pad(random.int(1, 12), 2)}.2024`,
  named: (random) => `${random.int(1, 28)}-${random.pick(["Jan", "Mar", "Sep", "Dec"])}-24`,
} as const satisfies Readonly<Record<string, CellMaker>>;

/** Text, none of it damaged. */
export const texts = {
  english: (random) =>
    `${random.pick(["Blue", "Large", "Classic", "Recycled"])} ${random.pick(["mug", "kettle", "shirt", "lamp"])} ${random.int(1, 50)}`,
  german: (random) =>
    `${random.pick(["Große", "Grüne", "Schöne", "Weiße"])} ${random.pick(["Schüssel", "Küchenrolle", "Wärmflasche", "Bürste"])} ${random.int(1, 50)}`,
  french: (random) =>
    `${random.pick(["Théière", "Chaîne", "Crème brûlée", "Boîte"])} ${random.pick(["dorée", "légère", "à thé", "française"])} ${random.int(1, 50)}`,
  spanish: (random) =>
    `${random.pick(["Camión", "Muñeca", "Corazón", "Señal"])} ${random.pick(["pequeño", "rápida", "única"])} ${random.int(1, 50)}`,
  portugueseCapitals: (random) =>
    `${random.pick(["SÃO PAULO", "JOÃO PESSOA", "MARANHÃO", "VIAÇÃO", "CAMINHÃO"])} ${random.int(1, 50)}`,
  polish: (random) =>
    `${random.pick(["Żółta", "Mała", "Świeża"])} ${random.pick(["łyżka", "książka", "gęś"])} ${random.int(1, 50)}`,
  vietnamese: (random) => `${random.pick(["Ấm trà", "Cà phê sữa", "Bánh mì"])} ${random.int(1, 50)}`,
  japanese: (random) => `${random.pick(["湯のみ", "急須", "茶碗"])} ${random.int(1, 50)}`,
  /** Capitals with signs behind them, as titles and units have them. */
  signs: (random) =>
    `${random.pick(["Âge d’or", "“Quoted” title", "20 °C – 30 °C", "Café™ ©2024", "½ inch pipe"])} ${random.int(1, 50)}`,
  address: (random) =>
    `${random.int(1, 900)} ${random.pick(["Main St", "Mar Vista Ave", "1st May Street", "Rue de l’Église"])} ${random.pick(["", "Apt 2", "#12"])}`.trim(),
  hashtags: (random) => `${random.pick(["#new", "#REF", "#sale", "N/A yet", "#1 seller"])} ${random.int(1, 50)}`,
  tags: (random) => `${random.pick(["sale", "new"])}, ${random.pick(["summer", "Sep-01 launch", "gift"])}`,
  html: (random) => `<p>${random.pick(["Soft", "Warm"])}&nbsp;cotton, ${random.int(1, 9)} pieces</p>`,
  emoji: (random) => `${random.pick(["👩‍🍳 Chef", "🎁 Gift", "❤️ Love"])} ${random.int(1, 50)}`,
  /** Sentences of 150 to 700 characters. */
  description: (random) =>
    `Lot ${random.digits(4)}: ${"Soft cotton, woven in small lots and washed twice. ".repeat(random.int(3, 14))}`.trim(),
} as const satisfies Readonly<Record<string, CellMaker>>;
