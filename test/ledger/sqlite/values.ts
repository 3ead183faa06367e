// The first column of a query, for tests that look into a ledger without the program.
import type { Database } from "../../../src/ledger/sqlite/storage/database.ts";

/** The first column of every row. */
export function values(database: Database, sql: string, ...parameters: readonly (string | number)[]): unknown[] {
  return database
    .prepare(sql)
    .all(...parameters)
    .map((row) => Object.values(row)[0]);
}

/** The first column of the first row; undefined when there is none. */
export function value(database: Database, sql: string, ...parameters: readonly (string | number)[]): unknown {
  return values(database, sql, ...parameters)[0];
}
