// The ledgers of a state folder. Whatever opens, lists or locks one goes through here; what kind it is, is decided here too.
import { availableParallelism } from "node:os";
import type { LedgerHost, LedgerWork } from "../model/ledger/ledger-host.ts";
import { lockAccount, lockHolder, lockState } from "./sqlite/lock.ts";
import { openLedger, openScratchLedger } from "./sqlite/open-ledger.ts";
import { ledgerFiles, ledgerPath } from "./sqlite/storage/ledger-file.ts";
import { openInThread } from "./thread/open-in-thread.ts";

/** The ledgers in this folder: SQLite files under `ledgers/`. Nothing is made before somebody locks or writes. */
export function ledgersIn(folder: string): LedgerHost {
  return {
    lock: () => lockState(folder),
    holder: () => lockHolder(folder),
    lockAccount: (baseUrl) => lockAccount(baseUrl, folder),
    list: () => ledgerFiles(folder),
    find: async (baseUrl) => {
      const own = ledgerPath(folder, baseUrl);
      return (await ledgerFiles(folder)).find(({ place }) => place === own);
    },
    open: async (baseUrl, mode, work) => {
      const choice = { folder, baseUrl, mode };
      const threaded = paysAThread(work) ? await openInThread({ kind: "account", choice }) : undefined;
      return threaded ?? (await openLedger(choice));
    },
    openScratch: async ({ knowing, payloadsOf } = {}, work) => {
      const use = {
        folder,
        ...(knowing === undefined ? {} : { known: ledgerPath(knowing.folder, knowing.baseUrl) }),
        ...(payloadsOf === undefined ? {} : { payloadsOf }),
      };
      const threaded = paysAThread(work) ? await openInThread({ kind: "scratch", ...use }) : undefined;
      return threaded ?? (await openScratchLedger(use));
    },
  };
}

// Below it, starting the thread costs more than it brings.
const leastBytes = 8_000_000;

function paysAThread(work: LedgerWork | undefined): boolean {
  if (work === undefined) return false;
  return work.thread ?? (work.inputBytes >= leastBytes && availableParallelism() > 1);
}
