// Upgrades a ledger as a run does, under the lock of its state folder, but by one step more that never ends, until it is killed.
import { lockState } from "../../../src/ledger/sqlite/lock.ts";
import { Connection } from "../../../src/ledger/sqlite/storage/connection.ts";
import { ledgerPath } from "../../../src/ledger/sqlite/storage/ledger-file.ts";
import { migrations } from "../../../src/ledger/sqlite/storage/schema.ts";
import { upgradeLedger } from "../../../src/ledger/sqlite/storage/upgrade.ts";

const endless = `
pragma cache_spill = 1; pragma cache_size = 1; -- so that half of it is on disk
create table padding (text text);
insert into padding with recursive n(i) as (select 1 union all select i + 1 from n) select hex(zeroblob(500)) from n;
`;

const [folder = "", baseUrl = ""] = process.argv.slice(2);
const lock = await lockState(folder);
lock.name("20260101-child");
const connection = new Connection(ledgerPath(folder, baseUrl), { mode: "write", durable: true });
process.stdout.write("upgrading\n");
// Only now: what is written to a pipe goes out when the loop turns.
setTimeout(() => upgradeLedger(connection, { steps: [...migrations, endless] }), 10);
setInterval(() => lock, 1_000);
