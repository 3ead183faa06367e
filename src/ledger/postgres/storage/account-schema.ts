// The schema of an account: what it is called, how it comes into being whole, and how it is known to be ours before anything in it
// is touched. Not here: what is in it (schema.ts).

import { ImportError } from "../../../model/error.ts";
import { ledgerName, normalBaseUrl } from "../../common/account-name.ts";
import { migrations } from "./schema.ts";
import type { Statements } from "./statements.ts";

/** The name of an account's schema: that of its SQLite file, as far as PostgreSQL has room for a name. */
export function schemaName(baseUrl: string): string {
  const name = ledgerName(baseUrl);
  return name.length <= mostCharacters
    ? name
    : name.slice(0, mostCharacters - hashCharacters) + name.slice(-hashCharacters);
}

/**
 * Makes the schema when there is none and brings it up to date, all of it or nothing. Throws `ImportError("STATE_UNUSABLE")` for one
 * that is not ours, newer or of another account, and leaves it as it was. Only inside a write of who drives the account.
 */
export async function prepareSchema(db: Statements, place: string, baseUrl: string): Promise<void> {
  const schema = schemaName(baseUrl);
  const exists = await db.one("select 1 from pg_namespace where nspname = ?", schema);
  if (exists === undefined) {
    await db.script(`create schema "${schema}"; set local search_path to "${schema}";
      create table ledger (
        base_url text not null,
        version integer not null)`);
    await db.run("insert into ledger (base_url, version) values (?, 0)", normalBaseUrl(baseUrl));
  }
  const version = await checkSchema(db, place, baseUrl);
  if (version === migrations.length) return;
  for (const step of migrations.slice(version)) await db.script(step);
  await db.run("update ledger set version = ?", migrations.length);
}

/** Refuses a schema that is not ours, without changing it, and gives its version. Throws `ImportError("STATE_UNUSABLE")`. */
export async function checkSchema(db: Statements, place: string, baseUrl: string): Promise<number> {
  const schema = schemaName(baseUrl);
  const ours = await db.one("select 1 from pg_tables where schemaname = ? and tablename = 'ledger'", schema);
  if (ours === undefined) {
    const exists = await db.one("select 1 from pg_namespace where nspname = ?", schema);
    throw exists === undefined
      ? unusable(`${place}: there is no ledger for ${baseUrl} yet`, "run the job first, or name another ledger")
      : unusable(`${place}: is not a ledger: the schema belongs to another program`, "name another database");
  }
  const found = await db.one<{ base_url: string; version: number }>("select base_url, version from ledger");
  const asked = normalBaseUrl(baseUrl);
  if (found?.base_url !== asked)
    throw unusable(
      `${place}: belongs to ${found?.base_url ?? "no address"}, not to ${asked}`,
      "a ledger serves one account: do not rename or copy schemas, name another database",
    );
  if (found.version > migrations.length)
    throw unusable(
      `${place}: the ledger has version ${found.version}, this program knows ${migrations.length}`,
      "a newer luminous-import wrote it: install that version or a later one",
    );
  return found.version;
}

/** PostgreSQL cuts longer names. */
const mostCharacters = 63;
const hashCharacters = "-01234567".length;

function unusable(message: string, hint: string): ImportError {
  return new ImportError("STATE_UNUSABLE", message, { hint });
}
