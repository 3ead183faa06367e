// The table of `apply:`: named transforms from a value to a value. Arguments are checked when a mapping is compiled.
// A blank stays blank through every transform, and of a list each element is transformed. Documented in docs/mapping-reference.md.
import type { RE2JS } from "re2js";
import { z } from "zod";
import type { Notice, ProblemCode } from "../../model/problem.ts";
import { characterCount } from "../../model/resources/field.ts";
import { didYouMean } from "../../model/text/nearest.ts";
import { quote } from "../../model/text/quote.ts";
import { maxMadeLength, tooLongMessage } from "./bounds.ts";
import type { Value } from "./coerce.ts";
import { dateFormatFault, parseDate, rereadsDates } from "./dates.ts";
import { decimalText, exactNumber, inexactMessage, parseDecimal, roundDecimal, roundDouble } from "./decimal.ts";
import { fitText, shortestFit } from "./fit.ts";
import { isCurrency, takeMoney } from "./money.ts";
import { compilePattern } from "./pattern.ts";
import { decodeEntities, stripHtml } from "./strip-html.ts";
import type { ValueStyle } from "./style.ts";
import { scalarText } from "./value-text.ts";

/** As a mapping writes it: `"trim"`, or a map with one key such as `{ replace: ["a", "b"] }`. */
export type TransformSpec = string | Readonly<Record<string, unknown>>;

type Transformed =
  | { readonly ok: true; readonly value: Value; readonly notices?: readonly Notice[] }
  | { readonly ok: false; readonly code: ProblemCode; readonly message: string };

/** One step of `apply`. Notices are told as warnings; the value is fine. */
export type Transform = (value: Value) => Transformed;

/** A transform ready for values, or what is wrong with its text. */
export type CompiledTransform =
  | { readonly ok: true; readonly transform: Transform }
  | { readonly ok: false; readonly message: string };

/** The transform that a mapping asks for, or one line that says what is wrong with the asking. */
export function compileTransform(spec: TransformSpec, style: ValueStyle): CompiledTransform {
  const entries = typeof spec === "string" ? [[spec, undefined] as const] : Object.entries(spec);
  const [entry, ...more] = entries;
  if (entry === undefined || more.length > 0) {
    return { ok: false, message: `a transform is a word, or a map with one key such as { prefix: "LEG-" }` };
  }
  const [name, argument] = entry;
  const definition = definitions.get(name);
  if (definition === undefined) {
    const hint = didYouMean(name, transformNames);
    return {
      ok: false,
      message: `unknown transform "${name}".${hint} The transforms are listed in docs/mapping-reference.md#transforms-apply`,
    };
  }
  const made = definition.make(argument, style);
  if (made === undefined)
    return {
      ok: false,
      message: `"${name}" is written ${definition.usage} (docs/mapping-reference.md#transforms-apply)`,
    };
  if (typeof made === "string") return { ok: false, message: made };
  return { ok: true, transform: (value) => withinLength(value, name, made) };
}

/** The transform, unless it makes too long a text; of a list all elements count together. */
function withinLength(value: Value, name: string, transform: ScalarTransform): Transformed {
  let length = 0;
  return applyTo(value, (scalar) => {
    const made = transform(scalar);
    if (made.ok && typeof made.value === "string") length += made.value.length;
    if (length <= maxMadeLength) return made;
    return { ok: false, code: "too_long", message: tooLongMessage(name) };
  });
}

type ScalarTransform = (value: string | number | bigint | boolean) => Transformed;

/** `make` gives undefined for arguments of the wrong shape, and text for ones that are wrong otherwise. */
interface Definition {
  readonly usage: string;
  readonly make: (argument: unknown, style: ValueStyle) => ScalarTransform | string | undefined;
}

const maxPadding = 1000;
const text = z.string();
const padding = z.tuple([z.int().min(1).max(maxPadding), z.string().length(1)]);

