// Ledger files: what they are called, how one comes into being whole, and how a file is known to be ours before anything
// touches it. Not here: what is in them (schema.ts).

import { existsSync, readdirSync, readSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { isForeignLink, makePrivateFolder } from "../../../disk/private-files.ts";
import { stateError } from "../../../disk/state-error.ts";
import { ImportError } from "../../../model/error.ts";
import type { Upgrade } from "../../../model/ledger/ledger.ts";
import type { KnownLedger } from "../../../model/ledger/ledger-host.ts";
import { ledgerName, normalBaseUrl } from "../../common/account-name.ts";
import { Connection } from "./connection.ts";
import { withDescriptor } from "./header-descriptor.ts";
import { migrate, versionOf } from "./migrate.ts";
import { showAsNewest } from "./old-version.ts";
import { applicationId, migrations } from "./schema.ts";
import { removeServedCopies, upgradeLedger } from "./upgrade.ts";
import { makeWholeFile } from "./whole-file.ts";

/** The ledgers of a state folder, by name; none when there is no such folder. */
export async function ledgerFiles(folder: string): Promise<readonly KnownLedger[]> {
  const ledgers = join(folder, "ledgers");
  if (!existsSync(ledgers)) return [];
  return readdirSync(ledgers)
    .filter((name) => name.endsWith(".db"))
    .sort()
    .map((name) => ({ place: join(ledgers, name), baseUrl: readBaseUrl(join(ledgers, name)) }));
}

/** Where the ledger of this base address is: `<folder>/ledgers/<name>.db`. */
export function ledgerPath(folder: string, baseUrl: string): string {
  return join(folder, "ledgers", `${ledgerName(baseUrl)}.db`);
}

/**
 * Makes the file when there is none, complete or not at all: a crash leaves no half of a ledger behind under its name.
 * Folders are made with mode 0700, the file with 0600.
 */
export function createLedgerFile(file: string, baseUrl: string): void {
  try {
    makePrivateFolder(dirname(file));
    if (isForeignLink(file)) throw unusable(`${file}: is a link that another user made`, foreignHint);
    if (existsSync(file)) return;
    makeWholeFile(file, (unfinished) => {
      const connection = new Connection(unfinished, { mode: "write", durable: true });
      try {
        connection.write(() => connection.script(`pragma application_id = ${applicationId}`));
        migrate(connection);
        connection.write(() => connection.run("insert into ledger (base_url) values (?)", normalBaseUrl(baseUrl)));
      } finally {
        connection.close();
      }
    });
  } catch (error) {
    throw stateError(file, error);
  }
}

/** Refuses a file that is not ours, without changing it. Throws `ImportError("STATE_UNUSABLE")`. */
export function checkHeader(file: string): void {
  const header = readHeader(file);
  if (header.length < headerBytes) {
    throw unusable(
      `${file}: ${header.length === 0 ? "is empty" : "is cut off"}: a ledger has at least a header`,
      damagedHint,
    );
  }
  if (header.toString("latin1", 0, 16) !== "SQLite format 3\0") {
    throw unusable(`${file}: is not a ledger: not an SQLite database`, foreignHint);
  }
  if (header.readUInt32BE(68) !== applicationId) {
    throw unusable(`${file}: is not a ledger: the database belongs to another program`, foreignHint);
  }
  const version = header.readUInt32BE(60);
  if (version > migrations.length) throw newer(file, version);
}

/**
 * Makes an open ledger one of this version: to write it is upgraded, to read it is only shown so and stays as it is. Checks
 * that it is the one of this address before anything else. Throws `ImportError("STATE_UNUSABLE")`, and `("STATE_FULL")` when there is
 * no room to upgrade it.
 */
export function prepareLedger(connection: Connection, mode: "write" | "read", baseUrl: string): Upgrade | undefined {
  const version = versionOf(connection);
  if (version > migrations.length) throw newer(connection.place, version);
  requireBaseUrl(connection, baseUrl);
  if (mode === "read") {
    if (version < migrations.length) showAsNewest(connection);
    return undefined;
  }
  if (version < migrations.length) return upgradeLedger(connection);
  removeServedCopies(connection);
  return undefined;
}

function requireBaseUrl(connection: Connection, baseUrl: string): void {
  const stored = storedBaseUrl(connection);
  const asked = normalBaseUrl(baseUrl);
  if (stored !== asked) {
    throw unusable(
      `${connection.place}: belongs to ${stored ?? "no address"}, not to ${asked}`,
      "a ledger serves one account: do not rename or copy ledgers, name another state folder with --state",
    );
  }
}

const headerBytes = 100;
const damagedHint =
  "put a copy from a backup in its place; without one, move it away: the next run then asks the API for what exists";
const foreignHint = "name another state folder with --state, or move this file away";

function newer(file: string, version: number): ImportError {
  return unusable(
    `${file}: the ledger has version ${version}, this program knows ${migrations.length}`,
    "a newer luminous-import wrote it: install that version or a later one",
  );
}

function unusable(message: string, hint: string): ImportError {
  return new ImportError("STATE_UNUSABLE", message, { hint });
}

function storedBaseUrl(connection: Connection): string | undefined {
  try {
    return connection.read(() => connection.one<{ base_url: string }>("select base_url from ledger"))?.base_url;
  } catch (error) {
    if (error instanceof ImportError) throw error;
    throw unusable(`${connection.place}: the ledger is damaged: its first table is not there`, damagedHint);
  }
}

function readBaseUrl(file: string): string | undefined {
  try {
    checkHeader(file);
    const connection = new Connection(file, { mode: "read", durable: true });
    try {
      return storedBaseUrl(connection);
    } finally {
      connection.close();
    }
  } catch {
    return undefined;
  }
}

function readHeader(file: string): Buffer {
  try {
    const header = Buffer.alloc(headerBytes);
    return withDescriptor(resolve(file), (descriptor) =>
      header.subarray(0, readSync(descriptor, header, 0, headerBytes, 0)),
    );
  } catch (error) {
    throw stateError(file, error);
  }
}
