// What our CEL has beside the standard: rows and cells, number() and date() by the source's style, arithmetic that
// mixes whole and decimal numbers, a few text functions, and regular expressions that cannot run away.
import { Environment } from "@marcbachmann/cel-js";
import { quote } from "../../model/text/quote.ts";
import { maxMadeLength, tooLongMessage } from "../values/bounds.ts";
import { parseDate } from "../values/dates.ts";
import { exactNumber, inexactMessage, parseDecimal, roundDouble } from "../values/decimal.ts";
import { takeMoney } from "../values/money.ts";
import { compilePattern } from "../values/pattern.ts";
import type { ValueStyle } from "../values/style.ts";
import { CellsView } from "./cells-view.ts";
import { addSteps } from "./meter.ts";
import { fault } from "./own-fault.ts";

/** Where an expression stands: it decides which variables there are. */
export type ExpressionKind = "row" | "group" | "child";

/** The variables of each kind. */
export const variablesOf: Readonly<Record<ExpressionKind, readonly string[]>> = {
  row: ["row"],
  group: ["row", "rows"],
  child: ["row", "rows", "parent", "item"],
};

/**
 * Functions of the engine that could run away and cannot be replaced: `matches` and `duration` backtrack, and `join` makes
 * texts of any length. Calls of them are renamed to ours, of equal length so that places in the text stay the same.
 */
export const safeNames: ReadonlyMap<string, string> = new Map([
  ["matches", "matchRe"],
  ["join", "joiN"],
  ["duration", "duratioN"],
]);

/** What an index has for a key; throws what is wrong with asking for it. Without `otherwise` there must be something. */
export type RowIndex = (key: string, otherwise?: string) => string;
/** The indexes of a mapping by their names, which are functions of its expressions. */
export type RowIndexes = ReadonlyMap<string, RowIndex>;
/** The names alone: an expression is compiled before the rows of an index are read. */
export type IndexNames = ReadonlySet<string>;
/** For a mapping that has none, and for what indexes themselves are made of. */
export const noIndexes: RowIndexes = new Map();
/** The names of no index. */
export const noIndexNames: IndexNames = new Set();

/** The environment in which expressions of a kind are compiled; one for each style, kind and set of index names is enough. */
export function expressionEnvironment(
  kind: ExpressionKind,
  style: ValueStyle,
  indexes: IndexNames = noIndexNames,
): Environment {
  const environment = new Environment({ homogeneousAggregateLiterals: false }).registerType("Row", CellsView);
  for (const name of variablesOf[kind]) environment.registerVariable(name, variableTypes[name] ?? "dyn");
  registerNumbers(environment, style);
  registerTexts(environment, style);
  for (const name of indexes) {
    environment
      .registerFunction(`${name}(string): string`, (key: string) => askedIndex(name)(key), sync)
      .registerFunction(
        `${name}(string, string): string`,
        (key: string, otherwise: string) => askedIndex(name)(key, otherwise),
        sync,
      );
  }
  return environment;
}

// Evaluations are synchronous, so there is one at a time.
let asked: RowIndexes = noIndexes;

/** Runs one evaluation; the indexes that it calls are these. */
export function askingIndexes<T>(indexes: RowIndexes, evaluate: () => T): T {
  const outer = asked;
  asked = indexes;
  try {
    return evaluate();
  } finally {
    asked = outer;
  }
}

function askedIndex(name: string): RowIndex {
  const find = asked.get(name);
  if (find === undefined) throw new Error(`an expression asks the index "${name}", and was given none of that name`);
  return find;
}

const variableTypes: Readonly<Record<string, string>> = {
  row: "Row",
  rows: "list<Row>",
  parent: "Row",
  item: "string",
};

// `dyn<double>` is checked like a double, but may meet an int in the branches of `a ? 0 : number(b)`.
const double = "dyn<double>";
const sync = { async: false };

function registerNumbers(environment: Environment, style: ValueStyle): void {
  environment
    .registerFunction(`number(string): ${double}`, (text: string) => numberIn(text, style), sync)
    .registerFunction(`number(double): ${double}`, (number: number) => number, sync)
    .registerFunction(`number(int): ${double}`, Number, sync)
    .registerFunction(`round(double, int): ${double}`, rounded, sync)
    .registerFunction(`round(int, int): ${double}`, Number, sync)
    .registerFunction(`abs(double): ${double}`, Math.abs, sync)
    .registerFunction(`abs(int): ${double}`, (int: bigint) => Math.abs(Number(int)), sync)
    .registerFunction(`list.sum(): ${double}`, sumOf, sync);
  for (const [sign, compute] of arithmetic) {
    const mixed = (a: number | bigint, b: number | bigint) => compute(Number(a), Number(b));
    environment.registerOperator(`double ${sign} int: double`, mixed);
    environment.registerOperator(`int ${sign} double: double`, mixed);
  }
}