const definitions: ReadonlyMap<string, Definition> = new Map(
  Object.entries<Definition>({
    trim: onText("trim", (cell) => cell.trim()),
    upper: onText("upper", (cell) => cell.toUpperCase()),
    lower: onText("lower", (cell) => cell.toLowerCase()),
    title: onText("title", titleCase),
    collapse: onText("collapse", (cell) => cell.replace(/\s+/g, " ").trim()),
    strip_html: onText("strip_html", stripHtml),
    // In a name a space that does not break is one that nobody finds.
    decode_entities: onText("decode_entities", (cell) => decodeEntities(cell.replaceAll("&nbsp;", " ")).trim()),
    digits: onText("digits", (cell) => cell.replace(/\D/g, "")),
    slice: withArgument(
      "{ slice: [0, 8] }, or { slice: [-4] } for the last four",
      z.tuple([z.int(), z.int().optional()]),
      ([start, end]) => textTransform((cell) => [...cell].slice(start, end).join("")),
    ),
    pad_left: withArgument('{ pad_left: [6, "0"] }', padding, ([length, fill]) =>
      textTransform((cell) => cell.padStart(length, fill)),
    ),
    pad_right: withArgument('{ pad_right: [6, " "] }', padding, ([length, fill]) =>
      textTransform((cell) => cell.padEnd(length, fill)),
    ),
    prefix: withArgument('{ prefix: "LEG-" }', text, (prefix) => textTransform((cell) => `${prefix}${cell}`)),
    suffix: withArgument('{ suffix: "-OLD" }', text, (suffix) => textTransform((cell) => `${cell}${suffix}`)),
    fit: withArgument(
      `{ fit: 100 }, with ${shortestFit} characters or more`,
      z.int().min(shortestFit).max(maxMadeLength),
      fitting,
    ),
    replace: withArgument('{ replace: ["pattern", "replacement with $1"] }', z.tuple([text, text]), replacing),
    abs: onNumber(
      "abs",
      (cell) => cell.replace(/^[+-]/, ""),
      (number) => (number < 0 ? -number : number),
    ),
    negate: onNumber("negate", negatedText, (number) => -number),
    round: withArgument("{ round: 2 }, with 0 to 12 decimals", z.int().min(0).max(12), rounding),
    money: withArgument("money, or { money: CHF } to refuse other currencies", z.string().optional(), takingMoney),
    number: withArgument("number, without an argument", z.undefined(), (_, style) => toNumber(style)),
    date: withArgument('{ date: "M/d/yyyy" }', z.union([text, z.array(text).min(1)]), (formats, style) =>
      toDate(typeof formats === "string" ? [formats] : formats, style),
    ),
  }),
);

/** Every name that `apply:` knows. */
export const transformNames: readonly string[] = [...definitions.keys()];

function applyTo(value: Value, transform: ScalarTransform): Transformed {
  if (value === "") return { ok: true, value };
  if (typeof value !== "object") return transform(value);
  const items: Value[] = [];
  const notices: Notice[] = [];
  for (const item of value) {
    const applied = applyTo(item, transform);
    if (!applied.ok) return applied;
    items.push(applied.value);
    if (applied.notices !== undefined) notices.push(...applied.notices);
  }
  return notices.length === 0 ? { ok: true, value: items } : { ok: true, value: items, notices };
}

function withArgument<T>(
  usage: string,
  schema: z.ZodType<T>,
  make: (argument: T, style: ValueStyle) => ScalarTransform | string,
): Definition {
  return {
    usage,
    make: (argument, style) => {
      const checked = schema.safeParse(argument);
      return checked.success ? make(checked.data, style) : undefined;
    },
  };
}

function onText(name: string, change: (cell: string) => string): Definition {
  return withArgument(`${name}, without an argument`, z.undefined(), () => textTransform(change));
}

function textTransform(change: (cell: string) => string): ScalarTransform {
  return (value) => ({ ok: true, value: change(scalarText(value)) });
}

// Text stays text in the source's own notation, so that it is read later as the cell would have been.
function onNumber(
  name: string,
  changeText: (cell: string) => string,
  changeNumber: <N extends number | bigint>(number: N) => N | number | bigint,
): Definition {
  return withArgument(`${name}, without an argument`, z.undefined(), (_, style) => (value) => {
    if (typeof value === "number" || typeof value === "bigint")
      return { ok: true, value: noNegativeZero(changeNumber(value)) };
    const cell = scalarText(value).trim();
    const parsed = parseDecimal(cell, style);
    return parsed.ok ? { ok: true, value: changeText(cell) } : refuse(parsed.message);
  });
}

function noNegativeZero(number: number | bigint): number | bigint {
  return number === 0 ? 0 : number;
}

