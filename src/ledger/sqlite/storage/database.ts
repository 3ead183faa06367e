// The seam to SQLite: a database with the same behaviour whichever driver is below (driver.ts). It opens files, brings text
// back whole, and names errors. Not here: transactions and when they are committed (connection.ts).
import { pathToFileURL } from "node:url";
import { type DriverDatabase, type DriverStatement, type DriverValue, driver } from "./driver.ts";
import { named } from "./error-names.ts";
import { noteClosed, noteOpened } from "./header-descriptor.ts";
import { letGo } from "./let-go.ts";
import { keptText, readText } from "./nul.ts";

/** How a database is opened: a file that must exist, to be read or written; or one that is made when it is missing. */
export type OpenMode = "read" | "write" | "create";

/** A statement that is prepared once and run often. Its rows are objects without a prototype. */
export interface Statement<Row = Record<string, unknown>> {
  all(...parameters: readonly DriverValue[]): readonly Row[];
  get(...parameters: readonly DriverValue[]): Row | undefined;
  run(...parameters: readonly DriverValue[]): { readonly id: number; readonly changes: number };
}

/**
 * An open database; whoever opens it closes it. Every error of SQLite has a `code` by name: "SQLITE_FULL". Integers beyond
 * 2^53 are refused, not rounded. There is nothing to read row by row, so no reading can outlive `close`.
 */
export class Database implements Disposable {
  readonly #database: DriverDatabase;
  readonly #place: string;
  readonly #file: string;
  #hasStatements = false;

  /** `busyMs` is how long to wait for a lock of another process. */
  constructor(file: string, mode: OpenMode, busyMs = 5_000) {
    this.#place = address(file, mode);
    this.#database = named(() => {
      const database = driver().open(this.#place);
      database.exec(`pragma busy_timeout = ${busyMs}`);
      return database;
    });
    this.#file = file;
    noteOpened(file);
  }

  get isOpen(): boolean {
    return this.#database.isOpen;
  }

  get inTransaction(): boolean {
    return this.#database.isTransaction;
  }

  prepare<Row = Record<string, unknown>>(sql: string): Statement<Row> {
    this.#hasStatements = true;
    return statement<Row>(named(() => this.#database.prepare(sql)));
  }

  /** Statements without parameters, as a script. */
  exec(sql: string): void {
    named(() => this.#database.exec(sql));
  }

  /** Lets statements call a function of an id and a text. It may read this database, and nothing that it throws is hidden. */
  define(name: string, work: (id: number, text: string | null) => string | null): void {
    this.#database.function(name, (id, text) => {
      const found = work(id as number, typeof text === "string" ? readText(text) : null);
      return found === null ? null : keptText(found);
    });
  }

  /** Afterwards nothing of this database is locked, and all that was committed is in its file unless others have it open. */
  close(): void {
    if (!this.#database.isOpen) return;
    if (this.#hasStatements && driver().name === "@photostructure/sqlite") letGo(this.#database, this.#place);
    try {
      named(() => this.#database.close());
    } finally {
      noteClosed(this.#file);
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

// As an address, because only there it can be said that a file must exist: a look beforehand would be a guess.
function address(file: string, mode: OpenMode): string {
  if (file === ":memory:") return file;
  const url = pathToFileURL(file);
  url.searchParams.set("mode", { read: "ro", write: "rw", create: "rwc" }[mode]);
  return url.href;
}

function statement<Row>(prepared: DriverStatement): Statement<Row> {
  return {
    all: (...parameters) => named(() => prepared.all(...parameters.map(kept)).map(whole) as Row[]),
    get: (...parameters) =>
      named(() => {
        const row = prepared.get(...parameters.map(kept));
        return row === undefined ? undefined : (whole(row) as Row);
      }),
    run: (...parameters) =>
      named(() => {
        const { lastInsertRowid, changes } = prepared.run(...parameters.map(kept));
        return { id: Number(lastInsertRowid), changes: Number(changes) };
      }),
  };
}

function kept(value: DriverValue): DriverValue {
  return typeof value === "string" ? keptText(value) : value;
}

function whole(row: Record<string, unknown>): Record<string, unknown> {
  for (const column in row) {
    const value = row[column];
    if (typeof value === "string") row[column] = readText(value);
  }
  return row;
}
