// Which resources a ledger has keys of. The ledger keeps their names as text and knows none by itself.
import type { Connection } from "./storage/connection.ts";

/** Their names in order. Jumps through the index of keys from one name to the next, however many keys there are. */
export function resourcesWithKeys(connection: Connection): readonly string[] {
  const names: string[] = [];
  for (let last = ""; ; ) {
    const next = connection.one<{ name: string | null }>(
      "select min(resource) name from keys where resource > ?",
      last,
    )?.name;
    if (next === undefined || next === null) return names;
    names.push(next);
    last = next;
  }
}
