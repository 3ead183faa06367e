// From a mapped value to a field's value: the payload's schema says the type, the source's style how its text is read.
// Blanks never come here: what a blank means is decided by the one who maps. Limits (length, range) are checks, not ours.

import type { OffsetDay } from "../../model/draft.ts";
import type { Json } from "../../model/json.ts";
import type { ProblemCode } from "../../model/problem.ts";
import type { Field } from "../../model/resources/field.ts";
import { describeRepeated, repeatedKeys } from "../../model/text/json-keys.ts";
import { didYouMean } from "../../model/text/nearest.ts";
import { parseJson } from "../../model/text/parse-json.ts";
import { quote } from "../../model/text/quote.ts";
import { brokenWithin } from "../../model/text/well-formed.ts";
import { parseDate } from "./dates.ts";
import { type Decimal, decimalOf, exactNumber, inexactMessage, parseDecimal } from "./decimal.ts";
import type { ValueStyle } from "./style.ts";
import { isWeightUnit, lengthUnits, splitUnit, toInches, toPounds, type Unit, weightUnits } from "./units.ts";
import { scalarText } from "./value-text.ts";

/** A value on its way from a cell to a field: text mostly; expressions and transforms give other scalars too. */
export type Value = string | number | bigint | boolean | readonly Value[];

/** A payload value, or why there is none. */
export type Coerced =
  | { readonly ok: true; readonly value: Json; readonly offsetDay?: OffsetDay }
  | { readonly ok: false; readonly code: ProblemCode; readonly message: string };

type Scalar = Exclude<Value, readonly Value[]>;

/**
 * The value as the field takes it, or what is wrong with it: never rounded, never guessed. `unit` is the mapping's
 * `unit:`; a unit in the cell itself wins. Text fields keep their text exactly (`000123`, `1E5`, 19 digits).
 */
export function coerce(value: Value, field: Field, style: ValueStyle, unit?: Unit): Coerced {
  if (typeof value === "number" && !Number.isFinite(value)) return refuse("not_a_number", `${value} is not a number`);
  switch (field.type) {
    case "texts":
      return coerceList(value, (item) => accept(scalarText(item).trim()));
    case "integers":
      return coerceList(value, (item) => coerceInteger(item, style));
    case "object":
    case "objects":
    case "labelled":
      return refuse("wrong_type", "this field has parts of its own; map those, or use children:");
    case "any":
      if (typeof value === "string") return coerceJson(value);
      return refuse("wrong_type", "this field has parts of its own; map those, or use children:");
    case "text":
    case "email":
      if (field.anyScalar === true) return coerceAnyScalar(value);
      break;
    case "decimal":
    case "length":
    case "integer":
    case "boolean":
    case "date":
    case "weight":
    case "choice":
      break;
    default:
      field.type satisfies never;
  }
  if (typeof value === "object") return refuse("wrong_type", "there is a list where one value is expected");
  return coerceScalar(value, field, style, unit);
}

function coerceScalar(value: Scalar, field: Field, style: ValueStyle, unit: Unit | undefined): Coerced {
  switch (field.type) {
    case "decimal":
      return coerceDecimal(value, style);
    case "length":
      return coerceLength(value, style, unit);
    case "weight":
      return coerceWeight(value, style, unit);
    case "integer":
      return coerceInteger(value, style);
    case "boolean":
      return coerceBoolean(value);
    case "date":
      return coerceDate(value, style);
    case "choice":
      return coerceChoice(scalarText(value), field.choices ?? []);
    default:
      return accept(scalarText(value));
  }
}

// Of a cell; what is nested in JSON input stays as it is. Limits and shape are the schema's business.
function coerceJson(text: string): Coerced {
  try {
    const parsed = parseJson(text) as Json;
    const repeated = repeatedKeys(text, parsed);
    if (repeated.length > 0) return refuse("duplicate_json_key", describeRepeated(repeated));
    const broken = brokenWithin(parsed);
    if (broken !== undefined) return refuse("bad_format", broken);
    if (typeof parsed === "object" && parsed !== null) return accept(parsed);
  } catch {
    // said below
  }
  return refuse("wrong_type", `${quote(text)} is not a JSON object or list`);
}

// A value of custom_fields: what an expression or a transform made a number or a boolean stays one.
function coerceAnyScalar(value: Value): Coerced {
  if (typeof value === "object") return coerceList(value, (item) => accept(scalarText(item).trim()));
  return typeof value === "bigint" ? toNumber(decimalOf(value), String(value)) : accept(value);
}

function coerceDecimal(value: Scalar, style: ValueStyle): Coerced {
  const read = readNumber(value, style);
  return read.ok ? toNumber(read.decimal, scalarText(value)) : refuse("not_a_number", read.message);
}

