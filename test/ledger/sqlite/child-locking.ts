// Holds the lock of a state folder until it is killed.
import { lockState } from "../../../src/ledger/sqlite/lock.ts";

const lock = await lockState(process.argv[2] ?? "");
lock.name("20260101-child");
process.stdout.write("locked\n");
setInterval(() => {}, 1_000);
