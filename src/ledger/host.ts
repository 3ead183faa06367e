// The ledgers of a job. Whatever opens, lists or locks one goes through here; what kind it is, is decided here too.

import type { Ledger } from "../model/ledger/ledger.ts";
import type { LedgerAddress } from "../model/ledger/ledger-address.ts";
import type { LedgerHost, LedgerPlace } from "../model/ledger/ledger-host.ts";
import type { Submissions } from "../model/ledger/submissions.ts";
import { lockAccount, lockHolder, lockState } from "./sqlite/lock.ts";
import { openLedger, openScratchLedger } from "./sqlite/open-ledger.ts";
import type { KnowledgeSource } from "./sqlite/plans/copy-knowledge.ts";
import { ledgerFiles, ledgerPath } from "./sqlite/storage/ledger-file.ts";

/**
 * The ledgers of a place: SQLite files under `ledgers/` of its state folder, or schemas of the database that it names. Nothing is
 * made before somebody locks or writes.
 */
export function ledgersIn(place: LedgerPlace): LedgerHost {
  const files = inFolder(place.state);
  return place.ledger === undefined ? files : inDatabase(place, place.ledger, files);
}

function inFolder(folder: string): LedgerHost {
  return {
    place: folder,
    lock: () => lockState(folder),
    holders: async () => [(await lockHolder(folder)) ?? []].flat(),
    lockAccount: (baseUrl) => lockAccount(baseUrl, folder),
    list: () => ledgerFiles(folder),
    find: async (baseUrl) => {
      const own = ledgerPath(folder, baseUrl);
      return (await ledgerFiles(folder)).find(({ place }) => place === own);
    },
    open: (baseUrl, mode) => openLedger({ folder, baseUrl, mode }),
    openScratch: ({ knowing, payloadsOf } = {}) =>
      openScratchLedger({
        folder,
        ...(knowing === undefined ? {} : { known: knowledgeIn(knowing, knowing.baseUrl) }),
        ...(payloadsOf === undefined ? {} : { payloadsOf }),
      }),
  };
}

// What reports, checks and plans write lies in the state folder all the same, so that has its lock; ledgers have theirs.
function inDatabase({ file }: LedgerPlace, address: LedgerAddress, files: LedgerHost): LedgerHost {
  const database = { address, ...(file === undefined ? {} : { job: file.path }) };
  return {
    ...files,
    place: address.shown,
    // The lease does that, on all machines: one here would keep an account from being taken of a process that hangs.
    lockAccount: async () => ({ name: () => undefined, [Symbol.asyncDispose]: async () => undefined }),
    holders: async (baseUrl) => [
      ...(await files.holders()),
      ...(await (await postgres()).ledgerHolders(database, baseUrl)),
    ],
    list: async () => (await postgres()).knownLedgers(database),
    find: async (baseUrl) => (await postgres()).findLedger(database, baseUrl),
    open: async (baseUrl, mode) => (await postgres()).openLedger({ url: address.reveal(), baseUrl, mode }),
  };
}

/** The submitted runs of a database. Connects to nothing yet. Throws `ImportError("STATE_UNUSABLE")` where `pg` is not installed. */
export async function submissionsIn(address: LedgerAddress): Promise<Submissions> {
  const { loadPg, openSubmissions } = await postgres();
  await loadPg();
  return openSubmissions(address);
}

/**
 * Opens the ledger of an account for who goes on with its submitted run; undefined where another process has it. Throws as
 * `LedgerHost.open` does.
 */
export async function driveLedger(address: LedgerAddress, baseUrl: string): Promise<Ledger | undefined> {
  return (await postgres()).driveLedger({ url: address.reveal(), baseUrl });
}

function knowledgeIn({ state, ledger }: LedgerPlace, baseUrl: string): string | KnowledgeSource {
  if (ledger === undefined) return ledgerPath(state, baseUrl);
  return async (take) => (await postgres()).knowledgeOf(ledger.reveal(), baseUrl)(take);
}

/** Loaded by whoever has such a ledger, and by nobody else. */
function postgres() {
  return import("./postgres/ledgers.ts");
}