function coerceLength(value: Scalar, style: ValueStyle, mapped: Unit | undefined): Coerced {
  const { number, unit = mapped ?? "in" } = measure(value);
  if (unit === "unknown" || isWeightUnit(unit)) {
    return refuse("not_a_number", `${quote(scalarText(value))} is not a length; units are ${lengthUnits.join(", ")}`);
  }
  const read = readNumber(number, style);
  if (!read.ok) return refuse("not_a_number", read.message);
  return toNumber(toInches(read.decimal, unit), scalarText(value), read.decimal);
}

function coerceWeight(value: Scalar, style: ValueStyle, mapped: Unit | undefined): Coerced {
  const { number, unit = mapped } = measure(value);
  const shown = quote(scalarText(value));
  const known = weightUnits.join(", ");
  if (unit === undefined) {
    const read = readNumber(number, style);
    if (!read.ok) return refuse("not_a_weight", read.message);
    return refuse("not_a_weight", `${shown} has no unit; add unit: to the mapping (${known})`);
  }
  if (unit === "unknown" || !isWeightUnit(unit))
    return refuse("not_a_weight", `${shown} is not a weight; units are ${known}`);
  const read = readNumber(number, style);
  if (!read.ok) return refuse("not_a_weight", read.message);
  const pounds = toNumber(toPounds(read.decimal, unit), scalarText(value), read.decimal);
  return pounds.ok ? accept({ unit: "lb", value: pounds.value }) : pounds;
}

function coerceInteger(value: Scalar, style: ValueStyle): Coerced {
  const read = readNumber(value, style);
  if (!read.ok) return refuse("not_an_integer", read.message);
  const number = exactNumber(read.decimal);
  if (number !== undefined && !Number.isInteger(number)) {
    return refuse("not_an_integer", `${quote(scalarText(value))} is not a whole number`);
  }
  return Number.isSafeInteger(number) && number !== undefined
    ? accept(number)
    : refuse("not_exact", inexactMessage(scalarText(value)));
}

const truths: ReadonlyMap<string, boolean> = new Map([
  ...["true", "t", "yes", "y", "on", "1"].map((word) => [word, true] as const),
  ...["false", "f", "no", "n", "off", "0"].map((word) => [word, false] as const),
]);

function coerceBoolean(value: Scalar): Coerced {
  const text = scalarText(value);
  const truth = truths.get(text.trim().toLowerCase());
  if (truth !== undefined) return accept(truth);
  return refuse(
    "not_a_boolean",
    `${quote(text)} is not one of ${[...truths.keys()].join(", ")}; other words need map:`,
  );
}

function coerceDate(value: Scalar, style: ValueStyle): Coerced {
  const parsed = parseDate(scalarText(value), style);
  if (!parsed.ok) return refuse("not_a_date", parsed.message);
  const { date, otherwise } = parsed;
  return otherwise === undefined
    ? accept(date)
    : { ok: true, value: date, offsetDay: { text: scalarText(value), day: date, otherwise } };
}

function coerceChoice(text: string, choices: readonly string[]): Coerced {
  if (choices.includes(text)) return accept(text);
  const remedy = choices.includes(text.toLowerCase())
    ? ` Did you mean "${text.toLowerCase()}"? apply: [lower] does that.`
    : choices.includes(text.toUpperCase())
      ? ` Did you mean "${text.toUpperCase()}"? apply: [upper] does that.`
      : `${didYouMean(text, choices)} The source's own words need map:.`;
  return refuse("not_allowed", `${quote(text)} is not one of ${choices.join(", ")}.${remedy}`);
}

function coerceList(value: Value, coerceItem: (item: Scalar) => Coerced): Coerced {
  const items = new Set<Json>();
  for (const item of typeof value === "object" ? value : [value]) {
    if (typeof item === "object")
      return refuse("not_a_list", "there is a list of lists where a list of values is expected");
    if (typeof item === "string" && item.trim() === "") continue;
    const coerced = coerceItem(item);
    if (!coerced.ok) return coerced;
    items.add(coerced.value);
  }
  return accept([...items]);
}

function measure(value: Scalar): { readonly number: Scalar; readonly unit?: Unit | "unknown" } {
  return typeof value === "string" ? splitUnit(value) : { number: value };
}

function readNumber(value: Scalar, style: ValueStyle): ReturnType<typeof parseDecimal> {
  if (typeof value === "string") return parseDecimal(value, style);
  if (typeof value === "boolean") return { ok: false, message: `${value} is not a number` };
  return { ok: true, decimal: decimalOf(value) };
}

// `before` is the value before conversion to the unit of the API: something must not become nothing by rounding.
function toNumber(decimal: Decimal, text: string, before: Decimal = decimal): Coerced {
  if (decimal.unscaled === 0n && before.unscaled !== 0n) {
    return refuse("not_exact", `${quote(text)} is too small to be converted to the unit of the API`);
  }
  const number = exactNumber(decimal);
  return number === undefined ? refuse("not_exact", inexactMessage(text)) : accept(number);
}

function accept(value: Json): Coerced {
  return { ok: true, value };
}

function refuse(code: ProblemCode, message: string): Coerced {
  return { ok: false, code, message };
}
