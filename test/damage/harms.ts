// What spreadsheets and wrong encodings do to a cell, one function for each kind. What a harm cannot change it gives back.

/** The kinds of damage that the corpus has. */
export type DamageKind =
  | "scientific_notation"
  | "lost_leading_zeros"
  | "lost_trailing_zeros"
  | "date_in_identifier"
  | "mojibake"
  | "odd_space"
  | "error_value"
  | "trailing_point_zero"
  | "cut_off";

/** Damages one cell. */
export type Harm = (cell: string) => string;

/** `4006381333931` → `4.00638E+12`, as a spreadsheet shows and saves long numbers; `digits` behind the point. */
export function scientific(digits: number): Harm {
  return (cell) => {
    if (!/^\d+(?:E\d+)?$/.test(cell)) return cell;
    const [mantissa = "", exponent = ""] = Number(cell).toExponential(digits).split("e+");
    return `${mantissa}E+${exponent.padStart(2, "0")}`;
  };
}

/** `00412` → `412`. */
export const leadingZeros: Harm = (cell) => cell.replace(/^0+(?=\d)/, "");

/** `10.10` → `10.1`, `3.00` → `3`. */
export const trailingZeros: Harm = (cell) => (/^\d+\.\d+$/.test(cell) ? String(Number(cell)) : cell);

const monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The month and the number that a spreadsheet reads in `SEP-1`, `9-1` or `9/1`. */
function dateIn(cell: string): { readonly month: number; readonly number: number } | undefined {
  const [, month = "", digits = ""] = /^([A-Z]{3}|\d{1,2})[-/]?(\d{1,2})$/.exec(cell) ?? [];
  const named = monthNames.findIndex((name) => name.toUpperCase() === month) + 1;
  const found = { month: named > 0 ? named : Number(month), number: Number(digits) };
  const isDate = digits !== "" && found.month >= 1 && found.month <= 12 && found.number >= 1 && found.number <= 28;
  return isDate ? found : undefined;
}

function asDate(write: (month: number, number: number) => string): Harm {
  return (cell) => {
    const date = dateIn(cell);
    return date === undefined ? cell : write(date.month, date.number);
  };
}

const two = (number: number): string => String(number).padStart(2, "0");
const nameOf = (month: number): string => monthNames[month - 1] ?? "";

/** `MAR-1` → each way in which a spreadsheet writes the date that it took it for. */
export const toDate = {
  monthDay: asDate((month, number) => `${nameOf(month)}-${two(number)}`),
  dayMonth: asDate((month, number) => `${number}-${nameOf(month)}`),
  isoTime: asDate((month, number) => `2024-${two(month)}-${two(number)} 00:00:00`),
  iso: asDate((month, number) => `2024-${two(month)}-${two(number)}`),
  slashes: asDate((month, number) => `${two(month)}/${two(number)}/2024`),
} as const satisfies Readonly<Record<string, Harm>>;

/** `é` → `Ã©`: UTF-8 that was read as windows-1252. */
export const mojibake: Harm = (cell) => new TextDecoder("windows-1252").decode(new TextEncoder().encode(cell));

/** As it is, then once more: `é` → `ÃƒÂ©`. */
export const mojibakeTwice: Harm = (cell) => mojibake(mojibake(cell));

/** A space that looks like one and is none, in place of the first. */
export const noBreakSpace: Harm = (cell) => cell.replace(" ", "\u00a0");

/** A character without width in the middle. */
export function zeroWidth(sign: "\u200b" | "\ufeff" | "\u200d"): Harm {
  return (cell) => `${cell.slice(0, 2)}${sign}${cell.slice(2)}`;
}

/** Whatever stood there, the formula failed. */
export function failedFormula(error: "#REF!" | "#N/A" | "#VALUE!" | "#NAME?" | "#DIV/0!"): Harm {
  return () => error;
}

/** `10248` → `10248.0`: a column that went through floating point. */
export const pointZero: Harm = (cell) => (/^\d+$/.test(cell) ? `${cell}.0` : cell);

/** Nothing beyond this length. */
export function cutAt(length: number): Harm {
  return (cell) => cell.slice(0, length);
}
