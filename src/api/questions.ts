// Writing `sku[in]=A,B,C` with its controls, so that it fits: page size, address length, and keys with a comma, which `in`
// would split.
import type { Control } from "../model/ledger/account-memory.ts";

/** One request, the keys that it asks for, and the controls that its answer has to show. */
export interface Question {
  /** The query, encoded. */
  readonly text: string;
  readonly keys: readonly string[];
  readonly controls: readonly Control[];
}

/** With two controls and a page of 100, so that a full answer is still seen to be shorter than a page. */
export const mostKeys = 97;
const maxAddressLength = 4096;

/** True for a key that `in` can hold. */
export function fitsIn(key: string): boolean {
  return !key.includes(",");
}

/** Keys in the batches that one `in` question each can hold. `addressLength` is that of the address without its query. */
export function batchesForIn(
  field: string,
  keys: readonly string[],
  controls: readonly Control[],
  most: number,
  addressLength: number,
): readonly (readonly string[])[] {
  const frame = addressLength + field.length + "?%5Bin%5D=&per_page=100&page=100000".length;
  const room = maxAddressLength - frame - controls.reduce((sum, { key }) => sum + lengthOf(key), 0);
  const batches: string[][] = [];
  let length = 0;
  for (const key of keys) {
    const last = batches.at(-1);
    const size = lengthOf(key);
    if (last === undefined || last.length >= most || length + size > room) {
      batches.push([key]);
      length = size;
    } else {
      last.push(key);
      length += size;
    }
  }
  return batches;
}

/**
 * The questions that prove something of these keys. One with a control first and one last, because a server may stop after
 * so many keys, or see only the last; with a single control two questions, which have it at either end.
 */
export function inQuestions(
  field: string,
  keys: readonly string[],
  [first, last]: readonly [Control, Control?],
): readonly Question[] {
  const ask = (before: readonly Control[], after: readonly Control[]): Question => {
    const ends = new Set([...before, ...after].map(({ key }) => key));
    const between = keys.filter((key) => !ends.has(key));
    const all = [...before.map(({ key }) => key), ...between, ...after.map(({ key }) => key)];
    return { text: inQuestion(field, all), keys, controls: [...before, ...after] };
  };
  return last === undefined ? [ask([first], []), ask([], [first])] : [ask([first], [last])];
}

/** Several keys in this order. */
export function inQuestion(field: string, keys: readonly string[]): string {
  return `${field}%5Bin%5D=${keys.map(encodeURIComponent).join(",")}`;
}

/** One key by itself. */
export function eqQuestion(field: string, key: string): string {
  return `${field}%5Beq%5D=${encodeURIComponent(key)}`;
}

function lengthOf(key: string): number {
  return encodeURIComponent(key).length + 1;
}
