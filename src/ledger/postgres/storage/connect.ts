// Opening a connection: to the ledger of an account, or for a moment to the database that holds them. Not here: what is done on
// it (connection.ts).

import type { Client } from "pg";
import { ImportError } from "../../../model/error.ts";
import type { Lease } from "../../../model/ledger/lease.ts";
import { checkLedger, type LedgerAddress } from "../../../model/ledger/ledger-address.ts";
import { checkSchema, prepareSchema, schemaName } from "./account-schema.ts";
import { Connection, type Reopen } from "./connection.ts";
import { databaseError } from "./database-error.ts";
import { loadPg } from "./load-pg.ts";
import { migrations } from "./schema.ts";
import { type Statements, statementsOn, typesOf } from "./statements.ts";
import { temporaryTables, workSchema, workTables } from "./temporary-tables.ts";

/** Which ledger, and for what. */
export interface ConnectionChoice {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string;
  /** The account's base address; each has a schema of its own. */
  readonly baseUrl: string;
  /** The lease of the account, for who writes; without one the ledger is only read. */
  readonly lease?: Lease;
}

const connectMs = 10_000;

/**
 * Connects to a ledger; with a lease it makes the ledger when there is none and brings it up to date. Throws
 * `ImportError("STATE_UNUSABLE")` when the server cannot be reached, and for a schema that is not ours, newer or of another account.
 */
export async function connect({ url, baseUrl, lease }: ConnectionChoice): Promise<Connection> {
  const address = addressOf(url);
  const schema = schemaName(baseUrl);
  const place = `${address.shown}/${schema}`;
  const client = await newClient(address);
  const connection = new Connection(client, place, lease);
  try {
    await client.connect();
    await settle(client);
    if (lease === undefined) {
      await client.query(`set search_path to "${schema}"`);
      await connection.read((db) => requireNewest(checkSchema(db, place, baseUrl), place));
      await client.query(temporaryTables);
      await client.query("set default_transaction_read_only = on");
    } else {
      await client.query(drivenBy(lease, schema));
      await connection.write(async (db) => {
        await prepareSchema(db, place, baseUrl);
        await db.script(workTables(lease.account, lease.epoch));
      });
      connection.reopenBy(() => reopen(address, lease, schema));
    }
    return connection;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw databaseError(place, error, "opening");
  }
}

async function reopen(address: LedgerAddress, lease: Lease, schema: string): ReturnType<Reopen> {
  const client = await newClient(address);
  client.on("error", () => undefined);
  try {
    await client.connect();
    await settle(client);
    await client.query(drivenBy(lease, schema));
    const { account, epoch } = lease;
    const db = statementsOn(client);
    const fence = await db.one<{ write: number }>(
      "select write from luminous_import.fences where account = ? and epoch = ?",
      account,
      epoch,
    );
    if (fence === undefined) return { client, kept: "another process has taken the account" };
    const work = await db.one<{ there: boolean }>(
      "select to_regclass(?) is not null there",
      `${workSchema(account)}.work_of`,
    );
    const isKept =
      work?.there === true &&
      (await db.one(`select 1 from ${workSchema(account)}.work_of where epoch = ?`, epoch)) !== undefined;
    return { client, kept: isKept ? fence.write : "the server has lost what was only for this run" };
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}

/** Asks the database itself something. Throws `ImportError("STATE_UNUSABLE")` when the server cannot be reached. */
export async function onDatabase<T>(address: LedgerAddress, ask: (db: Statements) => Promise<T>): Promise<T> {
  const client = await newClient(address);
  client.on("error", () => undefined); // whoever waits for an answer is told
  try {
    await client.connect();
    await settle(client);
    return await ask(statementsOn(client));
  } catch (error) {
    throw databaseError(address.shown, error, "opening");
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** How long is waited for the server. */
export interface Patience {
  readonly connectMs: number;
  /** For the answer to a statement; as long as it takes unless said. */
  readonly answerMs?: number;
}

/** A client that is not connected yet. */
export async function newClient(address: LedgerAddress, patience: Patience = { connectMs }): Promise<Client> {
  const { Client, types } = await loadPg();
  return new Client({
    connectionString: address.reveal(),
    application_name: "luminous-import",
    connectionTimeoutMillis: patience.connectMs,
    ...(patience.answerMs === undefined ? {} : { query_timeout: patience.answerMs }),
    keepAlive: true,
    types: typesOf(types),
  });
}

/** What every connection is set to. */
export async function settle(client: Client): Promise<void> {
  await client.query(settings);
}

/** What `luminous_import.fence` goes by. A process that hangs within a transaction keeps nobody from taking the account after its lease. */
function drivenBy({ account, epoch }: Lease, schema: string): string {
  return `set search_path to "${schema}", ${workSchema(account)}; set luminous_import.account = '${account}'; set luminous_import.epoch = '${epoch}';
    set idle_in_transaction_session_timeout = '${mostIdleMs}ms'`;
}

const mostIdleMs = 4000;

// No compiling of statements, which takes longer than most of them run. Tables fill faster than the server's statistics follow, and a
// plan that goes through a whole table because that was empty once would be used again and again: where there is an index, it is used.
// A machine that is lost holds its locks for half a minute, not for the hours that servers wait by themselves.
const settings = `set synchronous_commit = off; set jit = off; set client_min_messages = warning;
  set idle_in_transaction_session_timeout = 0; set statement_timeout = 0; set enable_seqscan = off;
  set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 4`;

async function requireNewest(version: Promise<number>, place: string): Promise<void> {
  const found = await version;
  if (found === migrations.length) return;
  throw new ImportError(
    "STATE_UNUSABLE",
    `${place}: the ledger has version ${found}, this program ${migrations.length}`,
    {
      hint: "run the job once with this program: that brings the ledger up to date",
    },
  );
}

/** The address that was checked when it was read. */
export function addressOf(url: string): LedgerAddress {
  const checked = checkLedger(url);
  if (checked.ok) return checked.address;
  throw new ImportError("STATE_UNUSABLE", `the address of the ledger ${checked.why}`);
}
