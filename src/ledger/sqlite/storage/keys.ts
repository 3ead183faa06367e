// Keys and their integer ids: a key is stored as text once. Not here: what a key stands for.
import type { ReferableName } from "../../../model/resource.ts";
import type { Connection } from "./connection.ts";
import { insertRows, type Value } from "./insert-rows.ts";

const maxCached = 50_000;

/** A key as its resource knows it. */
export interface KeyName {
  readonly resource: ReferableName;
  readonly key: string;
}

/** The ids of keys on one connection. */
export interface Keys {
  /** The key's id; gives it one when it has none. Only inside a write. */
  id(resource: ReferableName, key: string): number;
  /** Gives those keys an id that have none, in their order, which costs less than asking for one by one. Only inside a write. */
  learn(names: Iterable<KeyName>): void;
  /** The key's id, or undefined when the ledger has never seen it. */
  find(resource: ReferableName, key: string): number | undefined;
}

/** Ids with a bounded cache, which forgets what a rollback took back. */
export function openKeys(connection: Connection): Keys {
  const cache = new Map<ReferableName, Map<string, number>>();
  let cached = 0;
  const insertNew = insertRows(connection, "or ignore into keys (id, resource, key)", 3);
  connection.onRollback(forget);

  function forget(): void {
    cache.clear();
    cached = 0;
  }

  function known(resource: ReferableName, key: string): number | undefined {
    return cache.get(resource)?.get(key);
  }

  function keep(resource: ReferableName, key: string, id: number): void {
    if (cached >= maxCached) forget();
    const ids = cache.get(resource) ?? new Map<string, number>();
    cache.set(resource, ids.set(key, id));
    cached += 1;
  }

  function find(resource: ReferableName, key: string): number | undefined {
    const cachedId = known(resource, key);
    if (cachedId !== undefined) return cachedId;
    const found = connection.one<{ id: number }>(
      "select id from keys where resource = ? and key = ?",
      resource,
      key,
    )?.id;
    if (found !== undefined) keep(resource, key, found);
    return found;
  }

  function unknownOf(names: Iterable<KeyName>): ReadonlyMap<ReferableName, Set<string>> {
    const unknown = new Map<ReferableName, Set<string>>();
    for (const { resource, key } of names) {
      if (known(resource, key) !== undefined) continue;
      const keys = unknown.get(resource) ?? new Set<string>();
      unknown.set(resource, keys.add(key));
    }
    return unknown;
  }

  /** Takes them for new. Where one is not, the ledger is asked for all; `id` finds out what is still missing. */
  function learn(resource: ReferableName, keys: ReadonlySet<string>): void {
    const newest = connection.one<{ id: number | null }>("select max(id) id from keys")?.id ?? 0;
    const values: Value[] = [];
    for (const key of keys) values.push(newest + 1 + values.length / 3, resource, key);
    if (cached + keys.size > maxCached) forget();
    if (insertNew(values) === keys.size) {
      for (const [at, key] of [...keys].entries()) keep(resource, key, newest + 1 + at);
      return;
    }
    // `cross`: one look-up for each key that is asked for, where SQLite would go through all keys that there are for each.
    const found = connection.all<{ id: number; key: string }>(
      "select k.id, k.key from json_each(?) j cross join keys k on k.resource = ? and k.key = j.value",
      JSON.stringify([...keys]),
      resource,
    );
    for (const { id, key } of found) keep(resource, key, id);
  }

  return {
    find,
    learn(names) {
      for (const [resource, unknown] of unknownOf(names)) learn(resource, unknown);
    },
    id(resource, key) {
      const found = known(resource, key);
      if (found !== undefined) return found;
      const kept = connection.one<{ id: number }>(
        "insert into keys (resource, key) values (?, ?) on conflict (resource, key) do update set key = excluded.key returning id",
        resource,
        key,
      );
      if (kept === undefined) throw new Error("a key was not kept");
      keep(resource, key, kept.id);
      return kept.id;
    },
  };
}
