// What a plan has to know of earlier runs, copied out of the account's ledger into a scratch one: keys, what was accepted,
// what is in doubt, how the server answers. Not copied: rows and entries, which may be gigabytes.
import type { Connection } from "../storage/connection.ts";
import { insertRows, type Value } from "../storage/insert-rows.ts";

/** Fills an empty scratch ledger from the ledger at `file`, which is only read, and has the same version. */
export function copyKnowledge(connection: Connection, file: string): void {
  connection.flush();
  connection.read(() => connection.all("attach database ? as known", file));
  try {
    connection.write(() => {
      for (const table of wholeTables)
        connection.script(`insert into main.${table} (${columnsOf(connection, table)})
          select ${columnsOf(connection, table)} from known.${table}`);
      connection.script(copyRuns);
      // Entries of earlier runs stay behind, and their ids must mean none of this run's.
      connection.script(copyOpenSends(columnsOf(connection, "sends")));
    });
    connection.flush();
  } finally {
    connection.read(() => connection.script("detach database known"));
  }
}

const wholeTables = ["keys", "accepted", "gone", "repaired", "account_facts", "controls"];

const copyRuns = `insert into main.runs (id, run_id, job, command, started_at_ms, ended_at_ms, exit_code, program, retry_of)
  select id, run_id, job, command, started_at_ms, ended_at_ms, exit_code, program, retry_of from known.runs`;

function copyOpenSends(columns: string): string {
  const copied = columns.replace(/(^|, )entry(?=,|$)/, "$1-entry");
  return `insert into main.sends (${columns}) select ${copied} from known.sends where open = 1`;
}

function columnsOf(connection: Connection, table: string): string {
  return connection
    .all<{ name: string }>("select name from pragma_table_info(?, 'main')", table)
    .map(({ name }) => name)
    .join(", ");
}

/** Rows of one table, as it is here: the entries of open sends are below zero. */
export interface KnowledgePage {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Value[])[];
}

/** Gives what a ledger of another kind knows, page by page. */
export type KnowledgeSource = (take: (page: KnowledgePage) => void) => Promise<void>;

/** Fills an empty scratch ledger with what `copyKnowledge` takes, out of a ledger of another kind. */
export async function takeKnowledge(connection: Connection, source: KnowledgeSource): Promise<void> {
  await source(({ table, columns, rows }) => {
    connection.write(() => {
      const insert = insertRows(connection, `into ${table} (${columns.join(", ")})`, columns.length);
      insert(rows.flat());
    });
  });
  connection.flush();
}
