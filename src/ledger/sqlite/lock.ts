// One run at a time per state folder, and per account on this machine: two runs would share the account's rate limit without
// knowing of each other. Each lock is an exclusive transaction on a small database of its own: the system
// frees it when the process ends, however it ends. Who holds it stands in a file beside it that anybody may read.

import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import {
  ensurePrivateFile,
  isForeignLink,
  makePrivateFolder,
  replacePrivateFile,
  whyNotOurs,
} from "../../disk/private-files.ts";
import { stateError } from "../../disk/state-error.ts";
import { ImportError } from "../../model/error.ts";
import type { AccountLock, HeldLock, LockHolder } from "../../model/ledger/ledger-host.ts";
import { Database } from "./storage/database.ts";
import { ledgerPath } from "./storage/ledger-file.ts";

/**
 * Takes the lock of a state folder, which is made when missing. Throws `ImportError("STATE_LOCKED")` naming the holder,
 * and `ImportError("STATE_UNUSABLE")` where nothing can be written.
 */
export async function lockState(folder: string): Promise<HeldLock> {
  return lockFolder(folder, folder);
}

/**
 * Takes the lock of an account on this machine, for this user: in a folder that they share, because the state folders
 * of two jobs have nothing in common. Where that folder is not proven to be this user's own, it is in the state folder,
 * with a warning. Throws as `lockState` does.
 */
export async function lockAccount(baseUrl: string, state: string, common: string = commonFolder): Promise<AccountLock> {
  const own = join(common, `luminous-import-${process.geteuid?.() ?? "user"}`);
  const why = whyNotOurs(own);
  const parent = why === undefined ? own : join(state, "accounts");
  const lock = await lockFolder(join(parent, basename(ledgerPath("", baseUrl), ".db")), `the account ${baseUrl}`);
  if (why === undefined) return lock;
  const warning = `${own} ${why}, so the lock of the account is in ${parent}. Start no other job of this account until this one has ended: the two would not know of each other and together exceed its rate limit.`;
  return { ...lock, warning };
}

/** Who holds the lock of a state folder; undefined when nobody does. Changes nothing. */
export async function lockHolder(folder: string): Promise<LockHolder | undefined> {
  const holder = readHolder(join(folder, "lock.json"));
  return holder !== undefined && isHeld(folder, holder) ? holder : undefined;
}

// Not the environment's TMPDIR: two runs must look in the same place. Where there is no /var/tmp, that is the best there is.
const commonFolder = existsSync("/var/tmp") ? "/var/tmp" : tmpdir();

async function lockFolder(folder: string, what: string): Promise<HeldLock> {
  const database = openExclusively(folder, what);
  const holderFile = join(folder, "lock.json");
  const tell = (holder: Omit<LockHolder, "sinceMs">) => {
    try {
      replacePrivateFile(holderFile, JSON.stringify(holder));
    } catch (error) {
      throw stateError(holderFile, error);
    }
  };
  try {
    tell({ pid: process.pid });
  } catch (error) {
    database.close();
    throw error;
  }
  return {
    name: (runId) => tell({ pid: process.pid, runId }),
    async [Symbol.asyncDispose]() {
      rmSync(holderFile, { force: true });
      database.close();
    },
  };
}

// Asking whether somebody holds a lock takes it for an instant (see `isHeld`): whoever wants it waits that instant out.
const probeMs = 200;

// Nothing else may ever open and close this file in this process: POSIX drops all locks of a process with the first
// descriptor it closes. That is why the holder is told in another file.
function openExclusively(folder: string, what: string): Database {
  const file = join(folder, "lock.db");
  let database: Database | undefined;
  try {
    refuseForeignLinks(folder, file);
    makePrivateFolder(folder);
    ensurePrivateFile(file);
    database = new Database(file, "create", probeMs);
    database.exec("begin exclusive");
    return database;
  } catch (error) {
    database?.close();
    throw isBusy(error) ? locked(folder, what, error) : stateError(file, error);
  }
}

/** A state folder may lie where others can write. */
function refuseForeignLinks(...paths: readonly string[]): void {
  const link = paths.find((path) => isForeignLink(path));
  if (link === undefined) return;
  throw new ImportError("STATE_UNUSABLE", `${link}: is a link that another user made`, {
    hint: "remove it, or name a state folder of your own with --state",
  });
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "SQLITE_BUSY";
}

function locked(folder: string, what: string, cause: unknown): ImportError {
  const holder = readHolder(join(folder, "lock.json"));
  const who =
    holder === undefined
      ? "another process"
      : `process ${holder.pid}${holder.runId === undefined ? "" : ` (run ${holder.runId})`} since ${new Date(holder.sinceMs).toISOString()}`;
  return new ImportError("STATE_LOCKED", `${what} is in use by ${who}`, {
    hint: "wait until it has ended or stop it, then run the same command again; `status` works all the while",
    cause,
  });
}

/**
 * Whether the lock is held by the process that says so. Asked of the lock itself, because the system may have given the pid of
 * a process that was killed to another; but never in the process that holds it: see `openExclusively`.
 */
function isHeld(folder: string, { pid }: LockHolder): boolean {
  if (pid === process.pid) return true;
  let database: Database | undefined;
  try {
    database = new Database(join(folder, "lock.db"), "read", 0);
    database.exec("select count(*) from sqlite_master");
    return false;
  } catch (error) {
    return isBusy(error);
  } finally {
    database?.close();
  }
}

/** Since when is the age of the file that says so. */
function readHolder(file: string): LockHolder | undefined {
  try {
    const holder: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (typeof holder !== "object" || holder === null || !("pid" in holder) || typeof holder.pid !== "number")
      return undefined;
    const runId = "runId" in holder && typeof holder.runId === "string" ? { runId: holder.runId } : {};
    return { pid: holder.pid, ...runId, sinceMs: statSync(file).mtimeMs };
  } catch {
    return undefined;
  }
}
