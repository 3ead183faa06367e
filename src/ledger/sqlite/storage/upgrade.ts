// Bringing a ledger that an older version wrote up to date: a check for room, a copy beside it, then every missing step in
// one transaction. The steps themselves are in schema.ts; reading an old ledger without changing it in old-version.ts.
//
// Killed at any moment it leaves a ledger that works:
//   while it copies         the old ledger, and `<ledger>.before-v3.new`, which the next upgrade removes
//   before it commits       the old ledger and its copy; the next upgrade copies again
//   after the commit        the new ledger and its copy
//
// The copy stays until a run on the new tables has come to its results: then the next one removes it, or a purge.
import { readdirSync, statfsSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { stateError } from "../../../disk/state-error.ts";
import { ImportError } from "../../../model/error.ts";
import type { Upgrade } from "../../../model/ledger/ledger.ts";
import { sizeText } from "../../../model/text/size-text.ts";
import { Connection } from "./connection.ts";
import { migrate, versionOf } from "./migrate.ts";
import { migrations } from "./schema.ts";
import { makeWholeFile, removeDatabase } from "./whole-file.ts";

/** What an upgrade takes from the world; the defaults are the program's. */
export interface UpgradeParts {
  readonly steps?: readonly string[];
  /** The free bytes of the disk that holds a folder; undefined where that cannot be known. */
  readonly freeBytes?: (folder: string) => number | undefined;
}

/**
 * Upgrades a ledger that is open for writing; whoever calls it holds the lock of the state folder. Throws
 * `ImportError("STATE_FULL")` when there is no room for it. Whatever it throws, the ledger is as it was and has no copy.
 */
export function upgradeLedger(
  connection: Connection,
  { steps = migrations, freeBytes = freeBytesOf }: UpgradeParts = {},
): Upgrade {
  const [from, to] = [versionOf(connection), steps.length];
  const copy = `${connection.place}.before-v${to}`;
  requireRoom(connection, { from, to, freeBytes });
  try {
    // A vacuum reads one moment of the ledger, with what is in its log only, and checks the tables on the way.
    makeWholeFile(copy, (unfinished) => connection.read(() => connection.run("vacuum into ?", unfinished)));
    migrate(connection, steps);
  } catch (error) {
    removeDatabase(copy);
    throw stateError(connection.place, error);
  }
  for (const older of copiesOf(connection.place)) if (older !== copy) removeDatabase(older);
  return { from, to, copy };
}

/** Removes the copies once they have served: a run that they do not know has come to its results. */
export function removeServedCopies(connection: Connection): void {
  for (const copy of copiesOf(connection.place)) {
    const last = lastRunIn(copy);
    if (last === undefined) continue;
    const next = connection.read(() =>
      connection.one("select 1 from runs where id > ? and summary ->> '$.version' is not null", last),
    );
    if (next !== undefined) removeDatabase(copy);
  }
}

/** Removes every copy; gives the bytes that came free. */
export function removeCopies(file: string): number {
  const copies = copiesOf(file);
  const bytes = sizeOf(copies);
  for (const copy of copies) removeDatabase(copy);
  return bytes;
}

/** The bytes of all copies. */
export function copyBytes(file: string): number {
  return sizeOf(copiesOf(file));
}

function requireRoom(
  connection: Connection,
  { from, to, freeBytes }: { readonly from: number; readonly to: number } & Pick<Required<UpgradeParts>, "freeBytes">,
): void {
  const { place } = connection;
  const [pages = 0, pageBytes = 0] = ["page_count", "page_size"].map(
    (name) => connection.read(() => connection.one<Record<string, number>>(`pragma ${name}`)?.[name]) ?? 0,
  );
  const bytes = pages * pageBytes;
  const free = freeBytes(dirname(place));
  if (free === undefined || free >= 2 * bytes) return;
  throw new ImportError(
    "STATE_FULL",
    `${place}: there is no room to bring the ledger from version ${from} to ${to}: that takes ${sizeText(2 * bytes)}, half of it for a copy, and ${sizeText(free)} are free`,
    {
      hint: "make room on the disk that holds the state folder, then run the same command again; the ledger is as it was",
    },
  );
}

function freeBytesOf(folder: string): number | undefined {
  try {
    const { bavail, blocks, bsize } = statfsSync(folder);
    // Some network file systems know nothing of their size.
    return blocks === 0 ? undefined : bavail * bsize;
  } catch {
    return undefined;
  }
}

function copiesOf(file: string): readonly string[] {
  const start = `${basename(file)}.before-v`;
  return readdirSync(dirname(file))
    .filter((name) => name.startsWith(start) && /^\d+$/.test(name.slice(start.length)))
    .map((name) => join(dirname(file), name));
}

function sizeOf(files: readonly string[]): number {
  return files.reduce((total, file) => total + statSync(file).size, 0);
}

/** The newest run that a copy knows, 0 when it knows none; undefined for one that cannot be read. */
function lastRunIn(copy: string): number | undefined {
  try {
    const connection = new Connection(copy, { mode: "read", durable: true });
    try {
      return connection.one<{ last: number }>("select coalesce(max(id), 0) last from runs")?.last;
    } finally {
      connection.close();
    }
  } catch {
    return undefined;
  }
}
