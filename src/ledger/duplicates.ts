// Keys that more than one entry of a run claims, exactly or but for case. Not here: what is made of that.
import type { Duplicate, Staging } from "../model/ledger.ts";
import type { ResourceName } from "../model/resource.ts";
import type { Connection } from "./connection.ts";
import type { Worklists } from "./worklist.ts";

/** The part of `Staging` that finds keys claimed twice. */
export function openDuplicates(
  connection: Connection,
  worklists: Worklists,
): Pick<Staging, "duplicates" | "caseVariants"> {
  return {
    duplicates: (run) => duplicates(connection, run),
    caseVariants: (run) => caseVariants(connection, worklists, run),
  };
}

const pageKeys = 200;

async function* duplicates(connection: Connection, run: number): AsyncGenerator<Duplicate> {
  for (let after = 0; ; ) {
    const page = connection.read(() =>
      connection.all<{ id: number; resource: ResourceName; key: string }>(
        `select d.id, k.resource, k.key from (
           select key id from entry_keys where run = ? and key > ?
            group by key having min(entry) <> max(entry) order by key limit ${pageKeys}) d
         join keys k on k.id = d.id order by d.id`,
        run,
        after,
      ),
    );
    for (const { id, resource, key } of page) {
      yield { resource, key, entries: connection.read(() => claims(connection, run, [id])) };
      after = id;
    }
    if (page.length < pageKeys) return;
  }
}

async function* caseVariants(connection: Connection, worklists: Worklists, run: number): AsyncGenerator<Duplicate> {
  const list = worklists.fill(
    `with folded as (
       select distinct k.resource, lower(k.key) name, k.id key
         from entry_keys ek join keys k on k.id = ek.key where ek.run = ?)
     select resource, name, key from folded
      where (resource, name) in (select resource, name from folded group by resource, name having count(*) > 1)`,
    run,
  );
  try {
    for (const { resource, keys } of list.sets()) {
      const entries = connection.read(() => claims(connection, run, keys));
      const key = connection.one<{ key: string }>(
        `select k.key from entry_keys ek join keys k on k.id = ek.key join entries e on e.id = ek.entry
          where ek.run = ? and ek.key in (select value from json_each(?)) order by e.position, ek.path limit 1`,
        run,
        JSON.stringify(keys),
      )?.key;
      if (key !== undefined) yield { resource, key, entries };
    }
  } finally {
    list.drop();
  }
}

function claims(connection: Connection, run: number, keys: readonly number[]): Duplicate["entries"] {
  return connection.all(
    `select ek.entry entryId, ek.path, e.position from entry_keys ek join entries e on e.id = ek.entry
      where ek.run = ? and ek.key in (select value from json_each(?)) order by e.position, ek.entry, ek.path`,
    run,
    JSON.stringify(keys),
  );
}
