// Lines of YAML with comments behind them, aligned so that people can read them down. Knows nothing of mappings.
import { parse } from "yaml";
import { isPlainObject, type Json, type JsonObject } from "../../model/json.ts";

/** A line and what is said beside it. */
export interface CommentedLine {
  readonly code: string;
  readonly comment?: string;
  /** Set where it is marked: only a person can say it. */
  readonly todo?: { readonly text: string; readonly isRequired: boolean };
}

/** A marked line of a file that was written. */
export interface WrittenTodo {
  /** Counted from 1. */
  readonly line: number;
  readonly text: string;
  /** Without it nothing can be imported. */
  readonly isRequired: boolean;
}

/** The text of a file, with its marked lines. */
export interface Written {
  readonly text: string;
  readonly todos: readonly WrittenTodo[];
}

/** The lines as a file, comments in one column. */
export function written(lines: readonly CommentedLine[]): Written {
  const todos = lines.flatMap(({ todo }, at) =>
    todo === undefined ? [] : [{ line: at + 1, text: oneLine(todo.text), isRequired: todo.isRequired }],
  );
  return { text: aligned(lines), todos };
}

/** A value on one line, as YAML reads it back. */
export function inline(value: Json): string {
  if (typeof value === "string") return scalar(value);
  if (Array.isArray(value)) return `[${value.map((item: Json) => inline(item)).join(", ")}]`;
  if (!isPlainObject(value)) return String(value);
  const pairs = Object.entries(value as JsonObject).map(([key, inner]) => `${scalar(key)}: ${inline(inner)}`);
  return pairs.length === 0 ? "{}" : `{ ${pairs.join(", ")} }`;
}

// Plain where no reader of YAML can take it for anything else; in single quotes what has double ones in it.
function scalar(text: string): string {
  if (/^[\p{L}_./][\p{L}\p{N} _.()/-]*$/u.test(text) && !text.endsWith(" ") && parse(text) === text) return text;
  return /["\\]/.test(text) && !/['\p{Cc}\u2028\u2029\ufeff]/u.test(text) ? `'${text}'` : JSON.stringify(text);
}

/** One line of text for a comment: no line breaks or other control characters, whatever a header holds. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ").trim();
}

/** The lines with their comments in one column, as far as that does not push them out of sight. */
function aligned(lines: readonly CommentedLine[]): string {
  const lengths = lines.flatMap(({ code, comment }) => (comment === undefined ? [] : [code.length]));
  const width = Math.min(Math.max(0, ...lengths), maxWidth);
  return lines
    .map(({ code, comment }) => (comment === undefined ? code : `${code.padEnd(width)}  # ${oneLine(comment)}`))
    .map((line) => `${line}\n`)
    .join("");
}

const maxWidth = 52;
