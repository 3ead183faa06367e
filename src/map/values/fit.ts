// Texts that have to fit: cut, with a short hash of the whole at the end, so that texts that differ stay different and the
// same text comes out the same in every run.
import { createHash } from "node:crypto";
import { characterCount } from "../../model/resources/field.ts";

/** The shortest length that leaves anything of the text beside its hash. */
export const shortestFit = 16;

/** A text of at most `length` characters (at least `shortestFit`), counted as the limits of payloads are. */
export function fitText(text: string, length: number): string {
  if (text.length <= length || characterCount(text) <= length) return text;
  const hash = createHash("sha256").update(text, "utf8").digest("hex").slice(0, hashLength);
  const start = [...text].slice(0, length - hashLength - 1).join("");
  return `${start}-${hash}`;
}

const hashLength = 8;
