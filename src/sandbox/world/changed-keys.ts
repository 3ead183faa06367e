// Keys as the server stores them when it does not keep them as they came. References to a key are changed in the same
// way before they are looked up, so an order line still finds its product; filters look at what is stored.
import { isPlainObject, type Json, type JsonObject } from "../../model/json.ts";
import type { LieName } from "./lies.ts";
import type { Lies } from "./read-lies.ts";

/** What becomes of a key; of the keys in a record's content. Both give back what they got when no such lie is on. */
export interface KeyChanges {
  readonly key: (key: string) => string;
  readonly content: (text: string) => string;
}

/** The changes that the lies make. Doing them twice changes nothing more. */
export function keyChanges(lies: Lies): KeyChanges {
  const active = changes(lies).filter(([name]) => lies.has(name));
  const key = (text: string): string => active.reduce((changed, [, change]) => change(changed), text);
  const inside = (value: Json, name = ""): Json => {
    if (typeof value === "string") return keyFields.has(name) ? counted(value) : value;
    if (Array.isArray(value)) return value.map((item: Json) => inside(item, name));
    if (!isPlainObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value as JsonObject).map(([field, inner]) => [field, inside(inner, field)]),
    );
  };
  const counted = (value: string): string => {
    const changed = key(value);
    if (changed !== value) for (const [name] of active) lies.tells(name);
    return changed;
  };
  return { key, content: (text) => (active.length === 0 ? text : JSON.stringify(inside(JSON.parse(text) as Json))) };
}

const keyFields = new Set(["sku", "order_number", "label"]);

const changes = (lies: Lies): readonly (readonly [LieName, (key: string) => string])[] => [
  ["keys-nfc", (key) => key.normalize("NFC")],
  ["keys-zero-width-dropped", (key) => key.replace(/[\u200B-\u200D\u2060\uFEFF\u00AD]/gu, "")],
  ["keys-trimmed", (key) => key.trim().replace(/\s+/gu, " ")],
  ["keys-lowercased", (key) => key.toLowerCase()],
  ["keys-uppercased", (key) => key.toUpperCase()],
  ["keys-cut", (key) => [...key].slice(0, lies.amount("keys-cut")).join("").trimEnd()],
];
