// What the door to the ledgers (ledger/host.ts) loads for a database, in one piece.
export { findLedger, knownLedgers, ledgerHolders } from "./account-ledgers.ts";
export { knowledgeOf } from "./knowledge.ts";
export { openLedger } from "./open-ledger.ts";
