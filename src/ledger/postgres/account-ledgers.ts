// The ledgers in a database: which there are, and who writes to them. Not here: opening one (open-ledger.ts).

import type { LedgerAddress } from "../../model/ledger/ledger-address.ts";
import type { KnownLedger, LockHolder } from "../../model/ledger/ledger-host.ts";
import { schemaHolder } from "./storage/account-lock.ts";
import { schemaName } from "./storage/account-schema.ts";
import { onDatabase } from "./storage/connect.ts";
import type { Statements } from "./storage/statements.ts";

/** A database; with a job, only the ledgers of accounts to which that has run. */
export interface Database {
  readonly address: LedgerAddress;
  /** The path of a job. */
  readonly job?: string;
}

/** The ledgers, by name. Throws `ImportError("STATE_UNUSABLE")` when the server cannot be reached. */
export function knownLedgers(database: Database): Promise<readonly KnownLedger[]> {
  return onDatabase(database.address, async (db) =>
    (await ledgersIn(db, database)).map(({ schema, baseUrl }) => ({ place: placeOf(database, schema), baseUrl })),
  );
}

/** The ledger of an account, where there is one. Throws as `knownLedgers` does. */
export function findLedger(database: Database, baseUrl: string): Promise<KnownLedger | undefined> {
  return onDatabase(database.address, async (db) => {
    const found = (await schemasIn(db)).find((schema) => schema === schemaName(baseUrl));
    return found === undefined ? undefined : { place: placeOf(database, found), baseUrl };
  });
}

/** Who writes to the ledger of this account, or to any of the job. Throws as `knownLedgers` does. */
export function ledgerHolders(database: Database, baseUrl: string | undefined): Promise<readonly LockHolder[]> {
  return onDatabase(database.address, async (db) => {
    const schemas =
      baseUrl === undefined
        ? (await ledgersIn(db, database)).map(({ schema }) => schema)
        : (await schemasIn(db)).filter((schema) => schema === schemaName(baseUrl));
    const holders: LockHolder[] = [];
    for (const schema of schemas) {
      const holder = await schemaHolder(db, schema);
      if (holder !== undefined) holders.push(holder);
    }
    return holders;
  });
}

interface FoundLedger {
  readonly schema: string;
  readonly baseUrl: string;
}

async function ledgersIn(db: Statements, { job }: Database): Promise<readonly FoundLedger[]> {
  const schemas = await schemasIn(db);
  if (schemas.length === 0) return [];
  const found = await db.all<FoundLedger & { readonly ran: boolean }>(
    schemas
      .map(
        (schema) => `select '${schema}' as schema, base_url "baseUrl",
           ?::text is null or exists (select 1 from "${schema}".runs where job = ?) as ran from "${schema}".ledger`,
      )
      .join(" union all "),
    ...schemas.flatMap(() => [job ?? null, job ?? null]),
  );
  return found.filter(({ schema, baseUrl, ran }) => ran && schema === schemaName(baseUrl));
}

/** Schemas that may be ledgers. Their names are those of addresses: letters, digits, dots, hyphens and underscores. */
async function schemasIn(db: Statements): Promise<readonly string[]> {
  const found = await db.all<{ name: string }>(
    `select n.nspname::text as name from pg_namespace n
      where n.nspname ~ '^[a-z0-9._-]+-[0-9a-f]{8}$' and has_schema_privilege(n.oid, 'usage')
        and (select count(*) from pg_class c join pg_attribute a on a.attrelid = c.oid
              where c.relnamespace = n.oid and has_table_privilege(c.oid, 'select')
                and (c.relname, a.attname) in (('ledger', 'base_url'), ('ledger', 'holder_backend'), ('runs', 'job'))) = 3
      order by n.nspname collate "C"`,
  );
  return found.map(({ name }) => name);
}

function placeOf({ address }: Database, schema: string): string {
  return `${address.shown}/${schema}`;
}
