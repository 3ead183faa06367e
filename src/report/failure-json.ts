// Failed elements as JSON or NDJSON: the element's own text with an `_import` object as its last member.
import { noteMember } from "../model/failure-notes.ts";
import { isPlainObject } from "../model/json.ts";
import type { FileInfo } from "../model/row.ts";
import type { FailureFormat, FailureNote } from "./failure-note.ts";

/** One document with an array, at the path at which the input had it, so that the same mapping reads it again. */
export function jsonFailures({ newline, records }: FileInfo): FailureFormat {
  const path = records === undefined || records === "" ? [] : records.split(".");
  return {
    head: `${path.map((step) => `{${JSON.stringify(step)}:`).join("")}[${newline}`,
    row: (raw, note, isFirst) => (isFirst ? "" : `,${newline}`) + annotated(raw, note),
    foot: `${newline}]${"}".repeat(path.length)}${newline}`,
  };
}

/** One element a line. */
export function ndjsonFailures({ newline }: FileInfo): FailureFormat {
  return { head: "", row: (raw, note) => annotated(raw, note) + newline, foot: "" };
}

/**
 * The element's text with `_import` added, or replaced when it has one. Every other character stays, so numbers keep
 * their digits. What is no object, or no JSON at all, is given back as it is.
 */
export function annotated(raw: string, note: FailureNote): string {
  if (!isObjectText(raw)) return raw;
  const open = raw.indexOf("{") + 1;
  const close = raw.lastIndexOf("}");
  const inner = raw.slice(open, close);
  const members = splitMembers(inner).filter((member) => member.trim() !== "" && keyOf(member) !== noteMember);
  const body = members.join(",").trimEnd();
  const tail = inner.slice(inner.trimEnd().length);
  const added = `${JSON.stringify(noteMember)}: ${JSON.stringify(note)}`;
  return `${raw.slice(0, open)}${body}${body === "" ? "" : ", "}${added}${tail}${raw.slice(close)}`;
}

function isObjectText(raw: string): boolean {
  try {
    return isPlainObject(JSON.parse(raw));
  } catch {
    return false;
  }
}

// The text between the commas of an object's own level. The text is known to be JSON.
function splitMembers(inner: string): readonly string[] {
  const members: string[] = [];
  let start = 0;
  let depth = 0;
  for (let at = 0; at < inner.length; at += 1) {
    const character = inner[at];
    if (character === '"') at = endOfString(inner, at);
    else if (character === "{" || character === "[") depth += 1;
    else if (character === "}" || character === "]") depth -= 1;
    else if (character === "," && depth === 0) {
      members.push(inner.slice(start, at));
      start = at + 1;
    }
  }
  return [...members, inner.slice(start)];
}

// A key may be written with escapes; parsing is the one way to know it.
function keyOf(member: string): unknown {
  const text = member.trimStart();
  return JSON.parse(text.slice(0, endOfString(text, 0) + 1));
}

// The position of the closing quote.
function endOfString(text: string, opening: number): number {
  let at = opening + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}
