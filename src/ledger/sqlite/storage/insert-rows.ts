// Many rows with few statements: what crosses from JavaScript to SQLite costs more than what SQLite does with it.
import type { Connection } from "./connection.ts";

/** What a column of such a row holds. */
export type Value = string | number | null;

/** How many rows go at a time. Few sizes, so that there are few statements for each table. */
const rowsAtATime = [100, 10, 1];

/**
 * An `insert` of some columns, ready for many rows: their values one row after the other. Gives how many rows it made. Only
 * inside a write.
 */
export type InsertRows = (values: readonly Value[]) => number;

/** `into` is what stands between `insert` and `values`: `into keys (resource, key)`. */
export function insertRows(connection: Connection, into: string, columns: number): InsertRows {
  const one = `(${Array.from({ length: columns }, () => "?").join(", ")})`;
  const statements = rowsAtATime.map((rows) => ({
    sql: `insert ${into} values ${Array.from({ length: rows }, () => one).join(", ")}`,
    size: rows * columns,
  }));
  return (values) => {
    let made = 0;
    let at = 0;
    for (const { sql, size } of statements) {
      for (; at + size <= values.length; at += size)
        made += connection.run(sql, ...(size === values.length ? values : values.slice(at, at + size))).changes;
    }
    return made;
  };
}
