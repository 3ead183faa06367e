// Opening a connection to the ledger of an account. Not here: what is done on it (connection.ts).
import { ImportError } from "../../../model/error.ts";
import { checkSchema, prepareSchema, schemaName } from "./account-schema.ts";
import { Connection } from "./connection.ts";
import { databaseError } from "./database-error.ts";
import { loadPg } from "./load-pg.ts";
import { migrations } from "./schema.ts";
import { typesOf } from "./statements.ts";
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
 * Connects to a ledger; to write it makes it when there is none and brings it up to date. Throws `ImportError("STATE_UNUSABLE")`
 * when the server cannot be reached, and for a schema that is not ours, newer or of another account.
 */
export async function connect({ url, baseUrl, mode }: ConnectionChoice): Promise<Connection> {
  const place = placeOf(url, baseUrl);
  const { Client, types } = await loadPg();
  const client = new Client({
    connectionString: url,
    application_name: "luminous-import",
    connectionTimeoutMillis: connectMs,
    keepAlive: true,
    types: typesOf(types),
  });
  const connection = new Connection(client, place);
  try {
    await client.connect();
    await client.query(settings(schemaName(baseUrl)));
    if (mode === "write") await connection.write((db) => prepareSchema(db, place, baseUrl));
    else await connection.read((db) => requireNewest(checkSchema(db, place, baseUrl), place));
    await client.query(temporaryTables);
    if (mode === "read") await client.query("set default_transaction_read_only = on");
    return connection;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw databaseError(place, error);
  }
}

// No compiling of statements, which takes longer than most of them run. Tables fill faster than the server's statistics follow, and a
// plan that goes through a whole table because that was empty once would be used again and again: where there is an index, it is used.
function settings(schema: string): string {
  return `set search_path to "${schema}"; set synchronous_commit = off; set jit = off; set client_min_messages = warning;
    set idle_in_transaction_session_timeout = 0; set statement_timeout = 0; set enable_seqscan = off`;
}

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

/** The ledger as people may see it: without user and password. */
function placeOf(url: string, baseUrl: string): string {
  try {
    const { host, pathname } = new URL(url);
    return `postgres://${host}${pathname}/${schemaName(baseUrl)}`;
  } catch (error) {
    throw new ImportError("STATE_UNUSABLE", "the address of the ledger is no address", {
      hint: "it looks like postgres://user:password@host:5432/database",
      cause: error,
    });
  }
}
