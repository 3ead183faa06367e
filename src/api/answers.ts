// What Luminous has under the keys that were asked for. How they are asked is in dispatch/routes.ts.
import { isPlainObject, type JsonObject } from "../model/json.ts";
import type { Referable, RemoteKey, RemoteRecord } from "../model/resource.ts";
import { createAlike } from "../model/text/fold-key.ts";

/** What Luminous has under a key. `own`: the record itself; else the key is another record's alternate or variant. */
export interface Found {
  readonly remoteId: string;
  readonly role: RemoteKey["role"];
  /** The key of the record itself, where it was seen. */
  readonly ownKey: string | undefined;
  /** Further records whose own key it is: which of them is meant, nobody knows. */
  readonly others: readonly string[];
}

/** Records whose own key is like an asked one without being it, by the asked key. */
export type Alike = ReadonlyMap<string, readonly RemoteRecord[]>;

/** Of more records than this that look like one key, the others are not needed to see that it is unclear. */
const mostAlike = 10;

/** A record with the row that shows it. */
export interface ShownRecord extends RemoteRecord {
  readonly row: JsonObject;
}

/** The records under these keys, filled page by page. Keys are compared exactly. */
export interface Collector {
  readonly found: ReadonlyMap<string, Found>;
  readonly alike: Alike;
  /** Rows that may hide a key: an absence proves nothing then. */
  readonly unreadable: number;
  /** Takes the rows of a page and gives those that are records of the resource. */
  take(rows: readonly unknown[]): readonly ShownRecord[];
}

/** Collects what rows of the resource say of these keys. */
export function collectAnswers(resource: Referable, keys: Iterable<string>): Collector {
  const asked = new Set(keys);
  const found = new Map<string, Found>();
  const alike = new Map<string, readonly RemoteRecord[]>();
  const likeOf = createAlike(asked);
  let unreadable = 0;
  return {
    found,
    alike,
    get unreadable() {
      return unreadable;
    },
    take(rows) {
      const records: ShownRecord[] = [];
      for (const row of rows) {
        const record = resource.remoteRecord(row);
        if (record === undefined || !isPlainObject(row)) {
          if (!hasNoKey(resource, row)) unreadable += 1;
          continue;
        }
        records.push({ ...record, row: row as JsonObject });
        const own = ownKeyOf(record);
        for (const { key, role } of record.keys) {
          if (asked.has(key)) keepBest(found, key, { remoteId: record.remoteId, role, ownKey: own, others: [] });
        }
        if (own === undefined || asked.has(own)) continue;
        for (const key of likeOf(own)) {
          const known = (alike.get(key) ?? []).filter(({ remoteId }) => remoteId !== record.remoteId);
          if (known.length < mostAlike) alike.set(key, [...known, record]);
        }
      }
      return records;
    },
  };
}

/** The key of the record itself. */
export function ownKeyOf({ keys }: RemoteRecord): string | undefined {
  return keys.find(({ role }) => role === "own")?.key;
}

/** The record itself before those that only answer to the key. */
export function keepBest(answers: Map<string, Found>, key: string, found: Found): void {
  const known = answers.get(key);
  if (known?.role !== "own") answers.set(key, found);
  else if (found.role === "own" && ![known.remoteId, ...known.others].includes(found.remoteId))
    answers.set(key, { ...known, others: [...known.others, found.remoteId] });
}

/** A channel without a label, say: it is not what anybody asks for by key. */
function hasNoKey({ keyPath }: Referable, row: unknown): boolean {
  const key = isPlainObject(row) ? row[keyPath] : undefined;
  return key === null || (typeof key === "string" && key.trim() === "");
}
