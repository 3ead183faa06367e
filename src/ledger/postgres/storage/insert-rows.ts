// Many rows with one statement: their columns go as arrays.
import type { Statements, Value } from "./statements.ts";

/** The columns of a table, each with its type, in the order of the values: `{ row: "bigint", raw: "text" }`. */
export type Columns = Readonly<Record<string, "bigint" | "integer" | "text" | "boolean">>;

/** Inserts rows, whose values stand in the order of the columns, and gives how many it made. `conflict` is the end of the statement. */
export async function insertRows(
  db: Statements,
  table: string,
  columns: Columns,
  rows: readonly (readonly Value[])[],
  conflict = "",
): Promise<number> {
  if (rows.length === 0) return 0;
  const names = Object.keys(columns);
  const lists = names.map((_, column) => rows.map((row) => row[column] ?? null));
  const types = Object.values(columns).map((type) => `?::${type}[]`);
  return db.run(
    `insert into ${table} (${names.join(", ")}) select * from unnest(${types.join(", ")}) ${conflict}`,
    ...lists,
  );
}
