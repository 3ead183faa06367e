// Opening a connection: to the ledger of an account, or for a moment to the database that holds them. Not here: what is done on
// it (connection.ts).

import type { Client } from "pg";
import { ImportError } from "../../../model/error.ts";
import { checkLedger, type LedgerAddress } from "../../../model/ledger/ledger-address.ts";
import { lockSchema, nameHolder } from "./account-lock.ts";
import { checkSchema, prepareSchema, schemaName } from "./account-schema.ts";
import { Connection } from "./connection.ts";
import { databaseError } from "./database-error.ts";
import { loadPg } from "./load-pg.ts";
import { migrations } from "./schema.ts";
import { type Statements, statementsOn, typesOf } from "./statements.ts";
import { temporaryTables } from "./temporary-tables.ts";

/** Which ledger, and for what. */
export interface ConnectionChoice {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string;
  /** The account's base address; each has a schema of its own. */
  readonly baseUrl: string;
  readonly mode: "write" | "read";
}

const connectMs = 10_000;

/**
 * Connects to a ledger; to write it takes the lock of the account, makes the ledger when there is none and brings it up to date.
 * Throws `ImportError("STATE_UNUSABLE")` when the server cannot be reached, and for a schema that is not ours, newer or of
 * another account; `("STATE_LOCKED")` when another process writes to it.
 */
export async function connect({ url, baseUrl, mode }: ConnectionChoice): Promise<Connection> {
  const address = addressOf(url);
  const schema = schemaName(baseUrl);
  const place = `${address.shown}/${schema}`;
  const client = await newClient(address);
  const connection = new Connection(client, place);
  try {
    await client.connect();
    await client.query(settings);
    await client.query(`set search_path to "${schema}"`);
    if (mode === "write") {
      await connection.read((db) => lockSchema(db, schema, baseUrl));
      await connection.write(async (db) => {
        await prepareSchema(db, place, baseUrl);
        await nameHolder(db);
      });
    } else await connection.read((db) => requireNewest(checkSchema(db, place, baseUrl), place));
    await client.query(temporaryTables);
    if (mode === "read") await client.query("set default_transaction_read_only = on");
    return connection;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw databaseError(place, error, "opening");
  }
}

/** Asks the database itself something. Throws `ImportError("STATE_UNUSABLE")` when the server cannot be reached. */
export async function onDatabase<T>(address: LedgerAddress, ask: (db: Statements) => Promise<T>): Promise<T> {
  const client = await newClient(address);
  client.on("error", () => undefined); // whoever waits for an answer is told
  try {
    await client.connect();
    await client.query(settings);
    return await ask(statementsOn(client));
  } catch (error) {
    throw databaseError(address.shown, error, "opening");
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function newClient(address: LedgerAddress): Promise<Client> {
  const { Client, types } = await loadPg();
  return new Client({
    connectionString: address.reveal(),
    application_name: "luminous-import",
    connectionTimeoutMillis: connectMs,
    keepAlive: true,
    types: typesOf(types),
  });
}

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

function addressOf(url: string): LedgerAddress {
  const checked = checkLedger(url);
  if (checked.ok) return checked.address;
  throw new ImportError("STATE_UNUSABLE", `the address of the ledger ${checked.why}`);
}
