// From the text of one JSON element to cells: every scalar becomes text with its digits exactly as they stand.
import { parse as parseLossless } from "lossless-json";
import { noteMember, rowOfLabel } from "../model/failure-notes.ts";
import { isJson, isPlainObject } from "../model/json.ts";
import type { Problem } from "../model/problem.ts";
import type { Cell, Cells, Row } from "../model/row.ts";
import { describeRepeated, endOfText, repeatedKeys } from "../model/text/json-keys.ts";
import { isRead } from "../model/text/parse-json.ts";
import { brokenWithin } from "../model/text/well-formed.ts";

/** Where an element stands; `column` is that of its first character, from 1, where it is known. */
export interface ElementPlace {
  readonly file: string;
  readonly line: number;
  readonly column?: number;
  readonly number: number;
}

/**
 * The row that an element or an NDJSON line makes. What is no JSON, no object, or holds text that nobody could keep is
 * the row's fault and has no cells. A key that stands twice in one object is a fault too.
 */
export function elementRow(raw: string, place: ElementPlace): Row {
  const { file, line, number } = place;
  const { cells, fault, retryOf } = parseElement(raw, place);
  const row = { number, line, raw, cells, ...(retryOf === undefined ? {} : { retryOf }) };
  return fault === undefined ? row : { ...row, fault: { ...fault, file, line, row: number } };
}

/**
 * Cells of an element's text: objects without prototype, strings trimmed, `_import` at its top left out. Of a key that
 * stands twice, which is a fault, they have the last value.
 */
export function parseElement(
  raw: string,
  place?: Pick<ElementPlace, "line" | "column">,
): {
  readonly cells: Cells;
  readonly fault?: Pick<Problem, "code" | "message" | "column">;
  readonly retryOf?: number;
} {
  let value: unknown;
  try {
    value = parseExactly(raw);
    if (isPlainObject(value)) {
      const note = noted(value[noteMember]);
      const [first, ...others] = repeatedKeys(raw, value);
      if (Object.hasOwn(value, noteMember)) delete value[noteMember];
      const cells = toCells(value, 0);
      const broken = mayBeBroken.test(raw) ? brokenWithin(cells) : undefined;
      if (broken !== undefined)
        return { cells: noCells(), fault: { code: "unreadable_element", message: broken }, ...note };
      if (first === undefined) return { cells, ...note };
      const message = describeRepeated([first, ...others], place && ((offset) => placeIn(raw, offset, place)));
      return { cells, fault: { code: "duplicate_json_key", message, column: first.path }, ...note };
    }
  } catch (error) {
    // A RangeError is too much nesting: ours, or the call stack's.
    const message =
      error instanceof SyntaxError ? (usualMistake(raw) ?? `not JSON: ${shorten(error.message)}`) : tooDeep;
    return { cells: noCells(), fault: { code: "unreadable_element", message } };
  }
  const message = `an object { … } is expected, ${kindOf(value)} found`;
  return { cells: noCells(), fault: { code: "not_an_object", message } };
}

// As `line:column`, or the line alone where the element's own column is not known.
function placeIn(raw: string, offset: number, { line, column }: Pick<ElementPlace, "line" | "column">): string {
  const [last = "", ...before] = raw
    .slice(0, offset)
    .split(/\r\n|\n|\r/)
    .reverse();
  if (before.length > 0) return `${line + before.length}:${last.length + 1}`;
  return column === undefined ? String(line) : `${line}:${column + offset}`;
}

// What a failures file says about the element.
function noted(note: unknown): { readonly retryOf?: number } {
  const problem = isPlainObject(note) ? note.problem : undefined;
  const retryOf = typeof problem === "string" ? rowOfLabel(problem) : undefined;
  return retryOf === undefined ? {} : { retryOf };
}

const deepest = 100;

const tooDeep = `nested more than ${deepest} levels deep`;

