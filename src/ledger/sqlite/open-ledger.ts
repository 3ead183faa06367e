// Opening a ledger: the file, the connection and the views of it. Not here: the lock of a run (lock.ts).
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makePrivateFolder } from "../../disk/private-files.ts";
import { stateError } from "../../disk/state-error.ts";
import { ImportError } from "../../model/error.ts";
import type { Ledger, Upgrade } from "../../model/ledger/ledger.ts";
import { openAccountMemory } from "./account-memory.ts";
import { openAudit } from "./audit.ts";
import { openStories } from "./entry-history.ts";
import { openQueue } from "./queue.ts";
import { openResults } from "./results.ts";
import { openRuns } from "./runs.ts";
import { openStagedRows } from "./staged-rows.ts";
import { openStaging } from "./staging.ts";
import { Connection, type ConnectionSettings } from "./storage/connection.ts";
import { openKeys } from "./storage/keys.ts";
import { checkHeader, createLedgerFile, ledgerPath, prepareLedger } from "./storage/ledger-file.ts";
import { temporaryTables } from "./storage/schema.ts";
import { openWorklists } from "./storage/worklist.ts";
import { openUpkeep } from "./upkeep.ts";

/** Which ledger to open, and for what. */
export interface LedgerChoice {
  /** The state folder. */
  readonly folder: string;
  /** The account's base address; each has a ledger of its own. */
  readonly baseUrl: string;
  /** `write` makes the ledger when there is none and brings it up to date; whoever writes holds the lock of the state folder. */
  readonly mode: "write" | "read";
  /** Bounds the file, in pages of 4 KiB. */
  readonly maxPages?: number;
}

/**
 * Opens the ledger of an account. Throws `ImportError("STATE_UNUSABLE")` for a file that is not ours, damaged, newer or
 * of another account, and leaves such a file as it was.
 */
export async function openLedger({ folder, baseUrl, mode, maxPages }: LedgerChoice): Promise<Ledger> {
  const file = ledgerPath(folder, baseUrl);
  if (mode === "write") createLedgerFile(file, baseUrl);
  else if (!existsSync(file)) {
    throw new ImportError("STATE_UNUSABLE", `${file}: there is no ledger for ${baseUrl} yet`, {
      hint: "run the job first, or name its state folder with --state",
    });
  }
  const settings = { mode, durable: true, ...(maxPages === undefined ? {} : { maxPages }) };
  return ledgerOn(openConnection(file, baseUrl, settings));
}

/** Opens a ledger for one check, in a folder of its own under `folder`. Disposing it deletes it. */
export async function openScratchLedger(folder: string): Promise<Ledger> {
  const own = makeFolder(folder);
  const file = ledgerPath(own, scratchBaseUrl);
  const remove = () => rmSync(own, { recursive: true, force: true });
  try {
    createLedgerFile(file, scratchBaseUrl);
    return ledgerOn(openConnection(file, scratchBaseUrl, { mode: "write", durable: false }), remove);
  } catch (error) {
    remove();
    throw error;
  }
}

const scratchBaseUrl = "http://scratch.invalid";

function makeFolder(folder: string): string {
  try {
    makePrivateFolder(folder);
    return mkdtempSync(join(folder, "check-"));
  } catch (error) {
    throw stateError(folder, error);
  }
}

interface Opened {
  readonly connection: Connection;
  readonly upgraded: Upgrade | undefined;
}

function openConnection(file: string, baseUrl: string, settings: ConnectionSettings): Opened {
  checkHeader(file);
  const connection = new Connection(file, settings);
  try {
    const upgraded = prepareLedger(connection, settings.mode, baseUrl);
    if (settings.mode === "write") connection.write(() => connection.script(temporaryTables));
    return { connection, upgraded };
  } catch (error) {
    connection.close();
    throw error;
  }
}

function ledgerOn({ connection, upgraded }: Opened, afterwards: () => void = () => {}): Ledger {
  const keys = openKeys(connection);
  const worklists = openWorklists(connection);
  const staged = openStagedRows(connection);
  return {
    place: connection.place,
    upgraded,
    runs: openRuns(connection, staged),
    staging: openStaging(connection, keys, staged),
    queue: openQueue(connection, keys, worklists),
    account: openAccountMemory(connection),
    results: openResults(connection),
    stories: openStories(connection),
    audit: openAudit(connection),
    upkeep: openUpkeep(connection, upgraded),
    async flush() {
      connection.flush();
    },
    async [Symbol.asyncDispose]() {
      try {
        connection.close();
      } finally {
        afterwards();
      }
    },
  };
}
