// The first step of a field: from a scope to the value that stands there (`from`, `template`, `expr`, `value`), blank or
// not, and the cells that were looked at. What happens to the value then is compile-field.ts.

import { type Filling, fillingAt, styleOfColumn, unknownFilling } from "../model/column-style.ts";
import type { Json } from "../model/json.ts";
import type { Cell } from "../model/row.ts";
import { asValue } from "./definition/constant.ts";
import type { Alternative, TemplatePart, ValueSource } from "./definition/mapping.ts";
import type { ReadyExpression } from "./expression/expression.ts";
import type { Failure } from "./field-result.ts";
import type { FieldContext } from "./field-tools.ts";
import { compileColumn, type FieldScope, type Reading, readAt, readingsOf } from "./scope.ts";
import { type CompiledSum, compileSum } from "./sum.ts";
import { type Blanks, holdsObjects, isBlankValue } from "./values/blanks.ts";
import { maxMadeLength, tooLongMessage } from "./values/bounds.ts";
import type { Value } from "./values/coerce.ts";
import { completed, settled, type ValueStyle } from "./values/style.ts";

/** What a source gave. `structure` is a nested object as it came. */
type Picked =
  | { readonly kind: "value"; readonly value: Value; readonly isConstant: boolean }
  | { readonly kind: "structure"; readonly value: Json }
  | { readonly kind: "blank" }
  | Failure;

/** A source whose config is resolved. `pick` is given what `look` saw and says which of it counts. */
export interface CompiledSource {
  readonly look: (scope: FieldScope) => readonly Reading[];
  readonly pick: (
    scope: FieldScope,
    readings: readonly Reading[],
  ) => { readonly picked: Picked; readonly used: readonly Reading[] };
  /** How the text that was picked is written; `used` is what `pick` gave. */
  readonly styleOf: (scope: FieldScope, used: readonly Reading[]) => ValueStyle;
}

/** A source of values ready for rows. */
export function compileSource(alternative: Alternative, context: FieldContext): CompiledSource {
  const { source, style } = alternative;
  // Cells of several columns in one text: the first stands for all of them.
  const styleOf = (_site: FieldScope, [first]: readonly Reading[]): ValueStyle =>
    first?.source.styles === undefined
      ? settled(style)
      : completed(style, styleOfColumn(first.source.styles, first.column));
  switch (source.kind) {
    case "from":
      return { ...fromColumns(source, context), styleOf };
    case "template":
      return { ...fromTemplate(source.parts, context), styleOf };
    case "expr": {
      const { compiled } = source;
      return { ...fromExpression(compiled), styleOf: (scope) => compiled.styleIn(scope.expressionScope) };
    }
    case "sum":
      return { ...fromSum(compileSum(source, alternative, context)), styleOf: () => style };
    case "value": {
      const value = asValue(source.value);
      const picked: Picked =
        value === undefined ? { kind: "structure", value: source.value } : { kind: "value", value, isConstant: true };
      return { look: () => [], pick: () => ({ picked, used: [] }), styleOf: () => style };
    }
    default:
      return source satisfies never;
  }
}

/** The value of a cell on its way; lists lose their blank items. */
function valueOfCell(cell: Cell | undefined, blanks: Blanks): Picked {
  if (cell === undefined) return { kind: "blank" };
  if (typeof cell === "string")
    return blanks.isBlank(cell) ? { kind: "blank" } : { kind: "value", value: cell, isConstant: false };
  // Cells are JSON whose leaves are text.
  if (holdsObjects(cell)) return { kind: "structure", value: cell as Json };
  const items = listItems(cell as readonly Cell[], blanks);
  return items.length === 0 ? { kind: "blank" } : { kind: "value", value: items, isConstant: false };
}

function listItems(cell: readonly Cell[], blanks: Blanks): Value[] {
  return cell.flatMap((item): Value[] => {
    if (typeof item === "string") return blanks.isBlank(item) ? [] : [item];
    return [listItems(item as readonly Cell[], blanks)];
  });
}

type Cellwise = Omit<CompiledSource, "styleOf">;

function fromColumns({ columns, fill }: Extract<ValueSource, { kind: "from" }>, context: FieldContext): Cellwise {
  const { blanks } = context;
  const readers = columns.map((name) => compileColumn(name, context));
  return {
    look: (scope) => readers.map((read) => (fill ? filledDown(read(scope), blanks) : read(scope))),
    pick: (_site, readings) => {
      for (const reading of readings) {
        const picked = fill ? valueFilledDown(reading, blanks) : valueOfCell(reading.cell, blanks);
        if (picked.kind !== "blank") return { picked, used: [reading] };
      }
      return { picked: { kind: "blank" }, used: readings };
    },
  };
}

