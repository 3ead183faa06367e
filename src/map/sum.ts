// `sum` of a field: the numbers of a column, added up over the elements of a list without a binary rounding.
import { styleOfColumn } from "../model/column-style.ts";
import type { ProblemCode } from "../model/problem.ts";
import type { Alternative, ValueSource } from "./definition/mapping.ts";
import { elementsIn } from "./elements.ts";
import { forEachStyle, transformOf } from "./field-steps.ts";
import type { FieldContext } from "./field-tools.ts";
import { type FieldScope, type Reading, readAt } from "./scope.ts";
import type { Value } from "./values/coerce.ts";
import {
  add,
  type Decimal,
  decimalOf,
  decimalText,
  exactNumber,
  inexactMessage,
  parseDecimal,
} from "./values/decimal.ts";
import { completed, settled, type ValueStyle } from "./values/style.ts";

/** What a sum comes to: undefined where every cell is blank. */
export type Summed = { readonly ok: true; readonly value: number | undefined } | Refused;

/** Why there is no sum, and the cell that is to blame; without one it is all of them. */
interface Refused {
  readonly ok: false;
  readonly code: ProblemCode;
  readonly message: string;
  readonly reading?: Reading;
}

type Looked = { readonly ok: true; readonly readings: readonly Reading[] } | Required<Refused>;

/** A sum whose config is resolved. */
export interface CompiledSum {
  /** The column's cell in every element, or why the list cannot be read. */
  readonly look: (entry: FieldScope) => Looked;
  readonly add: (readings: readonly Reading[]) => Summed;
}

/** A sum ready for entries. `apply` works on each cell before it is added. */
export function compileSum(
  { column, each }: Extract<ValueSource, { kind: "sum" }>,
  { apply, style }: Pick<Alternative, "apply" | "style">,
  { blanks }: FieldContext,
): CompiledSum {
  const elementsOf = elementsIn(each, blanks);
  const numberIn = forEachStyle((each) => compileNumber(apply, each));
  return {
    look: (entry) => {
      const found = elementsOf(entry);
      if (found.ok) return { ok: true, readings: found.elements.map(({ place }) => readAt(place, column)) };
      const { message, place, column: at = column } = found;
      return { ok: false, code: "not_a_list", message, reading: { source: place.source, column: at, cell: undefined } };
    },
    add: (readings) => {
      let sum: Decimal | undefined;
      for (const reading of readings) {
        const { cell, source } = reading;
        if (cell === undefined || (typeof cell === "string" && blanks.isBlank(cell))) continue;
        if (typeof cell !== "string")
          return {
            ok: false,
            code: "wrong_type",
            message: "there is a list or an object where a number is expected",
            reading,
          };
        const ofCell =
          source.styles === undefined ? settled(style) : completed(style, styleOfColumn(source.styles, reading.column));
        const number = numberIn(ofCell)(cell);
        if (!number.ok) return { ...number, reading };
        if (number.decimal !== undefined) sum = sum === undefined ? number.decimal : add(sum, number.decimal);
      }
      if (sum === undefined) return { ok: true, value: undefined };
      const value = exactNumber(sum);
      return value === undefined
        ? { ok: false, code: "not_exact", message: inexactMessage(decimalText(sum)) }
        : { ok: true, value };
    },
  };
}

type ReadNumber = { readonly ok: true; readonly decimal: Decimal | undefined } | Omit<Refused, "reading">;

/** The number of one cell, through the transforms; undefined where they leave nothing of it. */
function compileNumber(apply: Alternative["apply"], style: ValueStyle): (cell: string) => ReadNumber {
  const transforms = apply.map((spec) => transformOf(spec, style));
  return (cell) => {
    let value: Value = cell;
    for (const transform of transforms) {
      const made = transform(value);
      if (!made.ok) return made;
      value = made.value;
    }
    if (typeof value === "number" || typeof value === "bigint") return { ok: true, decimal: decimalOf(value) };
    if (typeof value !== "string")
      return { ok: false, code: "not_a_number", message: "the transforms give something that is no number" };
    if (value.trim() === "") return { ok: true, decimal: undefined };
    const parsed = parseDecimal(value, style);
    return parsed.ok ? parsed : { ok: false, code: "not_a_number", message: parsed.message };
  };
}
