// Writing `sku[in]=A,B,C` so that it fits: page size, address length, and keys with a comma, which `in` would split.
import { pageSize } from "./pages.ts";

/** The query of one lookup, encoded, and the keys that it asks for. */
export interface FilterQuery {
  readonly text: string;
  readonly keys: readonly string[];
}

const maxAddressLength = 4096;

/** Every key is in exactly one query. `addressLength` is that of the address without its query. */
export function filterQueries(field: string, keys: readonly string[], addressLength: number): readonly FilterQuery[] {
  const room = maxAddressLength - addressLength - field.length - "?[in]=&per_page=100&page=100000".length - 4;
  const queries: FilterQuery[] = [];
  let batch: string[] = [];
  let length = 0;
  const finish = () => {
    if (batch.length > 0)
      queries.push({ text: `${field}%5Bin%5D=${batch.map(encodeURIComponent).join(",")}`, keys: batch });
    batch = [];
    length = 0;
  };
  for (const key of keys) {
    if (key.includes(",")) {
      queries.push({ text: `${field}%5Beq%5D=${encodeURIComponent(key)}`, keys: [key] });
      continue;
    }
    const size = encodeURIComponent(key).length + 1;
    if (batch.length >= pageSize || length + size > room) finish();
    batch.push(key);
    length += size;
  }
  finish();
  return queries;
}
