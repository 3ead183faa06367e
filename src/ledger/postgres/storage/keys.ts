// Keys and their integer ids: a key is stored as text once. Not here: what a key stands for.
import type { ReferableName } from "../../../model/resource.ts";
import type { Connection } from "./connection.ts";
import { shortKey } from "./short-key.ts";
import type { Statements } from "./statements.ts";

const maxCached = 50_000;

/** A key as its resource knows it. */
export interface KeyName {
  readonly resource: ReferableName;
  readonly key: string;
}

/** The ids of some keys. */
export type KeyIds = (resource: ReferableName, key: string) => number | undefined;

/** The ids of keys on one connection. */
export interface Keys {
  /** The ids of these keys; gives one to those that have none, in their order. Only inside a write. */
  learn(db: Statements, names: Iterable<KeyName>): Promise<(resource: ReferableName, key: string) => number>;
  /** The ids of these keys as far as the ledger has ever seen them. */
  find(db: Statements, names: Iterable<KeyName>): Promise<KeyIds>;
}

/** Ids with a bounded cache, which forgets what a rollback took back. */
export function openKeys(connection: Connection): Keys {
  const cache = new Map<ReferableName, Map<string, number>>();
  let cached = 0;
  connection.onRollback(forget);

  function forget(): void {
    cache.clear();
    cached = 0;
  }

  function keep(resource: ReferableName, key: string, id: number): void {
    if (cached >= maxCached) forget();
    const ids = cache.get(resource) ?? new Map<string, number>();
    cache.set(resource, ids.set(key, id));
    cached += 1;
  }

  /** The ids of keys by resource: what is in the cache, and what `ask` finds out of the others. */
  async function idsOf(
    names: Iterable<KeyName>,
    ask: (
      resource: ReferableName,
      keys: readonly string[],
    ) => Promise<readonly { readonly id: number; readonly key: string }[]>,
  ): Promise<KeyIds> {
    const ids = new Map<ReferableName, Map<string, number>>();
    const unknown = new Map<ReferableName, Set<string>>();
    for (const { resource, key } of names) {
      const id = cache.get(resource)?.get(key);
      if (id === undefined) unknown.set(resource, (unknown.get(resource) ?? new Set<string>()).add(key));
      else ids.set(resource, (ids.get(resource) ?? new Map<string, number>()).set(key, id));
    }
    for (const [resource, keys] of unknown) {
      const found = ids.get(resource) ?? new Map<string, number>();
      for (const { id, key } of await ask(resource, [...keys])) {
        found.set(key, id);
        keep(resource, key, id);
      }
      ids.set(resource, found);
    }
    return (resource, key) => ids.get(resource)?.get(key);
  }

  const find = (db: Statements) => (resource: ReferableName, keys: readonly string[]) =>
    db.all<{ id: number; key: string }>(
      `select id, key from keys where resource = ? and ${shortKey("key")} in (select ${shortKey("asked")} from unnest(?::text[]) asked)`,
      resource,
      keys,
    );

  return {
    find: (db, names) => idsOf(names, find(db)),
    async learn(db, names) {
      const known = await idsOf(names, async (resource, keys) => {
        const made = await db.all<{ id: number; key: string }>(
          `insert into keys (resource, key) select ?, key from unnest(?::text[]) with ordinality asked (key, ordinal) order by ordinal
             on conflict do nothing returning id, key`,
          resource,
          keys,
        );
        if (made.length === keys.length) return made;
        const isMade = new Set(made.map(({ key }) => key));
        return [
          ...made,
          ...(await find(db)(
            resource,
            keys.filter((key) => !isMade.has(key)),
          )),
        ];
      });
      return (resource, key) => {
        const id = known(resource, key);
        if (id === undefined) throw new Error("a key was not kept");
        return id;
      };
    },
  };
}
