// Keys in the alphabetical neighbourhood of one that nobody knows: what somebody who mistyped it may have meant.
// A whole ledger of keys is too much to compare; which of these is nearest is for others to say.
import { resourcesWithKeys } from "./resources-with-keys.ts";
import type { Connection } from "./storage/connection.ts";

const neighbours = 50;

/** Keys around this one and around its beginnings, in its own, upper and lower case, each once. */
export function keysNear(connection: Connection, key: string): readonly string[] {
  const found = new Set<string>();
  const starts = new Set([key, key.toUpperCase(), key.toLowerCase()].flatMap(beginnings));
  for (const resource of resourcesWithKeys(connection)) {
    for (const start of starts) {
      for (const near of around(connection, resource, start)) found.add(near);
    }
  }
  return [...found];
}

// A letter that is wrong or missing early on sorts a key far from the one that was meant.
function beginnings(key: string): readonly string[] {
  return [key, key.slice(0, Math.ceil(key.length / 2)), key.slice(0, 1)];
}

function around(connection: Connection, resource: string, start: string): readonly string[] {
  const query = (comparison: string) =>
    connection.all<{ key: string }>(
      `select key from keys where resource = ? and key ${comparison} limit ${neighbours}`,
      resource,
      start,
    );
  return [...query(">= ? order by key"), ...query("< ? order by key desc")].map(({ key }) => key);
}
