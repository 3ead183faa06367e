// Many rows with few statements: what crosses from JavaScript to SQLite costs more than what SQLite does with it.
import type { Connection } from "./connection.ts";

type Value = string | number | null;

/** How many rows go at a time; the rest goes one by one, so that there are two statements for each table and no more. */
const rowsAtATime = 40;

/** An `insert` of some columns, ready for many rows. Only inside a write. */
export type InsertRows = (rows: readonly (readonly Value[])[]) => void;

/** `into` is what stands between `insert` and `values`: `into keys (resource, key)`. */
export function insertRows(connection: Connection, into: string, columns: number): InsertRows {
  const one = `(${Array.from({ length: columns }, () => "?").join(", ")})`;
  const single = `insert ${into} values ${one}`;
  const several = `insert ${into} values ${Array.from({ length: rowsAtATime }, () => one).join(", ")}`;
  return (rows) => {
    let at = 0;
    for (; at + rowsAtATime <= rows.length; at += rowsAtATime)
      connection.run(several, ...rows.slice(at, at + rowsAtATime).flat());
    for (; at < rows.length; at += 1) connection.run(single, ...(rows[at] ?? []));
  };
}
