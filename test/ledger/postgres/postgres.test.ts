import { afterAll, describe, it } from "vitest";
import { openLedger } from "../../../src/ledger/postgres/open-ledger.ts";
import { ledgerConformance } from "../conformance.ts";
import { newAccount, startServer } from "./server.ts";

const server = await startServer();

if (typeof server === "string") describe("a ledger on PostgreSQL", () => it.skip(`is not tested: ${server}`));
else {
  afterAll(() => server[Symbol.asyncDispose]());
  ledgerConformance("PostgreSQL", async () => {
    const account = newAccount(server.url);
    return {
      open: () => openLedger({ ...account.choice, mode: "write" }),
      [Symbol.asyncDispose]: () => account[Symbol.asyncDispose](),
    };
  });
}
