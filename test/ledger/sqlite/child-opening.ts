// Says that it opens a ledger for writing, does so, and hangs until it is killed.
import { lockState } from "../../../src/ledger/sqlite/lock.ts";
import { openLedger } from "../../../src/ledger/sqlite/open-ledger.ts";

const [folder = "", baseUrl = ""] = process.argv.slice(2);
const lock = await lockState(folder);
process.stdout.write("opening\n");
// Holds it: one that nobody refers to any more is collected, and closes its files.
const ledger = await openLedger({ folder, baseUrl, mode: "write" });
setInterval(() => [ledger.place, lock], 1_000);
