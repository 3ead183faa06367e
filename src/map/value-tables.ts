// `map` and `lookup`: a table that answers values, and what happens to a value that it does not know.
import type { Notice } from "../model/problem.ts";
import { didYouMean } from "../model/text/nearest.ts";
import { quote } from "../model/text/quote.ts";
import { asValue } from "./definition/constant.ts";
import type { Constant, Otherwise } from "./definition/mapping.ts";
import type { Failure } from "./field-result.ts";
import type { Blanks } from "./values/blanks.ts";
import type { Value } from "./values/coerce.ts";
import { scalarText } from "./values/value-text.ts";

/** What a step of the pipeline gave. `omitted` leaves the field out without a default. */
export type Answer =
  | {
      readonly kind: "value";
      readonly value: Value;
      readonly isConstant: boolean;
      readonly notices?: readonly Notice[];
    }
  | { readonly kind: "blank" }
  | { readonly kind: "omitted" }
  | Failure;

/**
 * A table as a step. Values are compared as text, exactly, after trimming; of a list each item is answered, and items
 * that are omitted or answered with a blank leave it. `where` says in messages where an answer was looked for.
 */
export function compileValueTable(
  table: ReadonlyMap<string, Constant>,
  otherwise: Otherwise,
  where: string,
  answersAreConstants: boolean,
  blanks: Blanks,
): (value: Value, isConstant: boolean) => Answer {
  const constant = (json: Constant): Answer => {
    const value = asValue(json);
    return value === undefined ? { kind: "blank" } : { kind: "value", value, isConstant: true };
  };
  const answerOne = (value: Exclude<Value, readonly Value[]>, isConstant: boolean): Answer => {
    const text = scalarText(value).trim();
    const found = table.get(text);
    if (typeof found === "string" && !answersAreConstants) {
      return blanks.isBlank(found) ? { kind: "blank" } : { kind: "value", value: found, isConstant: false };
    }
    if (found !== undefined) return found === "" ? { kind: "blank" } : constant(found);
    switch (otherwise.kind) {
      case "error":
        return {
          kind: "failed",
          code: "not_in_map",
          message: `${quote(text)} is not ${where}.${suggestion(text, table)}`,
        };
      case "omit":
        return { kind: "omitted" };
      case "keep":
        return { kind: "value", value, isConstant };
      case "value":
        return constant(otherwise.value);
      default:
        return otherwise satisfies never;
    }
  };

  const answer = (value: Value, isConstant: boolean): Answer => {
    if (typeof value !== "object") return answerOne(value, isConstant);
    const items: Value[] = [];
    let constants = isConstant;
    for (const item of value) {
      const result = answer(item, isConstant);
      if (result.kind === "failed") return result;
      if (result.kind !== "value") continue;
      items.push(result.value);
      constants ||= result.isConstant;
    }
    return items.length === 0 ? { kind: "omitted" } : { kind: "value", value: items, isConstant: constants };
  };
  return answer;
}

const maxListed = 8;
const maxCompared = 1000;

function suggestion(text: string, table: ReadonlyMap<string, unknown>): string {
  if (table.size > maxCompared) return "";
  const near = didYouMean(text, table.keys());
  return near !== "" || table.size > maxListed ? near : ` Known are ${[...table.keys()].map(quote).join(", ")}`;
}
