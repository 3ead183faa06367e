// What every implementation of the ledger must do, whatever it is built on.
import { describe } from "vitest";
import type { LedgerPlace } from "./build.ts";
import { accountClaims } from "./conformance-account.ts";
import { auditClaims } from "./conformance-audit.ts";
import { storyClaims } from "./conformance-history.ts";
import { pilotClaims } from "./conformance-pilot.ts";
import { queueClaims } from "./conformance-queue.ts";
import { referenceClaims } from "./conformance-references.ts";
import { resultClaims } from "./conformance-results.ts";
import { retryClaims } from "./conformance-retries.ts";
import { runClaims } from "./conformance-runs.ts";
import { sendClaims } from "./conformance-sends.ts";
import { stagingClaims } from "./conformance-staging.ts";
import { upkeepClaims } from "./conformance-upkeep.ts";

/** Declares the tests; `makePlace` gives a fresh, empty ledger. */
export function ledgerConformance(name: string, makePlace: () => Promise<LedgerPlace>): void {
  describe(`a ledger on ${name}`, () => {
    describe("runs", () => runClaims(makePlace));
    describe("staging", () => stagingClaims(makePlace));
    describe("queue", () => queueClaims(makePlace));
    describe("pilots", () => pilotClaims(makePlace));
    describe("references", () => referenceClaims(makePlace));
    describe("sends", () => sendClaims(makePlace));
    describe("results", () => resultClaims(makePlace));
    describe("account", () => accountClaims(makePlace));
    describe("stories", () => storyClaims(makePlace));
    describe("audit", () => auditClaims(makePlace));
    describe("upkeep", () => upkeepClaims(makePlace));
    describe("retries", () => retryClaims(makePlace));
  });
}
