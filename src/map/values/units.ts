// Units of weight and length: their names, as mappings and cells write them, and exact conversion to what the API
// takes (pounds, facts §4.5, and inches).
import { type Decimal, multiply } from "./decimal.ts";

/** Units of weight that `unit:` and cells may name. */
export const weightUnits = ["lb", "oz", "g", "kg"] as const;
/** Units of length that `unit:` and cells may name. */
export const lengthUnits = ["in", "ft", "yd", "cm", "mm", "m"] as const;
/** One of `weightUnits`. */
export type WeightUnit = (typeof weightUnits)[number];
/** One of `lengthUnits`. */
export type LengthUnit = (typeof lengthUnits)[number];
/** The units that `unit:` may name. */
export type Unit = WeightUnit | LengthUnit;

/** True for a unit of weight; the others are units of length. */
export function isWeightUnit(unit: Unit): unit is WeightUnit {
  return (weightUnits as readonly Unit[]).includes(unit);
}

/** In pounds: unchanged digits for pounds, else rounded to at most 6 decimals. */
export function toPounds(decimal: Decimal, unit: WeightUnit): Decimal {
  return unit === "lb" ? decimal : convert(decimal, pounds[unit]);
}

/** In inches: unchanged digits for inches, else rounded to at most 6 decimals. */
export function toInches(decimal: Decimal, unit: LengthUnit): Decimal {
  return unit === "in" ? decimal : convert(decimal, inches[unit]);
}

/** A cell such as `1.5 kg` or `12"` in its two parts; `unit` is absent for a bare number, `unknown` for other words. */
export function splitUnit(text: string): { readonly number: string; readonly unit?: Unit | "unknown" } {
  const trimmed = text.trim();
  const match = trimmed.length > maxCellLength ? null : /^(.*\d)\s*(\D+)$/.exec(trimmed);
  if (match?.[1] === undefined || match[2] === undefined) return { number: trimmed };
  const word = match[2].toLowerCase().replace(/\.$/, "");
  return { number: match[1], unit: spellings.get(word) ?? "unknown" };
}

const maxCellLength = 100;
const places = 6;

// 1 lb = 0.45359237 kg and 1 in = 2.54 cm are definitions, so these fractions are exact.
type Ratio = readonly [numerator: bigint, denominator: bigint];
const pounds: Readonly<Record<Exclude<WeightUnit, "lb">, Ratio>> = {
  oz: [1n, 16n],
  g: [100_000n, 45_359_237n],
  kg: [100_000_000n, 45_359_237n],
};
const inches: Readonly<Record<Exclude<LengthUnit, "in">, Ratio>> = {
  ft: [12n, 1n],
  yd: [36n, 1n],
  cm: [100n, 254n],
  mm: [10n, 254n],
  m: [10_000n, 254n],
};

function convert(decimal: Decimal, [numerator, denominator]: Ratio): Decimal {
  return multiply(decimal, numerator, denominator, places);
}

const spellingsByUnit: Readonly<Record<Unit, string>> = {
  lb: "lb lbs pound pounds",
  oz: "oz ounce ounces",
  g: "g gr gram grams gramme grammes",
  kg: "kg kgs kilo kilos kilogram kilograms",
  in: 'in inch inches " ″ ”',
  ft: "ft foot feet ' ′ ’",
  yd: "yd yds yard yards",
  cm: "cm centimeter centimeters centimetre centimetres",
  mm: "mm millimeter millimeters millimetre millimetres",
  m: "m meter meters metre metres",
};
const spellings: ReadonlyMap<string, Unit> = new Map(
  (Object.entries(spellingsByUnit) as [Unit, string][]).flatMap(([unit, words]) =>
    words.split(" ").map((word): [string, Unit] => [word, unit]),
  ),
);