// Numbers that JSON.parse and String give back digit for digit: up to 15 digits, no exponent, no trailing zero after the
// point, no minus zero. Whatever looks like another number, also inside a string, makes the slower parser do it.
const safeNumber = String.raw`(?:0|-?[1-9]\d{0,14}|-?(?:0|[1-9]\d{0,8})\.\d{0,5}[1-9])`;
// What a quote follows is the end of a string.
const unsafeNumber = new RegExp(String.raw`(?:^|[:,[\s])(?=-?\d)(?!${safeNumber}(?:[,\]}\s"]|$))`);

// With numbers as JS numbers where that loses nothing, else as the text that stands there.
function parseExactly(raw: string): unknown {
  const plain: unknown = JSON.parse(raw); // judges the text in both cases
  const isPlain = !holdsNumber(plain) || !unsafeNumber.test(raw);
  const value: unknown = isPlain ? plain : JSON.parse(numbersAsTexts(raw));
  if (isRead(raw, value)) return value;
  return parseLossless(raw, null, {
    parseNumber: (digits) => digits,
    onDuplicateKey: ({ newValue }) => newValue,
  });
}

// Where a key stands twice, a number that is not its last value does not count.
function holdsNumber(value: unknown): boolean {
  if (typeof value === "number") return true;
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some(holdsNumber);
  return Object.values(value).some(holdsNumber);
}

// The same valid JSON with each number in quotes.
function numbersAsTexts(json: string): string {
  let text = "";
  let taken = 0;
  for (let at = 0; at < json.length; ) {
    const found = json.indexOf('"', at);
    const opening = found === -1 ? json.length : found;
    // A single character between two texts is no number.
    const between = opening - at > 1 || opening === json.length ? json.slice(at, opening) : "";
    const quoted = between.replace(numbers, '"$&"');
    if (quoted !== between) {
      text += json.slice(taken, at) + quoted;
      taken = opening;
    }
    at = found === -1 ? opening : endOfText(json, opening);
  }
  return text + json.slice(taken);
}

const numbers = /-?\d[\d.eE+-]*/g;

// What programs write that is almost JSON, where nothing else is wrong with the text.
function usualMistake(raw: string): string | undefined {
  const text = raw.trim();
  if (text.endsWith(",") && isJson(text.slice(0, -1))) {
    return "not JSON: there is a comma after the object; NDJSON has one object on each line and nothing between (with [ and ] around all of them it would be a JSON array: source.format: json)";
  }
  const word = foreignWord.exec(text)?.[1];
  if (word === undefined || !isJson(text.replace(foreignWords, (_, before: string) => `${before}null`)))
    return undefined;
  const instead = word === "True" || word === "False" ? word.toLowerCase() : "null";
  return `not JSON: ${word} is where JSON has ${instead}`;
}

// In strings too, where replacing them does no harm.
const foreignWords = /([:,[]\s*)(?:NaN|[+-]?Infinity|None|True|False|undefined)(?=\s*[,}\]])/g;
const foreignWord = /[:,[]\s*(NaN|[+-]?Infinity|None|True|False|undefined)(?=\s*[,}\]])/;

function toCell(value: unknown, depth: number): Cell {
  if (typeof value === "string") return value.trim();
  if (value === null) return "";
  if (Array.isArray(value)) {
    if (depth >= deepest) throw new RangeError(tooDeep);
    return value.map((item: unknown) => toCell(item, depth + 1));
  }
  return isPlainObject(value) ? toCells(value, depth) : String(value);
}

// Turns what was parsed into cells where it stands: copies of it would be made for every element.
function toCells(object: Record<string, unknown>, depth: number): Cells {
  if (depth >= deepest) throw new RangeError(tooDeep);
  const cells: Record<string, unknown> = Object.setPrototypeOf(object, null);
  for (const key of Object.keys(cells)) {
    const value = cells[key];
    const cell = toCell(value, depth + 1);
    if (cell !== value) cells[key] = cell;
  }
  return cells as Cells;
}

// Only text with a surrogate, as it stands or escaped, or with an escaped NUL is worth a closer look.
const mayBeBroken = /[\ud800-\udfff]|\\u(?:[dD]|0000)/;

function noCells(): Cells {
  const cells: Cells = Object.create(null);
  return cells;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : `a ${typeof value}`;
}

function shorten(message: string): string {
  const text = message.replace(/\s+/g, " ");
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
