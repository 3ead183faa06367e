// Opening a ledger: the file, the connection and the views of it. Not here: the lock of a run (lock.ts).
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makePrivateFolder } from "../../disk/private-files.ts";
import { stateError } from "../../disk/state-error.ts";
import { ImportError } from "../../model/error.ts";
import type { Ledger, Upgrade } from "../../model/ledger/ledger.ts";
import type { Queue } from "../../model/ledger/queue.ts";
import type { Results } from "../../model/ledger/results.ts";
import type { Staging } from "../../model/ledger/staging.ts";
import type { Phase } from "../../model/resource.ts";
import { openAccountMemory } from "./account-memory.ts";
import { openAudit } from "./audit.ts";
import { openCarriedRows } from "./carried-rows.ts";
import { openEntryHistory } from "./entry-history.ts";
import { openHandOut } from "./hand-out.ts";
import { openOpenEntries } from "./open-entries.ts";
import { openOpenFailures } from "./open-failures.ts";
import { openPilot } from "./pilot.ts";
import { openPlanning } from "./planning.ts";
import { copyKnowledge, type KnowledgeSource, takeKnowledge } from "./plans/copy-knowledge.ts";
import { openPlans } from "./plans/plans.ts";
import { openReferences } from "./references.ts";
import { openResultRows } from "./result-rows.ts";
import { openRuns } from "./runs.ts";
import { openSendJournal } from "./sends.ts";
import { openSettling } from "./settling.ts";
import { openCurrencies } from "./staging/currencies.ts";
import { openClashes } from "./staging/duplicates.ts";
import { groups } from "./staging/groups.ts";
import { openNewEntries } from "./staging/new-entries.ts";
import { openRetryConflicts } from "./staging/retry-conflicts.ts";
import { settleRepaired } from "./staging/retry-repairs.ts";
import { openRows } from "./staging/rows.ts";
import { openStagedRows, type StagedRows } from "./staging/staged-rows.ts";
import { Connection, type ConnectionSettings } from "./storage/connection.ts";
import { addFile, filesById, filesOfRun, updateFile } from "./storage/files.ts";
import { type KeptTexts, openKeptTexts } from "./storage/kept-texts.ts";
import { type Keys, openKeys } from "./storage/keys.ts";
import { checkHeader, createLedgerFile, ledgerPath, prepareLedger } from "./storage/ledger-file.ts";
import type { SyncFile } from "./storage/log-sync.ts";
import { temporaryTables } from "./storage/schema.ts";
import { openWorklists, type Worklists } from "./storage/worklist.ts";
import { openTallies } from "./tallies.ts";
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
  /** How what is committed is brought to disk, for tests of a disk that takes its time or fails. */
  readonly syncFile?: SyncFile;
}

/**
 * Opens the ledger of an account. Throws `ImportError("STATE_UNUSABLE")` for a file that is not ours, damaged, newer or
 * of another account, and leaves such a file as it was.
 */
export async function openLedger({ folder, baseUrl, mode, maxPages, syncFile }: LedgerChoice): Promise<Ledger> {
  const file = ledgerPath(folder, baseUrl);
  if (mode === "write") createLedgerFile(file, baseUrl);
  else if (!existsSync(file)) {
    throw new ImportError("STATE_UNUSABLE", `${file}: there is no ledger for ${baseUrl} yet`, {
      hint: "run the job first, or name its state folder with --state",
    });
  }
  const settings = {
    mode,
    durable: true,
    ...(maxPages === undefined ? {} : { maxPages }),
    ...(syncFile === undefined ? {} : { syncFile }),
  };
  return ledgerOn(openConnection(file, baseUrl, settings));
}

/** What a scratch ledger is made of. */
export interface ScratchChoice {
  /** It gets a folder of its own in this one. */
  readonly folder: string;
  /** Whose knowledge it gets: a file, where there is one, or a ledger of another kind. */
  readonly known?: string | KnowledgeSource;
  /** The phases whose payloads it keeps; all unless said. */
  readonly payloadsOf?: readonly Phase[];
}

/** Opens a ledger for one check or plan. Disposing it deletes it. */
export async function openScratchLedger({ folder, known, payloadsOf }: ScratchChoice): Promise<Ledger> {
  const own = makeFolder(folder);
  const file = ledgerPath(own, scratchBaseUrl);
  const remove = () => rmSync(own, { recursive: true, force: true });
  try {
    createLedgerFile(file, scratchBaseUrl);
    const opened = openConnection(file, scratchBaseUrl, { mode: "write", durable: false });
    if (typeof known === "function") await takeKnowledge(opened.connection, known);
    else if (known !== undefined && existsSync(known)) copyKnowledge(opened.connection, known);
    return ledgerOn(opened, {
      keepsPayloads: payloadsOf === undefined ? () => true : (phase) => payloadsOf.includes(phase),
      afterwards: remove,
    });
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

interface LedgerUse {
  readonly keepsPayloads: (phase: Phase) => boolean;
  /** Called when it is closed. */
  readonly afterwards: () => void;
}

const usual: LedgerUse = { keepsPayloads: () => true, afterwards: () => {} };

function ledgerOn({ connection, upgraded }: Opened, { keepsPayloads, afterwards } = usual): Ledger {
  const keys = openKeys(connection);
  const worklists = openWorklists(connection);
  const staged = openStagedRows(connection);
  const texts = openKeptTexts(connection);
  return {
    place: connection.place,
    upgraded,
    runs: openRuns(connection, staged),
    staging: openStaging(connection, keys, staged, texts, keepsPayloads),
    queue: openQueue(connection, keys, worklists),
    account: openAccountMemory(connection),
    results: openResults(connection),
    history: openEntryHistory(connection),
    failures: { ...openOpenFailures(connection), ...openCarriedRows(connection) },
    audit: openAudit(connection),
    plans: openPlans(connection, keys),
    upkeep: openUpkeep(connection, texts, upgraded),
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

/** The queue on a connection. */
function openQueue(connection: Connection, keys: Keys, worklists: Worklists): Queue {
  return {
    ...openHandOut(connection),
    ...openPlanning(connection),
    ...openPilot(connection),
    ...openOpenEntries(connection),
    ...openReferences(connection, keys, worklists),
    ...openSendJournal(connection, keys),
    ...openSettling(connection),
  };
}

/** The results on a connection. */
function openResults(connection: Connection): Results {
  return {
    async files(run) {
      return filesOfRun(connection, run);
    },
    async filesById(ids) {
      return filesById(connection, ids);
    },
    ...openResultRows(connection),
    ...openTallies(connection),
  };
}

/** Staging on a connection. */
function openStaging(
  connection: Connection,
  keys: Keys,
  staged: StagedRows,
  texts: KeptTexts,
  keepsPayloads: LedgerUse["keepsPayloads"],
): Staging {
  return {
    async addFile(file) {
      staged.unsort();
      return addFile(connection, file);
    },
    async updateFile(fileId, info) {
      updateFile(connection, fileId, info);
    },
    async settleRepaired(run) {
      return connection.write(() => settleRepaired(connection, run));
    },
    groups: (fileIds, most) => groups(connection, staged, fileIds, most),
    ...openRows(connection, staged, texts),
    ...openNewEntries(connection, keys, texts, keepsPayloads),
    ...openClashes(connection),
    ...openCurrencies(connection),
    ...openRetryConflicts(connection),
  };
}
