// What the ledger remembers of the account beside its entries. Not here: what follows from it (dispatch).

import type { AccountMemory } from "../../model/ledger/account-memory.ts";
import { decode } from "../common/codec.ts";
import { encode } from "./storage/codec.ts";
import type { Connection } from "./storage/connection.ts";
import { insertRows } from "./storage/insert-rows.ts";

/** The memory on a connection. */
export function openAccountMemory(connection: Connection): AccountMemory {
  return {
    async facts() {
      const facts = await connection.read((db) =>
        db.all<{ name: string; value: string; at_ms: number }>(
          "select name, value, at_ms from account_facts order by name",
        ),
      );
      return facts.map(({ name, value, at_ms }) => ({ name, value: decode<unknown>(value), atMs: at_ms }));
    },
    async learn({ name, value, atMs }) {
      await connection.write((db) =>
        db.run(
          `insert into account_facts (name, value, at_ms) values (?, ?, ?)
             on conflict (name) do update set value = excluded.value, at_ms = excluded.at_ms`,
          name,
          encode(value),
          Math.floor(atMs),
        ),
      );
    },
    async currencies(within) {
      const found = await connection.read((db) =>
        db.all<{ currency: string }>(
          "select distinct currency from accepted where currency_scope = ? and currency is not null order by 1",
          within,
        ),
      );
      return found.map(({ currency }) => currency);
    },
    controls: (resource) =>
      connection.read((db) =>
        db.all<{ key: string; remoteId: string }>(
          `select key, remote_id "remoteId" from controls where resource = ? order by seen_at_ms desc, key`,
          resource,
        ),
      ),
    async keepControls(resource, controls, atMs) {
      const newest = new Map(controls.map(({ key, remoteId }) => [key, remoteId]));
      await connection.write(async (db) => {
        await db.run("delete from controls where resource = ?", resource);
        await insertRows(
          db,
          "controls",
          { resource: "text", key: "text", remote_id: "text", seen_at_ms: "bigint" },
          [...newest].map(([key, remoteId]) => [resource, key, remoteId, Math.floor(atMs)]),
        );
      });
    },
  };
}
