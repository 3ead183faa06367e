// What a plan has to know of earlier runs, read out of the account's ledger for a scratch one, which is SQLite. The same as
// ledger/sqlite/plans/copy-knowledge.ts copies: no rows and no entries.
import { decode } from "../common/codec.ts";
import type { KnowledgePage, KnowledgeSource } from "../sqlite/plans/copy-knowledge.ts";
import { connect } from "./storage/connect.ts";
import type { Statements, Value } from "./storage/statements.ts";

/** What the ledger of an account knows, as of one moment. Throws as opening it to read does. */
export function knowledgeOf(url: string, baseUrl: string): KnowledgeSource {
  return async (take) => {
    const connection = await connect({ url, baseUrl });
    try {
      await connection.read(async (db) => {
        await db.script("begin isolation level repeatable read read only");
        for (const table of tables) await readTable(db, table, take);
        await db.script("commit");
      });
    } finally {
      await connection.close();
    }
  };
}

interface KnownTable {
  readonly table: string;
  /** SQL for a column that is another one here; its own name unless said. */
  readonly columns: Readonly<Record<string, string>>;
  readonly where?: string;
  /** Holds JSON, which is kept in another way here. */
  readonly json?: string;
}

const tables: readonly KnownTable[] = [
  { table: "keys", columns: named("id resource key") },
  {
    table: "accepted",
    columns: named(
      "key role remote_id hash partial run created_id rows_hash mapping_hash program currency currency_scope said",
    ),
    json: "said",
  },
  { table: "gone", columns: named("key run") },
  { table: "repaired", columns: named("rows_hash key outcome content_hash remote_id run_id") },
  { table: "account_facts", columns: named("name value at_ms"), json: "value" },
  { table: "controls", columns: named("resource key remote_id seen_at_ms") },
  { table: "runs", columns: named("id run_id job command started_at_ms ended_at_ms exit_code program retry_of") },
  {
    table: "sends",
    // Entries of earlier runs stay behind, and their ids must mean none of this run's.
    columns: {
      ...named("id run key plan plan_remote_id hash sent_at_ms server_at_ms timeout_ms read_lag_ms second_send_ms"),
      ...named("ended_at_ms result http_status absences open"),
      entry: "-entry",
    },
    where: "open",
  },
];

const pageRows = 5_000;

async function readTable(
  db: Statements,
  { table, columns, where = "true", json }: KnownTable,
  take: (page: KnowledgePage) => void,
): Promise<void> {
  const names = Object.keys(columns);
  const asked = names.map((name) => `${columns[name]} as ${name}`).join(", ");
  await db.script(`declare known_${table} no scroll cursor for select ${asked} from ${table} where ${where}`);
  for (;;) {
    const rows = await db.all<Record<string, Value>>(`fetch ${pageRows} from known_${table}`);
    if (rows.length === 0) return;
    take({
      table,
      columns: names,
      rows: rows.map((row) => names.map((name) => kept(row[name] ?? null, name === json))),
    });
  }
}

function kept(value: Value, isJson: boolean): string | number | null {
  if (typeof value === "boolean") return value ? 1 : 0;
  return isJson && typeof value === "string" ? JSON.stringify(decode<unknown>(value)) : value;
}

function named(names: string): Readonly<Record<string, string>> {
  return Object.fromEntries(names.split(" ").map((name) => [name, name]));
}
