// What was sent against what the API has, field by field. Values are compared by what they mean: 12.5 and "12.50" are
// one number, "" and nothing are one emptiness, lists of words have no order, items are found by their SKU.
import { isPlainObject, type Json, type JsonObject } from "./json.ts";
import { formatPath, type PathStep } from "./payload-path.ts";

/** A field that is not as it was sent. */
export interface Difference {
  readonly path: string;
  readonly sent: Json;
  /** Undefined where there is no such item or label at all. */
  readonly have: Json | undefined;
}

/** How a payload and a record compare. */
export interface Comparison {
  readonly differences: readonly Difference[];
  /** Paths without indexes that were sent and that replies do not show. */
  readonly unreadable: readonly string[];
  /** Values that were compared. */
  readonly compared: number;
}

/** Compares everything that was sent; what the record has beside it does not matter, but for items nobody sent. */
export function compare(sent: JsonObject, have: JsonObject): Comparison {
  return compareObjects(sent, have, []);
}

type Path = readonly PathStep[];

const equal: Comparison = { differences: [], unreadable: [], compared: 1 };

function compareValues(sent: Json, have: Json | undefined, path: Path): Comparison {
  if (have === undefined) {
    // A label that is missing among custom fields that are shown was dropped; any other field is one that replies lack.
    if (path.at(-2) === "custom_fields") return isNothing(sent) ? equal : different(sent, have, path);
    const name = formatPath(path.filter((step) => typeof step === "string"));
    return { differences: [], unreadable: [name], compared: 0 };
  }
  if (isObjectList(sent)) {
    if (Array.isArray(have)) return compareItems(sent, have as readonly Json[], path);
    return isNothing(have) && sent.length === 0 ? equal : different(sent, have, path);
  }
  if (Array.isArray(sent)) return sameWords(sent as readonly Json[], have) ? equal : different(sent, have, path);
  if (isPlainObject(sent)) {
    const object = sent as JsonObject;
    return isPlainObject(have) ? compareObjects(object, have as JsonObject, path) : different(object, have, path);
  }
  return sameScalar(sent, have) ? equal : different(sent, have, path);
}

function compareObjects(sent: JsonObject, have: JsonObject, path: Path): Comparison {
  return sum(
    Object.entries(sent).map(([name, value]) =>
      compareValues(value, Object.hasOwn(have, name) ? have[name] : undefined, [...path, name]),
    ),
  );
}

// Each sent item takes the one that is most like it among those of its SKU; what is left over is paired in order.
function compareItems(sent: readonly JsonObject[], have: readonly Json[], path: Path): Comparison {
  const left = have.filter((item): item is JsonObject => isPlainObject(item));
  const take = (item: JsonObject): void => {
    left.splice(left.indexOf(item), 1);
  };
  const found: Comparison[] = [];
  const unmatched: number[] = [];
  for (const [index, item] of sent.entries()) {
    const at = [...path, index];
    const [best] = left
      .filter((candidate) => isSameItem(item, candidate))
      .map((candidate) => ({ candidate, comparison: compareObjects(item, candidate, at) }))
      .sort((a, b) => a.comparison.differences.length - b.comparison.differences.length);
    if (best === undefined) unmatched.push(index);
    else {
      take(best.candidate);
      found.push(best.comparison);
    }
  }
  for (const index of unmatched) {
    const item = sent[index] ?? {};
    const at = [...path, index];
    const [next] = left;
    if (next === undefined) found.push(different(item, undefined, at));
    else {
      take(next);
      found.push(compareObjects(item, next, at));
    }
  }
  const surplus = left.map((item, index) => different(null, item, [...path, sent.length + index]));
  return sum([...found, ...surplus]);
}

function isSameItem(sent: JsonObject, have: JsonObject): boolean {
  const name = ["sku", "product_id"].find((field) => sent[field] !== undefined);
  return name === undefined || sameScalar(sent[name] ?? null, have[name] ?? null);
}

function isObjectList(value: Json): value is readonly JsonObject[] {
  return Array.isArray(value) && value.length > 0 && value.every((item: Json) => isPlainObject(item));
}

function sameWords(sent: readonly Json[], have: Json): boolean {
  if (!Array.isArray(have)) return isNothing(have) && sent.length === 0;
  const left = [...(have as readonly Json[])];
  for (const word of sent) {
    const at = left.findIndex((other) => sameScalar(word, other));
    if (at === -1) return false;
    left.splice(at, 1);
  }
  return left.length === 0;
}

function sameScalar(sent: Json, have: Json): boolean {
  if (isNothing(sent) || isNothing(have)) return isNothing(sent) && isNothing(have);
  if (typeof sent === "boolean") return have === sent || have === Number(sent);
  if (typeof sent === "number") return typeof have !== "boolean" && isSameNumber(sent, Number(have));
  if (typeof sent === "string") {
    if (typeof have === "number") return sent.trim() === String(have);
    return typeof have === "string" && sent.trim() === have.trim();
  }
  return false;
}

// Ounces to pounds and back are not exact; a cent is.
function isSameNumber(sent: number, have: number): boolean {
  return Math.abs(sent - have) <= Math.abs(sent) * 1e-9;
}

// The API may store an empty text as null, and shows both.
function isNothing(value: Json): boolean {
  return value === null || value === "" || (Array.isArray(value) && value.length === 0);
}

function different(sent: Json, have: Json | undefined, path: Path): Comparison {
  return { differences: [{ path: formatPath(path), sent, have }], unreadable: [], compared: 1 };
}

function sum(parts: readonly Comparison[]): Comparison {
  return {
    differences: parts.flatMap(({ differences }) => differences),
    unreadable: [...new Set(parts.flatMap(({ unreadable }) => unreadable))],
    compared: parts.reduce((total, { compared }) => total + compared, 0),
  };
}
