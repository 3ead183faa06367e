// Which SQLite this Node uses, and loading it. Only database.ts asks: two SQLites in one process would drop each other's
// locks on a file.
import { createRequire } from "node:module";
import { ImportError } from "../../../model/error.ts";

/** An open database of a driver. */
export interface DriverDatabase {
  readonly isOpen: boolean;
  readonly isTransaction: boolean;
  prepare(sql: string): DriverStatement;
  exec(sql: string): void;
  /** Lets statements of this connection call a function by this name, with as many arguments as it has parameters. */
  function(name: string, work: (...values: DriverValue[]) => DriverValue): void;
  close(): void;
}

/** A prepared statement of a driver. Integers come back as numbers, blobs as bytes. */
export interface DriverStatement {
  all(...parameters: readonly DriverValue[]): Record<string, unknown>[];
  get(...parameters: readonly DriverValue[]): Record<string, unknown> | undefined;
  run(...parameters: readonly DriverValue[]): {
    readonly lastInsertRowid: number | bigint;
    readonly changes: number | bigint;
  };
}

/** What can be bound to a statement's parameter. */
export type DriverValue = string | number | null | Uint8Array;

/** A way to SQLite. */
export interface Driver {
  readonly name: "node:sqlite" | "@photostructure/sqlite";
  /** Opens `:memory:`, or a `file:` address whose `mode` says whether the file is made or only read. */
  open(place: string): DriverDatabase;
}

/**
 * From this SQLite on, the one inside Node is used: Node 22.23, 24.15 and all later lines have it. One before it can damage
 * a database when two connections write and checkpoint at the same moment (https://sqlite.org/wal.html#walresetbug), and
 * the Nodes before 22.16 cannot tell whether a transaction is open.
 */
export const oldestSqlite = "3.51.3";

/** The SQLite for a Node: the one inside it, or the package, which has the same interface and brings its own. */
export function driverFor(sqliteInNode: string | undefined): Driver["name"] {
  return sqliteInNode !== undefined && isAtLeast(sqliteInNode, oldestSqlite) ? "node:sqlite" : "@photostructure/sqlite";
}

/** The driver of this process, loaded once. Throws `ImportError("STATE_UNUSABLE")` where there is none. */
export function driver(): Driver {
  loaded ??= load();
  return loaded;
}

/**
 * Runs work during which one warning is not shown: that SQLite is experimental, as Node 22 says. What we rely on is under
 * test. All other warnings are shown.
 */
export function withoutSqliteWarning<T>(work: () => T): T {
  const emitWarning = process.emitWarning;
  process.emitWarning = (warning: string | Error, ...more: unknown[]) => {
    if (more[0] === "ExperimentalWarning" && String(warning).startsWith("SQLite ")) return;
    Reflect.apply(emitWarning, process, [warning, ...more]);
  };
  try {
    return work();
  } finally {
    process.emitWarning = emitWarning;
  }
}

interface DriverModule {
  readonly DatabaseSync: new (place: string) => DriverDatabase;
}

let loaded: Driver | undefined;

function load(): Driver {
  const inNode = driverFor(process.versions.sqlite) === "node:sqlite" ? builtIn() : undefined;
  const { DatabaseSync } = inNode ?? installed();
  return {
    name: inNode === undefined ? "@photostructure/sqlite" : "node:sqlite",
    open: (place) => new DatabaseSync(place),
  };
}

/** Undefined where Node was started without it (`--no-experimental-sqlite`). */
function builtIn(): DriverModule | undefined {
  return withoutSqliteWarning(() => process.getBuiltinModule("node:sqlite") as DriverModule | undefined);
}

function installed(): DriverModule {
  try {
    return createRequire(import.meta.url)("@photostructure/sqlite") as DriverModule;
  } catch (error) {
    throw new ImportError(
      "STATE_UNUSABLE",
      `Node ${process.versions.node} brings no SQLite that can be used, and the package @photostructure/sqlite cannot be loaded`,
      {
        hint: "use Node 24.15 or newer, or 22.23 or newer, which need no package; or install again without --omit=optional",
        cause: error,
      },
    );
  }
}

function isAtLeast(version: string, oldest: string): boolean {
  const parts = (text: string) => text.split(".").map(Number);
  const [wanted, found] = [parts(oldest), parts(version)];
  for (const [index, part] of wanted.entries()) {
    const difference = (found[index] ?? 0) - part;
    if (difference !== 0) return difference > 0;
  }
  return true;
}
