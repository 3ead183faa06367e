// Constants of a mapping as values of the payload.
import { isPlainObject, type Json } from "../../model/json.ts";
import type { Field } from "../../model/resources/field.ts";
import { type Coerced, coerce, type Value } from "../values/coerce.ts";
import type { ValueStyle } from "../values/style.ts";
import type { Unit } from "../values/units.ts";
import type { Constant } from "./mapping.ts";
import { constantStyle } from "./normalise.ts";

/** A constant as a value of the field. Objects are only for fields that take any object. */
export function coerceConstant(constant: Constant, field: Field, style: ValueStyle, unit: Unit | undefined): Coerced {
  const value = asValue(constant);
  if (value !== undefined) return coerce(value, field, constantStyle(style), unit);
  return takesStructure(field)
    ? { ok: true, value: constant }
    : { ok: false, code: "wrong_type", message: "an object cannot be given here: map the fields below it" };
}

/** True for fields that take a nested object of the source as it is. */
export function takesStructure({ type }: Field): boolean {
  return type === "any" || type === "labelled";
}

/** JSON without objects in it as a value on its way; undefined when there is one. */
export function asValue(json: Json): Value | undefined {
  if (Array.isArray(json)) {
    const items = json.map((item: Json) => asValue(item));
    return items.includes(undefined) ? undefined : items.filter((item) => item !== undefined);
  }
  return json === null || isPlainObject(json) ? undefined : (json as string | number | boolean);
}
