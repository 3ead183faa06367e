// The limits under which tests send where they do not matter.
import type { SendTerms } from "../../src/model/ledger/entry.ts";

export const terms: SendTerms = { timeoutMs: 30_000, readLagMs: 3000, secondSendMs: 20_000 };
