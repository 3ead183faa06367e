// The engine's errors in our words, on one line: its own messages draw the source with a caret over several.
import { EvaluationError, ParseError, TypeError as TypeFault } from "@marcbachmann/cel-js";
import { didYouMean } from "../../model/text/nearest.ts";
import { quote } from "../../model/text/quote.ts";
import { type ExpressionKind, safeNames, variablesOf } from "./language.ts";
import { ownFault } from "./own-fault.ts";

/** What is wrong with an expression that does not compile: one line, with its column. */
export function compileMessage(error: unknown, source: string, kind: ExpressionKind): string {
  if (!(error instanceof ParseError || error instanceof TypeFault)) return runMessage(error);
  const where = place(source, error.range?.start);
  const unknown = /^Unknown variable: (.+)$/.exec(error.summary)?.[1];
  if (unknown !== undefined) return `${unknownVariable(unknown, kind)}${where}`;
  return `${plain(error.summary, error.code)}${where}`;
}

function unknownVariable(name: string, kind: ExpressionKind): string {
  const known = variablesOf[kind];
  if (variablesOf.child.includes(name)) return `"${name}" is not known here; there is only ${known.join(", ")}`;
  return `unknown variable "${name}".${didYouMean(name, known)} A column is written row["${name}"]`;
}

/** What went wrong with an expression on a row: one line. `text` is the cell that it went wrong with, if that is known. */
export function runMessage(error: unknown, text?: string): string {
  if (error instanceof EvaluationError) {
    if (error.code === ownFault) return error.summary.split("\n")[0] ?? "";
    return conversionMessage(error.code, text) ?? plain(error.summary, error.code);
  }
  return error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
}

const conversions: Readonly<Record<string, string>> = {
  double_conversion_error:
    "double() takes a number like 1.5, and got WHAT; number(…) reads numbers as the source writes them",
  int_conversion_error:
    "int() takes a whole number like 15, and got WHAT; number(…) reads numbers as the source writes them",
  uint_conversion_error:
    "uint() takes a whole number from 0, and got WHAT; number(…) reads numbers as the source writes them",
  bool_conversion_error: 'bool() takes "true" or "false", and got WHAT',
  invalid_timestamp: "timestamp() takes a moment like 2024-03-09T14:30:00Z, and got WHAT",
  invalid_duration: "duration() takes a time like 90m, and got WHAT",
};

function conversionMessage(code: string, text: string | undefined): string | undefined {
  return conversions[code]?.replace("WHAT", () => (text === undefined ? "something else" : quote(text)));
}

// The engine's words, in ours.
function plain(summary: string, code: string): string {
  const oneLine = [...safeNames].reduce(
    (text, [name, safe]) => text.replaceAll(safe, name),
    summary.replace(/\s*\n[\s\S]*/, ""),
  );
  const words = oneLine
    .replace(/\bdyn<([\w.]+)>/g, "$1")
    .replace(/\b(?:string|int|double|bool)\b/g, (type) => typeWords[type] ?? type);
  switch (code) {
    case "no_such_overload": {
      const operation = words.replace(/^no such overload: /, "");
      const hint =
        /\btext\b/.test(operation) && /[-+*/<>=]/.test(operation) ? "; cells are text, so write number(…)" : "";
      return `cannot compute ${operation}${hint}`;
    }
    case "no_matching_overload":
      return words.replace(/^found no matching overload for '(.*)'$/, "there is no $1");
    case "incompatible_ternary_branches":
      return `${words}; write both as text or both as numbers`;
    case "no_such_key":
      return `${oneLine}; row["a.b"] is "" when a part of it is missing`;
    case "unknown_variable":
      return `"${oneLine.replace(/^Unknown variable: /, "")}" has no value here`;
    default:
      return words;
  }
}

const typeWords: Readonly<Record<string, string>> = {
  string: "text",
  int: "number",
  double: "number",
  bool: "true/false",
};

/** ` (at column 5)`, counted from 1, with its leading space; nothing when the place is not known. */
export function place(source: string, start: number | undefined): string {
  if (start === undefined) return "";
  const before = source.slice(0, start).split("\n");
  const column = (before.at(-1)?.length ?? 0) + 1;
  return before.length === 1 ? ` (at column ${column})` : ` (at line ${before.length}, column ${column})`;
}