function negatedText(cell: string): string {
  if (cell.startsWith("-")) return cell.slice(1);
  return /[1-9]/.test(cell) ? `-${cell.replace(/^\+/, "")}` : cell;
}

function titleCase(cell: string): string {
  return cell.replace(/\p{L}[\p{L}\p{M}'\u2019]*/gu, (word) => {
    const [first = "", ...rest] = word;
    return `${first.toUpperCase()}${rest.join("").toLowerCase()}`;
  });
}

function fitting(length: number): ScalarTransform {
  return (value) => {
    const text = scalarText(value);
    const fitted = fitText(text, length);
    if (fitted === text) return { ok: true, value };
    const message = `${characterCount(text)} characters, shortened to ${length}: ${quote(fitted)}`;
    return { ok: true, value: fitted, notices: [{ code: "shortened", message }] };
  };
}

function takingMoney(wanted: string | undefined): ScalarTransform | string {
  if (wanted !== undefined && !isCurrency(wanted))
    return `money: "${wanted}" is not the code of a currency, for example CHF`;
  return (value) => {
    if (typeof value !== "string") return { ok: true, value };
    const taken = takeMoney(value, wanted);
    return taken.ok ? { ok: true, value: taken.number } : taken;
  };
}

function replacing([source, replacement]: readonly [string, string]): ScalarTransform | string {
  const compiled = compilePattern(source);
  if (!compiled.ok) return compiled.message;
  const groups = compiled.pattern.groupCount();
  const missing = [...replacement.matchAll(/\$(\$|\d+)/g)].find(([, group]) => group !== "$" && Number(group) > groups);
  if (missing !== undefined) return `pattern "${source}" has no group for ${missing[0]}`;
  const { pattern } = compiled;
  const references = [...replacement.matchAll(/\$(?:\d+|\{)/g)].length;
  return (value) => {
    const cell = scalarText(value);
    // Mostly it cannot become too long whatever matches; else it is looked at before it is made.
    const most = (cell.length + 1) * (replacement.length + references + 1);
    if (most > maxMadeLength && isMuchTooLong(pattern, cell, replacement.length, references))
      return { ok: false, code: "too_long", message: tooLongMessage("replace") };
    return { ok: true, value: pattern.matcher(cell).replaceAll(replacement) };
  };
}

/** Whether replacing adds twice as much as there may be: what groups hold is counted as all that matched. */
function isMuchTooLong(pattern: RE2JS, cell: string, replacementLength: number, references: number): boolean {
  const matcher = pattern.matcher(cell);
  let added = 0;
  while (added <= 2 * maxMadeLength && matcher.find())
    added += replacementLength + references * (matcher.end() - matcher.start());
  return added > 2 * maxMadeLength;
}

function rounding(places: number, style: ValueStyle): ScalarTransform {
  return (value) => {
    if (typeof value === "bigint") return { ok: true, value };
    if (typeof value === "number") {
      if (!Number.isFinite(value)) return refuse(`${value} is not a number`);
      return { ok: true, value: roundDouble(value, places) };
    }
    const parsed = parseDecimal(scalarText(value), style);
    if (!parsed.ok) return refuse(parsed.message);
    return { ok: true, value: decimalText(roundDecimal(parsed.decimal, places), style.decimal) };
  };
}

function toNumber(style: ValueStyle): ScalarTransform {
  return (value) => {
    if (typeof value === "number" || typeof value === "bigint") return { ok: true, value };
    const parsed = parseDecimal(scalarText(value), style);
    if (!parsed.ok) return refuse(parsed.message);
    const number = exactNumber(parsed.decimal);
    if (number === undefined) return { ok: false, code: "not_exact", message: inexactMessage(scalarText(value)) };
    return { ok: true, value: number };
  };
}

function toDate(formats: readonly string[], style: ValueStyle): ScalarTransform | string {
  const fault = formats.map(dateFormatFault).find((message) => message !== undefined);
  if (fault !== undefined) return fault;
  if (rereadsDates(style))
    return "source: dates: reads YYYY-MM-DD as another day, so { date: … } cannot be used beside it";
  return (value) => {
    const parsed = parseDate(scalarText(value), { ...style, dates: formats });
    if (parsed.ok) return { ok: true, value: parsed.date };
    return { ok: false, code: "not_a_date", message: parsed.message };
  };
}

function refuse(message: string): Transformed {
  return { ok: false, code: "not_a_number", message };
}
