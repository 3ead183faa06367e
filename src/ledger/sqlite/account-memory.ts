// What the ledger remembers of the account beside its entries. Not here: what follows from it (dispatch).
import type { AccountMemory } from "../../model/ledger/account-memory.ts";
import type { Connection } from "./storage/connection.ts";

/** The memory on a connection. */
export function openAccountMemory(connection: Connection): AccountMemory {
  return {
    async facts() {
      return connection
        .read(() =>
          connection.all<{ name: string; value: string; at_ms: number }>(
            "select name, value, at_ms from account_facts order by name",
          ),
        )
        .map(({ name, value, at_ms }) => ({ name, value: JSON.parse(value) as unknown, atMs: at_ms }));
    },
    async learn({ name, value, atMs }) {
      connection.write(() =>
        connection.run(
          `insert into account_facts (name, value, at_ms) values (?, ?, ?)
            on conflict do update set value = excluded.value, at_ms = excluded.at_ms`,
          name,
          JSON.stringify(value),
          Math.floor(atMs),
        ),
      );
    },
    async currencies(within) {
      return connection
        .read(() =>
          connection.all<{ currency: string }>(
            "select distinct currency from accepted where currency_scope = ? and currency is not null order by 1",
            within,
          ),
        )
        .map(({ currency }) => currency);
    },
    async controls(resource) {
      return connection
        .read(() =>
          connection.all<{ key: string; remote_id: string }>(
            "select key, remote_id from controls where resource = ? order by seen_at_ms desc, key",
            resource,
          ),
        )
        .map(({ key, remote_id }) => ({ key, remoteId: remote_id }));
    },
    async keepControls(resource, controls, atMs) {
      connection.write(() => {
        connection.run("delete from controls where resource = ?", resource);
        for (const { key, remoteId } of controls) {
          connection.run(
            "insert or replace into controls (resource, key, remote_id, seen_at_ms) values (?, ?, ?, ?)",
            resource,
            key,
            remoteId,
            Math.floor(atMs),
          );
        }
      }, controls.length);
    },
  };
}
