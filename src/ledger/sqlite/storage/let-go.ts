// What closing has to do before it closes a database of @photostructure/sqlite. That frees its statements only when they are
// collected as garbage, and until then SQLite keeps the connection: its file stays open, with its lock and its write-ahead
// log. So it is made one that has neither.
import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type DriverDatabase, driver } from "./driver.ts";
import { lingersOn } from "./header-descriptor.ts";

/**
 * Rolls back what is open. If nobody else has the database open, writes the log into the file and removes it, as the last
 * one to close does; else writes of it what can be written. A fault of the disk leaves the log, for whoever opens it next.
 * Where nothing is in the log, the file stays as it is, byte for byte, and the connection keeps its shared lock: that is in
 * the way of nobody who reads or writes.
 */
export function letGo(database: DriverDatabase, place: string): void {
  if (database.isTransaction) database.exec("rollback");
  if (place === ":memory:") return;
  const file = fileURLToPath(place);
  const isReading = place.endsWith("?mode=ro");
  if (isReading || !hasLog(file) || !hasLeftWal(database)) {
    lingersOn(file);
    if (!isReading) attempt(() => database.exec("pragma wal_checkpoint(truncate)"));
    return;
  }
  // A database is of the kind that has a log, which is written in its header. This connection has no statements to wait for.
  attempt(() => {
    const other = driver().open(place);
    try {
      other.exec("pragma journal_mode = wal");
    } finally {
      other.close();
    }
  });
}

function hasLog(file: string): boolean {
  return (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

function hasLeftWal(database: DriverDatabase): boolean {
  attempt(() => database.exec("pragma busy_timeout = 0; pragma journal_mode = delete"));
  return database.prepare("pragma journal_mode").get()?.journal_mode === "delete";
}

function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // The file is as whole as before: what is in the log stays there.
  }
}
