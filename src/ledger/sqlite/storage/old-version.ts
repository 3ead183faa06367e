// Reading a ledger of an older version without changing it: `status`, `explain` and `audit` need no upgrade, and no copy of
// a file that may be large. Not here: bringing it up to date (upgrade.ts).
import { Connection } from "./connection.ts";
import { migrate } from "./migrate.ts";

interface Column {
  readonly name: string;
  /** SQL: what a row has that was there before the column. */
  readonly byDefault: string;
}

/**
 * Lets this program's queries read an old ledger: each table that has since got columns is hidden, for this connection alone,
 * by a view that adds their defaults, and each that has since been made by an empty one. That is all that a new version needs
 * as long as its step only adds; the test of the old ledgers fails for one that moves what is there.
 *
 * From here on the connection sees the ledger as it is now, so an upgrade by another process takes nothing from under it.
 */
export function showAsNewest(connection: Connection): void {
  const newest = newestTables();
  connection.read(() => {
    connection.script("begin");
    for (const [table, columns] of newest) {
      const view = viewOf(table, columns, new Set(columnsOf(connection, table).map(({ name }) => name)));
      if (view !== undefined) connection.script(view);
    }
  });
}

function viewOf(table: string, columns: readonly Column[], present: ReadonlySet<string>): string | undefined {
  if (columns.every(({ name }) => present.has(name))) return undefined;
  const values = columns
    .map(({ name, byDefault }) => (present.has(name) ? `"${name}"` : `${byDefault} as "${name}"`))
    .join(", ");
  return `create temp view ${table} as select ${values} ${present.size === 0 ? "where 0" : `from main.${table}`}`;
}

function newestTables(): ReadonlyMap<string, readonly Column[]> {
  const connection = new Connection(":memory:", { mode: "write", durable: false });
  try {
    migrate(connection);
    const tables = connection.all<{ name: string }>("select name from sqlite_schema where type = 'table'");
    return new Map(tables.map(({ name }) => [name, columnsOf(connection, name)]));
  } finally {
    connection.close();
  }
}

function columnsOf(connection: Connection, table: string): readonly Column[] {
  return connection
    .all<{ name: string; dflt_value: string | null }>(
      "select name, dflt_value from pragma_table_info(?, 'main')",
      table,
    )
    .map(({ name, dflt_value }) => ({ name, byDefault: dflt_value ?? "null" }));
}
