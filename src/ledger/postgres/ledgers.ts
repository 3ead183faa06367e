// What the door to the ledgers (ledger/host.ts) loads for a database, in one piece.
export { findLedger, knownLedgers, ledgerHolders } from "./account-ledgers.ts";
export { openSubmissions } from "./accounts/submissions.ts";
export { knowledgeOf } from "./knowledge.ts";
export { driveLedger, openLedger } from "./open-ledger.ts";
export { loadPg } from "./storage/load-pg.ts";
