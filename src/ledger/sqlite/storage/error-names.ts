// The names of SQLite's errors (https://sqlite.org/rescode.html), which the drivers give by number or only in words. What each
// means for a person is in disk/state-error.ts.

/** Runs work; an error of SQLite comes out with its name as `code` ("SQLITE_FULL") and with SQLite's own words. */
export function named<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_SQLITE_ERROR") {
      error.message = error.message.replace(/^Failed to open database: /, "");
      Object.assign(error, { code: `SQLITE_${kindOf(error)}` });
    }
    throw error;
  }
}

function kindOf(error: Error): string {
  // The last byte of the number is the kind.
  if ("errcode" in error && typeof error.errcode === "number") return kinds.get(error.errcode & 0xff) ?? "ERROR";
  // @photostructure/sqlite has no number for what goes wrong while it reads several rows.
  return kindsInWords.get(error.message) ?? "ERROR";
}

const kinds: ReadonlyMap<number, string> = new Map([
  [3, "PERM"],
  [5, "BUSY"],
  [6, "LOCKED"],
  [8, "READONLY"],
  [10, "IOERR"],
  [11, "CORRUPT"],
  [13, "FULL"],
  [14, "CANTOPEN"],
  [15, "PROTOCOL"],
  [19, "CONSTRAINT"],
  [23, "AUTH"],
  [26, "NOTADB"],
]);

const kindsInWords: ReadonlyMap<string, string> = new Map([
  ["database is locked", "BUSY"],
  ["database table is locked", "LOCKED"],
  ["attempt to write a readonly database", "READONLY"],
  ["disk I/O error", "IOERR"],
  ["database disk image is malformed", "CORRUPT"],
  ["database or disk is full", "FULL"],
  ["unable to open database file", "CANTOPEN"],
  ["locking protocol", "PROTOCOL"],
  ["file is not a database", "NOTADB"],
]);
