import { openLedger } from "../../../src/ledger/postgres/open-ledger.ts";
import { ledgerConformance } from "../conformance.ts";
import { describeOnServer } from "./on-server.ts";
import { newAccount } from "./server.ts";

await describeOnServer("the conformance suite", (url) => {
  ledgerConformance("PostgreSQL", async () => {
    const account = newAccount(url);
    return {
      open: () => openLedger({ ...account.choice, mode: "write" }),
      [Symbol.asyncDispose]: () => account[Symbol.asyncDispose](),
    };
  });
});
