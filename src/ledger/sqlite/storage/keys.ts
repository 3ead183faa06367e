// Keys and their integer ids: a key is stored as text once. Not here: what a key stands for.
import type { ReferableName } from "../../../model/resource.ts";
import type { Connection } from "./connection.ts";

const maxCached = 50_000;

/** The ids of keys on one connection. */
export interface Keys {
  /** The key's id; gives it one when it has none. Only inside a write. */
  id(resource: ReferableName, key: string): number;
  /** The key's id, or undefined when the ledger has never seen it. */
  find(resource: ReferableName, key: string): number | undefined;
}

/** Ids with a bounded cache, which forgets what a rollback took back. */
export function openKeys(connection: Connection): Keys {
  const cache = new Map<string, number>();
  connection.onRollback(() => cache.clear());

  function find(resource: ReferableName, key: string): number | undefined {
    const name = `${resource} ${key}`;
    const cached = cache.get(name);
    if (cached !== undefined) return cached;
    const found = connection.one<{ id: number }>(
      "select id from keys where resource = ? and key = ?",
      resource,
      key,
    )?.id;
    if (found !== undefined) keep(name, found);
    return found;
  }

  function keep(name: string, id: number): void {
    if (cache.size >= maxCached) cache.clear();
    cache.set(name, id);
  }

  return {
    find,
    id(resource, key) {
      const name = `${resource} ${key}`;
      const cached = cache.get(name);
      if (cached !== undefined) return cached;
      const kept = connection.one<{ id: number }>(
        "insert into keys (resource, key) values (?, ?) on conflict (resource, key) do update set key = excluded.key returning id",
        resource,
        key,
      );
      if (kept === undefined) throw new Error("a key was not kept");
      keep(name, kept.id);
      return kept.id;
    },
  };
}
