// The ledgers of a state folder. Whatever opens, lists or locks one goes through here; what kind it is, is decided here too.
import type { LedgerHost } from "../model/ledger/ledger-host.ts";
import { lockAccount, lockHolder, lockState } from "./sqlite/lock.ts";
import { openLedger, openScratchLedger } from "./sqlite/open-ledger.ts";
import { ledgerFiles, ledgerPath } from "./sqlite/storage/ledger-file.ts";

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
    open: (baseUrl, mode) => openLedger({ folder, baseUrl, mode }),
    openScratch: ({ knowing, payloadsOf } = {}) =>
      openScratchLedger({
        folder,
        ...(knowing === undefined ? {} : { known: ledgerPath(knowing.folder, knowing.baseUrl) }),
        ...(payloadsOf === undefined ? {} : { payloadsOf }),
      }),
  };
}
