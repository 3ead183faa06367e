// JSON values as types, and the one canonical text that content hashes are made of.
import { hash } from "node:crypto";

/** Any JSON value. Objects made by us have no prototype keys worth worrying about: see payload-path.ts. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/**
 * JSON text with object keys in code-unit order, so that equal content always gives equal text. Keys that are whole numbers
 * come first and by size, as JavaScript keeps them.
 */
export function canonicalJson(value: Json): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  let text = "";
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) text += `${text === "" ? "" : ","}${canonicalJson(item)}`;
    return `[${text}]`;
  }
  for (const key of sortedKeys(value)) {
    const inner = (value as JsonObject)[key];
    if (inner === undefined) continue;
    text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${canonicalJson(inner)}`;
  }
  return `{${text}}`;
}

function sortedKeys(value: object): readonly string[] {
  const keys = Object.keys(value);
  const isSorted = keys.every((key, at) => at === 0 || (keys[at - 1] ?? "") < key);
  if (!isSorted) keys.sort();
  if (!keys.some((key) => startsWithDigit.test(key))) return keys;
  return Object.keys(Object.fromEntries(keys.map((key) => [key, null])));
}

const startsWithDigit = /^\d/;

/** The content hash of an entry: 32 hex digits of SHA-256 over the canonical text. */
export function contentHash(value: Json): string {
  return hash("sha256", canonicalJson(value), "hex").slice(0, 32);
}

/** True for text that is one JSON value. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** True for objects that are neither null nor an array. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
