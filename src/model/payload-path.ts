// Payload paths as text: `items[1].quantity`, `category.name`, `custom_fields.Country of origin`.
// One grammar for mappings, problems and the API's own dotted paths.
import { isPlainObject, type Json } from "./json.ts";

/** A field name, or the index in a list (from 0). */
export type PathStep = string | number;

/** Splits `items[1].quantity` (and the API's `items.1.quantity`) into steps. Never fails: odd text is one step. */
export function parsePath(path: string): readonly PathStep[] {
  const steps: PathStep[] = [];
  const parts = path.split(".");
  for (const [index, part] of parts.entries()) {
    if (steps.at(-1) === "custom_fields") return [...steps, parts.slice(index).join(".")]; // labels may hold dots
    const indexed = /^([^[\]]+)((?:\[\d+\])+)$/.exec(part);
    if (indexed?.[1] !== undefined && indexed[2] !== undefined) {
      steps.push(indexed[1], ...indexed[2].slice(1, -1).split("][").map(Number));
    } else {
      steps.push(/^\d+$/.test(part) && steps.length > 0 ? Number(part) : part);
    }
  }
  return steps;
}

/** The one way a path is written: numbers in brackets. */
export function formatPath(steps: readonly PropertyKey[]): string {
  return steps.reduce<string>(
    (text, step) =>
      typeof step === "number" ? `${text}[${step}]` : text === "" ? String(step) : `${text}.${String(step)}`,
    "",
  );
}

/** The path of what encloses a path: `items[1]` of `items[1].quantity`, nothing of `items`. */
export function parentPath(path: string): string {
  return path.slice(0, Math.max(0, Math.max(path.lastIndexOf("."), path.lastIndexOf("["))));
}

/** The value at a path, or undefined. Reads own properties only. */
export function valueAt(root: unknown, steps: readonly PathStep[]): unknown {
  let value = root;
  for (const step of steps) {
    if (typeof step === "number") value = Array.isArray(value) ? value[step] : undefined;
    else value = isPlainObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
    if (value === undefined) return undefined;
  }
  return value;
}

/** A copy of `root` with `value` at the path; missing objects are made on the way. Steps through arrays must exist. */
export function withValueAt(root: Json, steps: readonly PathStep[], value: Json): Json {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  if (typeof step === "number") {
    const items = Array.isArray(root) ? [...root] : [];
    items[step] = withValueAt((items[step] as Json | undefined) ?? {}, rest, value);
    return items;
  }
  const fields = new Map<string, Json>(isPlainObject(root) ? (Object.entries(root) as [string, Json][]) : []);
  fields.set(step, withValueAt(fields.get(step) ?? {}, rest, value));
  return Object.fromEntries(fields);
}

/** As `withValueAt` for many paths, in one copy. */
export function withValuesAt(root: Json, paths: readonly (readonly PathStep[])[], value: Json): Json {
  const own = new Set<Json>();
  let result = root;
  for (const steps of paths) result = set(result, steps, value, own);
  return result;
}

function set(root: Json, [step, ...rest]: readonly PathStep[], value: Json, own: Set<Json>): Json {
  if (step === undefined) return value;
  const isOwn = own.has(root) && Array.isArray(root) === (typeof step === "number");
  const copy = isOwn ? root : copyOf(root, step);
  own.add(copy);
  const inner = set((valueAt(copy, [step]) as Json | undefined) ?? {}, rest, value, own);
  Object.defineProperty(copy, step, { value: inner, writable: true, enumerable: true, configurable: true });
  return copy;
}

function copyOf(root: Json, step: PathStep): Json {
  if (typeof step === "number") return Array.isArray(root) ? [...root] : [];
  return Object.fromEntries(isPlainObject(root) ? (Object.entries(root) as [string, Json][]) : []);
}
