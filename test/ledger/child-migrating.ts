// Begins to bring a ledger up to date, says so in the middle of it, and hangs until it is killed.
import { Connection } from "../../src/ledger/connection.ts";
import { migrations } from "../../src/ledger/schema.ts";

const [file = "", from = ""] = process.argv.slice(2);
const connection = new Connection(file, { mode: "write", durable: true });
connection.write(() => {
  connection.script("pragma cache_spill = 1; pragma cache_size = 1"); // so that half of it is on disk
  for (const step of migrations.slice(Number(from))) connection.script(step);
  connection.script("create table padding (text text)");
  for (let index = 0; index < 2_000; index += 1) connection.run("insert into padding values (?)", "x".repeat(1_000));
  process.stdout.write("in the middle\n");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
