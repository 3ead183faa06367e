// Lists of keys that one call works through and that may be too long for memory. They live in SQLite's temporary files.
import type { ReferableName } from "../../../model/resource.ts";
import type { Connection } from "./connection.ts";

/** Makes worklists on one connection. */
export interface Worklists {
  /** The result of a query with the columns resource and key (an id). Whoever fills a list drops it. */
  fill(query: string, ...parameters: readonly (string | number)[]): Worklist;
}

/** A list of keys too long for memory, kept in the database until it is dropped. */
export interface Worklist {
  /** Keys in batches of one resource. */
  batches(size: number): Iterable<{ readonly resource: ReferableName; readonly keys: readonly string[] }>;
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
          `insert into worklist (list, resource, key) select ${list}, resource, key from (${query})`,
          ...parameters,
        ),
      );
      return {
        batches: (size) => batches(connection, list, size),
        drop: () => connection.write(() => connection.run("delete from worklist where list = ?", list)),
      };
    },
  };
}

function* batches(connection: Connection, list: number, size: number): ReturnType<Worklist["batches"]> {
  for (const resource of resourcesOf(connection, list)) {
    for (let after = 0; ; ) {
      const page = connection.read(() =>
        connection.all<{ id: number; key: string }>(
          `select w.key id, k.key from worklist w join keys k on k.id = w.key
            where w.list = ? and w.resource = ? and w.key > ? order by w.key limit ?`,
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

function resourcesOf(connection: Connection, list: number): readonly ReferableName[] {
  return connection
    .read(() =>
      connection.all<{ resource: ReferableName }>("select distinct resource from worklist where list = ?", list),
    )
    .map(({ resource }) => resource);
}
