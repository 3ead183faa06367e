// Reading JSON whose keys come from others. Node 24 reads some keys wrongly: `{"\"": 1}` may become `{"\\": 1}` after an
// object with the key `\` was read, because its parser compares a key as it is written, with its escapes, with keys that it
// expects. What it gives then has a backslash in a key.
import { parse as parseLossless } from "lossless-json";

/** What JSON.parse should give. Throws a SyntaxError where it does; of a key that stands twice, the last value counts. */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return isRead(text, value)
    ? value
    : parseLossless(text, null, { parseNumber: Number, onDuplicateKey: ({ newValue }) => newValue });
}

/** False for what JSON.parse may have made of other keys than the text has. */
export function isRead(text: string, value: unknown): boolean {
  return !text.includes("\\") || !hasBackslashKey(value);
}

function hasBackslashKey(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some(hasBackslashKey);
  return Object.entries(value).some(([key, inner]) => key.includes("\\") || hasBackslashKey(inner));
}
