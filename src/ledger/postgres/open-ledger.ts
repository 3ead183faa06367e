// Opening a ledger in PostgreSQL: the connection and the views of it.
import type { Lease } from "../../model/ledger/lease.ts";
import type { Ledger } from "../../model/ledger/ledger.ts";
import type { Queue } from "../../model/ledger/queue.ts";
import type { Results } from "../../model/ledger/results.ts";
import type { Staging } from "../../model/ledger/staging.ts";
import { normalBaseUrl } from "../common/account-name.ts";
import { openAccountMemory } from "./account-memory.ts";
import { leaseAccount, leaseAny } from "./accounts/lease.ts";
import { refuseSubmitted } from "./accounts/submissions.ts";
import { leasePatienceMs } from "./accounts/taking.ts";
import { openAudit } from "./audit.ts";
import { openCarriedRows } from "./carried-rows.ts";
import { openEntryHistory } from "./entry-history.ts";
import { openHandOut } from "./hand-out.ts";
import { openOpenEntries } from "./open-entries.ts";
import { openOpenFailures } from "./open-failures.ts";
import { openPilot } from "./pilot.ts";
import { openPlanning } from "./planning.ts";
import { openPlans } from "./plans.ts";
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
import { schemaName } from "./storage/account-schema.ts";
import { addressOf, type ConnectionChoice, connect } from "./storage/connect.ts";
import type { Connection } from "./storage/connection.ts";
import { type DatabaseLine, openDatabaseLine } from "./storage/database-line.ts";
import { addFile, filesById, filesOfRun, updateFile } from "./storage/files.ts";
import { type Keys, openKeys } from "./storage/keys.ts";
import { openTallies } from "./tallies.ts";
import { openUpkeep } from "./upkeep.ts";

/** Which ledger to open, and for what: `write` makes it when there is none and brings it up to date. */
export interface LedgerChoice extends Omit<ConnectionChoice, "lease"> {
  readonly mode: "write" | "read";
}

/**
 * Opens the ledger of an account; to write it takes the lease of the account and gives it back at the end. Throws
 * `ImportError("STATE_UNUSABLE")` when the server cannot be reached, and for a schema that is not ours, newer or of another account,
 * which it leaves as it was; `("STATE_LOCKED")` when another process has the account, or a submitted run of it has not ended.
 */
export async function openLedger({ mode, ...choice }: LedgerChoice): Promise<Ledger> {
  if (mode === "read") return ledgerOn(await connect(choice));
  const ledger = await openTaken(choice, async (line) => {
    const lease = await leaseAccount(line, choice.baseUrl);
    try {
      await line.ask((db) => refuseSubmitted(db, choice.baseUrl));
      return lease;
    } catch (error) {
      await lease.giveBack();
      throw error;
    }
  });
  if (ledger === undefined) throw new Error(`the account ${choice.baseUrl} was not taken`);
  return ledger;
}

/** Opens the ledger of an account for who goes on with its submitted run; undefined where another process has it. Throws as `openLedger` does. */
export function driveLedger(choice: Omit<LedgerChoice, "mode">): Promise<Ledger | undefined> {
  const wanted = { where: "a.base_url = ?", parameters: [normalBaseUrl(choice.baseUrl)] };
  return openTaken(choice, (line) => leaseAny(line, wanted));
}

/** The lease is given back at the end. */
async function openTaken(
  choice: Omit<ConnectionChoice, "lease">,
  take: (line: DatabaseLine) => Promise<Lease | undefined>,
): Promise<Ledger | undefined> {
  const address = addressOf(choice.url);
  const line = openDatabaseLine(address, leasePatienceMs, `${address.shown}/${schemaName(choice.baseUrl)}`);
  try {
    const lease = await take(line);
    if (lease === undefined) {
      await line[Symbol.asyncDispose]();
      return undefined;
    }
    try {
      return await openDriven({ ...choice, lease }, async () => {
        await lease.giveBack();
        await line[Symbol.asyncDispose]();
      });
    } catch (error) {
      await lease.giveBack();
      throw error;
    }
  } catch (error) {
    await line[Symbol.asyncDispose]();
    throw error;
  }
}

/** Opens the ledger of an account whose lease is held; `closed` is called at the end. Throws as `openLedger` does. */
async function openDriven(
  choice: ConnectionChoice & { readonly lease: Lease },
  closed: () => Promise<void> = async () => {},
): Promise<Ledger> {
  return { ...ledgerOn(await connect(choice), closed), lease: choice.lease };
}

function ledgerOn(connection: Connection, closed: () => Promise<void> = async () => {}): Ledger {
  const keys = openKeys(connection);
  return {
    place: connection.place,
    upgraded: undefined,
    runs: openRuns(connection),
    staging: openStaging(connection, keys),
    queue: openQueue(connection, keys),
    account: openAccountMemory(connection),
    results: openResults(connection),
    history: openEntryHistory(connection),
    failures: { ...openOpenFailures(connection), ...openCarriedRows(connection) },
    audit: openAudit(connection),
    plans: openPlans(connection, keys),
    upkeep: openUpkeep(connection),
    flush: () => connection.flush(),
    async [Symbol.asyncDispose]() {
      try {
        await connection.close();
      } finally {
        await closed();
      }
    },
  };
}

function openQueue(connection: Connection, keys: Keys): Queue {
  return {
    ...openHandOut(connection),
    ...openPlanning(connection),
    ...openPilot(connection),
    ...openOpenEntries(connection),
    ...openReferences(connection, keys),
    ...openSendJournal(connection),
    ...openSettling(connection),
  };
}

function openResults(connection: Connection): Results {
  return {
    files: (run) => connection.read((db) => filesOfRun(db, run)),
    filesById: (ids) => connection.read((db) => filesById(db, ids)),
    ...openResultRows(connection),
    ...openTallies(connection),
  };
}

function openStaging(connection: Connection, keys: Keys): Staging {
  return {
    addFile: (file) => connection.write((db) => addFile(db, file)),
    updateFile: (fileId, info) => connection.write((db) => updateFile(db, fileId, info)),
    settleRepaired: (run) => connection.write((db) => settleRepaired(db, run)),
    groups: (fileIds, most) => groups(connection, fileIds, most),
    ...openRows(connection),
    ...openNewEntries(connection, keys),
    ...openClashes(connection),
    ...openCurrencies(connection),
    ...openRetryConflicts(connection),
  };
}
