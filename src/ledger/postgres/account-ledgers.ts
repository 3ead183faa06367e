// The ledgers in a database: which there are, and who writes to them. Not here: opening one (open-ledger.ts).

import type { LedgerAddress } from "../../model/ledger/ledger-address.ts";
import type { KnownLedger, LockHolder } from "../../model/ledger/ledger-host.ts";
import { normalBaseUrl } from "../common/account-name.ts";
import { holderOf } from "./accounts/holders.ts";
import { areThereAccounts } from "./accounts/schema.ts";
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
    const found = (await allLedgers(db)).find((ledger) => ledger.baseUrl === normalBaseUrl(baseUrl));
    return found === undefined ? undefined : { place: placeOf(database, found.schema), baseUrl };
  });
}

/** Who writes to the ledger of this account, or to any of the job. Throws as `knownLedgers` does. */
export function ledgerHolders(database: Database, baseUrl: string | undefined): Promise<readonly LockHolder[]> {
  return onDatabase(database.address, async (db) => {
    if (!(await areThereAccounts(db))) return [];
    const accounts =
      baseUrl === undefined
        ? (await ledgersIn(db, database)).map((ledger) => ledger.baseUrl)
        : [normalBaseUrl(baseUrl)];
    const holders: LockHolder[] = [];
    for (const account of accounts) {
      const holder = await holderOf(db, account);
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
  const all = await allLedgers(db);
  if (job === undefined || all.length === 0) return all;
  const found = await db.all<{ schema: string }>(
    all
      .map(({ schema }) => `select '${schema}' as schema where exists (select 1 from "${schema}".runs where job = ?)`)
      .join(" union all "),
    ...all.map(() => job),
  );
  const ran = new Set(found.map(({ schema }) => schema));
  return all.filter(({ schema }) => ran.has(schema));
}

/** Those that are made already. Their names are those of addresses: letters, digits, dots, hyphens and underscores. */
async function allLedgers(db: Statements): Promise<readonly FoundLedger[]> {
  if (!(await areThereAccounts(db))) return [];
  return db.all<FoundLedger>(
    `select a.ledger as schema, a.base_url "baseUrl" from luminous_import.accounts a
      where to_regclass(format('%I.runs', a.ledger)) is not null order by a.ledger`,
  );
}

function placeOf({ address }: Database, schema: string): string {
  return `${address.shown}/${schema}`;
}
