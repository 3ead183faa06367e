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
 * come first and by size, as every JavaScript object has them.
 */
export function canonicalJson(value: Json): string {
  return JSON.stringify(inKeyOrder(value));
}

/** A copy whose objects have their keys in order; what has none in it is itself. */
function inKeyOrder(value: Json): Json {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.some(isObject) ? (value as readonly Json[]).map(inKeyOrder) : value;
  const copy: Record<string, Json> = {};
  for (const key of sortedKeys(value)) {
    const inner = inKeyOrder((value as JsonObject)[key] as Json);
    if (key === "__proto__")
      Object.defineProperty(copy, key, { value: inner, enumerable: true, configurable: true, writable: true });
    else copy[key] = inner;
  }
  return copy;
}

/** The keys of an object in order. Objects of one kind have the same keys, mostly, and sorting them costs more than looking. */
function sortedKeys(value: object): readonly string[] {
  const keys = Object.keys(value);
  for (const known of knownOrders) if (isSame(known.keys, keys)) return known.sorted;
  const sorted = keys.toSorted();
  knownOrders.unshift({ keys, sorted });
  knownOrders.length = Math.min(knownOrders.length, mostKnownOrders);
  return sorted;
}

const knownOrders: { readonly keys: readonly string[]; readonly sorted: readonly string[] }[] = [];
const mostKnownOrders = 8;

function isSame(some: readonly string[], others: readonly string[]): boolean {
  if (some.length !== others.length) return false;
  for (let at = 0; at < some.length; at++) if (some[at] !== others[at]) return false;
  return true;
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

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

/**
 * An object without a prototype and without keys, for a few of them: a key called `__proto__` is a key like any other there. V8
 * keeps it as it keeps instances of classes; `Object.create(null)` gives a hash table, twice as slow to fill and to write as
 * JSON, and much larger.
 */
export function newBareObject<T>(): Record<string, T> {
  // It loses its prototype while it is empty: its keys then have a fixed layout.
  return Object.setPrototypeOf({}, null);
}

/** Makes such objects for these keys, which are set in this order, or some of them. */
export function bareObjectMaker<T>(keys: readonly string[]): () => Record<string, T> {
  class Bare {}
  const make = () => Object.setPrototypeOf(new Bare(), null);
  // V8 knows a layout for as long as an object has it. Keys that are defined may be ten times as many as keys that are
  // assigned before it falls back to a hash table; assigning follows a layout that is there, however wide.
  const pattern = make();
  for (const key of keys) {
    Object.defineProperty(pattern, key, { value: "", writable: true, enumerable: true, configurable: true });
  }
  return Object.assign(make, { pattern });
}