/** A reading with what fills its cell in place of a blank one. */
function filledDown(reading: Reading, blanks: Blanks): Reading {
  const filling = fillingOf(reading, blanks);
  return filling !== undefined && "value" in filling ? { ...reading, cell: filling.value, filled: filling } : reading;
}

function valueFilledDown(reading: Reading, blanks: Blanks): Picked {
  const filling = fillingOf(reading, blanks);
  return filling !== undefined && "unknown" in filling
    ? { kind: "failed", code: "missing_value", message: unknownFilling(filling.unknown) }
    : valueOfCell(reading.cell, blanks);
}

function fillingOf({ source, column, cell, filled }: Reading, blanks: Blanks): Filling | undefined {
  if (filled !== undefined || typeof cell !== "string" || !blanks.isBlank(cell)) return undefined;
  return fillingAt(source.fills, column, source.row.number);
}

function fromTemplate(parts: readonly TemplatePart[], context: FieldContext): Cellwise {
  const { blanks } = context;
  const isBlank = ({ cell }: Reading) => cell === undefined || (typeof cell === "string" && blanks.isBlank(cell));
  const readers = parts.flatMap((part) => {
    if (!("column" in part)) return [];
    const read = compileColumn(part.column, context);
    return (scope: FieldScope): Reading => {
      const own = read(scope);
      if (scope.parent === undefined || !isBlank(own)) return own;
      const above = readAt(scope.parent, part.column);
      return isBlank(above) ? own : above;
    };
  });
  return {
    look: (scope) => readers.map((read) => read(scope)),
    pick: (_site, readings) => {
      if (readings.every(isBlank)) return { picked: { kind: "blank" }, used: readings };
      const nested = readings.find((reading) => !isBlank(reading) && typeof reading.cell !== "string");
      if (nested !== undefined) {
        const message = `"${nested.column}" is a list or an object, and a template takes text`;
        return { picked: { kind: "failed", code: "wrong_type", message }, used: [nested] };
      }
      let next = 0;
      const text = parts.map((part) => {
        if ("text" in part) return part.text;
        const reading = readings[next];
        next += 1;
        return reading === undefined || isBlank(reading) ? "" : String(reading.cell);
      });
      if (text.reduce((length, part) => length + part.length, 0) > maxMadeLength)
        return {
          picked: { kind: "failed", code: "too_long", message: tooLongMessage("the template") },
          used: readings,
        };
      return { picked: { kind: "value", value: text.join("").trim(), isConstant: false }, used: readings };
    },
  };
}

function fromExpression({ expression, columns }: ReadyExpression): Cellwise {
  return {
    look: (scope) => {
      const readings = columns.map((name) => readAt(scope.place, name));
      const { item, place } = scope;
      return item === undefined
        ? readings
        : [...readings, { source: place.source, column: item.column, cell: item.text }];
    },
    pick: (scope) => {
      const result = expression(scope.expressionScope);
      const picked: Picked = !result.ok
        ? { kind: "failed", code: "expression_failed", message: result.message }
        : isBlankValue(result.value)
          ? { kind: "blank" }
          : { kind: "value", value: result.value, isConstant: false };
      const used = readingsOf(result.reads, scope);
      return { picked, used: picked.kind === "value" ? holding(picked.value, used) : used };
    },
  };
}

function fromSum({ look, add }: CompiledSum): Cellwise {
  const readingsIn = (scope: FieldScope): readonly Reading[] => {
    const looked = look(scope);
    return looked.ok ? looked.readings : [looked.reading];
  };
  return {
    look: readingsIn,
    pick: (scope, readings) => {
      const looked = look(scope);
      const sum = looked.ok ? add(readings) : looked;
      if (sum.ok)
        return {
          picked: sum.value === undefined ? { kind: "blank" } : { kind: "value", value: sum.value, isConstant: false },
          used: readings,
        };
      const { code, message, reading } = sum;
      return { picked: { kind: "failed", code, message }, used: reading === undefined ? readings : [reading] };
    },
  };
}

/** The cells whose text is the value, where there are any: `row["A"] != "" ? row["A"] : row["B"]` gives one of its cells. */
function holding(value: Value, readings: readonly Reading[]): readonly Reading[] {
  if (readings.length < 2 || typeof value === "object") return readings;
  const text = String(value);
  const same = readings.filter(
    ({ cell }) => typeof cell === "string" && (cell === text || (typeof value === "number" && Number(cell) === value)),
  );
  return same.length === 0 ? readings : same;
}
