// The ledgers of a state folder. Whatever opens, lists or locks one goes through here; what kind it is, is decided here too.
import type { LedgerHost } from "../model/ledger/ledger-host.ts";
import { lockAccount, lockState } from "./sqlite/lock.ts";
import { openLedger, openScratchLedger } from "./sqlite/open-ledger.ts";
import { ledgerFiles } from "./sqlite/storage/ledger-file.ts";

/** The ledgers in this folder: SQLite files under `ledgers/`. Nothing is made before somebody locks or writes. */
export function ledgersIn(folder: string): LedgerHost {
  return {
    lock: () => lockState(folder),
    lockAccount: (baseUrl) => lockAccount(baseUrl, folder),
    list: () => ledgerFiles(folder),
    open: (baseUrl, mode) => openLedger({ folder, baseUrl, mode }),
    openScratch: () => openScratchLedger(folder),
  };
}
