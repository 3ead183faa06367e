// Records a send, says so, does more that nobody waits for, and hangs until it is killed.

import { openLedger } from "../../../src/ledger/sqlite/open-ledger.ts";
import { openEntry, stage } from "../build.ts";
import { sendOne } from "../one.ts";
import { terms } from "../terms.ts";

const [folder = "", baseUrl = ""] = process.argv.slice(2);
const ledger = await openLedger({ folder, baseUrl, mode: "write" });
const { run } = await stage(ledger, "killed", ["A", "B"]);
const { id } = await openEntry(ledger, run, "A");
const sendId = await sendOne(ledger.queue, id, { plan: { kind: "create" }, hash: "h", atMs: 5, terms });
process.stdout.write(`${sendId}\n`);
// Holds the ledger too: one that nobody refers to any more is collected, and closes its files.
setInterval(() => ledger.place, 1_000);
