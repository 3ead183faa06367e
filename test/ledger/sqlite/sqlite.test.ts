import { openLedger } from "../../../src/ledger/sqlite/open-ledger.ts";
import { ledgerConformance } from "../conformance.ts";
import { scratchFolder } from "../scratch-folder.ts";

ledgerConformance("SQLite", async () => {
  const scratch = await scratchFolder();
  return {
    open: () => openLedger({ folder: scratch.folder, baseUrl: "http://127.0.0.1:4010/external/api/v1", mode: "write" }),
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
});