const arithmetic: readonly (readonly [string, (a: number, b: number) => number])[] = [
  ["+", (a, b) => a + b],
  ["-", (a, b) => a - b],
  ["*", (a, b) => a * b],
  ["/", (a, b) => a / b],
];

function registerTexts(environment: Environment, style: ValueStyle): void {
  environment
    .registerFunction("date(string): string", (text: string) => dateIn(text, style), sync)
    .registerFunction("money(string): string", (text: string) => moneyIn(text, undefined), sync)
    .registerFunction("money(string, string): string", moneyIn, sync)
    .registerFunction("string.replace(string, string): string", replaced, sync)
    .registerFunction("matches(string, string): bool", matches, sync)
    .registerFunction("string.matchRe(string): bool", matches, sync)
    .registerFunction("list<string>.joiN(): string", (texts: readonly unknown[]) => joined(texts, ""), sync)
    .registerFunction("list<string>.joiN(string): string", joined, sync)
    .registerFunction("duratioN(string): google.protobuf.Duration", durationOf, sync);
}

function numberIn(text: string, style: ValueStyle): number {
  if (text.trim() === "") throw fault("number() of a blank cell");
  const parsed = parseDecimal(text, style);
  if (!parsed.ok) throw fault(asExpression(parsed.message));
  const number = exactNumber(parsed.decimal);
  if (number === undefined) throw fault(inexactMessage(text));
  return number;
}

/** A hint at a transform, as expressions write it. */
function asExpression(message: string): string {
  return message.replace(/apply: \[money\]/, "number(money(…))").replace(/\[\{ money: (\w+) \}\]/, 'money(…, "$1")');
}

function moneyIn(text: string, currency: string | undefined): string {
  const taken = takeMoney(text, currency);
  if (!taken.ok) throw fault(taken.message);
  return taken.number;
}

function dateIn(text: string, style: ValueStyle): string {
  if (text.trim() === "") throw fault("date() of a blank cell");
  const parsed = parseDate(text, style);
  if (!parsed.ok) throw fault(parsed.message);
  return parsed.date;
}

const maxPlaces = 12n;

function rounded(number: number, places: bigint): number {
  if (places < 0n || places > maxPlaces) throw fault(`round() takes 0 to ${maxPlaces} decimals`);
  if (!Number.isFinite(number)) throw fault("round() of something that is not a number: a division by zero?");
  return roundDouble(number, Number(places));
}

function sumOf(items: Iterable<unknown>): number {
  let sum = 0;
  for (const item of items) {
    if (typeof item !== "number" && typeof item !== "bigint") throw fault("sum() adds numbers only; use number(…)");
    sum += Number(item);
  }
  return sum;
}

function joined(texts: readonly unknown[], separator: string): string {
  let length = 0;
  for (const text of texts) {
    if (typeof text !== "string") throw fault("join() takes a list of texts; use string(…)");
    length += text.length + separator.length;
  }
  if (length - separator.length > maxMadeLength) throw fault(tooLongMessage("join()"));
  return texts.join(separator);
}

const maxDurationLength = 100;
const durations = new Environment();

function durationOf(text: string): unknown {
  if (text.length > maxDurationLength) throw fault(`duration() takes a time like 90m, and got ${quote(text)}`);
  return durations.evaluate(`duration(${JSON.stringify(text)})`);
}

function replaced(text: string, search: string, replacement: string): string {
  if (search === "") return text;
  const parts = text.split(search);
  if (text.length + (parts.length - 1) * (replacement.length - search.length) > maxMadeLength)
    throw fault(tooLongMessage("replace()"));
  return parts.join(replacement);
}

// Reading one character by a pattern may cost as many steps of the pattern as it has.
const patternWorkPerStep = 1_000;

function matches(text: string, pattern: string): boolean {
  const compiled = compilePattern(pattern);
  if (!compiled.ok) throw fault(compiled.message);
  addSteps(Math.ceil((text.length * compiled.pattern.programSize()) / patternWorkPerStep));
  return compiled.pattern.test(text);
}
