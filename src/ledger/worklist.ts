// Lists of keys that one call works through and that may be too long for memory. They live in SQLite's temporary files.
import type { ReferableName, ResourceName } from "../model/resource.ts";
import type { Connection } from "./connection.ts";

/** Makes worklists on one connection. */
export interface Worklists {
  /** The result of a query with the columns resource, name and key (an id). Whoever fills a list drops it. */
  fill(query: string, ...parameters: readonly (string | number)[]): Worklist;
}

/** A list of keys too long for memory, kept in the database until it is dropped. */
export interface Worklist {
  /** Key ids in batches of one resource, and with their text. */
  batches(size: number): Iterable<{ readonly resource: ReferableName; readonly keys: readonly string[] }>;
  /** Key ids that share resource and name; of a list that has a name, which only keys of entries do. */
  sets(): Iterable<{ readonly resource: ResourceName; readonly keys: readonly number[] }>;
  drop(): void;
}

/** Worklists on a connection. */
export function openWorklists(connection: Connection): Worklists {
  let lists = 0;
  return {
    fill(query, ...parameters) {
      lists += 1;
      const list = lists;
      connection.write(() =>
        connection.run(
          `insert into worklist (list, resource, name, key) select ${list}, resource, name, key from (${query})`,
          ...parameters,
        ),
      );
      return {
        batches: (size) => batches(connection, list, size),
        sets: () => sets(connection, list),
        drop: () => connection.write(() => connection.run("delete from worklist where list = ?", list)),
      };
    },
  };
}

function* batches(connection: Connection, list: number, size: number): ReturnType<Worklist["batches"]> {
  for (const resource of resourcesOf<ReferableName>(connection, list)) {
    for (let after = 0; ; ) {
      const page = connection.read(() =>
        connection.all<{ id: number; key: string }>(
          `select w.key id, k.key from worklist w join keys k on k.id = w.key
            where w.list = ? and w.resource = ? and w.name = '' and w.key > ? order by w.key limit ?`,
          list,
          resource,
          after,
          size,
        ),
      );
      const last = page.at(-1);
      if (last === undefined) break;
      yield { resource, keys: page.map(({ key }) => key) };
      after = last.id;
    }
  }
}

function* sets(connection: Connection, list: number): ReturnType<Worklist["sets"]> {
  for (const resource of resourcesOf<ResourceName>(connection, list)) {
    for (let after = ""; ; ) {
      const found = connection.read(() =>
        connection.one<{ name: string; keys: string }>(
          `select name, json_group_array(key) keys from worklist
            where list = ? and resource = ? and name = (
              select min(name) from worklist where list = ? and resource = ? and name > ?)
            group by name`,
          list,
          resource,
          list,
          resource,
          after,
        ),
      );
      if (found === undefined) break;
      yield { resource, keys: JSON.parse(found.keys) };
      after = found.name;
    }
  }
}

function resourcesOf<Name extends ReferableName>(connection: Connection, list: number): readonly Name[] {
  return connection
    .read(() => connection.all<{ resource: Name }>("select distinct resource from worklist where list = ?", list))
    .map(({ resource }) => resource);
}
