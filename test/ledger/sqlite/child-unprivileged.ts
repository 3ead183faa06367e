// Tries to use a folder that it may not write, as somebody who is not root, and says what happened.
import { lockState } from "../../../src/ledger/sqlite/lock.ts";
import { openLedger } from "../../../src/ledger/sqlite/open-ledger.ts";
import { Database } from "../../../src/ledger/sqlite/storage/database.ts";
import { ImportError } from "../../../src/model/error.ts";

const nobody = 65_534;
const [folder = "", baseUrl = ""] = process.argv.slice(2);
new Database(":memory:", "write").close(); // loads the library while it can be read
if (process.getuid?.() === 0) process.setuid?.(nobody);

const faults = await Promise.all([
  fault(() => openLedger({ folder, baseUrl, mode: "write" })),
  fault(() => lockState(folder)),
]);
process.stdout.write(`${JSON.stringify(faults)}\n`);

async function fault(attempt: () => Promise<unknown>): Promise<unknown> {
  try {
    await attempt();
    return "nothing happened";
  } catch (error) {
    return error instanceof ImportError ? { code: error.code, hint: error.hint } : String(error);
  }
}
