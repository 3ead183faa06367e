// Reading stored contents and writing the small shapes that all replies share.
import { isPlainObject, type Json, type JsonObject } from "../../model/json.ts";

/** The list of objects under a name; empty when there is none. */
export function objectsAt(content: JsonObject, name: string): readonly JsonObject[] {
  const value = content[name];
  return Array.isArray(value) ? value.filter((item): item is JsonObject => isPlainObject(item)) : [];
}

/** The object under a name. */
export function objectAt(content: JsonObject, name: string): JsonObject | undefined {
  const value = content[name];
  return isPlainObject(value) ? (value as JsonObject) : undefined;
}

/** The text under a name. */
export function textAt(content: JsonObject, name: string): string | undefined {
  const value = content[name];
  return typeof value === "string" ? value : undefined;
}

/** The number under a name. */
export function numberAt(content: JsonObject, name: string): number | undefined {
  const value = content[name];
  return typeof value === "number" ? value : undefined;
}

/** The named values, each null when it is not there. */
export function pick(content: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map((name): [string, Json] => [name, content[name] ?? null]));
}

/** `2024-01-15T10:30:00Z`, as the pages write moments: to the second. */
export function isoSeconds(momentMs: number): string {
  return `${new Date(momentMs).toISOString().slice(0, 19)}Z`;
}

/** Four decimals: enough for any price here, and free of what adding doubles leaves behind. */
export function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
